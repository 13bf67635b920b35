"""Calls that wait for a batch: how one comes to wait, and where it stands.

Here: the row of a waiting call. Not here: batches (`batches.py`) and the ledger (`calls.py`), which both use it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.errors import Parked
from dossier.models import JsonDict
from dossier.store.tables_money import BatchItemRow, LlmCallRow


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


def parked(step: str) -> Parked:
    """Return what ends the work on a run whose call waits for a batch."""
    return Parked(f"The step {step} waits for a batch.", "Its answer comes at half price, within a day.")
