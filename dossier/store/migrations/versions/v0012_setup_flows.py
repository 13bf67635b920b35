"""Set-up flows: onboarding, prepared inputs, batch composer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, one_of, text, time

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATES = ("pending", "running", "waiting_for_approval", "completed", "failed", "rejected")


def upgrade() -> None:
    """Add the three tables."""
    _flow("v2_onboarding", may("client_id", text(36)))
    _flow("v2_prep_inputs", must("client_id", text(36)))
    _flow("v2_batch_composer", must("client_id", text(36)), must("thread", text()), must("batch_number", sa.Integer()))


def downgrade() -> None:
    """Take them away again."""
    for table in ("v2_batch_composer", "v2_prep_inputs", "v2_onboarding"):
        op.drop_table(table)


def _flow(table: str, *own: sa.Column[object]) -> None:
    op.create_table(
        table,
        must("flow_id", text(60)),
        must("status", one_of("status", *_STATES)),
        must("inputs", sa.JSON(none_as_null=True)),
        may("outputs", sa.JSON(none_as_null=True)),
        may("current_step", text()),
        must("steps_completed", sa.JSON()),
        may("error_message", text()),
        time("started_at", nullable=True),
        time("completed_at", nullable=True),
        *own,
        must("id", text(36)),
        time("created_at"),
        foreign(table, "client_id", "v2_clients.id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint("flow_id", name=f"uq_{table}_flow_id"),
    )
    op.create_index(f"ix_{table}_client_id", table, ["client_id"])
