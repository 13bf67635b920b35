"""The metrics of the labelled sets, as their READMEs define them.

Here: precision, recall and F1 of yes and no, of labels, of clusters, and rank correlation. Not here: what is
compared. Every function is pure; an undefined ratio counts as 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

Likeness = Callable[[frozenset[str], frozenset[str]], float]


class Measured(NamedTuple):
    """Precision, recall and their harmonic mean."""

    precision: float
    recall: float
    f1: float


def measured(right: float, found: float, gold: float) -> Measured:
    """Return the three figures of `right` hits among `found` answers and `gold` wanted ones."""
    precision, recall = ratio(right, found), ratio(right, gold)
    return Measured(precision, recall, ratio(2 * precision * recall, precision + recall))


def ratio(part: float, whole: float) -> float:
    """Return `part` of `whole`, 0 of nothing."""
    return part / whole if whole else 0.0


def yes_no(gold: Sequence[bool], found: Sequence[bool]) -> Measured:
    """Return the figures of the positive class."""
    right = sum(g and f for g, f in zip(gold, found, strict=True))
    return measured(right, sum(found), sum(gold))


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """Return the mean F1 of the labels that stand in `gold`."""
    labels = sorted(set(gold))
    return ratio(sum(yes_no([g == one for g in gold], [f == one for f in found]).f1 for one in labels), len(labels))


def bcubed(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> Measured:
    """Return B-cubed figures of a clustering: both map an item to its cluster, `gold` decides which items count."""
    by_gold, by_found = Counter(gold.values()), Counter(found[item] for item in gold)
    both = Counter((gold[item], found[item]) for item in gold)
    precision = ratio(sum(n * n / by_found[cluster] for (_, cluster), n in both.items()), len(gold))
    recall = ratio(sum(n * n / by_gold[cluster] for (cluster, _), n in both.items()), len(gold))
    return Measured(precision, recall, ratio(2 * precision * recall, precision + recall))


def pairwise(gold: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> Measured:
    """Return the figures over all pairs of items: together in `found` against together in `gold`."""
    ours, theirs = _pairs(found[item] for item in gold), _pairs(gold.values())
    both = _pairs((gold[item], found[item]) for item in gold)
    return measured(both, ours, theirs)


def _pairs(clusters: Iterable[Hashable]) -> int:
    return sum(n * (n - 1) // 2 for n in Counter(clusters).values())


def spearman(gold: Sequence[float], found: Sequence[float]) -> float:
    """Return the rank correlation, ties at their mean rank."""
    return _pearson(_ranks(gold), _ranks(found))


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end - 1) / 2
        start = end
    return ranks


def _pearson(a: Sequence[float], b: Sequence[float]) -> float:
    mean_a, mean_b = ratio(sum(a), len(a)), ratio(sum(b), len(b))
    shared = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)
    return ratio(shared, spread**0.5)


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the shared share of two sets."""
    return ratio(len(a & b), len(a | b))


def token_f1(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the F1 of two sets of tokens."""
    return ratio(2 * len(a & b), len(a) + len(b))


def pair_up(
    gold: Sequence[frozenset[str]], found: Sequence[frozenset[str]], least: float, likeness: Likeness
) -> list[tuple[int, int]]:
    """Return a greedy one-to-one matching, best first, ties by position."""
    scored = [(likeness(g, f), i, j) for i, g in enumerate(gold) for j, f in enumerate(found)]
    taken: list[tuple[int, int]] = []
    for score, i, j in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if score >= least and all(i != other and j != another for other, another in taken):
            taken.append((i, j))
    return taken
