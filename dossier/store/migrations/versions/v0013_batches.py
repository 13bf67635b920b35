"""Batches of calls, and runs that wait for one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, one_of, text, time

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column."""
    op.create_table(
        "v2_batches",
        must("state", one_of("state", "intended", "created", "collected", "failed")),
        must("purpose", text(64)),
        must("requests", sa.Integer()),
        may("vendor_id", text()),
        time("sent_at", nullable=True),
        time("polled_at", nullable=True),
        time("ended_at", nullable=True),
        may("error", text()),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_batches", "client_id", "v2_clients.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_batches"),
    )
    op.create_table(
        "v2_batch_items",
        must("client_id", text(36)),
        may("batch_id", text(36)),
        must("call_id", text(36)),
        must("body", sa.JSON(none_as_null=True)),
        must("state", one_of("state", "waiting", "sent", "answered", "alone")),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_batch_items", "client_id", "v2_clients.id"),
        foreign("v2_batch_items", "batch_id", "v2_batches.id"),
        foreign("v2_batch_items", "call_id", "v2_llm_calls.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_batch_items"),
        sa.UniqueConstraint("call_id", name="uq_v2_batch_items_call_id"),
    )
    for table, columns in (
        ("v2_batches", ("client_id", "state")),
        ("v2_batch_items", ("client_id", "batch_id", "state")),
    ):
        for column in columns:
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.add_column("v2_pipeline_runs", sa.Column("waiting_for", text(), nullable=True))


def downgrade() -> None:
    """Take them away again."""
    op.drop_column("v2_pipeline_runs", "waiting_for")
    op.drop_table("v2_batch_items")
    op.drop_table("v2_batches")
