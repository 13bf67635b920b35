"""Claims after reconciliation: merged facts, people, timelines, conflicts, ambiguities.

Here: the artifact `merged_claims` and its parts. Not here: raw claims (`claims.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from dossier.nouns.claims import ClaimDetails
from dossier.nouns.words import ClaimType, Confidence, Model, Precision, Tier


class ClaimSource(Model):
    """Where one of a merged claim's originals came from."""

    url: str | None
    name: str
    tier: Tier
    original_claim_id: str
    source_id: str


class MergedClaim(Model):
    """A fact after reconciliation. Its statement is one of its originals', never rewritten."""

    id: str = Field(description="MERGED_ and a counter.")
    type: ClaimType = Field(description="Which of the eight kinds of claim it is.")
    statement: str = Field(description="The words of its canonical original, never rewritten.")
    status: Literal["current", "superseded", "contested"] = Field(
        description="Holds now, is overtaken by a newer one, or is disputed among sources."
    )
    confidence: Confidence = Field(
        description="The best original's; a step up where publishers agree, a step down in a conflict."
    )
    claim_ids: list[str] = Field(
        description="Its originals: each raw claim is in exactly one merged claim, or is invalid."
    )
    source_ids: list[str] = Field(description="The sources of all its originals.")
    canonical_claim_id: str = Field(description="The original whose words it has.")
    entities: list[str] = Field(description="Organisations, people and places of its originals.")
    event_date: date | None = Field(
        description="First day of the period of the event; empty where no original is dated."
    )
    date_precision: Precision | None = Field(description="How exact the date is.")
    reconciliation_type: Literal["DUPLICATE", "CONFLICT", "TIMELINE", "PASS_THROUGH"] = Field(
        description="What was reconciled: duplicates, a conflict, a timeline, or nothing."
    )
    sources: list[ClaimSource] = Field(description="Address, name and tier of the source of each original.")
    details: ClaimDetails = Field(default=ClaimDetails(), description="What code read in its originals.")
    supersedes: list[str] = Field(default=[], description="Merged claims that it overtakes.")
    conflict_ids: list[str] = Field(default=[], description="The conflicts that it is a side of.")


class ConflictValue(Model):
    """One side of a conflict."""

    value: str
    claim_id: str
    source_id: str
    tier: Tier
    date_reported: date | None


class Conflict(Model):
    """Sources that disagree on `subject`. All sides stay; `preferred` is one of the values, `rule` says why."""

    id: str
    kind: Literal["amount", "date", "place", "status", "person", "count"]
    subject: str = ""
    merged_claim_ids: list[str]
    values: list[ConflictValue]
    preferred: str
    rule: str


class TimelineEntry(Model):
    """One report within a timeline."""

    date_reported: date | None
    status: Literal["ANNOUNCED", "REVISED", "ACTUAL", "SUPERSEDED"]
    value: str
    claim_id: str


class Timeline(Model):
    """How one figure or date changed: `current` is the value that holds now."""

    id: str
    subject: str
    current: str
    history: list[TimelineEntry]


class ResolvedContact(Model):
    """A person after reconciliation of all claims that name them."""

    id: str
    name: str
    current_role: str | None
    organization: str
    evidence_claims: list[str]
    resolution: Literal["SAME_PERSON", "DIFFERENT_PERSON", "UNSURE", "SINGLE"]
    confidence: Confidence


class Ambiguity(Model):
    """Claims that may or may not say the same; both are kept."""

    id: str
    claim_ids: list[str]
    reason: str


class MergeStats(Model):
    """Counts of what the merge did; they add up: input = invalid + sum of the clusters' sizes."""

    input_claims_count: int
    output_claims_count: int
    duplicates_merged: int
    conflicts_resolved: int
    timelines_resolved: int
    contacts_resolved: int
    ambiguous_items: int
    passed_through: int
    invalid_claims: int


class MergeResult(Model):
    """The artifact `merged_claims`."""

    target_entity: str
    merged: list[MergedClaim]
    contacts_resolved: list[ResolvedContact] = []
    timelines: list[Timeline] = []
    conflicts: list[Conflict] = []
    ambiguous: list[Ambiguity] = []
    stats: MergeStats
