"""Groups of one event that disagree: revisions become timelines, the rest conflicts with a preferred value.

Here: gathering what differs, choosing between timeline and conflict, and the rule of preference (better tier,
then newer). Not here: finding the differences (`clusters.py`). Both sides of a conflict stay, flagged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from dossier.evidence.groups import Difference, Group, Kind, id_order, reported_on
from dossier.evidence.timelines import is_timeline, make_timeline
from dossier.models import Conflict, ConflictValue, Source, Timeline

_KINDS: tuple[Kind, ...] = ("amount", "count", "date", "place", "status", "person")


def resolve(
    groups: Sequence[Group], differences: Iterable[Difference], sources: Mapping[str, Source]
) -> tuple[list[Conflict], list[Timeline]]:
    """Return conflicts and timelines, and mark the groups in them.

    Groups that share a source are left alone: a source that gives two values speaks of two things.
    """
    by_id = {group.id: group for group in groups}
    conflicts: list[Conflict] = []
    timelines: list[Timeline] = []
    for ids, kind in _events(by_id, differences):
        event = [by_id[group_id] for group_id in ids]
        values = {group.id: value_text(group, kind) for group in event}
        if is_timeline(event):
            timelines.append(make_timeline(f"TIMELINE_{len(timelines) + 1:03d}", event, kind, values, sources))
        else:
            conflicts.append(_conflict(f"CONFLICT_{len(conflicts) + 1:03d}", event, kind, values, sources))
    return conflicts, timelines


def value_text(group: Group, kind: Kind) -> str:
    """Return the group's value of `kind` in the words of its source."""
    fact, details = group.fact, group.best.details
    if fact.field_value:
        return fact.field_value
    if kind == "amount" and fact.amounts:
        return fact.amounts[0].text
    if kind == "count" and fact.counts:
        return fact.counts[0].text
    if kind == "date" and fact.dates:
        return fact.dates[0].text or fact.dates[0].value.isoformat()
    known = {"person": details.person, "place": details.place, "status": details.status}
    return known.get(kind) or group.best.statement


def _events(groups: Mapping[str, Group], differences: Iterable[Difference]) -> list[tuple[list[str], Kind]]:
    """Return the connected groups with the kind of their most telling difference."""
    event_of: dict[str, set[str]] = {}
    kinds: dict[str, list[Kind]] = defaultdict(list)
    for difference in differences:
        pair = (difference.first, difference.second)
        if set(groups[pair[0]].source_ids) & set(groups[pair[1]].source_ids):
            continue
        event = event_of.get(pair[0], {pair[0]}) | event_of.get(pair[1], {pair[1]})
        event_of.update(dict.fromkeys(event, event))
        kinds[pair[0]].append(difference.kind)
    found = {min(event, key=id_order): event for event in event_of.values()}
    return [
        (sorted(found[first], key=id_order), min((k for i in found[first] for k in kinds[i]), key=_KINDS.index))
        for first in sorted(found, key=id_order)
    ]


def _conflict(
    conflict_id: str, groups: list[Group], kind: Kind, values: Mapping[str, str], sources: Mapping[str, Source]
) -> Conflict:
    for group in groups:
        group.status = "contested"
        group.conflict_ids.append(conflict_id)
    ranked = sorted(groups, key=_preference)
    return Conflict(
        id=conflict_id,
        kind=kind,
        merged_claim_ids=[group.id for group in groups],
        values=[
            ConflictValue(
                value=values[group.id],
                claim_id=group.best.id,
                source_id=group.best.source_id,
                tier=group.best.source_tier,
                date_reported=reported_on(group.best, sources),
            )
            for group in ranked
        ],
        preferred=values[ranked[0].id],
        rule=_rule(ranked[0], ranked[1]),
    )


def _preference(group: Group) -> tuple[int, int, tuple[str, int, str]]:
    return (group.best.source_tier.rank, -(group.newest or date.min).toordinal(), id_order(group.id))


def _rule(first: Group, second: Group) -> str:
    better, worse = first.best.source_tier, second.best.source_tier
    if better is not worse:
        return f"better source: {better} before {worse}"
    if first.newest != second.newest:
        return f"same kind of source ({better}): the newer report, {first.newest} after {second.newest or 'undated'}"
    return f"same kind of source ({better}) and date: the first by id, to be checked"
