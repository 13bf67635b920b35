"""How telling the words of a text are: its content words as stems, each with a weight from its rarity in English.

Here: stems with weights, and how much of one text's weight stands in another. Not here: what follows from it
(`paraphrase.py`, `entailment.py`, `records.py`). Rarity comes from word frequencies, so that no corpus is needed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from dossier.evidence.facts import stem

MAX_ZIPF = 8.0  # the Zipf frequency of `the` is 7.7; a word never seen weighs the whole of it
_TOKEN = re.compile(r"[^\W_]+(?:['’.&-][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_EMPTY = frozenset(
    """
    a an the and or but of to in on at by for with from as is are was were be been being it its this that these those he
    she they them his her their we our you your i my me him us there here who whom whose which what when where while
    will would can could shall should may might must do does did has have had not no nor so than then too very s t
    """.split()
)


@lru_cache(maxsize=100_000)
def weight(word: str) -> float:
    """Return how telling `word` (lower case) is, 0 to 8: rare words weigh more, numbers count as rare."""
    if any(c.isdigit() for c in word):
        return 6.0
    from wordfreq import zipf_frequency

    return max(0.0, MAX_ZIPF - float(zipf_frequency(word, "en")))


def weighted_stems(text: str) -> dict[str, float]:
    """Return the stems of the content words of `text` with their weights."""
    found: dict[str, float] = {}
    for token in tokens(text):
        if is_telling(token):
            key = stem(token)
            found[key] = max(found.get(key, 0.0), weight(token))
    return found


def is_telling(word: str) -> bool:
    """Return whether `word` (lower case) carries content: articles, pronouns and auxiliaries do not."""
    return word not in _EMPTY


def tokens(text: str) -> list[str]:
    """Return the words of `text` in lower case, joined ones taken apart: `U.S.-based` -> `us`, `based`."""
    return [
        part.replace(".", "")
        for token in _TOKEN.findall(text.lower())
        for part in re.split(r"[-&]", _POSSESSIVE.sub("", token))
        if part
    ]


def share(wanted: Mapping[str, float], known: Collection[str]) -> float:
    """Return which share of the weight of `wanted` stands in `known`, 0 to 1; 0 where nothing is wanted."""
    total = sum(wanted.values())
    return sum(value for key, value in wanted.items() if key in known) / total if total else 0.0


def overlap(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Return the weighted overlap of two texts, 0 to 1 (Dice). Symmetric."""
    total = sum(a.values()) + sum(b.values())
    shared = (told for key in a.keys() & b.keys() for told in (a[key], b[key]))
    return math.fsum(shared) / total if total else 0.0


def joined(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the stems of all `parts`."""
    return {key: value for part in parts for key, value in part.items()}
