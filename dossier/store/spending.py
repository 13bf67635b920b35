"""Where the money went: calls, tokens and cost by model and step.

Here: sums over the ledger. Not here: budgets (`budgets.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dossier.store.budgets import dollars
from dossier.store.clients import client_row
from dossier.store.clock import db_now
from dossier.store.tables_money import LlmCallRow

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Spent:
    """What one step took of one model: answered calls, tokens as the vendor counts them, US dollars."""

    model: str
    step: str
    tier: str
    calls: int
    tokens_in: int
    tokens_out: int
    usd: float

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON."""
        return asdict(self)


def by_model_and_step(session: Session, client: str | None, run_id: str | None, days: int) -> list[Spent]:
    """Return what was spent in the last `days`, of one client or run if named, the dearest first."""
    wanted = [LlmCallRow.created_at >= db_now(-days * _DAY)]
    wanted += [LlmCallRow.client_id == client_row(session, client).id] if client else []
    wanted += [LlmCallRow.run_id == run_id] if run_id else []
    cost = func.sum(LlmCallRow.cost_nusd)
    rows = session.execute(
        select(
            LlmCallRow.model,
            LlmCallRow.step,
            LlmCallRow.tier,
            func.sum(case((LlmCallRow.state == "answered", 1), else_=0)),
            func.sum(LlmCallRow.tokens_in),
            func.sum(LlmCallRow.tokens_out),
            cost,
        )
        .where(*wanted)
        .group_by(LlmCallRow.model, LlmCallRow.step, LlmCallRow.tier)
        .order_by(cost.desc(), LlmCallRow.model, LlmCallRow.step, LlmCallRow.tier)
    )
    return [
        Spent(model, step, tier, int(calls), int(tokens_in), int(tokens_out), dollars(int(nusd)))
        for model, step, tier, calls, tokens_in, tokens_out, nusd in rows
    ]
