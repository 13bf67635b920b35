"""Whether evidence supports a claim, refutes it, or neither; and which sentences of it do.

Here: how much of a claim's telling words, numbers and names the evidence holds, and what speaks against it. Not
here: the strict check of a dossier's sentences against their quotes (`support.py`). Words cannot decide what only
understanding can: the thresholds say how far words carry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dossier.evidence.facts import denies
from dossier.evidence.words import joined, share, weighted_stems

Label = Literal["supported", "refuted", "neither"]
SUPPORTED = 0.66  # thresholds: chosen on the first halves of the public sets, see docs/evaluation.md
RELATED = 0.35
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][\w’'-]+")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome: `score` 0 to 1 says how much of the claim the evidence holds."""

    label: Label
    score: float
    reason: str


def judge(claim: str, evidence: Sequence[str]) -> Judgement:
    """Return whether the texts of `evidence` together support `claim`."""
    held = support_score(claim, evidence)
    best = max(evidence, key=lambda text: support_score(claim, [text]), default="")
    if held >= RELATED and denies(claim) != denies(best):
        return Judgement("refuted", held, "one of them denies")
    if held >= SUPPORTED:
        return Judgement("supported", held, "its words stand in the evidence")
    return Judgement("neither", held, "the evidence holds too little of it")


def support_score(claim: str, evidence: Sequence[str]) -> float:
    """Return 0 to 1: how much of the claim's words, numbers and names the evidence holds."""
    known = joined(weighted_stems(text) for text in evidence)
    together = " ".join(evidence)
    parts = [(1.0, share(weighted_stems(claim), known))]
    for factor, pattern in ((0.3, _NUMBER), (0.2, _NAME)):
        wanted = set(pattern.findall(claim))
        if wanted:
            parts.append((factor, sum(one in together for one in wanted) / len(wanted)))
    return sum(factor * value for factor, value in parts) / sum(factor for factor, _ in parts)


def find_support(claim: str, sentences: Sequence[str]) -> list[int]:
    """Return the positions of the sentences that support `claim`, those that add most first."""
    wanted = weighted_stems(claim)
    known = [weighted_stems(sentence) for sentence in sentences]
    chosen: list[int] = []
    left = dict(wanted)
    while left and len(chosen) < 3:
        gains = [sum(v for k, v in left.items() if k in words) for words in known]
        best = max(range(len(gains)), key=lambda at: (gains[at], -at), default=None)
        if best is None or gains[best] < 0.15 * sum(wanted.values()):
            break
        chosen.append(best)
        left = {k: v for k, v in left.items() if k not in known[best]}
    return chosen
