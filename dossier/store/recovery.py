"""Runs whose worker is gone: it died, or was not heard from until its lease was over.

Here: telling that a worker is gone, giving its run back to the queue, and blocking a run on which workers die
again and again. Not here: the lease itself (`taking.py`) and passing faults (`runs.requeue`).
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.models import LeadStatus, RunStatus, StepStatus
from dossier.store.clock import db_now
from dossier.store.owners import is_alive
from dossier.store.run_rows import close_open_steps, follow, is_over, let_go, run_row
from dossier.store.tables_queue import RunRow, StepRunRow

MAX_CRASHES = 3


def recover(session: Session) -> list[str]:
    """Put runs whose worker is gone back into the queue, or block them; return their ids.

    Gone is a worker whose lease is over, and a dead process of this host at once.
    """
    running = session.execute(
        select(RunRow.run_id, RunRow.owner, func.coalesce(RunRow.lease_until <= db_now(), True))
        .where(RunRow.status == RunStatus.RUNNING)
        .order_by(RunRow.id)
    ).all()
    suspects = [run_id for run_id, owner, over in running if over or is_dead(owner)]
    return [run_id for run_id in suspects if _recovered(session, run_id)]


def is_lost(session: Session, row: RunRow) -> bool:
    """Return whether the worker of a running run is gone."""
    return is_dead(row.owner) or is_over(session, row)


def is_dead(owner: str | None) -> bool:
    """Return whether `owner` is surely no living process; of another host only its lease can tell."""
    return owner is None or not is_alive(owner)


def interrupt(session: Session, row: RunRow) -> None:
    """Close what the lost worker left open and make the run pending again, or blocked.

    A crash counts only for steps that were open, each step by itself, since the last finished artifact or retry.
    """
    gone = "died" if is_dead(row.owner) else "was not heard from until its lease was over"
    open_steps = _open_steps(session, row)
    close_open_steps(session, row, "interrupted")
    counts = dict(row.crash_counts or {}) if row.crashes else {}
    counts |= {step: counts.get(step, 0) + 1 for step in open_steps}
    worst = max(open_steps, key=lambda step: counts[step], default=None)
    row.crash_counts, row.crashes = counts, max(counts.values(), default=0)
    row.error_step, row.crash_step = worst, worst or row.crash_step
    blocked = worst is not None and counts[worst] >= MAX_CRASHES
    let_go(row)
    if blocked:
        row.status, row.completed_at = RunStatus.BLOCKED, db_now()
        row.last_error = f"The worker {gone}, {counts[worst or '']} times in step {worst}."
        follow(session, row, LeadStatus.BLOCKED)
    else:
        row.status, row.not_before = RunStatus.PENDING, None
        row.last_error = f"The worker {gone}; taken again."
        row.attempt += 1
        follow(session, row, LeadStatus.PROCESSING)
    session.flush()


def _recovered(session: Session, run_id: str) -> bool:
    """Interrupt the run, unless it has changed hands or its worker was heard from since."""
    row = run_row(session, run_id, lock=True)
    if row.status is not RunStatus.RUNNING or not is_lost(session, row):
        return False
    interrupt(session, row)
    return True


def _open_steps(session: Session, row: RunRow) -> list[str]:
    steps = session.scalars(
        select(StepRunRow.step)
        .where(StepRunRow.pipeline_run_id == row.id, StepRunRow.status == StepStatus.RUNNING)
        .order_by(StepRunRow.seq)
    )
    return list(dict.fromkeys(steps))
