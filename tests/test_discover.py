"""`dossier run --discover N`: leads that nobody named get their dossiers, and a search in vain is said.

Here: the command over scripted runs, what the runs in hand make of a search, and the whole product once, in processes
of its own. Not here: the search itself (`test_discovery.py`).
"""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from graph_fixture import FakeEngines
from store_fixture import add_client, run_of
from test_same_dossier import ROOT, dossier, what_must_agree

from dossier.cli_discover import search_for_leads
from dossier.models import Attempt, Lead, Research, RunStatus
from dossier.open_runs import End, Launch, OpenRuns
from dossier.store import discovery, runs
from dossier.store.options import NOTHING

FOUND = Lead(id="ld_zyntra", name="Zyntra Foods")
EVERYTHING = frozenset({"search_queries", "sources", "signals", "entity_research", "dossier", "delivery"})
VAIN = Attempt(queries=["q"], reason="Nobody shows a signal.", recommendation="Searches are exhausted.")


def nothing_to_check(run_id):
    """Nothing keeps the run from being taken."""


@pytest.fixture
def in_hand(sqlite_store, tmp_path):
    add_client(sqlite_store)
    return OpenRuns(sqlite_store, FakeEngines(), tmp_path)


def opened(in_hand, run_id, making=EVERYTHING, worker="worker"):
    return in_hand.open_all([run_id], Launch(worker, making), nothing_to_check)


def queued(in_hand):
    with in_hand.store.transaction() as session:
        return discovery.queue_discovery(session, "seller", trigger="manual")


def keep(in_hand, run, attempt):
    research = Research(answers={}, claims=[], attempt=attempt)
    in_hand.keep(run, "signals", research.model_dump_json().encode(), "0" * 64, research)


@pytest.fixture(autouse=True)
def no_config(monkeypatch):
    """The runs of these tests have a client without a profile."""
    monkeypatch.setattr("dossier.open_runs.load_prompts", dict)


def test_a_run_without_a_lead_is_given_what_its_search_needs(in_hand):
    [run] = opened(in_hand, queued(in_hand))
    assert run.context.target is None
    assert run.context.hunt is not None


def test_the_steps_after_the_search_are_given_the_lead_that_it_found(in_hand):
    run_id = queued(in_hand)
    [run] = opened(in_hand, run_id)
    keep(in_hand, run, Attempt(queries=["q"], lead=FOUND, claim_ids=["search_001"]))
    [later] = opened(in_hand, run_id)
    assert later.context.lead == FOUND
    assert run_of(in_hand.store, run_id).status is RunStatus.RUNNING
    [resumed] = opened(OpenRuns(in_hand.store, FakeEngines(), Path()), run_id, worker="worker")
    assert resumed.context.lead == FOUND, "another process goes on with it"
    assert "signals" in resumed.finished


def test_a_search_in_vain_ends_the_run_and_nothing_after_it_is_made(in_hand):
    run_id = queued(in_hand)
    [run] = opened(in_hand, run_id)
    keep(in_hand, run, VAIN)
    assert opened(in_hand, run_id) == []
    assert in_hand.end_of(run_id, "worker") == End("no lead", "Nobody shows a signal.")
    view = run_of(in_hand.store, run_id)
    assert (view.status, view.lead, view.error) == (RunStatus.COMPLETED, None, "Nobody shows a signal.")


def test_of_a_part_of_a_run_the_search_leaves_the_status(in_hand):
    run_id = queued(in_hand)
    part = frozenset({"search_queries", "sources", "signals"})
    [run] = opened(in_hand, run_id, part)
    keep(in_hand, run, VAIN)
    assert run_of(in_hand.store, run_id).status is RunStatus.PENDING


class Script:
    """Ends each search as told: with a lead's name, `None` (in vain), `last` (in vain, exhausted) or a status."""

    def __init__(self, store, *endings):
        self.store, self.endings, self.made = store, list(endings), []

    def __call__(self, run_ids):
        [run_id], ending = run_ids, self.endings.pop(0)
        self.made.append(run_id)
        with self.store.transaction() as session:
            taken = runs.take(session, run_id, owner="x:1", dagster_run_id=run_id, snapshot=dict)
            self.end(session, taken, ending)
        return [run_of(self.store, run_id)]

    def end(self, session, taken, ending):
        if ending in ("failed", "blocked"):
            return runs.finish(session, taken.run_id, taken.fence, RunStatus(ending), "a fault")
        lead = Lead(id=f"ld_{ending}", name=ending) if ending not in (None, "last") else None
        left = [] if ending == "last" else ["other"]
        attempt = Attempt(queries=["q"], lead=lead, reason=None if lead else "Nobody.", left=left)
        row = runs.guard(session, taken.run_id, taken.fence)
        discovery.settle(session, row, attempt.model_copy(update={"recommendation": "That is all."}))
        return runs.finish(session, taken.run_id, taken.fence, RunStatus.COMPLETED, attempt.reason)


@pytest.mark.parametrize(
    ("endings", "count", "runs_made", "said"),
    [
        (["Ann", "Ben"], 2, 2, "2 of 2 leads found."),
        (["Ann", None, "Ben"], 2, 3, "2 of 2 leads found."),
        (["Ann", None, "last"], 5, 3, "1 of 5 leads found. That is all."),
        (["last"], 5, 1, "0 of 5 leads found. That is all."),
        (["Ann", "failed"], 5, 2, "1 of 5 leads found. The search stopped, because a run is failed."),
    ],
)
def test_searches_go_on_until_enough_are_found_or_none_is_left(sqlite_store, endings, count, runs_made, said):
    add_client(sqlite_store)
    script = Script(sqlite_store, *endings)

    class Desk:
        store = sqlite_store

    wishes = {"day": None, "provider": None, "trigger": "manual", "wished": NOTHING}
    made, told = search_for_leads(Desk, "seller", count, **wishes, see_through=script)
    assert len(made) == len(script.made) == runs_made
    assert told == said
    assert script.endings == []


@pytest.mark.whole
def test_the_whole_product_finds_leads_alike_in_two_homes_and_says_when_nobody_is_left(tmp_path):
    one, two = prepared(tmp_path)
    runs_made = discovered(one, 5)
    found = [row for row in runs_made if row["lead"]]
    assert {row["lead"].split()[0] for row in found} == {"Micron", "Eli", "GE"}
    assert all((row["status"], row["dossier_status"]) == ("completed", "complete") for row in found)
    vain = runs_made[len(found) :]
    assert [(row["lead"], row["status"], row["dossier_status"]) for row in vain] == [(None, "completed", None)] * len(
        vain
    )
    assert all(row["error"] for row in vain)
    assert 1 <= len(vain) <= 3
    check_evidence(one / "d", found)
    assert [read(row) for row in discovered(two, 2)] == [read(row) for row in found[:2]]
    assert [(row["lead"], row["paths"]) for row in discovered(one, 2)] == [(None, {})]


def prepared(folder):
    """Two homes with the samples and a client, without any lead."""
    one, two = folder / "one", folder / "two"
    one.mkdir()
    dossier(one, "init")
    dossier(one, "clients", "import", str(ROOT / "samples/clients/sample-steel-builders.yaml"))
    dossier(one, "corpus", "import", str(ROOT / "samples/documents.jsonl"))
    shutil.rmtree(one / "d" / "dagster")
    shutil.copytree(one, two)
    return one, two


def discovered(home, count):
    """Find leads and return the runs, as the command answers."""
    client = ("--client", "sample-steel-builders")
    return dossier(home, "run", *client, "--discover", str(count), "--as-of", "2026-05-31")["runs"]


def read(row):
    return what_must_agree(json.loads(Path(row["paths"]["json"]).read_text("utf-8")))


def check_evidence(home, found):
    """The claim that made each lead one stands in its dossier, its quote names the lead, and the lead's row says so."""
    database = sqlite3.connect(home / "dossier.db")
    extra = {name: json.loads(text) for name, text in database.execute("SELECT name, extra FROM v2_leads")}
    for row in found:
        made = read(row)
        [claim_id] = extra[row["lead"]]["discovered"]["claim_ids"]
        [claim] = [one for one in made["claims"] if one["id"] == claim_id]
        assert claim["type"] == "SIGNAL"
        assert row["lead"].split()[-1] in claim["quote"] or row["lead"].split()[0] in claim["quote"]
        assert made["why_now"] is not None
