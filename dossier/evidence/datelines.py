"""The place and day at the head of a report: `TACOMA, Wash. — `, `BOISE, Idaho, June 12, 2025 (Made Wire) -- `.

Here: recognising one, so that a sentence begins behind it. Not here: the day it names: a source's day is that of its
import. A lone word in capitals may be the organisation itself, so a town needs its state, its day or its agency.
"""

from __future__ import annotations

import re

_ALONE = (
    "ATLANTA|BALTIMORE|BOSTON|CHICAGO|CINCINNATI|CLEVELAND|DALLAS|DENVER|DETROIT|HOUSTON|INDIANAPOLIS|LAS VEGAS|"
    "LONDON|LOS ANGELES|MIAMI|MILWAUKEE|MINNEAPOLIS|NEW ORLEANS|NEW YORK|PARIS|PHILADELPHIA|PHOENIX|PITTSBURGH|"
    "SAN ANTONIO|SAN DIEGO|SAN FRANCISCO|SEATTLE|ST\\. LOUIS|TOKYO|TORONTO|WASHINGTON"
)
_STATE = r",\s(?!Inc|Corp|Co\b|Company|Ltd|Limited|LLC|LP\b|PLC|AG\b)[A-Z][A-Za-z. ]{1,20}"
_DAY = r",\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s\d{1,2}(?:,\s\d{4})?"
_AGENCY = r",?\s[(/][^()/]{2,40}[)/]"
_WIRE = r"\s?--?\s?\([A-Z][A-Za-z ]{2,30}\)"
_TOWN = rf"(?:(?:{_ALONE})|[A-Z][A-Z.'’ -]{{2,30}}(?={_STATE}|{_DAY}|{_AGENCY}))"
_MIXED = rf"[A-Z][A-Za-z.'’ -]{{2,30}}{_STATE}(?={_DAY}|{_AGENCY}|{_WIRE})"  # `Tacoma, Wash., May 2, 2026 – `
_DATELINE = re.compile(
    rf"(?P<before>^|:\s)(?:{_MIXED}|{_TOWN}(?:{_STATE})??)(?:{_DAY})?(?:{_AGENCY}|{_WIRE})?"
    r"(?:\s*(?:—|–|--)\s*|\s*-\s+)"
)


def without_dateline(text: str) -> str:
    """Return `text` without a dateline at its head or behind a colon."""
    return _DATELINE.sub(r"\g<before>", text, count=1)


def behind_dateline(text: str) -> int:
    """Return where `text` goes on behind the dateline at its head, 0 where it has none."""
    found = _DATELINE.match(text)
    return found.end() if found else 0
