"""Days and periods in a text, from where to where: `Q3 2016`, `from 2014 to 2018`, `the second week of 2015`.

Here: what `dates.py` finds as spans of days, more ways to write a period, ranges of two dates, and relative time
(`two weeks ago`), which needs a reference date. Not here: what an event's date is (`dossier/extractive`). Relative
time is read as people mean it: `next month` is the calendar month behind the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from dossier.evidence.dates import MONTH, find_dates, first_day, month_number
from dossier.evidence.relative_time import find_relative
from dossier.evidence.spans import Taken
from dossier.models import EventDate, Precision

_LENGTHS = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.HALF: 6, Precision.YEAR: 12}
_YEAR = r"(?:1[0-9]|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_ALONE = r"(?<![\w/.-])"
_PART_ENDS = {"beginning": (1, 5), "start": (1, 5), "middle": (5, 9), "mid": (5, 9), "end": (9, 13)}


@dataclass(frozen=True, slots=True)
class Period:
    """A day or period at `text[start:end]`; None where it is open.

    `behind` is the day after its last one. Of a range it is the first day of what the range's end names: people say
    `from 2014 to 2018` and leave open how much of 2018 they mean.
    """

    start: int
    end: int
    first: date | None
    behind: date | None
    is_day: bool = False


class _Form:
    """One way to write a period: where it matches, and the first day and the day behind that it reads."""

    def __init__(self, pattern: str, read: Callable[[re.Match[str]], tuple[date, date]], *, day: bool = False) -> None:
        self.pattern, self.read, self.day = re.compile(pattern, re.I), read, day

    def find(self, text: str) -> Iterator[Period]:
        for match in self.pattern.finditer(text):
            with suppress(ValueError):
                yield Period(match.start(), match.end(), *self.read(match), is_day=self.day)


def months_on(day: date, months: int) -> date:
    """Return the first day of the month that lies `months` after that of `day`."""
    month = day.month - 1 + months
    return date(day.year + month // 12, month % 12 + 1, 1)


def day_behind(value: EventDate) -> date:
    """Return the day after the last day of the period that `value` names."""
    months = _LENGTHS.get(value.precision)
    return value.value + timedelta(days=1) if months is None else months_on(value.value, months)


def _a_day(year: str, month: int, day: str) -> tuple[date, date]:
    first = date(int(year), month, int(re.sub(r"\D", "", day)))
    return first, first + timedelta(days=1)


def _a_month(match: re.Match[str]) -> tuple[date, date]:
    first = date(int(match["y"]), int(match["m"]), 1)
    return first, months_on(first, 1)


def _a_week(match: re.Match[str]) -> tuple[date, date]:
    first = date.fromisocalendar(int(match["y"]), _ORDINALS[match["n"].lower()], 1)
    return first, first + timedelta(days=7)


def _a_decade(match: re.Match[str]) -> tuple[date, date]:
    return date(int(match["y"]), 1, 1), date(int(match["y"]) + 10, 1, 1)


def _a_part(match: re.Match[str]) -> tuple[date, date]:
    first, behind = _PART_ENDS[match["p"].lower()]
    return months_on(date(int(match["y"]), 1, 1), first - 1), months_on(date(int(match["y"]), 1, 1), behind - 1)


def _days_of_a_month(match: re.Match[str]) -> tuple[date, date]:
    month = month_number(match["m"])
    return _a_day(match["y"], month, match["a"])[0], _a_day(match["y"], month, match["b"])[0]


_TO = r"\s?(?:-|–|—|to|until|till|through|and)\s?"
_FORMS = (
    _Form(
        rf"\b(?:from|between)\s+(?P<a>{_DAY}){_TO}(?P<b>{_DAY})\s+(?P<m>{MONTH}),?\s+(?P<y>{_YEAR})\b",
        _days_of_a_month,
    ),
    _Form(
        rf"\b(?:from|between)\s+(?P<a>{_DAY}){_TO}(?P<m>{MONTH})\s+(?P<b>{_DAY}),?\s+(?P<y>{_YEAR})\b",
        _days_of_a_month,
    ),
    _Form(rf"\b(?:the\s+)?(?P<n>{'|'.join(_ORDINALS)})\s+week\s+of\s+(?P<y>{_YEAR})\b", _a_week),
    _Form(r"\bthe\s+(?P<y>(?:1\d|20)\d0)['’]?s\b", _a_decade),
    _Form(rf"\b(?P<p>{'|'.join(_PART_ENDS)})\s+of\s+(?P<y>{_YEAR})\b", _a_part),
    _Form(rf"{_ALONE}(?P<y>(?:19|20)\d\d)\s?[-/.]\s?(?P<m>1[0-2]|0?[1-9])(?![\d/-]|\.\d|\s?%)", _a_month),
)
_JOINT = re.compile(r"\s?(?:-|–|—|\bto\b|\buntil\b|\btill\b|\bthrough\b|\band\b)\s?", re.I)
_OPENS = re.compile(r"\b(from|between)\s+$", re.I)
_BARE_YEAR = re.compile(rf"{_ALONE}(?P<y>(?:19|20)\d\d)(?![\d/.,-]\d|[\w%])")
_TODAY = re.compile(r"(?:today|now|present)\b", re.I)
# relative time that says no day: `two weeks ago` lies somewhere in a month, `three years ago` in a year
_ROUGH = {Precision.MONTH: re.compile(r"\b(?:weeks?|months?)\b", re.I), Precision.YEAR: re.compile(r"\byears?\b", re.I)}
MAX_OPENING = 40  # characters before a period in which its range begins
_SAME_DAY = re.compile(r"\b(?:ago|earlier|before),?\s+(?:on\s+)?$", re.I)  # `ten years ago this week`: a week of then
_WEEK = 7  # days: one that lies in two months is dated by the one that holds most of it
_LONGEST_EVENT = 366  # days: `the last ten years` is no date


class FoundPeriod(NamedTuple):
    """The period of an event at `text[start:end]`; `relative` where only the source's own day fixes it."""

    start: int
    end: int
    value: EventDate
    relative: bool


def find_periods(text: str, reference: date | None = None) -> list[Period]:
    """Return the days and periods in `text`, in order, never overlapping.

    `reference` fixes what the words leave open: a day without a year, `last week`. Without it only what the words
    themselves fix is found.
    """
    taken = Taken(len(text))
    found: list[Period] = []
    for finds in _finders(text, reference):
        found += [find for find in finds if taken.take(find.start, find.end)]
    found.sort(key=lambda one: one.start)
    return list(_ranges(text, found, reference))


def find_event_periods(text: str, reference: date | None = None) -> list[FoundPeriod]:
    """Return the dates and periods in `text` that an event can have, each as the calendar's period that holds it.

    `reference` is the day that relative time counts from, and near which a day without a year lies. Longer stretches
    (`the last ten years`, `from 2014 to 2018`) date nothing.
    """
    relative = {(one.start, one.end) for one in find_relative(text, reference)} if reference else set()
    fixed = {(one.start, one.end): one.value for one in find_dates(text, reference)}
    found = []
    for one in find_periods(text, reference):
        span = (one.start, one.end)
        meant = span in relative and span not in fixed
        if meant and _SAME_DAY.search(text[: one.start]):
            continue
        value = fixed.get(span) or _calendar_period(one, text[one.start : one.end], meant)
        if value:
            found.append(FoundPeriod(*span, value, meant))
    return found


def _calendar_period(one: Period, words: str, relative: bool) -> EventDate | None:
    """Return the shortest period of the calendar that holds `one`, None for what no single year holds."""
    first, behind = one.first, one.behind
    if first is None or behind is None or not 0 < (behind - first).days <= _LONGEST_EVENT:
        return None
    if relative and (behind - first).days <= _WEEK:
        middle = first + (behind - first) // 2
        first, behind = middle, middle + timedelta(days=1)
    rough = [precision for precision, unit in _ROUGH.items() if relative and one.is_day and unit.search(words)]
    if one.is_day and not rough:
        return EventDate(value=first, precision=Precision.DAY, text=words)
    for precision in rough or _LENGTHS:
        start = first_day(first, precision)
        if behind <= months_on(start, _LENGTHS[precision]):
            return EventDate(value=start, precision=precision, text=words)
    return None


def _finders(text: str, reference: date | None) -> Iterator[Iterator[Period]]:
    """Yield what each reader finds, the most exact reader first."""
    yield from (form.find(text) for form in _FORMS)
    yield (_relative(one) for one in find_relative(text, reference)) if reference else iter(())
    yield (
        Period(one.start, one.end, one.value.value, day_behind(one.value), one.value.precision is Precision.DAY)
        for one in find_dates(text, reference)
    )


def _relative(found: tuple[int, int, date, date, bool]) -> Period:
    return Period(*found)


def _ranges(text: str, found: list[Period], reference: date | None) -> Iterator[Period]:
    """Yield the periods, two that a range joins as one."""
    at = 0
    while at < len(found):
        one, behind = found[at], found[at + 1] if at + 1 < len(found) else None
        opens = _OPENS.search(text, max(0, one.start - MAX_OPENING), one.start)
        end = _end_of_range(text, one, behind, reference)
        joint = _JOINT.match(text, one.end)
        dash = joint is not None and joint[0].strip() in "-–—"
        if end and joint and (opens or dash) and one.first and end.first:
            yield Period(opens.start() if opens else one.start, end.end, one.first, end.first)
            at += 2 if end is behind else 1
        else:
            yield one
            at += 1


def _end_of_range(text: str, one: Period, behind: Period | None, reference: date | None) -> Period | None:
    joint = _JOINT.match(text, one.end)
    if joint is None:
        return None
    if behind is not None and behind.start == joint.end():
        return behind
    year, today = _BARE_YEAR.match(text, joint.end()), _TODAY.match(text, joint.end())
    if year:
        return Period(year.start(), year.end(), date(int(year["y"]), 1, 1), date(int(year["y"]) + 1, 1, 1))
    return Period(today.start(), today.end(), reference, None) if today and reference else None
