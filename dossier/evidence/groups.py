"""A group of claims that say the same: its best claim, its sources and when it was reported.

Here: the working value of the merge between clustering and the finished `MergedClaim`. Not here: how groups are
found (`clusters.py`, `person_groups.py`) and how groups that disagree are resolved (`conflicts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from dossier.evidence.facts import Fact
from dossier.evidence.similarity import speaks_of
from dossier.models import Claim, Confidence, Precision, Source

Kind = Literal["amount", "date", "place", "status", "person", "count"]
_NUMBERED = re.compile(r"(\D*)(\d+)")
_STEPS = list(Confidence)


@dataclass(slots=True)
class Group:
    """Claims that say the same, the best first, with what code read in each; the resolution fills in the rest."""

    id: str
    claims: list[Claim]
    facts: list[Fact]
    days: list[date | None]
    publishers: frozenset[str]
    status: Literal["current", "superseded", "contested"] = "current"
    supersedes: list[str] = field(default_factory=list)
    conflict_ids: list[str] = field(default_factory=list)
    in_timeline: bool = False

    @property
    def best(self) -> Claim:
        """The claim whose statement stands for the group."""
        return self.claims[0]

    @property
    def fact(self) -> Fact:
        """What code read in the best claim."""
        return self.facts[0]

    @property
    def source_ids(self) -> list[str]:
        """The sources of all claims, the best claim's first, each once."""
        return list(dict.fromkeys(claim.source_id for claim in self.claims))

    def members(self, kind: Kind) -> list[tuple[Claim, Fact]]:
        """The claims that can tell a value of `kind`, the best first; all of them where none can."""
        told = list(zip(self.claims, self.facts, strict=True))
        return [(claim, fact) for claim, fact in told if fact.field_value or speaks_of(fact, kind)] or told

    def reported(self, kind: Kind) -> list[date]:
        """The days on which sources told its value of `kind`, the first one first."""
        telling = {claim.id for claim, _ in self.members(kind)}
        days = zip(self.claims, self.days, strict=True)
        return sorted({day for claim, day in days if day and claim.id in telling})

    @property
    def confidence(self) -> Confidence:
        """The best claim's, a step up where independent publishers agree, a step down in a conflict."""
        step = min(_STEPS.index(claim.confidence) for claim in self.claims)
        step += (self.status == "contested") - (len(self.publishers) > 1)
        return _STEPS[max(0, min(step, len(_STEPS) - 1))]


@dataclass(frozen=True, slots=True)
class Difference:
    """Two groups of one event that give different values of one kind."""

    first: str
    second: str
    kind: Kind


def id_order(claim_id: str) -> tuple[str, int, str]:
    """Return a sort key that puts `lead_2` before `lead_10`."""
    match = _NUMBERED.fullmatch(claim_id)
    return (match[1], int(match[2]), claim_id) if match else (claim_id, 0, claim_id)


def make_group(
    group_id: str, claims: Sequence[Claim], facts: Mapping[str, Fact], sources: Mapping[str, Source]
) -> Group:
    """Return the group of `claims`, ordered from the best: tier, specific values, exact date, newest, id."""
    ordered = sorted(claims, key=lambda claim: _rank(claim, facts[claim.id], sources))
    publishers = {_publisher(sources[claim.source_id]) for claim in claims if claim.source_id in sources}
    return Group(
        id=group_id,
        claims=ordered,
        facts=[facts[claim.id] for claim in ordered],
        days=[reported_on(claim, sources) for claim in ordered],
        publishers=frozenset(publishers),
    )


def reported_on(claim: Claim, sources: Mapping[str, Source]) -> date | None:
    """Return when the claim was reported: a record's own date, else the day its source was published."""
    if claim.details.record and claim.event_date:
        return claim.event_date
    source = sources.get(claim.source_id)
    return source.published_at if source else None


def _rank(claim: Claim, fact: Fact, sources: Mapping[str, Source]) -> tuple[object, ...]:
    specific = bool(fact.amounts) + bool(fact.counts) + bool(fact.regions)
    exact = claim.event_date is not None and claim.date_precision is Precision.DAY
    reported = reported_on(claim, sources) or date.min
    return (claim.source_tier.rank, -specific, not exact, -reported.toordinal(), id_order(claim.id))


def _publisher(source: Source) -> str:
    return (source.publisher or source.url or source.id).lower()
