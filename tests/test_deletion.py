"""What a deleted run takes along and what it leaves, and which of a lead's dossiers stands when there are several."""

from datetime import date

import dossier_fixture
import pytest
from sqlalchemy import func, select, text
from store_fixture import (
    add_client,
    add_run,
    dead_owner,
    document,
    finish,
    lead_status,
    open_step,
    row,
    run_of,
    save,
    take,
    wrong_clock,
)
from test_projections import TEXT, claim, contact, merge_result, merged

from dossier.errors import BadInput, Superseded
from dossier.models import ClaimSet, ContactSet, ContextPack, DossierPlan, Research, Routing, RunStatus, StepStatus
from dossier.ports import StepRecord, Variable
from dossier.prompt_files import load_prompts
from dossier.store import dossiers, leads, prompts, runs, sources, step_runs
from dossier.store.schema import metadata
from dossier.store.tables_queue import LeadRow, LineageRow


def made(store, *, worker="dagster-1", name="Acme Corp", domain="acme.example", as_of=None, **changes):
    """Make a whole run of a lead; return it as taken."""
    with store.transaction() as session:
        sources.save_documents(session, [document(TEXT)], None)
    run_id = add_run(store, name, domain)
    with store.transaction() as session:
        lead = leads.get_lead(session, "seller", name)
        runs.queue_run(session, "seller", lead.id, trigger="manual", reference_date=as_of)
    run = take(store, run_id, worker)
    make_all(store, run, domain, **changes)
    return run


def make_all(store, run, domain="acme.example", **changes):
    recorder = step_runs.SqlRecorder(store, run)
    for step in ("search_builder", "context_pack_signal_to_entity"):
        seed = Variable("x", "previous_step", source_step="search_builder")
        opened = recorder.open(step, asset="signals", variables={"seed": seed}, prompt_id="search_builder")
        recorder.close(opened, StepRecord(StepStatus.COMPLETED))
    pack = ContextPack(pack_type="signal_to_entity", data={}, anchor_claim_ids=[])
    lead = dossier_fixture.dossier().lead.model_copy(update={"domain": domain})
    artifacts = {
        "signals": Research(answers={}, claims=[], pack=pack),
        "claims": ClaimSet(claims=[claim(1)]),
        "merged_claims": merge_result(merged(1, "search_001")),
        "dossier_plan": DossierPlan(section_routing={"intro": Routing(claim_ids=["MERGED_001"])}),
        "contacts": ContactSet(contacts=[contact()]),
        "dossier": dossier_fixture.dossier(run_id=run.run_id, client=run.client, lead=lead, **changes),
    }
    for asset, artifact in artifacts.items():
        save(store, run, asset, artifact)
    finish(store, run)


def delete(store, run_id):
    with store.transaction() as session:
        runs.delete(session, run_id)


def counted(store):
    """How many rows each table holds."""
    with store.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in metadata().tables.values()
        }


def statuses(store):
    with store.reading() as session:
        said = session.execute(text("SELECT run_id, status FROM oracle_dossiers WHERE status <> 'earlier'"))
        return dict(said.all())


# ---------------------------------------------------------------- deleting


def test_a_deleted_run_takes_along_all_that_hangs_on_it_and_nothing_else(store):
    with store.transaction() as session:
        prompts.sync_prompts(session, list(load_prompts().values()))
    run_id = made(store).run_id
    other = made(store, worker="dagster-2", name="Beta", domain="beta.example").run_id
    both = counted(store)
    delete(store, run_id)
    left = counted(store)
    hangs = {name for name in both if left[name] != both[name]}
    assert hangs == {
        "v2_pipeline_runs", "v2_step_runs", "v2_variable_lineage", "v2_artifacts", "v2_claims", "v2_merged_claims",
        "v2_merge_stats", "v2_context_packs", "v2_claim_assignments", "v2_dossiers", "v2_dossier_versions",
        "v2_dossier_sections", "v2_contacts", "v2_deleted_runs",
    }  # fmt: skip
    assert all(2 * left[name] == both[name] for name in hangs - {"v2_deleted_runs"})
    delete(store, other)
    assert all(counted(store)[name] == 0 for name in hangs - {"v2_deleted_runs"})
    kept = {"v2_clients": 1, "v2_leads": 2, "v2_sources": 1}
    assert {name: counted(store)[name] for name in kept} == kept
    assert counted(store)["v2_prompts"] == counted(store)["v2_prompt_versions"] == len(load_prompts())


def test_the_lead_of_a_deleted_run_is_new_again(store):
    run_id = made(store).run_id
    delete(store, run_id)
    assert lead_status(store) == ["new"]
    with pytest.raises(BadInput, match="Unknown run"):
        run_of(store, run_id)


def test_the_lead_keeps_what_its_other_run_says(store):
    good = made(store).run_id
    second = add_run(store)
    finish(store, take(store, second, "dagster-2"), RunStatus.FAILED, error="no")
    assert lead_status(store) == ["blocked"]
    delete(store, second)
    assert lead_status(store) == ["ready"]
    assert run_of(store, good).dossier_version == 1


def test_a_lead_that_was_put_away_stays_there(store):
    run_id = made(store).run_id
    with store.transaction() as session:
        session.scalars(select(LeadRow)).one().status = "archived"
    delete(store, run_id)
    assert lead_status(store) == ["archived"]


def test_the_number_of_a_deleted_run_is_never_given_again(store):
    run_id = add_run(store)
    delete(store, run_id)
    assert add_run(store) == run_id.removesuffix("1") + "2"


def test_a_run_under_way_cannot_be_deleted_but_an_abandoned_or_waiting_one_can(store):
    held = add_run(store)
    take(store, held)
    with pytest.raises(BadInput, match="is being made by"):
        delete(store, held)
    assert run_of(store, held).status is RunStatus.RUNNING
    lost, waiting = add_run(store, "Beta", "beta.example"), add_run(store, "Gamma", "gamma.example")
    take(store, lost, "dagster-2", owner=dead_owner())
    for run_id in (lost, waiting):
        delete(store, run_id)
    assert lead_status(store) == ["processing", "new", "new"]


def test_the_worker_of_a_deleted_run_writes_nothing_more(store):
    run_id = add_run(store)
    run = take(store, run_id, owner=dead_owner())
    recorder, step = open_step(store, run)
    delete(store, run_id)
    with pytest.raises(Superseded, match="deleted"):
        recorder.close(step, StepRecord(StepStatus.COMPLETED))


def test_history_of_another_run_that_came_from_a_deleted_step_stays(store):
    first = made(store)
    second = made(store, worker="dagster-2")
    delete(store, first.run_id)
    with store.reading() as session:
        assert {step.step for step in step_runs.list_steps(session, second.run_id)} >= {"search_builder"}
        assert session.scalar(select(func.count()).select_from(LineageRow)) == 2


# ---------------------------------------------------------------- superseding


def test_the_newer_dossier_of_a_domain_supersedes_the_older_whose_text_stays(store):
    older = made(store)
    newer = made(store, worker="dagster-2")
    assert statuses(store) == {older.run_id: "superseded", newer.run_id: "ready"}
    with store.reading() as session:
        assert dossiers.get_dossier(session, older.run_id) is not None


def test_a_partial_dossier_never_supersedes_a_complete_one_whatever_its_day(store):
    whole = made(store, as_of=date(2026, 1, 31))
    partial = made(store, worker="dagster-2", as_of=date(2026, 6, 30), status="partial")
    assert statuses(store) == {whole.run_id: "ready", partial.run_id: "superseded"}
    make_all(store, take(store, partial.run_id, "by-hand"))
    assert statuses(store) == {whole.run_id: "superseded", partial.run_id: "ready"}


def test_without_a_complete_dossier_the_newest_partial_one_stands(store):
    older = made(store, status="partial")
    newer = made(store, worker="dagster-2", status="partial")
    assert statuses(store) == {older.run_id: "superseded", newer.run_id: "ready"}
    delete(store, newer.run_id)
    assert statuses(store) == {older.run_id: "ready"}


def test_a_run_that_is_made_again_in_part_keeps_the_place_of_its_complete_version(store):
    older = made(store, as_of=date(2026, 1, 31))
    newer = made(store, worker="dagster-2", as_of=date(2026, 6, 30))
    make_all(store, take(store, newer.run_id, "by-hand"), status="partial")
    assert statuses(store) == {older.run_id: "superseded", newer.run_id: "ready"}
    with store.reading() as session:
        assert dossiers.get_dossier(session, newer.run_id).status == "partial"
        assert dossiers.standing_dossier(session, newer.run_id).status == "complete"


def test_an_older_run_made_again_today_is_the_newer_dossier(store):
    older = made(store, as_of=date(2026, 6, 30))
    newer = made(store, worker="dagster-2", as_of=date(2026, 6, 30))
    make_all(store, take(store, older.run_id, "by-hand"))
    assert statuses(store) == {older.run_id: "ready", newer.run_id: "superseded"}


def test_an_older_run_made_again_as_of_its_earlier_day_does_not_replace_what_is_known_since(store):
    older = made(store, as_of=date(2026, 1, 31))
    newer = made(store, worker="dagster-2", as_of=date(2026, 6, 30))
    make_all(store, take(store, older.run_id, "by-hand"))
    assert statuses(store) == {older.run_id: "superseded", newer.run_id: "ready"}
    with store.reading() as session:
        assert dossiers.versions(session, older.run_id) == [1, 2]


def test_a_worker_whose_clock_is_slow_supersedes_all_the_same(store, monkeypatch):
    older = made(store)
    wrong_clock(monkeypatch, hours=-24)
    newer = made(store, worker="dagster-2")
    assert statuses(store) == {older.run_id: "superseded", newer.run_id: "ready"}


def test_dossiers_of_another_client_are_no_rivals(store):
    mine = made(store)
    add_client(store, "other")
    with store.transaction() as session:
        saved = leads.save_leads(session, "other", [row()], hold=True)
        theirs = runs.queue_run(session, "other", saved.lead_ids[0], trigger="manual")
    make_all(store, take(store, theirs, "dagster-2"))
    assert statuses(store) == {mine.run_id: "ready", theirs: "ready"}


def test_when_the_newest_dossier_is_deleted_the_one_before_it_stands_again(store):
    older, newer = made(store), made(store, worker="dagster-2")
    newest = made(store, worker="dagster-3")
    delete(store, newest.run_id)
    assert statuses(store) == {older.run_id: "superseded", newer.run_id: "ready"}
