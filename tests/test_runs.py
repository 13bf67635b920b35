"""Who holds a run, what counts as finished, and what a worker may write that lost it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from store_fixture import add_run, dead_owner, finish, lead_status, open_step, run_of, save, take

from dossier.errors import BadInput, Superseded
from dossier.models import RunStatus, StepStatus
from dossier.ports import StepRecord
from dossier.store import artifacts, discovery, leads, owners, runs
from dossier.store.tables_queue import StepRunRow

DAWN = datetime(2026, 6, 1, 6, tzinfo=UTC)

# ---------------------------------------------------------------- how long it took


def stepped(store, run, asset, start, end, *, closed=True):
    """Record a step that took from `start` to `end`, in seconds after the run was taken."""
    recorder, opened = open_step(store, run)
    if closed:
        recorder.close(opened, StepRecord(StepStatus.COMPLETED, duration_ms=1))
    with store.transaction() as session:
        times = {"started_at": DAWN + timedelta(seconds=start), "completed_at": DAWN + timedelta(seconds=end)}
        session.execute(update(StepRunRow).where(StepRunRow.id == opened).values(asset=asset, **times))


def test_of_runs_that_are_made_together_each_took_the_seconds_of_its_own_steps(store):
    first, second = (take(store, add_run(store, name, f"{name}.example")) for name in ("one", "two"))
    stepped(store, first, "signals", 0, 2)
    stepped(store, second, "signals", 2, 30)
    stepped(store, first, "sections", 30, 33)
    stepped(store, first, "contacts", 31, 34)  # side by side with the sections
    stepped(store, first, "outreach", 31, 32)
    stepped(store, second, "sections", 100, 9000, closed=False)  # closed for a worker that was gone
    for run in (first, second):
        assert run_of(store, run.run_id).wall_s is None
        finish(store, run)
    assert (run_of(store, first.run_id).wall_s, run_of(store, second.run_id).wall_s) == (6.0, 28.0)
    with store.reading() as session:
        assert {view.run_id: view.wall_s for view in runs.list_runs(session)} == {
            first.run_id: 6.0,
            second.run_id: 28.0,
        }


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


def test_a_part_of_a_pending_run_can_be_made_by_hand_and_the_queue_still_takes_the_whole(store):
    run_id = add_run(store)
    part = take(store, run_id, "by-hand", whole=False)
    save(store, part, "search_queries")
    assert take(store, run_id, "by-hand", whole=False) == part
    assert run_of(store, run_id).status is RunStatus.PENDING
    whole = take(store, run_id, "dagster-1")
    with store.reading() as session:
        assert artifacts.finished(session, whole) == {"search_queries"}
    with pytest.raises(Superseded):
        save(store, part, "sources")


def test_a_dagster_run_that_gave_its_run_back_does_not_take_it_again(store):
    run_id = add_run(store)
    run = take(store, run_id)
    with store.transaction() as session:
        runs.requeue(session, run_id, run.fence, "503")
    with pytest.raises(Superseded):
        take(store, run_id)
    with pytest.raises(Superseded):
        save(store, run, "search_queries")


def test_queueing_a_lead_whose_worker_died_takes_up_its_run_with_the_new_wishes(store):
    run_id = add_run(store)
    run = take(store, run_id, owner=dead_owner())
    with store.transaction() as session:
        wishes = {"trigger": "manual", "reference_date": date(2025, 1, 1)}
        assert runs.queue_run(session, "seller", run.lead.id, **wishes) == run_id
    assert take(store, run_id, "dagster-2").reference_date == date(2025, 1, 1)


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


def test_a_killed_process_whose_parent_has_not_looked_yet_is_dead():
    killed = subprocess.Popen([sys.executable, "-c", "import time; print(flush=True); time.sleep(600)"], stdout=-1)
    killed.stdout.readline()
    name = f"{owners.place()}:{killed.pid}"
    assert owners.is_alive(name)
    killed.kill()
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    assert not owners.is_alive(name)
    killed.communicate()


def test_a_process_that_took_over_a_pid_is_another_owner():
    assert not owners.is_alive(f"{owners.place()}:{os.getpid()}:1")


def test_a_worker_of_another_host_counts_as_alive():
    assert owners.is_alive("elsewhere.example:1")


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 12, 31), date(2100, 1, 2), date.max])
def test_a_day_that_no_dossier_can_count_to_is_refused_by_the_queue(store, day):
    run_id = add_run(store)
    lead = run_of(store, run_id).lead_id
    with pytest.raises(BadInput, match="1900-01-01 to 2100-01-01"), store.transaction() as session:
        runs.queue_run(session, "seller", lead, trigger="manual", reference_date=day)
    with pytest.raises(BadInput, match="1900-01-01 to 2100-01-01"), store.transaction() as session:
        discovery.queue_discovery(session, "seller", trigger="manual", reference_date=day)
    assert run_of(store, run_id).reference_date is None


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2100, 1, 1)])
def test_the_first_and_the_last_day_can_be_counted_to(store, day):
    run_id = add_run(store)
    with store.transaction() as session:
        runs.queue_run(session, "seller", run_of(store, run_id).lead_id, trigger="manual", reference_date=day)
    assert run_of(store, run_id).reference_date == day
