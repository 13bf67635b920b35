"""Leases that a scan finds, crashes by step, numbers of deleted runs, and the views of the oracle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, time

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VIEWS: dict[str, str] = {}


def upgrade() -> None:
    """Add the columns, the table, the indexes and the views."""
    op.add_column("v2_pipeline_runs", may("crash_counts", sa.JSON()))
    _index("ix_v2_pipeline_runs_lease", "lease_until", "status = 'running'")
    _index("ix_v2_pipeline_runs_owner", "owner", "lease_until IS NOT NULL")
    _deleted_runs()
    for name, query in _VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")


def downgrade() -> None:
    """Take them away again."""
    for name in _VIEWS:
        op.execute(f"DROP VIEW {name}")
    op.drop_table("v2_deleted_runs")
    for name in ("ix_v2_pipeline_runs_lease", "ix_v2_pipeline_runs_owner"):
        op.drop_index(name, "v2_pipeline_runs")
    op.drop_column("v2_pipeline_runs", "crash_counts")


def _index(name: str, column: str, where: str) -> None:
    op.create_index(name, "v2_pipeline_runs", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _deleted_runs() -> None:
    op.create_table(
        "v2_deleted_runs",
        must("run_id", sa.String(length=100)),
        may("lead_id", sa.String(length=36)),
        must("n", sa.Integer()),
        must("client_id", sa.String(length=36)),
        must("id", sa.String(length=36)),
        time("created_at"),
        foreign("v2_deleted_runs", "client_id", "v2_clients.id"),
        foreign("v2_deleted_runs", "lead_id", "v2_leads.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_deleted_runs"),
        sa.UniqueConstraint("run_id", name="uq_v2_deleted_runs_run_id"),
    )
    op.create_index("ix_v2_deleted_runs_client_id", "v2_deleted_runs", ["client_id"])
    op.create_index("ix_v2_deleted_runs_lead_id", "v2_deleted_runs", ["lead_id"])
