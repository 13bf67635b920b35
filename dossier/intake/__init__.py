"""Reading what users bring: client configs, lead tables and documents, row by row, hostile until checked."""
