"""What dying workers leave behind at Dagster's side: runs that seem to go on, and launches that are used up.

When a host dies, or a command is killed, Dagster's run stays STARTED. It counts among the runs in progress until its
longest time is over, and as many of them as run at once stop the queue until then. When a worker dies before it took
its run, nothing of ours fails, and Dagster launches the same run key never again. Here: finding both and settling
them. Not here: our own runs of dead workers, which `dossier/store/recovery.py` puts back into the queue.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import dagster as dg

from dossier.store.abandoned import abandoned, launch_cancelled, launch_failed
from dossier.store.database import Store
from dossier.store.runs import DueRun
from dossier_assets.jobs import RANGE_START, RUN_KEY, run_key

PARTITION = "dagster/partition"
BEGINNING_SECONDS = 60  # what a worker takes at most from its start until it has taken its runs
SAID = "Its worker is gone. What it was making is in the queue again, or finished."
NEVER_TAKEN = "The Dagster run {} ended before it took the run; its page says why."


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


def settle_launches(instance: dg.DagsterInstance, store: Store, due: Sequence[DueRun]) -> list[DueRun]:
    """Return the due runs that can be launched; one whose launch has ended already gets a new attempt, or its end."""
    by_key = {run_key(run.run_id, run.attempt): run for run in due}
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    launched = instance.get_runs(dg.RunsFilter(tags={RUN_KEY: list(by_key)}, statuses=ended)) if due else []
    for launch in launched:
        run = by_key.pop(launch.tags[RUN_KEY], None)
        if run is not None:
            with store.transaction() as session:
                if launch.status is dg.DagsterRunStatus.CANCELED:
                    launch_cancelled(session, run.run_id, run.attempt)
                else:
                    launch_failed(session, run.run_id, run.attempt, NEVER_TAKEN.format(launch.run_id))
    return list(by_key.values())
