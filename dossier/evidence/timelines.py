"""Figures and dates that changed: which reports follow each other, and which value holds now.

Here: when a difference is a revision, the history, and what it supersedes. Not here: differences between
reports of the same time, which are conflicts (`conflicts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from dossier.evidence.groups import Group, Kind, id_order, reported_on
from dossier.models import Claim, Source, Timeline, TimelineEntry

REVISION_DAYS = 14
MAX_SUBJECT = 120
_REVISED = re.compile(
    r"\b(?:revis|amend|updat|lower|reduc|trimm|postpon|delay|resched|up\s+from|down\s+from|instead\s+of|previously|originally"
    r"|(?:rais|increas|expand|boost|doubl|tripl)\w*\s+(?:its|their|the)\s+(?:[\w.]+\s+)?(?:investment|commitment|plan|order|offer"
    r"|contract|award|target|forecast)|total\s+(?:of|investment)|for\s+a\s+total)",
    re.I,
)
_ACTUAL = re.compile(
    r"\b(?:complet(?:ed|ion)|opened|inaugurated|delivered|actual(?:ly)?|took\s+effect|finished)\b", re.I
)
EntryStatus = Literal["ANNOUNCED", "REVISED", "ACTUAL", "SUPERSEDED"]


def is_timeline(groups: Sequence[Group]) -> bool:
    """Return whether the groups, in order of their first report, revise one another.

    Each needs a date, and a later one must be a record's amendment, say that something changed, or come at
    least two weeks later with nobody repeating the older value after it.
    """
    ordered = in_order(groups)
    return all(group.reported for group in groups) and all(_revises(old, new) for old, new in pairwise(ordered))


def in_order(groups: Sequence[Group]) -> list[Group]:
    """Return the groups by the day of their first report, ties by id."""
    return sorted(groups, key=lambda group: (min(group.reported, default=date.min), id_order(group.id)))


def make_timeline(
    timeline_id: str, groups: Sequence[Group], kind: Kind, values: Mapping[str, str], sources: Mapping[str, Source]
) -> Timeline:
    """Return the timeline of `groups` and mark them: what gives another value than the current one is superseded.

    ACTUAL beats REVISED beats ANNOUNCED; among equals the last reported is current. `values` are by group id.
    """
    ordered = in_order(groups)
    current = max(ordered, key=lambda group: (_is_actual(group), ordered.index(group)))
    for group in groups:
        group.in_timeline = True
        group.status = "current" if values[group.id] == values[current.id] else "superseded"
    current.supersedes = [group.id for group in ordered if group.status == "superseded"]
    history = [
        TimelineEntry(
            date_reported=reported_on(claim, sources),
            status=_entry_status(group, claim, ordered, sources),
            value=values[group.id],
            claim_id=claim.id,
        )
        for group in ordered
        for claim in group.claims
    ]
    history.sort(key=lambda entry: (entry.date_reported or date.min, id_order(entry.claim_id)))
    return Timeline(id=timeline_id, subject=_subject(current, kind), current=values[current.id], history=history)


def _revises(old: Group, new: Group) -> bool:
    days = (min(new.reported) - min(old.reported)).days
    if old.fact.record and new.fact.record:
        return days >= 0
    said = any(_REVISED.search(claim.statement) for claim in new.claims)
    ended = max(old.reported) <= min(new.reported)
    return (days >= 1 and said) or (days >= REVISION_DAYS and ended)


def _is_actual(group: Group) -> bool:
    return any(claim.details.status == "COMPLETED" or _ACTUAL.search(claim.statement) for claim in group.claims)


def _entry_status(group: Group, claim: Claim, ordered: Sequence[Group], sources: Mapping[str, Source]) -> EntryStatus:
    if _is_actual(group):
        return "ACTUAL"
    place = ordered.index(group)
    reported = reported_on(claim, sources)
    later = [min(other.reported) for other in ordered[place + 1 :]]
    if reported and any(day < reported for day in later):
        return "SUPERSEDED"
    return "REVISED" if place else "ANNOUNCED"


def _subject(group: Group, kind: Kind) -> str:
    label = group.best.details.field or group.best.statement
    short = label if len(label) <= MAX_SUBJECT else label[:MAX_SUBJECT].rsplit(" ", 1)[0] + " ..."
    return f"{kind.capitalize()}: {short}"
