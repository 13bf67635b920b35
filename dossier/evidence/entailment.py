"""How far evidence bears out a claim: whether it supports it, which side it takes, and which sentences do.

Here: what words, numbers, names and word pairs of a claim the evidence holds, and what speaks against it. Not here:
what follows for a sentence of a dossier (`verdicts.py`), and the reading of values (`support.py`).
Words cannot decide what only understanding can: the figures in docs/evaluation.md say how far they carry.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from dossier.evidence import support
from dossier.evidence.facts import stem
from dossier.evidence.quotes import bind
from dossier.evidence.words import MAX_ZIPF, is_telling, joined, share, tokens, weight, weighted_stems

Label = Literal["supported", "refuted", "neither"]
# Weights and thresholds were fitted on the first halves of four public sets, see docs/evaluation.md.
SUPPORTED = 1.2
COVERED, IN_TWO, IN_THREE = 0.9, 1.0, 0.9  # the claim's words in all the evidence, in its two, three best sentences
PAIRS, NAMES = 0.57, 0.35  # neighbouring words; names
STRANGEST, VALUE, NAME = -1.05, -0.8, -0.4  # the most telling word that is missing; a number or date; a name
AMOUNT = -3.0  # an amount of money that stands nowhere is another fact: set, not fitted
MOST = COVERED + IN_TWO + IN_THREE + PAIRS + NAMES
RELATED = 0.2
WORD_FOR_WORD = "it stands there word for word"
LEAST_GAIN, MOST_SENTENCES = 0.12, 3
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][\w’'-]+")
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nor|neither|without|cannot|\w+n['’]t|fail(?:s|ed)?|lack(?:s|ed)?|unlikely|false|myth|hoax"
    r"|wrong|incorrect|untrue|refut\w+|contradict\w*|den(?:y|ies|ied)|disput\w+|insufficient|little|hardly|ineffective"
    r"|unable|absence|contrary|cancel(?:l?ed|s)?|halt(?:ed|s)?|abandon(?:ed|s)?|withdr[aoe]wn?|reject(?:ed|s)?)\b",
    re.I,
)
_CLAUSES = re.compile(
    r"(?<=[.!?])\s+(?=[A-Z\"“])|(?<!\s)\s*\n\s*|;\s|,\s+(?=(?:but|while|whereas|although|though|and|which|who)\b)"
    r"|\s(?=(?:but|while|whereas|although)\s)"
)
_MORE = re.compile(
    r"\b(?:increas|rise|rising|rose|grow|grew|gain|higher|more|expand|warm|accelerat|worse|harm|danger|severe)", re.I
)
_LESS = re.compile(
    r"\b(?:decreas|fall|fell|declin|reduc|shrink|shrank|lower|less|loss|lost|cool|slow|better|benefi|safe|protect|mild)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome; `score` orders claims by how much of them the evidence holds.

    `strange` says which name, number or date of the claim the evidence does not hold.
    """

    label: Label
    score: float
    reason: str
    strange: str = ""


def judge(claim: str, evidence: support.Evidence, free: Collection[str] = ()) -> Judgement:
    """Return whether the texts of `evidence` together bear out all of `claim`; the words of `free` need no evidence."""
    if any(is_verbatim(claim, text) for text in evidence.texts):
        return Judgement("supported", MOST, WORD_FOR_WORD)
    strange = support.unsupported_value(claim, evidence, free)
    held = support_score(claim, evidence, free, strange)
    if held >= SUPPORTED:
        return Judgement("supported", held, "its words, names and values stand in the evidence", strange)
    return Judgement("neither", held, "the evidence holds too little of it", strange)


def stance(claim: str, text: str) -> Judgement:
    """Return which side `text` takes on `claim`, be it proof or not: a text off the subject takes none.

    A denial counts in the part of `text` that tells most of the claim: what is denied beside it is another matter.
    """
    if is_verbatim(claim, text):
        return Judgement("supported", 1.0, WORD_FOR_WORD)
    wanted = weighted_stems(claim)
    held = share(wanted, weighted_stems(text))
    if held < RELATED:
        return Judgement("neither", held, "it speaks of something else")
    part = max(_CLAUSES.split(text), key=lambda one: share(wanted, weighted_stems(one)))
    if bool(_DENIAL.search(claim)) != bool(_DENIAL.search(part)):
        return Judgement("refuted", held, "one of them denies")
    if _direction(claim) * _direction(part) < 0:
        return Judgement("refuted", held, "one tells of more, the other of less")
    return Judgement("supported", held, "it tells of the same and denies nothing")


def is_verbatim(claim: str, text: str) -> bool:
    """Return whether `claim` stands in `text` word for word, whatever the white space and the full stop."""
    said = claim.rstrip(" .")
    return bool(said) and bind(text, said) is not None


def support_score(
    claim: str, evidence: support.Evidence, free: Collection[str] = (), strange: str | None = None
) -> float:
    """Return how much of `claim` the texts of `evidence` hold; from `SUPPORTED` on it is borne out.

    `free` are words that need no evidence. `strange` is what `support.unsupported_value` says of the claim, where the
    caller knows it.
    """
    unfree = {stem(word) for word in free}
    wanted = {key: value for key, value in weighted_stems(claim).items() if key not in unfree}
    parts = [weighted_stems(text) for text in evidence.texts]
    known, together = joined([*parts, *map(weighted_stems, evidence.attribution)]), " ".join(evidence.texts)
    gains = [gain for _, gain in _best(wanted, parts, MOST_SENTENCES)]
    names = set(_NAME.findall(claim))
    return (
        COVERED * share(wanted, known)
        + IN_TWO * sum(gains[:2])
        + IN_THREE * sum(gains)
        + PAIRS * _shared_pairs(claim, together)
        + NAMES * (sum(name in together for name in names) / len(names) if names else 1.0)
        + STRANGEST * max((value for key, value in wanted.items() if key not in known), default=0.0) / MAX_ZIPF
        + _against(support.unsupported_value(claim, evidence, free) if strange is None else strange)
    )


def missing_words(claim: str, evidence: support.Evidence, free: Collection[str] = ()) -> list[str]:
    """Return the words of `claim` that stand nowhere in `evidence`, the most telling first."""
    known = joined(map(weighted_stems, (*evidence.texts, *evidence.attribution)))
    unfree = {stem(word) for word in free}
    strange = {word for word in tokens(claim) if is_telling(word) and stem(word) not in known.keys() | unfree}
    return sorted(strange, key=lambda word: (-weight(word), word))


def _against(strange: str) -> float:
    """Return what a name, number, date or amount that the evidence does not hold takes off."""
    if strange.startswith("the amount"):
        return AMOUNT
    return NAME if strange.startswith("the name") else VALUE if strange else 0.0


def find_support(claim: str, sentences: Sequence[str]) -> list[int]:
    """Return the positions of the sentences that support `claim`, the one that adds most first."""
    verbatim = next((at for at, sentence in enumerate(sentences) if is_verbatim(claim, sentence)), None)
    if verbatim is not None:
        return [verbatim]
    best = _best(weighted_stems(claim), [weighted_stems(sentence) for sentence in sentences], MOST_SENTENCES)
    return [at for at, gain in best if gain >= LEAST_GAIN]


def _best(wanted: Mapping[str, float], parts: Sequence[Mapping[str, float]], most: int) -> list[tuple[int, float]]:
    """Return the parts that cover most of `wanted`, one after another, each with the share it adds."""
    total = sum(wanted.values())
    left = dict(wanted)
    chosen: list[tuple[int, float]] = []
    while parts and left and len(chosen) < most:
        gains = [sum(value for key, value in left.items() if key in part) for part in parts]
        at = max(range(len(parts)), key=lambda i: (gains[i], -i))
        if not gains[at]:
            break
        chosen.append((at, gains[at] / total if total else 0.0))
        left = {key: value for key, value in left.items() if key not in parts[at]}
    return chosen


def _shared_pairs(claim: str, text: str) -> float:
    ours, theirs = _neighbours(claim), _neighbours(text)
    return len(ours & theirs) / len(ours) if ours else 0.0


def _neighbours(text: str) -> set[tuple[str, str]]:
    stems = [stem(token) for token in tokens(text)]
    return set(pairwise(stems))


def _direction(text: str) -> int:
    """Return 1 where `text` tells of more only, -1 of less only, 0 of both or neither."""
    return bool(_MORE.search(text)) - bool(_LESS.search(text))
