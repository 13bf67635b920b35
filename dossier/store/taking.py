"""Taking a run: which worker holds it and until when, and from which attempt its artifacts count.

Here: the one conditional statement by which a run changes hands, the lease that its holder renews, and the fence
that every later write of the holder carries. Not here: queueing, finishing, retrying (`runs.py`) and what becomes
of a run whose holder is gone (`recovery.py`). Whether a lease is over is decided by the database's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import CursorResult, exists, select, update
from sqlalchemy.orm import Session

from dossier.errors import Blocked, Superseded
from dossier.models import Lead, LeadStatus, RunStatus
from dossier.store.clock import db_now
from dossier.store.columns import iso
from dossier.store.recovery import interrupt, is_lost
from dossier.store.run_rows import AGAIN, follow, guard, refuse_second_live, revive, run_row
from dossier.store.tables_evidence import ArtifactRow
from dossier.store.tables_queue import ClientRow, LeadRow, RunRow

__all__ = ["LEASE_SECONDS", "TakenRun", "guard", "renew", "run_row", "take"]

LEASE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class TakenRun:
    """A run in the hands of one worker. Artifacts with `attempt >= fresh_from` count as finished."""

    run_id: str
    attempt: int
    fence: int
    reference_date: date
    config: Mapping[str, Any]
    resumed: bool
    fresh_from: int
    client: str
    lead: Lead | None
    provider: str | None
    trigger: str
    created_at: str
    key: str
    client_key: str
    options: Mapping[str, Any] = field(default_factory=dict)


def take(
    session: Session,
    run_id: str,
    *,
    owner: str,
    dagster_run_id: str,
    snapshot: Callable[[], dict[str, Any]],
    whole: bool = True,
    attempt: int | None = None,
    remake: bool = True,
) -> TakenRun:
    """Take the run for `owner` until its lease is over, or return it unchanged if this Dagster run holds it.

    A pending run becomes `running` and resumes from its finished artifacts; so does a running one whose worker is
    gone. `attempt` is the one that a sensor launched: it takes nothing else. Without it (by hand) a failed, blocked,
    cancelled or skipped run is retried, and a completed one is made anew unless `remake` is false. With
    `whole=False` (a subset that makes no dossier) the status stays as it is. `snapshot` is called once in a run's
    life: its config never changes afterwards. Raises Superseded if there is nothing here for this worker to do,
    Blocked after the third crash on one step, BadInput for an unknown run or if the lead has another one under way.
    """
    row = run_row(session, run_id, lock=True)
    if row.dagster_run_id == dagster_run_id:
        if row.owner is not None and (row.lease_until is not None or row.status is RunStatus.COMPLETED):
            return _taken(session, row)
        raise Superseded(f"Run {run_id} is {row.status}.", "This Dagster run has ended its attempt.")
    if attempt not in (None, row.attempt):
        raise Superseded(f"Attempt {attempt} of run {run_id} is over.", f"It is at attempt {row.attempt}.")
    if row.status is RunStatus.RUNNING:
        _release(session, row)
    elif row.status is not RunStatus.PENDING:
        _begin_again(session, row, whole=whole, allowed=attempt is None, remake=remake)
    _hand_over(session, row, _claim(row, owner, dagster_run_id, snapshot, whole))
    if whole:
        follow(session, row, LeadStatus.PROCESSING)
    return _taken(session, row)


def renew(session: Session, owner: str) -> dict[str, int]:
    """Renew the leases of all runs that `owner` holds; return their fences by run id: what is missing is lost.

    A lease that is over is renewed too, as long as nobody else has taken the run.
    """
    held = (
        select(RunRow.id)
        .where(RunRow.owner == owner, RunRow.lease_until.is_not(None))
        .order_by(RunRow.id)  # all who lock several runs lock them in this order
        .with_for_update(key_share=True)
    )
    renewed = session.execute(
        update(RunRow)
        .where(RunRow.id.in_(held), RunRow.owner == owner)
        .values(lease_until=db_now(LEASE_SECONDS), updated_at=RunRow.updated_at)
        .returning(RunRow.run_id, RunRow.fence)
        .execution_options(synchronize_session=False)
    )
    return {row.run_id: row.fence for row in renewed}


def _release(session: Session, row: RunRow) -> None:
    """Take a running run from a worker that is gone. Raises Superseded if it is not, Blocked at the third crash."""
    if not is_lost(session, row):
        raise Superseded(f"Run {row.run_id} is being made by {row.owner}.", "One worker makes a run.")
    interrupt(session, row)
    if row.status is RunStatus.BLOCKED:
        session.commit()  # the refusal must outlive the error that reports it
        raise Blocked(row.last_error or "", "", f"Look at it, then run: dossier retry {row.run_id}")


def _begin_again(session: Session, row: RunRow, *, whole: bool, allowed: bool, remake: bool) -> None:
    """Open a final run for a new attempt: one that ended badly resumes, a completed one is made anew."""
    again = row.status in AGAIN
    if not allowed or not (again or remake):
        raise Superseded(f"Run {row.run_id} is {row.status}.", "There is nothing left to do for this attempt.")
    if whole:
        refuse_second_live(session, row)
    if again and whole:
        revive(row)
        return
    row.attempt += 1
    if not again:
        row.fresh_from, row.requeues, row.crashes = row.attempt, 0, 0
        row.told_to_wait_since = None
        row.started_at = None if whole else row.started_at


def _claim(
    row: RunRow, owner: str, dagster_run_id: str, snapshot: Callable[[], dict[str, Any]], whole: bool
) -> dict[str, Any]:
    """Return the columns that change as the run changes hands."""
    values: dict[str, Any] = {
        "owner": owner,
        "lease_until": db_now(LEASE_SECONDS),
        "dagster_run_id": dagster_run_id,
        "fence": row.fence + 1,
        "config": row.config if row.config is not None else snapshot(),
        "reference_date": row.reference_date or datetime.now(UTC).date(),
    }
    if whole:
        values |= {"status": RunStatus.RUNNING, "completed_at": None, "not_before": None}
        values["started_at"] = row.started_at or db_now()
    return values


def _hand_over(session: Session, row: RunRow, values: dict[str, Any]) -> None:
    session.flush()
    result = session.execute(
        update(RunRow)
        .where(RunRow.id == row.id, RunRow.fence == row.fence, RunRow.status == row.status)
        .values(**values, updated_at=db_now())
        .execution_options(synchronize_session=False)
    )
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise Superseded(f"Run {row.run_id} has changed hands.", "Another worker was faster.")
    session.refresh(row)


def _taken(session: Session, row: RunRow) -> TakenRun:
    client = session.get_one(ClientRow, row.client_id)
    lead = session.get(LeadRow, row.lead_id) if row.lead_id else None
    kept = session.scalar(
        select(
            exists().where(
                ArtifactRow.pipeline_run_id == row.id,
                ArtifactRow.attempt >= row.fresh_from,
                ArtifactRow.attempt < row.attempt,
            )
        )
    )
    return TakenRun(
        run_id=row.run_id,
        attempt=row.attempt,
        fence=row.fence,
        reference_date=row.reference_date or datetime.now(UTC).date(),
        config=row.config or {},
        resumed=bool(kept),
        fresh_from=row.fresh_from,
        client=client.slug,
        lead=lead.as_lead() if lead else None,
        provider=row.provider,
        trigger=row.trigger,
        created_at=iso(row.created_at),
        key=row.id,
        client_key=row.client_id,
        options=row.options or {},
    )
