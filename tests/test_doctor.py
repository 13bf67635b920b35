"""What `doctor` says of a database that cannot be used, and of a Dagster that is somewhere else than meant."""

import json

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from dossier.cli import app
from dossier.cli_setup import _LOOKS
from dossier.store.addresses import DAGSTER_VARIABLE
from dossier.store.database import VERSION_TABLE, Store
from dossier.testing import Fault, ModelServer
from dossier_assets.launch import workplace


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    """Call a verb on a home of its own, as a new process would, and return `doctor`'s rows of database and Dagster."""
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path))
    for name in ("python", "home", "prompts", "language", "engine", "graph", "samples"):
        monkeypatch.setitem(_LOOKS, name, lambda desk: "not asked")

    def call(url: str | None, *verb: str) -> tuple[int, dict, dict]:
        monkeypatch.setenv("DOSSIER_DATABASE_URL", url or "")
        monkeypatch.setenv(DAGSTER_VARIABLE, "")
        workplace.cache_clear()
        said = CliRunner().invoke(app, [*(verb or ("doctor",)), "--json"])
        rows = {row["name"]: row for row in json.loads(said.stdout).get("checks", [])}
        assert "s3cret" not in said.output
        return said.exit_code, rows.get("database", {}), rows.get("dagster", {})

    return call


@pytest.fixture
def users(postgres_server):
    postgres_server.sql("CREATE ROLE secured LOGIN PASSWORD 'right'")
    postgres_server.sql("CREATE ROLE limited LOGIN")
    yield
    for user in ("secured", "limited"):
        postgres_server.sql(f"DROP ROLE {user}")


def test_a_home_on_postgresql_is_well(doctor, postgres_url):
    assert doctor(postgres_url, "init")[0] == 0
    code, database, dagster = doctor(postgres_url)
    assert code == 0
    assert f"at revision {Store.newest_revision()}, PostgreSQL 1" in database["detail"]
    assert "search_path%3Ddagster" in dagster["detail"]


def test_a_database_that_nobody_set_up_is_named(doctor, postgres_url):
    code, database, _ = doctor(postgres_url)
    assert code == 1
    assert "There is no database in postgresql" in database["detail"]
    assert "dossier init" in database["hint"]


def test_a_database_that_cannot_be_used_says_why_and_what_to_do(doctor, postgres_server, postgres_url, users):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    told = {
        "mysql://u:s3cret@h/d": ("not supported", "postgresql://"),
        "nonsense s3cret": ("cannot be read", "DOSSIER_DATABASE_URL"),
        "postgres://u:s3cret@127.0.0.1:9/d": ("Connection refused", "check that the server runs"),
        postgres_server.url(name, "secured", "s3cret"): ("refused the user", "user and password"),
        postgres_server.url("nowhere"): ("no such database", "createdb"),
        postgres_server.url(name, "nobody"): ("does not know the user", "user in DOSSIER_DATABASE_URL"),
        f"{postgres_url}&pgbouncer=true": ("does not know", "behind the host"),
    }
    for url, (why, hint) in told.items():
        code, database, _ = doctor(url)
        assert (code, database["ok"]) == (1, False)
        assert why in database["detail"], url
        assert hint in database["hint"], url


def test_a_missing_right_is_told_by_init_with_what_an_administrator_can_do(
    doctor, postgres_server, postgres_url, users
):
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    said = CliRunner().invoke(
        app, ["init", "--json"], env={"DOSSIER_DATABASE_URL": postgres_server.url(name, "limited")}
    )
    assert said.exit_code == 2
    told = json.loads(said.stdout)["error"]
    assert "permission denied" in told["why"]
    assert "CREATE SCHEMA dossier AUTHORIZATION" in told["next"]


def test_a_server_that_is_too_old_is_told(doctor, postgres_url, monkeypatch):
    monkeypatch.setattr("dossier.store.database.OLDEST_SERVER", 99)
    code, database, _ = doctor(postgres_url)
    assert code == 1
    assert "99 or newer" in database["detail"]


@pytest.mark.parametrize("on", ["sqlite", "postgresql"])
def test_a_schema_of_a_newer_version_is_told(doctor, on, postgres_url, tmp_path):
    url = None if on == "sqlite" else postgres_url
    assert doctor(url, "init")[0] == 0
    store = Store.open(url or f"sqlite:///{tmp_path / 'dossier.db'}")
    with store.transaction() as session:
        session.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    store.close()
    code, database, _ = doctor(url)
    assert code == 1
    assert "a newer one set the database up" in database["detail"]


def test_a_dagster_that_is_elsewhere_than_meant_is_told(doctor, postgres_url, tmp_path):
    assert doctor(None, "init")[0] == 0
    assert doctor(postgres_url, "init")[0] == 0
    code, _, dagster = doctor(postgres_url)
    assert code == 0
    assert "SQLite in the same folder (to move them into PostgreSQL, delete the file" in dagster["detail"]
    (tmp_path / "dagster" / "dagster.yaml").unlink()
    assert doctor(postgres_url, "init")[0] == 0
    code, _, dagster = doctor(None)
    assert code == 1
    assert "keeps runs in PostgreSQL, but neither" in dagster["detail"]


def test_a_variable_with_a_wrong_value_is_named_with_what_it_may_be_and_blames_no_part(tmp_path, monkeypatch):
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path))
    monkeypatch.setenv("DOSSIER_PROVIDER", "nonsense")
    for name in ("python", "prompts", "language", "samples"):
        monkeypatch.setitem(_LOOKS, name, lambda desk: "not asked")
    said = CliRunner().invoke(app, ["doctor", "--json"])
    rows = {row["name"]: row for row in json.loads(said.stdout)["checks"]}
    assert said.exit_code == 1
    assert not rows["settings"]["ok"]
    assert all(word in rows["settings"]["detail"] for word in ("DOSSIER_PROVIDER", "auto", "extractive", "anthropic"))
    blamed = [name for name, row in rows.items() if "DOSSIER_PROVIDER" in row["detail"] + row["hint"]]
    assert blamed == ["settings"]
    assert {rows[name]["detail"] for name in ("engine", "graph", "dagster")} == {"Not looked at."}


def engine(tmp_path, monkeypatch, server, *words):
    """What `doctor` says of the engine where Claude is at `server`."""
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path))
    for name in _LOOKS.keys() - {"settings", "engine"}:
        monkeypatch.setitem(_LOOKS, name, lambda desk: "not asked")
    for name, value in {"API_KEY": "key-of-the-test", "BASE_URL": server.url}.items():
        monkeypatch.setenv(f"ANTHROPIC_{name}", value)
    said = CliRunner().invoke(app, ["doctor", *words, "--json"])
    assert "key-of-the-test" not in said.output
    [row] = [row for row in json.loads(said.stdout)["checks"] if row["name"] == "engine"]
    return row


def test_whether_a_key_is_taken_is_asked_only_on_demand_and_by_nothing_that_costs(tmp_path, monkeypatch):
    with ModelServer() as server:
        assert "doctor --online" in engine(tmp_path, monkeypatch, server)["detail"]
        assert server.served == []
        row = engine(tmp_path, monkeypatch, server, "--online")
        assert (row["ok"], "the key is taken" in row["detail"]) == (True, True)
        assert {one.path for one in server.served} == {"/v1/messages/count_tokens"}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.of_status(401), "refuses the key"),
        (Fault.of_status(404, "model: no-such-model"), "no-such-model"),
        (Fault.reset_before(), "was not reached"),
    ],
)
def test_a_key_or_a_model_that_is_refused_is_told_with_what_to_do(tmp_path, monkeypatch, fault, said):
    monkeypatch.setattr("resources.claude.RETRIES", 0)
    with ModelServer() as server:
        server.always(fault, at="count_tokens")
        row = engine(tmp_path, monkeypatch, server, "--online")
    assert not row["ok"]
    assert said in row["detail"]
