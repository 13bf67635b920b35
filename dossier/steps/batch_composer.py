"""Where a client searches next: directions of its profile, none of them new twice, best first.

Here: composing without a model (events by places), holding any answer to the profile and to what was tried, and the
account of a batch. Not here: asking, rows, and starting runs (`dossier/setup_flows.py`, `dossier/store/setup.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dossier.evidence.names import words
from dossier.evidence.organisations import same_organisation
from dossier.models import IcpConfig, JsonDict
from dossier.setup_answers import BatchComposer, Direction

MOST, LEAST_SCORE, GOOD_SCORE = 10, 60, 70
_TIER_SCORES = {"hot": 85, "warm": 75, "planning": 65, "passive": 50}
_PLACE_COSTS = {"tier1": 0, "tier2": 8, "tier3": 16}
_UNRANKED = "planning"  # a signal without a tier counts as this


@dataclass(frozen=True, slots=True)
class Situation:
    """What a batch is composed of: the profile, what was tried, whom the client has, how many are wanted."""

    icp: IcpConfig
    recent: Sequence[Mapping[str, Any]] = ()
    leads: Sequence[str] = ()
    count: int = 5


@dataclass(frozen=True, slots=True)
class Batch:
    """The directions that stand, the refused ones with reasons, and the account of both."""

    directions: list[JsonDict]
    refused: list[str] = field(default_factory=list)
    account: JsonDict = field(default_factory=dict)


def compose(situation: Situation) -> BatchComposer:
    """Return the best directions of the profile that were not tried: hotter events and better places first."""
    found = sorted(_crossed(situation.icp), key=lambda one: -one.estimated_score)
    fresh = [one for one in found if one.estimated_score >= LEAST_SCORE and not _was_tried(one, situation.recent)]
    gap = "" if len(fresh) >= situation.count else "The profile holds no more events and places that were not tried."
    return BatchComposer(directions=_spread(fresh, situation.count), gap=gap)


def _crossed(icp: IcpConfig) -> Iterator[Direction]:
    ranked = [(tier, place) for tier in _PLACE_COSTS for place in getattr(icp.geography, tier)] or [("tier1", "")]
    for signal in icp.signals:
        kind = " ".join(words(signal.name))
        for tier, place in ranked:
            yield Direction(
                mode="discovery",
                entity="",
                hint=f"{kind} in {place}" if place else kind,
                project_type=kind,
                geography=place,
                signal_type=signal.name,
                estimated_score=_TIER_SCORES[signal.tier or _UNRANKED] - _PLACE_COSTS[tier],
                reasoning=f"The profile ranks the event {signal.tier or 'without a tier'} and the place {tier}.",
            )


def _spread(found: Sequence[Direction], count: int) -> list[Direction]:
    """Take the best one after another; one whose event or place is taken already has to be so much better."""
    left, taken = list(found), list[Direction]()
    events, places = Counter[str](), Counter[str]()

    def worth(one: Direction) -> int:
        return one.estimated_score - 10 * events[one.signal_type] - 5 * places[one.geography]

    while left and len(taken) < count:
        best = max(left, key=worth)
        left.remove(best)
        taken.append(best)
        events[best.signal_type] += 1
        places[best.geography] += 1
    return sorted(taken, key=lambda one: -one.estimated_score)


def faults_of(answer: BatchComposer, situation: Situation) -> list[str]:
    """Return why directions of an answer do not stand."""
    return hold(answer, situation).refused


def hold(answer: BatchComposer, situation: Situation) -> Batch:
    """Return the directions that stand: of the profile, good enough, no lead of the client, and new."""
    kept: list[Direction] = []
    refused: list[str] = []
    for number, one in enumerate(answer.directions, 1):
        fault = _fault(one, situation, kept)
        if fault:
            refused.append(f"direction {number}: {fault}")
        elif len(kept) < situation.count:
            kept.append(one)
    kept.sort(key=lambda one: -one.estimated_score)
    return Batch([one.model_dump(mode="json") for one in kept], refused, _account(kept, situation.icp))


def _fault(one: Direction, situation: Situation, kept: Sequence[Direction]) -> str:
    signals = {signal.name for signal in situation.icp.signals}
    geography = situation.icp.geography
    places = {*geography.tier1, *geography.tier2, *geography.tier3}
    if one.signal_type not in signals:
        return "its event is not one of the profile's"
    if one.geography and places and one.geography not in places:
        return "its place is not one of the profile's"
    if not LEAST_SCORE <= one.estimated_score <= 100:
        return f"its score is {one.estimated_score}, at least {LEAST_SCORE} are wanted"
    if one.entity and any(same_organisation(one.entity, lead) for lead in situation.leads):
        return "the client has this lead already"
    if _was_tried(one, [other.model_dump() for other in kept]):
        return "it is in this batch already"
    return "it was searched recently" if _was_tried(one, situation.recent) else ""


def _was_tried(one: Direction, others: Sequence[Mapping[str, Any]]) -> bool:
    return any(_identity(one.model_dump()) == _identity(other) for other in others)


def _identity(one: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(" ".join(words(str(one.get(name) or ""))) for name in ("entity", "signal_type", "geography"))


def _account(kept: Sequence[Direction], icp: IcpConfig) -> JsonDict:
    """Return how a batch is spread: by tier of the event against the profile's own, and how many differ."""
    tiers = {signal.name: signal.tier or _UNRANKED for signal in icp.signals}
    return {
        "directions": len(kept),
        "good": sum(one.estimated_score >= GOOD_SCORE for one in kept),
        "by_tier": dict(sorted(Counter(tiers[one.signal_type] for one in kept).items())),
        "profile_by_tier": dict(sorted(Counter(tiers.values()).items())),
        "events": len({one.signal_type for one in kept}),
        "places": len({one.geography for one in kept}),
        "project_types": len({one.project_type for one in kept}),
    }


def seed_of(direction: Mapping[str, Any]) -> JsonDict:
    """Return a direction as the seed of a discovery run: the fields of `seed_data`."""
    seed = {"signal": direction["project_type"], "geography": direction["geography"], "notes": direction["reasoning"]}
    if direction["entity"]:
        seed["company_name"] = direction["entity"]
    return {"mode": direction["mode"], "hint": direction["hint"], "seed": seed}


def in_words(direction: Mapping[str, Any]) -> str:
    """Return a direction as one line."""
    place = f" in {direction['geography']}" if direction["geography"] else ""
    who = f"{direction['entity']}: " if direction["entity"] else ""
    return f"{who}{direction['signal_type']}{place} ({direction['estimated_score']})"
