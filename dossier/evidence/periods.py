"""Periods in a text with their first day and the day behind their last: `Q3 2016`, `from 2014 to 2018`.

Here: what `dates.py` finds, as spans of days, and ranges that two of them make. Not here: how a date is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dossier.evidence.dates import FoundDate, find_dates
from dossier.models import EventDate, Precision

_MONTHS = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.HALF: 6, Precision.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Period:
    """A day or period at `text[start:end]`: from `first` up to the day before `behind`; None where it is open."""

    start: int
    end: int
    first: date | None
    behind: date | None
    is_day: bool = False


def find_periods(text: str, reference: date | None = None) -> list[Period]:
    """Return the days and periods in `text`, in order; `reference` fixes a day without a year."""
    return [_period(found) for found in find_dates(text, reference)]


def _period(found: FoundDate) -> Period:
    value = found.value
    return Period(found.start, found.end, value.value, day_behind(value), value.precision is Precision.DAY)


def day_behind(value: EventDate) -> date:
    """Return the day after the last day of the period that `value` names."""
    months = _MONTHS.get(value.precision)
    if months is None:
        return value.value + timedelta(days=1)
    month = value.value.month - 1 + months
    return date(value.value.year + month // 12, month % 12 + 1, 1)
