"""Dossiers with their versions, sections and contacts; kept parses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, one_of, text, time

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("v2_parses", "v2_dossiers", "v2_contacts", "v2_dossier_sections", "v2_dossier_versions")


def upgrade() -> None:
    """Make the tables."""
    _parses()
    _dossiers()
    _contacts()
    _dossier_sections()
    _dossier_versions()


def downgrade() -> None:
    """Drop the tables, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)


def _parses() -> None:
    op.create_table(
        "v2_parses",
        must("digest", text(80)),
        must("model", text()),
        must("payload", sa.LargeBinary()),
        time("created_at"),
        sa.PrimaryKeyConstraint("digest", name="pk_v2_parses"),
    )


def _dossiers() -> None:
    op.create_table(
        "v2_dossiers",
        may("lead_id", text(36)),
        must("company_name", text()),
        may("company_domain", text()),
        may("lead_score", sa.Integer()),
        may("score_tier", one_of("score_tier", "A", "B", "C", "D")),
        may("timing_urgency", one_of("timing_urgency", "HIGH", "MEDIUM", "LOW")),
        may("primary_signal", text()),
        must("status", one_of("status", "skeleton", "enriching", "ready", "archived", "superseded")),
        may("content_status", one_of("content_status", "complete", "partial")),
        must("version", sa.Integer()),
        must("sections_completed", sa.JSON()),
        may("target_entity", text()),
        time("ready_at", nullable=True),
        time("released_at", nullable=True),
        time("updated_at"),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        sa.CheckConstraint("lead_score BETWEEN 0 AND 100", name=op.f("ck_v2_dossiers_lead_score")),
        foreign("v2_dossiers", "client_id", "v2_clients.id"),
        foreign("v2_dossiers", "lead_id", "v2_leads.id", "SET NULL"),
        foreign("v2_dossiers", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_dossiers"),
        sa.UniqueConstraint("pipeline_run_id", name="uq_v2_dossiers_pipeline_run_id"),
    )
    op.create_index("ix_v2_dossiers_client_id", "v2_dossiers", ["client_id"])
    op.create_index("ix_v2_dossiers_client_lead", "v2_dossiers", ["client_id", "lead_id", "status"])
    op.create_index("ix_v2_dossiers_pipeline_run_id", "v2_dossiers", ["pipeline_run_id"])


def _contacts() -> None:
    op.create_table(
        "v2_contacts",
        must("dossier_id", text(36)),
        must("contact_id", text()),
        must("name", text()),
        must("first_name", text()),
        must("last_name", text()),
        may("title", text()),
        must("organization", text()),
        may("email", sa.JSON()),
        may("phone", sa.JSON()),
        may("linkedin_url", sa.JSON()),
        must("why_they_matter", text()),
        must("claim_ids", sa.JSON()),
        may("email_copy", sa.JSON()),
        may("linkedin_copy", sa.JSON()),
        may("client_email_copy", sa.JSON()),
        may("client_linkedin_copy", sa.JSON()),
        must("is_primary", sa.Boolean()),
        must("is_verified", sa.Boolean()),
        must("confidence", sa.Double()),
        must("source", text()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_v2_contacts_confidence")),
        foreign("v2_contacts", "client_id", "v2_clients.id"),
        foreign("v2_contacts", "dossier_id", "v2_dossiers.id"),
        foreign("v2_contacts", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_contacts"),
        sa.UniqueConstraint("dossier_id", "contact_id", name="uq_v2_contacts_dossier_id_contact_id"),
    )
    op.create_index("ix_v2_contacts_client_id", "v2_contacts", ["client_id"])
    op.create_index("ix_v2_contacts_pipeline_run_id", "v2_contacts", ["pipeline_run_id"])
    op.create_index(
        "uq_v2_contacts_primary",
        "v2_contacts",
        ["dossier_id"],
        unique=True,
        sqlite_where=sa.text("is_primary = 1"),
        postgresql_where=sa.text("is_primary"),
    )


def _dossier_sections() -> None:
    op.create_table(
        "v2_dossier_sections",
        must("dossier_id", text(36)),
        must(
            "section_key",
            one_of(
                "section_key",
                "intro",
                "signals",
                "contacts",
                "lead_intelligence",
                "strategy",
                "opportunity",
                "client_specific",
                "outreach",
                "sources",
            ),
        ),
        must("title", text()),
        must("content", sa.JSON()),
        must("sentences", sa.JSON()),
        must("claim_ids", sa.JSON()),
        may("gap", text()),
        may("writer_step_run_id", text(36)),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_dossier_sections", "client_id", "v2_clients.id"),
        foreign("v2_dossier_sections", "dossier_id", "v2_dossiers.id"),
        foreign("v2_dossier_sections", "pipeline_run_id", "v2_pipeline_runs.id"),
        foreign("v2_dossier_sections", "writer_step_run_id", "v2_step_runs.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_dossier_sections"),
        sa.UniqueConstraint("dossier_id", "section_key", name="uq_v2_dossier_sections_dossier_id_section_key"),
    )
    op.create_index("ix_v2_dossier_sections_client_id", "v2_dossier_sections", ["client_id"])
    op.create_index("ix_v2_dossier_sections_pipeline_run_id", "v2_dossier_sections", ["pipeline_run_id"])


def _dossier_versions() -> None:
    op.create_table(
        "v2_dossier_versions",
        must("dossier_id", text(36)),
        must("version", sa.Integer()),
        must("digest", text(64)),
        must("content", text()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_dossier_versions", "client_id", "v2_clients.id"),
        foreign("v2_dossier_versions", "dossier_id", "v2_dossiers.id"),
        foreign("v2_dossier_versions", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_dossier_versions"),
        sa.UniqueConstraint("dossier_id", "version", name="uq_v2_dossier_versions_dossier_id_version"),
    )
    op.create_index("ix_v2_dossier_versions_client_id", "v2_dossier_versions", ["client_id"])
    op.create_index("ix_v2_dossier_versions_pipeline_run_id", "v2_dossier_versions", ["pipeline_run_id"])
