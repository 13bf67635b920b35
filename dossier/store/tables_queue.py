"""Tables of what goes in and what is under way: clients, leads, sources, prompts, runs, step runs, lineage.

Here: columns, checks, uniqueness, cascades and the indexes that the queries use. Not here: what comes out of
a run (`tables_evidence.py`) and any query.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from dossier.models import Document, Lead, LeadStatus, Precision, RunStatus, Source, StepStatus, Tier
from dossier.store.columns import Base, ClientOwned, JsonDict, Row, RunOwned, StoredText, now_utc, one_of

TRIGGERS = ("manual", "scheduled", "sensor", "webhook", "backfill", "retry")
_HELD = text("lease_until IS NOT NULL")
LINEAGE = ("client_config", "previous_step", "seed", "static", "computed", "context_pack")


class ClientRow(Row, Base):
    """A company that sells. `settings` holds the config's other parts and unknown fields."""

    __tablename__ = "v2_clients"

    slug: Mapped[str] = mapped_column(StoredText(100), unique=True)
    name: Mapped[str]
    icp_config: Mapped[JsonDict]
    industry_research: Mapped[JsonDict]
    research_context: Mapped[JsonDict]
    settings: Mapped[JsonDict]
    status: Mapped[str] = mapped_column(one_of("status", ("active", "inactive", "archived")), default="active")
    notes: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)


class LeadRow(ClientOwned, Base):
    """An organisation that might buy. `extra` keeps imported columns that the pipeline never reads."""

    __tablename__ = "v2_leads"
    __table_args__ = (
        UniqueConstraint("client_id", "lead_id"),
        Index(
            "uq_v2_leads_client_id_domain",
            "client_id",
            "domain",
            unique=True,
            sqlite_where=text("domain IS NOT NULL"),
            postgresql_where=text("domain IS NOT NULL"),
        ),
        Index("ix_v2_leads_client_id_name_key", "client_id", "name_key"),
        Index("ix_v2_leads_client_id_status", "client_id", "status"),
    )

    lead_id: Mapped[str] = mapped_column(StoredText(30))
    identity: Mapped[str]
    name: Mapped[str]
    name_key: Mapped[str]
    domain: Mapped[str | None]
    aliases: Mapped[list[str]]
    profile: Mapped[JsonDict]
    extra: Mapped[JsonDict]
    status: Mapped[LeadStatus] = mapped_column(one_of("status", LeadStatus), default=LeadStatus.NEW)
    last_error: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)

    def as_lead(self) -> Lead:
        """Return the lead as the pipeline sees it: without labels."""
        return Lead(
            id=self.lead_id,
            name=self.name,
            domain=self.domain,
            aliases=list(self.aliases),
            profile=dict(self.profile),
        )


class SourceRow(Base):
    """A source text, shared (`client_id` null) or of one client; the same text is stored once in each.

    `id` is an integer because the full-text index refers to it; `host` is the URL's domain. `title_terms`
    and `terms` are the words of title and text as `dossier.ranking.normal_form` gives them; `length` counts
    the words of the text.
    """

    __tablename__ = "v2_sources"
    __table_args__ = (
        Index(
            "uq_v2_sources_shared_sha256",
            "sha256",
            unique=True,
            sqlite_where=text("client_id IS NULL"),
            postgresql_where=text("client_id IS NULL"),
        ),
        Index(
            "uq_v2_sources_client_id_sha256",
            "client_id",
            "sha256",
            unique=True,
            sqlite_where=text("client_id IS NOT NULL"),
            postgresql_where=text("client_id IS NOT NULL"),
        ),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("(published_at IS NULL) = (published_precision IS NULL)", name="published"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("v2_clients.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(StoredText(30), index=True)
    sha256: Mapped[str] = mapped_column(StoredText(64))
    url: Mapped[str | None]
    host: Mapped[str | None]
    title: Mapped[str]
    publisher: Mapped[str | None]
    tier: Mapped[Tier] = mapped_column(one_of("tier", Tier))
    tier_reason: Mapped[str]
    published_at: Mapped[date | None]
    published_precision: Mapped[Precision | None] = mapped_column(one_of("published_precision", Precision))
    retrieved_at: Mapped[str]
    doc_type: Mapped[str | None]
    text: Mapped[str]
    title_terms: Mapped[str]
    terms: Mapped[str]
    length: Mapped[int]
    references: Mapped[list[JsonDict]]
    extra: Mapped[JsonDict]

    def as_source(self) -> Source:
        """Return the source without its text and without labels."""
        return Source.model_construct(**self._public())

    def as_document(self) -> Document:
        """Return the source with its text, without labels."""
        return Document.model_construct(**self._public(), text=self.text)

    def _public(self) -> JsonDict:
        return {
            "id": self.source_id,
            "sha256": self.sha256,
            "url": self.url,
            "title": self.title,
            "publisher": self.publisher,
            "tier": self.tier,
            "published_at": self.published_at,
            "published_precision": self.published_precision,
            "retrieved_at": self.retrieved_at,
            "doc_type": self.doc_type,
        }


class PromptRow(Row, Base):
    """A prompt by its step id; its texts are in `v2_prompt_versions`."""

    __tablename__ = "v2_prompts"

    prompt_id: Mapped[str] = mapped_column(StoredText(100), unique=True)
    name: Mapped[str]
    stage: Mapped[str]
    step_order: Mapped[float]
    produces_claims: Mapped[bool]
    merges_claims: Mapped[bool]
    produces_context_pack: Mapped[bool]
    context_pack_type: Mapped[str | None]
    model: Mapped[str]
    uses_tools: Mapped[list[str]]
    execution_mode: Mapped[str] = mapped_column(
        one_of("execution_mode", ("sync", "async_poll", "background", "agent")), default="sync"
    )
    timeout_seconds: Mapped[int] = mapped_column(default=300)
    current_version: Mapped[int] = mapped_column(default=1)
    is_active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)


class PromptVersionRow(Row, Base):
    """One text of a prompt with its `settings` (role, effort, limits), by digest; rows are only ever added."""

    __tablename__ = "v2_prompt_versions"
    __table_args__ = (UniqueConstraint("prompt_id", "version_number"),)

    prompt_id: Mapped[str] = mapped_column(ForeignKey("v2_prompts.prompt_id", ondelete="CASCADE"))
    version_number: Mapped[int]
    content: Mapped[str]
    system_prompt: Mapped[str]
    digest: Mapped[str] = mapped_column(StoredText(64))
    settings: Mapped[JsonDict | None]
    change_notes: Mapped[str | None]
    created_by: Mapped[str]


class RunRow(ClientOwned, Base):
    """One dossier run. Its status here is the truth; Dagster is the engine and the view.

    Artifacts of attempts from `fresh_from` on count as finished. `fence` rises with every change of hands,
    and each write of a worker carries the fence it was given. `crash_counts` are the crashes by step, `crashes`
    the most of them; 0 means that they begin anew. `options` are wishes for this run alone: its budget, fresh
    answers, batches (`dossier.store.options`).
    """

    __tablename__ = "v2_pipeline_runs"
    __table_args__ = (
        UniqueConstraint("lead_id", "n"),
        CheckConstraint("attempt >= 1 AND fresh_from >= 1 AND fresh_from <= attempt", name="attempt"),
        CheckConstraint("requeues >= 0 AND crashes >= 0", name="counters"),
        Index("ix_v2_pipeline_runs_status_created_at", "status", "created_at"),
        Index("ix_v2_pipeline_runs_client_id_created_at", "client_id", "created_at"),
        Index("ix_v2_pipeline_runs_owner", "owner", sqlite_where=_HELD, postgresql_where=_HELD),
        Index(
            "uq_v2_pipeline_runs_live_lead",
            "lead_id",
            unique=True,
            sqlite_where=text("status IN ('pending', 'running')"),
            postgresql_where=text("status IN ('pending', 'running')"),
        ),
    )

    run_id: Mapped[str] = mapped_column(StoredText(100), unique=True)
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("v2_leads.id", ondelete="CASCADE"))
    n: Mapped[int]
    status: Mapped[RunStatus] = mapped_column(one_of("status", RunStatus), default=RunStatus.PENDING)
    trigger: Mapped[str] = mapped_column(one_of("trigger", TRIGGERS))
    provider: Mapped[str | None]
    reference_date: Mapped[date | None]
    seed: Mapped[JsonDict | None]
    config: Mapped[JsonDict | None]
    options: Mapped[JsonDict | None]
    current_step: Mapped[str | None]
    steps_completed: Mapped[list[str]] = mapped_column(default=list)
    attempt: Mapped[int] = mapped_column(default=1)
    fresh_from: Mapped[int] = mapped_column(default=1)
    fence: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    dagster_run_id: Mapped[str | None]
    requeues: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    crash_step: Mapped[str | None]
    crash_counts: Mapped[JsonDict | None]
    not_before: Mapped[datetime | None]
    waiting_for: Mapped[str | None]
    told_to_wait_since: Mapped[datetime | None]
    last_error: Mapped[str | None]
    error_step: Mapped[str | None]
    error_traceback: Mapped[str | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=now_utc, onupdate=now_utc)


class DeletedRunRow(ClientOwned, Base):
    """The number of a deleted run: it is never given to another one, neither here nor in Dagster."""

    __tablename__ = "v2_deleted_runs"

    run_id: Mapped[str] = mapped_column(StoredText(100), unique=True)
    lead_id: Mapped[str | None] = mapped_column(ForeignKey("v2_leads.id", ondelete="CASCADE"), index=True)
    n: Mapped[int]


class StepRunRow(RunOwned, Base):
    """One execution of one step: inserted as running, closed once, never changed afterwards."""

    __tablename__ = "v2_step_runs"
    __table_args__ = (Index("ix_v2_step_runs_run_status", "pipeline_run_id", "status"),)

    seq: Mapped[int]
    step: Mapped[str] = mapped_column(index=True)
    asset: Mapped[str]
    attempt: Mapped[int]
    prompt_id: Mapped[str | None]
    prompt_version: Mapped[int | None]
    status: Mapped[StepStatus] = mapped_column(one_of("status", StepStatus))
    input_variables: Mapped[JsonDict]
    interpolated_prompt: Mapped[str | None]
    raw_output: Mapped[str | None]
    parsed_output: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    model: Mapped[str | None]
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    llm_calls: Mapped[int] = mapped_column(default=0)
    cached_calls: Mapped[int] = mapped_column(default=0)
    counts: Mapped[JsonDict] = mapped_column(default=dict)
    duration_ms: Mapped[int | None]
    started_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    error_message: Mapped[str | None]
    error_traceback: Mapped[str | None]
    response_id: Mapped[str | None]


class StepValueRow(Base):
    """A value that step runs of a run were given, by digest; goes with the run."""

    __tablename__ = "v2_step_values"

    pipeline_run_id: Mapped[str] = mapped_column(
        StoredText(36), ForeignKey("v2_pipeline_runs.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(StoredText(64), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("v2_clients.id", ondelete="CASCADE"), index=True)
    value: Mapped[Any] = mapped_column(JSON())


class LineageRow(ClientOwned, Base):
    """Where one prompt variable's value came from."""

    __tablename__ = "v2_variable_lineage"
    __table_args__ = (
        UniqueConstraint("step_run_id", "variable_name"),
        CheckConstraint("length(value_preview) <= 500", name="preview"),
    )

    step_run_id: Mapped[str] = mapped_column(ForeignKey("v2_step_runs.id", ondelete="CASCADE"))
    variable_name: Mapped[str]
    source_type: Mapped[str] = mapped_column(one_of("source_type", LINEAGE))
    source_step: Mapped[str | None]
    source_step_run_id: Mapped[str | None] = mapped_column(ForeignKey("v2_step_runs.id", ondelete="SET NULL"))
    value_preview: Mapped[str]
