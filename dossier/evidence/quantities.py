"""Plain numbers in a text, in digits or words: `1,234.5`, `twenty-one trillion`, `2 million`.

Here: finding them with their value. Not here: numbers with a unit (`counts.py`) or a currency (`money.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dossier.evidence.numbers import DIGITS, SCALE, WORDS, read_words, scaled

_NUMBER = re.compile(rf"(?<![\w.,])(?P<digits>-?{DIGITS})(?P<scale>{SCALE})?(?![\d])|\b(?P<words>{WORDS})", re.I)


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number at `text[start:end]`."""

    start: int
    end: int
    number: float


def find_numbers(text: str) -> list[FoundNumber]:
    """Return the numbers in `text`, in order."""
    found = ((match, _value(match)) for match in _NUMBER.finditer(text))
    return [FoundNumber(match.start(), match.end(), value) for match, value in found if value is not None]


def _value(match: re.Match[str]) -> float | None:
    if match["words"]:
        return read_words(match["words"])
    sign = -1 if match["digits"].startswith("-") else 1
    return sign * scaled(match["digits"].lstrip("-"), match["scale"] or "")
