"""Plain numbers in a text, in digits or words: `1,234.5`, `minus 5`, `twenty-one trillion`, `three fifths`, `1.2e14`.

Here: finding them with their value. Not here: numbers with a unit (`counts.py`) or a currency (`money.py`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from dossier.evidence.numbers import BELOW_HUNDRED, DIGITS, SCALE, UNREAL, WORDS, read_words, scaled
from dossier.evidence.spans import Taken

_PARTS = {
    "half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "twentieth": 20, "hundredth": 100, "thousandth": 1_000, "millionth": 1_000_000,
}  # fmt: skip
_PART = "(?:" + "|".join(sorted(_PARTS, key=len, reverse=True)) + ")"
_MINUS = r"(?P<minus>(?:minus|negative)\s+)?"
_FRACTION = re.compile(rf"\b{_MINUS}(?P<over>{WORDS}|an?)[\s-]+(?P<under>{_PART})s?\b", re.I)
_MIXED = re.compile(
    rf"\b{_MINUS}(?:(?P<digits>{DIGITS})|(?P<words>{BELOW_HUNDRED}))\s+and\s+(?:an?|one)\s+(?P<part>half|quarter|third)"
    r"(?:\s+(?P<power>hundred|thousand|million|billion|trillion))?\b",
    re.I,
)
_RATIO = re.compile(rf"\b(?P<a>{DIGITS}|{WORDS})\s+over\s+(?P<b>{DIGITS}|{WORDS})\b", re.I)
_POWER = re.compile(
    rf"(?<![\w.])(?P<a>-?{DIGITS})(?:e(?P<e>[+-]?\d{{1,2}})|\s?[x×]\s?10\^(?P<t>[+-]?\d{{1,2}}))(?!\d)", re.I
)
_GROUPED = re.compile(r"(?<![\d.,]\s)(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d.,]\d|\s?\d)")
_SIGNS = re.compile("[¼½¾⅓⅔⅛⅜⅝⅞]")
_DOZENS = re.compile(rf"\b(?P<words>{WORDS}|{DIGITS})\s+(?:dozens?|dozs?)\b|\bhalf\s+a\s+(?P<half>dozen)\b", re.I)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?:(?P<minus>minus\s+)|(?P<sign>-))?(?P<digits>{DIGITS})(?P<scale>{SCALE}|\s(?:hundred|mil)\b|mil\b)?(?![\d]|[.,]\d)"
    rf"|\b(?:(?P<less>minus|negative)\s+)?(?P<words>{WORDS})",
    re.I,
)


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number at `text[start:end]`."""

    start: int
    end: int
    number: float


def find_numbers(text: str) -> list[FoundNumber]:
    """Return the numbers in `text`, in order, never overlapping: the longest way to write one wins."""
    taken = Taken(len(text))
    found = []
    for finds in (_fractions(text), _others(text), _plain(text)):
        found += [one for one in finds if abs(one.number) < UNREAL and taken.take(one.start, one.end)]
    return sorted(found, key=lambda one: one.start)


def _fractions(text: str) -> Iterator[FoundNumber]:
    for match in _MIXED.finditer(text):
        whole = scaled(match["digits"]) if match["digits"] else read_words(match["words"])
        if whole is not None:
            value = (whole + 1 / _PARTS[match["part"].lower()]) * scaled("1", match["power"] or "")
            value *= 100 if (match["power"] or "").lower() == "hundred" else 1
            yield FoundNumber(match.start(), match.end(), -value if match["minus"] else value)
    for match in _FRACTION.finditer(text):
        over = 1.0 if match["over"].lower() in ("a", "an") else read_words(match["over"])
        if over is not None:
            value = over / _PARTS[match["under"].lower()]
            yield FoundNumber(match.start(), match.end(), -value if match["minus"] else value)
    for match in _RATIO.finditer(text):
        a, b = _read(match["a"]), _read(match["b"])
        if a is not None and b:
            yield FoundNumber(match.start(), match.end(), a / b)


def _others(text: str) -> Iterator[FoundNumber]:
    for match in _POWER.finditer(text):
        sign = -1 if match["a"].startswith("-") else 1
        power = int(match["e"] or match["t"])
        if abs(power) < 17:
            yield FoundNumber(match.start(), match.end(), sign * scaled(match["a"].lstrip("-")) * 10.0**power)
    for match in _GROUPED.finditer(text):
        yield FoundNumber(match.start(), match.end(), float(re.sub(r"\D", "", match[0])))
    for match in _SIGNS.finditer(text):
        yield FoundNumber(match.start(), match.end(), unicodedata.numeric(match[0]))
    for match in _DOZENS.finditer(text):
        number = 0.5 if match["half"] else _read(match["words"])
        if number is not None:
            yield FoundNumber(match.start(), match.end(), 12 * number)


def _plain(text: str) -> Iterator[FoundNumber]:
    for match in _NUMBER.finditer(text):
        if match["words"]:
            value = read_words(match["words"])
            if value is not None:
                yield FoundNumber(match.start(), match.end(), -value if match["less"] else value)
            continue
        scale = (match["scale"] or "").strip().lower()
        factor = 100.0 if scale == "hundred" else 1e6 if scale == "mil" else 0.0
        value = scaled(match["digits"]) * factor if factor else scaled(match["digits"], match["scale"] or "")
        yield FoundNumber(match.start(), match.end(), -value if match["minus"] or match["sign"] else value)


def _read(said: str) -> float | None:
    return scaled(said) if said[0].isdigit() or said[0] == "." else read_words(said)
