"""Leases: who holds a run until when, by whose clock, and what a worker that lost it may still do."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from store_fixture import add_run, dead_owner, finish, lead_status, open_step, run_of, save, take, wrong_clock

from dossier.errors import BadInput, Superseded
from dossier.models import RunStatus, StepStatus
from dossier.ports import StepRecord
from dossier.store import artifacts, columns, owners, runs, step_runs
from dossier.store.clock import db_now
from dossier.store.tables_queue import RunRow

ORDER = ("search_queries", "sources", "fact_check")
ELSEWHERE = "elsewhere:1"  # a worker of another host: only its lease can tell whether it lives


def lease_is_over(store, run_id):
    """Let the lease of a run be over, as if its worker had paused for long enough."""
    with store.transaction() as session:
        past = session.scalar(select(db_now(-1)))
        session.execute(update(RunRow).where(RunRow.run_id == run_id).values(lease_until=past))


def row_of(store, run_id):
    with store.reading() as session:
        return session.scalars(select(RunRow).where(RunRow.run_id == run_id)).one()


# ---------------------------------------------------------------- the clock


def test_the_databases_clock_counts_seconds_and_reads_as_the_stores_own_times(store):
    with store.reading() as session:
        early, now, late = session.execute(select(db_now(-90.5), db_now(), db_now(1e6))).one()
        text = session.connection().execute(select(db_now())).scalar()
    assert (now - early, late - now) == (timedelta(seconds=90.5), timedelta(seconds=1e6))
    assert len(columns.iso(text)) == len(columns.iso(columns.now_utc()))
    assert abs(now - columns.now_utc()) < timedelta(minutes=5)


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_worker_whose_clock_is_wrong_takes_nothing_early_and_loses_nothing(store, monkeypatch, hours):
    waiting, held = add_run(store), add_run(store, "Beta", "beta.example")
    run = take(store, waiting)
    with store.transaction() as session:
        runs.requeue(session, waiting, run.fence, "503", retry_after=600)
    take(store, held, owner=ELSEWHERE)
    wrong_clock(monkeypatch, hours)
    with store.transaction() as session:
        assert runs.recover(session) == []
        assert runs.due_runs(session) == []
    with pytest.raises(Superseded, match="is being made by"):
        take(store, held, "dagster-2")


# ---------------------------------------------------------------- holding


def test_a_taken_run_is_held_for_thirty_seconds_and_renewed_from_now(store):
    run_id = add_run(store)
    run = take(store, run_id, owner=ELSEWHERE)
    lease_is_over(store, run_id)
    with store.transaction() as session:
        before = session.scalar(select(db_now()))
        assert runs.renew(session, ELSEWHERE) == {run_id: run.fence}
        after = session.scalar(select(db_now()))
    lease = row_of(store, run_id).lease_until
    assert before <= lease - timedelta(seconds=runs.LEASE_SECONDS) <= after


def test_a_lease_that_is_over_but_that_nobody_took_is_still_held(store):
    run_id = add_run(store)
    run = take(store, run_id, owner=ELSEWHERE)
    lease_is_over(store, run_id)
    save(store, run, "search_queries")
    with store.transaction() as session:
        assert runs.renew(session, ELSEWHERE) == {run_id: run.fence}
        assert runs.recover(session) == []


def test_renewing_tells_which_runs_are_lost(store):
    mine, taken, ended, cancelled = (add_run(store, name, f"{name}.example") for name in ("a1", "b2", "c3", "d4"))
    held = {
        run_id: take(store, run_id, f"dagster-{run_id}", owner=ELSEWHERE) for run_id in (mine, taken, ended, cancelled)
    }
    lease_is_over(store, taken)
    take(store, taken, "dagster-2", owner="other:2")
    finish(store, held[ended])
    with store.transaction() as session:
        runs.cancel(session, cancelled)
        assert runs.renew(session, ELSEWHERE) == {mine: held[mine].fence}


def test_a_part_made_by_hand_on_a_completed_run_is_held_too(store):
    run_id = add_run(store)
    finish(store, take(store, run_id))
    part = take(store, run_id, "by-hand", owner=ELSEWHERE, whole=False)
    with store.transaction() as session:
        assert runs.renew(session, ELSEWHERE) == {run_id: part.fence}
    assert run_of(store, run_id).status is RunStatus.COMPLETED


@pytest.mark.parametrize("end", ["finished", "requeued"])
def test_a_run_that_ended_its_attempt_is_held_by_nobody(store, end):
    run_id = add_run(store)
    run = take(store, run_id)
    if end == "finished":
        finish(store, run)
    else:
        with store.transaction() as session:
            runs.requeue(session, run_id, run.fence, "503")
    assert row_of(store, run_id).lease_until is None
    with store.transaction() as session:
        assert runs.renew(session, owners.current_owner()) == {}


def test_a_heartbeat_and_a_scan_for_lost_runs_look_only_at_runs_that_are_held(sqlite_store):
    """Neither reads the whole table: by the plans that SQLite makes for the statements as they are sent."""
    plans = []

    def explain(connection, cursor, statement, parameters, context, executemany):
        if "v2_pipeline_runs" in statement and not statement.startswith("EXPLAIN"):
            rows = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in rows if "v2_pipeline_runs" in row[3])

    with sqlite_store.transaction() as session:
        event.listen(session.connection(), "before_cursor_execute", explain)
        runs.renew(session, ELSEWHERE)
        runs.recover(session)
    assert plans
    assert all(" USING " in plan and plan.startswith("SEARCH") for plan in plans), plans


# ---------------------------------------------------------------- losing


def test_a_paused_worker_loses_its_run_when_its_lease_is_over(store):
    run_id = add_run(store)
    paused = take(store, run_id, owner=ELSEWHERE)
    recorder, step = open_step(store, paused)
    lease_is_over(store, run_id)
    assert run_of(store, run_id).interrupted
    again = take(store, run_id, "dagster-2")
    assert (again.attempt, again.fence > paused.fence) == (2, True)
    with pytest.raises(Superseded):
        save(store, paused, "search_queries")
    with pytest.raises(Superseded):
        recorder.close(step, StepRecord(StepStatus.COMPLETED))
    with pytest.raises(Superseded):
        finish(store, paused)
    with store.reading() as session:
        assert [view.error for view in step_runs.list_steps(session, run_id)] == ["interrupted"]


def test_a_paused_worker_of_this_host_keeps_its_run_until_then(store):
    run_id = add_run(store)
    take(store, run_id)
    with pytest.raises(Superseded):
        take(store, run_id, "dagster-2")
    lease_is_over(store, run_id)
    assert take(store, run_id, "dagster-2").attempt == 2


def test_recover_puts_back_what_was_not_heard_from_and_says_so(store):
    silent, heard = add_run(store), add_run(store, "Beta", "beta.example")
    for run_id in (silent, heard):
        take(store, run_id, owner=ELSEWHERE)
    lease_is_over(store, silent)
    with store.transaction() as session:
        assert runs.recover(session) == [silent]
        assert runs.recover(session) == []
    assert "was not heard from" in run_of(store, silent).error
    assert run_of(store, heard).status is RunStatus.RUNNING


def test_a_dead_process_of_this_host_is_dead_at_once_whatever_its_lease(store):
    run_id = add_run(store)
    take(store, run_id, owner=dead_owner())
    assert take(store, run_id, "dagster-2").attempt == 2


# ---------------------------------------------------------------- attempts


def test_a_launch_of_an_earlier_attempt_takes_nothing(store):
    run_id = add_run(store)
    run = take(store, run_id, attempt=1)
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "503")
    with pytest.raises(Superseded, match="at attempt 2"):
        take(store, run_id, "dagster-2", attempt=1)
    assert take(store, run_id, "dagster-3", attempt=2).attempt == 2


def test_a_launch_of_an_attempt_whose_worker_is_gone_takes_it_up(store):
    run_id = add_run(store)
    take(store, run_id, owner=dead_owner(), attempt=1)
    assert take(store, run_id, "dagster-2", attempt=1).attempt == 2


@pytest.mark.parametrize(
    "status", [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.BLOCKED, RunStatus.CANCELLED, RunStatus.SKIPPED]
)
def test_a_launched_attempt_never_opens_a_run_that_has_ended(store, status):
    run_id = add_run(store)
    finish(store, take(store, run_id), status, error="why")
    with pytest.raises(Superseded, match=f"is {status}"):
        take(store, run_id, "dagster-2", attempt=1)
    assert run_of(store, run_id).status is status


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.BLOCKED, RunStatus.CANCELLED, RunStatus.SKIPPED])
def test_a_run_that_ended_badly_is_retried_by_taking_it_by_hand(store, status):
    run_id = add_run(store)
    run = take(store, run_id)
    save(store, run, "search_queries")
    finish(store, run, status, error="why", step="sources")
    again = take(store, run_id, "by-hand", remake=False)
    assert (again.attempt, again.resumed, again.trigger) == (2, True, "retry")
    with store.reading() as session:
        assert artifacts.finished(session, again) == {"search_queries"}
    view = run_of(store, run_id)
    assert (view.status, view.error, view.error_step) == (RunStatus.RUNNING, None, None)
    assert lead_status(store) == ["processing"]


def test_the_seconds_of_a_retried_run_are_counted_from_its_retry(store):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.FAILED, error="why")
    with store.transaction() as session:
        early = session.scalar(select(db_now(-3600)))
        session.execute(update(RunRow).values(started_at=early))
    finish(store, take(store, run_id, "by-hand"))
    assert run_of(store, run_id).wall_s < 3000


def test_a_part_of_a_failed_run_made_by_hand_leaves_its_status(store):
    run_id = add_run(store)
    finish(store, take(store, run_id), RunStatus.FAILED, error="why")
    part = take(store, run_id, "by-hand", whole=False)
    assert take(store, run_id, "by-hand", whole=False) == part
    save(store, part, "sources")
    assert (run_of(store, run_id).status, run_of(store, run_id).error) == (RunStatus.FAILED, "why")
    assert lead_status(store) == ["blocked"]


def test_a_completed_run_is_left_alone_by_who_does_not_remake(store):
    run_id = add_run(store)
    finish(store, take(store, run_id))
    with pytest.raises(Superseded, match="is completed"):
        take(store, run_id, "dagster-2", remake=False)


def test_a_lead_has_one_run_under_way_also_when_an_older_one_is_taken_again(store):
    first = add_run(store)
    finish(store, take(store, first), RunStatus.FAILED)
    second = add_run(store)
    with pytest.raises(BadInput, match=second):
        take(store, first, "by-hand")
    with store.transaction() as session, pytest.raises(BadInput, match=second):
        runs.retry(session, first, order=ORDER)
    finish(store, take(store, second), RunStatus.CANCELLED)
    assert take(store, first, "by-hand").attempt == 2


# ---------------------------------------------------------------- cancelling


@pytest.mark.parametrize("state", ["pending", "running"])
def test_a_cancelled_run_ends_and_its_lead_is_new(store, state):
    run_id = add_run(store)
    run = take(store, run_id) if state == "running" else None
    if run:
        open_step(store, run)
    with store.transaction() as session:
        runs.cancel(session, run_id)
    view = run_of(store, run_id)
    assert (view.status, view.owner, view.lease_until) == (RunStatus.CANCELLED, None, None)
    assert view.error == "Cancelled by hand."
    assert lead_status(store) == ["new"]
    with store.reading() as session:
        assert runs.due_runs(session) == []
        assert [step.error for step in step_runs.list_steps(session, run_id)] == (["cancelled"] if run else [])


def test_the_worker_of_a_cancelled_run_writes_nothing_more(store):
    run_id = add_run(store)
    run = take(store, run_id)
    with store.transaction() as session:
        runs.cancel(session, run_id)
    with pytest.raises(Superseded):
        save(store, run, "search_queries")
    with pytest.raises(Superseded):
        take(store, run_id)


def test_a_run_that_has_ended_cannot_be_cancelled(store):
    run_id = add_run(store)
    finish(store, take(store, run_id))
    with store.transaction() as session, pytest.raises(BadInput, match="is completed"):
        runs.cancel(session, run_id)


def test_a_cancelled_run_can_be_retried(store):
    run_id = add_run(store)
    with store.transaction() as session:
        runs.cancel(session, run_id)
        runs.retry(session, run_id, order=ORDER)
    assert take(store, run_id, attempt=2).attempt == 2
