"""The Dagster graph: thin assets, one artifact per function, and the root that composes them."""
