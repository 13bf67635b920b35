"""The verb `budget`: what may be spent, what is spent and held, by model and step, and whether calls are paused.

Here: putting it into words and JSON. Not here: the budgets (`dossier/store/budgets.py`) and the calls that they bind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.cli_words import money
from dossier.models import JsonDict

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy.orm import Session

    from dossier.store.budgets import Scope


@verb
def budget(
    desk: Desk,
    client: Annotated[str | None, typer.Option("--client", help="Only this client.", show_default=False)] = None,
    run_id: Annotated[str | None, typer.Option("--run", metavar="RUN", help="One run.", show_default=False)] = None,
    days: Annotated[int, typer.Option("--days", min=1, help="How far back to count by model and step.")] = 7,
    resume: Annotated[bool, typer.Option("--resume", help="End a pause that the vendor's spend limit began.")] = False,
) -> Outcome:
    """Show budgets, what is spent and held in them, and where the money went.

    Caps come from DOSSIER_BUDGET_USD_RUN, _DAY and _WEEK, from a client's `budgets`, and from run --budget-usd.
    A level of 50, 80 or 95 percent is marked, and logged when it is reached.

    Examples:
      dossier budget
      dossier budget --client sample-steel-builders --days 30 --json
      dossier budget --run sample-steel-builders--micron-technology-1a2b3c4d-1
    """
    from dossier.store import batches, limits, spending

    with desk.store.transaction() as session:
        if resume:
            limits.go_on(session)
        paused = limits.paused(session)
        scopes = _scopes(desk, session, client, run_id)
        spent = spending.by_model_and_step(session, client, run_id, days)
        waiting = batches.counts(session)
    used = [one.as_json() for one in spent]
    document = {
        "budgets": [_row(of, scope) for of, scope in scopes],
        "spent": used,
        "days": days,
        "paused": {"until": paused.until.isoformat(), "reason": paused.reason} if paused else None,
        "batches": waiting,
    }
    shown = [
        *([f"Calls are paused until {paused.until:%Y-%m-%d %H:%M} UTC: {paused.reason}"] if paused else []),
        _budget_table(scopes),
        _spent_table(used, days) if spent else f"Nothing was spent in the last {days} days.",
        *(
            [f"In batches: {waiting['sent']} calls sent, {waiting['waiting']} waiting."]
            if any(waiting.values())
            else []
        ),
    ]
    return Outcome(document, shown)


def _scopes(desk: Desk, session: Session, client: str | None, run_id: str | None) -> list[tuple[str, Scope]]:
    """Return the budgets of the chosen run or client, or of every client; those of all clients stand once."""
    from dossier.store import budgets, clients
    from dossier.store.clients import client_row
    from dossier.store.taking import run_row

    row = run_row(session, run_id) if run_id else None
    slugs = [client] if client else [one.slug for one in clients.list_clients(session)]
    found: list[tuple[str, Scope]] = []
    for slug in slugs:
        owner = client_row(session, slug)
        if row is not None and row.client_id != owner.id:
            continue
        wished = (row.options or {}).get("budget_usd") if row is not None else None
        caps = budgets.Budgets.of(
            clients.get_client(session, slug).config.model_dump(mode="json"),
            run=desk.settings.budget_usd_run if wished is None else wished,
            day=desk.settings.budget_usd_day,
            week=desk.settings.budget_usd_week,
        )
        for scope in budgets.scopes(session, caps, owner.id, row.id if row is not None else None):
            of = "" if scope.name.startswith("all clients") else slug
            found += [(of, scope)] if (of, scope.name) not in {(name, one.name) for name, one in found} else []
    return sorted(found, key=lambda one: (not one[0], one[0]))


def _row(of: str, scope: Scope) -> JsonDict:
    from dossier.store.budgets import dollars

    return {
        "client": of or None,
        "budget": scope.name,
        "cap_usd": None if scope.cap is None else dollars(scope.cap),
        "spent_usd": dollars(scope.spent),
        "held_usd": dollars(scope.held),
        "percent": scope.percent,
        "level": scope.level,
    }


def _budget_table(scopes: Sequence[tuple[str, Scope]]) -> Table:
    rows = []
    for row in (_row(of, scope) for of, scope in scopes):
        reached = "" if row["percent"] is None else f"{row['percent']} %{' !' if row['level'] else ''}"
        cap = "no limit" if row["cap_usd"] is None else money(row["cap_usd"])
        rows.append(
            [row["client"] or "all", row["budget"], money(row["spent_usd"]), money(row["held_usd"]), cap, reached]
        )
    return table(["client", "budget", "spent", "held", "cap", "reached"], rows)


def _spent_table(spent: Sequence[JsonDict], days: int) -> Table:
    rows = [
        [one["model"], one["step"], one["calls"], one["tokens_in"], one["tokens_out"], money(one["usd"])]
        for one in spent
    ]
    return table([f"model, last {days} days", "step", "calls", "tokens in", "out", "spent"], rows)
