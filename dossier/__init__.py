"""The pure core of the product: evidence, steps, store and exports. Nothing in here imports Dagster."""
