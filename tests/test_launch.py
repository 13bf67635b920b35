"""Running dossiers in this process on the persistent instance: what comes back, what is raised, what stays quiet."""

import errno
import shutil

import dagster as dg
import pytest
from store_fixture import add_run, take

from dossier.errors import BadInput, Permanent, Retryable
from dossier.models import RunStatus
from dossier.open_runs import OpenRuns
from dossier.store import artifacts, dossiers, runs, step_runs
from dossier_assets import launch
from dossier_assets.launch import ASSET_ORDER, neighbours, of_one_client, prepare_instance, run_dossiers, workplace
from dossier_assets.metadata import plain
from resources.runs import open_runs, open_store
from resources.settings import Settings

pytestmark = pytest.mark.whole


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def settings(home, upgraded):
    """Settings of one home for the whole file: its instance is made once, as in one process of the command line."""
    chosen = Settings(home=home)
    if not (home / "dossier.db").exists():
        shutil.copyfile(upgraded, home / "dossier.db")
    return chosen


@pytest.fixture
def store(settings):
    return open_store(settings.database_url)


def status_of(store, run_id):
    with store.reading() as session:
        return runs.get_run(session, run_id)


class Notes:
    """A watcher that writes down what it is told."""

    def __init__(self):
        self.begun, self.over = [], []

    def step(self, run_id, asset):
        self.begun.append((run_id, asset))

    def ended(self, run_id):
        self.over.append(run_id)


def run_dossier(settings, run_id, watcher=None):
    """Make one dossier and return its run as it stands then."""
    run_dossiers(settings, [run_id], watcher)
    return status_of(open_store(settings.database_url), run_id)


def test_a_lead_about_which_nothing_is_known_gets_a_whole_dossier_that_says_so(settings, store, capfd):
    run_id, notes = add_run(store, "Silent Foods", None), Notes()
    view = run_dossier(settings, run_id, notes)
    assert (view.status, view.dossier_status, view.error) == (RunStatus.COMPLETED, "complete", None)
    assert sorted(notes.begun) == sorted((run_id, asset) for asset in ASSET_ORDER)
    assert notes.over == [run_id]
    with store.reading() as session:
        steps = step_runs.list_steps(session, run_id)
        assert artifacts.load(session, run_id, "delivery") is not None
    assert {step.asset for step in steps} == set(ASSET_ORDER), "every asset left its step runs"
    assert capfd.readouterr() == ("", ""), "Dagster's log stays quiet"
    instance = workplace(settings).instance
    assert instance.has_dynamic_partition("dossier_run", run_id)
    [record] = instance.get_run_records(dg.RunsFilter(tags={"dagster/partition": run_id}))
    assert record.dagster_run.tags["client"] == "seller"
    assert record.dagster_run.tags["lead"] == "silent-foods"
    assert record.dagster_run.tags["trigger"] == "manual"


def test_the_instance_and_the_job_are_made_once_for_all_runs_of_a_process(settings):
    assert workplace(settings) is workplace(Settings(home=settings.home))


def test_an_unknown_run_is_refused_before_it_becomes_a_partition(settings):
    unknown = "seller--nobody-0a1b2c3d-1"
    with pytest.raises(BadInput, match="Unknown run"):
        run_dossier(settings, unknown)
    assert not workplace(settings).instance.has_dynamic_partition("dossier_run", unknown)


def test_a_failed_run_that_is_launched_again_by_hand_is_retried(settings, store, monkeypatch):
    run_id = add_run(store, "Refused Foods", None)
    with monkeypatch.context() as patch:
        failing(patch, Permanent("The index is gone."))
        assert run_dossier(settings, run_id).status is RunStatus.FAILED
    view = run_dossier(settings, run_id)
    assert (view.status, view.attempt, view.error) == (RunStatus.COMPLETED, 2, None)


def test_a_run_that_another_worker_makes_comes_back_as_it_stands(settings, store):
    run_id = add_run(store, "Busy Foods", None)
    take(store, run_id)
    assert run_dossier(settings, run_id).status is RunStatus.RUNNING


def failing(monkeypatch, fault):
    """Let the step behind `sources` fail with `fault`."""

    def fail(*_):
        raise fault

    monkeypatch.setattr("dossier_assets.sources.find_sources", fail)


def test_a_failure_is_in_the_view_and_not_raised_nor_printed(settings, store, monkeypatch, capfd):
    run_id = add_run(store, "Broken Foods", None)
    failing(monkeypatch, Permanent("The index is gone."))
    view = run_dossier(settings, run_id)
    assert (view.status, view.error, view.error_step) == (RunStatus.FAILED, "The index is gone.", "sources")
    assert capfd.readouterr() == ("", "")


def test_a_passing_fault_comes_back_as_pending_with_a_time(settings, store, monkeypatch):
    run_id = add_run(store, "Slow Foods", None)
    failing(monkeypatch, Retryable("Overloaded."))
    view = run_dossier(settings, run_id)
    assert (view.status, view.attempt) == (RunStatus.PENDING, 2)
    assert view.not_before


def test_ctrl_c_is_passed_on_and_the_run_can_be_taken_up_where_it_stopped(settings, store, monkeypatch):
    run_id = add_run(store, "Stopped Foods", None)
    with monkeypatch.context() as patch:
        failing(patch, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            run_dossier(settings, run_id)
    with store.reading() as session:
        assert artifacts.load(session, run_id, "search_queries") is not None
        assert artifacts.load(session, run_id, "sources") is None


def test_no_row_says_running_when_the_artifact_could_not_be_stored(settings, store, monkeypatch):
    run_id = add_run(store, "Full Foods", None)
    kept = OpenRuns.keep

    def full(self, run, asset, *more):
        if asset == "sources":
            raise OSError("no space left on device")
        return kept(self, run, asset, *more)

    monkeypatch.setattr(OpenRuns, "keep", full)
    view = run_dossier(settings, run_id)
    assert view.status is RunStatus.FAILED
    assert "no space left" in view.error


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
def test_a_disk_that_takes_no_file_for_now_gives_the_run_back_to_the_queue(settings, store, monkeypatch, code):
    run_id = add_run(store, f"Disk Foods {code}", None)

    def full(path, content):
        raise OSError(code, "as the system says it", str(path))

    with monkeypatch.context() as patch:
        patch.setattr("dossier.exports.files.put_file", full)
        view = run_dossier(settings, run_id)
    assert (view.status, view.error_step, view.attempt) == (RunStatus.PENDING, "delivery", 2)
    assert "dossier.json" in view.error
    assert "Free some space" in view.error
    assert run_dossier(settings, run_id).status is RunStatus.COMPLETED


def test_a_provider_that_cannot_be_had_fails_the_run_with_what_to_do(settings, store):
    run_id = add_run(store, "Model Foods", None)
    with store.transaction() as session:
        lead = runs.get_run(session, run_id).lead_id
        runs.queue_run(session, "seller", lead, trigger="manual", provider="anthropic")
    view = run_dossier(settings, run_id)
    assert view.status is RunStatus.FAILED
    assert "ANTHROPIC_API_KEY is not set" in view.error


def test_every_settings_has_its_own_runs_and_the_same_settings_the_same(settings, tmp_path):
    assert open_runs(settings) is open_runs(Settings(home=settings.home))
    assert open_runs(settings) is not open_runs(Settings(home=tmp_path))


def test_an_instance_that_weakens_the_queue_is_refused(tmp_path):
    prepare_instance(Settings(home=tmp_path))
    launch.workplace.cache_clear()
    file = tmp_path / "dagster" / "dagster.yaml"
    file.write_text(file.read_text() + "\nrun_retries: {enabled: true}\n")
    with pytest.raises(BadInput, match="second retry authority"):
        prepare_instance(Settings(home=tmp_path))


def test_neighbours_share_a_run_and_others_do_not():
    known = [*"abcdefgh"]
    assert neighbours(["b", "a", "c", "f", "h", "a"], known, 20) == [["a", "b", "c"], ["f"], ["h"]]
    assert neighbours([*"abcde"], known, 2) == [["a", "b"], ["c", "d"], ["e"]]
    assert neighbours([], known, 2) == []


def test_no_run_is_shared_by_two_clients():
    wanted = {"a": "steel", "b": "steel", "c": "schools", "d": "steel"}
    assert of_one_client(wanted, [*"abcd"], 20) == [["a", "b"], ["d"], ["c"]]


def dagster_runs_of(settings, run_ids):
    """The Dagster runs that materialized each of the partitions, by asset of which partition."""
    instance = workplace(settings).instance
    events = [
        event
        for asset in ASSET_ORDER
        for event in instance.fetch_materializations(
            dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=run_ids), limit=100
        ).records
    ]
    return {(event.partition_key, event.asset_key.to_user_string()): event for event in events}


def test_many_leads_are_made_in_one_dagster_run_and_each_has_its_own_steps_and_metadata(settings, store):
    run_ids, notes = [add_run(store, f"Range Foods {n}", None) for n in range(3)], Notes()
    run_dossiers(settings, run_ids, notes)
    made = dagster_runs_of(settings, run_ids)
    assert set(made) == {(run_id, asset) for run_id in run_ids for asset in ASSET_ORDER}
    assert len({event.run_id for event in made.values()}) == 1
    assert all("latency_s" in event.asset_materialization.metadata for event in made.values())
    assert sorted(notes.over) == sorted(run_ids)
    for run_id in run_ids:
        assert status_of(store, run_id).status is RunStatus.COMPLETED
        with store.reading() as session:
            assert {step.asset for step in step_runs.list_steps(session, run_id)} == set(ASSET_ORDER)


def break_one(monkeypatch, broken, fault):
    """Let the step behind `sources` fail for one run."""
    from dossier.steps.sources import find_sources

    def find(context, *more):
        if context.run_id == broken:
            raise fault
        return find_sources(context, *more)

    monkeypatch.setattr("dossier_assets.sources.find_sources", find)


def test_one_bad_lead_of_many_fails_alone_and_the_pages_say_which(settings, store, monkeypatch):
    run_ids = [add_run(store, f"Mixed Foods {n}", None) for n in range(3)]
    break_one(monkeypatch, run_ids[1], Permanent("The index is gone."))
    run_dossiers(settings, run_ids)
    assert [status_of(store, run_id).status for run_id in run_ids] == ["completed", "failed", "completed"]
    assert status_of(store, run_ids[1]).error == "The index is gone."
    told = dagster_runs_of(settings, run_ids)[run_ids[1], "dossier"].asset_materialization.metadata
    assert (told["status"].value, told["error"].value) == ("failed", "sources: The index is gone.")
    [check] = workplace(settings).instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("sources"), "all_made"), limit=1
    )
    evaluation = check.event.dagster_event.asset_check_evaluation_data
    assert not evaluation.passed
    assert evaluation.metadata["failed"].value == 1
    assert plain(run_ids[1]) in evaluation.description
    assert "The index is gone." in evaluation.description


def test_a_passing_fault_of_one_lead_of_many_goes_back_to_the_queue_and_ends_nothing_else(settings, store, monkeypatch):
    run_ids = [add_run(store, f"Late Foods {n}", None) for n in range(3)]
    break_one(monkeypatch, run_ids[0], Retryable("Overloaded."))
    run_dossiers(settings, run_ids)
    assert [status_of(store, run_id).status for run_id in run_ids] == ["pending", "completed", "completed"]
    assert status_of(store, run_ids[0]).not_before


def test_a_fault_of_the_whole_range_gives_every_lead_back_to_be_tried_alone(settings, store, monkeypatch):
    run_ids = [add_run(store, f"Lost Foods {n}", None) for n in range(2)]
    monkeypatch.setattr("dossier_assets.graph.Work._events_of", lambda *_: 1 / 0)
    run_dossiers(settings, run_ids)
    assert [status_of(store, run_id).status for run_id in run_ids] == ["pending", "pending"]
    monkeypatch.undo()
    for run_id in run_ids:
        assert run_dossier(settings, run_id).status is RunStatus.COMPLETED


def test_a_lead_of_many_that_is_cancelled_midway_stops_and_the_others_go_on(settings, store, monkeypatch):
    from dossier.steps.sources import find_sources

    run_ids = [add_run(store, f"Cancelled Foods {n}", None) for n in range(3)]

    def find(context, *more):
        if context.run_id == run_ids[0]:
            with store.transaction() as session:
                runs.cancel(session, run_ids[1])
        return find_sources(context, *more)

    monkeypatch.setattr("dossier_assets.sources.find_sources", find)
    run_dossiers(settings, run_ids)
    assert [status_of(store, run_id).status for run_id in run_ids] == ["completed", "cancelled", "completed"]
    with store.reading() as session:
        assert artifacts.load(session, run_ids[1], "sources") is None


def attempts(store, run_ids):
    return {run_id: status_of(store, run_id).attempt for run_id in run_ids}


def test_what_a_batch_saw_waiting_and_has_ended_since_is_neither_remade_nor_revived(settings, store):
    run_ids = [add_run(store, f"Seen Foods {n}", None) for n in range(4)]
    seen = attempts(store, run_ids)
    run_dossier(settings, run_ids[0])
    with store.transaction() as session:
        runs.cancel(session, run_ids[1])
    made = status_of(store, run_ids[0])
    run_dossiers(settings, run_ids[:2], seen=seen)
    run_dossiers(settings, run_ids[1:2], seen=seen)
    assert status_of(store, run_ids[0]).completed_at == made.completed_at
    assert [status_of(store, run_id).status for run_id in run_ids] == ["completed", "cancelled", "pending", "pending"]
    run_dossiers(settings, run_ids, seen=seen)
    states = [(status_of(store, run_id).status, status_of(store, run_id).attempt) for run_id in run_ids]
    assert states == [("completed", 1), ("cancelled", 1), ("completed", 1), ("completed", 1)]


def test_two_batches_over_the_same_leads_make_each_dossier_once(settings, store, monkeypatch):
    """Both saw all that waits; the second works through it while the first is still at its first group."""
    from dossier.steps.sources import find_sources

    monkeypatch.setattr(launch, "AT_ONCE", 1)
    run_ids = [add_run(store, f"Twice Foods {n}", None) for n in range(3)]
    seen, begun = attempts(store, run_ids), []

    def find(context, *more):
        begun.append(context.run_id)
        if len(begun) == 1:
            run_dossiers(settings, run_ids, seen=seen)
        return find_sources(context, *more)

    monkeypatch.setattr("dossier_assets.sources.find_sources", find)
    run_dossiers(settings, run_ids, seen=seen)
    assert sorted(begun) == sorted(run_ids)
    assert {(status_of(store, run_id).status, status_of(store, run_id).attempt) for run_id in run_ids} == {
        ("completed", 1)
    }
    with store.reading() as session:
        assert {dossiers.versions(session, run_id)[-1] for run_id in run_ids} == {1}


def test_a_queue_that_is_cancelled_while_a_batch_works_stays_cancelled(settings, store, monkeypatch):
    monkeypatch.setattr(launch, "AT_ONCE", 1)
    run_ids = [add_run(store, f"Stopped Queue {n}", None) for n in range(3)]

    class Cancelling(Notes):
        def ended(self, run_id):
            super().ended(run_id)
            for other in run_ids if len(self.over) == 1 else ():
                if other != run_id:
                    with store.transaction() as session:
                        runs.cancel(session, other)

    run_dossiers(settings, run_ids, Cancelling(), attempts(store, run_ids))
    assert sorted(status_of(store, run_id).status for run_id in run_ids) == ["cancelled", "cancelled", "completed"]


def test_a_person_who_materializes_a_completed_run_remakes_it(settings, store):
    run_id = add_run(store, "Remade Foods", None)
    seen = attempts(store, [run_id])
    run_dossiers(settings, [run_id], seen=seen)
    place = workplace(settings)
    assert place.job.execute_in_process(instance=place.instance, partition_key=run_id).success
    assert status_of(store, run_id).attempt == 2


def test_a_run_that_is_deleted_while_a_batch_works_ends_nothing_else(settings, store, monkeypatch):
    monkeypatch.setattr(launch, "AT_ONCE", 1)
    run_ids = [add_run(store, f"Deleted Foods {n}", None) for n in range(3)]
    seen = attempts(store, run_ids)

    class Deleting(Notes):
        def ended(self, run_id):
            super().ended(run_id)
            if len(self.over) == 1:
                with store.transaction() as session:
                    runs.delete(session, next(other for other in run_ids if other not in self.over))

    notes = Deleting()
    run_dossiers(settings, run_ids, notes, seen)
    assert len(notes.over) == 2
    assert {status_of(store, run_id).status for run_id in notes.over} == {RunStatus.COMPLETED}
    [gone] = set(run_ids) - set(notes.over)
    run_dossiers(settings, [gone], notes, seen)
    with pytest.raises(BadInput, match="deleted"):
        run_dossiers(settings, [gone], notes)
