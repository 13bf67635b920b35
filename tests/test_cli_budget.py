"""The verb `budget`: caps, what is spent and held, where the money went, pauses."""

import json

import pytest
from store_fixture import add_run, take
from typer.testing import CliRunner

from dossier.cli import app
from dossier.store import limits
from dossier.store.budgets import USD, Budgets
from dossier.store.calls import Answered, Ask, CallBook
from dossier.store.database import Store
from dossier.store.options import Wishes, wish


@pytest.fixture
def spent(tmp_path, monkeypatch):
    """A home where one run has spent 30 cents and holds 20 more."""
    monkeypatch.setenv("DOSSIER_HOME", str(tmp_path))
    monkeypatch.setenv("DOSSIER_BUDGET_USD_DAY", "0.5")
    assert CliRunner().invoke(app, ["init"]).exit_code == 0
    store = Store.open(f"sqlite:///{tmp_path / 'dossier.db'}")
    run_id = add_run(store)
    with store.transaction() as session:
        wish(session, run_id, Wishes(budget_usd=0.31))
    book = CallBook(store, take(store, run_id, "dagster-1"), Budgets())
    call_id = book.hold(Ask("insight", "a" * 64, "model-1", USD))
    book.settle(call_id, Answered({}, {}, 3 * USD // 10, 1000, 50, "end_turn", "m", "r", "p", 1))
    book.hold(Ask("media", "b" * 64, "model-2", USD // 5))
    yield store, run_id
    store.close()


def budget(*more):
    said = CliRunner().invoke(app, ["budget", "--json", *more])
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def of(document, name):
    [row] = [row for row in document["budgets"] if row["budget"] == name]
    return row


def test_spent_and_held_stand_beside_the_cap_and_its_level(spent):
    document = budget()
    assert of(document, "all clients, today") == {
        "client": None,
        "budget": "all clients, today",
        "cap_usd": 0.5,
        "spent_usd": 0.3,
        "held_usd": 0.2,
        "percent": 60,
        "level": 50,
    }
    assert of(document, "client, this week")["cap_usd"] is None
    assert [(row["step"], row["calls"], row["usd"]) for row in document["spent"]] == [
        ("insight", 1, 0.3),
        ("media", 0, 0),
    ]


def test_a_run_is_shown_with_its_own_budget(spent):
    run = of(budget("--run", spent[1]), "run")
    assert (run["cap_usd"], run["percent"], run["level"]) == (0.31, 96, 95)


def test_a_pause_is_told_and_ended(spent):
    with spent[0].transaction() as session:
        limits.pause(session, "The vendor says so.", 3600)
    assert budget()["paused"]["reason"] == "The vendor says so."
    assert budget("--resume")["paused"] is None
    assert "no limit" in CliRunner().invoke(app, ["budget"]).output
