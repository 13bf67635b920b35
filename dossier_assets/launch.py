"""Runs dossiers through Dagster in this process, one partition after another.

Here: the persistent instance, definitions and job, built once per process and used for every run, and Dagster's
log kept quiet. Not here: waiting, order and progress of many runs (`dossier/cli_runs.py`), and starting
Dagster's own pages (`dev.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

import dagster as dg

from dossier.errors import DossierError
from dossier.keys import parse_run_id
from dossier.models import RunStatus
from dossier.open_runs import OpenRuns
from dossier.store import runs as queue
from dossier.store.runs import RunView
from dossier_assets.definitions import ASSET_ORDER, build_defs
from dossier_assets.dev import write_instance
from dossier_assets.jobs import run_tags
from dossier_assets.partitions import register
from resources.runs import open_runs
from resources.settings import Settings

__all__ = ["ASSET_ORDER", "prepare_instance", "run_dossier"]

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class Workplace:
    """What all runs of one process share."""

    instance: dg.DagsterInstance
    job: dg.JobDefinition
    runs: OpenRuns


def prepare_instance(settings: Settings) -> None:
    """Create Dagster's instance in the home folder: its file and its SQLite files. Safe to repeat."""
    workplace(settings)


@lru_cache(maxsize=4)
def workplace(settings: Settings) -> Workplace:
    """Return the instance, the job and the runs of this process under `settings`."""
    write_instance(settings.dagster_home)
    instance = dg.DagsterInstance.from_config(str(settings.dagster_home))
    defs = build_defs(settings)
    return Workplace(instance, defs.resolve_job_def("build_dossier"), open_runs(settings))


def run_dossier(settings: Settings, run_id: str, on_step: Callable[[str], None] | None = None) -> RunView:
    """Make the dossier of `run_id` in this process and return the run as it stands afterwards.

    A passing fault leaves it `pending` with `not_before`: call again then. `on_step(asset)` is called when work
    on an asset begins. Raises what kept the run from being taken, and KeyboardInterrupt; its own failures are
    in the view, not raised.
    """
    place, worker_run = workplace(settings), str(uuid4())
    before = _view(place, run_id)
    register(place.instance, run_id)
    try:
        with place.runs.watched(on_step):
            _execute(place, before, worker_run)
    except Exception as fault:  # noqa: BLE001 - what it means stands in the row of the run
        _settle(place, before, worker_run, fault)
    finally:
        place.runs.close(worker_run)
    return _view(place, run_id)


def _execute(place: Workplace, run: RunView, worker_run: str) -> None:
    place.job.execute_in_process(
        instance=place.instance,
        partition_key=run.run_id,
        run_id=worker_run,
        run_config=QUIET,
        tags=run_tags(run.client, parse_run_id(run.run_id).lead, run.trigger),
    )


def _settle(place: Workplace, before: RunView, worker_run: str, fault: Exception) -> None:
    """Make sure that no row says `running` when nobody runs it. Raises a fault that came before the run was taken."""
    taken = place.runs.opened(before.run_id, worker_run)
    if taken is None and _view(place, before.run_id) == before:
        raise cause_of(fault)
    if taken is not None and _view(place, before.run_id).status is RunStatus.RUNNING:
        place.runs.fail(taken, "", fault)


def cause_of(fault: BaseException) -> BaseException:
    """Return our own error behind what Dagster raised, or what it raised."""
    inner = fault.__cause__
    while inner is not None and not isinstance(inner, DossierError):
        inner = inner.__cause__
    return inner or fault


def _view(place: Workplace, run_id: str) -> RunView:
    with place.runs.store.reading() as session:
        return queue.get_run(session, run_id)
