"""The queue of runs: the one authority over status, retries and waiting times.

Here: queueing, finishing, requeueing and retrying, and the lead's status, which moves in the same transaction.
Not here: how a run changes hands (`taking.py`, whose names are offered here too) and Dagster, which is only
the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.keys import make_run_id, slugify
from dossier.models import LeadStatus, RunStatus
from dossier.store.clients import client_row
from dossier.store.columns import iso, now_utc
from dossier.store.owners import is_alive
from dossier.store.tables_evidence import ArtifactRow, DossierRow
from dossier.store.tables_queue import TRIGGERS, ClientRow, LeadRow, RunRow
from dossier.store.taking import TakenRun, close_open_steps, follow, guard, interrupt, recover, run_row, take

__all__ = [
    "DueRun",
    "RunView",
    "TakenRun",
    "due_runs",
    "finish",
    "get_run",
    "guard",
    "list_runs",
    "queue_run",
    "recover",
    "requeue",
    "retry",
    "take",
]

REQUEUE_SECONDS = (2.0, 4.0, 8.0)
_LIVE = (RunStatus.PENDING, RunStatus.RUNNING)
_LEAD_AFTER = {
    RunStatus.COMPLETED: LeadStatus.READY,
    RunStatus.SKIPPED: LeadStatus.NEW,
    RunStatus.CANCELLED: LeadStatus.NEW,
    RunStatus.FAILED: LeadStatus.BLOCKED,
    RunStatus.BLOCKED: LeadStatus.BLOCKED,
}


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that may be launched now; `<run_id>:<attempt>` is its Dagster run key."""

    run_id: str
    attempt: int
    client: str
    lead_slug: str
    trigger: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as lists and the command line show it; times are ISO text in UTC."""

    run_id: str
    client: str
    lead_id: str | None
    lead: str | None
    domain: str | None
    status: RunStatus
    trigger: str
    provider: str | None
    reference_date: date | None
    attempt: int
    current_step: str | None
    steps_completed: list[str]
    error: str | None
    error_step: str | None
    interrupted: bool
    not_before: str | None
    created_at: str
    started_at: str | None
    completed_at: str | None
    wall_s: float | None
    dossier_status: str | None
    dossier_version: int | None
    score: int | None
    tier: str | None


def queue_run(
    session: Session,
    slug: str,
    lead_id: str,
    *,
    trigger: str,
    reference_date: date | None = None,
    provider: str | None = None,
) -> str:
    """Queue a dossier run of the lead, which becomes `flagged`; return its run id.

    While a run of the lead is pending or running, that one's id is returned: a pending one takes over the
    wishes given here (and begins anew where a finished artifact was made under another date or provider), and
    one whose worker died is pending.
    """
    if trigger not in TRIGGERS:
        raise BadInput(f"Unknown trigger: {trigger[:40]!r}.", f"One of: {', '.join(TRIGGERS)}.")
    client = client_row(session, slug)
    lead = session.scalar(select(LeadRow).where(LeadRow.client_id == client.id, LeadRow.lead_id == lead_id))
    if lead is None:
        raise BadInput(f"Unknown lead: {lead_id[:80]!r}.", f"Client {slug} has no lead with this id.")
    live = session.scalar(select(RunRow).where(RunRow.lead_id == lead.id, RunRow.status.in_(_LIVE)))
    if live is not None and live.owner and live.status is RunStatus.RUNNING and not is_alive(live.owner):
        interrupt(session, live)
    if live is not None and live.status in _LIVE:
        if live.status is RunStatus.RUNNING and reference_date not in (None, live.reference_date):
            raise BadInput(
                f"{live.run_id} is being made now, as of {live.reference_date}.",
                f"The same lead cannot be made as of {reference_date} at the same time.",
                "Wait for it: dossier status",
            )
        if live.status is RunStatus.PENDING:
            _change_wishes(live, trigger, reference_date, provider)
        return live.run_id
    n = 1 + (session.scalar(select(func.max(RunRow.n)).where(RunRow.lead_id == lead.id)) or 0)
    row = RunRow(
        client_id=client.id,
        lead_id=lead.id,
        n=n,
        run_id=make_run_id(slug, lead.name, lead.identity, n),
        trigger=trigger,
        reference_date=reference_date,
        provider=provider,
    )
    session.add(row)
    lead.status, lead.last_error = LeadStatus.FLAGGED, None
    session.flush()
    return row.run_id


def finish(
    session: Session,
    run_id: str,
    fence: int,
    status: RunStatus,
    error: str | None = None,
    step: str | None = None,
) -> None:
    """End the run as `status` and move its lead along. Raises Superseded if the fence no longer holds."""
    row = guard(session, run_id, fence)
    row.status, row.last_error, row.error_step = status, error, step
    row.completed_at, row.current_step, row.not_before = now_utc(), None, None
    close_open_steps(session, row, error or "the run ended")
    follow(session, row, _LEAD_AFTER[status])


def requeue(
    session: Session,
    run_id: str,
    fence: int,
    error: str,
    retry_after: float = 0.0,
    *,
    step: str | None = None,
    now: datetime | None = None,
) -> RunStatus:
    """Give the run back after a passing fault: `pending` after 2, 4, 8 s, then `blocked`.

    `retry_after` seconds are the least to wait. An artifact or an accepted call since the last requeue starts
    the count again. Raises Superseded if the fence no longer holds.
    """
    row = guard(session, run_id, fence)
    row.last_error, row.error_step = error, step
    close_open_steps(session, row, error)
    row.fence += 1
    row.owner = None
    if row.requeues >= len(REQUEUE_SECONDS):
        row.status, row.completed_at = RunStatus.BLOCKED, now_utc()
        follow(session, row, LeadStatus.BLOCKED)
        return RunStatus.BLOCKED
    wait = max(REQUEUE_SECONDS[row.requeues], retry_after)
    row.status, row.not_before = RunStatus.PENDING, (now or now_utc()) + timedelta(seconds=wait)
    row.requeues += 1
    row.attempt += 1
    return RunStatus.PENDING


def retry(session: Session, run_id: str, from_asset: str | None = None, *, order: Sequence[str]) -> None:
    """Queue a failed, blocked or interrupted run again as a new attempt that keeps its finished artifacts.

    With `from_asset` the artifacts of it and of all assets after it in `order` are forgotten; this also takes
    a completed run. Raises BadInput for a run that is under way and for an asset that is not in `order`.
    """
    row = run_row(session, run_id)
    again = (RunStatus.FAILED, RunStatus.BLOCKED, *([RunStatus.COMPLETED] if from_asset else []))
    interrupted = row.status is RunStatus.RUNNING and row.owner is not None and not is_alive(row.owner)
    if row.status not in again and not interrupted:
        raise BadInput(f"Run {run_id} is {row.status}.", "Only a failed or blocked run can be retried.")
    if from_asset is not None:
        _forget(session, row, from_asset, order)
    close_open_steps(session, row, "interrupted")
    row.status, row.last_error, row.error_step = RunStatus.PENDING, None, None
    row.requeues, row.crashes, row.crash_step = 0, 0, None
    row.not_before, row.completed_at, row.owner = None, None, None
    row.trigger = "retry"
    row.attempt += 1
    row.fence += 1
    follow(session, row, LeadStatus.FLAGGED)


def due_runs(session: Session, now: datetime | None = None) -> list[DueRun]:
    """Return the pending runs whose time has come, oldest first."""
    rows = session.execute(
        select(RunRow, ClientRow.slug, LeadRow.name)
        .join(ClientRow, ClientRow.id == RunRow.client_id)
        .outerjoin(LeadRow, LeadRow.id == RunRow.lead_id)
        .where(
            RunRow.status == RunStatus.PENDING,
            or_(RunRow.not_before.is_(None), RunRow.not_before <= (now or now_utc())),
        )
        .order_by(RunRow.created_at, RunRow.run_id)
    )
    return [
        DueRun(run.run_id, run.attempt, slug, slugify(name) if name else "discovery", run.trigger)
        for run, slug, name in rows
    ]


def get_run(session: Session, run_id: str) -> RunView:
    """Return the run. Raises BadInput for an unknown one."""
    run_row(session, run_id)
    return _views(session, [RunRow.run_id == run_id], 1)[0]


def list_runs(session: Session, client: str | None = None, status: str | None = None, limit: int = 50) -> list[RunView]:
    """Return the newest runs first, at most `limit`, of one client or status if given."""
    if status is not None and status not in set(RunStatus):
        raise BadInput(f"Unknown run status: {status[:40]!r}.", f"One of: {', '.join(RunStatus)}.")
    wanted: list[Any] = [] if client is None else [RunRow.client_id == client_row(session, client).id]
    if status is not None:
        wanted.append(RunRow.status == RunStatus(status))
    return _views(session, wanted, limit)


def _views(session: Session, wanted: list[Any], limit: int) -> list[RunView]:
    rows = session.execute(
        select(RunRow, ClientRow.slug, LeadRow, DossierRow)
        .join(ClientRow, ClientRow.id == RunRow.client_id)
        .outerjoin(LeadRow, LeadRow.id == RunRow.lead_id)
        .outerjoin(DossierRow, DossierRow.pipeline_run_id == RunRow.id)
        .where(*wanted)
        .order_by(RunRow.created_at.desc(), RunRow.run_id)
        .limit(limit)
    )
    return [_view(run, slug, lead, dossier) for run, slug, lead, dossier in rows]


def _view(run: RunRow, slug: str, lead: LeadRow | None, dossier: DossierRow | None) -> RunView:
    return RunView(
        run_id=run.run_id,
        client=slug,
        lead_id=lead.lead_id if lead else None,
        lead=lead.name if lead else None,
        domain=lead.domain if lead else None,
        status=run.status,
        trigger=run.trigger,
        provider=run.provider,
        reference_date=run.reference_date,
        attempt=run.attempt,
        current_step=run.current_step,
        steps_completed=list(run.steps_completed),
        error=run.last_error,
        error_step=run.error_step,
        interrupted=run.status is RunStatus.RUNNING and bool(run.owner) and not is_alive(run.owner or ""),
        not_before=iso(run.not_before) if run.not_before else None,
        created_at=iso(run.created_at),
        started_at=iso(run.started_at) if run.started_at else None,
        completed_at=iso(run.completed_at) if run.completed_at else None,
        wall_s=_seconds(run.started_at, run.completed_at),
        dossier_status=dossier.content_status if dossier else None,
        dossier_version=dossier.version if dossier else None,
        score=dossier.lead_score if dossier else None,
        tier=dossier.score_tier if dossier else None,
    )


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if start and end else None


def _change_wishes(row: RunRow, trigger: str, reference_date: date | None, provider: str | None) -> None:
    row.trigger = trigger
    other_date = reference_date is not None and reference_date != row.reference_date
    other_provider = provider is not None and provider != row.provider
    if other_date or other_provider:
        row.reference_date = reference_date or row.reference_date
        row.provider = provider or row.provider
        if row.fence:
            row.attempt += 1
            row.fresh_from = row.attempt


def _forget(session: Session, row: RunRow, from_asset: str, order: Sequence[str]) -> None:
    if from_asset not in order:
        raise BadInput(f"Unknown asset: {from_asset[:60]!r}.", f"One of: {', '.join(order)}.")
    forgotten = list(order)[list(order).index(from_asset) :]
    session.execute(delete(ArtifactRow).where(ArtifactRow.pipeline_run_id == row.id, ArtifactRow.asset.in_(forgotten)))
    row.steps_completed = [asset for asset in row.steps_completed if asset not in forgotten]
