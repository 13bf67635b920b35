"""Many dossiers in one backfill of Dagster's pages: its real web server, daemon and worker, asked as a browser asks.

Here: how many dossiers come out, of how many Dagster runs, and the wall of each. The sensors stay off, so that the
backfill alone makes them. Not here: the same in one process (`ranges.py`).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from benchmarks.alone import alone
from benchmarks.leads import fill
from benchmarks.places import DATABASES, Place, place
from dossier.store import runs
from dossier_assets.launch import ASSET_ORDER, workplace
from dossier_assets.partitions import register

QUICK, WHOLE = 5, 300
LOCATION = ["-m", "dossier_assets.definitions"]
BEGIN = """mutation($names: [String!]!, $assets: [AssetKeyInput!]) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $names}) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
STATE = """query($id: String!) { partitionBackfillOrError(backfillId: $id) {
  ... on PartitionBackfill { status runs(limit: 1000) { status } } } }"""
UNDER_WAY = {"REQUESTED", "CANCELING", "FAILING"}


def measure(whole: bool) -> dict[str, Any]:
    """Return the figures on each database, every one from a process of its own."""
    size = WHOLE if whole else QUICK
    return {name: alone("benchmarks.backfill:one_backfill", database=name, size=size) for name in DATABASES}


def one_backfill(database: str, size: int) -> dict[str, Any]:
    """Make `size` dossiers by one backfill of all assets; seconds, and what became of each run."""
    with place(database) as here:
        with here.store() as store:
            run_ids = fill(store, size)
        work = workplace(here.settings)
        register(work.instance, run_ids)
        with _served(here) as ask:
            begun = time.perf_counter()
            started = ask(BEGIN, names=run_ids, assets=[{"path": [name]} for name in ASSET_ORDER])
            made, peak = _until_done(ask, started["launchPartitionBackfill"]["backfillId"], here)
            wall = time.perf_counter() - begun
        with work.runs.store.reading() as session:
            views = [runs.get_run(session, run_id) for run_id in run_ids]
        work.runs.store.close()
    return {
        "dossiers": size,
        "runs": dict(Counter(f"{view.status}/{view.dossier_status}" for view in views)),
        "lost": sum(view.status != "completed" for view in views),
        "dagster_runs": dict(Counter(run["status"] for run in made["runs"])),
        "wall_s": round(wall, 1),
        "wall_ms_each": round(wall / size * 1000),
        "largest_process_mb": peak,
    }


def _until_done(ask: Any, backfill: str, here: Place) -> tuple[dict[str, Any], int]:
    """Return the backfill when it has ended, and the most memory that a process has had meanwhile, in MB."""
    peak = 0
    while True:
        found: dict[str, Any] = ask(STATE, id=backfill)["partitionBackfillOrError"]
        if found["status"] not in UNDER_WAY:
            return found, peak
        peak = max(peak, *_peaks(here), 0)
        time.sleep(1)


def _peaks(here: Place) -> Iterator[int]:
    """Yield the peak of each process of this home: the worker is by far the largest."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, StopIteration):
            if f"DOSSIER_HOME={here.home}".encode() in (process / "environ").read_bytes().split(b"\0"):
                said = (process / "status").read_text().splitlines()
                yield int(next(line for line in said if line.startswith("VmHWM")).split()[1]) // 1024


@contextmanager
def _served(here: Place) -> Iterator[Any]:
    """Give a function that asks the pages' interface, with web server and daemon running."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = _environment(here)
    scripts = Path(sys.executable).parent
    pages = [str(scripts / "dagster-webserver"), *LOCATION, "--host", "127.0.0.1", "--port", str(port)]
    with _running([pages, [str(scripts / "dagster-daemon"), "run", *LOCATION]], given, here.home / "dev.log"):

        def ask(query: str, **variables: Any) -> Any:
            body = json.dumps({"query": query, "variables": variables}).encode()
            address = f"http://127.0.0.1:{port}/graphql"
            request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())["data"]

        while True:
            with suppress(OSError):
                ask("query { version }")
                break
            time.sleep(0.5)
        yield ask


def _environment(here: Place) -> dict[str, str]:
    settings = here.settings
    settings.tell_dagster()
    return {
        **os.environ,
        "DAGSTER_HOME": str(settings.dagster_home),
        "DOSSIER_HOME": str(here.home),
        "DOSSIER_DATABASE_URL": here.url,
        "DOSSIER_PROVIDER": "extractive",
        "DOSSIER_START_SENSORS": "false",
    }


@contextmanager
def _running(commands: Sequence[Sequence[str]], given: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("w") as told:
        started = [subprocess.Popen(command, env=given, stdout=told, stderr=told) for command in commands]
        try:
            yield
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.wait(60)
