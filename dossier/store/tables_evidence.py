"""Tables of what a run makes: artifacts, claims, merged claims, packs, plan, dossiers, contacts; and parses.

Here: columns, checks, uniqueness, cascades. The artifact (`v2_artifacts`) is the truth of a run; the other
tables are projections of it for people and queries. Not here: the projecting (`projections.py`).
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dossier.models import SECTION_KEYS, ClaimType, Confidence, Precision, Tier
from dossier.store.columns import Base, JsonDict, RunOwned, StoredText, now_utc, one_of

ASSIGNMENT_KEYS = tuple(key.upper() for key in SECTION_KEYS)
PACK_TYPES = ("signal_to_entity", "entity_to_contacts", "contacts_to_enrichment", "signal_discovery")


class ArtifactRow(RunOwned, Base):
    """An asset's artifact of a run, as JSON bytes with their sha256."""

    __tablename__ = "v2_artifacts"
    __table_args__ = (UniqueConstraint("pipeline_run_id", "asset"),)

    asset: Mapped[str]
    attempt: Mapped[int]
    digest: Mapped[str] = mapped_column(StoredText(64))
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class ClaimRow(RunOwned, Base):
    """A raw claim. One whose quote does not stand keeps its draft here, with `invalid_reason`."""

    __tablename__ = "v2_claims"
    __table_args__ = (
        UniqueConstraint("pipeline_run_id", "claim_id"),
        CheckConstraint("length(statement) <= 500 OR invalid_reason IS NOT NULL", name="statement"),
        CheckConstraint("invalid_reason IS NOT NULL OR (start_char >= 0 AND end_char > start_char)", name="bound"),
        CheckConstraint(
            "invalid_reason IS NOT NULL OR (source_tier IS NOT NULL AND confidence IS NOT NULL)",
            name="judged",
        ),
        CheckConstraint("(date_in_claim IS NULL) = (date_precision IS NULL)", name="date"),
        Index("ix_v2_claims_run_type", "pipeline_run_id", "claim_type"),
        Index(
            "ix_v2_claims_unmerged",
            "pipeline_run_id",
            sqlite_where=text("is_merged = 0"),
            postgresql_where=text("NOT is_merged"),
        ),
    )

    claim_id: Mapped[str]
    claim_type: Mapped[ClaimType] = mapped_column(one_of("claim_type", ClaimType))
    statement: Mapped[str]
    entities: Mapped[list[str]]
    date_in_claim: Mapped[date | None]
    date_precision: Mapped[Precision | None] = mapped_column(one_of("date_precision", Precision))
    source_id: Mapped[str | None]
    source_url: Mapped[str | None]
    source_name: Mapped[str | None]
    source_tier: Mapped[Tier | None] = mapped_column(one_of("source_tier", Tier))
    confidence: Mapped[Confidence | None] = mapped_column(one_of("confidence", Confidence))
    source_step: Mapped[str]
    quote: Mapped[str]
    start_char: Mapped[int | None]
    end_char: Mapped[int | None]
    details: Mapped[JsonDict]
    invalid_reason: Mapped[str | None]
    is_merged: Mapped[bool] = mapped_column(default=False)
    merged_into: Mapped[str | None]


class MergedClaimRow(RunOwned, Base):
    """A claim after reconciliation, with every original and every source."""

    __tablename__ = "v2_merged_claims"
    __table_args__ = (UniqueConstraint("pipeline_run_id", "merged_claim_id"),)

    merged_claim_id: Mapped[str]
    claim_type: Mapped[ClaimType] = mapped_column(one_of("claim_type", ClaimType))
    statement: Mapped[str]
    status: Mapped[str] = mapped_column(one_of("status", ("current", "superseded", "contested")))
    entities: Mapped[list[str]]
    date_in_claim: Mapped[date | None]
    date_precision: Mapped[Precision | None] = mapped_column(one_of("date_precision", Precision))
    canonical_claim_id: Mapped[str]
    original_claim_ids: Mapped[list[str]]
    sources: Mapped[list[JsonDict]]
    confidence: Mapped[Confidence] = mapped_column(one_of("confidence", Confidence))
    reconciliation_type: Mapped[str] = mapped_column(
        one_of("reconciliation_type", ("DUPLICATE", "CONFLICT", "TIMELINE", "PASS_THROUGH"))
    )
    conflicts_resolved: Mapped[list[str]]
    supersedes: Mapped[list[str]]


class ResolvedObjectRow(RunOwned, Base):
    """A person, timeline, conflict or ambiguity that the merge found."""

    __tablename__ = "v2_resolved_objects"
    __table_args__ = (UniqueConstraint("pipeline_run_id", "object_id"),)

    object_type: Mapped[str] = mapped_column(one_of("object_type", ("CONTACT", "TIMELINE", "CONFLICT", "AMBIGUOUS")))
    object_id: Mapped[str]
    data: Mapped[JsonDict]
    evidence_claim_ids: Mapped[list[str]]
    confidence: Mapped[Confidence | None] = mapped_column(one_of("confidence", Confidence))
    resolution: Mapped[str | None]


class MergeStatsRow(RunOwned, Base):
    """Counts of what the merge did."""

    __tablename__ = "v2_merge_stats"
    __table_args__ = (UniqueConstraint("pipeline_run_id"),)

    input_claims_count: Mapped[int]
    output_claims_count: Mapped[int]
    duplicates_merged: Mapped[int]
    conflicts_resolved: Mapped[int]
    timelines_resolved: Mapped[int]
    contacts_resolved: Mapped[int]
    ambiguous_items: Mapped[int]
    passed_through: Mapped[int]
    invalid_claims: Mapped[int]


class ContextPackRow(RunOwned, Base):
    """A handover between stages; readers take the newest of a type."""

    __tablename__ = "v2_context_packs"
    __table_args__ = (UniqueConstraint("pipeline_run_id", "asset", "pack_type"),)

    asset: Mapped[str]
    pack_type: Mapped[str] = mapped_column(one_of("pack_type", PACK_TYPES))
    pack_data: Mapped[JsonDict]
    anchor_claim_ids: Mapped[list[str]]
    step_run_id: Mapped[str | None] = mapped_column(ForeignKey("v2_step_runs.id", ondelete="SET NULL"))


class ClaimAssignmentRow(RunOwned, Base):
    """A merged claim routed to a section, in order of priority (0 first)."""

    __tablename__ = "v2_claim_assignments"
    __table_args__ = (UniqueConstraint("pipeline_run_id", "section_key", "merged_claim_id"),)

    section_key: Mapped[str] = mapped_column(one_of("section_key", (*ASSIGNMENT_KEYS, "SCORE")))
    merged_claim_id: Mapped[str]
    priority: Mapped[int] = mapped_column(default=0)
    coverage_notes: Mapped[str | None]


class DossierRow(RunOwned, Base):
    """A run's dossier: made as a skeleton before its contacts and sections, `ready` when it is whole."""

    __tablename__ = "v2_dossiers"
    __table_args__ = (
        UniqueConstraint("pipeline_run_id"),
        CheckConstraint("lead_score BETWEEN 0 AND 100", name="lead_score"),
        Index("ix_v2_dossiers_client_lead", "client_id", "lead_id", "status"),
    )

    lead_id: Mapped[str | None] = mapped_column(ForeignKey("v2_leads.id", ondelete="SET NULL"))
    company_name: Mapped[str]
    company_domain: Mapped[str | None]
    lead_score: Mapped[int | None]
    score_tier: Mapped[str | None] = mapped_column(one_of("score_tier", ("A", "B", "C", "D")))
    timing_urgency: Mapped[str | None] = mapped_column(one_of("timing_urgency", ("HIGH", "MEDIUM", "LOW")))
    primary_signal: Mapped[str | None]
    status: Mapped[str] = mapped_column(one_of("status", ("skeleton", "enriching", "ready", "archived", "superseded")))
    content_status: Mapped[str | None] = mapped_column(one_of("content_status", ("complete", "partial")))
    version: Mapped[int] = mapped_column(default=0)
    sections_completed: Mapped[list[str]] = mapped_column(default=list)
    target_entity: Mapped[str | None]
    ready_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)


class DossierVersionRow(RunOwned, Base):
    """One version of a dossier, whole, as `dossier/v1` JSON; rows are only ever added."""

    __tablename__ = "v2_dossier_versions"
    __table_args__ = (UniqueConstraint("dossier_id", "version"),)

    dossier_id: Mapped[str] = mapped_column(ForeignKey("v2_dossiers.id", ondelete="CASCADE"))
    version: Mapped[int]
    digest: Mapped[str] = mapped_column(StoredText(64))
    content: Mapped[str]


class DossierSectionRow(RunOwned, Base):
    """One of the nine sections of a dossier."""

    __tablename__ = "v2_dossier_sections"
    __table_args__ = (UniqueConstraint("dossier_id", "section_key"),)

    dossier_id: Mapped[str] = mapped_column(ForeignKey("v2_dossiers.id", ondelete="CASCADE"))
    section_key: Mapped[str] = mapped_column(one_of("section_key", SECTION_KEYS))
    title: Mapped[str]
    content: Mapped[JsonDict]
    sentences: Mapped[list[JsonDict]]
    claim_ids: Mapped[list[str]]
    gap: Mapped[str | None]
    writer_step_run_id: Mapped[str | None] = mapped_column(ForeignKey("v2_step_runs.id", ondelete="SET NULL"))


class ContactRow(RunOwned, Base):
    """A person to talk to. Exactly one of a dossier is primary."""

    __tablename__ = "v2_contacts"
    __table_args__ = (
        UniqueConstraint("dossier_id", "contact_id"),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        Index(
            "uq_v2_contacts_primary",
            "dossier_id",
            unique=True,
            sqlite_where=text("is_primary = 1"),
            postgresql_where=text("is_primary"),
        ),
    )

    dossier_id: Mapped[str] = mapped_column(ForeignKey("v2_dossiers.id", ondelete="CASCADE"))
    contact_id: Mapped[str]
    name: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    title: Mapped[str | None]
    organization: Mapped[str]
    email: Mapped[JsonDict | None]
    phone: Mapped[JsonDict | None]
    linkedin_url: Mapped[JsonDict | None]
    why_they_matter: Mapped[str]
    claim_ids: Mapped[list[str]]
    email_copy: Mapped[JsonDict | None]
    linkedin_copy: Mapped[JsonDict | None]
    client_email_copy: Mapped[JsonDict | None]
    client_linkedin_copy: Mapped[JsonDict | None]
    is_primary: Mapped[bool]
    is_verified: Mapped[bool]
    confidence: Mapped[float]
    source: Mapped[str] = mapped_column(default="research")


class ParseRow(Base):
    """A parse kept by the digest of model and text; holds no client's words that a source does not hold."""

    __tablename__ = "v2_parses"

    digest: Mapped[str] = mapped_column(StoredText(80), primary_key=True)
    model: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
