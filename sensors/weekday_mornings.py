"""The schedule `weekday_mornings`: what waits in the queue is launched in one go, at 07:07 New York time.

For a workplace that wants its dossiers once a day and not at once: this schedule on, the sensor `new_leads` off.
Here: the decision what to launch, on plain values, and the glue to Dagster. Not here: what makes a run due
(`dossier/store/runs.py`). With both on nothing is made twice: what Dagster has in hand is not asked for again.
A queue that cannot be read fails the tick: it is never taken for an empty one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg

from dossier.store import runs
from dossier.store.runs import DueRun
from dossier_assets.jobs import build_dossier, run_key
from dossier_assets.partitions import register
from sensors.in_flight import in_flight
from sensors.new_leads import request

CRON = "7 7 * * 1-5"  # the same as in .github/workflows/scheduled-materialization.yml
TIMEZONE = "America/New_York"
TRIGGER = "scheduled"


def choose(due: Sequence[DueRun], launched: Collection[str]) -> list[DueRun]:
    """Return the due runs to launch, oldest first: those of whose attempt Dagster has no run in hand."""
    return [replace(run, trigger=TRIGGER) for run in due if run_key(run.run_id, run.attempt) not in launched]


def evaluate(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Put runs of dead workers back into the queue, then request all that is due."""
    store: Any = context.resources.runs.store
    launched = in_flight(context.instance)
    with store.transaction() as session:
        runs.recover(session)
        due = runs.due_runs(session)
        chosen = choose(due, launched)
        for run in chosen:
            view = runs.get_run(session, run.run_id)
            if view.lead_id:
                runs.queue_run(session, view.client, view.lead_id, trigger=TRIGGER)
    if not chosen:
        yield dg.SkipReason(f"The queue was read: {len(due)} runs are due, none of them is still to be launched.")
        return
    register(context.instance, [run.run_id for run in chosen])
    yield from (request(run) for run in chosen)


def weekday_mornings() -> dg.ScheduleDefinition:
    """Return the schedule; it is off until a person turns it on."""
    return dg.ScheduleDefinition(
        name="weekday_mornings",
        job=build_dossier,
        cron_schedule=CRON,
        execution_timezone=TIMEZONE,
        execution_fn=evaluate,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        required_resource_keys={"runs"},
        description="Launches what waits in the queue on weekday mornings, where the sensor new_leads is off.",
    )
