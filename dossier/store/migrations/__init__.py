"""Alembic's environment and the revisions of the schema, shipped with the package.

A new revision is a module `versions/v<number>_<what>.py` that names the one before it; `tests/test_migrations.py`
fails until revisions and models (`dossier/store/schema.py`) lead to the same schema.
"""
