"""Homes whose path is made of odd signs, is too long or cannot be written to."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from dossier.cli import app
from dossier.disk_faults import of_the_system
from dossier.errors import BadInput, DossierError, Retryable
from dossier.store.addresses import normal_url, sqlite_file
from dossier.store.database import Store
from dossier_assets.dev import write_instance
from resources.settings import Settings


@pytest.fixture
def call(monkeypatch):
    for name in ("DOSSIER_DATABASE_URL", "DOSSIER_HOME"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.mark.parametrize("name", ["a%20b", "a?b=c", "a#b", "50% off", "a b&c", "ü+x", "%", "a;b"])
def test_the_database_lies_in_the_home_that_was_named(tmp_path, monkeypatch, name):
    monkeypatch.delenv("DOSSIER_DATABASE_URL", raising=False)
    home = tmp_path / name
    store = Store.open(Settings(home=home).database_url)
    store.upgrade()
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert sqlite3.connect(home / "dossier.db").execute("SELECT count(*) FROM v2_alembic_version").fetchone() == (1,)
    assert normal_url(sqlite_file(home / "x.db")).database == str(home / "x.db")


@pytest.mark.whole
@pytest.mark.parametrize("name", ["a#b", "50% off"])
def test_a_home_with_odd_signs_works_as_a_whole(call, tmp_path, name):
    assert call("init", "--home", tmp_path / name)[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["a%20b", "a?b"])
def test_a_home_that_dagster_would_misread_is_refused_before_it_is_made(call, tmp_path, name):
    code, _, err = call("init", "--home", tmp_path / name)
    assert code == 2
    assert "Dagster cannot keep its files" in err
    assert list(tmp_path.iterdir()) == []


def test_with_postgresql_any_home_will_do(tmp_path):
    assert write_instance(tmp_path / "a?b" / "dagster", "postgresql://u@h/d").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["clients", "import", "x" * 300],
        ["leads", "import", "x" * 300 + ".csv", "--client", "c"],
        ["corpus", "import", "x" * 300],
        ["status", "--home", "x" * 300],
        ["init", "--home", "x" * 300],
    ],
)
def test_a_path_that_is_too_long_is_bad_input(call, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    assert call("init", "--home", tmp_path / ".dossier")[0] == 0
    code, _, err = call(*arguments)
    assert code == 2
    assert "too long" in err
    assert "defect" not in err


def test_a_home_that_can_only_be_read_says_so(sqlite_store, monkeypatch):
    def write():
        with sqlite_store.transaction() as session:
            session.execute(text("PRAGMA query_only = ON"))
            session.execute(text("DELETE FROM v2_alembic_version"))

    with pytest.raises(BadInput, match="can only be read"):
        write()
    address = sqlite_file(Path(sqlite_store._url.database).parent / "no folder" / "dossier.db")
    missing = Store(normal_url(address))
    with pytest.raises(Retryable), missing.transaction():
        pass
    monkeypatch.setattr("dossier.store.faults._may_write", lambda url: False)
    with pytest.raises(BadInput, match="can only be read"), missing.transaction():
        pass


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (errno.ENAMETOOLONG, BadInput, "too long"),
        (errno.EROFS, BadInput, "only be read"),
        (errno.EACCES, BadInput, "may not be used"),
        (errno.ENOSPC, Retryable, "No space is left"),
        (errno.ENXIO, DossierError, "device"),
    ],
)
def test_what_the_system_says_is_told_with_the_path(code, kind, said):
    told = of_the_system(OSError(code, os.strerror(code), "/some/where"))
    assert type(told) is kind
    assert said in str(told)
    assert "/some/where" in str(told)
