"""Dagster's instance file and the processes of `dossier dev`: what is written, what is refused, what ends with what."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import dagster as dg
import pytest
import yaml
from dagster._core.op_concurrency_limits_counter import GlobalOpConcurrencyLimitsCounter

from dossier.errors import BadInput
from dossier_assets.dev import INSTANCE, weakened, write_instance
from dossier_assets.graph import POOL
from dossier_assets.sqlite_events import KEPT, KeptSqliteEventLog

STARTED = dg.DagsterRunStatus.STARTED


def test_the_instance_file_is_one_that_dagster_accepts(tmp_path):
    write_instance(tmp_path / "dagster")
    instance = dg.DagsterInstance.from_config(str(tmp_path / "dagster"))
    assert not instance.telemetry_enabled
    assert not instance.nux_enabled
    assert not instance.run_retries_enabled
    assert instance.run_monitoring_enabled
    assert instance.get_sensor_settings() == {"use_threads": True, "num_workers": 4}


def test_an_instance_file_from_another_home_is_refused(tmp_path):
    text = write_instance(tmp_path / "old").read_text()
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "dagster.yaml").write_text(text)
    with pytest.raises(BadInput, match="not in this home"):
        write_instance(tmp_path / "new")


def files_open_below(folder):
    targets = {os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")}
    return [target for target in targets if target.startswith(str(folder)) and target.endswith(".db")]


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="reads /proc")
def test_the_event_log_keeps_few_files_open_and_loses_nothing(tmp_path):
    write_instance(tmp_path)
    runs = [f"run-{number}" for number in range(3 * KEPT)]
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        log = instance.event_log_storage
        assert type(log) is KeptSqliteEventLog
        for run in runs:
            log.store_event(dg.EventLogEntry(None, logging.INFO, f"hello {run}", run, 1.0))
        assert 0 < len(files_open_below(tmp_path / "history")) <= KEPT
        assert [[entry.user_message for entry in log.get_logs_for_run(run)] for run in runs] == [
            [f"hello {run}"] for run in runs
        ]
    assert not files_open_below(tmp_path / "history")


def test_the_file_of_a_new_run_is_a_copy_of_an_empty_one_that_dagster_set_up(tmp_path):
    write_instance(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        log = instance.event_log_storage
        for run in ("first", "second"):
            log.store_event(dg.EventLogEntry(None, logging.INFO, f"hello {run}", run, 1.0))
        assert sorted(log.get_all_run_ids()) == ["first", "second"], "the empty one is no run"
    schemas = []
    for run in ("first", "second"):
        with closing(sqlite3.connect(tmp_path / "history" / "runs" / f"{run}.db")) as events:
            schemas.append(events.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall())
            assert events.execute("SELECT count(*) FROM event_logs").fetchone() == (1,)
            assert events.execute("SELECT version_num FROM alembic_version").fetchone()
    assert schemas[0] == schemas[1] != []
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_that_a_person_changed_stays(tmp_path):
    path = write_instance(tmp_path)
    changed = path.read_text().replace("max_concurrent_runs: 2", "max_concurrent_runs: 7")
    assert changed != path.read_text()
    path.write_text(changed)
    write_instance(tmp_path)
    assert path.read_text() == changed


def test_what_is_shipped_weakens_nothing():
    assert weakened(INSTANCE) == []


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("sensors", {"use_threads": True, "num_submit_workers": 8}, "several times"),
        ("run_retries", {"enabled": True}, "second retry authority"),
        ("run_monitoring", {"enabled": False}, "never noticed"),
        ("run_monitoring", {"enabled": True}, "max_runtime_seconds"),
        ("concurrency", {"pools": {"default_limit": 10, "granularity": "op"}}, "keep slots"),
    ],
)
def test_an_instance_that_weakens_the_queue_is_refused(tmp_path, part, value, said):
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump({**INSTANCE, part: value}))
    with pytest.raises(BadInput, match=said):
        write_instance(tmp_path)


@pytest.fixture
def instance(tmp_path):
    """Dagster's own instance by the file that is shipped."""
    write_instance(tmp_path)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


@dg.op(pool=POOL)
def asks(context):
    return context.run_id


@dg.job(executor_def=dg.in_process_executor)
def asking():
    asks()


def test_no_more_runs_that_ask_a_model_are_launched_than_the_pool_has_room_for(instance):
    instance.event_log_storage.set_concurrency_slots(POOL, 2)
    begun = [instance.create_run_for_job(asking, status=STARTED) for _ in range(2)]
    assert is_held_back(instance, begun)
    instance.report_run_failed(begun[0])
    assert not is_held_back(instance, begun)


def is_held_back(instance, begun):
    """Whether the daemon would let the next run wait, by its own counter."""
    waiting = instance.create_run_for_job(asking)
    under_way = instance.get_run_records(dg.RunsFilter(run_ids=[run.run_id for run in begun], statuses=[STARTED]))
    log = instance.event_log_storage
    counter = GlobalOpConcurrencyLimitsCounter(
        instance,
        [waiting],
        under_way,
        log.get_concurrency_keys(),
        log.get_pool_limits(),
        pool_granularity=instance.get_concurrency_config().pool_config.pool_granularity,
    )
    return counter.is_blocked(waiting)


def test_a_run_of_the_command_line_claims_no_slot_that_could_stay_behind(instance):
    seen = []

    @dg.op(pool=POOL)
    def looks(context):
        seen.append(context.instance.event_log_storage.get_concurrency_info(POOL).claimed_slots)

    @dg.job(executor_def=dg.in_process_executor)
    def looking():
        looks()

    instance.event_log_storage.set_concurrency_slots(POOL, 1)
    assert looking.execute_in_process(instance=instance).success
    assert seen == [[]]


@pytest.mark.parametrize("text", ["sensors: [", "!!python/object/apply:os.system ['true']", "\x00"])
def test_an_instance_file_that_cannot_be_read_is_refused_and_nothing_in_it_runs(tmp_path, text):
    (tmp_path / "dagster.yaml").write_text(text)
    with pytest.raises(BadInput, match="cannot be read"):
        write_instance(tmp_path)


CHILD = """
import subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(grandchild.pid, flush=True)
time.sleep(600)
"""
SUPERVISOR = """
import sys
from dossier_assets.dev import supervise
sys.exit(supervise([[sys.executable, "-c", sys.argv[1]], [sys.executable, "-c", sys.argv[2]]], {}))
"""


def supervised(*children):
    return subprocess.Popen([sys.executable, "-c", SUPERVISOR, *children], stdout=subprocess.PIPE, text=True)


def is_running(pid):
    """Whether the process does anything: a zombie that nobody collects does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pids):
    until = time.monotonic() + 20
    while any(is_running(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(is_running(pid) for pid in pids)


@pytest.mark.whole
@pytest.mark.skipif(not os.path.isdir("/proc"), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_every_process_and_what_they_began(number):
    supervisor = supervised(CHILD, CHILD)
    grandchildren = [int(supervisor.stdout.readline()) for _ in range(2)]
    supervisor.send_signal(number)
    assert supervisor.wait(30) == 0
    assert wait_until_gone(grandchildren)


@pytest.mark.whole
@pytest.mark.skipif(not os.path.isdir("/proc"), reason="reads /proc")
def test_one_process_that_ends_by_itself_ends_the_others_and_its_code_is_told():
    supervisor = supervised(CHILD, "import sys; sys.exit(3)")
    grandchild = int(supervisor.stdout.readline() or 0)
    assert supervisor.wait(30) == 3
    assert not grandchild or wait_until_gone([grandchild])
