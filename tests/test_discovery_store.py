"""Searches for leads in the store: their runs, what earlier ones gave, and the lead that one finds."""

import pytest
from sqlalchemy import select
from store_fixture import add_client, add_run, document, finish, lead_status, row, run_of, save, take

from dossier.errors import BadInput, Retryable, Superseded
from dossier.keys import parse_run_id
from dossier.models import Attempt, Lead, NoLead, Research, RunStatus
from dossier.store import discovery, leads, runs, sources
from dossier.store.tables_discovery import DiscoveryRow
from dossier.store.tables_queue import LeadRow

FOUND = Lead(id="ld_zyntra", name="Zyntra Foods", domain="zyntra.example", aliases=["Zyntra"])


def queue(store, slug="seller", **more):
    with store.transaction() as session:
        return discovery.queue_discovery(session, slug, trigger="manual", **more)


def hunt(store, run):
    with store.reading() as session:
        return discovery.hunt_of(session, run.key)


def searched(store, lead=None, **more):
    """A search of the client that ended with `lead`; return its run id."""
    run = take(store, queue(store), worker=f"worker {lead}")
    attempt = Attempt(queries=["q"], lead=lead, reason=None if lead else "nothing there", **more)
    save(store, run, "signals", Research(answers={}, claims=[], attempt=attempt))
    finish(store, run)
    return run.run_id


def test_a_search_is_a_run_without_a_lead_that_is_numbered_by_client(store):
    add_client(store)
    add_client(store, "other")
    first, second, other = queue(store), queue(store), queue(store, "other")
    assert parse_run_id(first).lead == "discovery"
    assert parse_run_id(first)[:3] == parse_run_id(second)[:3]
    assert [parse_run_id(one).n for one in (first, second, other)] == [1, 2, 1]
    assert run_of(store, first).lead is None
    assert [due.lead_slug for due in due_runs(store)] == ["discovery"] * 3


def due_runs(store):
    with store.reading() as session:
        return runs.due_runs(session)


def test_a_number_is_never_given_again(store):
    add_client(store)
    with store.transaction() as session:
        runs.delete(session, queue_in(session))
    assert parse_run_id(queue(store)).n == 2


def queue_in(session):
    return discovery.queue_discovery(session, "seller", trigger="manual")


@pytest.mark.parametrize(("slug", "trigger"), [("nobody", "manual"), ("seller", "whim")])
def test_a_search_of_nobody_or_by_a_whim_is_refused(sqlite_store, slug, trigger):
    add_client(sqlite_store)
    with pytest.raises(BadInput), sqlite_store.transaction() as session:
        discovery.queue_discovery(session, slug, trigger=trigger)


def test_a_run_of_a_given_lead_hunts_nobody(store):
    run = take(store, add_run(store))
    assert hunt(store, run) is None


def test_a_hunt_knows_the_leads_the_earlier_searches_and_how_many_texts_there_are(store):
    add_client(store)
    with store.transaction() as session:
        leads.save_leads(session, "seller", [row("Acme Corp", "acme.example")], hold=True)
        sources.save_documents(session, [document("shared text")], None)
        sources.save_documents(session, [document("own text")], "seller")
    searched(store, FOUND)
    searched(store, refused=[NoLead(name="Acme", reason="a lead already")], left=["other"])
    known = hunt(store, take(store, queue(store)))
    assert [lead.name for lead in known.known] == ["Acme Corp", "Zyntra Foods"]
    assert known.texts == 2
    first, second = known.attempts
    assert first.lead == FOUND
    assert (second.lead, second.reason, second.refused[0].name) == (None, "nothing there", "Acme")
    assert first.exhausted is False
    assert second.exhausted is False


def test_what_is_found_becomes_a_lead_of_the_client_and_the_runs_own(store):
    add_client(store)
    run = take(store, queue(store))
    attempt = Attempt(queries=["q"], lead=FOUND, claim_ids=["search_001"], rationale="a plant")
    save(store, run, "signals", Research(answers={}, claims=[], attempt=attempt))
    view = run_of(store, run.run_id)
    assert (view.lead, view.domain, lead_status(store)) == ("Zyntra Foods", "zyntra.example", ["processing"])
    with store.reading() as session:
        made = session.scalars(select(LeadRow)).one()
        assert made.as_lead() == FOUND
        assert made.extra["discovered"] == {"run_id": run.run_id, "claim_ids": ["search_001"], "why": "a plant"}
        assert leads.get_lead(session, "seller", "zyntra.example").id == FOUND.id
        assert discovery.last_attempt(session, run.run_id) == attempt
    finish(store, run)
    assert lead_status(store) == ["ready"]


def test_the_found_lead_gets_further_runs_and_an_import_finds_it(store):
    add_client(store)
    searched(store, FOUND)
    with store.transaction() as session:
        again = runs.queue_run(session, "seller", FOUND.id, trigger="manual")
        report = leads.save_leads(session, "seller", [row("Zyntra Foods", "zyntra.example")], hold=True)
    assert parse_run_id(again).lead == "zyntra-foods"
    assert (report.created, report.unchanged) == (0, 1)


@pytest.mark.parametrize(
    "other", [row("Other", "zyntra.example"), row("Zyntra  FOODS", None), row("ZYNTRA FOODS", "elsewhere.example")]
)
def test_who_became_a_lead_meanwhile_sends_the_search_back(store, other):
    add_client(store)
    run = take(store, queue(store))
    with store.transaction() as session:
        leads.save_leads(session, "seller", [other], hold=True)
    with pytest.raises(Retryable, match="became a lead"):
        save(store, run, "signals", Research(answers={}, claims=[], attempt=Attempt(queries=["q"], lead=FOUND)))
    assert run_of(store, run.run_id).lead is None
    assert run_of(store, run.run_id).steps_completed == [], "nothing of it was kept"


def test_a_later_attempt_of_the_same_search_replaces_the_earlier_one(store):
    add_client(store)
    run = take(store, queue(store))
    for reason in ("first", "second"):
        attempt = Attempt(queries=["q"], reason=reason)
        save(store, run, "signals", Research(answers={}, claims=[], attempt=attempt))
    with store.reading() as session:
        assert [kept.reason for kept in session.scalars(select(DiscoveryRow))] == ["second"]


def test_a_search_in_vain_is_written_down_and_goes_with_its_run(store):
    add_client(store)
    run_id = searched(store)
    assert run_of(store, run_id).status is RunStatus.COMPLETED
    with store.reading() as session:
        assert discovery.last_attempt(session, run_id).exhausted
    with store.transaction() as session:
        runs.delete(session, run_id)
        assert session.scalars(select(DiscoveryRow)).all() == []


def test_a_late_worker_makes_no_lead(store):
    add_client(store)
    run = take(store, queue(store))
    with store.transaction() as session:
        runs.cancel(session, run.run_id)
    with pytest.raises(Superseded):
        save(store, run, "signals", Research(answers={}, claims=[], attempt=Attempt(queries=["q"], lead=FOUND)))
    assert lead_status(store) == []
