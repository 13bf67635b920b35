"""Lengths of time in a text: `two weeks`, `3.5 years`, `half an hour`.

Here: finding them, with their seconds. Not here: when they begin (`periods.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dossier.evidence.numbers import DIGITS, WORDS, read_words, scaled

_SECONDS = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86_400,
    "week": 604_800, "month": 2_592_000, "year": 31_536_000, "decade": 315_360_000, "century": 3_153_600_000,
}  # fmt: skip
_UNIT = r"(?P<unit>seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|decades?|century|centuries)"
_DURATION = re.compile(
    rf"\b(?:(?P<half>half\s+an?)|(?P<digits>{DIGITS})|(?P<words>{WORDS})|(?P<one>an?))[\s-]*{_UNIT}\b", re.I
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time at `text[start:end]`. A month has 30 days here, a year 365."""

    start: int
    end: int
    seconds: float


def find_durations(text: str) -> list[Duration]:
    """Return the lengths of time in `text`, in order."""
    return [
        Duration(match.start(), match.end(), number * _seconds(match["unit"]))
        for match in _DURATION.finditer(text)
        if (number := _number(match)) is not None
    ]


def _number(match: re.Match[str]) -> float | None:
    if match["digits"]:
        return scaled(match["digits"])
    if match["words"]:
        return read_words(match["words"])
    return 0.5 if match["half"] else 1.0


def _seconds(unit: str) -> int:
    low = unit.lower()
    singular = "century" if low.startswith("centur") else low.removesuffix("s")
    return _SECONDS[singular]
