"""Dagster's side of an artifact: one op makes one artifact, or several branches of them side by side.

Here: asset definitions made of artifacts, resuming from what is finished, checks and metadata as Dagster wants
them, and a failure's way back to the queue. Not here: what an artifact is (`artifact.py`) and what a failure
means (`dossier/open_runs.py`). Dagster is the engine and the view: our tables are the truth.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, get_args, get_origin

import dagster as dg

from dossier.errors import BadInput, DossierError, Permanent, Superseded
from dossier.open_runs import OpenRun, OpenRuns, in_words
from dossier_assets.artifact import Artifact, Finding, Made
from dossier_assets.metadata import metadata_of
from dossier_assets.partitions import DOSSIER_RUNS
from dossier_assets.side_by_side import as_they_come

OWNERS = ["team:gtm-engineering"]
Event = dg.Output[Any] | dg.AssetCheckResult


def assets_of(
    name: str, branches: Sequence[Sequence[Artifact]], versions: Mapping[str, str], everything: Collection[str]
) -> dg.AssetsDefinition:
    """Return one op `name` that makes the artifacts of `branches`: within a branch one after another.

    `versions` are prompt digests by step, `everything` the names of all assets of the graph.
    """
    artifacts = {artifact.name: artifact for branch in branches for artifact in branch}
    upstream = {needed for artifact in artifacts.values() for needed in artifact.inputs}

    @dg.multi_asset(
        name=name,
        outs={artifact.name: _out(artifact, versions) for artifact in artifacts.values()},
        deps=sorted(upstream - artifacts.keys()),
        internal_asset_deps={
            artifact.name: {dg.AssetKey(needed) for needed in artifact.inputs} for artifact in artifacts.values()
        },
        check_specs=[
            dg.AssetCheckSpec(check.name, asset=artifact.name, description=check.says, blocking=check.blocking)
            for artifact in artifacts.values()
            for check in artifact.checks
        ],
        partitions_def=DOSSIER_RUNS,
        required_resource_keys={"runs", "io_manager"},
        can_subset=True,  # also of one artifact: its output and checks are optional, so that it can end quietly
    )
    def op(context: dg.AssetExecutionContext) -> Iterator[Event]:
        yield from Work(context, everything).events(branches)

    return op


def _out(artifact: Artifact, versions: Mapping[str, str]) -> dg.AssetOut:
    prompts = "".join(versions[step] for step in artifact.steps)
    return dg.AssetOut(
        dagster_type=dagster_type(artifact.type),
        description=artifact.description,
        group_name=artifact.stage.value,
        kinds=set(artifact.kinds),
        owners=OWNERS,
        code_version=hashlib.sha256(prompts.encode()).hexdigest()[:12] if prompts else None,
        metadata={"steps": ", ".join(artifact.steps)} if artifact.steps else None,
        is_required=False,
    )


@lru_cache(maxsize=64)
def dagster_type(annotation: Any) -> dg.DagsterType:
    """Return Dagster's name for a type of artifact. Its values are checked by pydantic when they are stored."""
    name = "".join(
        kind.__name__[:1].upper() + kind.__name__[1:]
        for kind in (get_origin(annotation) or annotation, *get_args(annotation))
    )
    return dg.DagsterType(type_check_fn=lambda _, value: True, name=name, typing_type=annotation)


class Stopped(Exception):
    """Work on `asset` ended with `error`."""

    def __init__(self, asset: str, error: Exception) -> None:
        super().__init__(asset)
        self.asset, self.error = asset, error


@dataclass
class Work:
    """One execution of one op: `made` are the artifacts that it has made or loaded so far."""

    context: dg.AssetExecutionContext
    everything: Collection[str]
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def runs(self) -> OpenRuns:
        """The runs that this process has in hand."""
        runs: OpenRuns = self.context.resources.runs
        return runs

    def events(self, branches: Sequence[Sequence[Artifact]]) -> Iterator[Event]:
        """Yield each artifact and its checks. Without an event it was superseded; raises Failure otherwise."""
        try:
            wanted = [[artifact for artifact in branch if self._is_wanted(artifact)] for branch in branches]
            run = self._open(wanted)
        except DossierError as error:
            return self._end(error)
        try:
            for artifact, made in as_they_come([partial(self._branch, run, branch) for branch in wanted if branch]):
                yield from self._told(artifact, made)
                if made.refused:
                    raise Stopped(artifact.name, Permanent(f"{artifact.name} breaks a promise.", made.refused))
        except Stopped as stop:
            self.runs.fail(run, stop.asset, stop.error)
            self._end(stop.error, stop.asset)

    def _open(self, wanted: Sequence[Sequence[Artifact]]) -> OpenRun:
        """Take the run. What was chosen by hand and cannot be made is refused before the run is touched."""
        if not self.context.has_partition_key:
            raise BadInput(
                "No partition was chosen.",
                "An asset is made, and its checks are judged, for one dossier run.",
                "Materialize the asset and choose a run id as its partition.",
            )
        selected, run_id = self.context.run.asset_selection, self.context.partition_key
        making = {key.to_user_string() for key in selected} if selected else set(self.everything)
        for artifact in (one for branch in wanted for one in branch):
            for name in artifact.inputs.keys() - making:
                self._read(run_id, name, artifact.inputs[name])
        return self.runs.open(run_id, self.context.run.run_id, making)

    def _is_wanted(self, artifact: Artifact) -> bool:
        """Whether it is to be made, or only its checks are asked for."""
        return self._is_made(artifact) or any(self._is_asked(artifact, check.name) for check in artifact.checks)

    def _is_made(self, artifact: Artifact) -> bool:
        return dg.AssetKey(artifact.name) in self.context.selected_asset_keys

    def _is_asked(self, artifact: Artifact, check: str) -> bool:
        return dg.AssetCheckKey(dg.AssetKey(artifact.name), check) in self.context.selected_asset_check_keys

    def _branch(self, run: OpenRun, branch: Sequence[Artifact]) -> Iterator[tuple[Artifact, Made]]:
        for artifact in branch:
            try:
                made = self._make(run, artifact)
            except Exception as error:  # every fault has to reach the queue, which classifies it
                raise Stopped(artifact.name, error) from error
            self.made[artifact.name] = made.value
            yield artifact, made
            if made.refused:
                return

    def _make(self, run: OpenRun, artifact: Artifact) -> Made:
        inputs = {name: self._input(run, name, kind) for name, kind in artifact.inputs.items()}
        if artifact.name in run.finished or not self._is_made(artifact):
            return artifact.judge(run, self._read(run.run_id, artifact.name, artifact.type), inputs)
        self.runs.begin(artifact.name)
        return artifact.build(run, inputs)

    def _input(self, run: OpenRun, name: str, kind: Any) -> Any:
        return self.made[name] if name in self.made else self._read(run.run_id, name, kind)

    def _read(self, run_id: str, name: str, kind: Any) -> Any:
        return self.context.resources.io_manager.read(run_id, name, kind)

    def _told(self, artifact: Artifact, made: Made) -> Iterator[Event]:
        for finding in made.findings:
            if self._is_asked(artifact, finding.check.name):
                yield _result(artifact, finding)
        if self._is_made(artifact) and not made.refused:
            metadata = metadata_of(made.shown, made.seconds, made.cost)
            metadata["reused"] = dg.MetadataValue.bool(made.reused)
            yield dg.Output(made.value, output_name=artifact.name, metadata=metadata)

    def _end(self, error: Exception, asset: str = "") -> None:
        if isinstance(error, Superseded):
            self.context.log.info(f"Superseded: {error}")
            return
        raise dg.Failure(f"{asset}: {in_words(error)}" if asset else in_words(error), allow_retries=False) from error


def _result(artifact: Artifact, finding: Finding) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=finding.check.name,
        asset_key=artifact.name,
        passed=not finding.complaints,
        metadata={"broken": len(finding.complaints), "first": "; ".join(finding.complaints[:5])},
    )
