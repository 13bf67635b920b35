"""Alembic's entry point: runs revisions on the connection that the store hands over.

Here: nothing but the configuration of the context. Not here: opening databases (`dossier/store/database.py`);
without a connection there is nothing to do.
"""

from __future__ import annotations

from alembic import context

from dossier.store.database import VERSION_TABLE
from dossier.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
