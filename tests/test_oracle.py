"""The oracle finds what it is there for: each invariant is broken once, and nothing is said of a healthy store."""

import json
import shutil
from dataclasses import replace

import pytest
from oracle import Seen, observe, overpaid, violations
from sqlalchemy import text
from store_fixture import add_run, finish, open_step, take
from test_deletion import made

from dossier.models import RunStatus
from dossier.store import runs
from dossier.store.database import Store


@pytest.fixture(scope="module")
def much_happened(upgraded, tmp_path_factory):
    """A store on which much has happened, made once and copied from there."""
    path = shutil.copyfile(upgraded, tmp_path_factory.mktemp("oracle") / "filled.db")
    store = Store.open(f"sqlite:///{path}")
    filled(store)
    store.close()
    return path


@pytest.fixture
def busy(much_happened, tmp_path):
    store = Store.open(f"sqlite:///{shutil.copyfile(much_happened, tmp_path / 'busy.db')}")
    yield store
    store.close()


def filled(store):
    """Put a lead in most states: with two dossiers, failed, cancelled, waiting, under way."""
    made(store)
    made(store, worker="dagster-2")
    finish(store, take(store, add_run(store, "Beta", "beta.example")), RunStatus.FAILED, error="no")
    cancelled = add_run(store, "Gamma", "gamma.example")
    with store.transaction() as session:
        runs.cancel(session, cancelled)
    add_run(store, "Delta", "delta.example")
    open_step(store, take(store, add_run(store, "Epsilon", "epsilon.example"), "dagster-3"))
    return store


def execute(store, statement, **values):
    with store.transaction() as session:
        session.execute(text(statement), values)


def said(store, **more):
    return violations(observe(store), **more)


def test_nothing_is_said_of_a_store_that_is_as_it_should_be(store):
    seen = observe(filled(store))
    assert violations(seen, acknowledged=[row["lead_id"] for row in seen.leads]) == []
    assert {row["run_status"] for row in seen.leads} == {"completed", "failed", "cancelled", "pending", "running"}
    assert {row["tenant_id"] for row in seen.leads} == {"seller"}


def test_the_views_show_what_the_oracle_of_others_may_ask_for(store):
    wanted = {
        "leads": {"lead_id", "tenant_id", "status", "generation", "attempts", "crashes", "last_error"},
        "dossiers": {"lead_id", "version", "digest"},
        "step_runs": {"run_id", "lead_id", "step", "attempt", "status", "error_message"},
    }
    seen = observe(filled(store))
    assert {name: columns <= getattr(seen, name)[0].keys() for name, columns in wanted.items()} == dict.fromkeys(
        wanted, True
    )


def test_the_view_of_leads_follows_the_run_that_moved_the_lead_last(store):
    older = made(store)
    made(store, worker="dagster-2")
    take(store, older.run_id, "by-hand")
    [lead] = observe(store).leads
    assert (lead["run_id"], lead["run_status"], lead["generation"]) == (older.run_id, "running", 2)


def test_i1_a_lead_that_was_promised_and_is_gone(busy):
    promised = [row["lead_id"] for row in observe(busy).leads]
    execute(busy, "DELETE FROM v2_leads WHERE name = 'Delta'")
    [violation] = said(busy, acknowledged=promised)
    assert violation.startswith("I1: lead ld_")


def test_i2_work_that_should_have_ended(busy):
    assert len(said(busy, quiet=True)) == 4, "the waiting and the running one, and their leads"
    assert all(violation.startswith("I2: ") for violation in said(busy, quiet=True))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE v2_dossiers SET status = 'ready'", "2 dossiers of lead"),
        ("UPDATE v2_dossier_versions SET version = 3", r"the versions of .* are \[3\]"),
        ("DELETE FROM v2_dossiers", "is completed without a dossier"),
    ],
)
def test_i3_one_dossier_and_no_more(busy, statement, words, matching):
    execute(busy, statement)
    matching(said(busy), f"I3: .*{words}")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE v2_leads SET status = 'new' WHERE name = 'Epsilon'", "is new while its run is running"),
        ("UPDATE v2_leads SET status = 'ready' WHERE name = 'Beta'", "is ready while its run is failed"),
        ("UPDATE v2_pipeline_runs SET lease_until = NULL", "is running and held by nobody"),
        ("UPDATE v2_pipeline_runs SET last_error = NULL", "is failed and does not say why"),
        ("UPDATE v2_pipeline_runs SET crashes = 3", "is pending after 3 crashes"),
        ("UPDATE v2_pipeline_runs SET lease_until = NULL, status = 'failed'", "is open, and nobody works on it"),
        ("UPDATE v2_step_runs SET attempt = 2", "is of attempt 2, the run at 1"),
        ("UPDATE v2_step_runs SET completed_at = 'then' WHERE status = 'running'", "is running, completed at then"),
        ("UPDATE v2_step_runs SET completed_at = NULL", "is completed, completed at None"),
        ("UPDATE v2_step_runs SET seq = 7 WHERE status = 'running'", r"numbered \[7\]"),
    ],
)
def test_i7_no_state_without_a_way_to_it(busy, statement, words, matching):
    execute(busy, statement)
    matching(said(busy), f"I7: .*{words}")


@pytest.mark.parametrize(
    ("part", "changes", "words"),
    [
        ("runs", {"status": "sleeping"}, "is 'sleeping', which is no state"),
        ("step_runs", {"status": "half done"}, "is 'half done', which is no state"),
        ("step_runs", {"attempt": 0, "seq": 99}, "of an earlier attempt began after"),
        ("leads", {"status": "sleeping"}, "is sleeping while"),
    ],
)
def test_i7_no_state_that_the_database_itself_would_refuse(busy, part, changes, words, matching):
    seen = observe(busy)
    first, *others = getattr(seen, part)
    matching(violations(replace(seen, **{part: [{**first, **changes}, *others]})), f"I7: .*{words}")


def test_i7_two_runs_of_a_lead_at_once(busy, matching):
    seen = observe(busy)
    [live] = [row for row in seen.runs if row["status"] == "pending"]
    matching(violations(replace(seen, runs=[*seen.runs, {**live, "run_id": "another"}])), "I7: .* has 2 runs under way")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE v2_artifacts SET digest = 'x' WHERE asset = 'claims'", "the artifact claims of"),
        ("UPDATE v2_dossier_versions SET content = '{}'", "version 1 of the dossier of"),
    ],
)
def test_i9_what_is_registered_has_its_digest(busy, statement, words, matching):
    execute(busy, statement)
    matching(said(busy), f"I9: {words}")


def test_i9_delivered_files_stand_as_they_were_delivered(busy, tmp_path, matching):
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    file = {"path": "runs/a/b/v1/dossier.md", "bytes": 0, "sha256": empty}
    payload = json.dumps({"version": 1, "files": [file]}).encode()
    seen = observe(busy)
    delivery = {"run_id": "r", "asset": "delivery", "payload": payload, "digest": ""}
    seen = replace(seen, artifacts=[delivery])
    for content, words in ((None, "is missing"), (b"edited", "is not what was delivered")):
        matching(violations(replace(seen, files={file["path"]: content})), f"I9: .*{words}")
    assert not [one for one in violations(replace(seen, files={file["path"]: b""})) if file["path"] in one]


def call(key="k1", state="answered", cost=5, held=0):
    return {"call_id": f"{key}-{state}", "key": key, "state": state, "cost": cost, "held": held, "tenant_id": "seller"}


def bill(key="k1"):
    return {"body_key": key, "usage": {"input_tokens": 1}}


def test_money_is_as_it_should_be_where_each_answer_was_paid_once_or_got_lost_with_its_worker():
    seen = Seen(calls=[call(), call("k2", "unknown"), call("k2"), call("k3", "failed", 0)])
    served = [bill(), bill("k2"), bill("k2"), {"body_key": "k3", "usage": None}]
    assert overpaid(seen, served, kills=1, caps={"seller": 15}) == []


@pytest.mark.parametrize(
    ("calls", "bills", "kills", "said"),
    [
        ([call()], ["k1", "k1"], 1, "I4: k1 was paid 2 times, 0 answers of it were lost"),
        ([call("k1", "failed", 0)], ["k1"], 0, "I4: k1 was paid 1 times and booked 0 times"),
        ([], ["k1"], 0, "I4: k1 was paid 1 times and booked 0 times"),
        ([call(), call("k1", "unknown")], ["k1", "k1"], 0, "I5: 1 calls were paid again, 0 workers"),
        ([call(), call()], ["k1"], 0, "I4: the ledger holds 2 answers to k1"),
        ([call("k1", "inflight", 0, 9)], ["k1"], 0, "I4: call k1-inflight is still held"),
        ([call(cost=11), call("k2", "inflight", 0, 9)], ["k1"], 0, "I8: seller has spent and holds 20 of 19"),
    ],
)
def test_i4_i5_i8_what_is_paid_twice_not_booked_still_held_or_beyond_a_cap_is_found(
    calls, bills, kills, said, matching
):
    found = overpaid(Seen(calls=calls), [bill(key) for key in bills], kills=kills, caps={"seller": 19})
    matching(found, said)


def test_the_oracle_sees_the_calls_of_a_store(busy):
    assert observe(busy).calls == []


@pytest.fixture
def matching():
    """Fail unless one of the violations found matches a pattern."""
    import re

    def check(found, pattern):
        assert any(re.search(pattern, violation) for violation in found), found

    return check
