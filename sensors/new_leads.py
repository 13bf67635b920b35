"""The sensor `new_leads`: runs that wait in the queue are launched.

Here: the decision which runs to request, on plain values, and the glue to Dagster. Not here: what makes a run
due (`dossier/store/runs.py`). Adding the partition and requesting the run happen in the same tick; the run key
`<run_id>:<attempt>` makes a repeated tick harmless and a retry a new request. A queue that cannot be read
fails the tick: it is never taken for an empty one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dossier.keys import check_run_id
from dossier.store import runs
from dossier.store.runs import DueRun
from dossier_assets.jobs import build_dossier, run_key, run_tags
from dossier_assets.partitions import DOSSIER_RUNS
from sensors.in_flight import in_flight
from sensors.lost_workers import end_lost, settle_launches

PER_TICK = 50
SECONDS = 15


@dataclass(frozen=True, slots=True)
class Launch:
    """What one tick asks of Dagster: partitions to add and runs to request, oldest first."""

    new_partitions: tuple[str, ...]
    due: tuple[DueRun, ...]
    waiting: int


def choose(due: Sequence[DueRun], known: Collection[str], limit: int = PER_TICK) -> Launch:
    """Decide on the runs that are due, given the partitions that Dagster knows; at most `limit` a tick."""
    now = tuple(due[:limit])
    fresh = tuple(check_run_id(run.run_id) for run in now if run.run_id not in set(known))
    return Launch(fresh, now, len(due) - len(now))


def request(run: DueRun) -> dg.RunRequest:
    """Return the request for one attempt of a run; the same attempt is never launched twice."""
    return dg.RunRequest(
        run_key=run_key(run.run_id, run.attempt),
        partition_key=run.run_id,
        tags=run_tags([run.client], [run.trigger], [run.lead_slug]),
    )


def evaluate(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Put runs of dead workers back into the queue, then request what is due."""
    store: Any = context.resources.runs.store
    with store.transaction() as session:
        runs.recover(session)
        due = runs.due_runs(session)
    end_lost(context.instance, store)
    due = settle_launches(context.instance, store, due)
    if not due:
        return dg.SkipReason("The queue was read: no run is due.")
    launch = choose(due, context.instance.get_dynamic_partitions("dossier_run"))
    launched = in_flight(context.instance)
    asked = [request(run) for run in launch.due if run_key(run.run_id, run.attempt) not in launched]
    if not asked:
        return dg.SkipReason(
            f"The queue was read: {len(due)} runs are due, and Dagster has launched those whose turn it is."
        )
    return dg.SensorResult(
        run_requests=asked,
        dynamic_partitions_requests=[DOSSIER_RUNS.build_add_request(list(launch.new_partitions))],
    )


def new_leads(*, running: bool) -> dg.SensorDefinition:
    """Return the sensor; `running` says whether it starts by itself."""
    status = dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED
    return dg.SensorDefinition(
        name="new_leads",
        job=build_dossier,
        evaluation_fn=evaluate,
        minimum_interval_seconds=SECONDS,
        default_status=status,
        required_resource_keys={"runs"},
        description="Launches the runs that wait in the queue: flagged leads, retries, and runs of dead workers.",
    )
