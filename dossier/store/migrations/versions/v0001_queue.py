"""Clients, leads, sources, prompts, runs, step runs and lineage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, one_of, text, time

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "v2_clients",
    "v2_prompts",
    "v2_leads",
    "v2_prompt_versions",
    "v2_sources",
    "v2_pipeline_runs",
    "v2_step_runs",
    "v2_variable_lineage",
)


def upgrade() -> None:
    """Make the tables."""
    _clients()
    _prompts()
    _leads()
    _prompt_versions()
    _sources()
    _pipeline_runs()
    _step_runs()
    _variable_lineage()


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _clients() -> None:
    op.create_table(
        "v2_clients",
        must("slug", text(100)),
        must("name", text()),
        must("icp_config", sa.JSON()),
        must("industry_research", sa.JSON()),
        must("research_context", sa.JSON()),
        must("settings", sa.JSON()),
        must("status", one_of("status", "active", "inactive", "archived")),
        may("notes", text()),
        time("updated_at"),
        must("id", text(36)),
        time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_clients"),
        sa.UniqueConstraint("slug", name="uq_v2_clients_slug"),
    )


def _prompts() -> None:
    op.create_table(
        "v2_prompts",
        must("prompt_id", text(100)),
        must("name", text()),
        must("stage", text()),
        must("step_order", sa.Double()),
        must("produces_claims", sa.Boolean()),
        must("merges_claims", sa.Boolean()),
        must("produces_context_pack", sa.Boolean()),
        may("context_pack_type", text()),
        must("model", text()),
        must("uses_tools", sa.JSON()),
        must("execution_mode", one_of("execution_mode", "sync", "async_poll", "background", "agent")),
        must("timeout_seconds", sa.Integer()),
        must("current_version", sa.Integer()),
        must("is_active", sa.Boolean()),
        time("updated_at"),
        must("id", text(36)),
        time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_prompts"),
        sa.UniqueConstraint("prompt_id", name="uq_v2_prompts_prompt_id"),
    )


def _leads() -> None:
    op.create_table(
        "v2_leads",
        must("lead_id", text(30)),
        must("identity", text()),
        must("name", text()),
        must("name_key", text()),
        may("domain", text()),
        must("aliases", sa.JSON()),
        must("profile", sa.JSON()),
        must("extra", sa.JSON()),
        must("status", one_of("status", "new", "flagged", "processing", "ready", "delivered", "archived", "blocked")),
        may("last_error", text()),
        time("updated_at"),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_leads", "client_id", "v2_clients.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_leads"),
        sa.UniqueConstraint("client_id", "lead_id", name="uq_v2_leads_client_id_lead_id"),
    )
    op.create_index("ix_v2_leads_client_id", "v2_leads", ["client_id"])
    op.create_index("ix_v2_leads_client_id_name_key", "v2_leads", ["client_id", "name_key"])
    op.create_index("ix_v2_leads_client_id_status", "v2_leads", ["client_id", "status"])
    op.create_index(
        "uq_v2_leads_client_id_domain",
        "v2_leads",
        ["client_id", "domain"],
        unique=True,
        sqlite_where=sa.text("domain IS NOT NULL"),
        postgresql_where=sa.text("domain IS NOT NULL"),
    )


def _prompt_versions() -> None:
    op.create_table(
        "v2_prompt_versions",
        must("prompt_id", text(100)),
        must("version_number", sa.Integer()),
        must("content", text()),
        must("system_prompt", text()),
        must("digest", text(64)),
        may("change_notes", text()),
        must("created_by", text()),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_prompt_versions", "prompt_id", "v2_prompts.prompt_id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_prompt_versions"),
        sa.UniqueConstraint("prompt_id", "version_number", name="uq_v2_prompt_versions_prompt_id_version_number"),
    )


def _sources() -> None:
    op.create_table(
        "v2_sources",
        must("id", sa.Integer()),
        time("created_at"),
        may("client_id", text(36)),
        must("source_id", text(30)),
        must("sha256", text(64)),
        may("url", text()),
        may("host", text()),
        must("title", text()),
        may("publisher", text()),
        must("tier", one_of("tier", "GOV", "PRIMARY", "NEWS", "OTHER")),
        must("tier_reason", text()),
        may("published_at", sa.Date()),
        may("published_precision", one_of("published_precision", "day", "month", "quarter", "half", "year")),
        must("retrieved_at", text()),
        may("doc_type", text()),
        must("text", text()),
        must("title_terms", text()),
        must("terms", text()),
        must("length", sa.Integer()),
        must("references", sa.JSON()),
        must("extra", sa.JSON()),
        sa.CheckConstraint(
            "(published_at IS NULL) = (published_precision IS NULL)", name=op.f("ck_v2_sources_published")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_v2_sources_sha256")),
        foreign("v2_sources", "client_id", "v2_clients.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_sources"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_v2_sources_source_id", "v2_sources", ["source_id"])
    op.create_index(
        "uq_v2_sources_client_id_sha256",
        "v2_sources",
        ["client_id", "sha256"],
        unique=True,
        sqlite_where=sa.text("client_id IS NOT NULL"),
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_index(
        "uq_v2_sources_shared_sha256",
        "v2_sources",
        ["sha256"],
        unique=True,
        sqlite_where=sa.text("client_id IS NULL"),
        postgresql_where=sa.text("client_id IS NULL"),
    )


def _pipeline_runs() -> None:
    op.create_table(
        "v2_pipeline_runs",
        must("run_id", text(100)),
        may("lead_id", text(36)),
        must("n", sa.Integer()),
        must(
            "status", one_of("status", "pending", "running", "completed", "failed", "cancelled", "skipped", "blocked")
        ),
        must("trigger", one_of("trigger", "manual", "scheduled", "sensor", "webhook", "backfill", "retry")),
        may("provider", text()),
        may("reference_date", sa.Date()),
        may("seed", sa.JSON()),
        may("config", sa.JSON()),
        may("current_step", text()),
        must("steps_completed", sa.JSON()),
        must("attempt", sa.Integer()),
        must("fresh_from", sa.Integer()),
        must("fence", sa.Integer()),
        may("owner", text()),
        time("lease_until", nullable=True),
        may("dagster_run_id", text()),
        must("requeues", sa.Integer()),
        must("crashes", sa.Integer()),
        may("crash_step", text()),
        time("not_before", nullable=True),
        may("last_error", text()),
        may("error_step", text()),
        may("error_traceback", text()),
        time("started_at", nullable=True),
        time("completed_at", nullable=True),
        time("updated_at"),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        sa.CheckConstraint(
            "attempt >= 1 AND fresh_from >= 1 AND fresh_from <= attempt", name=op.f("ck_v2_pipeline_runs_attempt")
        ),
        sa.CheckConstraint("requeues >= 0 AND crashes >= 0", name=op.f("ck_v2_pipeline_runs_counters")),
        foreign("v2_pipeline_runs", "client_id", "v2_clients.id"),
        foreign("v2_pipeline_runs", "lead_id", "v2_leads.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_pipeline_runs"),
        sa.UniqueConstraint("lead_id", "n", name="uq_v2_pipeline_runs_lead_id_n"),
        sa.UniqueConstraint("run_id", name="uq_v2_pipeline_runs_run_id"),
    )
    op.create_index("ix_v2_pipeline_runs_client_id", "v2_pipeline_runs", ["client_id"])
    op.create_index("ix_v2_pipeline_runs_client_id_created_at", "v2_pipeline_runs", ["client_id", "created_at"])
    op.create_index("ix_v2_pipeline_runs_status_created_at", "v2_pipeline_runs", ["status", "created_at"])
    op.create_index(
        "uq_v2_pipeline_runs_live_lead",
        "v2_pipeline_runs",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('pending', 'running')"),
        postgresql_where=sa.text("status IN ('pending', 'running')"),
    )


def _step_runs() -> None:
    op.create_table(
        "v2_step_runs",
        must("seq", sa.Integer()),
        must("step", text()),
        must("asset", text()),
        must("attempt", sa.Integer()),
        may("prompt_id", text()),
        may("prompt_version", sa.Integer()),
        must("status", one_of("status", "pending", "running", "completed", "failed", "skipped")),
        must("input_variables", sa.JSON()),
        may("interpolated_prompt", text()),
        may("raw_output", text()),
        may("parsed_output", sa.JSON()),
        may("model", text()),
        must("tokens_in", sa.Integer()),
        must("tokens_out", sa.Integer()),
        must("cost_usd", sa.Double()),
        must("llm_calls", sa.Integer()),
        must("cached_calls", sa.Integer()),
        must("counts", sa.JSON()),
        may("duration_ms", sa.Integer()),
        time("started_at"),
        time("completed_at", nullable=True),
        may("error_message", text()),
        may("error_traceback", text()),
        may("response_id", text()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_step_runs", "client_id", "v2_clients.id"),
        foreign("v2_step_runs", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_step_runs"),
    )
    op.create_index("ix_v2_step_runs_client_id", "v2_step_runs", ["client_id"])
    op.create_index("ix_v2_step_runs_pipeline_run_id", "v2_step_runs", ["pipeline_run_id"])
    op.create_index("ix_v2_step_runs_run_status", "v2_step_runs", ["pipeline_run_id", "status"])
    op.create_index("ix_v2_step_runs_step", "v2_step_runs", ["step"])


def _variable_lineage() -> None:
    op.create_table(
        "v2_variable_lineage",
        must("step_run_id", text(36)),
        must("variable_name", text()),
        must(
            "source_type",
            one_of("source_type", "client_config", "previous_step", "seed", "static", "computed", "context_pack"),
        ),
        may("source_step", text()),
        may("source_step_run_id", text(36)),
        must("value_preview", text()),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        sa.CheckConstraint("length(value_preview) <= 500", name=op.f("ck_v2_variable_lineage_preview")),
        foreign("v2_variable_lineage", "client_id", "v2_clients.id"),
        foreign("v2_variable_lineage", "source_step_run_id", "v2_step_runs.id", "SET NULL"),
        foreign("v2_variable_lineage", "step_run_id", "v2_step_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_variable_lineage"),
        sa.UniqueConstraint("step_run_id", "variable_name", name="uq_v2_variable_lineage_step_run_id_variable_name"),
    )
    op.create_index("ix_v2_variable_lineage_client_id", "v2_variable_lineage", ["client_id"])
