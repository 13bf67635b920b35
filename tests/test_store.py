"""Clients, artifacts, step runs, prompts and parses in the store, and what goes when its owner goes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from store_fixture import PLAN, add_client, add_run, open_step, row, save, take

from dossier.errors import BadInput, Permanent, Superseded
from dossier.models import Client, ClientConfig, StepStatus
from dossier.ports import StepRecord, Variable
from dossier.store import artifacts, clients, leads, parses, prompts, runs, step_runs
from dossier.store.tables_evidence import ArtifactRow, DossierRow
from dossier.store.tables_queue import LineageRow, PromptVersionRow, RunRow, StepRunRow

# ---------------------------------------------------------------- clients


def test_a_client_is_created_then_unchanged_then_updated(store):
    first = Client(slug="c", name="C", config=ClientConfig.model_validate({"client": {"name": "C"}, "own": {"k": 1}}))
    second = first.model_copy(update={"config": first.config.model_copy(update={"scoring": "rubric"})})
    with store.transaction() as session:
        assert [clients.save_client(session, c) for c in (first, first, second)] == ["created", "unchanged", "updated"]
        assert clients.get_client(session, "c").config.model_dump()["own"] == {"k": 1}
        assert clients.get_client(session, "c").config.scoring == "rubric"


def test_an_unknown_client_is_refused_with_the_nearest_names(store):
    add_client(store, "steel-builders")
    with store.reading() as session, pytest.raises(BadInput, match="steel-builders"):
        clients.get_client(session, "steel-bilders")


# ---------------------------------------------------------------- artifacts


def test_a_torn_artifact_is_refused_and_says_how_to_make_it_again(store):
    run_id = add_run(store)
    save(store, take(store, run_id), "search_queries")
    with store.transaction() as session:
        session.execute(update(ArtifactRow).values(payload=b"{"))
    with store.reading() as session, pytest.raises(Permanent, match="--from search_queries"):
        artifacts.load(session, run_id, "search_queries")


def test_an_artifact_that_was_never_made_is_none(store):
    run_id = add_run(store)
    with store.reading() as session:
        assert artifacts.load(session, run_id, "signals") is None


def test_saving_an_asset_again_replaces_it(store):
    run_id = add_run(store)
    run = take(store, run_id)
    save(store, run, "search_queries")
    save(store, run, "search_queries", PLAN.model_copy(update={"objective": "other"}))
    with store.reading() as session:
        assert b"other" in artifacts.load(session, run_id, "search_queries").payload
        assert session.query(ArtifactRow).count() == 1
        assert runs.get_run(session, run_id).steps_completed == ["search_queries"]


# ---------------------------------------------------------------- step runs


def test_a_step_run_is_visible_while_it_runs_and_closed_once(store):
    run_id = add_run(store)
    run = take(store, run_id)
    recorder = step_runs.SqlRecorder(store, run)
    step = recorder.open(
        "search_builder",
        asset="search_queries",
        variables={"lead": Variable({"name": "Acme"}, "seed")},
        prompt_id="search_builder",
        prompt_version=3,
        interpolated_prompt="Find Acme.",
    )
    with store.reading() as session:
        [shown] = step_runs.list_steps(session, run_id)
        assert (shown.status, shown.prompt_version) == (StepStatus.RUNNING, 3)
        assert runs.get_run(session, run_id).current_step == "search_builder"
    recorder.close(step, StepRecord(StepStatus.COMPLETED, raw_output="{}", parsed_output={"a": 1}, cost_usd=0.25))
    with pytest.raises(Superseded, match="closed"):
        recorder.close(step, StepRecord(StepStatus.FAILED))
    with store.reading() as session:
        [whole] = step_runs.full_steps(session, run_id)
        assert whole["input_variables"] == {"lead": {"name": "Acme"}}
        assert (whole["parsed_output"], whole["status"]) == ({"a": 1}, "completed")
        assert whole["lineage"][0]["source_type"] == "seed"
        assert step_runs.cost_of(session, run_id).usd == 0.25


def test_lineage_points_to_the_step_run_that_a_value_came_from_and_is_short(store):
    run = take(store, add_run(store))
    recorder = step_runs.SqlRecorder(store, run)
    first = recorder.open("search_builder", asset="search_queries", variables={})
    variables = {"plan": Variable("x" * 2000, "previous_step", "search_builder")}
    recorder.open("signal_discovery", asset="signals", variables=variables)
    with store.reading() as session:
        lineage = session.query(LineageRow).one()
        assert (lineage.source_step_run_id, len(lineage.value_preview)) == (first, 500)


def test_output_that_no_database_holds_is_written_out(store):
    run_id = add_run(store)
    recorder, step = open_step(store, take(store, run_id))
    recorder.close(step, StepRecord(StepStatus.FAILED, raw_output="a\x00b\ud800c", error_message="\udfff"))
    with store.reading() as session:
        [whole] = step_runs.full_steps(session, run_id)
        assert whole["raw_output"] == "a\\x00b\\ud800c"


def test_step_runs_of_threads_are_all_kept_in_order(store):
    run_id = add_run(store)
    recorder = step_runs.SqlRecorder(store, take(store, run_id))

    def work(number):
        step = recorder.open(f"writer_{number}", asset="sections", variables={"n": Variable(number, "static")})
        recorder.close(step, StepRecord(StepStatus.COMPLETED))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(12)))
    with store.reading() as session:
        steps = step_runs.list_steps(session, run_id)
        assert sorted(step.step for step in steps) == sorted(f"writer_{n}" for n in range(12))
        assert {step.status for step in steps} == {StepStatus.COMPLETED}


# ---------------------------------------------------------------- prompts, parses, cascades


def test_a_new_text_of_a_prompt_is_a_new_version_and_an_old_one_returns(store):
    from dossier.prompt_files import load_prompts

    prompt = load_prompts()["search_builder"]
    edited = prompt.model_copy(update={"content": prompt.content + "More.\n"})
    with store.transaction() as session:
        versions = [prompts.sync_prompts(session, [p])["search_builder"] for p in (prompt, prompt, edited, prompt)]
        kept = session.query(PromptVersionRow).order_by(PromptVersionRow.version_number).all()
        assert versions == [1, 1, 2, 1]
        assert [row.content for row in kept] == [prompt.content, edited.content]


def test_kept_parses_are_found_again_and_never_replaced(store):
    cache = parses.StoredParses(store, "model-1")
    cache.put_many({"d1": b"one"})
    cache.put_many({"d1": b"other", "d2": b"two"})
    assert cache.get_many(["d1", "d2", "d3"]) == {"d1": b"one", "d2": b"two"}


def test_deleting_a_run_takes_its_steps_and_artifacts_and_leaves_its_lead(store):
    run_id = add_run(store)
    run = take(store, run_id)
    open_step(store, run)
    save(store, run, "search_queries")
    with store.transaction() as session:
        session.delete(session.query(RunRow).one())
    with store.reading() as session:
        assert session.query(StepRunRow).count() == session.query(ArtifactRow).count() == 0
        assert len(leads.list_leads(session, "seller")) == 1


def test_deleting_a_client_takes_everything_of_it_and_nothing_of_another(store):
    add_run(store, slug="one")
    kept = add_run(store, slug="two")
    with store.transaction() as session:
        session.delete(clients.client_row(session, "one"))
    with store.reading() as session:
        assert [view.run_id for view in runs.list_runs(session)] == [kept]


@pytest.mark.parametrize(
    "broken",
    [
        {"status": "sleeping"},
        {"attempt": 0},
        {"fresh_from": 2},
        {"trigger": "whim"},
        {"client_id": "nobody"},
    ],
)
def test_the_database_itself_refuses_what_cannot_be(store, broken):
    from sqlalchemy import text

    add_run(store)
    [(column, value)] = broken.items()
    with store.transaction() as session:
        with pytest.raises(IntegrityError):
            session.execute(text(f'UPDATE v2_pipeline_runs SET "{column}" = :value'), {"value": value})
        session.rollback()


def test_two_live_runs_of_one_lead_are_refused_by_the_database(store):
    add_run(store)
    with store.transaction() as session:
        run = session.query(RunRow).one()
        twin = RunRow(client_id=run.client_id, lead_id=run.lead_id, n=2, run_id="x--y-00000000-2", trigger="manual")
        session.add(twin)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_dossier_row_is_unique_per_run(store):
    add_run(store)
    with store.transaction() as session:
        run = session.query(RunRow).one()
        for _ in range(2):
            session.add(
                DossierRow(
                    client_id=run.client_id, pipeline_run_id=run.id, company_name="A", status="skeleton", version=0
                )
            )
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_row_of_a_held_import_has_no_run(store):
    add_client(store)
    with store.transaction() as session:
        leads.save_leads(session, "seller", [row()], hold=True)
        assert runs.list_runs(session) == []
