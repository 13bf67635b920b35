"""Whether two records of the same thing are one: products, papers, places, persons, with whatever fields they have.

Here: comparing names, codes, numbers and further fields by what their values look like, and clusters of records.
Not here: notices (`amendments.py`) and names alone (`organisations.py`). No field is known by its name; the first
one that both fill is taken for the thing's name. Short bare numbers are no evidence: they may be anybody's key.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from dossier.evidence.names import fold

Record = Mapping[str, Any]
# thresholds and weights: chosen on six public sets, see docs/evaluation.md
SAME = 0.58
NAMESAKES = 0.2  # below it two names at one number are two tenants
STEM = 4  # letters that a slip rarely reaches
SAME_PERSON = 0.78
_TOKEN = re.compile(r"[a-z0-9]+(?:[.][0-9]+)?")
_SIGNS = re.compile(r"(?<=\w)[-/](?=\w)")
_CODE = re.compile(r"(?=.*\d)(?=.*[a-z])[a-z0-9]{4,}|\d{5,}")
_MEASURE = re.compile(
    r"\d+(?:gb|mb|tb|mm|cm|in|inch|x|hz|mhz|ghz|w|v|mp|ft|th|st|nd|rd|bit|pack|pk|ct|p|k|way|sheets?"
    r"|min|hours?)"
)
_UNIT_APART = re.compile(r"\b(\d+)\s(gb|mb|tb|mm|cm|mhz|ghz|mp)\b")
_COLOURS = frozenset(
    "black white red blue green silver gray grey pink purple orange yellow gold brown beige clear charcoal".split()
)
_PHONE = re.compile(r"\(?\d{3}\)?\s?[-/.]\s?\d{3}\s?-\s?\d{4}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_PRICE = re.compile(r"\d+\.\d+")
_WHOLE = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Thing:
    """What is read of a record once."""

    name: tuple[str, ...]
    text: frozenset[str]
    codes: frozenset[str]
    numbers: frozenset[str]
    phones: frozenset[str]
    years: frozenset[str]
    price: float | None
    fields: tuple[tuple[str, str], ...]


def same_records(pairs: Sequence[tuple[Record, Record]]) -> list[bool]:
    """Return for each pair whether both records are one thing. How telling a word is depends on all records."""
    things = [(_read(a), _read(b)) for a, b in pairs]
    rarity = _rarity(thing for pair in things for thing in pair)
    return [_likeness(a, b, rarity) >= SAME for a, b in things]


def likeness(a: Record, b: Record) -> float:
    """Return how sure two records are one thing, 0 to 1, each word as telling as any other."""
    one, other = _read(a), _read(b)
    return _likeness(one, other, {})


def _read(record: Record) -> _Thing:
    values = {key: _plain(value) for key, value in record.items() if value not in (None, "")}
    texts = {key: text for key, text in values.items() if text and not _WHOLE.fullmatch(text)}
    named = next(iter(texts.values()), "")
    everything = " ".join(texts.values())
    prices = [float(text) for text in texts.values() if _PRICE.fullmatch(text)]
    return _Thing(
        name=tuple(_tokens(named)),
        text=frozenset(_tokens(everything)),
        codes=frozenset(code for text in values.values() if not _PRICE.fullmatch(text) for code in _codes(text)),
        numbers=frozenset(t for t in _tokens(named) if t.replace(".", "").isdigit() or _MEASURE.fullmatch(t)),
        phones=frozenset(re.sub(r"\D", "", found) for found in _PHONE.findall(everything)),
        years=frozenset(text for text in values.values() if _YEAR.fullmatch(text)),
        price=prices[0] if prices else None,
        fields=tuple((key, text) for key, text in texts.items() if not _PRICE.fullmatch(text)),
    )


def _plain(value: object) -> str:
    text = fold(html.unescape(re.sub(r"&\s?(#\d+)\s?;", r"&\1;", str(value))))
    bare = re.sub(r"[`'’\"\\]", "", re.sub(r"\\?\s?['’]s\b", "", text))
    return _UNIT_APART.sub(r"\1\2", " ".join(bare.split()))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_SIGNS.sub(" ", text))


def _codes(text: str) -> set[str]:
    """Return the tokens that look like the number of a model, written together: `kx-tg8232b` -> `kxtg8232b`."""
    joined = re.sub(r"(?<=\w)[-/.](?=\w)", "", text)
    return {t for t in re.findall(r"[a-z0-9]+", joined) if _CODE.fullmatch(t) and not _MEASURE.fullmatch(t)}


def _rarity(things: Iterable[_Thing]) -> dict[str, float]:
    spread: Counter[str] = Counter()
    number = 0
    for thing in set(things):
        spread.update(thing.text)
        number += 1
    return {word: math.log(1 + number / count) for word, count in spread.items()}


def _likeness(a: _Thing, b: _Thing, rarity: Mapping[str, float]) -> float:
    score = _names(a, b, rarity)
    if a.phones and b.phones:
        return max(score, 0.95 if score >= NAMESAKES else 0.5) if a.phones & b.phones else 0.3
    if a.codes and b.codes:
        score += 0.4 if _shared_code(a.codes, b.codes) else -0.25
    score += 0.12 * _further(a, b)
    score -= 0.12 * _other_numbers(a, b) + 0.2 * _other_colours(a, b)
    if a.years and b.years and not a.years & b.years:
        score -= 0.2
    if a.price and b.price and max(a.price, b.price) > 2.5 * min(a.price, b.price):
        score -= 0.08
    return max(0.0, min(1.0, score))


def _names(a: _Thing, b: _Thing, rarity: Mapping[str, float]) -> float:
    """Return how much of the names' weight is shared: the mean of both ways, leaning to the shorter name."""

    def share(one: Sequence[str], text: frozenset[str]) -> float:
        total = sum(rarity.get(t, 1.0) for t in set(one))
        return sum(rarity.get(t, 1.0) for t in set(one) if t in text) / total if total else 0.0

    there, back = share(a.name, b.text), share(b.name, a.text)
    return 0.5 * max(there, back) + 0.5 * min(there, back)


def _shared_code(a: frozenset[str], b: frozenset[str]) -> bool:
    if a & b:
        return True
    return any(min(len(x), len(y)) >= 5 and (x.startswith(y) or y.startswith(x)) for x in a for y in b)


def _other_numbers(a: _Thing, b: _Thing) -> float:
    """Return 1 where each name has a number that the other lacks, a half where one has."""
    ours, theirs = a.numbers - b.text, b.numbers - a.text
    return 1.0 if ours and theirs else 0.0


def _other_colours(a: _Thing, b: _Thing) -> bool:
    ours, theirs = _COLOURS & a.text, _COLOURS & b.text
    return bool(ours and theirs and not ours & theirs)


def _further(a: _Thing, b: _Thing) -> float:
    """Return -1 to 1: how far the further texts that both fill agree."""
    others = dict(b.fields)
    alike = [fuzz.token_set_ratio(text, others[key]) / 100 for key, text in a.fields[1:] if key in others]
    return 2 * (sum(alike) / len(alike)) - 1 if alike else 0.0


def cluster_records(records: Sequence[Record]) -> list[int]:
    """Return for each record the number of its cluster: records of one person or place that differ by slips."""
    plain = [{key: _plain(value) for key, value in record.items() if value not in (None, "")} for record in records]
    home = list(range(len(records)))
    scored = [(score, i, j) for i, j in _pairs(plain) if (score := _slips(plain[i], plain[j])) >= SAME_PERSON]
    for _, i, j in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if home[i] != home[j]:
            first, second = home[i], home[j]
            home = [first if number == second else number for number in home]
    return home


def _pairs(records: Sequence[Mapping[str, str]]) -> list[tuple[int, int]]:
    """Return the pairs that share two values of their fields, or one and the start of another."""
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, record in enumerate(records):
        values = [(key, text) for key, text in record.items() if len(text) > 2]
        for one, other in combinations(values, 2):
            blocks[(*one, *other)].append(at)
            blocks[(*one, other[0], other[1][:STEM], "")].append(at)
            blocks[(*other, one[0], one[1][:STEM], "")].append(at)
    pairs: set[tuple[int, int]] = set()
    for block in blocks.values():
        if 1 < len(block) <= 50:
            pairs.update(combinations(block, 2))
    return sorted(pairs)


def _slips(a: Mapping[str, str], b: Mapping[str, str]) -> float:
    """Return the mean likeness of the fields that both fill, longer values weighing more."""
    total = weight = 0.0
    for key in a.keys() & b.keys():
        share = min(len(a[key]), len(b[key]), 8)
        total += share * JaroWinkler.similarity(a[key], b[key])
        weight += share
    return total / weight if weight else 0.0
