"""Matches a client's own question with the facts that share its words.

Here: the comparison by content words and their like. Not here: reading the facts and writing the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import ceil
from typing import Protocol, TypeVar

from dossier.extractive.icp import concept, word_forms

MAX_ANSWERS = 3
# of a question's content words a fact has to share this much: a wrong answer is worse than none
SHARE = 0.6
_STOP = frozenset(
    """what which when where does have will with from this that their they about into your how who is are there been
    the and for will has had was its our can did does not all were you many much some any should would could""".split()
)


class Stated(Protocol):
    """Anything with a statement."""

    @property
    def statement(self) -> str:
        """The fact in words."""
        ...


Fact = TypeVar("Fact", bound=Stated)


def find_answers(question: str, facts: Sequence[Fact]) -> list[Fact]:
    """Return at most MAX_ANSWERS facts that share most content words with `question`, best first, none twice."""
    asked = [concept(word) for word in re.findall(r"[a-z]{3,}", question.lower()) if word not in _STOP]
    scored = []
    for order, fact in enumerate(facts):
        words = re.findall(r"[a-z]{3,}", fact.statement.lower())
        forms = {form for word in words for form in word_forms(word)}
        overlap = sum(bool(forms & meaning) for meaning in asked)
        if overlap >= max(2, ceil(SHARE * len(asked))):
            scored.append((-overlap, order))
    best = {facts[order].statement: facts[order] for _, order in sorted(scored, reverse=True)}
    return list(reversed(best.values()))[:MAX_ANSWERS]
