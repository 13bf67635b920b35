"""Numbers as people write them: digits with separators, scales (`4.2 million`, `5bn`), words, and bounds.

Here: the pieces that `money.py`, `counts.py` and the fact-check share. Not here: what the number is of.
Everything is compiled once; a call costs microseconds.
"""

from __future__ import annotations

import re
from decimal import Decimal

from dossier.models import Bound

DIGITS = r"(?:\d{1,3}(?:,\d{3}){1,6}(?!\d)(?:\.\d{1,9})?|\d{1,18}(?:\.\d{1,9})?|\.\d{1,9})"
UNREAL = 1e17  # nothing is counted or paid in such numbers: digits run together, or mischief
SCALE = r"(?:[\s-]?(?:hundred\s)?(?:thousand|million|billion|trillion|mln|bn|mn|tn|mm)|[kmbt])\b"
_SCALES = {
    "k": 1_000,
    "thousand": 1_000,
    "m": 1_000_000,
    "mm": 1_000_000,
    "mn": 1_000_000,
    "mln": 1_000_000,
    "million": 1_000_000,
    "b": 1_000_000_000,
    "bn": 1_000_000_000,
    "billion": 1_000_000_000,
    "t": 1_000_000_000_000,
    "tn": 1_000_000_000_000,
    "trillion": 1_000_000_000_000,
}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: n for n, word in enumerate(_UNITS)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
_POWERS = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000}
_SMALL_WORD = "(?:" + "|".join([*reversed(_UNITS), *_TENS, "dozen"]) + ")"
BELOW_HUNDRED = rf"{_SMALL_WORD}(?:[\s-]{_SMALL_WORD})?"
_BIG_WORD = "(?:" + "|".join(["hundred", *_POWERS]) + ")"
WORDS = (
    rf"(?:half\s+(?:an?\s+)?{_BIG_WORD}|(?:an?\s+)?quarter\s+(?:of\s+an?\s+)?{_BIG_WORD}|(?:an?\s+(?:{_BIG_WORD}|dozen)|{_SMALL_WORD})"
    rf"(?:(?:[\s-]|\s+and\s+)(?:{_SMALL_WORD}|{_BIG_WORD})){{0,9}})\b"
)

_BEFORE = (
    (
        Bound.AT_MOST,
        r"up\s+to|as\s+(?:much|many)\s+as|at\s+most|(?:no|not)\s+more\s+than|less\s+than|fewer\s+than|under|below"
        r"|not\s+(?:to\s+)?exceed(?:ing)?|a?\s*maximum\s+of|<",
    ),
    (
        Bound.AT_LEAST,
        r"more\s+than|over|at\s+least|exceed(?:s|ed|ing)?|in\s+excess\s+of|north\s+of|a?\s*minimum\s+of|above"
        r"|(?:no|not)\s+(?:less|fewer)\s+than|greater\s+than|upwards?\s+of|surpass(?:es|ed|ing)|>",
    ),
    (Bound.ADDITIONAL, r"an?\s+(?:additional|extra|further|incremental)|additional|another"),
    (
        Bound.ABOUT,
        r"about|approximately|approx\.?|nearly|almost|around|roughly|some|an?\s+estimated|estimated|close\s+to|circa"
        r"|~|≈",
    ),
)
_BOUND_BEFORE = [(bound, re.compile(rf"(?:^|[^A-Za-z])(?:{words})\s*$", re.I)) for bound, words in _BEFORE]
_MORE_AFTER = re.compile(r"\s?\+|-plus\b|\s+plus\b|\s+or\s+more\b|\s+and\s+(?:up|above)\b", re.I)
_LESS_AFTER = re.compile(r"\s+or\s+(?:less|fewer)\b", re.I)
_ADDITIONAL_AFTER = re.compile(r"\s+(?:more\b(?!\s+than)|additional\b|extra\b)", re.I)


def scaled(digits: str, scale: str = "") -> float:
    """Return the value of `digits` (`4.2`, `1,500`) times `scale` (`million`, `bn`, `K`, empty for one)."""
    value = Decimal(re.sub(r"[,\s]", "", digits))
    for word in re.split(r"[\s-]+", scale.strip(" -").lower()):
        value *= 100 if word == "hundred" else _SCALES.get(word, 1)
    return float(value)


def read_words(words: str) -> float | None:
    """Return the value of a number in words (`twenty-five thousand`), or None where they do not make one."""
    tokens = [w for w in re.split(r"[\s-]+", words.lower().strip()) if w != "and"]
    part = {"half": 2, "quarter": 4}.get(next((w for w in tokens if w not in ("a", "an")), ""))
    if part:
        return _POWERS.get(tokens[-1], 100) / part
    tokens = tokens[1:] if tokens[0] in ("a", "an") else tokens
    total, current, last = 0, 0, None
    for word in tokens:
        if word in _SMALL:
            if last is not None and not (last % 100 == 0 or (20 <= last < 100 and _SMALL[word] < 10)):
                return None
            current, last = current + _SMALL[word], _SMALL[word]
        elif word in ("hundred", "dozen"):
            if current >= 100:
                return None
            current, last = max(current, 1) * (100 if word == "hundred" else 12), 100
        else:
            total, current, last = total + max(current, 1) * _POWERS[word], 0, 100
    return float(total + current)


def read_bound(text: str, start: int, end: int) -> Bound:
    """Return what the words around the number at `text[start:end]` say of it (`up to`, `or more`)."""
    before = text[max(0, start - 32) : start]
    for bound, pattern in _BOUND_BEFORE:
        if pattern.search(before):
            return bound
    if _MORE_AFTER.match(text, end):
        return Bound.AT_LEAST
    if _LESS_AFTER.match(text, end):
        return Bound.AT_MOST
    return Bound.ADDITIONAL if _ADDITIONAL_AFTER.match(text, end) else Bound.EXACT
