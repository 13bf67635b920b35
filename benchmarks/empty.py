"""The same graph with nothing in it: the ops, outputs and checks of the product, and the metadata that it wrote.

Here: what Dagster alone costs for as many assets and partitions. Nothing is computed, read or stored but events.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from dossier_assets.artifact import Artifact
from dossier_assets.definitions import ASSET_ORDER, OPS
from dossier_assets.graph import ALL_MADE
from dossier_assets.partitions import DOSSIER_RUNS

Metadata = Mapping[str, dg.MetadataValue]


class Nothing(dg.IOManager):
    """Stores nothing."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Forget the output."""

    def load_input(self, context: dg.InputContext) -> None:
        """Load nothing."""


def told_of(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> dict[str, dict[str, Metadata]]:
    """Return the metadata of the newest materializations, by asset and partition. Raises where one is missing."""
    told: dict[str, dict[str, Metadata]] = {}
    for asset in ASSET_ORDER:
        filters = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=list(run_ids))
        found = instance.fetch_materializations(filters, limit=10 * len(run_ids)).records
        told[asset] = {
            str(record.partition_key): record.asset_materialization.metadata
            for record in reversed(found)
            if record.asset_materialization
        }
        if told[asset].keys() != set(run_ids):
            raise RuntimeError(f"{asset} was not made for every partition: the figures would mean nothing.")
    return told


def job(told: Mapping[str, Mapping[str, Metadata]]) -> dg.JobDefinition:
    """Return a job of empty assets under other names, which tell what `told` says."""
    return dg.Definitions(
        assets=[_op(name, branches, told) for name, branches in OPS.items()],
        jobs=[dg.define_asset_job("empty")],
        executor=dg.in_process_executor,
        resources={"io_manager": Nothing()},
    ).resolve_job_def("empty")


def _op(
    name: str, branches: Sequence[Sequence[Artifact]], told: Mapping[str, Mapping[str, Metadata]]
) -> dg.AssetsDefinition:
    artifacts = {artifact.name: artifact for branch in branches for artifact in branch}
    upstream = {needed for artifact in artifacts.values() for needed in artifact.inputs}

    @dg.multi_asset(
        name=f"empty_{name}",
        outs={_other(asset): dg.AssetOut(is_required=False) for asset in artifacts},
        deps=sorted(map(_other, upstream - artifacts.keys())),
        internal_asset_deps={
            _other(asset): {dg.AssetKey(_other(needed)) for needed in artifact.inputs}
            for asset, artifact in artifacts.items()
        },
        check_specs=[
            dg.AssetCheckSpec(check, asset=_other(asset))
            for asset, artifact in artifacts.items()
            for check in (*(one.name for one in artifact.checks), ALL_MADE)
        ],
        partitions_def=dg.DynamicPartitionsDefinition(name=DOSSIER_RUNS.name),
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
    )
    def op(context: dg.AssetExecutionContext) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
        for asset, artifact in artifacts.items():
            yield from (_passed(asset, check.name, broken=0, first="") for check in artifact.checks)
            for run_id in context.partition_keys:
                context.add_asset_metadata(dict(told[asset][run_id]), _other(asset), run_id)
            yield _passed(asset, ALL_MADE, made=len(context.partition_keys), failed=0, failed_runs="")
            yield dg.Output(None, output_name=_other(asset))

    return op


def _passed(asset: str, check: str, **said: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True, check_name=check, asset_key=_other(asset), metadata=said)


def _other(asset: str) -> str:
    return f"empty_{asset}"
