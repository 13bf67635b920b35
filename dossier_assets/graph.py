"""Dagster's side of an artifact: one op makes one artifact, or several branches of them, for one run or many.

Here: asset definitions made of artifacts, resuming from what is finished, checks and metadata as Dagster wants
them, and a failure's way back to the queue. Not here: what an artifact is (`artifact.py`) and what a failure
means (`dossier/open_runs.py`). Dagster is the engine and the view: our tables are the truth.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache, partial
from typing import Any, get_args, get_origin

import dagster as dg
from dagster import DagsterExecutionInterruptedError, DagsterRunStatus

from dossier import stopping
from dossier.errors import BadInput, DossierError, Parked, Paused, Permanent, Stopped, Superseded
from dossier.open_runs import Launch, Manifest, OpenRun, OpenRuns, in_words
from dossier_assets.artifact import Artifact, Made
from dossier_assets.checks import Check
from dossier_assets.columns import table_schema
from dossier_assets.inside_dagster import add_metadata
from dossier_assets.jobs import launched_attempt, missing_tags
from dossier_assets.metadata import metadata_of
from dossier_assets.partitions import DOSSIER_RUNS
from dossier_assets.side_by_side import as_they_come, each_of
from dossier_assets.verdicts import first_of, not_made, verdict

OWNERS = ["team:gtm-engineering"]
RUNS_AT_ONCE = 300  # what one Dagster run of a backfill takes on; a longer one becomes several
AT_ONCE = 10  # runs whose engine is waited for, at the same time
ALL_MADE = "all_made"
POOL = "model"  # Dagster's pool of the ops that may ask a model
# nothing failed: another has the run, it waits for a batch or for the end of a pause, or was stopped
QUIET_ENDS = (Superseded, Parked, Paused, Stopped)
# Dagster watches the newest partition only, so this watches the workplace and no single dossier: nothing was delivered
# over a long weekend (worth a look), or for more than a week (the queue is not fed, or not worked off).
FRESHNESS = {
    "delivery": dg.FreshnessPolicy.time_window(fail_window=timedelta(days=8), warn_window=timedelta(days=4)),
}
Event = dg.Output[Any] | dg.AssetCheckResult


def assets_of(
    name: str, branches: Sequence[Sequence[Artifact]], versions: Mapping[str, str], everything: Sequence[str]
) -> dg.AssetsDefinition:
    """Return one op `name` that makes the artifacts of `branches`: within a branch one after another.

    `versions` are prompt digests by step, `everything` the names of all assets of the graph, in order.
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
        check_specs=[spec for artifact in artifacts.values() for spec in _check_specs(artifact)],
        partitions_def=DOSSIER_RUNS,
        backfill_policy=dg.BackfillPolicy.multi_run(RUNS_AT_ONCE),
        required_resource_keys={"runs", "io_manager"},
        pool=POOL if any(artifact.steps for artifact in artifacts.values()) else None,
        can_subset=True,  # also of one artifact: its output and checks are optional, so that it can end quietly
    )
    def op(context: dg.AssetExecutionContext) -> Iterator[Event]:
        yield from Work(context, everything).events(branches)

    return op


def _out(artifact: Artifact, versions: Mapping[str, str]) -> dg.AssetOut:
    prompts = "".join(versions[step] for step in artifact.steps)
    asks = {"prompts": ", ".join(f"prompts/{step}.md" for step in artifact.steps)} if artifact.steps else {}
    rows = {"dagster/column_schema": table_schema(artifact.columns)} if artifact.columns else {}
    return dg.AssetOut(
        dagster_type=dagster_type(artifact.type),
        description=artifact.description,
        group_name=artifact.stage.value,
        kinds=set(artifact.kinds),
        owners=OWNERS,
        code_version=hashlib.sha256(prompts.encode()).hexdigest()[:12] if prompts else None,
        metadata=asks | rows,
        freshness_policy=FRESHNESS.get(artifact.name),
        is_required=False,
    )


def _check_specs(artifact: Artifact) -> list[dg.AssetCheckSpec]:
    promises = [
        dg.AssetCheckSpec(check.name, asset=artifact.name, description=check.says, blocking=check.blocking)
        for check in artifact.checks
    ]
    said = "Where one Dagster run makes many dossier runs: every one of them got this far."
    return [*promises, dg.AssetCheckSpec(ALL_MADE, asset=artifact.name, description=said)]


@lru_cache(maxsize=64)
def dagster_type(annotation: Any) -> dg.DagsterType:
    """Return Dagster's name for a type of artifact. Its values are checked by pydantic when they are stored."""
    name = "".join(
        kind.__name__[:1].upper() + kind.__name__[1:]
        for kind in (get_origin(annotation) or annotation, *get_args(annotation))
    )
    return dg.DagsterType(type_check_fn=lambda _, value: True, name=name, typing_type=annotation)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one run's artifact once it is stored: nothing here grows with the artifact."""

    run_id: str
    digest: str | None = None
    complaints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    error: Exception | None = None


@dataclass
class Work:
    """One execution of one op."""

    context: dg.AssetExecutionContext
    everything: Sequence[str]

    @cached_property
    def runs(self) -> OpenRuns:
        """The runs that this process has in hand."""
        runs: OpenRuns = self.context.resources.runs
        return runs

    @cached_property
    def keeper(self) -> Any:
        """The io manager (`io_managers/artifacts.py`): where artifacts are kept and read."""
        return self.context.resources.io_manager

    @cached_property
    def run_ids(self) -> list[str]:
        """The dossier runs that this Dagster run makes: its partitions. Raises BadInput where none was chosen."""
        if not (self.context.has_partition_key or self.context.has_partition_key_range):
            raise BadInput(
                "No partition was chosen.",
                "An asset is made, and its checks are judged, for one dossier run.",
                "Materialize the asset and choose a run id as its partition.",
            )
        return list(self.context.partition_keys)

    @cached_property
    def making(self) -> list[str]:
        """The assets that this Dagster run makes, in the order of the graph."""
        selected = self.context.run.asset_selection
        chosen = {key.to_user_string() for key in selected} if selected else {*self.everything}
        return [name for name in self.everything if name in chosen]

    @property
    def is_single(self) -> bool:
        """Whether it is a run of one: its failure is then the failure of the Dagster run."""
        return len(self.run_ids) == 1

    def events(self, branches: Sequence[Sequence[Artifact]]) -> Iterator[Event]:
        """Yield each artifact and its checks; of a superseded run nothing.

        Raises Failure when a run of one fails, and when of many none is left to go on with.
        """
        try:
            wanted = [chain for branch in branches if (chain := [one for one in branch if self._is_wanted(one)])]
            live = self._open([artifact for branch in wanted for artifact in branch])
        except DossierError as error:
            return self._end(error)
        stops: list[tuple[str, Exception]] = []
        parked: dict[str, tuple[str, Exception]] = {}
        try:
            for artifact, told in as_they_come([partial(self._branch, live, branch) for branch in wanted]):
                yield from self._events_of(artifact, told)
                stops += [(artifact.name, one.error) for one in told if one.error]
                parked |= {one.run_id: (artifact.name, one.error) for one in told if isinstance(one.error, Parked)}
        except DagsterExecutionInterruptedError:
            stopping.tell()
            self._interrupted(live)
            raise
        for run in self._still(live) if parked else ():
            if run.run_id in parked:
                self.runs.fail(run, *parked[run.run_id])
        if stops and not self._still(live):
            asset, stop = next((each for each in stops if not isinstance(each[1], QUIET_ENDS)), stops[0])
            self._end(stop, asset)

    def _open(self, wanted: Sequence[Artifact]) -> list[OpenRun]:
        """Take the runs. What was chosen by hand and cannot be made is refused before its run is touched."""
        if wanted and wanted[0].name in self.making[:1]:
            self._tag(missing_tags(self.run_ids, self.context.run.tags))
        again = self.context.run.parent_run_id is not None
        launch = Launch(
            self.context.run.run_id,
            frozenset(self.making),
            attempt=None if again else launched_attempt(self.context.run.tags),
            remake=self.is_single or not again,
        )
        outside = [(name, one.inputs[name]) for one in wanted for name in one.inputs.keys() - {*self.making}]
        return self.runs.open_all(self.run_ids, launch, partial(self._can_read, outside))

    def _tag(self, tags: Mapping[str, str]) -> None:
        """Show something in Dagster's list of runs, where it can be filtered by."""
        if tags:
            self.context.instance.add_run_tags(self.context.run.run_id, dict(tags))

    def _can_read(self, inputs: Sequence[tuple[str, Any]], run_id: str) -> None:
        self.keeper.read_all(run_id, dict(inputs))

    def _is_wanted(self, artifact: Artifact) -> bool:
        """Whether it is to be made, or only its checks are asked for."""
        return self._is_made(artifact) or any(self._is_asked(artifact, check.name) for check in artifact.checks)

    def _is_made(self, artifact: Artifact) -> bool:
        return dg.AssetKey(artifact.name) in self.context.selected_asset_keys

    def _is_asked(self, artifact: Artifact, check: str) -> bool:
        return dg.AssetCheckKey(dg.AssetKey(artifact.name), check) in self.context.selected_asset_check_keys

    def _branch(self, live: Sequence[OpenRun], branch: Sequence[Artifact]) -> Iterator[tuple[Artifact, list[Told]]]:
        for artifact in branch:
            told = each_of(live, partial(self._attend, artifact=artifact), self._at_once(live))
            yield artifact, told
            # what fails in the branch beside this one is no reason to drop the work of this one
            live = [run for run, one in zip(live, told, strict=True) if one.error is None]

    def _at_once(self, live: Sequence[OpenRun]) -> int:
        """How many runs to attend to at the same time: where an engine is waited for many, else one by one."""
        return AT_ONCE if any(run.context.provider != "extractive" for run in live) else 1

    def _still(self, live: Sequence[OpenRun]) -> list[OpenRun]:
        worker_run = self.context.run.run_id
        return [now for run in live if (now := self.runs.opened(run.run_id, worker_run))]

    def _attend(self, run: OpenRun, artifact: Artifact) -> Told:
        """Make and keep the artifact of one run. A fault stops this run and is told, never raised."""
        complaints: dict[str, tuple[str, ...]] = {}
        try:
            stopping.pause(0)
            self.runs.check_held(run)
            made = self._make(run, artifact)
            complaints = {finding.check.name: finding.complaints for finding in made.findings}
            if made.refused:
                raise Permanent(f"{artifact.name} breaks a promise.", made.refused)
            digest = (
                self.keeper.keep(run, artifact.name, artifact.type, made.value) if self._is_made(artifact) else None
            )
        except Parked as error:  # the other branches may let more calls wait before the run is given back
            return Told(run.run_id, complaints=complaints, error=error)
        except Exception as error:  # noqa: BLE001 - every fault has to reach the queue, which classifies it
            self.runs.fail(run, artifact.name, error)
            return Told(run.run_id, complaints=complaints, error=error)
        if self.is_single:
            run.made[artifact.name] = made.value
        metadata = metadata_of(made.shown, made.seconds, made.cost, run.home)
        return Told(run.run_id, digest, complaints, metadata | {"reused": dg.MetadataValue.bool(made.reused)})

    def _make(self, run: OpenRun, artifact: Artifact) -> Made:
        stored = {name: kind for name, kind in artifact.inputs.items() if name not in run.made}
        stands = artifact.name in run.finished or not self._is_made(artifact)
        read = self.keeper.read_all(run.run_id, stored | ({artifact.name: artifact.type} if stands else {}))
        inputs = {name: run.made[name] if name in run.made else read[name] for name in artifact.inputs}
        if stands:
            return artifact.judge(run, read[artifact.name], inputs)
        self.runs.begin(run, artifact.name)
        return artifact.build(run, inputs)

    def _events_of(self, artifact: Artifact, told: Sequence[Told]) -> Iterator[Event]:
        for check in artifact.checks:
            if self._is_asked(artifact, check.name):
                yield self._check_result(artifact, check, told)
        kept = {one.run_id: one.digest for one in told if one.digest}
        if not kept:
            return
        add_metadata(self.context, artifact.name, {one.run_id: one.metadata for one in told})
        if not self.is_single:
            yield from self._stopped(artifact, kept)
        yield dg.Output(Manifest(kept), output_name=artifact.name)

    def _stopped(self, artifact: Artifact, kept: Collection[str]) -> Iterator[Event]:
        """Say of the partitions that did not get this far why: Dagster shows each key of a range as materialized."""
        ends = {
            run_id: self.runs.end_of(run_id, self.context.run.run_id) for run_id in self.run_ids if run_id not in kept
        }
        said = {
            run_id: {"status": dg.MetadataValue.text(end.status), "error": dg.MetadataValue.text(end.said[:1000])}
            for run_id, end in ends.items()
        }
        add_metadata(self.context, artifact.name, said)
        if self._is_asked(artifact, ALL_MADE):
            failed = {run_id: end.said for run_id, end in sorted(ends.items()) if end.status == "failed"}
            if failed and artifact.name in self.making[-1:]:
                self._tag({"failed": f"{len(failed)} of {len(self.run_ids)}"})
            yield dg.AssetCheckResult(
                check_name=ALL_MADE,
                asset_key=artifact.name,
                passed=not failed,
                description=not_made(len(kept), failed, len(ends) - len(failed)),
                metadata={"made": len(kept), "failed": len(failed), **first_of(failed)},
            )

    def _check_result(self, artifact: Artifact, check: Check, told: Sequence[Told]) -> dg.AssetCheckResult:
        broken = {one.run_id: said for one in told if (said := one.complaints.get(check.name, ()))}
        return dg.AssetCheckResult(
            check_name=check.name,
            asset_key=artifact.name,
            passed=not broken,
            # a blocking check that fails with ERROR would stop the whole range
            severity=dg.AssetCheckSeverity.ERROR if self.is_single else dg.AssetCheckSeverity.WARN,
            description=verdict(check, broken, len(told)),
            metadata={"broken": sum(map(len, broken.values())), **first_of(broken)},
        )

    def _interrupted(self, live: Sequence[OpenRun]) -> None:
        """A person who terminates the run on Dagster's pages cancels it; Ctrl-C leaves it to be taken up again."""
        mine = self.context.instance.get_run_by_id(self.context.run.run_id)
        if mine is not None and mine.status is DagsterRunStatus.CANCELING:
            worker_run = self.context.run.run_id
            given_back = [run for run in live if self.runs.end_of(run.run_id, worker_run).status == "stopped"]
            self.runs.cancel([*self._still(live), *given_back])

    def _end(self, error: Exception, asset: str = "") -> None:
        if isinstance(error, QUIET_ENDS):
            self.context.log.info(f"{type(error).__name__}: {error}")
            return
        raise dg.Failure(f"{asset}: {in_words(error)}" if asset else in_words(error), allow_retries=False) from error
