"""Days of publication in the forms that vendors of searches write them.

Here: which forms are read, and nothing guessed: `3 days ago` counts from a moment that nobody states. Not here:
dates inside texts (`dossier/evidence/dates.py`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from email.utils import parsedate_to_datetime

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?![\d])")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WORDS = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")
_UNKNOWN = date(1970, 1, 1)  # what a missing time stamp looks like; the web is younger


def day_of(text: str | None) -> date | None:
    """Return the day that `text` names: ISO with or without time, RFC 2822, `1/31/2026`, `Jan 31, 2026`; else None."""
    try:
        found = _day(" ".join((text or "").split()))
    except (ValueError, OverflowError):
        return None
    return found if found and found > _UNKNOWN else None


def _day(text: str) -> date | None:
    if match := _ISO.match(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _US.fullmatch(text):
        return date(int(match[3]), int(match[1]), int(match[2]))
    for form in _WORDS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return parsedate_to_datetime(text).date() if "," in text else None
