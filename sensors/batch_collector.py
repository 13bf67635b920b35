"""The sensor `batch_collector`: calls that wait go into a batch, and what batches answered lets their runs go on.

Here: the glue to Dagster. Not here: batches (`dossier/store/batches.py`, `resources/claude_batches.py`) and launching
the runs, which are due again then (`new_leads.py`). No run is under way while it waits.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

SECONDS = 30


def evaluate(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Advance all batches; the sensor `new_leads` launches the runs that may go on."""
    runs: Any = context.resources.runs
    released = runs.advance_batches()
    return dg.SkipReason(f"{released} runs may go on." if released else "No run may go on yet.")


def batch_collector(*, running: bool) -> dg.SensorDefinition:
    """Return the sensor; `running` says whether it starts by itself."""
    status = dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED
    return dg.SensorDefinition(
        name="batch_collector",
        evaluation_fn=evaluate,
        minimum_interval_seconds=SECONDS,
        default_status=status,
        required_resource_keys={"runs"},
        description="Sends calls that wait in batches at half price, and collects their answers.",
    )
