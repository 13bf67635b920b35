"""Lengths of time in a text: `two weeks`, `3.5 years`, `an hour and a half`, `1 year 2 months`, `all week`.

Here: finding them, with their seconds. Not here: when they begin (`periods.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dossier.evidence.numbers import DIGITS, WORDS, read_words, scaled

_SECONDS = {
    "second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "m": 60, "hour": 3600, "hr": 3600, "h": 3600,
    "day": 86_400, "week": 604_800, "fortnight": 1_209_600, "month": 2_592_000, "year": 31_536_000,
    "decade": 315_360_000, "century": 3_153_600_000,
}  # fmt: skip
_LONG = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|months?|years?|decades?|century|centuries)"
)
_HALF = r"(?:\s+and\s+(?:an?\s+)?half(?!\s+an?\b))"
_PART = re.compile(
    rf"\b(?:(?P<whole>all|full|whole|another)|(?P<half>half(?:\s+an?)?)|(?P<digits>{DIGITS})|(?P<words>{WORDS})|(?P<one>an?))"
    rf"(?P<more>{_HALF})?[\s-]*(?:business\s+)?(?P<unit>{_LONG})\b(?P<behind>{_HALF})?"
    rf"|(?<![\w.$€£])(?P<short>{DIGITS})(?P<letter>h|hrs?|s|min|mins|secs?)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time at `text[start:end]`. A month has 30 days here, a year 365."""

    start: int
    end: int
    seconds: float


def find_durations(text: str) -> list[Duration]:
    """Return the lengths of time in `text`, in order; parts of one length (`1 year 2 months`) as one."""
    found: list[Duration] = []
    for match in _PART.finditer(text):
        seconds = _seconds(match)
        if seconds is None:
            continue
        if found and _joins(text[found[-1].end : match.start()], match):
            found[-1] = Duration(found[-1].start, match.end(), found[-1].seconds + seconds)
        else:
            found.append(Duration(match.start(), match.end(), seconds))
    return found


def _joins(between: str, match: re.Match[str]) -> bool:
    """Return whether a part follows another at once: `1 year 2 months`, not `2 days, an hour later`."""
    return between.strip() == "" and bool(between) and not match["whole"]


def _seconds(match: re.Match[str]) -> float | None:
    if match["short"]:
        return scaled(match["short"]) * _unit(match["letter"])
    number = _number(match)
    if number is None:
        return None
    return (number + 0.5 * bool(match["more"] or match["behind"])) * _unit(match["unit"])


def _number(match: re.Match[str]) -> float | None:
    if match["digits"]:
        return scaled(match["digits"])
    if match["words"]:
        return read_words(match["words"])
    return 0.5 if match["half"] else 1.0


def _unit(word: str) -> int:
    low = word.lower()
    if low.startswith("centur"):
        return _SECONDS["century"]
    return _SECONDS[low] if low in _SECONDS else _SECONDS[low.removesuffix("s")]
