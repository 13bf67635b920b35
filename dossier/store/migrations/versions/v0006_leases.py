"""The runs that a worker holds, crashes by step, numbers of deleted runs, and the views of the oracle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, text, time

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_VIEWS = {
    "oracle_leads": """
        SELECT l.lead_id, c.slug AS tenant_id, l.status, COALESCE(r.attempt, 0) AS generation,
            COALESCE(r.requeues, 0) AS attempts, COALESCE(r.crashes, 0) AS crashes, l.last_error,
            r.run_id, r.status AS run_status
        FROM v2_leads l
        JOIN v2_clients c ON c.id = l.client_id
        LEFT JOIN (
            SELECT lead_id, run_id, status, attempt, requeues, crashes,
                ROW_NUMBER() OVER (
                    PARTITION BY lead_id
                    ORDER BY CASE WHEN status IN ('pending', 'running') THEN 0 ELSE 1 END,
                        completed_at DESC NULLS LAST, n DESC
                ) AS place
            FROM v2_pipeline_runs
        ) r ON r.lead_id = l.id AND r.place = 1
    """,
    "oracle_runs": """
        SELECT r.run_id, l.lead_id, c.slug AS tenant_id, r.n, r.status, r.attempt, r.fence, r.owner, r.lease_until,
            r.requeues, r.crashes, r.last_error
        FROM v2_pipeline_runs r
        JOIN v2_clients c ON c.id = r.client_id
        LEFT JOIN v2_leads l ON l.id = r.lead_id
    """,
    "oracle_dossiers": """
        SELECT l.lead_id, v.version, v.digest, r.run_id, c.slug AS tenant_id, v.content,
            CASE WHEN v.version = d.version THEN d.status ELSE 'earlier' END AS status
        FROM v2_dossier_versions v
        JOIN v2_dossiers d ON d.id = v.dossier_id
        JOIN v2_pipeline_runs r ON r.id = v.pipeline_run_id
        JOIN v2_clients c ON c.id = r.client_id
        LEFT JOIN v2_leads l ON l.id = r.lead_id
    """,
    "oracle_step_runs": """
        SELECT s.id AS step_run_id, r.run_id, l.lead_id, c.slug AS tenant_id, s.seq, s.step, s.asset, s.attempt,
            s.status, s.llm_calls, s.cached_calls, s.cost_usd, s.started_at, s.completed_at, s.error_message
        FROM v2_step_runs s
        JOIN v2_pipeline_runs r ON r.id = s.pipeline_run_id
        JOIN v2_clients c ON c.id = r.client_id
        LEFT JOIN v2_leads l ON l.id = r.lead_id
    """,
    "oracle_artifacts": """
        SELECT r.run_id, c.slug AS tenant_id, a.asset, a.attempt, a.digest, a.payload
        FROM v2_artifacts a
        JOIN v2_pipeline_runs r ON r.id = a.pipeline_run_id
        JOIN v2_clients c ON c.id = r.client_id
    """,
}


def upgrade() -> None:
    """Add the columns, the table, the indexes and the views."""
    op.add_column("v2_pipeline_runs", may("crash_counts", sa.JSON()))
    held = sa.text("lease_until IS NOT NULL")
    op.create_index(
        "ix_v2_pipeline_runs_owner", "v2_pipeline_runs", ["owner"], sqlite_where=held, postgresql_where=held
    )
    _deleted_runs()
    for name, query in _VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")


def downgrade() -> None:
    """Take them away again."""
    for name in _VIEWS:
        op.execute(f"DROP VIEW {name}")
    op.drop_table("v2_deleted_runs")
    op.drop_index("ix_v2_pipeline_runs_owner", "v2_pipeline_runs")
    op.drop_column("v2_pipeline_runs", "crash_counts")


def _deleted_runs() -> None:
    op.create_table(
        "v2_deleted_runs",
        must("run_id", text(100)),
        may("lead_id", text(36)),
        must("n", sa.Integer()),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_deleted_runs", "client_id", "v2_clients.id"),
        foreign("v2_deleted_runs", "lead_id", "v2_leads.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_deleted_runs"),
        sa.UniqueConstraint("run_id", name="uq_v2_deleted_runs_run_id"),
    )
    op.create_index("ix_v2_deleted_runs_client_id", "v2_deleted_runs", ["client_id"])
    op.create_index("ix_v2_deleted_runs_lead_id", "v2_deleted_runs", ["lead_id"])
