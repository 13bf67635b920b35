"""What becomes of a run that failed: when it is taken again, from where, and when a person has to look."""

from datetime import UTC, datetime, timedelta

import pytest
from store_fixture import add_run, dead_owner, finish, lead_status, open_step, run_of, save, take

from dossier.errors import BadInput, Blocked
from dossier.models import RunStatus, StepStatus
from dossier.ports import StepRecord
from dossier.store import artifacts, runs, step_runs
from dossier.store.tables_queue import RunRow

ORDER = ("search_queries", "sources", "fact_check")
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def test_passing_faults_wait_two_four_eight_seconds_and_then_block(store):
    run_id = add_run(store)
    waits = []
    for number in range(4):
        run = take(store, run_id, f"dagster-{number}")
        with store.transaction() as session:
            status = runs.requeue(session, run_id, run.fence, "The service answered 503.", now=NOW)
            waits.append((status, session.query(RunRow).one().not_before))
    assert [status for status, _ in waits] == [RunStatus.PENDING] * 3 + [RunStatus.BLOCKED]
    assert [(at - NOW).total_seconds() for _, at in waits[:3]] == [2, 4, 8]
    assert lead_status(store) == ["blocked"]
    assert run_of(store, run_id).error == "The service answered 503."


def test_the_other_side_may_ask_for_a_longer_wait(store):
    run_id = add_run(store)
    run = take(store, run_id)
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "429", retry_after=30.0, now=NOW)
    with store.reading() as session:
        assert runs.due_runs(session, NOW + timedelta(seconds=29)) == []
        assert [due.attempt for due in runs.due_runs(session, NOW + timedelta(seconds=30))] == [2]


def test_a_wait_that_was_asked_for_uses_up_no_requeue_for_fifteen_minutes(store):
    run_id = add_run(store)

    def told(after, retry_after=4.0):
        run = take(store, run_id, f"dagster-{after}")
        with store.transaction() as session:
            now = NOW + timedelta(minutes=after)
            status = runs.requeue(session, run_id, run.fence, "429", retry_after, now=now)
            return status, session.query(RunRow).one().requeues

    assert [told(after) for after in (0, 3, 6, 9, 14.9)] == [(RunStatus.PENDING, 0)] * 5
    assert told(14.95, retry_after=0.0) == (RunStatus.PENDING, 1), "nobody asked for this one"
    assert [told(after)[1] for after in (15, 16)] == [2, 3]
    assert told(17)[0] is RunStatus.BLOCKED
    with store.transaction() as session:
        runs.retry(session, run_id, order=ORDER)
    assert told(18) == (RunStatus.PENDING, 0)


def test_progress_begins_the_fifteen_minutes_anew(store):
    run_id = add_run(store)
    for after in (0, 20):
        run = take(store, run_id, f"dagster-{after}")
        with store.transaction() as session:
            runs.requeue(session, run_id, run.fence, "429", 4.0, now=NOW + timedelta(minutes=after))
        if not after:
            save(store, take(store, run_id, "dagster-between"), "search_queries")
            with store.transaction() as session:
                runs.requeue(session, run_id, run_of_fence(session), "503", now=NOW)
    assert run_of(store, run_id).requeues == 1, "only the 503 counts"


def run_of_fence(session):
    return session.query(RunRow).one().fence


@pytest.mark.parametrize("progress", ["artifact", "call", "step without a call"])
def test_progress_starts_the_count_of_requeues_again(store, progress):
    run_id = add_run(store)
    for number in range(3):
        run = take(store, run_id, f"dagster-{number}")
        with store.transaction() as session:
            runs.requeue(session, run_id, run.fence, "503")
    run = take(store, run_id, "dagster-3")
    if progress == "artifact":
        save(store, run, "search_queries")
    else:
        recorder, step = open_step(store, run)
        recorder.close(step, StepRecord(StepStatus.COMPLETED, llm_calls=int(progress == "call")))
    with store.transaction() as session:
        status = runs.requeue(session, run_id, run.fence, "503")
    assert status is (RunStatus.BLOCKED if progress == "step without a call" else RunStatus.PENDING)


def test_a_requeued_run_resumes_from_its_finished_artifacts(store):
    run_id = add_run(store)
    run = take(store, run_id)
    save(store, run, "search_queries")
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "503")
    again = take(store, run_id, "dagster-2")
    assert (again.attempt, again.resumed) == (2, True)
    with store.reading() as session:
        assert artifacts.finished(session, again) == {"search_queries"}


def test_a_dead_worker_is_seen_and_its_run_resumes(store):
    run_id = add_run(store)
    run = take(store, run_id, owner=dead_owner())
    save(store, run, "search_queries")
    open_step(store, run, "signal_discovery")
    assert run_of(store, run_id).interrupted
    again = take(store, run_id, "dagster-2")
    with store.reading() as session:
        assert artifacts.finished(session, again) == {"search_queries"}
        [step] = step_runs.list_steps(session, run_id)
    assert (step.status, step.error) == (StepStatus.FAILED, "interrupted")


def test_three_crashes_on_one_step_block_the_run(store):
    run_id = add_run(store)
    for number in range(3):
        open_step(store, take(store, run_id, f"dagster-{number}", owner=dead_owner()))
    with pytest.raises(Blocked, match="search_builder"):
        take(store, run_id, "dagster-3")
    assert run_of(store, run_id).status is RunStatus.BLOCKED
    assert lead_status(store) == ["blocked"]


def test_a_crash_without_an_open_step_does_not_count(store):
    run_id = add_run(store)
    for number in range(5):
        take(store, run_id, f"dagster-{number}", owner=dead_owner())
    assert take(store, run_id, "dagster-5").attempt == 6


def test_a_crash_between_steps_does_not_make_the_others_forgotten(store):
    run_id = add_run(store)
    open_step(store, take(store, run_id, "dagster-0", owner=dead_owner()))
    take(store, run_id, "dagster-1", owner=dead_owner())
    for number in (2, 3):
        open_step(store, take(store, run_id, f"dagster-{number}", owner=dead_owner()))
    with pytest.raises(Blocked):
        take(store, run_id, "dagster-4")


def test_a_finished_artifact_starts_the_count_of_crashes_again(store):
    run_id = add_run(store)
    for number in range(4):
        run = take(store, run_id, f"dagster-{number}", owner=dead_owner())
        save(store, run, "search_queries")
        open_step(store, run)
    assert take(store, run_id, "dagster-4").attempt == 5


def test_recover_puts_dead_runs_back_and_leaves_living_ones(store):
    living, dead = add_run(store), add_run(store, "Beta", "beta.example")
    take(store, living)
    take(store, dead, owner=dead_owner())
    with store.transaction() as session:
        assert runs.recover(session) == [dead]
        assert [due.run_id for due in runs.due_runs(session)] == [dead]


def test_a_failed_run_is_retried_and_keeps_what_is_finished(store):
    run_id = add_run(store)
    run = take(store, run_id)
    for asset in ORDER:
        save(store, run, asset)
    finish(store, run, RunStatus.FAILED, error="no", step="sources")
    assert lead_status(store) == ["blocked"]
    with store.transaction() as session:
        runs.retry(session, run_id, "sources", order=ORDER)
    assert lead_status(store) == ["flagged"]
    again = take(store, run_id, "dagster-2")
    with store.reading() as session:
        assert artifacts.finished(session, again) == {"search_queries"}
        assert artifacts.load(session, run_id, "fact_check") is None


def test_a_run_under_way_cannot_be_retried(store):
    run_id = add_run(store)
    with store.transaction() as session, pytest.raises(BadInput, match="pending"):
        runs.retry(session, run_id, order=ORDER)
    take(store, run_id)
    with store.transaction() as session, pytest.raises(BadInput, match="running"):
        runs.retry(session, run_id, order=ORDER)


def test_an_interrupted_run_can_be_retried(store):
    run_id = add_run(store)
    take(store, run_id, owner=dead_owner())
    with store.transaction() as session:
        runs.retry(session, run_id, order=ORDER)
    assert take(store, run_id, "dagster-2").attempt == 2


def test_retry_from_an_unknown_asset_names_the_known_ones(store):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.FAILED)
    with store.transaction() as session, pytest.raises(BadInput, match="search_queries, sources, fact_check"):
        runs.retry(session, run_id, "nonsense", order=ORDER)


@pytest.mark.parametrize(
    ("status", "lead"),
    [
        (RunStatus.COMPLETED, "ready"),
        (RunStatus.FAILED, "blocked"),
        (RunStatus.BLOCKED, "blocked"),
        (RunStatus.SKIPPED, "new"),
        (RunStatus.CANCELLED, "new"),
    ],
)
def test_the_lead_follows_its_run(store, status, lead):
    run_id = add_run(store)
    finish(store, take(store, run_id), status, error="why")
    assert lead_status(store) == [lead]


# ---------------------------------------------------------------- crashes, step by step


def recover(store):
    with store.transaction() as session:
        return runs.recover(session)


def test_a_crash_counts_only_for_those_of_a_workers_runs_that_had_a_step_open(store):
    ids = [add_run(store, name, f"{name}.example") for name in ("a1", "b2", "c3")]
    gone = dead_owner()
    for number in range(3):
        for run_id in ids:
            run = take(store, run_id, f"dagster-{number}", owner=gone)
            if run_id == ids[1]:
                open_step(store, run)
        assert sorted(recover(store)) == sorted(ids)
    assert [(run_of(store, run_id).status, run_of(store, run_id).crashes) for run_id in ids] == [
        (RunStatus.PENDING, 0),
        (RunStatus.BLOCKED, 3),
        (RunStatus.PENDING, 0),
    ]


def test_a_poisoned_step_is_told_from_those_that_were_open_beside_it(store):
    run_id = add_run(store)
    for number, beside in enumerate(("writer_intro", "writer_signals", "writer_outreach")):
        run = take(store, run_id, f"dagster-{number}", owner=dead_owner())
        for step in (beside, "writer_strategy"):
            open_step(store, run, step)
        recover(store)
    view = run_of(store, run_id)
    assert (view.status, view.error_step) == (RunStatus.BLOCKED, "writer_strategy")
    assert view.error == "The worker died, 3 times in step writer_strategy."


def test_crashes_on_other_steps_are_counted_for_each_by_itself(store):
    run_id = add_run(store)
    for number, step in enumerate(("one", "two", "one", "two")):
        open_step(store, take(store, run_id, f"dagster-{number}", owner=dead_owner()), step)
        recover(store)
    assert (run_of(store, run_id).status, run_of(store, run_id).crashes) == (RunStatus.PENDING, 2)
    open_step(store, take(store, run_id, "dagster-5", owner=dead_owner()), "one")
    recover(store)
    assert run_of(store, run_id).error == "The worker died, 3 times in step one."


def test_a_retry_starts_the_count_of_crashes_again(store):
    run_id = add_run(store)
    for number in range(3):
        open_step(store, take(store, run_id, f"dagster-{number}", owner=dead_owner()))
        recover(store)
    with store.transaction() as session:
        runs.retry(session, run_id, order=ORDER)
    open_step(store, take(store, run_id, "dagster-4", owner=dead_owner()))
    recover(store)
    assert (run_of(store, run_id).status, run_of(store, run_id).crashes) == (RunStatus.PENDING, 1)
