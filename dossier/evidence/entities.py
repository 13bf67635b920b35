"""Organisations and persons named in parsed text, cut to the name itself.

Here: what the parser calls an entity, trimmed, and terms that a contract defines (`Borrower`), which are none.
Not here: which organisation a sentence is about (`entity_gate.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from dossier.ports import ParsedSentence

Kind = Literal["organization", "person"]
_KINDS: dict[str, Kind] = {"ORG": "organization", "PERSON": "person"}


@dataclass(frozen=True, slots=True)
class Entity:
    """A name at `text[start:end]`."""

    start: int
    end: int
    kind: Kind


def find_entities(sentences: Iterable[ParsedSentence]) -> list[Entity]:
    """Return the organisations and persons in a parse, in order."""
    return [entity for sentence in sentences for entity in _entities(sentence)]


def _entities(sentence: ParsedSentence) -> Iterator[Entity]:
    for label, first, last in sentence.entities:
        kind = _KINDS.get(label)
        while first < last and sentence.tokens[first].pos in ("DET", "PUNCT"):
            first += 1
        while first < last and sentence.tokens[last - 1].tag in ("POS", ",", ".", ":"):
            last -= 1
        if kind and first < last:
            yield Entity(sentence.tokens[first].start, sentence.tokens[last - 1].end, kind)
