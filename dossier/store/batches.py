"""Batches of calls at half price: intended before they are made, made once, collected as often as one likes.

Here: the intent, what came of each call, and the runs that wait. Not here: how a call comes to wait (`parking.py`) and
talking to the vendor (`resources/claude_batches.py`). The `custom_id` of a call in a batch is its id in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from dossier.keys import digest
from dossier.models import JsonDict, LeadStatus, RunStatus
from dossier.store.calls import Answered, settle
from dossier.store.clock import db_now
from dossier.store.columns import new_id
from dossier.store.locks import one_at_a_time
from dossier.store.run_rows import close_open_steps, follow, let_go
from dossier.store.tables_money import BatchItemRow, BatchRow, BudgetHoldRow, LlmCallRow
from dossier.store.tables_queue import RunRow
from dossier.store.taking import guard

WAITS = "batch"
MOST = 10_000  # calls of one batch; the vendor takes 100,000, and 256 MB
OPEN = ("waiting", "sent")


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that is not collected yet. `vendor_id` is None until it is known that it was made."""

    id: str
    requests: int
    vendor_id: str | None
    sent_at: datetime | None
    age_s: float


def park(session: Session, run_id: str, fence: int, step: str | None) -> None:
    """Give a run back until its batch is there: it waits as a new attempt, and no requeue is counted."""
    row = guard(session, run_id, fence)
    close_open_steps(session, row, "Waits for a batch.")
    let_go(row)
    row.status, row.waiting_for, row.not_before, row.error_step = RunStatus.PENDING, WAITS, None, step
    row.attempt += 1
    follow(session, row, LeadStatus.FLAGGED)
    _release(session)  # its calls may have come back while its other branches were still at work


def intend(session: Session) -> list[str]:
    """Make an intent of each client's waiting calls, as soon as none of its runs is at work on more of them.

    Returns the ids of the batches that are to be made now, those that were intended earlier included.
    """
    one_at_a_time(session, "batches")
    busy = exists().where(
        RunRow.client_id == BatchItemRow.client_id,
        RunRow.status == RunStatus.RUNNING,
        RunRow.options.is_not(None),
        RunRow.lease_until > db_now(),
    )
    waiting = session.execute(
        select(BatchItemRow.client_id, BatchItemRow.id, BatchItemRow.call_id)
        .where(BatchItemRow.state == "waiting", BatchItemRow.batch_id.is_(None), ~busy)
        .order_by(BatchItemRow.created_at, BatchItemRow.id)
        .limit(MOST)
    ).all()
    for client_id in dict.fromkeys(item.client_id for item in waiting):
        mine = [item for item in waiting if item.client_id == client_id]
        purpose = digest(" ".join(sorted(item.call_id for item in mine)))
        batch = BatchRow(id=new_id(), client_id=client_id, state="intended", purpose=purpose, requests=len(mine))
        session.add(batch)
        session.flush()
        session.execute(
            update(BatchItemRow).where(BatchItemRow.id.in_([item.id for item in mine])).values(batch_id=batch.id)
        )
    return list(session.scalars(select(BatchRow.id).where(BatchRow.state == "intended").order_by(BatchRow.created_at)))


def begin_sending(session: Session, batch_id: str) -> bool:
    """Note that an intended batch is about to be made; False if another process is at it, or has been before."""
    begun = session.scalar(
        update(BatchRow)
        .where(BatchRow.id == batch_id, BatchRow.state == "intended", BatchRow.sent_at.is_(None))
        .values(sent_at=db_now())
        .returning(BatchRow.id)
    )
    return begun is not None


def send_again(session: Session, batch_id: str) -> None:
    """Let a batch be made again: it is known that the vendor does not have it."""
    session.execute(
        update(BatchRow).where(BatchRow.id == batch_id).values(state="intended", sent_at=None, vendor_id=None)
    )


def requests_of(session: Session, batch_id: str) -> list[tuple[str, JsonDict]]:
    """Return the calls of a batch: (custom_id, body), in their order."""
    rows = session.execute(
        select(BatchItemRow.call_id, BatchItemRow.body)
        .where(BatchItemRow.batch_id == batch_id)
        .order_by(BatchItemRow.created_at, BatchItemRow.id)
    )
    return [(row.call_id, row.body) for row in rows]


def made(session: Session, batch_id: str, vendor_id: str) -> None:
    """Note under which id the vendor has the batch."""
    session.execute(
        update(BatchRow).where(BatchRow.id == batch_id).values(state="created", vendor_id=vendor_id, error=None)
    )
    session.execute(update(BatchItemRow).where(BatchItemRow.batch_id == batch_id).values(state="sent"))


def open_batches(session: Session) -> list[OpenBatch]:
    """Return the batches that are not collected yet, oldest first; `age_s` counts from their sending."""
    now = session.scalar(select(db_now()))
    rows = session.scalars(
        select(BatchRow).where(BatchRow.state.in_(("intended", "created"))).order_by(BatchRow.created_at, BatchRow.id)
    )
    return [
        OpenBatch(
            row.id,
            row.requests,
            row.vendor_id,
            row.sent_at,
            (now - row.sent_at).total_seconds() if now and row.sent_at else 0.0,
        )
        for row in rows
    ]


def known_ids(session: Session) -> set[str]:
    """Return the vendor's ids of all batches that are ours."""
    return {name for name in session.scalars(select(BatchRow.vendor_id)) if name}


def collected(session: Session, batch_id: str, results: Mapping[str, Answered | str]) -> int:
    """Book what came of the calls of a batch, and let go on the runs that wait for nothing else; return their number.

    A result is an answer, or the reason why there is none: such a call goes alone, as an ordinary one. So do calls of
    which the batch says nothing. Collecting again changes nothing.
    """
    one_at_a_time(session, "money")
    open_items = session.scalars(
        select(BatchItemRow.call_id).where(BatchItemRow.batch_id == batch_id, BatchItemRow.state.in_(OPEN))
    ).all()
    for call_id in open_items:
        result = results.get(call_id, "The batch says nothing of it.")
        if isinstance(result, Answered):
            settle(session, call_id, result)
        else:
            _without_answer(session, call_id, result)
        state = "answered" if isinstance(result, Answered) else "alone"
        session.execute(update(BatchItemRow).where(BatchItemRow.call_id == call_id).values(state=state))
    session.execute(update(BatchRow).where(BatchRow.id == batch_id).values(state="collected", ended_at=db_now()))
    return _release(session)


def failed(session: Session, batch_id: str, reason: str) -> int:
    """End a batch that the vendor does not take: each of its calls goes alone."""
    released = collected(session, batch_id, {})
    session.execute(update(BatchRow).where(BatchRow.id == batch_id).values(state="failed", error=reason[:2000]))
    return released


def are_due(session: Session) -> bool:
    """Return whether any call waits for a batch or is in one."""
    return bool(session.scalar(select(exists().where(BatchItemRow.state.in_(OPEN)))))


def waiting_runs(session: Session) -> Sequence[str]:
    """Return the ids of the runs that wait for a batch."""
    return session.scalars(select(RunRow.run_id).where(RunRow.waiting_for == WAITS).order_by(RunRow.run_id)).all()


def _without_answer(session: Session, call_id: str, reason: str) -> None:
    session.execute(
        update(LlmCallRow)
        .where(LlmCallRow.id == call_id, LlmCallRow.state == "inflight")
        .values(state="failed", error=reason[:2000], ended_at=db_now())
    )
    session.execute(delete(BudgetHoldRow).where(BudgetHoldRow.call_id == call_id))


def _release(session: Session) -> int:
    """Make due the runs that wait for a batch and have no call in one any more; return their number."""
    session.flush()
    has_open = exists().where(
        LlmCallRow.pipeline_run_id == RunRow.id,
        BatchItemRow.call_id == LlmCallRow.id,
        BatchItemRow.state.in_(OPEN),
    )
    released = session.execute(
        update(RunRow)
        .where(RunRow.waiting_for == WAITS, ~has_open)
        .values(waiting_for=None)
        .returning(RunRow.id)
        .execution_options(synchronize_session="fetch")
    ).all()
    return len(released)


def counts(session: Session) -> dict[str, int]:
    """Return how many calls wait for a batch, and how many are in one."""
    rows = session.execute(
        select(BatchItemRow.state, func.count()).where(BatchItemRow.state.in_(OPEN)).group_by(BatchItemRow.state)
    )
    return {"waiting": 0, "sent": 0} | {row[0]: row[1] for row in rows}
