"""Figures and dates that changed: which reports follow each other, and which value holds now.

Here: when a difference is a revision, the history, and what it supersedes. Not here: differences between
reports of the same time, which are conflicts (`conflicts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, zip_longest
from typing import Literal

from dossier.evidence.groups import Group, Kind, id_order, reported_on
from dossier.models import Claim, Source, Timeline, TimelineEntry

REVISION_DAYS = 14
MAX_SUBJECT = 120
_REVISED = re.compile(
    r"\b(?:revis|amend|updat|lower|reduc|trimm|postpon|delay|resched|cancel|halt|paus|scrap|abandon|up\s+from|down\s+from|instead\s+of|previously|originally"
    r"|(?:rais|increas|expand|boost|doubl|tripl)\w*\s+(?:its|their|the)\s+(?:[\w.]+\s+)?(?:investment|commitment|plan|order|offer"
    r"|contract|award|target|forecast)|total\s+(?:of|investment)|for\s+a\s+total)",
    re.I,
)
_ACTUAL = re.compile(r"\b(?:completed|opened|inaugurated|delivered|actual(?:ly)?|took\s+effect|finished)\b", re.I)
_AHEAD = re.compile(r"\b(?:will|would|to\s+be|expect|plan|schedul|target|slated|not\s+yet|once|until)", re.I)
EntryStatus = Literal["ANNOUNCED", "REVISED", "ACTUAL", "SUPERSEDED"]


def is_timeline(groups: Sequence[Group], kind: Kind) -> bool:
    """Return whether the groups, in order of their first report, revise one another.

    Each needs a date, and a later one must be a record's amendment, say that something changed, or come at
    least two weeks later with nobody repeating the older value after it.
    """
    ordered = in_order(groups, kind)
    dated = all(group.reported(kind) for group in groups)
    return dated and all(_revises(old, new, kind) for old, new in pairwise(ordered))


def in_order(groups: Sequence[Group], kind: Kind) -> list[Group]:
    """Return the groups by the day on which their value of `kind` was first told, ties by id."""
    return sorted(groups, key=lambda group: (min(group.reported(kind), default=date.min), id_order(group.id)))


def make_timeline(
    timeline_id: str, groups: Sequence[Group], kind: Kind, values: Mapping[str, str], sources: Mapping[str, Source]
) -> Timeline:
    """Return the timeline of `groups` and mark them: what gives another value than the current one is superseded.

    ACTUAL beats REVISED beats ANNOUNCED; among equals the last reported is current. `values` are by group id.
    """
    ordered = in_order(groups, kind)
    current = max(ordered, key=lambda group: (_is_actual(group), ordered.index(group)))
    for group in groups:
        group.in_timeline = True
        if values[group.id] != values[current.id]:
            group.status = "superseded"
    overtaken = [group.id for group in ordered if values[group.id] != values[current.id]]
    current.supersedes = list(dict.fromkeys([*current.supersedes, *overtaken]))
    history = [
        entry
        for group, following in zip_longest(ordered, ordered[1:])
        for entry in _entries(group, following, kind, values[group.id], sources, first=group is ordered[0])
    ]
    history.sort(key=lambda entry: (entry.date_reported or date.min, id_order(entry.claim_id)))
    subject = f"{kind.capitalize()}: {subject_of(current)}"
    return Timeline(id=timeline_id, subject=subject, current=values[current.id], history=history)


def _revises(old: Group, new: Group, kind: Kind) -> bool:
    before, after = old.reported(kind), new.reported(kind)
    days = (after[0] - before[0]).days
    if old.fact.record and new.fact.record:
        return days >= 0
    said = any(_REVISED.search(claim.statement) for claim in new.claims)
    ended = before[-1] <= after[0]
    return (days >= 1 and said) or (days >= REVISION_DAYS and ended)


def _is_actual(group: Group) -> bool:
    return any(_has_happened(claim) or _is_done(claim.statement) for claim in group.claims)


def _has_happened(claim: Claim) -> bool:
    """Return whether what a claim tells is done; of `raised its investment` only the raise is."""
    return claim.details.status == "COMPLETED" and not _REVISED.search(claim.statement)


def _is_done(statement: str) -> bool:
    return bool(_ACTUAL.search(statement)) and not _AHEAD.search(statement)


def _entries(
    group: Group, following: Group | None, kind: Kind, value: str, sources: Mapping[str, Source], *, first: bool
) -> Iterator[TimelineEntry]:
    """Yield what each claim of a group told; `following` is the group whose value was told next."""
    is_actual = _is_actual(group)
    overtaken = min(following.reported(kind), default=None) if following else None
    for claim, _ in group.members(kind):
        day = reported_on(claim, sources)
        status = _entry_status(is_actual, day, overtaken, first)
        yield TimelineEntry(date_reported=day, status=status, value=value, claim_id=claim.id)


def _entry_status(is_actual: bool, reported: date | None, overtaken: date | None, first: bool) -> EntryStatus:
    if is_actual:
        return "ACTUAL"
    if reported and overtaken and overtaken < reported:
        return "SUPERSEDED"
    return "ANNOUNCED" if first else "REVISED"


def subject_of(group: Group) -> str:
    """Return in a line what a group is about: the label of its field, else its statement."""
    label = group.best.details.field or group.best.statement
    return label if len(label) <= MAX_SUBJECT else label[:MAX_SUBJECT].rsplit(" ", 1)[0] + " ..."
