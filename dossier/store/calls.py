"""The ledger of calls: what is asked, held, answered and paid, so that nothing is paid twice and no cap is passed.

Here: looking for a kept answer, holding the worst case before a call, settling it after, and booking what a dead
worker left open. Not here: the caps (`budgets.py`), rates (`limits.py`), prices and the call itself (`resources/`).
Money is integer nano-dollars. Every act is one transaction; under PostgreSQL holds are made one at a time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from dossier import stopping
from dossier.ceiling import CEILING, may_repair
from dossier.errors import BudgetExceeded, BudgetReached, DossierError, NoCallLeft, Paused, Retryable, Superseded
from dossier.models import JsonDict, RunStatus
from dossier.store import limits
from dossier.store.budgets import Budgets, Scope, dollars, passed_levels, scopes
from dossier.store.clock import db_now
from dossier.store.columns import new_id
from dossier.store.database import Store
from dossier.store.errands import Errand
from dossier.store.locks import one_at_a_time
from dossier.store.options import EVERY_STEP, note_budget
from dossier.store.parking import parked, state_of, wait_for_batch
from dossier.store.tables_money import VENDOR_SEARCH, BudgetHoldRow, LlmAttemptRow, LlmCallRow
from dossier.store.tables_queue import RunRow
from dossier.store.taking import TakenRun, guard

PATIENCE = 900.0  # seconds to wait for others' holds before the queue takes the run back
_LONGEST_NAP = 1.0
_STRAY_SECONDS = 3600.0
LOST = "unknown"  # the state of a call whose answer nobody has seen: it may have been paid
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ask:
    """A call before it is made: `key` is the digest of its body, `worst_nusd` what it can cost at most."""

    step: str
    key: str
    model: str
    worst_nusd: int
    is_repair: bool = False
    tier: str = "standard"


@dataclass(frozen=True, slots=True)
class Attempted:
    """One HTTP attempt of a call; `status` is None where no answer came."""

    status: int | None
    error_type: str | None
    request_id: str | None
    retry_after_s: float | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Answered:
    """A paid answer: the whole `response` as it came, its usage, and what it cost by which prices."""

    response: JsonDict
    usage: JsonDict
    cost_nusd: int
    tokens_in: int
    tokens_out: int
    stop_reason: str | None
    message_id: str | None
    request_id: str | None
    prices: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A response that is there already. `paid` is what it cost if a batch brought it and it is used the first time."""

    response: JsonDict
    paid: Answered | None


class CallBook:
    """The ledger as one run, or one errand, sees it. Safe to use from several threads."""

    def __init__(self, store: Store, run: TakenRun | Errand, budgets: Budgets) -> None:
        self._store = store
        self._run = run
        self._budgets = budgets

    def kept(self, key: str, step: str) -> Kept | None:
        """Return what answers `key` already, None if it has to be asked.

        It is an accepted answer to any run of this client, or one that was paid for this run and not checked yet: a
        crash came between, or a batch brought it. Where the run wants fresh answers, only those count that came since
        it said so.
        """
        own = and_(LlmCallRow.pipeline_run_id == self._run.key, LlmCallRow.attempt >= self._run.fresh_from)
        since = _fresh_since(self._run.options, step)
        if since is not None:
            of_whom = and_(LlmCallRow.pipeline_run_id == self._run.key, LlmCallRow.attempt >= since)
        else:
            of_whom = or_(LlmCallRow.accepted, own) if self._run.key else LlmCallRow.accepted.is_(True)
        with self._store.reading() as session:
            row = session.scalar(
                select(LlmCallRow)
                .where(
                    LlmCallRow.client_id == self._run.client_key,
                    LlmCallRow.key == key,
                    LlmCallRow.state == "answered",
                    of_whom,
                )
                .order_by(LlmCallRow.accepted.desc(), LlmCallRow.created_at.desc(), LlmCallRow.id)
                .limit(1)
            )
        if row is None or row.response is None:
            return None
        return Kept(row.response, _answered(row) if row.tier == "batch" and not row.accepted else None)

    @property
    def in_batches(self) -> bool:
        """Whether this run's calls go in batches."""
        return bool(self._run.options.get("batch"))

    def park(self, ask: Ask, body: JsonDict) -> None:
        """Let a call wait for a batch, as long as it has not been in one without an answer: then it goes alone.

        Raises Parked, and what `hold` raises.
        """
        with self._store.reading() as session:
            state = state_of(session, self._run.key, self._run.fresh_from, ask.key)
        if state == "alone":
            return
        if state is None:
            self.hold(ask, batch_body=body)
        raise parked(ask.step)

    def hold(self, ask: Ask, batch_body: JsonDict | None = None) -> str:
        """Hold the worst case of `ask` in every budget and return the call's id; waits while others' holds stand in it.

        With `batch_body` the call waits for a batch. Raises BudgetExceeded before this run's first answer and
        BudgetReached after it, if the run's or another budget is too small for the call itself, NoCallLeft for a
        repair that the ceiling does not allow, Superseded if the run has changed hands, Paused while all calls are,
        Retryable if others' holds stay in the way, and Stopped if the process is told to end.
        """
        deadline, nap = time.monotonic() + PATIENCE, 0.05
        while True:
            try:
                with self._store.transaction() as session:
                    held = self._try_hold(session, ask)
                    if held is not None and batch_body is not None:
                        wait_for_batch(session, self._run.client_key, held, batch_body)
            except BudgetReached as fault:
                self._note(fault)
                raise
            if held is not None:
                return held
            if time.monotonic() > deadline:
                raise Retryable("The budget is held by other calls.", "They have not ended in 15 minutes.")
            stopping.pause(nap)
            nap = min(nap * 1.5, _LONGEST_NAP)

    def attempted(self, call_id: str, n: int, attempt: Attempted) -> None:
        """Write down the `n`-th HTTP attempt of a call."""
        with self._store.transaction(flushed=False) as session:
            session.add(
                LlmAttemptRow(
                    client_id=self._run.client_key,
                    call_id=call_id,
                    n=n,
                    http_status=attempt.status,
                    error_type=attempt.error_type,
                    request_id=attempt.request_id,
                    retry_after_s=attempt.retry_after_s,
                    duration_ms=attempt.duration_ms,
                )
            )

    def settle(self, call_id: str, answer: Answered) -> None:
        """Book the answer of a call and keep it whole; a worker that lost its run books it too: it is paid.

        Says in the log which budgets came over 50, 80 or 95 percent.
        """
        with self._store.transaction() as session:
            one_at_a_time(session, "money")
            before = scopes(session, self._budgets, self._run.client_key, self._run.key, capped=True)
            settle(session, call_id, answer)
        for scope, level in passed_levels(before, answer.cost_nusd):
            log.warning("budget", budget=scope.name, percent=level, cap_usd=dollars(scope.cap or 0))

    def failed(self, call_id: str, error: str, booked_nusd: int, duration_ms: int) -> None:
        """End a call without an answer: free, or booked at `booked_nusd` where nobody knows whether it was paid."""
        with self._store.transaction() as session:
            session.execute(
                update(LlmCallRow)
                .where(LlmCallRow.id == call_id, LlmCallRow.state == "inflight")
                .values(
                    state=LOST if booked_nusd else "failed",
                    cost_nusd=booked_nusd,
                    error=error[:2000],
                    duration_ms=duration_ms,
                    ended_at=db_now(),
                )
            )
            session.execute(delete(BudgetHoldRow).where(BudgetHoldRow.call_id == call_id))

    def accept(self, key: str) -> None:
        """Let the answer to `key` be reused by every run of this client: it passed every check."""
        with self._store.transaction() as session:
            session.execute(
                update(LlmCallRow)
                .where(
                    LlmCallRow.client_id == self._run.client_key,
                    LlmCallRow.pipeline_run_id == self._run.key,
                    LlmCallRow.key == key,
                    LlmCallRow.state == "answered",
                )
                .values(accepted=True)
            )

    def _try_hold(self, session: Session, ask: Ask) -> str | None:
        if self._run.run_id:
            guard(session, self._run.run_id, self._run.fence)
        one_at_a_time(session, "money")
        book_lost(session)
        begun = bool(self._calls(session, self._run.fresh_from))
        if ask.step != VENDOR_SEARCH:
            self._refuse_call(session, ask)
        found = scopes(session, self._budgets, self._run.client_key, self._run.key, capped=True)
        for scope in found:
            if scope.cap is not None and scope.spent + ask.worst_nusd > scope.cap:
                raise self._stop(ask.step, *_short_of(scope, ask), begun=begun, scope=scope)
        if any(one.cap is not None and one.spent + one.held + ask.worst_nusd > one.cap for one in found):
            return None
        return self._insert(session, ask)

    def _refuse_call(self, session: Session, ask: Ask) -> None:
        """Raise where no model may be asked now, whatever the budgets say."""
        pause = limits.paused(session)
        if pause:
            raise Paused(pause.reason, pause.until)
        calls = self._calls(session, _counted_from(self._run))
        self._refuse_beyond_ceiling([call for call in calls if call.step != VENDOR_SEARCH], ask)

    def _insert(self, session: Session, ask: Ask) -> str:
        call_id = new_id()
        session.add(
            LlmCallRow(
                id=call_id,
                client_id=self._run.client_key,
                pipeline_run_id=self._run.key,
                run_id=self._run.run_id,
                step=ask.step,
                key=ask.key,
                model=ask.model,
                tier=ask.tier,
                is_repair=ask.is_repair,
                fence=self._run.fence,
                attempt=self._run.attempt,
            )
        )
        session.flush()
        session.add(BudgetHoldRow(call_id=call_id, client_id=self._run.client_key, amount_nusd=ask.worst_nusd))
        return call_id

    def _calls(self, session: Session, since: int) -> list[Row[tuple[str, bool, str]]]:
        """The calls from attempt `since` on that were, or may have been, answered. An errand has none."""
        if not self._run.key:
            return []
        asked = select(LlmCallRow.step, LlmCallRow.is_repair, LlmCallRow.state).where(
            LlmCallRow.pipeline_run_id == self._run.key, LlmCallRow.attempt >= since, LlmCallRow.state != "failed"
        )
        return list(session.execute(asked))

    def _refuse_beyond_ceiling(self, calls: Sequence[Row[tuple[str, bool, str]]], ask: Ask) -> None:
        """Raise where the dossier may take no more calls.

        An answer that nobody has seen is paid for, and no part of the dossier: a crash alone leaves nothing out.
        """
        used = [call for call in calls if call.state != LOST]
        if len(calls) - len(used) >= CEILING:
            raise BudgetReached(
                ask.step, f"The answers to {CEILING} calls were lost.", "More are not risked on one dossier."
            )
        if ask.is_repair:
            if not may_repair(len(used), Counter(call.step for call in used if not call.is_repair)):
                raise NoCallLeft(ask.step, "No call is left for a repair.", f"A dossier takes at most {CEILING} calls.")
        elif len(used) >= CEILING:
            raise BudgetReached(
                ask.step, f"The ceiling of {CEILING} calls is reached.", "A dossier takes no more than that."
            )

    def _note(self, fault: BudgetReached) -> None:
        """Write down that a part of the dossier is left out; whose run it is not any more needs no note."""
        if not self._run.run_id:
            return
        with suppress(Superseded), self._store.transaction() as session:
            guard(session, self._run.run_id, self._run.fence)
            note_budget(session, self._run.run_id, fault)

    def _stop(self, step: str, what: str, why: str, *, begun: bool, scope: Scope | None = None) -> DossierError:
        """Return the error that ends the run before its first answer, or leaves out the step after it."""
        if not begun:
            return BudgetExceeded(what, why, "Raise the budget, or wait until it begins anew: dossier budget")
        if scope is None:
            return BudgetReached(step, what, why)
        return BudgetReached(step, what, why, scope.name, dollars(scope.cap or 0))


def _answered(row: LlmCallRow) -> Answered:
    return Answered(
        response=row.response or {},
        usage=row.usage or {},
        cost_nusd=row.cost_nusd,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        stop_reason=row.stop_reason,
        message_id=row.message_id,
        request_id=row.request_id,
        prices=row.prices or "",
        duration_ms=row.duration_ms or 0,
    )


def settle(session: Session, call_id: str, answer: Answered) -> None:
    """Book `answer` for a call and give its hold back; a call that is answered already stays as it is."""
    session.execute(
        update(LlmCallRow)
        .where(LlmCallRow.id == call_id, LlmCallRow.state != "answered")
        .values(
            state="answered",
            cost_nusd=answer.cost_nusd,
            tokens_in=answer.tokens_in,
            tokens_out=answer.tokens_out,
            usage=answer.usage,
            response=answer.response,
            stop_reason=answer.stop_reason,
            message_id=answer.message_id,
            request_id=answer.request_id,
            prices=answer.prices,
            duration_ms=answer.duration_ms,
            ended_at=db_now(),
        )
    )
    session.execute(delete(BudgetHoldRow).where(BudgetHoldRow.call_id == call_id))


def book_lost(session: Session) -> None:
    """Book at their worst case the calls whose worker is gone: nobody knows whether they were answered.

    Lost is a call whose run has changed hands or is not running, and one without a run after an hour. Calls of a batch
    wait for the batch.
    """
    holds = session.execute(
        select(BudgetHoldRow.call_id, BudgetHoldRow.amount_nusd)
        .join(LlmCallRow, LlmCallRow.id == BudgetHoldRow.call_id)
        .where(LlmCallRow.state == "inflight", LlmCallRow.tier == "standard", or_(_of_no_worker(), _stray()))
    ).all()
    for hold in holds:
        session.execute(
            update(LlmCallRow)
            .where(LlmCallRow.id == hold.call_id)
            .values(
                state=LOST,
                cost_nusd=hold.amount_nusd,
                error="Its worker ended before the answer was known.",
                ended_at=db_now(),
            )
        )
        session.execute(delete(BudgetHoldRow).where(BudgetHoldRow.call_id == hold.call_id))


def _short_of(scope: Scope, ask: Ask) -> tuple[str, str]:
    """Say which budget is too small, and by what."""
    spent, worst, cap = (f"{dollars(nusd):.4f}" for nusd in (scope.spent, ask.worst_nusd, scope.cap or 0))
    return f"The budget is reached: {scope.name}.", f"Of {cap} USD {spent} are spent; the next call may cost {worst}."


def _of_no_worker() -> ColumnElement[bool]:
    return and_(
        LlmCallRow.pipeline_run_id.is_not(None),
        ~exists().where(
            RunRow.id == LlmCallRow.pipeline_run_id,
            RunRow.fence == LlmCallRow.fence,
            or_(RunRow.status == RunStatus.RUNNING, RunRow.lease_until > db_now()),
        ),
    )


def _stray() -> ColumnElement[bool]:
    return and_(LlmCallRow.pipeline_run_id.is_(None), LlmCallRow.created_at < db_now(-_STRAY_SECONDS))


def _counted_from(run: TakenRun | Errand) -> int:
    """Return the attempt from which on calls count to the ceiling: where answers were last wanted anew, it begins."""
    wanted: Mapping[str, int] = run.options.get("fresh") or {}
    return max([run.fresh_from, *wanted.values()])


def _fresh_since(options: Mapping[str, Any], step: str) -> int | None:
    """Return the attempt from which on answers of `step` count, None if all do."""
    wanted = options.get("fresh") or {}
    since = [attempt for name, attempt in wanted.items() if name in (EVERY_STEP, step)]
    return max(since, default=None)
