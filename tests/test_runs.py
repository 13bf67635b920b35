"""Who holds a run, what counts as finished, when it is taken again, and when it is blocked."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from store_fixture import add_run, save, take

from dossier.errors import BadInput, Blocked, Superseded
from dossier.models import RunStatus, StepStatus
from dossier.ports import StepRecord
from dossier.store import artifacts, leads, owners, runs, step_runs
from dossier.store.tables_queue import RunRow

ORDER = ("search_queries", "sources", "fact_check")
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def dead_owner() -> str:
    """Return the name of a process of this host that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return f"{socket.gethostname()}:{ended.pid}"


def run_of(store, run_id):
    with store.reading() as session:
        return runs.get_run(session, run_id)


def lead_status(store, slug="seller"):
    with store.reading() as session:
        return [view.status for view in leads.list_leads(session, slug)]


def finish(store, run, status=RunStatus.COMPLETED, **more):
    with store.transaction() as session:
        runs.finish(session, run.run_id, run.fence, status, **more)


def open_step(store, run, step="search_builder"):
    recorder = step_runs.SqlRecorder(store, run)
    return recorder, recorder.open(step, asset="search_queries", variables={})


# ---------------------------------------------------------------- queueing and taking


def test_a_lead_has_at_most_one_live_run(store):
    run_id = add_run(store)
    assert add_run(store) == run_id
    assert take(store, run_id).attempt == 1
    assert add_run(store) == run_id
    assert lead_status(store) == ["processing"]


def test_a_second_dossier_of_a_lead_is_run_number_two(store):
    run_id = add_run(store)
    finish(store, take(store, run_id))
    assert lead_status(store) == ["ready"]
    assert add_run(store) == run_id.removesuffix("1") + "2"
    assert lead_status(store) == ["flagged"]


def test_queueing_a_pending_run_again_changes_its_wishes(store):
    run_id = add_run(store)
    with store.transaction() as session:
        lead = leads.get_lead(session, "seller", "acme.example")
        wishes = {"reference_date": date(2026, 6, 30), "provider": "extractive"}
        assert runs.queue_run(session, "seller", lead.id, trigger="manual", **wishes) == run_id
    taken = take(store, run_id)
    assert (taken.reference_date, taken.provider) == (date(2026, 6, 30), "extractive")


def test_other_wishes_after_a_requeue_make_the_artifacts_anew(store):
    run_id = add_run(store)
    run = take(store, run_id)
    save(store, run, "search_queries")
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "503")
        runs.queue_run(session, "seller", run.lead.id, trigger="manual", reference_date=date(2025, 1, 1))
    again = take(store, run_id, "dagster-2")
    with store.reading() as session:
        assert artifacts.finished(session, again) == set()
    assert again.reference_date == date(2025, 1, 1)


def test_every_asset_of_one_worker_gets_the_same_run(store):
    run_id = add_run(store)
    first = take(store, run_id)
    save(store, first, "search_queries")
    assert take(store, run_id) == first


def test_the_snapshot_is_taken_once_and_never_changes(store):
    run_id = add_run(store)
    run = take(store, run_id)
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "503")
    assert take(store, run_id, "dagster-2").config == {"taken": "dagster-1"}


def test_a_run_in_living_hands_is_not_taken(store):
    run_id = add_run(store)
    take(store, run_id)
    with pytest.raises(Superseded, match="is being made by"):
        take(store, run_id, "dagster-2")


def test_of_many_workers_at_once_one_gets_the_run(store):
    run_id = add_run(store)

    def attempt(number):
        try:
            return take(store, run_id, f"dagster-{number}").fence
        except Superseded:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sorted(filter(None, pool.map(attempt, range(8)))) == [1]


def test_an_unknown_run_is_refused(store):
    with pytest.raises(BadInput, match="Unknown run"):
        take(store, "seller--nobody-00000000-1")


def test_a_completed_run_is_remade_as_a_new_attempt(store):
    run_id = add_run(store)
    run = take(store, run_id)
    save(store, run, "search_queries")
    finish(store, run)
    again = take(store, run_id, "by-hand")
    assert (again.attempt, again.fresh_from, again.resumed) == (2, 2, False)
    with store.reading() as session:
        assert artifacts.finished(session, again) == set()
        assert artifacts.load(session, run_id, "search_queries") is not None
    assert run_of(store, run_id).status is RunStatus.RUNNING


def test_remaking_a_part_of_a_completed_run_leaves_its_status(store):
    run_id = add_run(store)
    finish(store, take(store, run_id))
    part = take(store, run_id, "by-hand", whole=False)
    save(store, part, "sources")
    assert run_of(store, run_id).status is RunStatus.COMPLETED
    assert lead_status(store) == ["ready"]
    assert take(store, run_id, "by-hand", whole=False) == part


def test_a_worker_that_lost_its_run_writes_nothing(store):
    run_id = add_run(store)
    old = take(store, run_id, owner=dead_owner())
    recorder, step = open_step(store, old)
    new = take(store, run_id, "dagster-2")
    with pytest.raises(Superseded):
        save(store, old, "search_queries")
    with pytest.raises(Superseded):
        recorder.close(step, StepRecord(StepStatus.COMPLETED))
    with pytest.raises(Superseded):
        finish(store, old)
    save(store, new, "search_queries")


# ---------------------------------------------------------------- failures and retries


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
    with pytest.raises(BadInput, match="dossier retry"):
        take(store, run_id, "by-hand")
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


def test_runs_are_listed_newest_first_and_filtered(store):
    ids = [add_run(store, name, f"{name}.example") for name in ("a1", "b2", "c3")]
    take(store, ids[1])
    with store.reading() as session:
        assert [view.run_id for view in runs.list_runs(session)] == ids[::-1]
        assert [view.run_id for view in runs.list_runs(session, "seller", "running")] == [ids[1]]
        assert len(runs.list_runs(session, limit=2)) == 2
        with pytest.raises(BadInput, match="pending, running"):
            runs.list_runs(session, status="sleeping")


# ---------------------------------------------------------------- owners


def test_this_process_lives_and_an_ended_one_does_not():
    assert owners.is_alive(owners.current_owner())
    assert not owners.is_alive(dead_owner())


def test_a_process_that_took_over_a_pid_is_another_owner():
    assert not owners.is_alive(f"{socket.gethostname()}:{os.getpid()}:1")


def test_a_worker_of_another_host_counts_as_alive():
    assert owners.is_alive("elsewhere.example:1")
