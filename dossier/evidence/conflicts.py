"""Groups of one event that disagree: revisions become timelines, the rest conflicts with a preferred value.

Here: gathering what differs by kind, choosing between timeline and conflict, and the rule of preference (better tier,
then newer). Not here: finding the differences (`clusters.py`, `similarity.py`). Both sides of a conflict stay, flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations

from dossier.evidence.groups import Difference, Group, Kind, id_order, reported_on
from dossier.evidence.similarity import slip_of_scale
from dossier.evidence.timelines import is_timeline, make_timeline, subject_of
from dossier.evidence.told_values import MANY, Told, told_value
from dossier.models import Conflict, ConflictValue, Source, Tier, Timeline

_KINDS: tuple[Kind, ...] = ("amount", "count", "date", "place", "status", "person")
_OF_TWO_THINGS = 0.5


def resolve(
    groups: Sequence[Group], differences: Iterable[Difference], sources: Mapping[str, Source]
) -> tuple[list[Conflict], list[Timeline]]:
    """Return conflicts and timelines, and mark the groups in them.

    Groups told by the same sources are left alone: a source that gives two values speaks of two things.
    """
    by_id = {group.id: group for group in groups}
    conflicts: list[Conflict] = []
    timelines: list[Timeline] = []
    for ids, kind in _events(by_id, differences):
        event = [by_id[group_id] for group_id in ids]
        told = {group.id: told_value(group, kind, [one for one in event if one is not group]) for group in event}
        if len({one.value for one in told.values()}) < 2:
            continue
        if is_timeline(event, kind) and not _is_slip(event, kind):
            values = {group_id: one.value for group_id, one in told.items()}
            timelines.append(make_timeline(f"TIMELINE_{len(timelines) + 1:03d}", event, kind, values, sources))
        else:
            conflicts.append(_conflict(f"CONFLICT_{len(conflicts) + 1:03d}", event, kind, told, sources))
    return conflicts, timelines


def _events(groups: Mapping[str, Group], differences: Iterable[Difference]) -> list[tuple[list[str], Kind]]:
    """Return the groups that differences of one kind connect, with the kind, by their first group."""
    event_of: dict[tuple[Kind, str], set[str]] = defaultdict(set)
    for difference in differences:
        pair = (difference.first, difference.second)
        if _are_two_things(groups[pair[0]], groups[pair[1]], difference.kind):
            continue
        event = {*pair}.union(*(event_of[(difference.kind, group_id)] for group_id in pair))
        event_of.update({(difference.kind, group_id): event for group_id in event})
    found = {(min(event, key=id_order), kind): event for (kind, _), event in event_of.items() if event}
    ordered = sorted(found, key=lambda key: (id_order(key[0]), _KINDS.index(key[1])))
    return [(sorted(found[key], key=id_order), key[1]) for key in ordered]


def _are_two_things(a: Group, b: Group, kind: Kind) -> bool:
    """Return whether half of the sources of either give values of `kind` for both."""
    ours, theirs = (_speaking(group, kind) for group in (a, b))
    return len(ours & theirs) >= max(1, _OF_TWO_THINGS * min(len(ours), len(theirs)))


def _speaking(group: Group, kind: Kind) -> set[str]:
    return {claim.source_id for claim, _ in group.members(kind)}


def _is_slip(event: Sequence[Group], kind: Kind) -> bool:
    """Return whether somebody wrote billion for million: a mistake, however late the right value comes."""
    facts = [[fact for fact in group.facts[:MANY] if fact.amounts] for group in event]
    pairs = ((a, b) for one, other in combinations(facts, 2) for a in one for b in other)
    return kind == "amount" and any(slip_of_scale(a.amounts, b.amounts) for a, b in pairs)


def _conflict(
    conflict_id: str, groups: list[Group], kind: Kind, told: Mapping[str, Told], sources: Mapping[str, Source]
) -> Conflict:
    for group in groups:
        group.status = "contested" if group.status == "current" else group.status
        group.conflict_ids.append(conflict_id)
    ranked = sorted(groups, key=lambda group: _preference(group, told[group.id], kind))
    rival = next(group for group in ranked if told[group.id].value != told[ranked[0].id].value)
    return Conflict(
        id=conflict_id,
        kind=kind,
        subject=subject_of(ranked[0]),
        merged_claim_ids=[group.id for group in groups],
        values=[_side(told[group.id], sources) for group in ranked],
        preferred=told[ranked[0].id].value,
        rule=_rule(*((told[group.id].claim.source_tier, _newest(group, kind)) for group in (ranked[0], rival))),
    )


def _side(told: Told, sources: Mapping[str, Source]) -> ConflictValue:
    return ConflictValue(
        value=told.value,
        claim_id=told.claim.id,
        source_id=told.claim.source_id,
        tier=told.claim.source_tier,
        date_reported=reported_on(told.claim, sources),
    )


def _preference(group: Group, told: Told, kind: Kind) -> tuple[int, int, tuple[str, int, str]]:
    newest = _newest(group, kind) or date.min
    return (told.claim.source_tier.rank, -newest.toordinal(), id_order(group.id))


def _newest(group: Group, kind: Kind) -> date | None:
    """Return the last day on which a source told the group's value of `kind`."""
    return max(group.reported(kind), default=None)


def _rule(first: tuple[Tier, date | None], second: tuple[Tier, date | None]) -> str:
    (better, newer), (worse, older) = first, second
    if better is not worse:
        return f"better source: {better} before {worse}"
    if newer != older:
        return f"same kind of source ({better}): the newer report, {newer} after {older or 'undated'}"
    return f"same kind of source ({better}) and date: the first by id, to be checked"
