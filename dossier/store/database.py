"""Opening the database: one engine per store, transactions, and the way up and down its migrations.

Here: connection settings, the two kinds of session, and the translation of the database's passing faults into
Retryable. Not here: any query; the modules beside this one take the session that `transaction()` or
`reading()` gives.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from dossier.errors import BadInput, Retryable

VERSION_TABLE = "v2_alembic_version"
BUSY_SECONDS = 30
_MIGRATIONS = str(Path(__file__).parent / "migrations")
_WRITES = "dossier_writes"
_PASSING = ("locked", "busy", "disk is full", "disk i/o error", "unable to open database file")


class Store:
    """An open store. `transaction()` writes and commits once, `reading()` sees one snapshot."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine = _engine(url, foreign_keys=True)
        self._writing = self._engine.execution_options(**{_WRITES: True})

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the store at `url`, making a SQLite file's folder. Raises BadInput for another database."""
        parsed = _normal_url(url)
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return cls(parsed)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @property
    def url_without_password(self) -> str:
        """The store's address as it may be shown and logged."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self) -> Generator[Session]:
        """Give a session that may write; it holds the write lock, and commits once at the end.

        Nothing stays when the block raises. Raises Retryable when the lock or the disk is not to be had.
        """
        with _passing_faults(), Session(self._writing, expire_on_commit=False) as session:
            session.connection()
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Give a session that sees one unchanging snapshot and keeps no lock that a writer waits for."""
        with _passing_faults(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema up to `revision`, in one transaction; safe to repeat."""
        self._migrate(command.upgrade, revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to `revision` (`base`: nothing is left but the empty version table)."""
        self._migrate(command.downgrade, revision)

    def revision(self) -> str | None:
        """Return the schema's revision, None for an empty database."""
        with self._engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
            return context.get_current_revision()

    def _migrate(self, direction: Any, revision: str) -> None:
        # Batch migrations drop and rename tables: with foreign keys on, a drop would delete the children.
        engine = _engine(self._url, foreign_keys=False)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        try:
            with (
                _passing_faults(),
                engine.execution_options(**{_WRITES: True}).begin() as connection,
            ):
                config.attributes["connection"] = connection
                direction(config, revision)
                _check_references(connection)
        finally:
            engine.dispose()


def _normal_url(url: str) -> URL:
    scheme, separator, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg2{separator}{rest}"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise BadInput(
            "The database address cannot be read.",
            "It must read sqlite:///PATH.",
            "Set DOSSIER_DATABASE_URL, or leave it unset for a file in the home folder.",
        ) from error
    if parsed.get_backend_name() != "sqlite":
        raise BadInput(
            f"The database {parsed.drivername!r} is not supported yet.",
            "This version keeps its data in SQLite.",
            "Leave DOSSIER_DATABASE_URL unset, or set it to sqlite:///PATH.",
        )
    return parsed


def _engine(url: URL, *, foreign_keys: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # the driver must not begin on its own: see _begin
        dbapi.execute("PRAGMA journal_mode = WAL")
        dbapi.execute("PRAGMA synchronous = FULL")
        dbapi.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"The migration left rows without their parents: {broken[:5]}")


@contextmanager
def _passing_faults() -> Generator[None]:
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig)
        if not any(word in reason.lower() for word in _PASSING):
            raise
        raise Retryable(
            "The database could not be used.",
            f"It answered: {reason}.",
            "The work is taken again later; check for free disk space and for a process that hangs.",
        ) from error
