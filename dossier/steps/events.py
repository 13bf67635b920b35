"""Buying events as the later steps count them: signals joined with the merged claims that hold them.

Here: which merged claims still speak for the lead, one event per happening, however many claims tell it, and its
date: the one its claims state, else that of its first report. Not here: finding signals (`signals.py`) and merging
claims (`merged_claims.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dossier.evidence.freshness import WHY_NOW_DAYS
from dossier.exports.wording import date_in_words
from dossier.models import (
    ClaimType,
    Confidence,
    MergedClaim,
    MergeResult,
    Money,
    Precision,
    Signal,
    SignalTier,
    Tier,
)
from dossier.run_context import RunContext
from dossier.steps.signals import KNOWN_TYPES

Published = Mapping[str, tuple[date, Precision]]
YEAR_DAYS = WHY_NOW_DAYS
_SHRINKS = re.compile(
    r"\blay(?:s|ing)?[ -]?offs?\b|\blaid off\b|\b(?-i:WARN)\b|\bfurlough|"
    r"\b(?:workers|employees|jobs|positions) affected\b|\b(?:plant|site|store|factory|office) closure|"
    r"\bcuts? (?:[\w,.]+ ){0,3}(?:jobs|positions|staff|workforce)\b",
    re.IGNORECASE,
)
TIERS = tuple(SignalTier)
CONFIDENCES = tuple(Confidence)


@dataclass(frozen=True, slots=True)
class Event:
    """One happening. `claims` are its merged claims, the most telling first; date and tier are that one's.

    `reported_by` is the source of the first dated report, where no claim states the date and it is that report's.
    `is_outdone` is True where sources disagree and the value of another claim is preferred to that of the best one.
    """

    signal_type: str
    tier: SignalTier
    status: str
    event_date: date | None
    date_precision: Precision | None
    amount: Money | None
    claims: tuple[MergedClaim, ...]
    reported_by: str | None = None
    is_outdone: bool = False

    @property
    def best(self) -> MergedClaim:
        """The merged claim that tells it best."""
        return self.claims[0]

    @property
    def claim_ids(self) -> list[str]:
        """The merged claims that tell it."""
        return [claim.id for claim in self.claims]

    @property
    def reported(self) -> bool:
        """True where the date is that of the first report."""
        return self.reported_by is not None

    @property
    def url(self) -> str | None:
        """The address of the report that dates it, else of the best source that has one."""
        sources = sorted(
            self.best.sources,
            key=lambda source: (source.source_id != self.reported_by, source.tier.rank, source.original_claim_id),
        )
        return next((source.url for source in sources if source.url), None)

    @property
    def shrinks(self) -> bool:
        """True for a cut in jobs or sites that no signal of the profile asks for: no reason to buy."""
        unasked = self.signal_type in KNOWN_TYPES
        return unasked and any(_SHRINKS.search(claim.statement) for claim in self.claims)

    @property
    def when(self) -> str:
        """Its date in words, saying so where it is that of the first report."""
        return f"{'reported ' if self.reported else ''}{date_in_words(self.event_date, self.date_precision)}"

    def age(self, reference_date: date) -> int | None:
        """Days from the event to `reference_date`: negative if it lies ahead, None if it has no date."""
        return (reference_date - self.event_date).days if self.event_date else None


def merged_of(merged: MergeResult) -> dict[str, str]:
    """Return the merged claim id of every claim id, raw or merged."""
    raw = {claim_id: claim.id for claim in merged.merged for claim_id in claim.claim_ids}
    return {**raw, **{claim.id: claim.id for claim in merged.merged}}


def merged_ids(claim_ids: Iterable[str], merged: MergeResult) -> list[str]:
    """Return the merged ids of `claim_ids` (raw or merged), each once; ids that do not exist are left out."""
    into = merged_of(merged)
    return list(dict.fromkeys(into[claim_id] for claim_id in claim_ids if claim_id in into))


def live_claims(merged: MergeResult) -> list[MergedClaim]:
    """Return the merged claims that hold now and are about the lead, in the order of their ids."""
    return [claim for claim in merged.merged if claim.status != "superseded" and claim.details.about == "lead"]


def best_tier(claim: MergedClaim) -> int:
    """Return the rank of the claim's best source: 0 for GOV, 3 for OTHER."""
    return min((source.tier.rank for source in claim.sources), default=len(Tier))


def newest_first(day: date | None) -> int:
    """Sort key: the newest day first, no day last."""
    return -day.toordinal() if day else 0


def publications(ctx: RunContext, merged: MergeResult) -> dict[str, tuple[date, Precision]]:
    """Return the day of publication, with its precision, of each dated source of a signal."""
    claims = (claim for claim in merged.merged if claim.type is ClaimType.SIGNAL)
    ids = sorted({source_id for claim in claims for source_id in claim.source_ids})
    return {
        source.id: (source.published_at, source.published_precision or Precision.DAY)
        for source in ctx.library.documents(ids)
        if source.published_at
    }


def find_events(merged: MergeResult, signals: Sequence[Signal], published: Published) -> list[Event]:
    """Return the events that `signals` tell of, newest first, undated last.

    Signals that share a merged claim, or fields of one record, are one event. A signal without a live merged
    claim tells of none. `published` are the days of publication by source id.
    """
    live = {claim.id: claim for claim in live_claims(merged) if claim.type is ClaimType.SIGNAL}
    into = merged_of(merged)
    groups: list[tuple[set[str], list[tuple[Signal, MergedClaim]]]] = []
    for signal in signals:
        ids = dict.fromkeys(into.get(claim_id, "") for claim_id in signal.claim_ids)
        told = [(signal, live[claim_id]) for claim_id in ids if claim_id in live]
        if told:
            _join(groups, {mark for _, claim in told for mark in _marks(claim)}, told)
    outdone = _outdone(merged, into)
    events = [_event(told, published, outdone) for _, told in groups]
    return sorted(events, key=lambda event: (newest_first(event.event_date), TIERS.index(event.tier), event.best.id))


def _outdone(merged: MergeResult, into: Mapping[str, str]) -> set[str]:
    """Return the merged claims that give a value to which a conflict prefers another."""
    return {
        into.get(side.claim_id, side.claim_id)
        for conflict in merged.conflicts
        for side in conflict.values
        if side.value != conflict.preferred
    }


def _marks(claim: MergedClaim) -> set[str]:
    return {claim.id, f"record {claim.details.record}"} if claim.details.record else {claim.id}


def _join(
    groups: list[tuple[set[str], list[tuple[Signal, MergedClaim]]]],
    marks: set[str],
    told: list[tuple[Signal, MergedClaim]],
) -> None:
    """Put `told` into one group with every group that shares a mark with it."""
    shared = [group for group in groups if group[0] & marks]
    for group in shared:
        groups.remove(group)
        marks |= group[0]
        told = [*group[1], *told]
    groups.append((marks, told))


def _event(told: list[tuple[Signal, MergedClaim]], published: Published, outdone: set[str]) -> Event:
    signal, claim = min(told, key=lambda pair: (TIERS.index(pair[0].tier), pair[1].id in outdone, _telling(pair[1])))
    claims = {other.id: other for _, other in sorted(told, key=lambda pair: (pair[1].id != claim.id, pair[1].id))}
    event_date, precision, reported_by = claim.event_date, claim.date_precision, None
    reports = sorted((*published[one], one) for one in claim.source_ids if one in published)
    if event_date is None and reports:
        event_date, precision, reported_by = reports[0]
    return Event(
        signal_type=signal.signal_type,
        tier=signal.tier,
        status=claim.details.status or signal.status,
        event_date=event_date,
        date_precision=precision,
        amount=claim.details.amount or signal.amount,
        claims=tuple(claims.values()),
        reported_by=reported_by,
        is_outdone=claim.id in outdone,
    )


def _telling(claim: MergedClaim) -> tuple[bool, bool, int, int, str]:
    """Sort key: the claim a reader learns most from, first: dated, with a figure, sure, from a good source."""
    figure = claim.details.amount is not None or claim.details.count is not None
    return (
        claim.event_date is None,
        not figure,
        CONFIDENCES.index(claim.confidence),
        best_tier(claim),
        claim.id,
    )


def strongest(events: Sequence[Event], reference_date: date, max_age: int = YEAR_DAYS) -> Event | None:
    """Return the event to start from: strongest tier, not outdone, then newest; dated and 0 to `max_age` days old."""
    fresh = [event for event in events if is_fresh(event, reference_date, max_age)]
    return min(fresh, key=lambda event: (TIERS.index(event.tier), event.is_outdone, *_opening_key(event)), default=None)


def opening_order(events: Sequence[Event], reference_date: date) -> list[Event]:
    """Return `events` in the order in which to speak of them: fresh ones first, then by tier, then the newest.

    A cut that the profile does not ask for comes last.
    """

    def key(event: Event) -> tuple[object, ...]:
        tier = TIERS.index(event.tier)
        return event.shrinks, not is_fresh(event, reference_date), tier, event.is_outdone, *_opening_key(event)

    return sorted(events, key=key)


def is_fresh(event: Event, reference_date: date, max_age: int = YEAR_DAYS) -> bool:
    """True for a dated event of the last `max_age` days that can be a reason to buy."""
    age = event.age(reference_date)
    return age is not None and 0 <= age <= max_age and not event.shrinks


def _opening_key(event: Event) -> tuple[int, bool, tuple[bool, bool, int, int, str]]:
    return newest_first(event.event_date), event.best.status == "contested", _telling(event.best)
