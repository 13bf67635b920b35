"""Dagster's runs whose worker is gone give their place in its queue free, and no other run is touched."""

from uuid import uuid4

import dagster as dg
import pytest
from dagster import DagsterRunStatus
from sqlalchemy import text
from store_fixture import add_run, dead_owner, finish, take

from dossier.store import runs
from dossier_assets.jobs import RANGE_END, RANGE_START
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


def status(instance, worker_run):
    return instance.get_run_by_id(worker_run).status


def some_time_ago(store):
    with store.transaction() as session:
        session.execute(
            text("UPDATE v2_pipeline_runs SET completed_at = '2026-01-01T00:00:00.000000Z' WHERE completed_at > ''")
        )


def test_the_run_of_a_dead_worker_is_ended_in_the_tick_that_puts_its_work_back(instance, store, long_after):
    taken, worker_run = held(instance, store, owner=dead_owner())

    class Place:
        pass

    Place.store = store
    with dg.build_sensor_context(instance=instance, resources={"runs": Place}) as context:
        asked = new_leads.evaluate(context)
    assert status(instance, worker_run) is DagsterRunStatus.FAILURE
    assert [request.run_key for request in asked.run_requests] == [f"{taken.run_id}:2"]


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
