"""Fixtures that several test files share."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_fixture import PostgresServer
from typer.testing import CliRunner

from dossier.cli import app
from dossier.store.database import Store
from resources.spacy_language import SpacyLanguage
from tests.scripted_launcher import install

DATABASES = ("sqlite", "postgresql")

# A developer's own keys, vendors and proxies have no part in tests; those that need one set it.
for name in list(os.environ):
    if name.startswith(("ANTHROPIC_", "DOSSIER_BUDGET")) or name.lower().endswith(("_api_key", "_proxy")):
        del os.environ[name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold whole runs: they mostly wait, and would keep one worker alone at the end."""
    whole = {item.path for item in items if item.get_closest_marker("whole")}
    items.sort(key=lambda item: item.path not in whole)


@pytest.fixture(scope="session")
def language() -> SpacyLanguage:
    """The real parser, loaded once per test process."""
    return SpacyLanguage()


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest revision, made once per test process and copied from there."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    store = Store.open(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL, started once per test process by the first test that needs it."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    database = postgres_server.new_database()
    yield postgres_server.url(database)
    postgres_server.drop(database)


@pytest.fixture(scope="session")
def postgres_shared(postgres_server: PostgresServer) -> str:
    """The name of the database whose rows are taken out before each test that uses `postgres_store`."""
    database = postgres_server.new_database()
    postgres_server.upgrade(database)
    return database


@pytest.fixture
def sqlite_store(upgraded: Path, tmp_path: Path) -> Iterator[Store]:
    """A fresh store of the test's own, on SQLite."""
    path = shutil.copyfile(upgraded, tmp_path / "dossier.db")
    store = Store.open(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def postgres_store(postgres_server: PostgresServer, postgres_shared: str) -> Iterator[Store]:
    """A fresh store of the test's own, on PostgreSQL."""
    postgres_server.empty(postgres_shared)
    store = Store.open(postgres_server.url(postgres_shared))
    yield store
    store.close()


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest) -> Store:
    """A fresh store of the test's own, on each of the two databases."""
    fixture = "sqlite_store" if request.param == "sqlite" else "postgres_store"
    return request.getfixturevalue(fixture)


@pytest.fixture
def call(tmp_path, monkeypatch):
    """Call the command line in a home of its own, with a scripted launcher in Dagster's place.

    Returns exit code, standard output and standard error.
    """
    install(monkeypatch)
    monkeypatch.delenv("DOSSIER_DATABASE_URL", raising=False)
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path / "home"))

    def call(*arguments, **more):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], **more)
        return result.exit_code, result.stdout, result.stderr

    assert call("init")[0] == 0
    return call


@pytest.fixture
def home_store(call, tmp_path):
    """The store of that home."""
    store = Store.open(f"sqlite:///{tmp_path / 'home' / 'dossier.db'}")
    yield store
    store.close()


@pytest.fixture
def document(call):
    """Call with --json; return exit code and document."""

    def ask(*arguments):
        code, out, _ = call(*arguments, "--json")
        return code, json.loads(out)

    return ask
