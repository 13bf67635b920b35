"""What was wished for one run alone: its budget, fresh answers instead of kept ones, batches at half price.

Here: writing the wishes into the run's row. Not here: what they lead to (`calls.py`, `batches.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from dossier.errors import BadInput, BudgetReached
from dossier.store.parking import withdraw
from dossier.store.taking import run_row

EVERY_STEP = "*"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 1, 1)  # ages are counted years back and ahead of a run's day


@dataclass(frozen=True, slots=True)
class Wishes:
    """Wishes for a run. `fresh` names the steps whose kept answers do not count, EVERY_STEP stands for all.

    `batch` False takes back that it asks in batches, None leaves it as it was.
    """

    budget_usd: float | None = None
    fresh: Sequence[str] = ()
    batch: bool | None = None

    def __bool__(self) -> bool:
        """Return whether anything is wished."""
        return self.budget_usd is not None or bool(self.fresh) or self.batch is not None


NOTHING = Wishes()


def check_day(day: date | None) -> None:
    """Raise BadInput for a reference date that no dossier can count to; None is no date yet."""
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        raise BadInput(
            f"The reference date {day.isoformat()} cannot be used.",
            f"Ages are counted to days from {FIRST_DAY} to {LAST_DAY}.",
            "Give another day, or none for today.",
        )


def wish(session: Session, run_id: str, wishes: Wishes) -> None:
    """Add `wishes` to those of the run; fresh answers are those asked for from its present attempt on."""
    row = run_row(session, run_id, lock=True)
    options = dict(row.options or {})
    if wishes.budget_usd is not None:
        options["budget_usd"] = wishes.budget_usd
    if wishes.fresh:
        options["fresh"] = {**options.get("fresh", {}), **dict.fromkeys(wishes.fresh, row.attempt)}
    if wishes.batch:
        options["batch"] = True
    elif wishes.batch is False and options.pop("batch", False):
        withdraw(session, row)
    row.options = options or None


def note_budget(session: Session, run_id: str, fault: BudgetReached) -> None:
    """Write down that a budget or the ceiling of calls left out a part of the run's dossier."""
    row = run_row(session, run_id, lock=True)
    reached = {"attempt": row.attempt, "said": str(fault), "limit": fault.limit, "cap_usd": fault.cap_usd}
    row.options = {**(row.options or {}), "budget_reached": reached}
