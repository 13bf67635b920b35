"""Dagster's runs whose worker is gone give their place in its queue free, and no other run is touched."""

from types import SimpleNamespace
from uuid import uuid4

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from sqlalchemy import text
from store_fixture import add_run, dead_owner, finish, lead_status, run_of, take

from dossier.models import RunStatus
from dossier.store import runs
from dossier_assets.jobs import RANGE_END, RANGE_START, RUN_KEY
from sensors import new_leads
from sensors.lost_workers import PARTITION, end_lost


@pytest.fixture
def instance():
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def long_after(monkeypatch):
    """Let every Dagster run have begun long enough ago."""
    monkeypatch.setattr("sensors.lost_workers.BEGINNING_SECONDS", -3600)


def started(instance, **tags):
    """A run of Dagster's that has begun; return its id."""
    run = dg.DagsterRun("build_dossier", run_id=str(uuid4()), tags=tags)
    instance.add_run(run)
    for kind in (dg.DagsterEventType.PIPELINE_STARTING, dg.DagsterEventType.PIPELINE_START):
        instance.report_dagster_event(dg.DagsterEvent(kind.value, run.job_name), run.run_id)
    return run.run_id


def held(instance, store, name="Acme Corp", **more):
    """A run of ours in the hands of a Dagster run; return what was taken and the Dagster run's id."""
    run_id = add_run(store, name, None)
    worker_run = started(instance, **{PARTITION: run_id})
    return take(store, run_id, worker_run, **more), worker_run


def ended(instance, key, status):
    """A run of Dagster's under a run key that has ended without a word to us; return its id."""
    run = dg.DagsterRun("build_dossier", run_id=str(uuid4()), tags={RUN_KEY: key}, status=status)
    instance.add_run(run)
    return run.run_id


def tick(instance, store):
    """What the sensor asks for in one tick: run keys."""
    with dg.build_sensor_context(instance=instance, resources={"runs": SimpleNamespace(store=store)}) as context:
        result = new_leads.evaluate(context)
    return [request.run_key for request in result.run_requests] if isinstance(result, dg.SensorResult) else []


def its_time_has_come(store):
    with store.transaction() as session:
        session.execute(text("UPDATE v2_pipeline_runs SET not_before = NULL"))


def status(instance, worker_run):
    return instance.get_run_by_id(worker_run).status


def some_time_ago(store):
    with store.transaction() as session:
        session.execute(
            text("UPDATE v2_pipeline_runs SET completed_at = '2026-01-01T00:00:00.000000Z' WHERE completed_at > ''")
        )


def test_the_run_of_a_dead_worker_is_ended_in_the_tick_that_puts_its_work_back(instance, store, long_after):
    taken, worker_run = held(instance, store, owner=dead_owner())

    assert tick(instance, store) == [f"{taken.run_id}:2"]
    assert status(instance, worker_run) is DagsterRunStatus.FAILURE


def test_a_worker_that_holds_its_run_is_left_alone(instance, store, long_after):
    _, worker_run = held(instance, store)
    assert end_lost(instance, store) == []
    assert status(instance, worker_run) is DagsterRunStatus.STARTED


def test_a_worker_of_a_part_of_a_completed_run_is_left_alone(instance, store, long_after):
    taken, _ = held(instance, store)
    finish(store, taken)
    worker_run = started(instance, **{PARTITION: taken.run_id})
    take(store, taken.run_id, worker_run, whole=False)
    some_time_ago(store)
    assert worker_run not in end_lost(instance, store)


def test_a_worker_that_has_just_ended_its_run_may_close_it(instance, store, long_after):
    taken, worker_run = held(instance, store)
    finish(store, taken)
    assert end_lost(instance, store) == []
    some_time_ago(store)
    assert end_lost(instance, store) == [worker_run]


def test_one_that_began_just_now_may_still_be_taking_its_run(instance, store, monkeypatch):
    run_id = add_run(store)
    worker_run = started(instance, **{PARTITION: run_id})
    assert end_lost(instance, store) == []
    monkeypatch.setattr("sensors.lost_workers.BEGINNING_SECONDS", -3600)
    assert end_lost(instance, store) == [worker_run]


def test_a_range_is_left_alone_while_one_of_its_runs_is_under_way(instance, store, long_after):
    run_ids = [add_run(store, name, None) for name in ("Acme Corp", "Beta Corp")]
    worker_run = started(instance, **{RANGE_START: run_ids[0], RANGE_END: run_ids[-1]})
    taken = [take(store, run_id, worker_run) for run_id in run_ids]
    finish(store, taken[0])
    some_time_ago(store)
    assert end_lost(instance, store) == []
    with store.transaction() as session:
        runs.cancel(session, run_ids[1])
    some_time_ago(store)
    assert end_lost(instance, store) == [worker_run]


def test_runs_of_others_on_the_same_instance_are_never_touched(instance, store, long_after):
    strangers = [started(instance), started(instance, **{PARTITION: "2026-05-31"})]
    assert end_lost(instance, store) == []
    assert {status(instance, worker_run) for worker_run in strangers} == {DagsterRunStatus.STARTED}


def test_a_launch_that_ended_before_it_took_its_run_is_repeated_as_a_new_attempt_and_then_blocked(instance, store):
    run_id = add_run(store)
    for attempt in (1, 2, 3, 4):
        assert tick(instance, store) == [f"{run_id}:{attempt}"]
        worker_run = ended(instance, f"{run_id}:{attempt}", DagsterRunStatus.FAILURE)
        assert tick(instance, store) == []
        its_time_has_come(store)
    run = run_of(store, run_id)
    assert (run.status, lead_status(store)) == (RunStatus.BLOCKED, ["blocked"])
    assert worker_run in run.error


def test_a_launch_that_a_person_ended_before_it_began_is_cancelled(instance, store):
    run_id = add_run(store)
    ended(instance, f"{run_id}:1", DagsterRunStatus.CANCELED)
    assert tick(instance, store) == []
    assert (run_of(store, run_id).status, lead_status(store)) == (RunStatus.CANCELLED, ["new"])


def test_a_launch_of_an_attempt_that_is_over_says_nothing_of_this_one(instance, store):
    run_id = add_run(store)
    ended(instance, f"{run_id}:1", DagsterRunStatus.FAILURE)
    taken = take(store, run_id)
    with store.transaction() as session:
        runs.requeue(session, run_id, taken.fence, "Overloaded.")
    its_time_has_come(store)
    assert tick(instance, store) == [f"{run_id}:2"]
