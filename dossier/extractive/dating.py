"""When the event of a claim happened, as far as its words say, also by `last week` where the source has a day.

Here: choosing the date of an event among the dates and periods in its words. Not here: finding them
(`dossier/evidence/periods.py`).
"""

from __future__ import annotations

import re
from datetime import date

from dossier.evidence.periods import FoundPeriod, day_behind, find_event_periods
from dossier.extractive.drafting import Desk
from dossier.models import EventDate, Precision

# a target (`by 2030`), or the date of a paper (`the agreement dated as of May 2, 2022`)
_ELSEWHEN = re.compile(
    r"\b(?:(?:by|until|through|before|beyond|over|till|within)\s+(?:the\s+end\s+of\s+)?(?:the\s+)?"
    r"|(?:dated|due|maturing|expiring)\s+(?:as\s+of\s+|in\s+|on\s+)?)$",
    re.IGNORECASE,
)
# when the organisation began, set off from what it does: `Founded in 1950, Acme opened a mill`
_BEGAN = re.compile(
    r"(?:^|[,(]\s*)(?:(?:which|that)\s+was\s+)?(?:founded|established|formed|incorporated|headquartered)\b[^,;]{0,40}$",
    re.IGNORECASE,
)


def event_date(text: str, desk: Desk) -> EventDate | None:
    """Return the most exact date in `text` that tells when something happened, of several the first.

    Not until when it is planned, and not a day after the source was published.
    """
    behind = _behind_publication(desk)
    told = [
        found.value
        for found in find_event_periods(text, _reference(desk))
        if not _ELSEWHEN.search(text[: found.start])
        and not _BEGAN.search(text[: found.start])
        and (behind is None or found.value.value < behind)
    ]
    return min(told, key=lambda day: list(Precision).index(day.precision), default=None)


def dates_meant(text: str, desk: Desk) -> list[tuple[int, str]]:
    """Return (offset behind the words, day or period) of each relative time in `text`: `last week` says no day."""
    reference = _reference(desk)
    found = find_event_periods(text, reference) if reference else []
    return [(one.end, _written(one)) for one in found if one.relative and text[one.end : one.end + 1] not in ("'", "’")]


def _behind_publication(desk: Desk) -> date | None:
    """Return the day after the period in which the source was published; what it dates later, it only plans."""
    day, precision = desk.passage.published_at, desk.passage.published_precision or Precision.DAY
    return day_behind(EventDate(value=day, precision=precision, text="")) if day else None


def _reference(desk: Desk) -> date | None:
    """Return the day that relative time counts from: a source that is dated by its month or year gives none."""
    passage = desk.passage
    return passage.published_at if passage.published_precision is Precision.DAY else None


def _written(found: FoundPeriod) -> str:
    day = found.value.value
    if found.value.precision is Precision.DAY:
        return day.isoformat()
    return f"{day:%Y-%m}" if found.value.precision is Precision.MONTH else f"{day:%Y}"
