"""Matches an event with the buying signals of a client's ideal customer profile, by concepts.

Here: which configured signal an event is an instance of, and its tier. A signal's name is read as words
(`new_plant_announced`, `grant_or_funding`); each word stands for the concept it belongs to, and every concept of
the name has to occur. Not here: finding events (`sentences.py`, `records.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from dossier.extractive.lexicon import (
    CONCEPTS,
    EMPTY_WORDS,
    EVENT_OF_NOUN,
    EVENT_OF_VERB,
    SHRINKING,
    SIGNAL_TYPE,
)
from dossier.models import IcpConfig, IcpSignal, SignalTier

# kinds of event that are no instance of a signal of another kind, with the words that tell them
_OWN_WORDS = {
    kind: frozenset(word for words in (EVENT_OF_VERB, EVENT_OF_NOUN) for word, of in words.items() if of == kind)
    for kind in ("DEAL", "LEADERSHIP", "LAYOFF", "REGULATORY", "AWARD")
}
Near = Callable[[frozenset[str], frozenset[str]], bool]
_WORD = re.compile(r"[a-z]{3,}")
_SUFFIXES = ("ions", "ion", "ing", "ed", "es", "s")


@dataclass(frozen=True, slots=True)
class SignalMatch:
    """The signal type and tier of an event, and why."""

    signal_type: str
    tier: SignalTier
    reason: str


@lru_cache(maxsize=4096)
def word_forms(word: str) -> frozenset[str]:
    """Return `word` with the forms it may be an ending of: `creating` -> `creating`, `creat`, `create`."""
    found = {word}
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            root = word[: -len(suffix)]
            found |= {root, root + "e", root[:-1] + "y" if root.endswith("i") else root}
            if len(root) > 3 and root[-1] == root[-2]:
                found.add(root[:-1])
    return frozenset(found)


@lru_cache(maxsize=4096)
def concept(word: str) -> frozenset[str]:
    """Return the lemmas that mean much the same as `word`, the word's own forms included."""
    stems = word_forms(word)
    for group in CONCEPTS:
        if stems & group:
            return group | stems
    return stems


@lru_cache(maxsize=1024)
def _readings(name: str) -> tuple[tuple[frozenset[str], ...], frozenset[frozenset[str]]]:
    """Return (alternatives of concepts, concepts that must not occur) of a signal's name."""
    parts = re.split(r"[^a-z0-9]+", name.lower())
    wanted, unwanted = parts, list[str]()
    if "without" in parts:
        cut = parts.index("without")
        wanted, unwanted = parts[:cut], parts[cut + 1 :]
    concepts = tuple(concept(p) for p in wanted if p and p not in EMPTY_WORDS and p != "or")
    return concepts, frozenset(concept(p) for p in unwanted if p and p not in EMPTY_WORDS)


def tells_of_signal(text: str, icp: IcpConfig) -> bool:
    """True if a word of `text` belongs to what some signal of the profile is about: worth reading for it."""
    wanted = _signal_lemmas(tuple(signal.name for signal in icp.signals))
    return any(not wanted.isdisjoint(word_forms(word)) for word in set(_WORD.findall(text.lower())))


@lru_cache(maxsize=64)
def _signal_lemmas(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(lemma for name in names for group in _readings(name)[0] for lemma in group)


def fits(name: str, lemmas: frozenset[str], kind: str = "") -> int:
    """Return how many concepts of the signal `name` occur in `lemmas`, 0 unless all (or one of an `or`) do.

    An event of kind LAYOFF fits only a signal that speaks of shrinking: a closed plant is no new plant.
    """
    if "_or_" in name:
        head, _, tail = name.partition("_or_")
        return max(fits(head, lemmas, kind), fits(tail, lemmas, kind))
    wanted, unwanted = _readings(name)
    if not wanted or any(lemmas & c for c in unwanted):
        return 0
    if kind == "LAYOFF" and not any(c & SHRINKING for c in wanted):
        return 0
    return len(wanted) if all(lemmas & c for c in wanted) else 0


def match_closely(lemmas: frozenset[str], kind: str, icp: IcpConfig, near: Near) -> IcpSignal | None:
    """Return the configured signal that fits best, read strictly: for events of organisations nobody asked about.

    `near(a, b)` tells whether words of two concepts stand together, as `new` and `plant` do in `a new steel plant` but
    not in `a new truck from its plants`. `site_selection_or_planning` is the selection or the planning of a site; and a
    deal, a cut, an award, an approval or a change of people fits only a signal that speaks of such.
    """
    ranked = [
        (-_fits_closely(signal.name, lemmas, kind, near), -(signal.weight or 0), order)
        for order, signal in enumerate(icp.signals)
    ]
    best = min(ranked, default=(0, 0.0, 0))
    return icp.signals[best[2]] if best[0] < 0 else None


def _fits_closely(name: str, lemmas: frozenset[str], kind: str, near: Near) -> int:
    head, _, tail = name.partition("_or_")
    if tail:
        shared = head.rpartition("_")[0]
        other = f"{shared}_{tail}" if shared and "_" not in tail else tail
        return max(_fits_closely(one, lemmas, kind, near) for one in (head, other))
    concepts = _readings(name)[0]
    if kind in _OWN_WORDS and not any(one & _OWN_WORDS[kind] for one in concepts):
        return 0
    return fits(name, lemmas, kind) if all(near(a, b) for a, b in pairwise(concepts)) else 0


def match_signal(lemmas: frozenset[str], kind: str, icp: IcpConfig) -> SignalMatch:
    """Return the configured signal that fits best, else the domain's type for the kind of event (PASSIVE).

    Best is the one with most concepts, then the greatest weight, then the order of the profile. A configured
    signal without a tier counts as PLANNING.
    """
    ranked = [
        (-fits(signal.name, lemmas, kind), -(signal.weight or 0), order, signal)
        for order, signal in enumerate(icp.signals)
    ]
    hits = sorted(row for row in ranked if row[0] < 0)
    if not hits:
        return SignalMatch(SIGNAL_TYPE.get(kind, "EXPANSION"), SignalTier.PASSIVE, "no signal of the profile fits")
    signal = hits[0][3]
    tier = SignalTier((signal.tier or "planning").upper())
    return SignalMatch(signal.name, tier, f"fits `{signal.name}` of the profile")
