"""What Dagster has no public way for: metadata of many partitions at once, and an instance that copies no output.

Here: the two places that reach into Dagster, which is pinned exactly. Not here: its event log (`sqlite_events.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator
from dagster._core.instance import InstanceRef
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager


def instance_without_copies(dagster_home: Path) -> dg.DagsterInstance:
    """Return the instance of `dagster_home` for runs in this process, whose standard output is the command line's.

    Dagster would copy what a run prints into files, by two processes for each run (about 30 ms).
    """
    quiet = {"compute_logs": {"module": NoOpComputeLogManager.__module__, "class": NoOpComputeLogManager.__name__}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(dagster_home), overrides=quiet))


def add_metadata(
    context: dg.AssetExecutionContext, asset: str, by_run: Mapping[str, Mapping[str, dg.MetadataValue]]
) -> None:
    """Add to each partition's materialization of `asset` its metadata.

    `context.add_asset_metadata` does this for one partition at a time; each call reads all partitions of the workplace
    and copies what was added before, which grows with the square of a range (80 of 570 ms a dossier at 30 of them).
    """
    step = context.get_step_execution_context()
    key = dg.AssetKey(asset)
    mine = {AssetMetadataHandle(asset_key=key, partition_key=run_id): said for run_id, said in by_run.items()}
    added = step._metadata_accumulator.per_output_metadata
    step._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata=_merged(added, mine))


def _merged(added: Mapping[Any, Mapping[str, Any]], more: Mapping[Any, Mapping[str, Any]]) -> dict[Any, Any]:
    return {**added, **{handle: {**added.get(handle, {}), **said} for handle, said in more.items()}}
