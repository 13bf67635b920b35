"""Budgets: what may be spent by a run, by a client and by everybody, in a day and in a week, and what is spent.

Here: the scopes that one call counts in, each with its cap, what is spent and what is held, and the levels that are
worth telling. Not here: holding and settling (`calls.py`). Money is integer nano-dollars (1 USD = 1,000,000,000).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dossier.store.clock import db_now
from dossier.store.tables_money import BudgetHoldRow, LlmCallRow

USD = 1_000_000_000
LEVELS = (50, 80, 95)
RUN = "run"  # the name of a run's own budget


def nano(usd: float | None) -> int | None:
    """Return US dollars as nano-dollars; None, no limit, stays None."""
    return None if usd is None else round(usd * USD)


def dollars(nusd: int) -> float:
    """Return nano-dollars as US dollars."""
    return nusd / USD


@dataclass(frozen=True, slots=True)
class Budgets:
    """The caps that hold for one client's calls, in nano-dollars; None is no limit.

    Days begin at midnight in `timezone`, weeks on Monday. `day` and `week` count the spending of all clients.
    """

    run: int | None = None
    client_day: int | None = None
    client_week: int | None = None
    day: int | None = None
    week: int | None = None
    timezone: str = "UTC"

    @classmethod
    def of(
        cls,
        config: Mapping[str, Any],
        *,
        run: float | None = None,
        day: float | None = None,
        week: float | None = None,
    ) -> Budgets:
        """Return the caps of a client's configuration beside those given, in US dollars; of two the lower holds."""
        own = config.get("budgets") or {}
        caps = [nano(cap) for cap in (run, own.get("run_usd")) if cap is not None]
        return cls(
            run=min((cap for cap in caps if cap is not None), default=None),
            client_day=nano(own.get("day_usd")),
            client_week=nano(own.get("week_usd")),
            day=nano(day),
            week=nano(week),
            timezone=config.get("timezone") or "UTC",
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """One budget as it stands. `free` is what nobody has spent or holds, None without a cap."""

    name: str
    cap: int | None
    spent: int
    held: int

    @property
    def percent(self) -> int | None:
        """How much of the cap is spent, in whole percent, None without a cap."""
        if self.cap is None:
            return None
        return 100 if self.cap == 0 else self.spent * 100 // self.cap

    @property
    def level(self) -> int:
        """The highest of LEVELS that is reached, 0 for none."""
        return max((level for level in LEVELS if (self.percent or 0) >= level), default=0)


def scopes(
    session: Session, budgets: Budgets, client_key: str, run_key: str | None, *, capped: bool = False
) -> list[Scope]:
    """Return every budget that a call of this client, and of this run, counts in, or with `capped` those with a cap."""
    now = session.scalar(select(db_now()))
    assert isinstance(now, datetime)
    day, week = (LlmCallRow.created_at >= begun(now, budgets.timezone) for begun in (_midnight, _monday))
    mine, of_run = LlmCallRow.client_id == client_key, LlmCallRow.pipeline_run_id == run_key
    every = [
        *([(RUN, budgets.run, of_run)] if run_key else []),
        ("client, today", budgets.client_day, mine & day),
        ("client, this week", budgets.client_week, mine & week),
        ("all clients, today", budgets.day, day),
        ("all clients, this week", budgets.week, week),
    ]
    wanted = [(name, cap, where) for name, cap, where in every if cap is not None or not capped]
    return [_scope(session, name, cap, where) for name, cap, where in wanted]


def passed_levels(before: Sequence[Scope], cost: int) -> list[tuple[Scope, int]]:
    """Return the budgets that spending `cost` more takes over one of LEVELS, each with that level."""
    after = [Scope(one.name, one.cap, one.spent + cost, one.held) for one in before]
    return [(now, now.level) for was, now in zip(before, after, strict=True) if now.level > was.level]


def _scope(session: Session, name: str, cap: int | None, where: ColumnElement[bool]) -> Scope:
    spent = session.scalar(select(func.coalesce(func.sum(LlmCallRow.cost_nusd), 0)).where(where))
    held = session.scalar(
        select(func.coalesce(func.sum(BudgetHoldRow.amount_nusd), 0))
        .join(LlmCallRow, LlmCallRow.id == BudgetHoldRow.call_id)
        .where(where)
    )
    return Scope(name, cap, int(spent or 0), int(held or 0))


def _midnight(now: datetime, timezone: str) -> datetime:
    return now.astimezone(ZoneInfo(timezone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _monday(now: datetime, timezone: str) -> datetime:
    midnight = _midnight(now, timezone)
    return midnight - timedelta(days=midnight.weekday())
