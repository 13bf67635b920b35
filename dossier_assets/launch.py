"""Runs dossiers through Dagster in this process, many partitions in one run where they are neighbours.

Here: the persistent instance, definitions and job, built once per process and used for every run, and Dagster's
log kept quiet. Not here: waiting, order and progress of many runs (`dossier/cli_runs.py`), and starting
Dagster's own pages (`dev.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from uuid import uuid4

import dagster as dg
from dagster import DagsterExecutionInterruptedError

from dossier import stopping
from dossier.errors import BadInput, DossierError, Retryable
from dossier.keys import parse_run_id
from dossier.open_runs import OpenRuns, Watcher, in_words
from dossier.store import runs as queue
from dossier.store.addresses import DAGSTER_SCHEMA
from dossier.store.database import prepare_schema
from dossier.store.runs import RunView
from dossier_assets.definitions import ASSET_ORDER, build_defs
from dossier_assets.dev import is_on_postgresql, write_instance
from dossier_assets.inside_dagster import instance_without_copies
from dossier_assets.jobs import RANGE_END, RANGE_START, run_tags
from dossier_assets.partitions import DOSSIER_RUNS, register
from resources.runs import open_runs
from resources.settings import Settings

__all__ = ["ASSET_ORDER", "prepare_instance", "run_dossiers"]

AT_ONCE = 20  # so that the first dossiers of a long list are soon there, and memory stays flat

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class Workplace:
    """What all runs of one process share."""

    instance: dg.DagsterInstance
    job: dg.JobDefinition
    runs: OpenRuns


def prepare_instance(settings: Settings) -> None:
    """Create Dagster's instance: its file in the home folder, and its tables. Safe to repeat."""
    workplace(settings)


@lru_cache(maxsize=4)
def workplace(settings: Settings) -> Workplace:
    """Return the instance, the job and the runs of this process under `settings`."""
    _quieten()
    defs = build_defs(settings)
    return Workplace(open_instance(settings), defs.resolve_job_def("build_dossier"), open_runs(settings))


def _quieten() -> None:
    """Keep what Dagster says of its runs out of our own log: it stands in their event logs."""
    log = logging.getLogger("dagster")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Return Dagster's instance of the home, made where it is missing."""
    storage = settings.dagster_storage
    path = write_instance(settings.dagster_home, storage)
    if storage and is_on_postgresql(path):
        settings.tell_dagster()
        if settings.dagster_database_url is None:
            prepare_schema(storage, DAGSTER_SCHEMA)
    return instance_without_copies(settings.dagster_home)


def run_dossiers(
    settings: Settings,
    run_ids: Sequence[str],
    watcher: Watcher | None = None,
    seen: Mapping[str, int] | None = None,
) -> None:
    """Make the dossiers of `run_ids` in this process: neighbours among the partitions in one Dagster run.

    How each run ends stands in its row: a passing fault leaves it `pending` with `not_before`, to be called again
    then, as a run of one. `watcher` is told how work goes on. `seen` are the attempts at which the caller saw the
    runs: one that meanwhile has ended or is at another attempt is left as it is; without it runs that ended are made
    again. Raises what kept a run of one from being taken, and KeyboardInterrupt; failures of the work are in the
    rows, not raised.
    """
    stopping.begin()
    place = workplace(settings)
    found = {run_id: _there(place, run_id) if seen else _view(place, run_id) for run_id in run_ids}
    views = {run_id: view for run_id, view in found.items() if view}
    register(place.instance, list(views))
    known = place.instance.get_dynamic_partitions(DOSSIER_RUNS.name or "")
    for group in of_one_client({run_id: view.client for run_id, view in views.items()}, known, AT_ONCE):
        _run_group(place, {run_id: views[run_id] for run_id in group}, watcher, seen or {})


def of_one_client(wanted: Mapping[str, str], known: Sequence[str], at_once: int) -> list[list[str]]:
    """Return the run ids of `wanted`, whose values are their clients, in groups of neighbours of one client.

    A Dagster run can then be filtered by its client.
    """
    return [
        group
        for client in dict.fromkeys(wanted.values())
        for group in neighbours([run_id for run_id, of in wanted.items() if of == client], known, at_once)
    ]


def neighbours(wanted: Sequence[str], known: Sequence[str], at_once: int) -> list[list[str]]:
    """Return `wanted` in groups of at most `at_once` that stand side by side in `known`, in the order of `known`.

    Dagster names many partitions of one run by the first and the last, and makes all between them.
    """
    place = {key: position for position, key in enumerate(known)}
    groups: list[list[str]] = []
    for key in sorted(dict.fromkeys(wanted), key=place.__getitem__):
        follows = groups and place[groups[-1][-1]] + 1 == place[key]
        if follows and len(groups[-1]) < at_once:
            groups[-1].append(key)
        else:
            groups.append([key])
    return groups


def _run_group(
    place: Workplace, before: Mapping[str, RunView], watcher: Watcher | None, seen: Mapping[str, int]
) -> None:
    worker_run = str(uuid4())
    place.runs.expect(worker_run, seen)
    try:
        with place.runs.watched(watcher):
            _execute(place, before, worker_run)
    except DagsterExecutionInterruptedError:
        raise KeyboardInterrupt from None
    except Exception as fault:  # noqa: BLE001 - what it means stands in the rows of the runs
        _settle(place, before, worker_run, cause_of(fault))
    finally:
        place.runs.close(worker_run)


def _execute(place: Workplace, group: Mapping[str, RunView], worker_run: str) -> None:
    run_ids = list(group)
    views, leads = group.values(), [parse_run_id(run_id).lead for run_id in run_ids]
    tags = run_tags([view.client for view in views], [view.trigger for view in views], leads)
    if len(run_ids) > 1:
        tags |= {RANGE_START: run_ids[0], RANGE_END: run_ids[-1]}
    place.job.execute_in_process(
        instance=place.instance,
        partition_key=run_ids[0] if len(run_ids) == 1 else None,
        run_id=worker_run,
        run_config=QUIET,
        tags=tags,
    )


def _settle(place: Workplace, before: Mapping[str, RunView], worker_run: str, fault: Exception) -> None:
    """Make sure that no row says `running` when nobody runs it.

    What ended many runs at once was none of them: each is tried again as a run of one. Raises a fault that came
    before a run of one was taken.
    """
    mine = [run for run_id in before if (run := place.runs.opened(run_id, worker_run))]
    why = fault
    if len(before) > 1 and not isinstance(fault, Retryable):
        why = Retryable("The work on several leads ended.", in_words(fault))
    for run in mine:
        place.runs.fail(run, "", why)
    [first, *more] = before
    if not more and not mine and _there(place, first) == before[first]:
        raise fault


def cause_of(fault: Exception) -> Exception:
    """Return our own error behind what Dagster raised, or what it raised."""
    inner = fault.__cause__
    while inner is not None and not isinstance(inner, DossierError):
        inner = inner.__cause__
    return inner or fault


def _view(place: Workplace, run_id: str) -> RunView:
    with place.runs.store.reading() as session:
        return queue.get_run(session, run_id)


def _there(place: Workplace, run_id: str) -> RunView | None:
    """Return a run that was there before, None if it was deleted since."""
    with suppress(BadInput):
        return _view(place, run_id)
    return None
