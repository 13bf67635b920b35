"""Grouping many facts into those that say the same, without comparing every pair.

Here: which pairs are worth a comparison (blocks), joining equal facts, and the links between facts of one event
whose values differ. Not here: the comparison itself (`similarity.py`). The outcome depends on the facts alone,
never on their order: pairs are joined by score, ties by position in a list that the caller has sorted.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import combinations

from dossier.evidence import similarity
from dossier.evidence.facts import Fact
from dossier.evidence.similarity import MAX_REVISION, ROUNDING, Likeness

BLOCK_LIMIT = 60
WINDOW = 12
MOST_COMPARED = 16
RARITY = 1_000
RARE_WORDS = 5
SPEAKERS = 6
MOST = 0.5


@dataclass(frozen=True, slots=True)
class Link:
    """Two facts (positions in the caller's list) of one event whose values differ."""

    first: int
    second: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class _Compared:
    """The facts with the comparisons made so far: each pair is compared once."""

    facts: Sequence[Fact]
    known: dict[tuple[int, int], Likeness] = field(default_factory=dict)

    def pair(self, first: int, second: int) -> Likeness:
        key = (min(first, second), max(first, second))
        if key not in self.known:
            self.known[key] = similarity.same_fact(self.facts[key[0]], self.facts[key[1]])
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Clusters:
    """The grouping: `groups` holds every position exactly once, each group sorted, groups by first position."""

    groups: list[list[int]]
    links: list[Link]
    compared: _Compared = field(repr=False, compare=False)


def cluster(facts: Sequence[Fact]) -> Clusters:
    """Return the groups of equal facts and the links between facts that differ only in a value.

    Near-linear: facts with the same words are compared once, others only within blocks that share a value or
    rare words.
    """
    compared = _Compared(facts)
    twins = _twins(facts)
    heads = [group[0] for group in twins]
    alike = [(i, j, like) for i, j in _pairs(facts, heads) if (like := compared.pair(i, j)).same_event]
    by_head = {group[0]: group for group in twins}
    joined = _join(compared, heads, alike)
    groups = sorted(sorted(at for head in members for at in by_head[head]) for members in joined)
    return Clusters(groups, [Link(i, j, like) for i, j, like in alike if like.values == "different"], compared)


def events(facts: Sequence[Fact], found: Clusters | None = None) -> list[list[int]]:
    """Return the events that `facts` report: groups of equal facts, united where they differ only in a value.

    `found` is the outcome of `cluster` for the same facts, where the caller has it.
    """
    found = found or cluster(facts)
    compared = found.compared
    event_of = {at: group for group in found.groups for at in group}
    for link in sorted(found.links, key=lambda link: (-link.likeness.score, link.first, link.second)):
        first, second = event_of[link.first], event_of[link.second]
        if first is second:
            continue
        speaking = [
            [at for at in group if similarity.speaks_of(facts[at], link.likeness.differs)] for group in (first, second)
        ]
        if _mostly_same(compared, *speaking) and not _torn(compared, *speaking):
            united = sorted(first + second)
            event_of.update(dict.fromkeys(united, united))
    return sorted({id(event): event for event in event_of.values()}.values())


def _twins(facts: Sequence[Fact]) -> list[list[int]]:
    """Group facts with the same words that do not contradict each other (other records, another type)."""
    by_text: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for at, fact in enumerate(facts):
        by_text[(fact.text, *_values(fact))].append(at)
    return list(by_text.values())


def _join(compared: _Compared, heads: list[int], alike: list[tuple[int, int, Likeness]]) -> list[list[int]]:
    """Unite equal facts, best first, as long as no two members of the united group contradict each other."""
    facts = compared.facts
    group_of = {head: [head] for head in heads}
    kinds = {
        head: {_values(facts[head]): head} for head in heads
    }  # by a group's first: one member for each set of values
    equal = [(i, j, like) for i, j, like in alike if like.values != "different"]
    for i, j, _ in sorted(equal, key=lambda pair: (-pair[2].score, pair[0], pair[1])):
        first, second = group_of[i], group_of[j]
        if first is second:
            continue
        ours, theirs = kinds[first[0]], kinds[second[0]]
        if any(similarity.contradict(facts[a], facts[b]) for a in ours.values() for b in theirs.values()):
            continue
        if not _mostly_same(compared, first, second):
            continue
        ours.update(theirs)
        first.extend(second)
        group_of.update(dict.fromkeys(second, first))
    return list({id(group): group for group in group_of.values()}.values())


def _mostly_same(compared: _Compared, first: Sequence[int], second: Sequence[int]) -> bool:
    """Return whether two groups report one event by most of their pairs.

    One statement that tells of two events would otherwise tie both together. Of large groups the first few speak.
    """
    pairs = [(a, b) for a in sorted(first)[:SPEAKERS] for b in sorted(second)[:SPEAKERS]]
    return sum(compared.pair(a, b).same_event for a, b in pairs) >= MOST * len(pairs)


def _torn(compared: _Compared, first: Sequence[int], second: Sequence[int]) -> bool:
    """Return whether some pair of two groups cannot be of one event: a chain of likes joins what is apart."""
    pairs = [(a, b) for a in sorted(first)[:SPEAKERS] for b in sorted(second)[:SPEAKERS]]
    facts = compared.facts
    return any(similarity.apart(facts[a], facts[b]) and not compared.pair(a, b).same_event for a, b in pairs)


def _values(fact: Fact) -> tuple[object, ...]:
    """Return all that `contradict` looks at."""
    where = (fact.regions, fact.spots, fact.milestones)
    return (fact.family, fact.record, fact.field, fact.negated, *where, fact.amounts, fact.counts)


def _pairs(facts: Sequence[Fact], heads: list[int]) -> list[tuple[int, int]]:
    """Return the pairs that are worth a comparison: of each fact those that share the most, and the rarest, with it."""
    blocks: dict[tuple[object, ...], list[int]] = defaultdict(list)
    spread = Counter(stem for head in heads for stem in facts[head].stems)
    for head in heads:
        for key in _keys(facts[head], spread):
            blocks[(facts[head].family, *key)].append(head)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for block in blocks.values():
        for pair in _within(facts, block):
            shared[pair] += 1 + RARITY // len(block)
    near: dict[int, list[tuple[int, tuple[int, int]]]] = defaultdict(list)
    for pair, weight in shared.items():
        for at in pair:
            near[at].append((-weight, pair))
    return sorted({pair for ranked in near.values() for _, pair in nsmallest(MOST_COMPARED, ranked)})


def _within(facts: Sequence[Fact], block: list[int]) -> Iterator[tuple[int, int]]:
    """Yield all pairs of a block; of a large one only neighbours in alphabetical order."""
    if len(block) <= BLOCK_LIMIT:
        yield from combinations(block, 2)
        return
    ordered = sorted(block, key=lambda at: (facts[at].text, at))
    for place, at in enumerate(ordered):
        yield from ((min(at, other), max(at, other)) for other in ordered[place + 1 : place + 1 + WINDOW])


def _keys(fact: Fact, spread: Counter[str]) -> Iterator[tuple[object, ...]]:
    for amount in fact.amounts:
        yield from (("amount", amount.currency, step) for step in _steps(amount.amount, 1 + 2 * ROUNDING))
        yield from (("near", amount.currency, step) for step in _steps(amount.amount, MAX_REVISION))
    for count in fact.counts:
        yield from (("count", step) for step in _steps(count.number, 1 + 2 * ROUNDING))
    if fact.record and fact.field:
        yield ("field", fact.record, fact.field.lower())
    shared = [stem for stem in fact.stems if spread[stem] > 1]  # a word that nobody else says joins nothing
    rare = sorted(shared, key=lambda stem: (spread[stem], stem))[:RARE_WORDS]
    yield from (("words", *sorted(pair)) for pair in combinations(rare, 2))
    yield from (("word", stem) for stem in rare if spread[stem] <= WINDOW)


def _steps(value: float, width: float) -> tuple[int, int]:
    """Return two neighbouring steps of a logarithmic scale: values less than `width` times apart share one."""
    if value <= 0:
        return (0, 0)
    step = math.floor(math.log(value) / math.log(width))
    return (step, step + 1)
