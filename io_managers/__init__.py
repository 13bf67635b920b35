"""Where Dagster loads and stores what assets make: one typed io manager."""
