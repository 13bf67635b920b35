"""Merged claims, signals and plans for tests of the steps after the merge: invented, and short to write.

Here: builders with defaults. Not here: the fakes of the ports (`dossier/testing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dossier.models import (
    Claim,
    ClaimDetails,
    ClaimSet,
    ClaimSource,
    ClaimType,
    Confidence,
    Conflict,
    Document,
    MergedClaim,
    MergeResult,
    MergeStats,
    Precision,
    ResolvedContact,
    Score,
    ScorePart,
    Signal,
    SignalTier,
    Tier,
    Timeline,
)
from dossier.prompt_files import PromptFile
from dossier.testing import a_document

REFERENCE = date(2026, 6, 30)
PAPER = a_document("Harbor Foods will build a plant in Salem, Oregon.", url="https://paper.example/1")


def a_claim(number: int, statement: str, kind: ClaimType = ClaimType.SIGNAL, **fields: Any) -> Claim:
    """Return the raw claim `search_<number>`; its source is PAPER unless `document` is given."""
    document: Document = fields.pop("document", PAPER)
    details = ClaimDetails(**fields.pop("details", {}))
    day = fields.pop("event_date", None)
    made: dict[str, Any] = {
        "id": f"{fields.pop('prefix', 'search_')}{number:03d}",
        "type": kind,
        "statement": statement,
        "entities": ["Harbor Foods"],
        "event_date": day,
        "date_precision": Precision.DAY if day else None,
        "source_id": document.id,
        "quote": document.text,
        "start": 0,
        "end": len(document.text),
        "source_tier": document.tier,
        "confidence": Confidence.MEDIUM,
        "step": "signal_discovery",
        "details": details,
        **fields,
    }
    return Claim(**made)


def a_fact(number: int, claim: Claim, *more: Claim, url: str | None = PAPER.url, **fields: Any) -> MergedClaim:
    """Return the merged claim `MERGED_<number>` of `claim`, which speaks for it, and `more`."""
    claims = (claim, *more)
    made: dict[str, Any] = {
        "id": f"MERGED_{number:03d}",
        "type": claim.type,
        "statement": claim.statement,
        "status": "current",
        "confidence": claim.confidence,
        "claim_ids": [one.id for one in claims],
        "source_ids": list(dict.fromkeys(one.source_id for one in claims)),
        "canonical_claim_id": claim.id,
        "entities": claim.entities,
        "event_date": claim.event_date,
        "date_precision": claim.date_precision,
        "reconciliation_type": "DUPLICATE" if more else "PASS_THROUGH",
        "sources": [
            ClaimSource(
                url=url,
                name="Example Daily",
                tier=one.source_tier,
                original_claim_id=one.id,
                source_id=one.source_id,
            )
            for one in claims
        ],
        "details": claim.details,
        **fields,
    }
    return MergedClaim(**made)


def a_signal(claim: Claim, tier: SignalTier = SignalTier.HOT, kind: str = "new_plant_announced") -> Signal:
    """Return the signal that `claim` tells."""
    return Signal(
        id=f"signal_{claim.id}",
        signal_type=kind,
        tier=tier,
        headline=claim.statement[:100],
        event_date=claim.event_date,
        date_precision=claim.date_precision,
        source_id=claim.source_id,
        url=PAPER.url,
        amount=claim.details.amount,
        claim_ids=[claim.id],
    )


def a_merge(
    merged: Sequence[MergedClaim] = (),
    people: Sequence[ResolvedContact] = (),
    conflicts: Sequence[Conflict] = (),
    timelines: Sequence[Timeline] = (),
) -> MergeResult:
    """Return a merge result whose counts add up."""
    claims = sum(len(claim.claim_ids) for claim in merged)
    stats = MergeStats(
        input_claims_count=claims,
        output_claims_count=len(merged),
        duplicates_merged=claims - len(merged),
        conflicts_resolved=len(conflicts),
        timelines_resolved=len(timelines),
        contacts_resolved=len(people),
        ambiguous_items=0,
        passed_through=len(merged),
        invalid_claims=0,
    )
    return MergeResult(
        target_entity="Harbor Foods",
        merged=list(merged),
        contacts_resolved=list(people),
        conflicts=list(conflicts),
        timelines=list(timelines),
        stats=stats,
    )


def a_claim_set(*claims: Claim) -> ClaimSet:
    """Return the claims as the artifact `claims`."""
    return ClaimSet(claims=list(claims), drafted=len(claims))


def a_score(total: int = 40, *parts: ScorePart) -> Score:
    """Return a score."""
    return Score(total=total, tier="C", formula="columnline", timing_urgency="HIGH", parts=list(parts))


def a_person(number: int, name: str, title: str | None, claims: Sequence[Claim], **fields: Any) -> ResolvedContact:
    """Return the resolved person `CONTACT_<number>` at Harbor Foods."""
    made: dict[str, Any] = {
        "id": f"CONTACT_{number:03d}",
        "name": name,
        "current_role": title,
        "organization": "Harbor Foods",
        "evidence_claims": [claim.id for claim in claims],
        "resolution": "SINGLE",
        "confidence": Confidence.HIGH,
        **fields,
    }
    return ResolvedContact(**made)


def a_person_claim(number: int, name: str, title: str, document: Document, **details: Any) -> Claim:
    """Return the contact claim `contact_<number>`: the whole text of `document` is its quote."""
    return a_claim(
        number,
        f"{name}, {title}, Harbor Foods",
        ClaimType.CONTACT,
        prefix="contact_",
        document=document,
        confidence=Confidence.HIGH,
        details={"person": name, "title": title, "organization": "Harbor Foods", **details},
    )


def short_prompts(*steps: str) -> Mapping[str, PromptFile]:
    """Return a prompt of one line for each step."""
    return {
        step: PromptFile(
            id=step,
            name=step,
            stage="FINAL",
            step_order=1,
            variables=[],
            system="",
            content=f"Do {step}.",
        )
        for step in steps
    }


GOV, NEWS, OTHER = Tier.GOV, Tier.NEWS, Tier.OTHER
