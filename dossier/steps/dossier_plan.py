"""Plans the dossier: which merged claims each section gets, in which order, and what it lacks.

Here: routing by type, what is kept out and why, coverage and readiness. Not here: writing (`sections.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from dossier.models import (
    ClaimType,
    Confidence,
    Conflict,
    DossierPlan,
    JsonDict,
    MergedClaim,
    MergeResult,
    Routing,
    Score,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.events import best_tier, merged_ids, newest_first

ROUTED = ("intro", "score", "signals", "contacts", "lead_intelligence", "strategy", "opportunity", "client_specific")
ROUTES: Mapping[ClaimType, tuple[str, ...]] = {
    ClaimType.SIGNAL: ("signals", "intro", "strategy"),
    ClaimType.CONTACT: ("contacts", "lead_intelligence"),
    ClaimType.ENTITY: ("lead_intelligence", "intro"),
    ClaimType.RELATIONSHIP: ("lead_intelligence", "strategy"),
    ClaimType.OPPORTUNITY: ("opportunity", "intro"),
    ClaimType.METRIC: ("opportunity", "strategy"),
    ClaimType.ATTRIBUTE: ("lead_intelligence",),
    ClaimType.NOTE: ("client_specific",),
}
_LACKS: Mapping[str, tuple[str, str]] = {
    "intro": ("an event, a project or a description of the organisation", "There is nothing to open the page with."),
    "score": ("evidence that the score could rest on", "The score says little."),
    "signals": ("an event that suggests a purchase", "There is no reason to call now."),
    "contacts": ("a person to talk to", "Someone has to find a contact first."),
    "lead_intelligence": ("what the organisation is and does", "A salesperson has to look it up."),
    "strategy": ("an event, a figure or a partner to build on", "The approach has to be found in a first talk."),
    "opportunity": ("a project, its value or its dates", "Size and timing are open."),
    "client_specific": ("an answer to your questions", "Your questions stay open."),
}
_ICP_FINDINGS = 3
_CLIENT_PREFIX = "client_"

Readiness = Literal["ready", "partial", "minimal", "empty"]


def plan_dossier(ctx: RunContext, merged: MergeResult, score: Score | None = None) -> DossierPlan:
    """Plan the run's dossier as the step run `dossier_plan`."""
    return ctx.exchange.record(
        "dossier_plan",
        ctx.variables(
            claims=Variable([claim.id for claim in merged.merged], "previous_step", "claims_merge"),
            score=Variable(score, "previous_step", "score"),
        ),
        lambda: route_claims(merged, score),
        counts=lambda plan: {
            "claims": len(merged.merged),
            "unmapped": len(plan.unmapped_claims),
            "coverage_gaps": len(plan.coverage_gaps),
        },
    )


def route_claims(merged: MergeResult, score: Score | None = None) -> DossierPlan:
    """Return the routing of every merged claim; pure. Each is in one or more sections, or unmapped with a reason."""
    unmapped = {claim.id: reason for claim in merged.merged if (reason := _kept_out(claim, merged))}
    usable = [claim for claim in merged.merged if claim.id not in unmapped]
    chosen = {key: _ordered(key, [claim for claim in usable if key in _sections_of(claim)]) for key in ROUTED}
    chosen["client_specific"] = chosen["client_specific"] or chosen["signals"][:_ICP_FINDINGS]
    routed = {key: [claim.id for claim in claims] for key, claims in chosen.items()}
    routed["score"] = [claim_id for claim_id in _cited_by(score) if claim_id not in unmapped]
    return DossierPlan(
        section_routing={key: _routing(key, ids, merged) for key, ids in routed.items()},
        unmapped_claims=unmapped,
        conflicts_to_surface=[_surfaced(conflict, routed, merged) for conflict in merged.conflicts],
        coverage_gaps=[_coverage_gap(key) for key, ids in routed.items() if not ids],
        section_readiness={key: readiness(len(ids)) for key, ids in routed.items()},
    )


def _kept_out(claim: MergedClaim, merged: MergeResult) -> str:
    """Return why no section gets `claim`; '' if one may."""
    if claim.status == "superseded":
        newer = next((other.id for other in merged.merged if claim.id in other.supersedes), "")
        return f"A newer report holds: {newer}." if newer else "A newer report holds."
    if claim.details.about != "lead":
        return "It may be about another organisation."
    return ""


def _sections_of(claim: MergedClaim) -> tuple[str, ...]:
    """Return the sections of a claim: those of its type, and the client's own if it was found for its questions."""
    asked = any(claim_id.startswith(_CLIENT_PREFIX) for claim_id in claim.claim_ids)
    return (*ROUTES[claim.type], "client_specific") if asked else ROUTES[claim.type]


def _ordered(key: str, claims: Sequence[MergedClaim]) -> list[MergedClaim]:
    order: Callable[[MergedClaim], tuple[object, ...]] = _by_date if key == "signals" else _by_weight
    return sorted(claims, key=order)


def _by_date(claim: MergedClaim) -> tuple[int, int, int, str]:
    return newest_first(claim.event_date), _doubt(claim), best_tier(claim), claim.id


def _by_weight(claim: MergedClaim) -> tuple[int, int, int, int, str]:
    return _doubt(claim), best_tier(claim), newest_first(claim.event_date), -len(claim.source_ids), claim.id


def _doubt(claim: MergedClaim) -> int:
    return list(Confidence).index(claim.confidence)


def _cited_by(score: Score | None) -> list[str]:
    return list(dict.fromkeys(claim_id for part in score.parts for claim_id in part.claim_ids)) if score else []


def _routing(key: str, claim_ids: list[str], merged: MergeResult) -> Routing:
    return Routing(
        claim_ids=claim_ids,
        resolved_object_ids=_objects(key, set(claim_ids), merged),
        coverage_notes="" if claim_ids else f"The sources do not tell {_LACKS[key][0]}.",
    )


def _objects(key: str, claim_ids: set[str], merged: MergeResult) -> list[str]:
    """Return the people (for `contacts`), timelines and conflicts that touch the section's claims."""
    people = [person.id for person in merged.contacts_resolved] if key == "contacts" else []
    timelines = [
        timeline.id
        for timeline in merged.timelines
        if claim_ids.intersection(merged_ids((entry.claim_id for entry in timeline.history), merged))
    ]
    conflicts = [conflict.id for conflict in merged.conflicts if claim_ids & set(conflict.merged_claim_ids)]
    return [*people, *timelines, *conflicts]


def _surfaced(conflict: Conflict, routed: Mapping[str, Sequence[str]], merged: MergeResult) -> JsonDict:
    touched = set(merged_ids(conflict.merged_claim_ids, merged))
    return {
        "conflict_id": conflict.id,
        "sections_affected": [key for key, ids in routed.items() if touched.intersection(ids)],
        "handling": f"Give {conflict.preferred} and say that sources disagree. Why this one: {conflict.rule}",
    }


def _coverage_gap(key: str) -> JsonDict:
    missing, impact = _LACKS[key]
    return {"section": key, "missing": missing, "impact": impact}


def readiness(claims: int) -> Readiness:
    """Return how ready a section with so many claims is: `ready` from four on, `partial` from two on."""
    if claims >= 4:
        return "ready"
    if claims >= 2:
        return "partial"
    return "minimal" if claims else "empty"
