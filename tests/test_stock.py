"""Leads flagged anew, documents listed, and what may be taken out of the store and what may not."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from store_fixture import add_client, add_run, dead_owner, document, finish, lead_status, row, run_of, save, take
from test_deletion import made
from test_projections import TEXT

from dossier.errors import BadInput
from dossier.keys import digest, source_id
from dossier.models import FoundSource, RunStatus, Source, SourceSet, Tier
from dossier.store import clients, corpus, flagging, leads, removal, runs, sources
from dossier.store.schema import metadata
from dossier.store.tables_money import LlmCallRow
from dossier.store.tables_queue import DeletedRunRow, RunRow, SourceRow

UNDATED = {"published_at": None, "published_precision": None}


def add_lead(store, name="Acme Corp", domain="acme.example"):
    add_client(store)
    with store.transaction() as session:
        return leads.save_leads(session, "seller", [row(name, domain)], hold=True).lead_ids[0]


def flag(store, *ids):
    with store.transaction() as session:
        return flagging.flag_leads(session, "seller", ids)


def to_flag(store, older_than=None):
    with store.reading() as session:
        found = flagging.leads_to_flag(session, "seller", older_than)
        names = {view.id: view.name for view in leads.list_leads(session, "seller")}
    return [names[one] for one in found]


def ended(store, run_id, days_ago, status=RunStatus.COMPLETED):
    """End a run and let that be so many days ago."""
    finish(store, take(store, run_id, run_id), status)
    with store.transaction() as session:
        run = session.scalars(select(RunRow).where(RunRow.run_id == run_id)).one()
        run.completed_at = datetime.now(UTC) - timedelta(days=days_ago)


def lead_of(store, run_id):
    return run_of(store, run_id).lead_id


# ---------------------------------------------------------------- flagging


def test_a_lead_with_a_dossier_is_queued_for_a_new_one(store):
    first = made(store).run_id
    [done] = flag(store, lead_of(store, first))
    assert (done.status, done.name) == ("flagged", "Acme Corp")
    assert done.run_id == first[:-1] + "2"
    assert lead_status(store) == ["flagged"]
    assert run_of(store, first).status is RunStatus.COMPLETED, "what is there stays"


def test_a_lead_that_waits_gets_no_second_run_and_its_run_stays_as_it_is(store):
    run_id = add_run(store)
    with store.transaction() as session:
        session.scalars(select(RunRow)).one().trigger = "scheduled"
    [done] = flag(store, lead_of(store, run_id))
    assert (done.status, done.run_id) == ("pending", run_id)
    with store.reading() as session:
        assert session.scalars(select(RunRow.trigger)).all() == ["scheduled"]


def test_a_lead_that_is_being_made_is_left_alone(store):
    run_id = add_run(store)
    take(store, run_id)
    [done] = flag(store, lead_of(store, run_id))
    assert (done.status, done.run_id, lead_status(store)) == ("running", run_id, ["processing"])


def test_a_run_whose_worker_is_gone_goes_on_and_is_not_doubled(store):
    run_id = add_run(store)
    take(store, run_id, owner=dead_owner())
    [done] = flag(store, lead_of(store, run_id))
    assert (done.status, done.run_id) == ("pending", run_id)


def test_a_lead_named_twice_is_flagged_once_and_an_unknown_one_is_refused(store):
    lead = add_lead(store)
    assert len(flag(store, lead, lead)) == 1
    with pytest.raises(BadInput, match="Unknown lead"):
        flag(store, "ld_nobody")


def test_by_age_only_leads_with_an_old_dossier_are_meant(store):
    ended(store, add_run(store, "Old", "old.example"), 31)
    ended(store, add_run(store, "Fresh", "fresh.example"), 29)
    ended(store, add_run(store, "Blocked", "blocked.example"), 40, RunStatus.FAILED)
    add_lead(store, "Never made", "never.example")
    assert to_flag(store, 30) == ["Old"]
    assert to_flag(store) == ["Blocked", "Fresh", "Never made", "Old"]


def test_the_newest_dossier_counts_and_a_later_failure_waits_for_a_person(store):
    for name, then in (("Renewed", RunStatus.COMPLETED), ("Failed since", RunStatus.FAILED)):
        domain = f"{name.split()[0].lower()}.example"
        ended(store, add_run(store, name, domain), 60)
        ended(store, add_run(store, name, domain), 1, then)
    assert to_flag(store, 30) == []


def test_what_was_put_away_is_not_meant(store):
    run_id = add_run(store)
    ended(store, run_id, 60)
    with store.transaction() as session:
        session.scalars(select(leads.LeadRow)).one().status = leads.LeadStatus.ARCHIVED
    assert (to_flag(store, 30), to_flag(store)) == ([], [])


# ---------------------------------------------------------------- the list of documents


def put(store, *documents, client=None):
    with store.transaction() as session:
        sources.save_documents(session, documents, client)


def listed(store, *arguments, **more):
    with store.reading() as session:
        return corpus.list_sources(session, *arguments, **more)


def test_documents_are_listed_newest_first_up_to_a_limit(store):
    for number in range(3):
        put(store, document(f"Text {number}.", f"Title {number}"))
    found, total = listed(store, limit=2)
    assert ([view.title for view in found], total) == (["Title 2", "Title 1"], 3)
    assert (found[0].published_at, found[0].published_precision, found[0].client) == ("2026-01-02", "day", None)
    assert found[0].id == source_id(digest("Text 2."))


def test_a_client_sees_its_own_documents_and_those_of_all(store):
    add_client(store, "one")
    add_client(store, "two")
    put(store, document("Shared.", "Shared"))
    put(store, document("Own.", "Own"), client="one")
    assert [(view.title, view.client) for view in listed(store, "one")[0]] == [("Own", "one"), ("Shared", None)]
    assert [view.title for view in listed(store, "two")[0]] == ["Shared"]
    assert listed(store)[1] == 2


def test_undated_documents_can_be_listed_by_themselves(store):
    put(store, document("Dated."), document("Undated.", "Undated", **UNDATED))
    found, total = listed(store, undated=True)
    assert ([view.title for view in found], total) == (["Undated"], 1)


# ---------------------------------------------------------------- taking documents out


def remove(store, text, client=None):
    with store.transaction() as session:
        corpus.delete_source(session, source_id(digest(text)), client)


def test_a_document_that_nothing_stands_on_goes_and_is_found_no_more(store):
    put(store, document("Acme builds."), document("Beta builds."))
    remove(store, "Acme builds.")
    assert [view.id for view in listed(store)[0]] == [source_id(digest("Beta builds."))]
    put(store, document("Acme builds."))
    assert listed(store)[1] == 2


def test_a_document_that_a_claim_quotes_stays_until_its_run_goes(store):
    run_id = made(store).run_id
    with pytest.raises(BadInput, match="Evidence must not vanish") as refused:
        remove(store, TEXT)
    assert f"dossier delete {run_id}" in str(refused.value)
    with store.transaction() as session:
        runs.delete(session, run_id)
    remove(store, TEXT)
    assert listed(store) == ([], 0)


def found_by(store, text, status):
    """A run that found the text and took nothing from it."""
    run = take(store, add_run(store))
    source = Source(
        id=source_id(digest(text)), sha256=digest(text), url=None, title="T", publisher=None, tier=Tier.NEWS,
        published_at=None, published_precision=None, retrieved_at="2026-01-01T00:00:00.000000Z", doc_type=None,
    )  # fmt: skip
    save(
        store, run, "sources", SourceSet(found=[FoundSource(source=source, queries=[0], score=1.0, snippet="")], hits=1)
    )
    finish(store, run, status)


@pytest.mark.parametrize(
    ("status", "stays"), [(RunStatus.FAILED, True), (RunStatus.BLOCKED, True), (RunStatus.COMPLETED, False)]
)
def test_a_document_stays_while_a_run_may_be_resumed_that_found_it(store, status, stays):
    put(store, document("Acme builds."))
    found_by(store, "Acme builds.", status)
    if stays:
        with pytest.raises(BadInput, match="still read"):
            remove(store, "Acme builds.")
    else:
        remove(store, "Acme builds.")
    assert listed(store)[1] == int(stays)


def test_a_document_stays_while_a_run_is_under_way_that_could_read_it(store):
    put(store, document("Acme builds."))
    add_client(store, "another")
    put(store, document("Own."), client="another")
    take(store, add_run(store))
    with pytest.raises(BadInput, match="still read"):
        remove(store, "Acme builds.")
    remove(store, "Own.", "another")


def test_of_a_text_in_two_hands_the_one_that_is_named_goes(store):
    add_client(store, "one")
    put(store, document("Same."))
    put(store, document("Same."), document("Own."), client="one")
    remove(store, "Same.", "one")
    assert {view.client for view in listed(store)[0] if view.id == source_id(digest("Same."))} == {None}
    with pytest.raises(BadInput, match="--client one"):
        remove(store, "Own.")
    with pytest.raises(BadInput, match="Unknown document"):
        remove(store, "Never there.")


# ---------------------------------------------------------------- taking leads and clients out


def delete_lead(store, name="acme.example"):
    with store.transaction() as session:
        return removal.delete_lead(session, "seller", name)


def delete_client(store, slug="seller"):
    with store.transaction() as session:
        return removal.delete_client(session, slug)


@pytest.mark.parametrize("delete", [delete_lead, delete_client])
def test_what_a_dossier_stands_on_stays(store, delete):
    run_id = made(store).run_id
    with pytest.raises(BadInput, match="made a dossier") as refused:
        delete(store)
    assert f"dossier delete {run_id}" in str(refused.value)
    assert lead_status(store) == ["ready"]


@pytest.mark.parametrize("delete", [delete_lead, delete_client])
@pytest.mark.parametrize("begun", [False, True])
def test_what_is_queued_or_under_way_stays(store, delete, begun):
    run_id = add_run(store)
    if begun:
        take(store, run_id)
    with pytest.raises(BadInput, match="waits or is under way") as refused:
        delete(store)
    assert f"dossier cancel {run_id if delete is delete_lead else '--client seller'}" in str(refused.value)


def test_a_lead_goes_with_its_runs_and_comes_back_under_new_numbers(store):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.FAILED, error="no")
    put(store, document(TEXT))
    gone = delete_lead(store)
    assert (gone.leads, gone.runs) == (("Acme Corp",), (run_id,))
    assert (lead_status(store), listed(store)[1]) == ([], 1)
    assert add_run(store) == run_id[:-1] + "2"


def test_a_client_goes_with_what_is_its_own_and_comes_back_empty_under_new_numbers(store):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.CANCELLED)
    put(store, document("Own."), client="seller")
    put(store, document("Shared."))
    gone = delete_client(store)
    assert (gone.leads, gone.runs, gone.documents) == (("Acme Corp",), (run_id,), 1)
    with store.reading() as session:
        assert clients.list_clients(session) == []
        assert session.scalar(select(func.count()).select_from(RunRow)) == 0
        assert [row.text for row in session.scalars(select(SourceRow))] == ["Shared."]
        with pytest.raises(BadInput, match="Unknown client") as unknown:
            clients.get_client(session, "seller")
        assert "~" not in str(unknown.value)
    assert add_run(store) == run_id[:-1] + "2"
    with store.reading() as session:
        assert [client.slug for client in clients.list_clients(session)] == ["seller"]
        assert clients.get_client(session, "seller").config.scoring == "rubric"


def test_a_client_without_history_leaves_no_row(store):
    add_lead(store)
    delete_client(store)
    with store.reading() as session:
        left = {
            table.name: number
            for table in metadata().sorted_tables
            if "client" in table.name or "client_id" in table.c
            if (number := session.scalar(select(func.count()).select_from(table)))
        }
    assert left == {}


def test_of_a_client_with_history_only_the_numbers_of_its_runs_are_left(store):
    finish(store, take(store, add_run(store)), RunStatus.FAILED, error="no")
    delete_client(store)
    with store.reading() as session:
        counts = {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in metadata().sorted_tables
        }
        assert session.scalars(select(DeletedRunRow.lead_id)).all() == [None]
        assert {name for name, number in counts.items() if number} == {"v2_clients", "v2_deleted_runs"}
        assert "seller" not in repr(session.execute(select(metadata().tables["v2_clients"])).all()).lower()


def test_what_was_spent_for_a_client_stays_without_the_answers(store):
    add_client(store)
    with store.transaction() as session:
        client_id = clients.client_row(session, "seller").id
        paid = {"step": "x", "key": "k", "model": "m", "fence": 1, "attempt": 1, "cost_nusd": 7}
        session.add(LlmCallRow(client_id=client_id, response={"text": "about Acme"}, **paid))
    delete_client(store)
    with store.reading() as session:
        assert session.execute(select(LlmCallRow.cost_nusd, LlmCallRow.response)).all() == [(7, None)]
        assert clients.list_clients(session) == []
