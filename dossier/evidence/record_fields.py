"""What a field of a record says, apart from the words that tell whose record it is and of which day.

Here: taking a claim made of a field apart again. Not here: making such claims (`extractive/records.py`) and comparing
records (`amendments.py`).
"""

from __future__ import annotations

import re
from datetime import date

from dossier.evidence.dates import find_dates

_ASIDE = re.compile(r"\s*\((?P<aside>[^()]*)\)$")
_STATE = re.compile(r"\bstate\s+of\s+(?P<code>[A-Z]{2})\b", re.I)


def field_value(statement: str, label: str, day: date | None) -> str:
    """Return what `statement` says of the field `label`: `88 employees affected`, `2026-03-02`.

    The day of the record, in brackets behind it, is no part of the value. A statement that does not name its field
    is returned whole.
    """
    bare = _without_day(statement, day)
    if f"{label}:" in bare:
        return bare.rpartition(f"{label}:")[2].strip()
    if label and bare.lower().endswith(f" {label.lower()}"):
        return bare.rpartition(": ")[2]
    return statement


def whose_record(statement: str, place: str | None) -> str:
    """Return the name before the first colon, without the place behind it: `Acme Inc`."""
    head = statement.partition(": ")[0]
    return head.removesuffix(f", {place}") if place else head


def state_of(statement: str) -> str | None:
    """Return the code of the state that the heading of a record names, or None."""
    found = _STATE.search(statement)
    return found["code"].upper() if found else None


def _without_day(statement: str, day: date | None) -> str:
    """Return `statement` without the brackets at its end if they hold the record's day."""
    aside = _ASIDE.search(statement)
    dated = aside and any(found.value.value == day for found in find_dates(aside["aside"]))
    return statement[: aside.start()] if aside and dated else statement
