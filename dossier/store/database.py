"""Opening the database: one engine per store, transactions, and the way up and down its migrations.

Here: connection settings and the two kinds of session, on SQLite and on PostgreSQL. Not here: what a database's
complaint means (`faults.py`), and any query; the modules beside this one take the session that `transaction()`
or `reading()` gives.

On PostgreSQL everything lies in the schema `dossier`. Its name is set with `SET LOCAL` in each transaction, as
are isolation and patience: behind a pooler in transaction mode nothing else of a session stays, and nothing of
ours leaks into another's.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from dossier.errors import BadInput
from dossier.store.addresses import POSTGRESQL, normal_url, shown
from dossier.store.faults import database_faults
from dossier.store.locks import one_at_a_time

VERSION_TABLE = "v2_alembic_version"
SCHEMA = "dossier"
BUSY_SECONDS = 30
CONNECT_SECONDS = 10
OLDEST_SERVER = 14
_WRITES, _FLUSHED = "dossier_writes", "dossier_flushed"
_MIGRATIONS = str(Path(__file__).parent / "migrations")


class Store:
    """An open store. `transaction()` writes and commits once, `reading()` sees one snapshot."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._engine = _engine(url)
        self._writing = self._engine.execution_options(**{_WRITES: True})
        self._turn = Lock() if self.dialect != POSTGRESQL else None

    @classmethod
    def open(cls, url: str) -> Store:
        """Open the store at `url`, making a SQLite file's folder. Raises BadInput for another kind of database."""
        parsed = normal_url(url)
        if parsed.get_backend_name() != POSTGRESQL and parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return cls(parsed)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @property
    def dialect(self) -> str:
        """The kind of database: `sqlite` or `postgresql`."""
        return self._url.get_backend_name()

    @property
    def url_without_password(self) -> str:
        """The store's address as it may be shown and logged."""
        return shown(self._url)

    @property
    def server_version(self) -> str:
        """The version of the database's server in words, nothing for SQLite. Raises what keeps it from being used."""
        if self.dialect != POSTGRESQL:
            return ""
        with database_faults(self._url), self._engine.connect() as connection:
            return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}"

    @contextmanager
    def transaction(self, *, flushed: bool = True) -> Generator[Session]:
        """Give a session that may write and commits once at the end.

        A commit that is `flushed` outlives a power failure. Without, one may be lost by that, with all that depends
        on it, but never by the death of a process: enough for what the next attempt makes again free of charge.

        On SQLite it holds the one write lock; on PostgreSQL others write beside it, and whoever decides by what
        it read locks the row (`with_for_update`) or the section (`locks.py`) first. Nothing stays when the
        block raises. Raises Retryable for a passing fault of the database.
        """
        engine = self._writing.execution_options(**{_FLUSHED: flushed})
        with self._in_turn(), database_faults(self._url), Session(engine, expire_on_commit=False) as session:
            session.connection()
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Generator[Session]:
        """Give a session that sees one unchanging snapshot and keeps no lock that a writer waits for."""
        with database_faults(self._url), Session(self._engine, expire_on_commit=False) as session:
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Bring the schema up to `revision`, in one transaction; safe to repeat, also at the same time.

        Raises BadInput where the database is newer than this version, or its server too old.
        """
        if self.revision() != (self.newest_revision() if revision == "head" else revision):
            self._migrate(command.upgrade, revision)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to `revision` (`base`: nothing is left but the empty version table)."""
        self._migrate(command.downgrade, revision)

    def revision(self) -> str | None:
        """Return the schema's revision, None for an empty database. Raises BadInput for one that is too new."""
        with database_faults(self._url), self._engine.connect() as connection:
            _refuse_old_server(connection)
            revision = _revision(connection)
        known = {script.revision for script in _revisions().walk_revisions()}
        if revision is not None and revision not in known:
            raise BadInput(
                f"The database is at revision {revision[:40]}.",
                "This version of Dossier does not know it: a newer one set the database up.",
                "Install that version, or name another database in DOSSIER_DATABASE_URL.",
            )
        return revision

    @staticmethod
    def newest_revision() -> str:
        """Return the revision that this version's code is written for."""
        return _revisions().get_current_head() or ""

    @contextmanager
    def _in_turn(self) -> Generator[None]:
        """Let the threads of this process write to SQLite one by one: its own waiting is to sleep and look again.

        After the time that a thread may wait for another process, SQLite itself says what it says.
        """
        mine = self._turn is not None and self._turn.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if mine and self._turn is not None:
                self._turn.release()

    def _migrate(self, direction: Any, revision: str) -> None:
        # Batch migrations drop and rename tables: with SQLite's foreign keys on, a drop would delete the children.
        engine = _engine(self._url, foreign_keys=False)
        config = _config()
        try:
            with (
                database_faults(self._url),
                engine.execution_options(**{_WRITES: True}).begin() as connection,
            ):
                if self.dialect == POSTGRESQL:
                    connection.exec_driver_sql("SET LOCAL statement_timeout TO 0")
                    make_schema(connection, SCHEMA)
                config.attributes["connection"] = connection
                direction(config, revision)
                _check_references(connection)
        finally:
            engine.dispose()


def prepare_schema(url: str, schema: str) -> None:
    """Make `schema` in the PostgreSQL database at `url`, an address that looks in this schema, where it is missing.

    Raises Retryable or BadInput where the database cannot be used, also where a pooler drops the schema from the
    address: tables would be made somewhere else.
    """
    parsed = normal_url(url)
    engine = create_engine(parsed, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})
    try:
        with database_faults(parsed), engine.begin() as connection:
            make_schema(connection, schema)
        with database_faults(parsed), engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT current_schema()").scalar()
    finally:
        engine.dispose()
    if found != schema:
        raise BadInput(
            f"Dagster's tables would not be made in the schema {schema}, but in {found}.",
            "A pooler before the server drops the options of a connection.",
            "Set DOSSIER_DAGSTER_DATABASE_URL to the server itself, or to a database of its own for Dagster.",
        )


def make_schema(connection: Connection, schema: str) -> None:
    """Make `schema` in a PostgreSQL database where it is missing; others who do the same wait until the commit."""
    one_at_a_time(connection, f"schema {schema}")
    if connection.scalar(text("SELECT to_regnamespace(:name) IS NULL"), {"name": schema}):
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')  # a constant of ours, never text from outside


def _engine(url: URL, *, foreign_keys: bool = True) -> Engine:
    return _postgresql(url) if url.get_backend_name() == POSTGRESQL else _sqlite(url, foreign_keys=foreign_keys)


def _sqlite(url: URL, *, foreign_keys: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, json_serializer=_as_json)

    @event.listens_for(engine, "connect")
    def _connect(dbapi: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        dbapi.isolation_level = None  # the driver must not begin on its own: see _begin
        dbapi.execute("PRAGMA journal_mode = WAL")
        dbapi.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_WRITES):
            connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get(_FLUSHED, True) else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    # A dead server or path is noticed within half a minute, also in the middle of a statement.
    settings = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "dossier",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 4,
        "tcp_user_timeout": BUSY_SECONDS * 1000,
    }
    engine = create_engine(
        url,
        connect_args={name: value for name, value in settings.items() if name not in url.query},
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=15,
        pool_timeout=BUSY_SECONDS,
        hide_parameters=True,
        json_serializer=_as_json,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get(_WRITES)
        mode = "READ COMMITTED, READ WRITE" if writes else "REPEATABLE READ, READ ONLY"
        connection.exec_driver_sql(
            f"SET TRANSACTION ISOLATION LEVEL {mode};"
            f"SET LOCAL search_path TO {SCHEMA};"
            f"SET LOCAL lock_timeout TO '{BUSY_SECONDS}s'"
            + ("" if options.get(_FLUSHED, True) else ";SET LOCAL synchronous_commit TO off")
        )

    return engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS.replace("%", "%%"))
    return config


@lru_cache(maxsize=1)
def _revisions() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _refuse_old_server(connection: Connection) -> None:
    version = connection.dialect.server_version_info or ()
    if connection.dialect.name == POSTGRESQL and version < (OLDEST_SERVER,):
        raise BadInput(
            f"The database server is PostgreSQL {'.'.join(map(str, version))}.",
            f"Dossier needs {OLDEST_SERVER} or newer.",
            "Upgrade the server, or name another in DOSSIER_DATABASE_URL.",
        )


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == POSTGRESQL:
        return  # which checks every reference itself
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"The migration left rows without their parents: {broken[:5]}")


def _as_json(value: Any) -> str:
    """Return `value` as JSON that every database takes: a number that is none becomes its name as text."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
