"""Since when a vendor has been telling a run to wait."""

from __future__ import annotations

from alembic import op

from dossier.store.migrations.parts import time

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("v2_pipeline_runs", time("told_to_wait_since", nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("v2_pipeline_runs", "told_to_wait_since")
