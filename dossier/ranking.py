"""Words, queries and ranking of the corpus search: pure functions that decide every order.

Here: how text becomes words, what a query asks for, and how well a document answers it. Not here: where
candidates come from (`dossier/store/sources.py`): an index only proposes, so that every database gives the
same order.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

_WORD = re.compile(r"[^\W_]+")
_PIECE = re.compile(r'"([^"]*)"|(\S+)')
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_TITLE_WEIGHT = 3.0
_PHRASE_WEIGHT = 2.0
_SATURATION = 1.2
_LENGTH_SHARE = 0.75
_LEAST_PHRASE = 1.0  # a phrase counts, even if every candidate has it
_LEAST_WORD = 0.1
_MAX_TERMS = 32
_PLACES = 8  # looked at per term when a snippet is cut


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What a query asks for: at least one of `phrases` must occur; `words` rank. All in normal form."""

    phrases: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may answer a query: title and text in normal form, `length` in words."""

    key: int
    source_id: str
    title_terms: str
    terms: str
    length: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its score; higher is better."""

    candidate: Candidate
    score: float


def normal_form(text: str) -> str:
    """Return the words of `text`, without case, accents and punctuation, each between single blanks.

    The result begins and ends with a blank, so that ` a b ` stands in it exactly where the words a and b
    follow each other. Text without words gives one blank.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c)).casefold()
    words = _WORD.findall(text.lower())
    return f" {' '.join(words)} " if words else " "


def parse_query(query: str) -> SearchTerms:
    """Return what `query` asks for: "quoted phrases" (any must occur) and bare words; the word OR joins.

    A quotation mark without its partner counts as a blank. Repeated terms count once; at most 32 are kept.
    """
    phrases: dict[str, None] = {}
    words: dict[str, None] = {}
    for quoted, bare in _PIECE.findall(query.translate(_QUOTES)):
        if quoted and (phrase := normal_form(quoted).strip()):
            phrases[phrase] = None
        elif bare != "OR":
            words.update(dict.fromkeys(normal_form(bare).split()))
    return SearchTerms(tuple(phrases)[:_MAX_TERMS], tuple(words)[:_MAX_TERMS])


def rank(terms: SearchTerms, candidates: Sequence[Candidate]) -> list[Ranked]:
    """Return the candidates that answer `terms`, best first, ties by source id.

    The score follows BM25 over title and text: a term counts more the fewer of the candidates have it, less
    the longer the text; a hit in the title counts three times, a phrase twice. A candidate without any of the
    phrases (or, if there are none, of the words) is dropped.
    """
    needles = [(f" {phrase} ", True) for phrase in terms.phrases] + [(f" {w} ", False) for w in terms.words]
    counts = [[_frequency(needle, c) for needle, _ in needles] for c in candidates]
    required = len(terms.phrases) or len(needles)
    kept = [(c, row) for c, row in zip(candidates, counts, strict=True) if any(row[:required])]
    weights = _rarity([row for _, row in kept], [is_phrase for _, is_phrase in needles])
    mean = sum(c.length for c, _ in kept) / len(kept) if kept else 1.0
    ranked = [Ranked(c, _score(row, weights, c.length / (mean or 1.0))) for c, row in kept]
    return sorted(ranked, key=lambda r: (-r.score, r.candidate.source_id))


def snippet(text: str, terms: SearchTerms, width: int = 200) -> str:
    """Return about `width` characters of `text` around the place where most of `terms` stand together.

    Cut at blanks, white space folded, `…` where text was left out.
    """
    places = _places(text, terms)
    start = _densest(places, width) if places else 0
    first = max(0, start - width // 4)
    last = min(len(text), first + width)
    if first > 0:
        first = text.find(" ", first, start) + 1 or start
    if last < len(text):
        last = max(text.rfind(" ", first, last), first + width // 2)
    body = " ".join(text[first:last].split())
    return f"{'… ' if first > 0 else ''}{body}{' …' if last < len(text) else ''}"


def _frequency(needle: str, candidate: Candidate) -> float:
    return candidate.terms.count(needle) + _TITLE_WEIGHT * candidate.title_terms.count(needle)


def _rarity(rows: Sequence[Sequence[float]], is_phrase: Sequence[bool]) -> list[float]:
    """Return each term's weight: the logarithm of how few of the candidates have it, never nothing."""
    weights = []
    for column, phrase in enumerate(is_phrase):
        having = sum(1 for row in rows if row[column])
        weight = math.log(1 + (len(rows) - having + 0.5) / (having + 0.5))
        weights.append(_PHRASE_WEIGHT * max(weight, _LEAST_PHRASE) if phrase else max(weight, _LEAST_WORD))
    return weights


def _score(frequencies: Iterable[float], weights: Iterable[float], relative_length: float) -> float:
    damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * relative_length)
    score = sum(
        weight * frequency * (_SATURATION + 1) / (frequency + damping)
        for frequency, weight in zip(frequencies, weights, strict=True)
        if frequency
    )
    return round(score, 6)


def _places(text: str, terms: SearchTerms) -> list[int]:
    """Return where terms stand in `text`, a few places of each, in order."""
    folded = text.lower()
    if len(folded) != len(text):
        return []  # a letter whose small form is longer: offsets would not fit
    found = [place for term in (*terms.phrases, *terms.words) for place in _standing(folded, term)]
    return sorted(found or _spelled_apart(folded, terms))


def _standing(folded: str, term: str) -> Iterable[int]:
    place, count = folded.find(term), 0
    while place >= 0 and count < _PLACES:
        end = place + len(term)
        if not folded[max(0, place - 1) : place].isalnum() and not folded[end : end + 1].isalnum():
            yield place
            count += 1
        place = folded.find(term, end)


def _spelled_apart(folded: str, terms: SearchTerms) -> Iterable[int]:
    """Yield where a phrase stands with signs between its words, as `at t` does in AT&T."""
    for phrase in terms.phrases:
        pattern = r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, phrase.split())) + r"(?![^\W_])"
        yield from (match.start() for match in islice(re.finditer(pattern, folded), _PLACES))


def _densest(places: Sequence[int], width: int) -> int:
    """Return the first of `places` that has the most others within `width` after it."""
    best, best_count = places[0], 0
    end = 0
    for begin, place in enumerate(places):
        while end < len(places) and places[end] < place + width:
            end += 1
        if end - begin > best_count:
            best, best_count = place, end - begin
    return best
