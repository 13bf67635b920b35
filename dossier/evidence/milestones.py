"""Dates with what is due then: a plant opens in 2027, production begins in May, bids are due on June 3.

Here: reading them, and whether two statements give one milestone other dates. Not here: dates without a milestone,
which tell when something was said (`dates.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from dossier.evidence.dates import find_dates, holds
from dossier.models import EventDate

MAX_GAP = 60
_DUE = {  # the first form counts: a closing date is no closing
    "deadline": r"deadline|due|expir(?:e|es|ed|y|ation)|closing\s+date",
    "opening": r"open(?:s|ed|ing)?|operational|operations|on\s?line|up\s+and\s+running",
    "production": r"production|producing|manufacturing\s+(?:begins?|starts?)",
    "construction": r"(?:construction|work|building)\s+(?:\w+\s+){0,3}(?:begin|start|commence)\w*"
    r"|br(?:eak|eaks|eaking|oke)\s+ground|groundbreaking|(?:begin|start|commence)\w*\s+(?:construction|building|work)",
    "completion": r"complet(?:e|es|ed|ion)|finish(?:ed)?|ready",
    "launch": r"launch(?:es|ed)?|lift\s?-?off",
    "closing": r"clos(?:e|es|ed|ing|ure)|shut\s+down",
    "delivery": r"deliver(?:y|ies|ed)?",
}
_MILESTONE = re.compile("|".join(rf"(?P<{name}>\b(?:{pattern})\b)" for name, pattern in _DUE.items()), re.I)
_AT = re.compile(
    r"(?:\b(?:in|on|for|of|is|are|was|as|to|be|begin|start|around|about|late|early|mid|fall|spring|summer|winter|the|end"
    r"|scheduled|expected|planned|slated|set|targeted)\b"
    r"|[\s:,-])*",
    re.I,
)
_BY = re.compile(
    r"\b(?:by|before|until|through|no\s+later\s+than|within|between|from|since|after)\b[\w\s]{0,12}$", re.I
)


class Milestone(NamedTuple):
    """What is due, and when."""

    what: str
    date: EventDate


def find_milestones(text: str) -> tuple[Milestone, ...]:
    """Return the milestones in `text` with a date of their own, in order; a limit (`by 2027`) is no date."""
    found: list[Milestone] = []
    for match in find_dates(text):
        start = max(0, match.start - MAX_GAP)
        before = text[start : match.start]
        named = list(_MILESTONE.finditer(before))
        told = named and not re.search(r"[.;!?]\s", before[named[-1].end() :]) and not _BY.search(before)
        if told and _AT.fullmatch(before[named[-1].end() :]):
            found.append(Milestone(str(named[-1].lastgroup), match.value))
    return tuple(found)


def disagree(a: Collection[Milestone], b: Collection[Milestone]) -> bool:
    """Return whether some milestone has dates in both, and none of them can be the same. Symmetric."""
    return any(
        not any(holds(x.date, y.date) or holds(y.date, x.date) for x in a for y in b if x.what == y.what == what)
        for what in {one.what for one in a} & {one.what for one in b}
    )
