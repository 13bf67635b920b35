"""Alembic's environment and the revisions of the schema, shipped with the package."""
