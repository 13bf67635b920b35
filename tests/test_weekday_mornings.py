"""The schedule `weekday_mornings`: when it comes, what it launches, and that nothing is asked for twice."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import dagster as dg
import pytest
from store_fixture import add_run, dead_owner, run_of, take
from workflow_fixture import ROOT, load

from dossier.errors import Retryable
from dossier.models import RunStatus
from dossier.store import runs
from dossier.store.runs import DueRun
from dossier_assets.definitions import build_defs
from dossier_assets.jobs import RUN_KEY
from resources.settings import Settings
from sensors import new_leads, weekday_mornings
from sensors.in_flight import in_flight
from sensors.weekday_mornings import choose

RUNS = [DueRun(f"seller--acme-0a1b2c3d-{n}", 1, "seller", "acme", "sensor") for n in range(1, 4)]


class Place:
    """The resource `runs` as the schedule needs it."""

    def __init__(self, store):
        self.store = store


@pytest.fixture
def store(sqlite_store):
    """One database is enough here: the queue itself is tested on both."""
    return sqlite_store


@pytest.fixture
def instance(tmp_path):
    """An instance that knows nothing yet; a schedule needs one with files."""
    folder = tmp_path / "dagster"
    folder.mkdir()
    with dg.DagsterInstance.local_temp(str(folder)) as made:
        yield made


def tick(store, instance):
    """What one tick of the schedule yields."""
    with dg.build_schedule_context(instance=instance, resources={"runs": Place(store)}) as context:
        return list(weekday_mornings.evaluate(context))


def tick_of_the_sensor(store, instance):
    """What the sensor says in one tick."""
    with dg.build_sensor_context(instance=instance, resources={"runs": Place(store)}) as context:
        return new_leads.evaluate(context)


def launch(instance, key, status):
    """Let Dagster have a run under this key, in this state."""
    instance.add_run(dg.DagsterRun("build_dossier", run_id=str(uuid4()), status=status, tags={RUN_KEY: key}))


def test_it_comes_when_the_workflow_comes_and_is_off_until_a_person_turns_it_on():
    schedule = weekday_mornings.weekday_mornings()
    [workflow] = load(ROOT / ".github/workflows/scheduled-materialization.yml")["on"]["schedule"]
    assert workflow == {"cron": "7 7 * * 1-5", "timezone": "America/New_York"}
    assert (schedule.cron_schedule, schedule.execution_timezone) == tuple(workflow.values())
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED


def test_all_that_is_due_is_launched_oldest_first_as_scheduled():
    assert [(run.run_id, run.trigger) for run in choose(RUNS, set())] == [(run.run_id, "scheduled") for run in RUNS]


def test_what_dagster_has_in_hand_is_not_asked_for_again_but_another_attempt_of_it_is():
    assert [run.run_id for run in choose(RUNS, {f"{RUNS[0].run_id}:1", f"{RUNS[1].run_id}:2"})] == [
        RUNS[1].run_id,
        RUNS[2].run_id,
    ]


def test_a_tick_registers_the_partition_and_says_who_asked(store, instance):
    run_id = add_run(store)
    [asked] = tick(store, instance)
    assert (asked.run_key, asked.partition_key) == (f"{run_id}:1", run_id)
    assert asked.tags == {"client": "seller", "lead": "acme-corp", "trigger": "scheduled"}
    assert instance.has_dynamic_partition("dossier_run", run_id)
    assert run_of(store, run_id).trigger == "scheduled"


def test_dagster_accepts_what_a_tick_asks_for_on_an_instance_that_knows_no_partition(store, instance, tmp_path):
    run_ids = {add_run(store), add_run(store, "Beta Corp", "beta.example")}
    repository = build_defs(Settings(home=tmp_path)).get_repository_def()
    with dg.build_schedule_context(
        instance=instance,
        repository_def=repository,
        resources={"runs": Place(store)},
        scheduled_execution_time=datetime(2026, 11, 23, 12, 7, tzinfo=UTC),
    ) as context:
        made = repository.get_schedule_def("weekday_mornings").evaluate_tick(context)
    assert {request.tags["dagster/partition"] for request in made.run_requests} == run_ids


def test_a_run_whose_worker_died_is_launched_as_a_new_attempt(store, instance):
    run_id = add_run(store)
    take(store, run_id, owner=dead_owner())
    assert [asked.run_key for asked in tick(store, instance)] == [f"{run_id}:2"]
    assert run_of(store, run_id).status is RunStatus.PENDING


def test_nothing_due_is_said_and_a_queue_that_cannot_be_read_fails_the_tick(store, instance):
    [said] = tick(store, instance)
    assert "The queue was read" in said.skip_message

    class Broken:
        def transaction(self):
            raise Retryable("The database is locked.")

    with pytest.raises(Retryable):
        tick(Broken(), instance)


class Listed:
    """An instance with one run in each state, tagged with the state's name."""

    def get_runs(self, filters):
        return [
            SimpleNamespace(tags={RUN_KEY: state.name}) for state in dg.DagsterRunStatus if state in filters.statuses
        ]


def test_in_hand_is_what_dagster_has_queued_or_started_and_not_finished():
    assert in_flight(Listed()) == {"QUEUED", "STARTING", "STARTED", "CANCELING"}


def test_what_the_sensor_launched_the_schedule_does_not_and_the_other_way_round(store, instance):
    run_id = add_run(store)
    launch(instance, f"{run_id}:1", dg.DagsterRunStatus.STARTING)
    [said] = tick(store, instance)
    assert "none of them is still to be launched" in said.skip_message
    assert "Dagster has launched" in tick_of_the_sensor(store, instance).skip_message


@pytest.mark.parametrize("state", ["NOT_STARTED", "FAILURE", "CANCELED", "SUCCESS"])
def test_a_run_of_dagsters_that_never_took_ours_does_not_keep_it_waiting_for_ever(store, instance, state):
    run_id = add_run(store)
    launch(instance, f"{run_id}:1", dg.DagsterRunStatus[state])
    assert [asked.run_key for asked in tick(store, instance)] == [f"{run_id}:1"]


def test_a_run_that_was_taken_meanwhile_is_left_alone(store, instance):
    taken = take(store, add_run(store))
    assert isinstance(tick(store, instance)[0], dg.SkipReason)
    with store.transaction() as session:
        runs.finish(session, taken.run_id, taken.fence, RunStatus.COMPLETED)
    assert isinstance(tick(store, instance)[0], dg.SkipReason)
