"""Notices that amend each other: whether two records report the same event, and which of their values changed.

Here: the comparison of records by place and date, and the grouping of a run's records. Not here: reading
records out of a text and what becomes of the fields that changed (`timelines.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from rapidfuzz import fuzz

from dossier.evidence.dates import find_dates
from dossier.evidence.names import words
from dossier.evidence.record_fields import field_value, state_of, whose_record
from dossier.models import Claim, Precision

MAX_DAYS_APART = 90
SAME_NAME = 85
SAME_PLACE = 90
_EFFECTIVE = re.compile(r"effective|begin|start|layoff\s+date|separation|closure\s+date", re.I)
_AMENDS = re.compile(r"\bamendment\s*:\s*(?:yes|true|y|1)\b|\b(?:amended|revised|updated|superseding)\b", re.I)
_COUNTED = re.compile(r"employees|workers|jobs|positions|affected", re.I)
_EMPTY = re.compile(r"(?:n[ /]?a|not\s+stated|unknown|various|none|tbd|-*)", re.I)


@dataclass(frozen=True, slots=True)
class Notice:
    """One record of an event; what is not known is None. `reported` is the notice's own date."""

    key: str
    employer: str | None = None
    state: str | None = None
    place: str | None = None
    reported: date | None = None
    effective: date | None = None
    count: float | None = None
    amends: bool = False


@dataclass(frozen=True, slots=True)
class RecordEvents:
    """For each record its notice, the key of its event (its first record's key), and pairs that may be one or two."""

    notices: dict[str, Notice]
    event_of: dict[str, str]
    unsure: list[tuple[str, str]]

    def amends(self, a: Claim, b: Claim) -> bool:
        """Return whether the field that two claims of one event give is one that the later notice changed.

        Fields that a notice does not know by name are taken as they are told.
        """
        known = _known_field(a.details.field) or _known_field(b.details.field)
        return known is None or known in self._changed(a.details.record or "", b.details.record or "")

    def _changed(self, a: str, b: str) -> frozenset[str]:
        """Return what differs between two records of one event, its days not where a register only swaps them."""
        event = self.event_of.get(a)
        same = event is not None and event == self.event_of.get(b)
        one, other = self.notices[a], self.notices[b]
        changed = changed_fields(one, other) if same else frozenset()
        return changed & {"employees_affected"} if _is_swapped(one, other) else changed


def same_event(a: Notice, b: Notice) -> bool:
    """Return whether `b` reports the event of `a` again or amends it. Symmetric.

    Employer and place must agree where both are known, and the notices (or, where one has no date, the
    effective dates) may lie at most 90 days apart, or any time where they name the same effective date.
    """
    if not _near(a, b):
        return False
    if a.state and b.state and a.state.lower() != b.state.lower():
        return False
    return _same_employer(a, b) and _same_place(a.place, b.place)


def _same_employer(a: Notice, b: Notice) -> bool:
    """Return whether the names agree: one with another number is another site, and of one day with other people too."""
    if not a.employer or not b.employer:
        return True
    one, other = a.employer.lower(), b.employer.lower()
    if fuzz.token_set_ratio(one, other) < SAME_NAME or re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    one_day = a.reported is not None and a.reported == b.reported
    return not one_day or _known(one) == _known(other) or None in (a.count, b.count) or a.count == b.count


def notice_of(record: Mapping[str, Any], key: str) -> Notice:
    """Return the notice in a register's record; a value that cannot be read counts as not known."""
    return Notice(
        key=key,
        employer=_text(record.get("employer_name")),
        state=_text(record.get("state")),
        place=_text(record.get("location")),
        reported=_day(record.get("notice_date")),
        effective=_day(record.get("effective_date")),
        count=_number(record.get("employees_affected")),
        amends=bool(_AMENDS.search(str(record.get("employer_name")))),
    )


def changed_fields(a: Notice, b: Notice) -> frozenset[str]:
    """Return which of date, effective date and number both notices give, with other values."""
    values = (
        ("notice_date", a.reported, b.reported),
        ("effective_date", a.effective, b.effective),
        ("employees_affected", a.count, b.count),
    )
    return frozenset(name for name, one, other in values if None not in (one, other) and one != other)


def relation(a: Notice, b: Notice) -> Literal["same", "unsure", "other"]:
    """Return whether two notices surely report one event, perhaps do, or do not. Symmetric.

    Sure is what the notices say: a declared amendment, the same effective date (a register that repeats a
    notice gives it as the notice's date) with the same place or number, or the same day with the same number.
    A further notice for the same place within 90 days may amend the first or be another round: that stays open.
    """
    if not same_event(a, b):
        return "other"
    repeats = (a.effective and a.effective in (b.effective, b.reported)) or (b.effective and b.effective == a.reported)
    same_day = a.reported is not None and a.reported == b.reported and a.count == b.count
    close = a.count == b.count or None in (a.count, b.count) or _known(a.place) == _known(b.place)
    return "same" if (repeats and close) or same_day or _later(a, b).amends else "unsure"


def record_events(claims: Iterable[Claim]) -> RecordEvents:
    """Return the events behind the records (`details.record`) among `claims`."""
    events: dict[str, str] = {}
    unsure: list[tuple[str, str]] = []
    seen: dict[str, list[Notice]] = {}
    for notice in _notices(claims):
        related = [(other, relation(other, notice)) for other in _near_by(notice, seen)]
        same = [other.key for other, how in related if how == "same"]
        open_ones = [other.key for other, how in related if how == "unsure"]
        events[notice.key] = events[same[-1]] if same else notice.key
        if open_ones and not same:
            unsure.append((open_ones[-1], notice.key))
        seen.setdefault(_known(notice.place), []).append(notice)
    notices = {notice.key: notice for met in seen.values() for notice in met}
    return RecordEvents(notices, events, unsure)


def _near_by(notice: Notice, seen: Mapping[str, list[Notice]]) -> list[Notice]:
    """Return the notices so far for the place of `notice`, in their order."""
    here = [place for place in seen if _same_place(place, notice.place)]
    met = [other for place in here for other in seen[place]]
    return met if len(here) < 2 else sorted(met, key=_order)


def _is_swapped(a: Notice, b: Notice) -> bool:
    """Return whether a register gives one notice twice, its two days the other way round: nobody changed them."""
    return None not in (a.reported, a.effective) and (a.reported, a.effective) == (b.effective, b.reported)


def _known_field(label: str | None) -> str | None:
    if label and _EFFECTIVE.search(label):
        return "effective_date"
    return "employees_affected" if label and _COUNTED.search(label) else None


def _text(value: object) -> str | None:
    return " ".join(str(value).split()) or None if value is not None else None


def _day(value: object) -> date | None:
    found = find_dates(str(value)) if value is not None else []
    return found[0].value.value if found and found[0].value.precision is Precision.DAY else None


def _number(value: object) -> float | None:
    digits = re.search(r"\d[\d,]*", str(value)) if value is not None else None
    return float(digits[0].replace(",", "")) if digits else None


def _later(a: Notice, b: Notice) -> Notice:
    return max(a, b, key=lambda notice: (notice.reported or notice.effective or date.min, notice.amends))


def _notices(claims: Iterable[Claim]) -> list[Notice]:
    by_record: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.details.record:
            by_record.setdefault(claim.details.record, []).append(claim)
    notices = [_notice(key, group) for key, group in by_record.items()]
    return sorted(notices, key=_order)


def _order(notice: Notice) -> tuple[date, date, str, str]:
    return (notice.reported or date.max, notice.effective or date.max, notice.place or "", notice.key)


def _notice(key: str, claims: list[Claim]) -> Notice:
    """Return the notice that the fields of one record make: what they say in words is read as in a register's row."""
    effective = [c for c in claims if c.details.field and _EFFECTIVE.search(c.details.field)]
    told = [field_value(c.statement, c.details.field or "", c.event_date) for c in effective]
    starts = [found[-1].value.value for said in told if (found := find_dates(said))]
    counted = [c for c in claims if _known_field(c.details.field) == "employees_affected"]
    numbers = [c.details.count.number for c in claims if c.details.count]
    place = min((c.details.place for c in claims if c.details.place), default=None)
    row = {
        "employer_name": min((whose_record(c.statement, place) for c in claims), key=lambda name: (len(name), name)),
        "state": min((code for c in claims if (code := state_of(c.statement))), default=None),
        "location": place,
        "notice_date": min((c.event_date for c in claims if c.event_date), default=None),
        "effective_date": min(starts, default=None),
        "employees_affected": min(numbers, default=None) or min(map(_stated, counted), default=None),
    }
    return replace(notice_of(row, key), amends=any(_AMENDS.search(c.statement) for c in claims))


def _stated(claim: Claim) -> str:
    return claim.statement.rpartition(f"{claim.details.field}:")[2].strip()


def _same_place(a: str | None, b: str | None) -> bool:
    known_a, known_b = _known(a), _known(b)
    if not known_a or not known_b:
        return known_a == known_b
    return _alike(known_a, known_b)


@lru_cache(maxsize=50_000)
def _alike(a: str, b: str) -> bool:
    return fuzz.token_set_ratio(a, b) >= SAME_PLACE


@lru_cache(maxsize=50_000)
def _known(place: str | None) -> str:
    text = " ".join(words(place or ""))
    return "" if _EMPTY.fullmatch(text) else text


def _near(a: Notice, b: Notice) -> bool:
    if a.effective and a.effective == b.effective:
        return True
    for one, other in ((a.reported, b.reported), (a.effective, b.effective)):
        if one and other:
            return abs((one - other).days) <= MAX_DAYS_APART
    return False
