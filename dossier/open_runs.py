"""The runs that this process has in hand: taken from the queue, their artifacts kept, their end written down.

Here: opening a run once per worker, the context its steps are given, keeping artifacts under the run's fence,
and what each class of failure means for the queue. Not here: what makes the artifacts (`dossier/steps/`), who
asks for them (`dossier_assets/`), and which engine and search stand behind the ports (`resources/`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from dossier.errors import BudgetExceeded, DossierError, Permanent, Retryable, Superseded
from dossier.exchange import Exchange
from dossier.keys import parse_run_id
from dossier.models import Client, Cost, JsonDict, RunStatus
from dossier.ports import Library, Llm, WebSearch
from dossier.prompt_files import load_prompts
from dossier.run_context import RunContext
from dossier.store import artifacts, clients, dossiers, prompts, runs, step_runs
from dossier.store.artifacts import StoredArtifact
from dossier.store.database import Store
from dossier.store.owners import current_owner
from dossier.store.runs import TakenRun

OnStep = Callable[[str], None]


class Engines(Protocol):
    """Where a run's ports come from; `resources/engines.py` builds them, tests give fakes."""

    def llm(self, provider: str | None) -> Llm:
        """Return the engine of a run; None is the workplace's choice. Raises BadInput if it cannot be had."""
        ...

    def search(self, client_slug: str, reference_date: date) -> WebSearch:
        """Return the search that a run of this client may use."""
        ...

    def library(self, client_slug: str) -> Library:
        """Return the stored source texts that this client may see."""
        ...


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run in hand. `finished` are the assets whose artifact stands; `ends_with` is the asset that ends it.

    `ends_with` is None where this worker makes a part of the run only: its status is then left as it is.
    """

    taken: TakenRun
    context: RunContext
    store: Store
    home: Path
    finished: frozenset[str]
    ends_with: str | None

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


class OpenRuns:
    """The runs of one process, over one store. Safe to share between threads and Dagster runs."""

    def __init__(self, store: Store, engines: Engines, home: Path) -> None:
        self.store = store
        self._engines = engines
        self._home = home
        self._open: dict[tuple[str, str], OpenRun] = {}
        self._lock = Lock()
        self._on_step: OnStep = _nobody_watches

    def open(self, run_id: str, worker_run: str, making: Collection[str]) -> OpenRun:
        """Take the run, or return it as it was taken: every asset calls this first.

        `worker_run` is the Dagster run, `making` the assets it makes. Raises Superseded if another worker has
        the run, BadInput for an unknown one, Blocked, and Retryable if the store is busy.
        """
        with self._lock:
            key = (run_id, worker_run)
            if key not in self._open:
                self._open[key] = self._take(run_id, worker_run, making)
            return self._open[key]

    def close(self, worker_run: str) -> None:
        """Forget what this worker run had in hand; the store keeps everything."""
        with self._lock:
            self._open = {key: run for key, run in self._open.items() if key[1] != worker_run}

    def opened(self, run_id: str, worker_run: str) -> OpenRun | None:
        """Return the run if this worker run has it in hand."""
        return self._open.get((run_id, worker_run))

    def keep(self, run: OpenRun, asset: str, payload: bytes, digest: str, artifact: Any) -> None:
        """Store an artifact, and end the run in the same transaction if it is the one that ends it.

        An artifact that stands already is not stored again. Raises Superseded if the run has changed hands.
        """
        with self.store.transaction() as session:
            if asset not in run.finished:
                artifacts.save(session, run.taken, asset, payload, digest, artifact)
            if asset == run.ends_with:
                runs.finish(session, run.run_id, run.taken.fence, RunStatus.COMPLETED)

    def load(self, run_id: str, asset: str) -> StoredArtifact | None:
        """Return the newest artifact of an asset of a run, None if it was never made."""
        with self.store.reading() as session:
            return artifacts.load(session, run_id, asset)

    def fail(self, run: OpenRun, asset: str, error: Exception) -> None:
        """Write down that the run stopped in `asset`: back to the queue, skipped, or failed.

        A part of a run leaves the status as it is, and so does a worker that has been superseded.
        """
        if run.ends_with is not None:
            self._end(run.taken, asset, error)

    def begin(self, asset: str) -> None:
        """Tell whoever watches that work on `asset` begins."""
        self._on_step(asset)

    @contextmanager
    def watched(self, on_step: OnStep | None) -> Iterator[None]:
        """Call `on_step(asset)` when work on an asset begins, for the length of the block."""
        before, self._on_step = self._on_step, on_step or self._on_step
        try:
            yield
        finally:
            self._on_step = before

    def _take(self, run_id: str, worker_run: str, making: Collection[str]) -> OpenRun:
        slug = parse_run_id(run_id).client
        whole = "dossier" in making
        with self.store.transaction() as session:
            taken = runs.take(
                session,
                run_id,
                owner=current_owner(),
                dagster_run_id=worker_run,
                snapshot=lambda: {"client": clients.get_client(session, slug).model_dump(mode="json")},
                whole=whole,
            )
            finished = frozenset(artifacts.finished(session, taken))
        try:
            context = self._context(taken)
        except DossierError as error:
            if whole:
                self._end(taken, None, error)
            raise
        ends_with = "delivery" if "delivery" in making else "dossier"
        return OpenRun(taken, context, self.store, self._home, finished, ends_with if whole else None)

    def _end(self, taken: TakenRun, asset: str | None, error: Exception) -> None:
        said = in_words(error)
        with self.store.transaction() as session:
            try:
                if isinstance(error, Retryable):
                    runs.requeue(session, taken.run_id, taken.fence, said, error.retry_after, step=asset)
                elif not isinstance(error, Superseded):
                    status = RunStatus.SKIPPED if isinstance(error, BudgetExceeded) else RunStatus.FAILED
                    runs.finish(session, taken.run_id, taken.fence, status, said, asset)
            except Superseded:
                return  # the run has a new owner, whose word counts

    def _context(self, taken: TakenRun) -> RunContext:
        if taken.lead is None:
            raise Permanent(f"Run {taken.run_id} has no lead.", "Discovery runs are not made by this version.")
        llm = self._engines.llm(taken.provider)
        recorder = step_runs.SqlRecorder(self.store, taken)
        return RunContext(
            run_id=taken.run_id,
            client=Client.model_validate(taken.config["client"]),
            lead=taken.lead,
            reference_date=taken.reference_date,
            created_at=taken.created_at,
            exchange=Exchange(llm, load_prompts(), self._prompt_versions, recorder),
            search=self._engines.search(taken.client, taken.reference_date),
            library=self._engines.library(taken.client),
            provider=llm.provider,
        )

    @cached_property
    def _prompt_versions(self) -> JsonDict:
        with self.store.transaction() as session:
            return dict(prompts.sync_prompts(session, list(load_prompts().values())))


def in_words(error: Exception) -> str:
    """Return what happened as one sentence or two; of an error that nobody foresaw also its class."""
    return str(error) if isinstance(error, DossierError) else f"{type(error).__name__}: {error}"[:2000]


def _nobody_watches(asset: str) -> None:
    """Nothing to tell."""
