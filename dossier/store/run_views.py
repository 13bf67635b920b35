"""Runs as lists and the command line show them: status, age, cost, where they stand and why, in words.

Here: reading. Ages, waiting times and leases are counted by the database's clock. Not here: any change (`runs.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.models import RunStatus
from dossier.store.budgets import USD
from dossier.store.clients import client_row
from dossier.store.clock import db_now
from dossier.store.columns import iso
from dossier.store.recovery import is_dead
from dossier.store.run_rows import run_row
from dossier.store.tables_evidence import DossierRow
from dossier.store.tables_money import VENDOR_SEARCH, BatchItemRow, LlmCallRow
from dossier.store.tables_queue import ClientRow, LeadRow, RunRow, StepRunRow

_ANSWERED = func.sum(case((and_(LlmCallRow.state == "answered", LlmCallRow.step != VENDOR_SEARCH), 1), else_=0))
_NEWEST_FIRST = (RunRow.created_at.desc(), RunRow.run_id)


@dataclass(frozen=True, slots=True)
class BudgetStop:
    """What left out a part of a dossier, in words; `limit` names the budget, '' for the ceiling and for a pause."""

    said: str
    limit: str
    cap_usd: float | None


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as lists and the command line show it; times are ISO text in UTC.

    `age_s` counts from its end, or from its beginning while it is not final; `due_in_s` and `lease_s` are what is
    left of a waiting time and of the holder's lease. `step` is the one it is in, or stopped at. `wall_s` is how long
    its own steps took: of many that are made together, each has its own. `dossier_stands` is false where another
    dossier of the lead is shown in place of this one.
    """

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
    step: str | None = None
    age_s: float = 0.0
    due_in_s: float = 0.0
    owner: str | None = None
    lease_until: str | None = None
    lease_s: float | None = None
    cost_usd: float = 0.0
    llm_calls: int = 0
    requeues: int = 0
    crashes: int = 0
    budget_reached: BudgetStop | None = None
    waiting_for: str | None = None
    in_batches: bool = False
    calls_sent: int = 0
    calls_waiting: int = 0
    dossier_stands: bool | None = None


def get_run(session: Session, run_id: str) -> RunView:
    """Return the run. Raises BadInput for an unknown one."""
    run_row(session, run_id)
    return _views(session, [RunRow.run_id == run_id], 1)[0]


def list_runs(session: Session, client: str | None = None, status: str | None = None, limit: int = 50) -> list[RunView]:
    """Return the newest runs first, at most `limit`, of one client or status if given."""
    return _views(session, _wanted(session, client, status), limit)


def count_runs(session: Session, client: str | None = None, status: str | None = None) -> dict[str, int]:
    """Return how many runs there are by status, of one client or status if given."""
    counts = session.execute(
        select(RunRow.status, func.count()).where(*_wanted(session, client, status)).group_by(RunRow.status)
    )
    found = {run_status.value: count for run_status, count in counts}
    return {word.value: found[word.value] for word in RunStatus if word.value in found}


def _wanted(session: Session, client: str | None, status: str | None) -> list[Any]:
    if status is not None and status not in set(RunStatus):
        raise BadInput(f"Unknown run status: {status[:40]!r}.", f"One of: {', '.join(RunStatus)}.")
    wanted: list[Any] = [] if client is None else [RunRow.client_id == client_row(session, client).id]
    if status is not None:
        wanted.append(RunRow.status == RunStatus(status))
    return wanted


def _views(session: Session, wanted: list[Any], limit: int) -> list[RunView]:
    spent = [
        _paid(func.sum(LlmCallRow.cost_nusd) / float(USD), StepRunRow.cost_usd),
        _paid(_ANSWERED, StepRunRow.llm_calls),
        _in_batches("sent"),
        _in_batches("waiting"),
    ]
    rows = session.execute(
        select(RunRow, ClientRow.slug, LeadRow, DossierRow, *spent, db_now())
        .join(ClientRow, ClientRow.id == RunRow.client_id)
        .outerjoin(LeadRow, LeadRow.id == RunRow.lead_id)
        .outerjoin(DossierRow, DossierRow.pipeline_run_id == RunRow.id)
        .where(*wanted)
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    )
    worked = _worked(session, wanted, limit)
    return [_view(worked, *row) for row in rows]


def _paid(by_ledger: ColumnElement[Any], by_steps: Any) -> ColumnElement[Any]:
    """Return what a run took by the ledger, or by its step runs where the ledger has none of its calls."""
    ledger = select(by_ledger).where(LlmCallRow.pipeline_run_id == RunRow.id)
    steps = select(func.sum(by_steps)).where(StepRunRow.pipeline_run_id == RunRow.id)
    return func.coalesce(ledger.scalar_subquery(), steps.scalar_subquery(), 0)


def _in_batches(state: str) -> ColumnElement[Any]:
    """Return how many calls of a run that waits for a batch are in this state."""
    calls = (
        select(func.count())
        .select_from(BatchItemRow)
        .join(LlmCallRow, LlmCallRow.id == BatchItemRow.call_id)
        .where(LlmCallRow.pipeline_run_id == RunRow.id, BatchItemRow.state == state)
    )
    return case((RunRow.waiting_for.is_(None), 0), else_=calls.correlate(RunRow).scalar_subquery())


def _worked(session: Session, wanted: list[Any], limit: int) -> dict[str, float]:
    """Return by run how many seconds its own steps took, all attempts together; those side by side count once."""
    listed = select(RunRow.id).where(*wanted).order_by(*_NEWEST_FIRST).limit(limit).subquery()
    spans = session.execute(
        select(StepRunRow.pipeline_run_id, func.min(StepRunRow.started_at), func.max(StepRunRow.completed_at))
        .join(listed, listed.c.id == StepRunRow.pipeline_run_id)
        .where(StepRunRow.duration_ms.is_not(None))  # others were closed for a worker that was gone
        .group_by(StepRunRow.pipeline_run_id, StepRunRow.asset, StepRunRow.attempt)
        .order_by(func.min(StepRunRow.started_at))
    )
    seconds: dict[str, float] = {}
    over: dict[str, datetime] = {}
    for run, start, closed in spans:
        begin, end = max(start, over.get(run, start)), closed or start
        seconds[run] = seconds.get(run, 0.0) + max((end - begin).total_seconds(), 0.0)
        over[run] = max(end, over.get(run, end))
    return seconds


def _view(
    worked: Mapping[str, float],
    run: RunRow,
    slug: str,
    lead: LeadRow | None,
    dossier: DossierRow | None,
    cost: float,
    calls: int,
    calls_sent: int,
    calls_waiting: int,
    now: datetime,
) -> RunView:
    held = run.status is RunStatus.RUNNING
    over = run.lease_until is None or run.lease_until <= now
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
        interrupted=held and (over or is_dead(run.owner)),
        not_before=_text(run.not_before),
        created_at=iso(run.created_at),
        started_at=_text(run.started_at),
        completed_at=_text(run.completed_at),
        wall_s=_took(run, worked.get(run.id)),
        dossier_status=dossier.content_status if dossier else None,
        dossier_version=dossier.version if dossier else None,
        dossier_stands=dossier.status != "superseded" if dossier else None,
        score=dossier.lead_score if dossier else None,
        tier=dossier.score_tier if dossier else None,
        step=run.current_step if held else run.error_step,
        age_s=_seconds(run.completed_at or (run.started_at if held else None) or run.created_at, now) or 0.0,
        due_in_s=max(_seconds(now, run.not_before) or 0.0, 0.0),
        owner=run.owner if held else None,
        lease_until=_text(run.lease_until) if held else None,
        lease_s=_seconds(now, run.lease_until) if held else None,
        cost_usd=round(cost, 6),
        llm_calls=calls,
        requeues=run.requeues,
        crashes=run.crashes,
        budget_reached=_budget_reached(run),
        in_batches=bool((run.options or {}).get("batch")),
        calls_sent=calls_sent,
        calls_waiting=calls_waiting,
        waiting_for=run.waiting_for if run.status is RunStatus.PENDING else None,
    )


def _budget_reached(run: RunRow) -> BudgetStop | None:
    """Return which budget left out a part of what this attempt made, None if none did."""
    reached = (run.options or {}).get("budget_reached") or {}
    if reached.get("attempt", 0) < run.fresh_from:
        return None
    return BudgetStop(reached["said"], reached.get("limit", ""), reached.get("cap_usd"))


def _took(run: RunRow, worked: float | None) -> float | None:
    """Return the seconds of a run that has ended: of its own steps, or without any those since it was taken."""
    whole = _seconds(run.started_at, run.completed_at)
    return whole if worked is None or whole is None else round(worked, 3)


def _text(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if start and end else None
