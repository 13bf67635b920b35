"""Labels of prompt versions, and with each version the settings that it was used with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, must, text, time

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column; versions that stand already have no settings of their own."""
    op.create_table(
        "v2_prompt_labels",
        must("prompt_id", text(100)),
        must("label", text(120)),
        must("version_number", sa.Integer()),
        time("updated_at"),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_prompt_labels", "prompt_id", "v2_prompts.prompt_id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_prompt_labels"),
        sa.UniqueConstraint("prompt_id", "label", name="uq_v2_prompt_labels_prompt_id_label"),
    )
    op.add_column("v2_prompt_versions", sa.Column("settings", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("v2_prompt_versions", "settings")
    op.drop_table("v2_prompt_labels")
