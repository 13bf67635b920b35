"""Wall and CPU seconds per dossier, one by one in this process, on the bundled samples.

Here: the figures that a reader of the README feels. The first dossier carries the loading of the language model
and of Dagster; it is reported beside the others, not among them.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from dossier.cli_demo import prepare
from dossier.cli_desk import Desk
from dossier.cli_runs import finish_all
from dossier.cli_setup import set_up
from dossier.sample_files import sample_clients


def measure() -> dict[str, Any]:
    """Make the sample dossiers one by one; return seconds of the first, and of the others."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), as_json=True)
        desk.keep_to_home()
        set_up(desk)
        queued = [run_id for path in sample_clients() for run_id in prepare(desk, path)]
        spent = [_spent(desk, run_id) for run_id in queued]
    first, *others = spent
    return {
        "dossiers": len(spent),
        "first": {"wall_s": first[0], "cpu_s": first[1]},
        "others": {
            "wall_s_median": statistics.median(wall for wall, _ in others),
            "wall_s_max": max(wall for wall, _ in others),
            "cpu_s_median": statistics.median(cpu for _, cpu in others),
        },
    }


def _spent(desk: Desk, run_id: str) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    finish_all(desk, [run_id])
    return round(time.perf_counter() - wall, 3), round(time.process_time() - cpu, 3)
