"""The sensor `new_leads`: what is due is requested once per attempt, and an unreadable queue is no empty one."""

import dagster as dg
import pytest
from store_fixture import add_run, take

from dossier.errors import Retryable
from dossier.models import RunStatus
from dossier.store import runs
from dossier.store.runs import DueRun
from sensors import new_leads
from sensors.new_leads import choose

RUNS = [DueRun(f"seller--acme-0a1b2c3d-{n}", 1, "seller", "acme", "sensor") for n in range(1, 5)]


class Place:
    """The resource `runs` as the sensor needs it."""

    def __init__(self, store):
        self.store = store


def tick(store):
    """Evaluate the sensor once on a fresh instance; return its result and the instance."""
    instance = dg.DagsterInstance.ephemeral()
    context = dg.build_sensor_context(instance=instance, resources={"runs": Place(store)})
    return new_leads.evaluate(context), instance


def test_every_due_run_gets_its_partition_and_its_request_in_one_tick(store):
    run_id = add_run(store)
    result, _ = tick(store)
    [asked] = result.run_requests
    [added] = result.dynamic_partitions_requests
    assert asked.run_key == f"{run_id}:1"
    assert asked.partition_key == run_id
    assert added.partition_keys == [run_id]
    assert asked.tags["client"] == "seller"
    assert asked.tags["trigger"] == "manual"


def test_a_partition_that_is_known_is_not_added_again():
    launch = choose(RUNS, {RUNS[0].run_id, RUNS[1].run_id})
    assert launch.new_partitions == (RUNS[2].run_id, RUNS[3].run_id)
    assert launch.due == tuple(RUNS)


def test_a_retry_is_a_new_request_and_a_repeated_tick_is_not():
    first, again = new_leads.request(RUNS[0]), new_leads.request(RUNS[0])
    retried = new_leads.request(DueRun(RUNS[0].run_id, 2, "seller", "acme", "retry"))
    assert first.run_key == again.run_key
    assert retried.run_key != first.run_key


def test_more_runs_than_a_tick_launches_wait_for_the_next_oldest_first():
    launch = choose(RUNS, set(), limit=3)
    assert [run.run_id for run in launch.due] == [run.run_id for run in RUNS[:3]]
    assert launch.waiting == 1


def test_an_empty_queue_says_that_it_was_read(store):
    result, _ = tick(store)
    assert isinstance(result, dg.SkipReason)
    assert "was read" in result.skip_message


def test_an_unreadable_queue_fails_the_tick_and_is_not_taken_for_empty(store):
    class Broken:
        @property
        def store(self):
            raise Retryable("The database is locked.")

    context = dg.build_sensor_context(instance=dg.DagsterInstance.ephemeral(), resources={"runs": Broken()})
    with pytest.raises(Retryable):
        new_leads.evaluate(context)


def test_a_run_that_waits_after_a_fault_is_not_due_before_its_time(store):
    run_id = add_run(store)
    taken = take(store, run_id)
    with store.transaction() as session:
        runs.requeue(session, run_id, taken.fence, "Overloaded.", retry_after=600)
    assert isinstance(tick(store)[0], dg.SkipReason)


def test_a_run_whose_worker_died_is_requested_again_as_a_new_attempt(store):
    run_id = add_run(store)
    take(store, run_id, owner=f"{owner_host()}:999999999:1")
    result, _ = tick(store)
    assert [asked.run_key for asked in result.run_requests] == [f"{run_id}:2"]
    with store.reading() as session:
        assert runs.get_run(session, run_id).status is RunStatus.PENDING


def owner_host():
    from dossier.store.owners import current_owner

    return current_owner().partition(":")[0]


def test_a_key_that_is_no_run_id_never_becomes_a_partition():
    with pytest.raises(Exception, match="Not a run id"):
        choose([DueRun("../../evil", 1, "seller", "acme", "sensor")], set())


def test_it_is_stopped_in_the_repository_and_started_where_the_settings_say_so():
    assert new_leads.new_leads(running=False).default_status is dg.DefaultSensorStatus.STOPPED
    assert new_leads.new_leads(running=True).default_status is dg.DefaultSensorStatus.RUNNING
