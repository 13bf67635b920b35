"""The runs that this process has in hand: taken from the queue, their artifacts kept, their end written down.

Here: opening a run once per worker, the context its steps are given, keeping artifacts under the run's fence,
and what each class of failure means for the queue. Not here: what makes the artifacts (`dossier/steps/`), who
asks for them (`dossier_assets/`), and which engine and search stand behind the ports (`resources/`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from dossier.disk_faults import as_passing
from dossier.errors import (
    BadInput,
    BudgetExceeded,
    DossierError,
    Parked,
    Paused,
    Permanent,
    Retryable,
    Stopped,
    Superseded,
)
from dossier.exchange import Exchange
from dossier.heartbeat import Heartbeat
from dossier.keys import parse_run_id
from dossier.models import Attempt, Client, Cost, Research, RunStatus
from dossier.ports import Library, Llm, WebSearch
from dossier.prompt_files import load_prompts
from dossier.run_context import RunContext
from dossier.store import (
    artifacts,
    batches,
    client_flows,
    discovery,
    dossiers,
    prompt_choice,
    prompts,
    runs,
    step_runs,
    taking,
)
from dossier.store.artifacts import StoredArtifact
from dossier.store.database import Store
from dossier.store.owners import current_owner
from dossier.store.runs import TakenRun


class Engines(Protocol):
    """Where a run's ports come from; `resources/engines.py` builds them, tests give fakes."""

    def llm(self, run: TakenRun) -> Llm:
        """Return the engine of a run, by its wish or the workplace's choice. Raises BadInput if it cannot be had."""
        ...

    def search(self, run: TakenRun) -> WebSearch:
        """Return the search that a run may use."""
        ...

    def library(self, client_slug: str) -> Library:
        """Return the stored source texts that this client may see."""
        ...

    def advance_batches(self) -> int:
        """Make, poll and collect batches of calls; return how many runs may go on. Raises BadInput without a key."""
        ...


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run in hand of the Dagster run `worker_run`. `finished` are the assets whose artifact stands.

    `ends_with` is the asset that ends it, None where this worker makes a part of the run only: its status is then
    left as it is. `made` holds the artifacts of a run that is made alone, so that they need not be read again.
    """

    taken: TakenRun
    worker_run: str
    context: RunContext
    store: Store
    home: Path
    finished: frozenset[str]
    ends_with: str | None
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def run_id(self) -> str:
        """The run's id, which is also its partition key."""
        return self.taken.run_id

    def dossier_version(self) -> int:
        """Return the version of the run's newest stored dossier, 0 if there is none."""
        with self.store.reading() as session:
            return max(dossiers.versions(session, self.run_id), default=0)

    def cost(self) -> Cost:
        """Return what the run's step runs cost so far, all attempts together."""
        with self.store.reading() as session:
            return step_runs.cost_of(session, self.run_id)

    def within(self, asset: str) -> OpenRun:
        """Return the same run with its step runs filed under `asset`."""
        return replace(self, context=self.context.within(asset))


@dataclass(frozen=True, slots=True)
class Launch:
    """One Dagster run: its id, the assets that it makes, and how it may take dossier runs.

    `attempt` is the one that a sensor launched, None when a person did. Without `remake` completed runs are left alone.
    """

    worker_run: str
    making: Collection[str]
    attempt: int | None = None
    remake: bool = True


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended for this worker: `failed`, `superseded`, `waits for a batch`, `stopped`, or `no lead`."""

    status: str
    said: str


class Manifest(dict[str, str]):
    """What an asset hands to Dagster: the digest of its artifact by run id. The artifacts are stored already."""


class Watcher(Protocol):
    """Whoever wants to see how work goes on."""

    def step(self, run_id: str, asset: str) -> None:
        """Work on an asset of a run begins."""
        ...

    def ended(self, run_id: str) -> None:
        """The worker is done with a run: it is final, or back in the queue."""
        ...


class OpenRuns:
    """The runs of one process, over one store. Safe to share between threads and Dagster runs."""

    def __init__(self, store: Store, engines: Engines, home: Path) -> None:
        self.store = store
        self._engines = engines
        self._home = home
        self._open: dict[tuple[str, str], OpenRun] = {}
        self._ended: dict[tuple[str, str], End] = {}
        self._lost: set[tuple[str, str]] = set()
        self._seen: dict[str, Mapping[str, int]] = {}
        self._lock = Lock()
        self._watcher: Watcher | None = None
        self._heartbeat = Heartbeat(self._beat)

    def open_all(self, run_ids: Sequence[str], launch: Launch, ready: Callable[[str], None]) -> list[OpenRun]:
        """Take the runs, or return them as they were taken, without those that ended: every asset calls this first.

        `ready(run_id)` may refuse a run before it is touched. A run of one raises what keeps it from being taken:
        Superseded if another worker has it, BadInput for an unknown one, Blocked, and Retryable if the store is
        busy. One of many is left out, and `end_of` tells why; if none is left, the first error is raised.
        """
        errors = []
        for run_id in run_ids:
            try:
                self._open_one(run_id, launch, ready)
            except DossierError as error:
                errors.append(error)
                self._note_end(run_id, launch.worker_run, error)
        live = [run for run_id in run_ids if (run := self.opened(run_id, launch.worker_run))]
        if errors and not live:
            raise next((error for error in errors if not isinstance(error, Superseded)), errors[0])
        return live

    def expect(self, worker_run: str, seen: Mapping[str, int]) -> None:
        """Let this worker run take each run only at the attempt at which it was seen, and never one that has ended.

        Kept here and not with the Dagster run: a person who launches that one again means the run as it is then.
        """
        with self._lock:
            self._seen[worker_run] = seen

    def close(self, worker_run: str) -> None:
        """Forget what this worker run had in hand; the store keeps everything."""
        with self._lock:
            self._seen.pop(worker_run, None)
            self._open = {key: run for key, run in self._open.items() if key[1] != worker_run}
            self._ended = {key: end for key, end in self._ended.items() if key[1] != worker_run}
            self._lost = {key for key in self._lost if key[1] != worker_run}

    def opened(self, run_id: str, worker_run: str) -> OpenRun | None:
        """Return the run if this worker run has it in hand."""
        return self._open.get((run_id, worker_run))

    def end_of(self, run_id: str, worker_run: str) -> End:
        """Return how a run ended that this worker run has no longer in hand."""
        return self._ended.get((run_id, worker_run), End("superseded", "It was not taken."))

    def check_held(self, run: OpenRun) -> None:
        """Raise Superseded if the heartbeat found that the run was cancelled or has changed hands."""
        if (run.run_id, run.worker_run) in self._lost:
            raise Superseded(f"Run {run.run_id} is not ours any more.", "It was cancelled, or another worker took it.")

    def keep(self, run: OpenRun, asset: str, payload: bytes, digest: str, artifact: Any) -> None:
        """Store an artifact, and end the run in the same transaction if it is the one that ends it.

        An artifact that stands already is not stored again. A search that found no lead ends the run as well.
        Raises Superseded if the run has changed hands.
        """
        searched = artifact.attempt if isinstance(artifact, Research) else None
        in_vain = searched is not None and searched.lead is None
        ends_it = asset == run.ends_with or (in_vain and run.ends_with is not None)
        with self.store.transaction(flushed=ends_it) as session:
            if asset not in run.finished:
                artifacts.save(session, run.taken, asset, payload, digest, artifact)
            if ends_it:
                reason = searched.reason if searched else None
                runs.finish(session, run.run_id, run.taken.fence, RunStatus.COMPLETED, reason)
        if searched is not None:
            self._go_on(run, searched)
        if asset == run.ends_with or in_vain:
            self._tell_end(run.run_id)

    def load(self, run_id: str, assets: Collection[str]) -> dict[str, StoredArtifact]:
        """Return the newest artifacts of `assets` of a run by asset, without those that were never made."""
        with self.store.reading() as session:
            return artifacts.load_all(session, run_id, assets)

    def fail(self, run: OpenRun, asset: str, error: Exception) -> None:
        """Write down that the run stopped in `asset`: back to the queue, skipped, or failed. It is out of hand then.

        A part of a run leaves the status as it is, and so does a worker that has been superseded.
        """
        error = as_passing(error)
        self._note_end(run.run_id, run.worker_run, error, asset)
        if run.ends_with is not None:
            self._end(run.taken, asset, error)
        self._tell_end(run.run_id)

    def cancel(self, mine: Sequence[OpenRun]) -> None:
        """Cancel those runs that are still under way: a person ended the work on them."""
        for run in mine:
            with suppress(BadInput), self.store.transaction() as session:
                runs.cancel(session, run.run_id)

    def advance_batches(self) -> int:
        """Make, poll and collect the batches of all clients; return how many runs may go on."""
        with self.store.reading() as session:
            is_due = batches.are_due(session)
        return self._engines.advance_batches() if is_due else 0

    def begin(self, run: OpenRun, asset: str) -> None:
        """Tell whoever watches that work on `asset` begins."""
        if self._watcher is not None:
            self._watcher.step(run.run_id, asset)

    @contextmanager
    def watched(self, watcher: Watcher | None) -> Iterator[None]:
        """Tell `watcher` how work goes on, for the length of the block."""
        before, self._watcher = self._watcher, watcher or self._watcher
        try:
            yield
        finally:
            self._watcher = before

    def _go_on(self, run: OpenRun, searched: Attempt) -> None:
        """Give the run the lead that it found; without one there is nothing left to do here."""
        key = (run.run_id, run.worker_run)
        with self._lock:
            if searched.lead is not None:
                self._open[key] = replace(run, context=run.context.about(searched.lead))
            else:
                self._open.pop(key, None)
                self._ended[key] = End("no lead", searched.reason or "")

    def _tell_end(self, run_id: str) -> None:
        if self._watcher is not None:
            self._watcher.ended(run_id)

    def _open_one(self, run_id: str, launch: Launch, ready: Callable[[str], None]) -> None:
        key = (run_id, launch.worker_run)
        with self._lock:
            if key in self._open or key in self._ended:
                return
            ready(run_id)
            self._open[key] = self._take(run_id, launch)
        self._heartbeat.begin()

    def _note_end(self, run_id: str, worker_run: str, error: Exception, asset: str = "") -> None:
        said = f"{asset}: {in_words(error)}" if asset else in_words(error)
        with self._lock:
            self._open.pop((run_id, worker_run), None)
            status = _ENDS.get(type(error), "failed")
            self._ended.setdefault((run_id, worker_run), End(status, said))

    def _beat(self) -> bool:
        """Renew the leases of the runs in hand and note which of them are not ours any more; False if none is."""
        mine = [run for run in list(self._open.values()) if run.ends_with is not None]
        if not mine:
            return False
        with suppress(DossierError), self.store.transaction(flushed=False) as session:
            held = taking.renew(session, current_owner())
            self._lost |= {(run.run_id, run.worker_run) for run in mine if held.get(run.run_id) != run.taken.fence}
        return True

    def _take(self, run_id: str, launch: Launch) -> OpenRun:
        slug = parse_run_id(run_id).client
        whole = "dossier" in launch.making
        with self.store.transaction() as session:
            taken = runs.take(
                session,
                run_id,
                owner=current_owner(),
                dagster_run_id=launch.worker_run,
                snapshot=lambda: client_flows.snapshot_for(session, run_id, slug),
                whole=whole,
                attempt=self._seen.get(launch.worker_run, {}).get(run_id, launch.attempt),
                remake=launch.remake,
            )
            finished = frozenset(artifacts.finished(session, taken))
        try:
            context = self._context(taken)
        except Exception as error:  # the run is taken: whatever keeps it from beginning has to reach the queue
            if whole:
                self._end(taken, None, error)
            if isinstance(error, DossierError):
                raise
            raise Permanent(f"Run {run_id} cannot be begun.", in_words(error)) from error
        ends_with = "delivery" if "delivery" in launch.making else "dossier"
        home = self._home
        return OpenRun(taken, launch.worker_run, context, self.store, home, finished, ends_with if whole else None)

    def _end(self, taken: TakenRun, asset: str | None, error: Exception) -> None:
        said = in_words(error)
        with self.store.transaction() as session:
            try:
                if isinstance(error, Parked):
                    batches.park(session, taken.run_id, taken.fence, asset)
                elif isinstance(error, Stopped):
                    runs.give_back(session, taken.run_id, taken.fence, said, asset)
                elif isinstance(error, Paused):
                    runs.give_back(session, taken.run_id, taken.fence, said, asset, error.until)
                elif isinstance(error, Retryable):
                    runs.requeue(session, taken.run_id, taken.fence, said, error.retry_after, step=asset)
                elif not isinstance(error, Superseded):
                    status = RunStatus.SKIPPED if isinstance(error, BudgetExceeded) else RunStatus.FAILED
                    runs.finish(session, taken.run_id, taken.fence, status, said, asset)
            except Superseded:
                return  # the run has a new owner, whose word counts

    def _context(self, taken: TakenRun) -> RunContext:
        files, versions = load_prompts(), self._file_versions
        with self.store.reading() as session:
            hunt = discovery.hunt_of(session, taken.key)
            chosen = prompt_choice.choose_prompts(session, taken.client, files, versions)
        llm = self._engines.llm(taken)
        recorder = step_runs.SqlRecorder(self.store, taken)
        return RunContext(
            run_id=taken.run_id,
            client=Client.model_validate(taken.config["client"]),
            target=taken.lead,
            reference_date=taken.reference_date,
            created_at=taken.created_at,
            exchange=Exchange(llm, chosen.prompts, chosen.versions, recorder),
            search=self._engines.search(taken),
            library=self._engines.library(taken.client),
            hunt=hunt,
            brief=taken.config.get("brief") or {},
            provider=llm.provider,
        )

    @cached_property
    def _file_versions(self) -> dict[str, int]:
        with self.store.transaction() as session:
            return prompts.sync_prompts(session, load_prompts().values())


_ENDS: dict[type[Exception], str] = {
    Superseded: "superseded",
    Parked: "waits for a batch",
    Stopped: "stopped",
}


def in_words(error: Exception) -> str:
    """Return what happened as one sentence or two; of an error that nobody foresaw also its class."""
    return str(error) if isinstance(error, DossierError) else f"{type(error).__name__}: {error}"[:2000]
