"""Artifacts, claims, merged claims, resolved objects, packs and assignments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, one_of, text, time

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "v2_artifacts",
    "v2_claim_assignments",
    "v2_claims",
    "v2_merge_stats",
    "v2_merged_claims",
    "v2_resolved_objects",
    "v2_context_packs",
)


def upgrade() -> None:
    """Make the tables."""
    _artifacts()
    _claim_assignments()
    _claims()
    _merge_stats()
    _merged_claims()
    _resolved_objects()
    _context_packs()


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _artifacts() -> None:
    op.create_table(
        "v2_artifacts",
        must("asset", text()),
        must("attempt", sa.Integer()),
        must("digest", text(64)),
        must("payload", sa.LargeBinary()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_artifacts", "client_id", "v2_clients.id"),
        foreign("v2_artifacts", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_artifacts"),
        sa.UniqueConstraint("pipeline_run_id", "asset", name="uq_v2_artifacts_pipeline_run_id_asset"),
    )
    op.create_index("ix_v2_artifacts_client_id", "v2_artifacts", ["client_id"])
    op.create_index("ix_v2_artifacts_pipeline_run_id", "v2_artifacts", ["pipeline_run_id"])


def _claim_assignments() -> None:
    op.create_table(
        "v2_claim_assignments",
        must(
            "section_key",
            one_of(
                "section_key",
                "INTRO",
                "SIGNALS",
                "CONTACTS",
                "LEAD_INTELLIGENCE",
                "STRATEGY",
                "OPPORTUNITY",
                "CLIENT_SPECIFIC",
                "OUTREACH",
                "SOURCES",
                "SCORE",
            ),
        ),
        must("merged_claim_id", text()),
        must("priority", sa.Integer()),
        may("coverage_notes", text()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_claim_assignments", "client_id", "v2_clients.id"),
        foreign("v2_claim_assignments", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_claim_assignments"),
        sa.UniqueConstraint(
            "pipeline_run_id",
            "section_key",
            "merged_claim_id",
            name=op.f("uq_v2_claim_assignments_pipeline_run_id_section_key_merged_claim_id"),
        ),
    )
    op.create_index("ix_v2_claim_assignments_client_id", "v2_claim_assignments", ["client_id"])
    op.create_index("ix_v2_claim_assignments_pipeline_run_id", "v2_claim_assignments", ["pipeline_run_id"])


def _claims() -> None:
    op.create_table(
        "v2_claims",
        must("claim_id", text()),
        must(
            "claim_type",
            one_of(
                "claim_type",
                "SIGNAL",
                "CONTACT",
                "ENTITY",
                "RELATIONSHIP",
                "OPPORTUNITY",
                "METRIC",
                "ATTRIBUTE",
                "NOTE",
            ),
        ),
        must("statement", text()),
        must("entities", sa.JSON()),
        may("date_in_claim", sa.Date()),
        may("date_precision", one_of("date_precision", "day", "month", "quarter", "half", "year")),
        may("source_id", text()),
        may("source_url", text()),
        may("source_name", text()),
        may("source_tier", one_of("source_tier", "GOV", "PRIMARY", "NEWS", "OTHER")),
        may("confidence", one_of("confidence", "HIGH", "MEDIUM", "LOW")),
        must("source_step", text()),
        must("quote", text()),
        may("start_char", sa.Integer()),
        may("end_char", sa.Integer()),
        must("details", sa.JSON()),
        may("invalid_reason", text()),
        must("is_merged", sa.Boolean()),
        may("merged_into", text()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        sa.CheckConstraint("(date_in_claim IS NULL) = (date_precision IS NULL)", name=op.f("ck_v2_claims_date")),
        sa.CheckConstraint(
            "invalid_reason IS NOT NULL OR (source_tier IS NOT NULL AND confidence IS NOT NULL)",
            name=op.f("ck_v2_claims_judged"),
        ),
        sa.CheckConstraint(
            "invalid_reason IS NOT NULL OR (start_char >= 0 AND end_char > start_char)", name=op.f("ck_v2_claims_bound")
        ),
        sa.CheckConstraint(
            "length(statement) <= 500 OR invalid_reason IS NOT NULL", name=op.f("ck_v2_claims_statement")
        ),
        foreign("v2_claims", "client_id", "v2_clients.id"),
        foreign("v2_claims", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_claims"),
        sa.UniqueConstraint("pipeline_run_id", "claim_id", name="uq_v2_claims_pipeline_run_id_claim_id"),
    )
    op.create_index("ix_v2_claims_client_id", "v2_claims", ["client_id"])
    op.create_index("ix_v2_claims_pipeline_run_id", "v2_claims", ["pipeline_run_id"])
    op.create_index("ix_v2_claims_run_type", "v2_claims", ["pipeline_run_id", "claim_type"])
    op.create_index(
        "ix_v2_claims_unmerged",
        "v2_claims",
        ["pipeline_run_id"],
        sqlite_where=sa.text("is_merged = 0"),
        postgresql_where=sa.text("NOT is_merged"),
    )


def _merge_stats() -> None:
    op.create_table(
        "v2_merge_stats",
        must("input_claims_count", sa.Integer()),
        must("output_claims_count", sa.Integer()),
        must("duplicates_merged", sa.Integer()),
        must("conflicts_resolved", sa.Integer()),
        must("timelines_resolved", sa.Integer()),
        must("contacts_resolved", sa.Integer()),
        must("ambiguous_items", sa.Integer()),
        must("passed_through", sa.Integer()),
        must("invalid_claims", sa.Integer()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_merge_stats", "client_id", "v2_clients.id"),
        foreign("v2_merge_stats", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_merge_stats"),
        sa.UniqueConstraint("pipeline_run_id", name="uq_v2_merge_stats_pipeline_run_id"),
    )
    op.create_index("ix_v2_merge_stats_client_id", "v2_merge_stats", ["client_id"])
    op.create_index("ix_v2_merge_stats_pipeline_run_id", "v2_merge_stats", ["pipeline_run_id"])


def _merged_claims() -> None:
    op.create_table(
        "v2_merged_claims",
        must("merged_claim_id", text()),
        must(
            "claim_type",
            one_of(
                "claim_type",
                "SIGNAL",
                "CONTACT",
                "ENTITY",
                "RELATIONSHIP",
                "OPPORTUNITY",
                "METRIC",
                "ATTRIBUTE",
                "NOTE",
            ),
        ),
        must("statement", text()),
        must("status", one_of("status", "current", "superseded", "contested")),
        must("entities", sa.JSON()),
        may("date_in_claim", sa.Date()),
        may("date_precision", one_of("date_precision", "day", "month", "quarter", "half", "year")),
        must("canonical_claim_id", text()),
        must("original_claim_ids", sa.JSON()),
        must("sources", sa.JSON()),
        must("confidence", one_of("confidence", "HIGH", "MEDIUM", "LOW")),
        must("reconciliation_type", one_of("reconciliation_type", "DUPLICATE", "CONFLICT", "TIMELINE", "PASS_THROUGH")),
        must("conflicts_resolved", sa.JSON()),
        must("supersedes", sa.JSON()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_merged_claims", "client_id", "v2_clients.id"),
        foreign("v2_merged_claims", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_merged_claims"),
        sa.UniqueConstraint(
            "pipeline_run_id", "merged_claim_id", name="uq_v2_merged_claims_pipeline_run_id_merged_claim_id"
        ),
    )
    op.create_index("ix_v2_merged_claims_client_id", "v2_merged_claims", ["client_id"])
    op.create_index("ix_v2_merged_claims_pipeline_run_id", "v2_merged_claims", ["pipeline_run_id"])


def _resolved_objects() -> None:
    op.create_table(
        "v2_resolved_objects",
        must("object_type", one_of("object_type", "CONTACT", "TIMELINE", "CONFLICT", "AMBIGUOUS")),
        must("object_id", text()),
        must("data", sa.JSON()),
        must("evidence_claim_ids", sa.JSON()),
        may("confidence", one_of("confidence", "HIGH", "MEDIUM", "LOW")),
        may("resolution", text()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_resolved_objects", "client_id", "v2_clients.id"),
        foreign("v2_resolved_objects", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_resolved_objects"),
        sa.UniqueConstraint("pipeline_run_id", "object_id", name="uq_v2_resolved_objects_pipeline_run_id_object_id"),
    )
    op.create_index("ix_v2_resolved_objects_client_id", "v2_resolved_objects", ["client_id"])
    op.create_index("ix_v2_resolved_objects_pipeline_run_id", "v2_resolved_objects", ["pipeline_run_id"])


def _context_packs() -> None:
    op.create_table(
        "v2_context_packs",
        must("asset", text()),
        must(
            "pack_type",
            one_of("pack_type", "signal_to_entity", "entity_to_contacts", "contacts_to_enrichment", "signal_discovery"),
        ),
        must("pack_data", sa.JSON()),
        must("anchor_claim_ids", sa.JSON()),
        may("step_run_id", text(36)),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_context_packs", "client_id", "v2_clients.id"),
        foreign("v2_context_packs", "pipeline_run_id", "v2_pipeline_runs.id"),
        foreign("v2_context_packs", "step_run_id", "v2_step_runs.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_context_packs"),
        sa.UniqueConstraint(
            "pipeline_run_id", "asset", "pack_type", name="uq_v2_context_packs_pipeline_run_id_asset_pack_type"
        ),
    )
    op.create_index("ix_v2_context_packs_client_id", "v2_context_packs", ["client_id"])
    op.create_index("ix_v2_context_packs_pipeline_run_id", "v2_context_packs", ["pipeline_run_id"])
