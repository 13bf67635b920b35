"""Calls that wait for a batch: how one comes to wait, and where it stands.

Here: the row of a waiting call. Not here: batches (`batches.py`) and the ledger (`calls.py`), which both use it.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from dossier.errors import Parked
from dossier.models import JsonDict, RunStatus
from dossier.store.clock import db_now
from dossier.store.tables_money import BatchItemRow, BudgetHoldRow, LlmCallRow
from dossier.store.tables_queue import RunRow


def state_of(session: Session, run_key: str | None, fresh_from: int, key: str) -> str | None:
    """Return where the call `key` of a run stands: `waiting`, `sent`, `alone`, None if it never was for a batch."""
    return session.scalar(
        select(BatchItemRow.state)
        .join(LlmCallRow, LlmCallRow.id == BatchItemRow.call_id)
        .where(LlmCallRow.pipeline_run_id == run_key, LlmCallRow.attempt >= fresh_from, LlmCallRow.key == key)
        .order_by(BatchItemRow.created_at.desc())
        .limit(1)
    )


def wait_for_batch(session: Session, client_key: str, call_id: str, body: JsonDict) -> None:
    """Let a call that is held wait for the client's next batch."""
    session.add(BatchItemRow(client_id=client_key, call_id=call_id, body=body))


def withdraw(session: Session, row: RunRow) -> None:
    """Let the calls of a run go alone that wait for a batch; if it has some in one, it waits for those: they are paid.

    What is intended already counts as sent: nobody knows whether the vendor has it.
    """
    mine = select(LlmCallRow.id).where(LlmCallRow.pipeline_run_id == row.id)
    items = session.scalars(
        select(BatchItemRow).where(BatchItemRow.call_id.in_(mine), BatchItemRow.state.in_(("waiting", "sent")))
    ).all()
    alone = [item.call_id for item in items if item.batch_id is None]
    for item in items:
        item.state = "alone" if item.batch_id is None else item.state
    session.execute(
        update(LlmCallRow)
        .where(LlmCallRow.id.in_(alone), LlmCallRow.state == "inflight")
        .values(state="failed", error="It was taken back before it was sent in a batch.", ended_at=db_now())
    )
    session.execute(delete(BudgetHoldRow).where(BudgetHoldRow.call_id.in_(alone)))
    if row.status is RunStatus.PENDING:
        row.waiting_for = "batch" if len(items) > len(alone) else None


def parked(step: str) -> Parked:
    """Return what ends the work on a run whose call waits for a batch."""
    return Parked(f"The step {step} waits for a batch.", "Its answer comes at half price, within a day.")
