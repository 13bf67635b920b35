"""The verdict on one sentence of a dossier: what of it its quotes hold, and what they do not.

Here: names, numbers, dates, denials, plans, bounds and words of a sentence, judged together, with one reason. Not here:
each of these checks (`support.py`, `entailment.py`, `modality.py`), and what happens to a sentence that is not
supported (`dossier/steps/fact_check.py`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dossier.evidence import entailment
from dossier.evidence.modality import overstated
from dossier.evidence.support import Evidence, unlike_number

Ruling = Literal["supported", "partly", "unsupported"]
MOST_WORDS = 3  # words that a reason names


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with the reason against the sentence; '' where it is supported."""

    verdict: Ruling
    reason: str = ""


SUPPORTED = Finding("supported")


def verdict_on(text: str, evidence: Evidence, free: Collection[str] = ()) -> Finding:
    """Return how far `evidence` bears out the fact `text`; the words of `free` need no evidence.

    Unsupported: a name, number or date that no quote holds, a denial of what they say, another subject. Partly: told
    as further along, as more exact, or in words that go beyond the quotes.
    """
    basis = [evidence.texts[at] for at in entailment.find_support(text, evidence.texts)]
    side = entailment.stance(text, " ".join(basis))
    judgement = entailment.judge(text, evidence, free)
    if judgement.strange:
        return Finding("unsupported", judgement.strange)
    if side.label == "refuted":
        return Finding("unsupported", f"it denies what its quotes say, or the reverse: {side.reason}")
    if side.label == "neither":
        return Finding("unsupported", "its words have little to do with the quotes it cites")
    if judgement.reason == entailment.WORD_FOR_WORD:
        return SUPPORTED
    beyond = overstated(text, basis) or unlike_number(text, evidence)
    if not beyond and judgement.label != "supported":
        beyond = _words_beyond(text, evidence, free)
    return Finding("partly", beyond) if beyond else SUPPORTED


def _words_beyond(text: str, evidence: Evidence, free: Collection[str]) -> str:
    strange = entailment.missing_words(text, evidence, free)[:MOST_WORDS]
    if not strange:
        return "its words stand in its quotes, but not together"
    return f"its words go beyond its quotes: {', '.join(strange)}"
