"""Dagster runs that nobody works on any more, and launches that never came to work.

Here: telling by the runs that a Dagster run took whether its process can still be at work, and taking back an attempt
whose launch ended before it took its run. Not here: what becomes of runs whose worker is gone (`recovery.py`), and
Dagster's side of both (`sensors/lost_workers.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.models import RunStatus
from dossier.store.clock import db_now
from dossier.store.recovery import is_dead
from dossier.store.run_rows import run_row
from dossier.store.runs import cancel, requeue
from dossier.store.tables_queue import RunRow

CLOSING_SECONDS = 60.0  # what a worker takes at most to close its Dagster run after its last dossier


def abandoned(session: Session, worker_runs: Mapping[str, str]) -> set[str]:
    """Return those of `worker_runs` (a run id of ours by the id of the Dagster run) that are left alone.

    Left alone is one that holds no run and has ended none just now. One whose run is not known here is somebody
    else's and never returned.
    """
    known = set(session.scalars(select(RunRow.run_id).where(RunRow.run_id.in_(set(worker_runs.values())))))
    ours = {worker_run for worker_run, run_id in worker_runs.items() if run_id in known}
    closing = func.coalesce(RunRow.completed_at > db_now(-CLOSING_SECONDS), False)
    taken = session.execute(
        select(RunRow.dagster_run_id, RunRow.status, RunRow.owner, RunRow.lease_until, closing).where(
            RunRow.dagster_run_id.in_(ours)
        )
    )
    return ours - {
        worker_run
        for worker_run, status, owner, lease, is_closing in taken
        if is_closing or status is RunStatus.RUNNING or (lease is not None and not is_dead(owner))
    }


def launch_failed(session: Session, run_id: str, attempt: int, said: str) -> None:
    """Queue the run for another attempt if it still waits at `attempt`: after 2, 4, 8 s, then it is blocked."""
    row = run_row(session, run_id, lock=True)
    if (row.status, row.attempt) == (RunStatus.PENDING, attempt):
        requeue(session, run_id, row.fence, said)


def launch_cancelled(session: Session, run_id: str, attempt: int) -> None:
    """Cancel the run if it still waits at `attempt`: a person ended the launch."""
    row = run_row(session, run_id, lock=True)
    if (row.status, row.attempt) == (RunStatus.PENDING, attempt):
        cancel(session, run_id)
