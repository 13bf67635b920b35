"""Dagster's instance file, and its pages and daemon as one thing that starts and ends together.

Here: the settings of the instance, the check that nobody weakened them, and the processes of `dossier dev`. Not
here: runs of the command line (`launch.py`). The caller hands in the environment: this module does not read it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from dossier.errors import BadInput
from dossier.store.addresses import DAGSTER_VARIABLE, is_plain

MODULE = "dossier_assets.definitions"
GRACE_SECONDS = 15
STRAGGLER_SECONDS = 1

# One retry authority: the queue. Threads for evaluating sensors keep one that hangs from starving the others;
# threads for submitting would launch a run key twice. The longest run time is the only cure for lost workers.
# A pool counts runs, not ops: the slot that an op claimed would be gone for ever with its worker, and the command line
# would wait for it.
POSTGRESQL = {
    "module": "dossier_assets.postgres_storage",
    "class": "KeptPostgresStorage",
    "config": {"postgres_url": {"env": DAGSTER_VARIABLE}},  # no password stands in the file
}
EVENT_LOG = {"module": "dossier_assets.sqlite_events", "class": "KeptSqliteEventLog"}
INSTANCE: dict[str, Any] = {
    "telemetry": {"enabled": False},
    "python_logs": {"python_log_level": "INFO"},
    "nux": {"enabled": False},
    "sensors": {"use_threads": True, "num_workers": 4},
    "concurrency": {"runs": {"max_concurrent_runs": 2}, "pools": {"default_limit": 10, "granularity": "run"}},
    "run_monitoring": {
        "enabled": True,
        "poll_interval_seconds": 15,
        "start_timeout_seconds": 120,
        "cancel_timeout_seconds": 60,
        "max_runtime_seconds": 7200,  # a backfill makes up to 300 dossiers in one run
        "free_slots_after_run_end_seconds": 60,
    },
    "run_retries": {"enabled": False},
}


def write_instance(dagster_home: Path, storage: str | None = None) -> Path:
    """Write `dagster.yaml` below `dagster_home` if it is not there; return its path.

    `storage` is the address of Dagster's own storage on PostgreSQL, which the file takes from the environment;
    without it, the file names SQLite. A file that is there stays as a person left it. Raises BadInput if it
    breaks what the queue relies on, or names an address that is not there.
    """
    check_place(dagster_home, storage)
    path = dagster_home / "dagster.yaml"
    if not path.exists():
        dagster_home.mkdir(parents=True, exist_ok=True)
        head = "# Written by `dossier init`. Change it freely, but keep retries off: the queue of runs does them.\n"
        if storage:
            head += f"# `dossier` sets {DAGSTER_VARIABLE}; set it yourself for commands of Dagster's own.\n"
        written = yaml.safe_dump(instance_at(dagster_home, on_postgresql=bool(storage)), sort_keys=False)
        path.write_text(head + written, encoding="utf-8")
    faults = weakened(_read(path)) + misplaced(_read(path), dagster_home)
    if is_on_postgresql(path) and not storage:
        faults.append(f"it keeps runs in PostgreSQL, but neither DOSSIER_DATABASE_URL nor {DAGSTER_VARIABLE} does")
    if faults:
        raise BadInput(f"{path} cannot be used.", "; ".join(faults), "Correct it, or delete it and run: dossier init")
    return path


def check_place(dagster_home: Path, storage: str | None) -> None:
    """Raise BadInput where Dagster would keep its SQLite files elsewhere than in `dagster_home`."""
    if not (storage or is_plain(dagster_home)):
        raise BadInput(
            f"Dagster cannot keep its files in {dagster_home}.",
            "It takes a question mark, or a percent sign before two figures, for a part of an address.",
            "Name a home without them: --home PATH, DOSSIER_HOME",
        )


def is_on_postgresql(path: Path) -> bool:
    """Return whether the instance file takes the address of its storage from our variable."""
    return DAGSTER_VARIABLE in yaml.safe_dump(_read(path).get("storage"))


def instance_at(dagster_home: Path, *, on_postgresql: bool = False) -> dict[str, Any]:
    """Return the instance file of a home: its settings, and Dagster's storage in PostgreSQL or in its usual folder."""
    if on_postgresql:
        return {**INSTANCE, "storage": {"custom": POSTGRESQL}}
    return {**INSTANCE, "event_log_storage": {**EVENT_LOG, "config": {"base_dir": str(_events_at(dagster_home))}}}


def misplaced(instance: Mapping[str, Any], dagster_home: Path) -> list[str]:
    """Return a complaint if the file still names the place of another home, from which it was copied or moved."""
    events = _part(instance, "event_log_storage")
    base = _part(events, "config").get("base_dir")
    ours = events.get("class") == EVENT_LOG["class"]
    return (
        [f"it keeps events in {base}, which is not in this home"]
        if ours and base != str(_events_at(dagster_home))
        else []
    )


def _events_at(dagster_home: Path) -> Path:
    return dagster_home / "history" / "runs"


def weakened(instance: Mapping[str, Any]) -> list[str]:
    """Return what in an instance file breaks the promises of the queue, in words."""
    sensors, retries, monitoring = (_part(instance, name) for name in ("sensors", "run_retries", "run_monitoring"))
    pools = _part(_part(instance, "concurrency"), "pools")
    rules = (
        ("num_submit_workers" in sensors, "sensors.num_submit_workers launches one request several times"),
        (retries.get("enabled", False), "run_retries.enabled makes a second retry authority"),
        (not monitoring.get("enabled", False), "run_monitoring.enabled is off, so lost workers are never noticed"),
        (not monitoring.get("max_runtime_seconds"), "run_monitoring.max_runtime_seconds is unset, so lost runs stay"),
        (
            pools and pools.get("granularity") != "run",
            "concurrency.pools.granularity must be run: lost workers keep slots",
        ),
    )
    return [said for is_broken, said in rules if is_broken]


def serve(environment: Mapping[str, str], dagster_home: Path, port: int, host: str = "127.0.0.1") -> int:
    """Serve Dagster's pages with the daemon until Ctrl-C or SIGTERM, or until one of them ends; then end all.

    Returns 0 when it was asked to end, else the exit code of the process that ended by itself.
    """
    scripts = Path(sys.executable).parent
    pages = [str(scripts / "dagster-webserver"), *_location(), "--host", host, "--port", str(port)]
    daemon = [str(scripts / "dagster-daemon"), "run", *_location()]
    given = {**environment, "DAGSTER_HOME": str(dagster_home), "DOSSIER_START_SENSORS": "true"}
    return supervise([pages, daemon], given)


def supervise(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run `commands` until one ends or this process is told to; end every process that they began."""
    told = []
    before = {
        number: signal.signal(number, lambda got, _: told.append(got)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    # Each in a session of its own: Ctrl-C reaches this process alone, which then ends them in order.
    running = [subprocess.Popen(command, env=dict(environment), start_new_session=True) for command in commands]
    try:
        while not told and all(process.poll() is None for process in running):
            time.sleep(0.2)
        ended = [process.returncode for process in running if process.poll() is not None]
        return 0 if told else (ended[0] or 1)
    finally:
        _end(running)
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask the processes to end, then all that is left of their groups, then insist."""
    for process in running:
        _signal_group(process, signal.SIGINT)
    until = time.monotonic() + GRACE_SECONDS
    for process in running:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
    for number in (signal.SIGTERM, signal.SIGKILL):
        signalled = [process for process in running if _signal_group(process, number)]
        if signalled:
            time.sleep(STRAGGLER_SECONDS)
    for process in running:
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> bool:
    """Signal the process and all that it began; False where none of them is left."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
        return True
    return False


def _location() -> list[str]:
    """The code location: `workspace.yaml` where there is one, else the installed module."""
    return ["-w", "workspace.yaml"] if Path("workspace.yaml").is_file() else ["-m", MODULE]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadInput(
            f"{path} cannot be read.", str(error)[:300], "Correct it, or delete it and run: dossier init"
        ) from error
    return loaded if isinstance(loaded, dict) else {}


def _part(instance: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = instance.get(name)
    return part if isinstance(part, dict) else {}
