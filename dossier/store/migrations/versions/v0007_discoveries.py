"""Searches for leads that nobody named: what each tried, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, text, time

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "v2_discoveries",
        must("n", sa.Integer()),
        may("lead_id", text(36)),
        may("lead_name", text()),
        may("reason", text()),
        must("exhausted", sa.Boolean()),
        must("attempt", sa.JSON()),
        must("pipeline_run_id", text(36)),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_discoveries", "client_id", "v2_clients.id"),
        foreign("v2_discoveries", "lead_id", "v2_leads.id", "SET NULL"),
        foreign("v2_discoveries", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.CheckConstraint("lead_name IS NOT NULL OR reason IS NOT NULL", name=op.f("ck_v2_discoveries_outcome")),
        sa.PrimaryKeyConstraint("id", name="pk_v2_discoveries"),
        sa.UniqueConstraint("pipeline_run_id", name="uq_v2_discoveries_pipeline_run_id"),
    )
    for column in ("client_id", "lead_id", "pipeline_run_id"):
        op.create_index(f"ix_v2_discoveries_{column}", "v2_discoveries", [column])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("v2_discoveries")
