"""The queue of runs: the one authority over status, retries and waiting times.

Here: queueing, finishing, requeueing, retrying, cancelling and deleting, and the lead's status, which moves in the
same transaction. Not here: how a run changes hands (`taking.py`, `recovery.py`) and how it is shown (`run_views.py`),
whose names are offered here too, and Dagster, which is only the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete as deleting
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.keys import make_run_id, slugify
from dossier.models import LeadStatus, RunStatus
from dossier.store.clients import active_client
from dossier.store.clock import db_now
from dossier.store.columns import iso
from dossier.store.dossiers import supersede
from dossier.store.options import check_day
from dossier.store.recovery import interrupt, is_lost, recover
from dossier.store.run_rows import (
    AGAIN,
    LEAD_OF,
    LIVE,
    close_open_steps,
    follow,
    guard,
    let_go,
    lock_lead,
    refuse_second_live,
    revive,
    run_row,
)
from dossier.store.run_views import RunView, count_runs, get_run, list_runs
from dossier.store.tables_evidence import ArtifactRow, DossierRow
from dossier.store.tables_queue import TRIGGERS, ClientRow, DeletedRunRow, LeadRow, RunRow
from dossier.store.taking import LEASE_SECONDS, TakenRun, renew, take

__all__ = [
    "LEASE_SECONDS",
    "DueRun",
    "RunView",
    "TakenRun",
    "cancel",
    "count_runs",
    "delete",
    "due_runs",
    "finish",
    "get_run",
    "give_back",
    "guard",
    "list_runs",
    "queue_run",
    "recover",
    "renew",
    "requeue",
    "retry",
    "take",
]

REQUEUE_SECONDS = (2.0, 4.0, 8.0)
TOLD_PATIENCE = timedelta(minutes=15)  # so long the waits that the other side asks for use up no requeue


@dataclass(frozen=True, slots=True)
class DueRun:
    """A run that may be launched now; `<run_id>:<attempt>` is its Dagster run key."""

    run_id: str
    attempt: int
    client: str
    lead_slug: str
    trigger: str


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
    check_day(reference_date)
    client = active_client(session, slug)
    key = session.scalar(select(LeadRow.id).where(LeadRow.client_id == client.id, LeadRow.lead_id == lead_id))
    if key is None:
        raise BadInput(f"Unknown lead: {lead_id[:80]!r}.", f"Client {slug} has no lead with this id.")
    live = _live_run(session, key, lock=True)
    lead = lock_lead(session, key)
    live = live or _live_run(session, key)  # another may have queued it before the lead was ours
    if live is None:
        live = _new_run(session, slug, lead, trigger)
        live.reference_date, live.provider = reference_date, provider
    else:
        _join(live, trigger, reference_date, provider)
    return live.run_id


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
    row.completed_at, row.current_step, row.not_before, row.lease_until = db_now(), None, None, None
    close_open_steps(session, row, error or "the run ended")
    follow(session, row, LEAD_OF[status])


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

    `retry_after` seconds are the least to wait, from `now` where it is given; who is told to wait uses up no requeue
    for 15 minutes. An artifact or an accepted call since the last requeue starts both counts again. Raises Superseded
    if the fence no longer holds.
    """
    row = guard(session, run_id, fence)
    row.last_error, row.error_step = error, step
    close_open_steps(session, row, error)
    let_go(row)
    counts = not _is_told_to_wait(session, row, retry_after, now)
    if counts and row.requeues >= len(REQUEUE_SECONDS):
        row.status, row.completed_at = RunStatus.BLOCKED, db_now()
        follow(session, row, LeadStatus.BLOCKED)
        return RunStatus.BLOCKED
    wait = max((*REQUEUE_SECONDS, REQUEUE_SECONDS[-1])[row.requeues], retry_after)
    row.status, row.not_before = RunStatus.PENDING, now + timedelta(seconds=wait) if now else db_now(wait)
    row.requeues += counts
    row.attempt += 1
    session.flush()
    return RunStatus.PENDING


def give_back(
    session: Session, run_id: str, fence: int, said: str, step: str | None = None, until: datetime | None = None
) -> None:
    """Put a run that has to stop through no fault of its own back into the queue; nothing is counted.

    It is due `until` then, or at once.

    Raises Superseded if the fence no longer holds.
    """
    row = guard(session, run_id, fence)
    close_open_steps(session, row, said)
    let_go(row)
    row.status, row.last_error, row.error_step, row.not_before = RunStatus.PENDING, said, step, until
    row.attempt += 1
    follow(session, row, LeadStatus.FLAGGED)


def retry(session: Session, run_id: str, from_asset: str | None = None, *, order: Sequence[str]) -> None:
    """Queue a run that ended badly or was interrupted again, as a new attempt that keeps its finished artifacts.

    With `from_asset` the artifacts of it and of all assets after it in `order` are forgotten; this also takes
    a completed run. Raises BadInput for a run that is under way and for an asset that is not in `order`.
    """
    row = run_row(session, run_id, lock=True)
    allowed = row.status in AGAIN or (row.status is RunStatus.COMPLETED and from_asset is not None)
    if not allowed and not (row.status is RunStatus.RUNNING and is_lost(session, row)):
        raise _not_to_retry(row)
    refuse_second_live(session, row)
    if from_asset is not None:
        _forget(session, row, from_asset, order)
    close_open_steps(session, row, "interrupted")
    revive(row)
    follow(session, row, LeadStatus.FLAGGED)


def cancel(session: Session, run_id: str) -> None:
    """End a run that waits or is under way as `cancelled`; its lead becomes `new`.

    Its worker is refused from now on and stops. Raises BadInput for a run that has ended.
    """
    row = run_row(session, run_id, lock=True)
    if row.status not in LIVE:
        raise BadInput(
            f"Run {run_id} is {row.status}.",
            "Only a run that waits or is under way can be cancelled.",
            "See: dossier status",
        )
    close_open_steps(session, row, "cancelled")
    let_go(row)
    row.status, row.last_error, row.error_step = RunStatus.CANCELLED, "Cancelled by hand.", row.current_step
    row.completed_at, row.current_step, row.not_before = db_now(), None, None
    follow(session, row, LeadStatus.NEW)


def delete(session: Session, run_id: str) -> None:
    """Remove a run with all that hangs on it: step runs, claims, packs, dossier, contacts, lineage, artifacts.

    Prompts with their versions stay, sources stay, and the lead, which becomes what its newest other run says. The
    run's id is never given again. Raises BadInput for a run under way.
    """
    row = run_row(session, run_id, lock=True)
    if row.status is RunStatus.RUNNING and not is_lost(session, row):
        raise BadInput(
            f"Run {run_id} is being made by {row.owner}.",
            "It cannot be deleted now.",
            f"First: dossier cancel {run_id}",
        )
    lead = lock_lead(session, row.lead_id) if row.lead_id else None
    made = session.scalar(select(DossierRow).where(DossierRow.pipeline_run_id == row.id))
    session.add(DeletedRunRow(client_id=row.client_id, run_id=run_id, lead_id=row.lead_id, n=row.n))
    session.delete(row)
    session.flush()
    if lead is not None:
        _recall(session, lead)
    if made is not None:
        supersede(session, made.client_id, made.lead_id, made.company_domain)


def due_runs(session: Session, now: datetime | None = None) -> list[DueRun]:
    """Return the pending runs whose time has come (by `now` where it is given), oldest first."""
    rows = session.execute(
        select(RunRow, ClientRow.slug, LeadRow.name)
        .join(ClientRow, ClientRow.id == RunRow.client_id)
        .outerjoin(LeadRow, LeadRow.id == RunRow.lead_id)
        .where(
            RunRow.status == RunStatus.PENDING,
            RunRow.waiting_for.is_(None),
            or_(RunRow.not_before.is_(None), RunRow.not_before <= (now or db_now())),
        )
        .order_by(RunRow.created_at, RunRow.run_id)
    )
    return [
        DueRun(run.run_id, run.attempt, slug, slugify(name) if name else "discovery", run.trigger)
        for run, slug, name in rows
    ]


def _is_told_to_wait(session: Session, row: RunRow, retry_after: float, now: datetime | None) -> bool:
    """Return whether the other side asks for this wait, and has not been asking for longer than our patience."""
    if retry_after <= 0:
        return False
    at = now or session.scalar(select(db_now()))
    assert at is not None
    row.told_to_wait_since = row.told_to_wait_since or at
    return at - row.told_to_wait_since < TOLD_PATIENCE


def _live_run(session: Session, lead_key: str, *, lock: bool = False) -> RunRow | None:
    """Return the lead's run that waits or is under way; one whose worker is gone waits, or is blocked, from now on."""
    query = select(RunRow).where(RunRow.lead_id == lead_key, RunRow.status.in_(LIVE))
    live = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if live is not None and live.status is RunStatus.RUNNING and is_lost(session, live):
        interrupt(session, live)
    return live if live is not None and live.status in LIVE else None


def _new_run(session: Session, slug: str, lead: LeadRow, trigger: str) -> RunRow:
    """Queue the lead's next run: its number was never used, not even by a run that is deleted."""
    used = [select(func.max(table.n)).where(table.lead_id == lead.id) for table in (RunRow, DeletedRunRow)]
    prefix = make_run_id(slug, lead.name, lead.identity, 1)[:-1]  # the lead itself may have been deleted meanwhile
    used.append(select(func.max(DeletedRunRow.n)).where(DeletedRunRow.run_id.startswith(prefix, autoescape=True)))
    n = 1 + max(session.scalar(query) or 0 for query in used)
    run_id = make_run_id(slug, lead.name, lead.identity, n)
    row = RunRow(client_id=lead.client_id, lead_id=lead.id, n=n, run_id=run_id, trigger=trigger)
    session.add(row)
    lead.status, lead.last_error = LeadStatus.FLAGGED, None
    session.flush()
    return row


def _join(live: RunRow, trigger: str, reference_date: date | None, provider: str | None) -> None:
    """Let a run that waits take over the wishes. Raises BadInput if one under way has another reference date."""
    if live.status is RunStatus.PENDING:
        _change_wishes(live, trigger, reference_date, provider)
    elif reference_date not in (None, live.reference_date):
        raise BadInput(
            f"{live.run_id} is being made now, as of {live.reference_date}.",
            f"The same lead cannot be made as of {reference_date} at the same time.",
            "Wait for it: dossier status",
        )


def _not_to_retry(row: RunRow) -> BadInput:
    if row.status is RunStatus.COMPLETED:
        return BadInput(
            f"Run {row.run_id} is completed.",
            "There is nothing left to resume.",
            f"To remake a part of it: dossier retry {row.run_id} --from STEP",
        )
    return BadInput(
        f"Run {row.run_id} is {row.status}.",
        "Only a run that has ended, or whose worker is gone, can be retried.",
        f"See where it stands: dossier status {row.run_id}",
    )


def _recall(session: Session, lead: LeadRow) -> None:
    """Give a lead the status that the run says which moved last, `new` without any; put away it stays."""
    last = max(
        session.scalars(select(RunRow).where(RunRow.lead_id == lead.id)),
        key=lambda run: (run.status in LIVE, iso(run.completed_at or run.created_at), run.n),
        default=None,
    )
    if lead.status is not LeadStatus.ARCHIVED:
        lead.status = LEAD_OF[last.status] if last else LeadStatus.NEW
        lead.last_error = last.last_error if last and lead.status is LeadStatus.BLOCKED else None


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
    session.execute(
        deleting(ArtifactRow).where(ArtifactRow.pipeline_run_id == row.id, ArtifactRow.asset.in_(forgotten))
    )
    row.steps_completed = [asset for asset in row.steps_completed if asset not in forgotten]
