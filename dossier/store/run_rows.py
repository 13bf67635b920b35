"""The row of a run: finding and locking it, the fence's guard, and what moves with it.

Here: what taking, finishing, retrying and recovering share. Whoever decides on a run locks its row first and its
lead's row after it, so that no two wait for each other; SQLite has one writer at a time and needs no row locks.
Not here: who may do what when (`taking.py`, `recovery.py`, `runs.py`).
"""

from __future__ import annotations

from difflib import get_close_matches

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dossier.errors import BadInput, Superseded
from dossier.models import LeadStatus, RunStatus, StepStatus
from dossier.store.clock import db_now
from dossier.store.tables_queue import DeletedRunRow, LeadRow, RunRow, StepRunRow

NEAR = 2000  # so many of the newest run ids are looked through for what a mistyped one may have meant
LIVE = (RunStatus.PENDING, RunStatus.RUNNING)
AGAIN = (RunStatus.FAILED, RunStatus.BLOCKED, RunStatus.CANCELLED, RunStatus.SKIPPED)
LEAD_OF = {
    RunStatus.PENDING: LeadStatus.FLAGGED,
    RunStatus.RUNNING: LeadStatus.PROCESSING,
    RunStatus.COMPLETED: LeadStatus.READY,
    RunStatus.SKIPPED: LeadStatus.NEW,
    RunStatus.CANCELLED: LeadStatus.NEW,
    RunStatus.FAILED: LeadStatus.BLOCKED,
    RunStatus.BLOCKED: LeadStatus.BLOCKED,
}


def run_row(session: Session, run_id: str, *, lock: bool = False) -> RunRow:
    """Return the row of `run_id`, with `lock` as it is now and nobody else's until the transaction ends.

    Raises BadInput that names the nearest ones for an unknown one.
    """
    row = _find(session, run_id, lock)
    if row is None:
        raise _unknown(session, run_id)
    return row


def guard(session: Session, run_id: str, fence: int) -> RunRow:
    """Return the run's row, locked, if `fence` still holds. Raises Superseded if the run has changed hands."""
    row = _find(session, run_id, lock=True)
    if row is None:
        raise Superseded(f"Run {run_id} is gone.", "It was deleted.")
    if row.fence != fence or row.status is RunStatus.CANCELLED:
        raise Superseded(f"Run {run_id} has changed hands.", "Another worker or a person took it over.")
    return row


def follow(session: Session, row: RunRow, status: LeadStatus) -> None:
    """Move the run's lead to `status`, in the run's own transaction."""
    if row.lead_id is not None:
        lead = lock_lead(session, row.lead_id)
        lead.status = status
        lead.last_error = row.last_error if status is LeadStatus.BLOCKED else None


def lock_lead(session: Session, key: str) -> LeadRow:
    """Return the lead's row as it is now and nobody else's until the transaction ends."""
    query = select(LeadRow).where(LeadRow.id == key).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def let_go(row: RunRow) -> None:
    """Take the run from whoever holds it: every later write of that worker is refused."""
    row.fence += 1
    row.owner = row.lease_until = None


def revive(row: RunRow) -> None:
    """Make a run that ended, or whose worker is gone, pending as a new attempt, with all counts at their start."""
    let_go(row)
    row.status, row.last_error, row.error_step = RunStatus.PENDING, None, None
    row.requeues, row.crashes, row.crash_step = 0, 0, None
    row.not_before = row.started_at = row.completed_at = row.waiting_for = row.told_to_wait_since = None
    row.trigger = "retry"
    row.attempt += 1


def close_open_steps(session: Session, row: RunRow, reason: str) -> None:
    """Close the run's open step runs as failed: nobody will come back to them."""
    session.execute(
        update(StepRunRow)
        .where(StepRunRow.pipeline_run_id == row.id, StepRunRow.status == StepStatus.RUNNING)
        .values(status=StepStatus.FAILED, error_message=reason, completed_at=db_now())
    )


def refuse_second_live(session: Session, row: RunRow) -> None:
    """Raise BadInput if another run of the same lead is under way: a lead has at most one."""
    if row.lead_id is None:
        return
    lock_lead(session, row.lead_id)
    other = session.scalar(
        select(RunRow.run_id).where(RunRow.lead_id == row.lead_id, RunRow.id != row.id, RunRow.status.in_(LIVE))
    )
    if other is not None:
        raise BadInput(
            f"Run {row.run_id} cannot begin again.",
            f"Its lead has another run under way: {other}.",
            f"Wait for that one, or run: dossier cancel {other}",
        )


def is_over(session: Session, row: RunRow) -> bool:
    """Return whether the lease of a run is over, by the database's clock; a run without a lease has none to keep."""
    left = select(func.coalesce(RunRow.lease_until <= db_now(), True)).where(RunRow.id == row.id)
    return bool(session.scalar(left))


def _find(session: Session, run_id: str, lock: bool) -> RunRow | None:
    query = select(RunRow).where(RunRow.run_id == run_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalar(query)


def _unknown(session: Session, run_id: str) -> BadInput:
    if session.scalar(select(DeletedRunRow.id).where(DeletedRunRow.run_id == run_id)):
        return BadInput(f"Unknown run: {run_id!r}.", "It was deleted.", "List what there is with: dossier status")
    known = session.scalars(select(RunRow.run_id).order_by(RunRow.created_at.desc()).limit(NEAR))
    near = get_close_matches(run_id[:120], known.all(), n=3, cutoff=0.85)
    hint = f"Did you mean: {', '.join(near)}?" if near else "List the known ones with: dossier status"
    return BadInput(f"Unknown run: {run_id[:120]!r}.", "No run has this id.", hint)
