"""Relative time in a text, fixed by a reference date: `yesterday`, `two weeks ago`, `next Monday`, `this quarter`.

Here: finding it and the days it means. Not here: dates that the words themselves fix (`dates.py`). A claim may rest
on relative time only where the source's own date is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from typing import NamedTuple

from dossier.evidence.numbers import WORDS, read_words

_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_WEEKDAY = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_COUNT = rf"(?:(?P<digits>\d{{1,3}})|(?P<words>{WORDS})|(?P<one>an?)|(?P<some>a few|a couple of|several))"
_UNIT = r"(?P<unit>day|week|month|year)s?"
_ONE = re.compile(rf"\b{_COUNT}\s+{_UNIT}\b", re.I)
_LINK = rf"(?:\d{{1,3}}|{WORDS}|an?)\s+(?:day|week|month|year)s?"
_NEAR = {
    "the day before yesterday": -2, "day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1,
    "the day after tomorrow": 2, "day after tomorrow": 2,
}  # fmt: skip
_STEP = {"last": -1, "previous": -1, "past": -1, "this": 0, "current": 0, "the current": 0, "next": 1, "coming": 1}
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LONG_MONTH = (
    r"(?-i:(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?|jan(?:uary)?|feb(?:ruary)?|june?|july?|sept(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?))"
)
_NO_DAY = r"(?![a-z])(?!\.?\s?\d|\s+(?:of\s+)?(?:19|20)\d\d|\s*[,/-]\s?\d|\s+(?:the|first))"
_PARTS = {
    "early": "early", "earlier": "early", "beginning of": "early", "start of": "early", "mid": "mid",
    "middle of": "mid",
    "late": "late", "later": "late", "end of": "late",
}  # fmt: skip
_NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3}
_WHICH = "|".join(sorted(_STEP, key=len, reverse=True))


class Relative(NamedTuple):
    """Relative time at `text[start:end]`: from `first` up to the day before `behind`."""

    start: int
    end: int
    first: date
    behind: date
    is_day: bool


def find_relative(text: str, reference: date) -> list[Relative]:
    """Return the relative time in `text` as days counted from `reference`; the most telling reading first."""
    return [found for pattern, read in _READERS for found in _read(text, pattern, read, reference)]


def _read(
    text: str, pattern: re.Pattern[str], read: Callable[[re.Match[str], date], tuple[date, date]], reference: date
) -> Iterator[Relative]:
    for match in pattern.finditer(text):
        with suppress(ValueError, OverflowError):
            first, behind = read(match, reference)
            yield Relative(match.start(), match.end(), first, behind, behind - first == timedelta(days=1))


def _day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _near(match: re.Match[str], reference: date) -> tuple[date, date]:
    return _day(reference + timedelta(days=_NEAR[" ".join(match[0].lower().split())]))


def _away(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `two weeks ago` and `in three days` as one day."""
    number = _number(match)
    back = match.groupdict().get("ago") is not None
    base = reference
    if match.groupdict().get("base"):
        base += timedelta(days=_NEAR[match["base"].lower()])
        back = match["side"].lower() == "before"
    return _day(_moved(base, -number if back else number, match["unit"].lower()))


def _moved(day: date, number: int, unit: str) -> date:
    if unit in ("day", "week"):
        return day + timedelta(days=number * (7 if unit == "week" else 1))
    month = day.year * 12 + day.month - 1 + number * (12 if unit == "year" else 1)
    for last in range(day.day, 27, -1):
        with suppress(ValueError):
            return date(month // 12, month % 12 + 1, last)
    return date(month // 12, month % 12 + 1, day.day)


def _number(match: re.Match[str]) -> int:
    if match["digits"]:
        return int(match["digits"])
    if match["words"]:
        return int(read_words(match["words"]) or 0)
    if match["some"]:
        raise ValueError("no number is said")
    return 1


def _weekday(match: re.Match[str], reference: date) -> tuple[date, date]:
    wanted = _WEEKDAYS.index(match["day"][:3].lower())
    monday = reference - timedelta(days=reference.weekday())
    return _day(monday + timedelta(days=wanted + 7 * _STEP[match["which"].lower()]))


def _calendar(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `last week`, `this month`, `next year` as the calendar's."""
    step, unit = _STEP[match["which"].lower()], match["unit"].lower()
    if unit == "week":
        first = reference - timedelta(days=reference.weekday()) + timedelta(days=7 * step)
        return first, first + timedelta(days=7)
    if unit == "weekend":
        first = reference - timedelta(days=reference.weekday() - 5) + timedelta(days=7 * step)
        return first, first + timedelta(days=2)
    size = {"month": 1, "quarter": 3, "year": 12}[unit]
    months = (reference.year * 12 + reference.month - 1) // size * size
    return _first(months + step * size), _first(months + (step + 1) * size)


def _stretch(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `the last two weeks` and `next 3 days` as the days up to, or from, the reference."""
    number, unit = _number(match), match["unit"].lower()
    if match["which"].lower() in ("next", "coming", "following"):
        first = reference + timedelta(days=1)
        return first, _moved(first, number, unit)
    return _moved(reference, -number, unit), reference


def _first(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _chain(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `2 years 1 month 21 days ago`: the parts one after another, the longest first."""
    day = reference
    for part in _ONE.finditer(match["chain"]):
        day = _moved(day, -_number(part), part["unit"].lower())
    return _day(day)


def _weekday_of_week(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `Tuesday next week` and `next week on Friday`."""
    wanted = _WEEKDAYS.index((match["day"] if match["day"] else match["day2"])[:3].lower())
    step = _STEP[(match["which"] if match["day"] else match["which2"]).lower()]
    return _day(reference + timedelta(days=wanted - reference.weekday() + 7 * step))


def _part(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `late last year` and `early next week` as the half of the period, `mid` as its middle."""
    first, behind = _calendar(match, reference)
    days = (behind - first).days
    if match["unit"].lower() == "year":
        cuts = {"early": (0, 6), "mid": (3, 9), "late": (6, 12)}[_PARTS[match["part"].lower()]]
        months = first.year * 12
        return _first(months + cuts[0]), _first(months + cuts[1])
    half = days // 2
    return {
        "early": (first, first + timedelta(days=half if days > 7 else 3)),
        "mid": (first + timedelta(days=days // 4), first + timedelta(days=days - days // 4 - (days <= 7))),
        "late": (first + timedelta(days=half), behind),
    }[_PARTS[match["part"].lower()]]


def _rest(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `the rest of the year` as from the reference to the period's last day."""
    size = {"week": 0, "month": 1, "quarter": 3, "year": 12}[match["unit"].lower()]
    if not size:
        return reference, reference + timedelta(days=6 - reference.weekday())
    months = (reference.year * 12 + reference.month - 1) // size * size
    return reference, _first(months + size) - timedelta(days=1)


def _month(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read `this September` by the calendar year, `last` and `next` from the reference, a month alone as the last."""
    which = (match["which"] or "").lower()
    number = _MONTH_NAMES.index(match["month"][:3].lower()) + 1
    months = reference.year * 12 + number - 1
    now = reference.year * 12 + reference.month - 1
    if which in ("last", "past", "previous"):
        months -= 12 if months >= now else 0
    elif which in ("next", "coming"):
        months += 12 if months <= now else 0
    elif not which and months > now:
        months -= 12
    return _first(months), _first(months + 1)


def _quarter(match: re.Match[str], reference: date) -> tuple[date, date]:
    year = reference.year + _STEP[match["which"].lower()]
    first = year * 12 + 3 * (int(match["q"]) - 1)
    return _first(first), _first(first + 3)


def _last_weekday(match: re.Match[str], reference: date) -> tuple[date, date]:
    """Read a weekday alone as a report means it: the last one up to its own day."""
    back = (reference.weekday() - _WEEKDAYS.index(match["day"][:3].lower())) % 7
    return _day(reference - timedelta(days=back))


def _week_of_month(match: re.Match[str], reference: date) -> tuple[date, date]:
    first, _ = _month(match, reference)
    monday = first + timedelta(days=(7 - first.weekday()) % 7)
    start = monday + timedelta(days=7 * _NTH[match["nth"].lower()])
    return start, start + timedelta(days=7)


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], tuple[date, date]]], ...] = (
    (
        re.compile(rf"\b{_COUNT}\s+{_UNIT}\s+(?P<side>before|after|from)\s+(?P<base>yesterday|today|tomorrow)\b", re.I),
        _away,
    ),
    (re.compile("|".join(rf"\b{near}\b" for near in sorted(_NEAR, key=len, reverse=True)), re.I), _near),
    (re.compile(rf"\b(?P<chain>{_LINK}(?:,?\s+(?:and\s+)?{_LINK})+)\s+ago\b", re.I), _chain),
    (
        re.compile(
            rf"\b(?:on\s+)?(?P<day>{_WEEKDAY})\s+(?:of\s+)?(?P<which>{_WHICH})\s+week\b"
            rf"|\b(?P<which2>{_WHICH})\s+week\s+(?:on\s+)?(?P<day2>{_WEEKDAY})\b",
            re.I,
        ),
        _weekday_of_week,
    ),
    (re.compile(rf"\bin\s+{_COUNT}\s+{_UNIT}\b(?!\s+(?:of|time))", re.I), _away),
    (re.compile(rf"\b{_COUNT}\s+{_UNIT}\s+(?P<ago>ago|back|earlier|before\s+now)\b", re.I), _away),
    (re.compile(rf"\b(?:in\s+)?{_COUNT}\s+{_UNIT}\s+(?:from\s+now|hence|later)\b", re.I), _away),
    (
        re.compile(rf"\b(?:the\s+)?(?P<which>last|past|previous|next|coming|following)\s+{_COUNT}\s+{_UNIT}\b", re.I),
        _stretch,
    ),
    (re.compile(rf"\b(?P<which>{_WHICH})\s+(?P<day>{_WEEKDAY})\b", re.I), _weekday),
    (
        re.compile(
            rf"\b(?P<part>{'|'.join(_PARTS)})[\s-]+(?P<which>{_WHICH})\s+(?P<unit>week|month|quarter|year)\b", re.I
        ),
        _part,
    ),
    (
        re.compile(
            r"\brest\s+(?:of\s+)?(?:the\s+|this\s+|(?:the\s+)?current\s+)?(?P<unit>week|month|quarter|year)\b", re.I
        ),
        _rest,
    ),
    (re.compile(rf"\bQ(?P<q>[1-4])\s+(?P<which>{_WHICH})\s+year\b", re.I), _quarter),
    (
        re.compile(
            rf"\bthe\s+(?P<nth>{'|'.join(_NTH)})\s+week\s+of\s+(?:(?P<which>{_WHICH})\s+)?{_LONG_MONTH}{_NO_DAY}", re.I
        ),
        _week_of_month,
    ),
    (re.compile(rf"\b(?P<which>{_WHICH})\s+{_LONG_MONTH}{_NO_DAY}", re.I), _month),
    (re.compile(rf"\b(?P<which>{_WHICH})\s+(?P<unit>weekend|week|month|quarter|year)\b", re.I), _calendar),
    (
        re.compile(
            rf"(?<![\w/.-])(?<!\d\s)(?<!\dth\s)(?P<which>)(?!(?-i:May|March|Mar)\b){_LONG_MONTH}{_NO_DAY}", re.I
        ),
        _month,
    ),
    (
        re.compile(
            r"(?<!\w)(?<!first\s)(?<!second\s)(?<!third\s)(?<!week\s)(?P<day>(?-i:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day))"
            r"(?![a-z]|,?\s+(?:the\s)?\w*\d|\s+(?:the|of|next|last|this|jan))",
            re.I,
        ),
        _last_weekday,
    ),
)
