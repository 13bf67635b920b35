"""Dates in a text, each with its precision: from `2024-05-07` over `Q3 2025` to `by 2030`.

Here: finding dates that the words themselves fix, and their exact words. Not here: relative time (`last year`),
which the words do not fix, and the age of events (`dossier/steps/why_now.py`). A fiscal year or quarter is only
as precise as the calendar year, because fiscal years begin when a company likes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import NamedTuple

from dossier.evidence.spans import Taken
from dossier.models import EventDate, Precision


class FoundDate(NamedTuple):
    """A date at `text[start:end]`; `value.text` is exactly those characters."""

    start: int
    end: int
    value: EventDate


_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may\.?|june?\.?|july?\.?|aug(?:ust|\.)?"
    r"|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day|\.)?,?\s+)?"
_YEAR = r"(?:19|20)\d\d(?![\d,.]*\d|%|s\b)"
_OLD_YEAR = r"(?:1[0-9]|20)\d\d"  # beside a day and a month any year is one
_YEAR2 = r"(?:19|20)\d\d|[’'‘]\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!,\d{3}(?!\d))(?![\d/%]|\.\d)"
_ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th|last|final)"
_FISCAL = r"(?:fiscal(?:\s+years?)?|FY)"
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4, "final": 4,
}  # fmt: skip
_DAY_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_SPELLED_DAY = rf"(?:twenty[\s-](?:{'|'.join(_DAY_WORDS[:9])})|thirty[\s-]first|thirtieth|{'|'.join(_DAY_WORDS)})"
_SUFFIX = re.compile(r"\D+$")


class _Form(NamedTuple):
    """One way to write a date: where it matches, and what it reads (None: no date after all)."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], tuple[date, Precision] | None]


def _day(match: re.Match[str]) -> tuple[date, Precision] | None:
    return _made(_year(match["y"]), month_number(match["m"]), int(_SUFFIX.sub("", match["d"])), Precision.DAY)


def _slashed(match: re.Match[str]) -> tuple[date, Precision] | None:
    month, day = int(match["m"]), int(match["d"])
    if month > 12 >= day:
        month, day = day, month
    return _made(_year(match["y"]), month, day, Precision.DAY)


def _spelled(match: re.Match[str]) -> tuple[date, Precision] | None:
    return _made(int(match["y"]), month_number(match["m"]), _read_ordinal(match["d"]), Precision.DAY)


def _read_ordinal(words: str) -> int:
    low = re.split(r"[\s-]+", words.lower())
    tens = {"twenty": 20, "thirty": 30}.get(low[0], 0) if len(low) > 1 else 0
    return 30 if low[-1] == "thirtieth" else tens + _DAY_WORDS.index(low[-1]) + 1


def _iso(match: re.Match[str]) -> tuple[date, Precision] | None:
    return _made(int(match["y"]), int(match["m"]), int(match["d"]), Precision.DAY)


def _month_of_year(match: re.Match[str]) -> tuple[date, Precision] | None:
    if match["m"] in ("may", "march", "mar"):
        return None
    return _made(_year(match["y"]), month_number(match["m"]), 1, Precision.MONTH)


def _numeric_month(match: re.Match[str]) -> tuple[date, Precision] | None:
    if match["sep"] == "-" and int(match["m"]) == int(match["y"][2:]) + 1:  # 2011-12 is a season or a school year
        return None
    return _made(int(match["y"]), int(match["m"]), 1, Precision.MONTH)


def _quarter(match: re.Match[str]) -> tuple[date, Precision] | None:
    groups = match.groupdict()
    if groups.get("fiscal"):
        return _made(_year(match["y"]), 1, 1, Precision.YEAR)
    number = _ORDINALS.get(match["q"].lower()) or int(match["q"])
    return _made(_year(match["y"]), 3 * number - 2, 1, Precision.QUARTER)


def _half(match: re.Match[str]) -> tuple[date, Precision] | None:
    if match.groupdict().get("fiscal"):
        return _made(_year(match["y"]), 1, 1, Precision.YEAR)
    second = match["h"].lower() in ("second", "2nd", "last", "latter", "2")
    return _made(_year(match["y"]), 7 if second else 1, 1, Precision.HALF)


def _part(match: re.Match[str]) -> tuple[date, Precision] | None:
    """Read early, late, start, end and seasons as the half they surely fall into, the rest as the year."""
    part = re.sub(r"[\s-]+", " ", match["p"].lower()).strip()
    if part in ("early", "start", "beginning", "spring"):
        return _made(_year(match["y"]), 1, 1, Precision.HALF)
    if part in ("late", "end", "year end", "fall", "autumn"):
        return _made(_year(match["y"]), 7, 1, Precision.HALF)
    return _made(_year(match["y"]), 1, 1, Precision.YEAR)


def _year_alone(match: re.Match[str]) -> tuple[date, Precision] | None:
    return _made(_year(match["y"]), 1, 1, Precision.YEAR)


def _fiscal_year(match: re.Match[str]) -> tuple[date, Precision] | None:
    return _made(_year(match["y"]), 1, 1, Precision.YEAR)


def _form(pattern: str, read: Callable[[re.Match[str]], tuple[date, Precision] | None]) -> _Form:
    return _Form(re.compile(pattern, re.I), read)


_NOT_IN_WORD = r"(?<![\w$€£/.-])"
_OF_YEAR = (
    rf"[\s,]{{0,2}}(?:(?:of|in)\s+)?(?:(?:the\s+)?(?P<fiscal>{_FISCAL})\s*)?(?P<y>{_YEAR2}|(?<=FY)\d\d)(?![\d,.]*\d)"
)
_DATED = (
    _form(rf"\b(?:the\s+)?(?P<d>{_SPELLED_DAY})\s+(?:of\s+)?(?P<m>{MONTH}),?\s+(?P<y>{_OLD_YEAR})\b", _spelled),
    _form(rf"{_NOT_IN_WORD}(?P<y>{_OLD_YEAR})-(?P<m>{MONTH})-(?P<d>{_DAY})\b", _day),
    _form(rf"{_NOT_IN_WORD}(?P<d>{_DAY})\s+(?P<m>{MONTH})\s+(?P<y>{_OLD_YEAR})\b", _day),
    _form(rf"{_NOT_IN_WORD}(?P<m>\d\d?)/(?P<d>\d\d?),\s?(?P<y>{_OLD_YEAR})\b", _slashed),
    _form(rf"{_WEEKDAY}{_NOT_IN_WORD}(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)(?=T\d|\D|$)", _iso),
    _form(rf"{_NOT_IN_WORD}(?P<y>(?:19|20)\d\d)\s?[/.]\s?(?P<m>\d\d?)\s?[/.]\s?(?P<d>\d\d?)(?!\d)", _iso),
    _form(
        rf"\b{_WEEKDAY}\b(?P<m>{MONTH})\s*(?P<d>{_DAY})(?:\s?(?:-|–|—|to|and|through)\s?{_DAY})?(?:,?\s*|\s+of\s+)"
        rf"(?P<y>{_YEAR2})(?!\d)",
        _day,
    ),
    _form(
        rf"\b{_WEEKDAY}(?:the\s+)?\b(?P<d>{_DAY})(?:\s?(?:-|–|—|to|and)\s?{_DAY})?\.?[\s-]{{0,2}}(?:day\s+)?(?:of\s+)?"
        rf"(?P<m>{MONTH})[\s,-]{{0,3}}(?:of\s+)?(?P<y>{_YEAR2})(?!\d)",
        _day,
    ),
    _form(rf"{_NOT_IN_WORD}(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>(?:19|20)\d\d|\d\d)(?![\d/])", _slashed),
    _form(rf"{_NOT_IN_WORD}(?P<m>\d\d?)(?P<s>[-.])(?P<d>\d\d?)(?P=s)(?P<y>(?:19|20)\d\d)(?![\d-])", _slashed),
)
_PERIODS = (
    _form(rf"\bQ(?P<q>[1-4])\b{_OF_YEAR}", _quarter),
    _form(r"\b(?P<q>[1-4])Q\s?(?P<y>(?:19|20)?\d\d)\b", _quarter),
    _form(r"\b(?P<y>(?:19|20)\d\d)[\s-]?Q(?P<q>[1-4])\b", _quarter),
    _form(rf"\b(?:the\s+)?(?P<q>{_ORDINAL})[\s-]+(?:fiscal\s+)?quarter{_OF_YEAR}", _quarter),
    _form(rf"{_NOT_IN_WORD}(?P<y>(?:19|20)\d\d),?\s+(?:the\s+)?(?P<q>{_ORDINAL})\s+quarter\b", _quarter),
    _form(rf"\b(?:the\s+)?(?P<h>first|second|1st|2nd|last|latter)[\s-]+half{_OF_YEAR}", _half),
    _form(rf"\b(?:H(?P<h>[12])\b{_OF_YEAR})", _half),
    _form(r"\b(?P<y>(?:19|20)\d\d)[\s-]?H(?P<h>[12])\b", _half),
    _form(r"\b(?P<h>[12])H\s?(?P<y>(?:19|20)?\d\d)\b", _half),
    _form(rf"\b{_FISCAL}\s?(?:year\s+)?(?P<y>{_YEAR2}|\d\d(?!\d))(?![\d,.]*\d)", _fiscal_year),
    _form(
        rf"\b(?P<m>{MONTH})(?:,\s?|\s?/\s?|\s*-\s*|\s+(?:of\s+)?|\s*(?=[’'‘]))(?P<y>{_YEAR2})(?![\d,.]*\d)",
        _month_of_year,
    ),
    _form(rf"{_NOT_IN_WORD}(?P<y>(?:19|20)\d\d)(?P<sep>[-/])(?P<m>0[1-9]|1[0-2])(?![\d/-])", _numeric_month),
    _form(rf"{_NOT_IN_WORD}(?P<m>0?[1-9]|1[0-2])\s?[/-]\s?(?P<y>(?:19|20)\d\d)(?![\d/-])", _month_of_year),
    _form(rf"\b(?P<y>(?:19|20)\d\d)\s(?P<m>{MONTH})(?![\w’'‘]|\s\d)", _month_of_year),
    _form(
        rf"\b(?P<p>early|mid|middle|late|start|beginning|end|year[\s-]end|spring|summer|fall|autumn|winter)"
        rf"[\s,-]{{1,2}}(?:part\s+)?(?:of\s+)?(?:calendar\s+(?:year\s+)?|(?:{_FISCAL})\s+)?(?P<y>{_YEAR})",
        _part,
    ),
    _form(
        rf"\b(?:in|by|since|until|till|during|throughout|before|after|through|between|around|circa|starting|beginning"
        rf"|from|as\s+of|for|to|effective|(?:calendar|full|financial)(?:\s+year)?|year|months\s+of|rest\s+of|remainder\s+of"
        rf"|course\s+of|most\s+of|all\s+of)\s+(?:(?:the|calendar|full)\s+)?(?:years?\s+)?(?P<y>{_YEAR})"
        r"(?!\s+(?:new\s+)?(?:jobs|employees|workers|people|units|square|megawatts|homes|miles|feet|acres|sites|stores|doses|shares)\b)",
        _year_alone,
    ),
)  # fmt: skip
_YEARS = _form(rf"{_NOT_IN_WORD}(?P<y>(?:19|20)\d\d)(?=\s?[-–—]\s?(?:19|20)\d\d(?![\w-]))", _year_alone)
_JOINED_YEAR = re.compile(rf"\s?(?:-|–|—|to|through|and|until)\s?(?P<y>{_YEAR})(?!-)", re.I)
_MONTH_DAY = re.compile(
    rf"\b{_WEEKDAY}\b(?:(?P<m>{MONTH})\s*(?P<d>{_DAY})|(?:the\s+)?(?P<d2>{_DAY})\s+(?:of\s+)?(?P<m2>{MONTH}))"
    r"(?![\w%]|[.,]\d|\s?(?:million|billion|percent|,?\s?(?:1[0-9]|20)\d\d))",
    re.I,
)
_RANGE_TO = re.compile(r"\s?(?:-|–|—|to|through|until|and)\s?", re.I)
_HAS_YEAR = re.compile(r"(?:1[0-9]|20)\d\d|\d/\d|[’'‘]\d\d|(?:FY|Q|H)\s?\d\d|fiscal", re.I)
_HAS_MONTH = re.compile(rf"{MONTH}\s{{0,3}}\d|\d(?:st|nd|rd|th)?\s{{1,3}}(?:of\s)?{MONTH}", re.I)


def find_dates(text: str, published: date | None = None) -> list[FoundDate]:
    """Return the dates in `text`, in order, never overlapping.

    A day without a year (`March 4`) is read only where `published` is given, as the nearest such day to it,
    or where it opens a range whose end has the year. The span of a year alone is
    the year without its preposition.
    """
    found: list[FoundDate] = []
    taken = Taken(len(text))

    def keep(finds: Iterable[FoundDate]) -> None:
        """Keep what an earlier form has not read: forms go from the most to the least exact."""
        found.extend(find for find in list(finds) if taken.take(find.start, find.end))

    if _HAS_YEAR.search(text):
        for form in (*_DATED, *_PERIODS, _YEARS):
            keep(_read(text, form))
        keep(_joined_years(text, found))
    if _HAS_MONTH.search(text):
        keep(_days_without_year(text, found, published))
    return sorted(found, key=lambda f: f.start)


def first_day(day: date, precision: Precision) -> date:
    """Return the first day of the period of `precision` that `day` lies in."""
    months = {Precision.YEAR: 12, Precision.HALF: 6, Precision.QUARTER: 3, Precision.MONTH: 1}.get(precision)
    return day if months is None else date(day.year, day.month - (day.month - 1) % months, 1)


def holds(period: EventDate, inner: EventDate) -> bool:
    """Return whether `inner` is `period` or lies within it: March 2024 holds March 15, 2024, not the reverse."""
    finer = list(Precision).index(inner.precision) <= list(Precision).index(period.precision)
    return finer and first_day(inner.value, period.precision) == period.value


def _read(text: str, form: _Form) -> Iterator[FoundDate]:
    for match in form.pattern.finditer(text):
        value = form.read(match)
        if value is not None:
            start = match.start("y") if form.read is _year_alone else match.start()
            yield _found(text, start, match.end(), value)


def _joined_years(text: str, found: list[FoundDate]) -> Iterator[FoundDate]:
    for old in [f for f in found if f.value.precision == Precision.YEAR]:
        match = _JOINED_YEAR.match(text, old.end)
        if match:
            yield _found(text, match.start("y"), match.end(), (date(int(match["y"]), 1, 1), Precision.YEAR))


def _days_without_year(text: str, found: list[FoundDate], published: date | None) -> Iterator[FoundDate]:
    dated = {f.start: f for f in found if f.value.precision == Precision.DAY}
    for match in _MONTH_DAY.finditer(text):
        month, day = match["m"] or match["m2"], match["d"] or match["d2"]
        if not month[0].isupper():
            continue
        number, joint = int(_SUFFIX.sub("", day)), _RANGE_TO.match(text, match.end())
        later = dated.get(joint.end()) if joint else None
        if later:
            value = _made(later.value.value.year, month_number(month), number, Precision.DAY)
        else:
            value = _nearest(month_number(month), number, published)
        if value is not None:
            yield _found(text, match.start(), match.end(), value)


def _nearest(month: int, day: int, published: date | None) -> tuple[date, Precision] | None:
    if published is None:
        return None
    years = (published.year - 1, published.year, published.year + 1)
    days = [made[0] for year in years if (made := _made(year, month, day, Precision.DAY))]
    return (min(days, key=lambda d: (abs(d - published), d)), Precision.DAY) if days else None


def _found(text: str, start: int, end: int, value: tuple[date, Precision]) -> FoundDate:
    return FoundDate(start, end, EventDate(value=value[0], precision=value[1], text=text[start:end]))


def _made(year: int, month: int, day: int, precision: Precision) -> tuple[date, Precision] | None:
    try:
        return date(year, month, day), precision
    except ValueError:
        return None


def _year(text: str) -> int:
    digits = int(text.strip("’'‘"))
    if digits >= 100:
        return digits
    return digits + (2000 if digits < 70 else 1900)


def month_number(text: str) -> int:
    """Return 1 to 12 for a month in digits or by its name, whole or short."""
    return int(text) if text.isdigit() else _MONTHS[text[:3].lower()]
