"""Many dossiers in one Dagster run, and beside them as many empty assets that write the same metadata.

Here: wall, CPU and memory of one range, and how much of the wall is the steps' own. What is left over after them is
what the machinery costs: ours, and Dagster's, which the empty assets (`empty.py`) cost alone, on the same storage and
on Dagster's own as it comes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import dagster as dg

from benchmarks import empty
from benchmarks.alone import alone, peak_mb
from benchmarks.leads import fill
from benchmarks.places import DATABASES, place, plain_dagster
from dossier.models import RunStatus
from dossier.store import runs
from dossier.store.step_runs import SqlRecorder
from dossier_assets.definitions import OPS
from dossier_assets.jobs import RANGE_END, RANGE_START
from dossier_assets.launch import QUIET, Workplace, workplace
from dossier_assets.partitions import register

QUICK = (20,)
WHOLE = (20, 100, 300)


def measure(whole: bool) -> dict[str, Any]:
    """Return the figures of each size on each database, every one from a process of its own."""
    return {
        database: {
            str(size): alone("benchmarks.ranges:one_range", database=database, size=size)
            for size in (WHOLE if whole else QUICK)
        }
        for database in DATABASES
    }


def one_range(database: str, size: int) -> dict[str, Any]:
    """Make `size` dossiers in one Dagster run, then the empty assets on the same storage; milliseconds a partition."""
    with place(database) as here:
        with here.store() as store:
            run_ids = fill(store, size)
        work = workplace(here.settings)
        register(work.instance, run_ids)
        with _recording_timed() as recording:
            wall, cpu = _spent(lambda: _make(work, work.job, run_ids))
        peak = peak_mb()
        _refuse_unfinished(work, run_ids)
        told = empty.told_of(work.instance, run_ids)
        bare, bare_cpu = _spent(lambda: _make(work, empty.job(told), run_ids))
        with plain_dagster(here) as instance:
            register(instance, run_ids)
            plain, _ = _spent(lambda: _make(replace(work, instance=instance), empty.job(told), run_ids))
        work.runs.store.close()
    step = sum(_step_seconds(told, run_id) for run_id in run_ids)
    return {
        "wall_s": round(wall, 1),
        "wall_ms": _each(wall, size),
        "cpu_ms": _each(cpu, size),
        "steps_ms": _each(step, size),
        "of_them_recording_ms": _each(sum(recording), size),
        "remainder_ms": _each(wall - step, size),
        "empty_ms": _each(bare, size),
        "empty_cpu_ms": _each(bare_cpu, size),
        "empty_plain_dagster_ms": _each(plain, size),
        "remainder_to_empty": round((wall - step) / bare, 2),
        "remainder_to_empty_plain_dagster": round((wall - step) / plain, 2),
        "peak_mb": peak,
    }


def _make(work: Workplace, job: dg.JobDefinition, run_ids: Sequence[str]) -> None:
    worker_run = str(uuid4())
    tags = {RANGE_START: run_ids[0], RANGE_END: run_ids[-1]}
    done = job.execute_in_process(instance=work.instance, run_id=worker_run, run_config=QUIET, tags=tags)
    work.runs.close(worker_run)
    if not done.success:
        raise RuntimeError("The run failed: the figures would mean nothing.")


def _refuse_unfinished(work: Workplace, run_ids: Sequence[str]) -> None:
    with work.runs.store.reading() as session:
        ends = {runs.get_run(session, run_id).status for run_id in run_ids}
    if ends != {RunStatus.COMPLETED}:
        raise RuntimeError(f"Runs ended as {ends}: the figures would mean nothing.")


def _step_seconds(told: Mapping[str, Mapping[str, empty.Metadata]], run_id: str) -> float:
    """Return the seconds that the steps of a run took; of branches side by side those of the longest."""
    return sum(max(sum(_latency(told, run_id, one.name) for one in branch) for branch in op) for op in OPS.values())


def _latency(told: Mapping[str, Mapping[str, empty.Metadata]], run_id: str, asset: str) -> float:
    return float(told[asset][run_id]["latency_s"].value)


@contextmanager
def _recording_timed() -> Any:
    """Give a list that gets the seconds of every opening and closing of a step run."""
    spent: list[float] = []

    def timed(act: Any) -> Any:
        def instead(*given: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return act(*given, **named)
            finally:
                spent.append(time.perf_counter() - begun)

        return instead

    before = SqlRecorder.open, SqlRecorder.close
    SqlRecorder.open, SqlRecorder.close = (timed(act) for act in before)
    try:
        yield spent
    finally:
        SqlRecorder.open, SqlRecorder.close = before


def _spent(act: Any) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu


def _each(seconds: float, size: int) -> float:
    return round(seconds / size * 1000, 1)
