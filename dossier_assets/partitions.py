"""The partitions of the graph: one dossier run is one partition, its key is the run id.

Here: the one definition, so that its name stands nowhere else. Not here: making and checking keys
(`dossier/keys.py`): every key passes that gate before it is registered.
"""

from __future__ import annotations

import dagster as dg

from dossier.keys import check_run_id

DOSSIER_RUNS = dg.DynamicPartitionsDefinition(name="dossier_run")


def register(instance: dg.DagsterInstance, run_id: str) -> None:
    """Make the run known to Dagster as a partition; safe to repeat. Raises BadInput for what is no run id."""
    instance.add_dynamic_partitions("dossier_run", [check_run_id(run_id)])
