"""Fixtures that several test files share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from dossier.store.database import Store
from resources.spacy_language import SpacyLanguage


@pytest.fixture(scope="session")
def language() -> SpacyLanguage:
    """The real parser, loaded once per test process."""
    return SpacyLanguage()


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest revision, made once per test process and copied from there."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    store = Store.open(f"sqlite:///{path}")
    store.upgrade()
    store.close()
    return path


@pytest.fixture
def store(upgraded: Path, tmp_path: Path) -> Iterator[Store]:
    """A fresh store of the test's own."""
    path = shutil.copyfile(upgraded, tmp_path / "dossier.db")
    store = Store.open(f"sqlite:///{path}")
    yield store
    store.close()
