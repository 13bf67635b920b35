"""Dagster's runs of lost workers: ended, so that they hold no place in its queue.

When a host dies, or a command is killed, Dagster's run stays STARTED. It counts among the runs in progress until its
longest time is over, and as many of them as run at once stop the queue until then. Here: which of them to end, and
ending them. Not here: our own runs, which `dossier/store/recovery.py` puts back into the queue at once.
"""

from __future__ import annotations

import time

import dagster as dg

from dossier.store.abandoned import abandoned
from dossier.store.database import Store
from dossier_assets.jobs import RANGE_START

PARTITION = "dagster/partition"
BEGINNING_SECONDS = 60  # what a worker takes at most from its start until it has taken its runs
SAID = "Its worker is gone. What it was making is in the queue again, or finished."


def end_lost(instance: dg.DagsterInstance, store: Store) -> list[str]:
    """End the Dagster runs that began a while ago and that nobody works on; return their ids."""
    started = instance.get_run_records(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    begun = {
        record.dagster_run.run_id: record.dagster_run
        for record in started
        if record.start_time is not None and record.start_time < time.time() - BEGINNING_SECONDS
    }
    ours = {run_id: key for run_id, run in begun.items() if (key := _first_partition(run))}
    with store.reading() as session:
        lost = sorted(abandoned(session, ours))
    for run_id in lost:
        instance.report_run_failed(begun[run_id], SAID)
    return lost


def _first_partition(run: dg.DagsterRun) -> str | None:
    return run.tags.get(PARTITION) or run.tags.get(RANGE_START)
