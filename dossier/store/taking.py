"""Taking a run: which worker holds it, from which attempt its artifacts count, and what a crash leaves.

Here: the one conditional statement by which a run changes hands, and the fence that every later write of the
holder carries. Not here: queueing, finishing and retrying (`runs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import CursorResult, exists, select, update
from sqlalchemy.orm import Session

from dossier.errors import BadInput, Blocked, Superseded
from dossier.models import Lead, LeadStatus, RunStatus, StepStatus
from dossier.store.columns import iso, now_utc
from dossier.store.owners import is_alive
from dossier.store.tables_evidence import ArtifactRow
from dossier.store.tables_queue import ClientRow, LeadRow, RunRow, StepRunRow

MAX_CRASHES = 3


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


def take(
    session: Session,
    run_id: str,
    *,
    owner: str,
    dagster_run_id: str,
    snapshot: Callable[[], dict[str, Any]],
    whole: bool = True,
) -> TakenRun:
    """Take the run for `owner`, or return it unchanged if this Dagster run has it already.

    A pending run becomes `running` and resumes from its finished artifacts. A completed one is remade as a new
    attempt. With `whole=False` (a subset that makes no dossier) the status stays as it is. `snapshot` is called once in
    a run's life: its config never changes afterwards. Raises Superseded if another living worker has the run,
    Blocked after the third crash on one step, BadInput for an unknown run or one that has to be retried first.
    """
    row = run_row(session, run_id)
    if row.dagster_run_id == dagster_run_id:
        if row.owner is not None and row.status in (RunStatus.PENDING, RunStatus.RUNNING, RunStatus.COMPLETED):
            return _taken(session, row)
        raise Superseded(f"Run {run_id} is {row.status}.", "This Dagster run has ended its attempt.")
    if row.status is RunStatus.RUNNING:
        _release_dead(session, row)
    if row.status not in (RunStatus.PENDING, RunStatus.COMPLETED):
        raise BadInput(f"Run {run_id} is {row.status}.", row.last_error or "", f"Run: dossier retry {run_id}")
    _hand_over(session, row, _claim(session, row, owner, dagster_run_id, snapshot, whole))
    return _taken(session, row)


def recover(session: Session) -> list[str]:
    """Put runs whose worker died back into the queue, or block them; return their ids.

    Only workers of this host can be judged. A crash counts against a run only if a step was open.
    """
    running = session.scalars(select(RunRow).where(RunRow.status == RunStatus.RUNNING).order_by(RunRow.run_id)).all()
    dead = [row for row in running if row.owner and not is_alive(row.owner)]
    for row in dead:
        interrupt(session, row)
    return [row.run_id for row in dead]


def guard(session: Session, run_id: str, fence: int) -> RunRow:
    """Return the run's row if `fence` still holds. Raises Superseded if the run has changed hands."""
    row = run_row(session, run_id)
    if row.fence != fence or row.status is RunStatus.CANCELLED:
        raise Superseded(f"Run {run_id} has changed hands.", "Another worker or a person took it over.")
    return row


def run_row(session: Session, run_id: str) -> RunRow:
    """Return the row of `run_id`. Raises BadInput for an unknown one."""
    row = session.scalar(select(RunRow).where(RunRow.run_id == run_id))
    if row is None:
        raise BadInput(f"Unknown run: {run_id[:120]!r}.", "", "List the known ones with: dossier status")
    return row


def follow(session: Session, row: RunRow, status: LeadStatus) -> None:
    """Move the run's lead to `status`, in the run's own transaction."""
    lead = session.get(LeadRow, row.lead_id) if row.lead_id else None
    if lead is not None:
        lead.status = status
        lead.last_error = row.last_error if status is LeadStatus.BLOCKED else None


def _release_dead(session: Session, row: RunRow) -> None:
    if row.owner and is_alive(row.owner):
        raise Superseded(f"Run {row.run_id} is being made by {row.owner}.", "One worker makes a run.")
    interrupt(session, row)
    if row.status is RunStatus.BLOCKED:
        session.commit()  # the refusal must outlive the error that reports it
        raise Blocked(row.last_error or "", "", f"Look at it, then run: dossier retry {row.run_id}")


def interrupt(session: Session, row: RunRow) -> None:
    """Close what the dead worker left open and make the run pending again, or blocked.

    Crashes are counted since the last finished artifact, and only where a step was open.
    """
    step = session.scalar(
        select(StepRunRow.step)
        .where(StepRunRow.pipeline_run_id == row.id, StepRunRow.status == StepStatus.RUNNING)
        .order_by(StepRunRow.seq)
        .limit(1)
    )
    close_open_steps(session, row, "interrupted")
    crashes = row.crashes if step is None else row.crashes + 1
    blocked = step is not None and crashes >= MAX_CRASHES
    row.status = RunStatus.BLOCKED if blocked else RunStatus.PENDING
    row.last_error = f"The worker died {crashes} times in step {step}." if blocked else "The worker died; taken again."
    row.error_step, row.crash_step, row.crashes = step, step or row.crash_step, crashes
    row.owner, row.not_before = None, None
    row.attempt += 1
    row.fence += 1
    follow(session, row, LeadStatus.BLOCKED if blocked else LeadStatus.PROCESSING)
    session.flush()


def close_open_steps(session: Session, row: RunRow, reason: str) -> None:
    """Close the run's open step runs as failed: nobody will come back to them."""
    session.execute(
        update(StepRunRow)
        .where(StepRunRow.pipeline_run_id == row.id, StepRunRow.status == StepStatus.RUNNING)
        .values(status=StepStatus.FAILED, error_message=reason, completed_at=now_utc())
    )


def _claim(
    session: Session,
    row: RunRow,
    owner: str,
    dagster_run_id: str,
    snapshot: Callable[[], dict[str, Any]],
    whole: bool,
) -> dict[str, Any]:
    """Return the columns that change as the run changes hands."""
    remade = row.status is RunStatus.COMPLETED
    values: dict[str, Any] = {
        "owner": owner,
        "dagster_run_id": dagster_run_id,
        "fence": row.fence + 1,
        "config": row.config if row.config is not None else snapshot(),
        "reference_date": row.reference_date or datetime.now(UTC).date(),
    }
    if remade:
        values |= {"attempt": row.attempt + 1, "fresh_from": row.attempt + 1, "requeues": 0, "crashes": 0}
    if whole:
        values |= {"status": RunStatus.RUNNING, "completed_at": None, "not_before": None}
        values["started_at"] = now_utc() if remade or row.started_at is None else row.started_at
        follow(session, row, LeadStatus.PROCESSING)
    return values


def _hand_over(session: Session, row: RunRow, values: dict[str, Any]) -> None:
    session.flush()
    result = session.execute(
        update(RunRow)
        .where(RunRow.id == row.id, RunRow.fence == row.fence, RunRow.status == row.status)
        .values(**values, updated_at=now_utc())
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
    )
