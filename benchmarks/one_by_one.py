"""Dossiers one by one, as a person asks for them: `dossier run --lead`, and one after another in one process.

Here: wall and CPU of both. A command is a new process that loads the language model and Dagster first; in one
process the first dossier carries that, and is reported beside the others, not among them.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.alone import alone, peak_mb
from benchmarks.leads import CLIENT, fill, names
from benchmarks.places import DATABASES, Place, place
from dossier.sample_files import COLLECTED
from dossier_assets.launch import prepare_instance, run_dossiers

COMMANDS = 3
IN_ONE_PROCESS = 8


def measure(whole: bool) -> dict[str, Any]:
    """Return seconds of a command and of a dossier in a process that makes several, on each database."""
    return {
        database: {
            "command": alone("benchmarks.one_by_one:commands", database=database),
            "in_one_process": alone("benchmarks.one_by_one:in_one_process", database=database),
        }
        for database in DATABASES
    }


def commands(database: str) -> dict[str, Any]:
    """Run the command for a few leads, one after another."""
    with place(database) as here:
        with here.store() as store:
            fill(store, COMMANDS)
        prepare_instance(here.settings)
        return _figures([_timed(lambda name=name: _command(here, name), of_children=True) for name in names(COMMANDS)])


def in_one_process(database: str) -> dict[str, Any]:
    """Make a few dossiers in this process, each in a Dagster run of its own."""
    with place(database) as here:
        with here.store() as store:
            run_ids = fill(store, IN_ONE_PROCESS)
        first, *others = [_timed(lambda one=one: run_dossiers(here.settings, [one])) for one in run_ids]
    return {"first": _figures([first]), "others": _figures(others), "peak_mb": peak_mb()}


def _command(here: Place, name: str) -> None:
    words = ["run", "--client", CLIENT, "--lead", name, "--as-of", str(COLLECTED), "--home", str(here.home)]
    given = {**os.environ, "DOSSIER_DATABASE_URL": here.url}
    command = [str(Path(sys.executable).with_name("dossier")), *words]
    subprocess.run(command, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _timed(act: Callable[[], None], *, of_children: bool = False) -> tuple[float, float]:
    whose = resource.RUSAGE_CHILDREN if of_children else resource.RUSAGE_SELF
    wall, before = time.perf_counter(), resource.getrusage(whose)
    act()
    after = resource.getrusage(whose)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - wall, cpu


def _figures(spent: list[tuple[float, float]]) -> dict[str, Any]:
    walls, cpus = zip(*spent, strict=True)
    return {
        "dossiers": len(spent),
        "wall_s_median": round(statistics.median(walls), 2),
        "wall_s_max": round(max(walls), 2),
        "cpu_s_median": round(statistics.median(cpus), 2),
    }
