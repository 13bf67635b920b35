"""The life of leads and runs as a state machine: whatever happens in whatever order, the store says what a small
model says, the oracle finds nothing, and who lost a run writes nothing.

Time passes by moving the stored times, workers die by name; nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from unittest.mock import patch

import dossier_fixture
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from oracle import Seen, observe, violations
from sqlalchemy import delete, event, select, update
from store_fixture import PLAN, row, save

from dossier.errors import BadInput, Blocked, DossierError, Superseded
from dossier.models import Client, ClientConfig, RunStatus, StepStatus
from dossier.ports import StepRecord
from dossier.store import artifacts, clients, leads, runs
from dossier.store.clock import db_now
from dossier.store.step_runs import SqlRecorder
from dossier.store.tables_queue import ClientRow, RunRow
from dossier.store.taking import TakenRun

ORDER = ("search_queries", "sources", "dossier")
NAMES = ("acme.example", "beta.example")
ENDED_BADLY = ("failed", "blocked", "cancelled", "skipped")
PICK, MOSTLY = st.integers(0, 11), 9
_slugs = count()


@dataclass(eq=False)
class Hand:
    """A worker's hold on a run; `step` is the step run that it has open."""

    taken: TakenRun
    owner: str
    recorder: SqlRecorder
    launch: str
    step: str | None = None


@dataclass(eq=False)
class Run:
    """What the model says of a run."""

    lead: str
    status: str = "pending"
    attempt: int = 1
    fresh_from: int = 1
    made: dict[str, int] = field(default_factory=dict)
    versions: int = 0
    requeues: int = 0
    crashes: dict[str, int] = field(default_factory=dict)
    waits: bool = False
    over: bool = False
    launch: str = ""
    hand: Hand | None = None
    writer: Hand | None = None

    @property
    def finished(self) -> set[str]:
        return {asset for asset, attempt in self.made.items() if attempt >= self.fresh_from}

    def drop(self) -> None:
        self.hand = self.writer = None

    def begin_again(self) -> None:
        self.drop()
        self.status, self.attempt, self.waits = "pending", self.attempt + 1, False
        self.requeues, self.crashes = 0, {}

    def interrupt(self) -> None:
        """Its worker is gone."""
        step = self.hand.taken and self.hand.step if self.hand else None
        name = self.next_asset if step else None
        self.drop()
        if name:
            self.crashes[name] = self.crashes.get(name, 0) + 1
        if name and self.crashes[name] >= 3:
            self.status = "blocked"
        else:
            self.status, self.attempt, self.waits = "pending", self.attempt + 1, False

    @property
    def next_asset(self) -> str:
        return next((asset for asset in ORDER if asset not in self.finished), ORDER[-1])


class Lifecycle(RuleBasedStateMachine):
    """Two leads of one client, two workers that come again when they died, and a person who interferes."""

    store: runs.Session

    def __init__(self, store) -> None:
        super().__init__()
        self.store = store
        self.slug = f"seller-{next(_slugs)}"
        self.runs: dict[str, Run] = {}
        self.numbers = dict.fromkeys(NAMES, 0)
        self.lead_status = dict.fromkeys(NAMES, "new")
        self.late: list[Hand] = []
        self.dead: set[str] = set()
        self.incarnations = [1, 1]
        self.launches = count()
        self.patched = patch("dossier.store.recovery.is_alive", lambda owner: owner not in self.dead)
        self.patched.start()

    @initialize()
    def a_client_with_leads(self) -> None:
        """Both leads are waiting, one of them for its second dossier."""
        config = ClientConfig.model_validate({"client": {"name": self.slug}})
        with self.store.transaction() as session:
            clients.save_client(session, Client(slug=self.slug, name=self.slug, config=config))
            rows = [row(name, name, number) for number, name in enumerate(NAMES, start=2)]
            saved = leads.save_leads(session, self.slug, rows, hold=True)
        self.lead_ids = dict(zip(NAMES, saved.lead_ids, strict=True))
        self.submit(NAMES[0])
        self.make_all(0, 0)
        for lead in NAMES:
            self.submit(lead)

    def teardown(self) -> None:
        self.patched.stop()
        with self.store.transaction() as session:
            session.execute(delete(ClientRow).where(ClientRow.slug == self.slug))

    # ------------------------------------------------------------------------ the queue

    @precondition(lambda self: not all(map(self.live, NAMES)) or any(self.is_lost(run) for run in self.runs.values()))
    @rule(lead=st.sampled_from(NAMES))
    def submit(self, lead: str) -> None:
        """Somebody wants a dossier of a lead."""
        with self.store.transaction() as session:
            run_id = runs.queue_run(session, self.slug, self.lead_ids[lead], trigger="manual")
        live = self.live(lead)
        if live and self.is_lost(self.runs[live]):
            self.lose(live)
            live = self.live(lead)
        if live is None:
            self.numbers[lead] += 1
            assert run_id.endswith(f"-{self.numbers[lead]}"), "the number of a run is used once"
            self.runs[run_id] = Run(lead)
            self.lead_status[lead] = "flagged"
        assert live in (None, run_id), "a lead has one run under way"

    @precondition(lambda self: self.due())
    @rule(pick=PICK, worker=st.integers(0, 1))
    def sensor_launches(self, pick: int, worker: int) -> None:
        """The sensor launches an attempt that is due, and a worker takes it."""
        self.launch(self.one_of(self.due(), pick), worker)

    @precondition(lambda self: self.runs)
    @rule(pick=PICK, worker=st.integers(0, 1))
    def a_launch_comes_late(self, pick: int, worker: int) -> None:
        """A launch of an attempt that is over, or of a run that has ended, takes nothing."""
        run_id = self.one_of(self.runs, pick)
        run = self.runs[run_id]
        ended = run.status in ("completed", *ENDED_BADLY)
        self.refused(Superseded, run_id, worker, attempt=run.attempt if ended else run.attempt - 1)

    @precondition(lambda self: self.runs)
    @rule(pick=PICK, worker=st.integers(0, 1))
    def take_by_hand(self, pick: int, worker: int) -> None:
        """A person executes a run again from Dagster's pages or the command line."""
        run_id = self.mostly(lambda run: run.status != "running", pick)
        run = self.runs[run_id]
        live = self.live(run.lead)
        if run.status == "running" and not self.is_lost(run):
            return self.refused(Superseded, run_id, worker)
        if run.status == "running":
            self.lose(run_id)
            if run.status == "blocked":
                return self.refused(Blocked, run_id, worker)
        elif live not in (None, run_id):
            return self.refused(BadInput, run_id, worker)
        elif run.status == "completed":
            run.begin_again()
            run.fresh_from = run.attempt
        elif run.status in ENDED_BADLY:
            run.begin_again()
        self.take(run_id, worker)
        run.status = "running"
        return None

    @precondition(lambda self: self.ended("completed"))
    @rule(pick=PICK, worker=st.integers(0, 1))
    def make_a_part_by_hand(self, pick: int, worker: int) -> None:
        """A person makes one asset of a completed run again; its status stays."""
        run_id = self.one_of(self.ended("completed"), pick)
        run = self.runs[run_id]
        before = self.lead_status[run.lead]
        run.attempt += 1
        run.fresh_from, run.requeues, run.crashes = run.attempt, 0, {}
        self.take(run_id, worker, whole=False)
        self.lead_status[run.lead] = before
        self.keep(run, "sources")

    @precondition(lambda self: any(self.running()))
    @rule()
    def recover(self) -> None:
        """The sensor looks for runs whose worker is gone."""
        lost = sorted(run_id for run_id, run in self.runs.items() if run.status == "running" and self.is_lost(run))
        with self.store.transaction() as session:
            assert sorted(runs.recover(session)) == lost
        for run_id in lost:
            self.lose(run_id)

    @precondition(lambda self: any(run.waits for run in self.runs.values()))
    @rule()
    def time_passes(self) -> None:
        """Waiting times are over; leases are not."""
        with self.store.transaction() as session:
            past = session.scalar(select(db_now(-1)))
            waiting = RunRow.run_id.in_(list(self.runs))
            session.execute(update(RunRow).where(waiting, RunRow.not_before.is_not(None)).values(not_before=past))
        for run in self.runs.values():
            run.waits = False

    # ------------------------------------------------------------------------ workers

    @precondition(lambda self: self.hands())
    @rule(pick=PICK)
    def begin_step(self, pick: int) -> None:
        """A worker begins a step and has it open."""
        self.begin(self.one_of(self.hands(), pick))

    @precondition(lambda self: self.hands())
    @rule(pick=PICK)
    def finish_step(self, pick: int) -> None:
        """A worker makes the next artifact; the last one ends the run."""
        self.make_next(self.one_of(self.hands(), pick))

    @precondition(lambda self: self.due())
    @rule(pick=PICK, worker=st.integers(0, 1))
    def make_all(self, pick: int, worker: int) -> None:
        """A worker takes a run and makes all that is missing."""
        run_id = self.one_of(self.due(), pick)
        self.launch(run_id, worker)
        while hand := self.runs[run_id].hand:
            self.make_next(hand)

    @precondition(lambda self: self.hands())
    @rule(pick=PICK, kind=st.sampled_from(("passing", "permanent", "budget")))
    def step_fails(self, pick: int, kind: str) -> None:
        """A step meets a fault."""
        hand = self.one_of(self.hands(), pick)
        if kind == "permanent":
            self.end(hand, RunStatus.FAILED, "blocked")
        elif kind == "budget":
            self.end(hand, RunStatus.SKIPPED, "new")
        else:
            self.requeue(hand)

    @precondition(lambda self: self.hands())
    @rule(worker=st.integers(0, 1))
    def kill(self, worker: int) -> None:
        """A worker dies with all that it had in hand, and another comes in its place."""
        self.dead.add(self.name(worker))
        self.incarnations[worker] += 1

    @precondition(lambda self: self.hands())
    @rule(pick=PICK)
    def pause(self, pick: int) -> None:
        """A worker is stopped until its lease is over."""
        run_id = self.one_of(self.hands(), pick).taken.run_id
        with self.store.transaction() as session:
            past = session.scalar(select(db_now(-1)))
            session.execute(update(RunRow).where(RunRow.run_id == run_id).values(lease_until=past))
        self.runs[run_id].over = True

    @precondition(lambda self: any(self.running()))
    @rule(worker=st.integers(0, 1))
    def heartbeat(self, worker: int) -> None:
        """A worker renews its leases and learns which runs it still has."""
        with self.store.transaction() as session:
            held = runs.renew(session, self.name(worker))
        mine = [hand for run in self.runs.values() if (hand := run.hand) and hand.owner == self.name(worker)]
        assert held == {hand.taken.run_id: hand.taken.fence for hand in mine}
        for hand in mine:
            self.of(hand).over = False

    @precondition(lambda self: self.late)
    @rule(pick=PICK)
    def late_worker_writes(self, pick: int) -> None:
        """A worker that lost its run wakes up and goes on as if nothing had happened."""
        hand = self.one_of(self.late, pick)
        taken = hand.taken
        writes = [
            lambda: save(self.store, taken, "sources"),
            lambda: hand.recorder.open("sources", asset="sources", variables={}),
            lambda: self.in_transaction(runs.finish, taken.run_id, taken.fence, RunStatus.COMPLETED),
            lambda: self.in_transaction(runs.requeue, taken.run_id, taken.fence, "503"),
            *([lambda: hand.recorder.close(hand.step, StepRecord(StepStatus.COMPLETED))] if hand.step else []),
        ]
        for write in writes:
            with pytest.raises(Superseded):
                write()
        if taken.run_id in self.runs and self.of(hand).launch == hand.launch:
            self.refused(Superseded, taken.run_id, 0, launch=hand.launch)

    @precondition(lambda self: self.due())
    @rule(pick=PICK, worker=st.integers(0, 1))
    def poison(self, pick: int, worker: int) -> None:
        """A step kills each worker that begins it, until the run is blocked."""
        run_id = self.one_of(self.due(), pick)
        run = self.runs[run_id]
        for _ in range(3 - run.crashes.get(run.next_asset, 0)):
            self.launch(run_id, worker)
            self.begin(run.hand)
            self.kill(worker)
            self.recover()
        assert run.status == "blocked"

    @precondition(lambda self: self.due())
    @rule(pick=PICK, worker=st.integers(0, 1))
    def outage(self, pick: int, worker: int) -> None:
        """The other side does not answer, until the run is blocked."""
        run_id = self.one_of(self.due(), pick)
        for _ in range(4 - self.runs[run_id].requeues):
            self.launch(run_id, worker)
            self.requeue(self.runs[run_id].hand)
            self.time_passes()
        assert self.runs[run_id].status == "blocked"

    # ------------------------------------------------------------------------ a person

    @precondition(lambda self: self.runs)
    @rule(pick=PICK)
    def cancel(self, pick: int) -> None:
        """A person cancels a run, or is told that it has ended."""
        run_id = self.mostly(lambda run: run.status in ("pending", "running"), pick)
        run = self.runs[run_id]
        if run.status not in ("pending", "running"):
            return self.told(BadInput, runs.cancel, run_id)
        self.in_transaction(runs.cancel, run_id)
        self.let_go(run)
        run.status, run.waits, self.lead_status[run.lead] = "cancelled", False, "new"
        return None

    @precondition(lambda self: self.runs)
    @rule(pick=PICK, begin=st.sampled_from((None, *ORDER)))
    def retry(self, pick: int, begin: str | None) -> None:
        """A person retries a run, from an asset on or from where it stopped, or is told why not."""
        run_id = self.mostly(lambda run: run.status not in ("pending", "running"), pick)
        run = self.runs[run_id]
        allowed = (
            run.status in ENDED_BADLY
            or (run.status == "completed" and begin is not None)
            or (run.status == "running" and self.is_lost(run))
        )
        if not allowed or self.live(run.lead) not in (None, run_id):
            return self.told(BadInput, runs.retry, run_id, begin, order=ORDER)
        self.in_transaction(runs.retry, run_id, begin, order=ORDER)
        self.let_go(run)
        run.begin_again()
        for asset in ORDER[ORDER.index(begin) :] if begin else ():
            run.made.pop(asset, None)
        self.lead_status[run.lead] = "flagged"
        return None

    @precondition(lambda self: self.runs)
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        """A person deletes a run, or is told that it is under way."""
        run_id = self.mostly(lambda run: run.status != "running", pick)
        run = self.runs[run_id]
        if run.status == "running" and not self.is_lost(run):
            return self.told(BadInput, runs.delete, run_id)
        with self.store.reading() as session:
            standing = {view.run_id: view.completed_at for view in runs.list_runs(session, self.slug)}
        self.in_transaction(runs.delete, run_id)
        self.let_go(run)
        del self.runs[run_id]
        others = [other for other in self.runs if self.runs[other].lead == run.lead]
        last = self.live(run.lead) or max(others, key=lambda other: standing[other] or "", default=None)
        words = {"pending": "flagged", "running": "processing", "completed": "ready", "failed": "blocked"}
        words |= {"blocked": "blocked", "cancelled": "new", "skipped": "new"}
        self.lead_status[run.lead] = words[self.runs[last].status] if last else "new"
        return None

    # ------------------------------------------------------------------------ what must hold

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        with self.store.reading() as session:
            views = {view.run_id: view for view in runs.list_runs(session, self.slug)}
            due = {one.run_id: one.attempt for one in runs.due_runs(session) if one.client == self.slug}
            stands = {view.domain: view.status for view in leads.list_leads(session, self.slug)}
        assert {
            i: (v.status.value, v.attempt, v.requeues, v.crashes, v.dossier_version or 0) for i, v in views.items()
        } == {
            i: (run.status, run.attempt, run.requeues, max(run.crashes.values(), default=0), run.versions)
            for i, run in self.runs.items()
        }
        assert due == {run_id: self.runs[run_id].attempt for run_id in self.due()}
        assert stands == self.lead_status
        assert all(views[run_id].interrupted == self.is_lost(run) for run_id, run in self.running())

    @invariant()
    def the_oracle_finds_nothing(self) -> None:
        seen = observe(self.store)
        mine = {
            name: [one for one in getattr(seen, name) if one["tenant_id"] == self.slug]
            for name in ("leads", "runs", "dossiers", "step_runs", "artifacts")
        }
        assert violations(replace(Seen(), **mine), acknowledged=self.lead_ids.values()) == []

    # ------------------------------------------------------------------------ parts

    def take(self, run_id: str, worker: int, *, whole: bool = True, **more: int) -> None:
        """Take a run that can be taken, and hold it."""
        run, owner = self.runs[run_id], self.name(worker)
        self.let_go(run)
        launch = f"{self.slug}-{next(self.launches)}"
        with self.store.transaction() as session:
            taken = runs.take(session, run_id, owner=owner, dagster_run_id=launch, snapshot=dict, whole=whole, **more)
            finished = artifacts.finished(session, taken)
        assert (taken.attempt, finished) == (run.attempt, run.finished), "what is finished is not made again"
        assert taken.resumed == bool(run.finished)
        run.hand = run.writer = Hand(taken, owner, SqlRecorder(self.store, taken), launch)
        run.launch = launch
        run.over, run.waits = False, False
        self.lead_status[run.lead] = "processing"

    def launch(self, run_id: str, worker: int) -> None:
        self.take(run_id, worker, attempt=self.runs[run_id].attempt)
        self.runs[run_id].status = "running"

    def begin(self, hand: Hand) -> None:
        if hand.step is None:
            asset = self.of(hand).next_asset
            hand.step = hand.recorder.open(asset, asset=asset, variables={})

    def make_next(self, hand: Hand) -> None:
        run, asset = self.of(hand), self.of(hand).next_asset
        self.begin(hand)
        hand.recorder.close(hand.step, StepRecord(StepStatus.COMPLETED))
        hand.step = None
        self.keep(run, asset)
        if asset == ORDER[-1]:
            run.versions += 1
            self.end(hand, RunStatus.COMPLETED, "ready")

    def requeue(self, hand: Hand) -> None:
        run = self.of(hand)
        with self.store.transaction() as session:
            status = runs.requeue(session, hand.taken.run_id, hand.taken.fence, "503")
        self.let_go(run)
        if run.requeues == 3:
            run.status, self.lead_status[run.lead] = "blocked", "blocked"
        else:
            run.status, run.attempt, run.requeues, run.waits = "pending", run.attempt + 1, run.requeues + 1, True
        assert status.value == run.status

    def refused(self, error: type[DossierError], run_id: str, worker: int, launch: str = "", **more: int) -> None:
        number, owner = launch or f"{self.slug}-{next(self.launches)}", self.name(worker)
        with pytest.raises(error):
            self.in_transaction(runs.take, run_id, owner=owner, dagster_run_id=number, snapshot=dict, **more)

    def told(self, error: type[DossierError], act, *arguments, **more) -> None:
        with pytest.raises(error):
            self.in_transaction(act, *arguments, **more)

    def in_transaction(self, act, *arguments, **more) -> None:
        with self.store.transaction() as session:
            act(session, *arguments, **more)

    def keep(self, run: Run, asset: str) -> None:
        hand = run.hand
        made = dossier_fixture.empty_dossier().model_copy(update={"run_id": hand.taken.run_id})
        save(self.store, hand.taken, asset, made if asset == "dossier" else PLAN)
        run.made[asset] = run.attempt
        run.requeues, run.crashes = 0, {}

    def end(self, hand: Hand, status: RunStatus, lead: str) -> None:
        run = self.of(hand)
        self.in_transaction(runs.finish, hand.taken.run_id, hand.taken.fence, status, "why")
        run.hand, run.status, hand.step = None, status.value, None
        self.lead_status[run.lead] = lead

    def lose(self, run_id: str) -> None:
        run = self.runs[run_id]
        if run.hand:
            self.late.append(run.hand)
        run.interrupt()
        self.lead_status[run.lead] = "blocked" if run.status == "blocked" else "processing"

    def let_go(self, run: Run) -> None:
        """Whoever could write to the run cannot any more."""
        if run.writer:
            self.late.append(run.writer)
        run.drop()

    def is_lost(self, run: Run) -> bool:
        return run.status == "running" and run.hand is not None and (run.over or run.hand.owner in self.dead)

    def of(self, hand: Hand) -> Run:
        return self.runs[hand.taken.run_id]

    def name(self, worker: int) -> str:
        return f"{self.slug}.{worker}:{self.incarnations[worker]}"

    def hands(self) -> list[Hand]:
        """Workers that live and make a run."""
        hands = (run.hand for _, run in self.running())
        return [hand for hand in hands if hand and hand.owner not in self.dead]

    def running(self) -> Iterator[tuple[str, Run]]:
        return ((run_id, run) for run_id, run in self.runs.items() if run.status == "running")

    def due(self) -> list[str]:
        return [run_id for run_id, run in self.runs.items() if run.status == "pending" and not run.waits]

    def live(self, lead: str) -> str | None:
        mine = ((run_id, run) for run_id, run in self.runs.items() if run.lead == lead)
        return next((run_id for run_id, run in mine if run.status in ("pending", "running")), None)

    def ended(self, status: str) -> list[str]:
        return [run_id for run_id, run in self.runs.items() if run.status == status]

    def mostly(self, allowed: Callable[[Run], bool], pick: int) -> str:
        """Pick a run of which this can be asked, now and then any."""
        good = [run_id for run_id, run in self.runs.items() if allowed(run)]
        return self.one_of(good if good and pick < MOSTLY else self.runs, pick)

    @staticmethod
    def one_of(several, pick: int):
        return list(several)[pick % len(several)]


@pytest.fixture
def quick(store):
    """The store without waiting for the disk: here nobody pulls the plug."""
    if store.dialect == "sqlite":
        event.listen(store._engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA synchronous = OFF"))
    return store


def test_whatever_happens_the_queue_keeps_its_promises(quick):
    run_state_machine_as_test(
        lambda: Lifecycle(quick),
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # add Phase.shrink to look for the shortest way to a failure: it takes minutes
        ),
    )
