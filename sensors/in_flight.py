"""Which attempts Dagster has in hand already, so that no two ticks ask for the same one.

Here: reading Dagster's unfinished runs. Dagster itself compares run keys only within one sensor, and within one tick
of a schedule. Not here: what happens if two come through all the same: the second one ends as superseded
(`dossier/store/taking.py`).
"""

from __future__ import annotations

import dagster as dg

from dossier_assets.jobs import RUN_KEY

# Not NOT_STARTED: a tick that was interrupted left it, and asking again is what starts it.
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def in_flight(instance: dg.DagsterInstance) -> frozenset[str]:
    """Return the run keys of all runs that Dagster has queued or started and not finished."""
    unfinished = instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED))
    return frozenset(run.tags[RUN_KEY] for run in unfinished if RUN_KEY in run.tags)
