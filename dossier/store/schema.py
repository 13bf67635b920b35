"""The whole schema in one place: importing this module knows every table.

Here: nothing but the collection, for migrations and for tests. Not here: table definitions
(`tables_queue.py`, `tables_evidence.py`) and queries.
"""

from __future__ import annotations

from sqlalchemy import MetaData

from dossier.store import tables_discovery, tables_evidence, tables_money, tables_queue, tables_setup
from dossier.store.columns import Base

MODULES = (tables_queue, tables_evidence, tables_discovery, tables_money, tables_setup)


def metadata() -> MetaData:
    """Return the metadata of all tables of the store."""
    return Base.metadata
