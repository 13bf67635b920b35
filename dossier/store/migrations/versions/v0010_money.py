"""Calls to a model, their attempts and holds, limits, and searches of vendors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, may, must, one_of, text, time

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CALLS = """
    SELECT k.id AS call_id, k.key, l.lead_id, c.slug AS tenant_id, k.run_id, k.step, k.state, k.model, k.tier,
        k.is_repair, k.accepted, k.tokens_in, k.tokens_out, k.cost_nusd AS cost, k.message_id, k.created_at,
        COALESCE(h.amount_nusd, 0) AS held,
        (SELECT COUNT(*) FROM v2_llm_attempts a WHERE a.call_id = k.id) AS attempts
    FROM v2_llm_calls k
    JOIN v2_clients c ON c.id = k.client_id
    LEFT JOIN v2_budget_holds h ON h.call_id = k.id
    LEFT JOIN v2_pipeline_runs r ON r.id = k.pipeline_run_id
    LEFT JOIN v2_leads l ON l.id = r.lead_id
"""


def upgrade() -> None:
    """Add the tables, what a run was asked to do with them, and what the oracle reads of the calls."""
    _calls()
    _attempts_and_holds()
    _limits_and_searches()
    op.add_column("v2_pipeline_runs", sa.Column("options", sa.JSON(none_as_null=True), nullable=True))
    op.execute(f"CREATE VIEW oracle_calls AS {_CALLS}")


def downgrade() -> None:
    """Take them away again."""
    op.execute("DROP VIEW oracle_calls")
    op.drop_column("v2_pipeline_runs", "options")
    for table in ("v2_searches", "v2_rate_limits", "v2_budget_holds", "v2_llm_attempts", "v2_llm_calls"):
        op.drop_table(table)


def _calls() -> None:
    op.create_table(
        "v2_llm_calls",
        may("pipeline_run_id", text(36)),
        may("run_id", text()),
        must("step", text()),
        must("key", text(64)),
        must("model", text()),
        must("tier", one_of("tier", "standard", "batch")),
        must("state", one_of("state", "inflight", "answered", "failed", "unknown")),
        must("is_repair", sa.Boolean()),
        must("fence", sa.Integer()),
        must("attempt", sa.Integer()),
        must("accepted", sa.Boolean()),
        must("cost_nusd", sa.BigInteger()),
        must("tokens_in", sa.Integer()),
        must("tokens_out", sa.Integer()),
        may("usage", sa.JSON(none_as_null=True)),
        may("response", sa.JSON(none_as_null=True)),
        may("stop_reason", text()),
        may("message_id", text()),
        may("request_id", text()),
        may("prices", text()),
        may("duration_ms", sa.Integer()),
        may("error", text()),
        time("ended_at", nullable=True),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_llm_calls", "client_id", "v2_clients.id"),
        foreign("v2_llm_calls", "pipeline_run_id", "v2_pipeline_runs.id", "SET NULL"),
        sa.CheckConstraint("cost_nusd >= 0", name=op.f("ck_v2_llm_calls_cost")),
        sa.PrimaryKeyConstraint("id", name="pk_v2_llm_calls"),
    )
    for columns in (
        ("client_id",),
        ("pipeline_run_id",),
        ("client_id", "key"),
        ("client_id", "created_at"),
        ("created_at",),
    ):
        op.create_index(f"ix_v2_llm_calls_{'_'.join(columns)}", "v2_llm_calls", list(columns))


def _attempts_and_holds() -> None:
    op.create_table(
        "v2_llm_attempts",
        must("call_id", text(36)),
        must("n", sa.Integer()),
        may("http_status", sa.Integer()),
        may("error_type", text()),
        may("request_id", text()),
        may("retry_after_s", sa.Double()),
        must("duration_ms", sa.Integer()),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_llm_attempts", "client_id", "v2_clients.id"),
        foreign("v2_llm_attempts", "call_id", "v2_llm_calls.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_llm_attempts"),
        sa.UniqueConstraint("call_id", "n", name="uq_v2_llm_attempts_call_id_n"),
    )
    op.create_index("ix_v2_llm_attempts_client_id", "v2_llm_attempts", ["client_id"])
    op.create_table(
        "v2_budget_holds",
        must("call_id", text(36)),
        must("client_id", text(36)),
        must("amount_nusd", sa.BigInteger()),
        foreign("v2_budget_holds", "client_id", "v2_clients.id"),
        foreign("v2_budget_holds", "call_id", "v2_llm_calls.id"),
        sa.PrimaryKeyConstraint("call_id", name="pk_v2_budget_holds"),
    )
    op.create_index("ix_v2_budget_holds_client_id", "v2_budget_holds", ["client_id"])


def _limits_and_searches() -> None:
    op.create_table(
        "v2_rate_limits",
        must("model", text(100)),
        must("requests_limit", sa.Integer()),
        must("tokens_limit", sa.Integer()),
        must("requests_left", sa.Double()),
        must("tokens_left", sa.Double()),
        time("updated_at"),
        time("paused_until", nullable=True),
        may("reason", text()),
        sa.PrimaryKeyConstraint("model", name="pk_v2_rate_limits"),
    )
    op.create_table(
        "v2_searches",
        must("vendor", text()),
        must("digest", text(64)),
        must("query", text()),
        must("hits", sa.JSON()),
        must("cost_nusd", sa.BigInteger()),
        must("client_id", text(36)),
        must("id", text(36)),
        time("created_at"),
        foreign("v2_searches", "client_id", "v2_clients.id"),
        sa.PrimaryKeyConstraint("id", name="pk_v2_searches"),
        sa.UniqueConstraint("client_id", "digest", name="uq_v2_searches_client_id_digest"),
    )
    op.create_index("ix_v2_searches_client_id", "v2_searches", ["client_id"])
