"""The partitions of the graph: one dossier run is one partition, its key is the run id.

Here: the one definition, so that its name stands nowhere else. Not here: making and checking keys
(`dossier/keys.py`): every key passes that gate before it is registered.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from dossier.keys import check_run_id

DOSSIER_RUNS = dg.DynamicPartitionsDefinition(name="dossier_run")


def register(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> None:
    """Make the runs known to Dagster as partitions, side by side; safe to repeat.

    Raises BadInput for what is no run id, before any is registered.
    """
    instance.add_dynamic_partitions("dossier_run", [check_run_id(run_id) for run_id in run_ids])
