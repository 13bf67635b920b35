"""Sections of work that only one transaction of a database may be in at a time.

Here: waiting for such a section by its name. Not here: locks on single rows; a query takes those itself with
`with_for_update(key_share=True)`.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from dossier.store.addresses import POSTGRESQL


def one_at_a_time(session: Session | Connection, name: str) -> None:
    """Wait until no other transaction is in the section `name`, and keep others out until this one ends.

    SQLite has one writer anyway. What others committed meanwhile is seen by the next statement.
    """
    connection = session.connection() if isinstance(session, Session) else session
    if connection.dialect.name == POSTGRESQL:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"dossier {name}", 0))))
