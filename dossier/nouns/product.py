"""The product: the dossier file (format `dossier/v1`) and its delivery.

Here: what a reader of dossier.json finds. Not here: how it is rendered (`dossier/exports`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dossier.nouns.claims import InvalidClaim
from dossier.nouns.contacts import Contact
from dossier.nouns.disqualifying import Disqualification
from dossier.nouns.judging import ScoreAspect, ScorePart
from dossier.nouns.merging import Ambiguity, Conflict, Timeline
from dossier.nouns.sections import ReportFinding, Section, Verdict
from dossier.nouns.words import ClaimType, Confidence, Model, Precision, Tier


class DossierLead(Model):
    """The lead as the dossier names it."""

    id: str
    name: str
    domain: str | None


class WhyNow(Model):
    """The one event to open with: never undated, never older than 12 months."""

    text: str
    claim_ids: list[str]
    event_date: date
    date_precision: Precision
    url: str | None
    age_days: int


class DossierClaim(Model):
    """A raw claim as the file shows it."""

    id: str
    type: ClaimType
    statement: str
    entities: list[str]
    event_date: date | None
    date_precision: Precision | None
    source_id: str
    quote: str
    start: int
    end: int
    source_tier: Tier
    confidence: Confidence


class DossierMergedClaim(Model):
    """A merged claim as the file shows it."""

    id: str
    type: ClaimType
    statement: str
    status: Literal["current", "superseded", "contested"]
    confidence: Confidence
    claim_ids: list[str]
    source_ids: list[str]
    age_days: int | None = None  # to the reference date: of the event or, where no text dates it, of the last report
    old: bool = False  # older than six months


class DossierSource(Model):
    """A source as the file shows it; `id` is derived from its sha256."""

    id: str
    url: str | None
    title: str
    publisher: str | None
    tier: Tier
    published_at: date | None
    published_precision: Precision | None
    retrieved_at: str
    sha256: str
    used_in: list[str] = []


class FactCheckSummary(Model):
    """Counts and findings of the fact-check."""

    sentences: int
    supported: int
    unsupported: list[Verdict]
    report: list[ReportFinding] = Field(default=[], description="What is wrong with the report as a whole.")


class Cost(Model):
    """What the run cost; all zero when extractive."""

    usd: float = 0.0
    llm_calls: int = 0
    cached_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class DossierScore(Model):
    """The score as the file shows it."""

    total: int
    tier: Literal["A", "B", "C", "D"]
    formula: str
    parts: list[ScorePart]
    aspects: list[ScoreAspect] = []


class Dossier(BaseModel):
    """The product, format `dossier/v1`. Serialise with `model_dump_json(by_alias=True)`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)
    schema_: Literal["dossier/v1"] = Field(default="dossier/v1", alias="schema", description="The format.")
    run_id: str = Field(description="Which run made it.")
    client: str = Field(description="Slug of who sells.")
    client_name: str = Field(default="", description="Who sells.")
    lead: DossierLead = Field(description="Who might buy: id, name, domain.")
    status: Literal["complete", "partial"] = Field(description="Partial where a step failed or a budget ended midway.")
    provider: str = Field(description="Which engine wrote.")
    reference_date: date = Field(description="The day that all ages count to.")
    created_at: str = Field(description="When the run was begun.")
    score: DossierScore = Field(description="Total, tier and parts.")
    timing_urgency: Literal["HIGH", "MEDIUM", "LOW"] = Field(description="How soon to act.")
    why_now: WhyNow | None = Field(description="The event to open with; empty where none is dated within 12 months.")
    sections: list[Section] = Field(description="The nine sections in order.")
    claims: list[DossierClaim] = Field(description="Raw claims whose quote stands.")
    invalid_claims: list[InvalidClaim] = Field(description="Ids of claims that are not used, and why.")
    merged_claims: list[DossierMergedClaim] = Field(description="Each fact once.")
    conflicts: list[Conflict] = Field(description="Where sources disagree; all sides stay.")
    timelines: list[Timeline] = Field(description="How figures and dates changed.")
    ambiguous: list[Ambiguity] = Field(default=[], description="Claims that may tell of one thing or of two; all stay.")
    contacts: list[Contact] = Field(description="Who to talk to.")
    sources: list[DossierSource] = Field(description="What it rests on.")
    fact_check: FactCheckSummary = Field(description="Counts, and the sentences that were dropped.")
    gaps: list[str] = Field(description="What is missing.")
    disqualifiers: list[Disqualification] = Field(
        default=[], description="The profile's reasons not to sell: whether each holds, and why."
    )
    unread: list[str] = Field(default=[], description="Research steps that did not read: what they would tell is open.")
    cost: Cost = Field(description="Calls, tokens and money of the run.")


class DeliveredFile(Model):
    """One file of a run: path below the home folder, size in bytes, sha256."""

    path: str = Field(description="Below the home folder.")
    bytes: int = Field(description="Size.")
    sha256: str = Field(description="Digest of the content.")


class Delivery(Model):
    """The artifact `delivery`: the files of the run's newest version."""

    version: int
    files: list[DeliveredFile]
