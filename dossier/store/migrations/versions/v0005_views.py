"""Four views for people and pages: claims by type, claims by section, last run of a prompt, summary of a run."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_VIEWS = {
    "v2_claim_counts": """
        SELECT r.run_id, c.client_id, c.claim_type,
            COUNT(*) AS total,
            SUM(CASE WHEN c.invalid_reason IS NULL THEN 1 ELSE 0 END) AS active,
            SUM(CASE WHEN c.is_merged THEN 1 ELSE 0 END) AS merged,
            SUM(CASE WHEN c.confidence = 'HIGH' THEN 1 ELSE 0 END) AS high,
            SUM(CASE WHEN c.confidence = 'MEDIUM' THEN 1 ELSE 0 END) AS medium,
            SUM(CASE WHEN c.confidence = 'LOW' THEN 1 ELSE 0 END) AS low
        FROM v2_claims c JOIN v2_pipeline_runs r ON r.id = c.pipeline_run_id
        GROUP BY r.run_id, c.client_id, c.claim_type
    """,
    "v2_section_claims": """
        SELECT r.run_id, a.client_id, a.section_key, a.priority, m.merged_claim_id, m.claim_type, m.statement,
            m.status, m.confidence, m.sources
        FROM v2_claim_assignments a
        JOIN v2_pipeline_runs r ON r.id = a.pipeline_run_id
        JOIN v2_merged_claims m
            ON m.pipeline_run_id = a.pipeline_run_id AND m.merged_claim_id = a.merged_claim_id
    """,
    "v2_last_prompt_runs": """
        SELECT client_id, prompt_id, step_run_id, run_id, status, started_at FROM (
            SELECT s.client_id, s.prompt_id, s.id AS step_run_id, r.run_id, s.status, s.started_at,
                ROW_NUMBER() OVER (
                    PARTITION BY s.client_id, s.prompt_id ORDER BY s.started_at DESC, s.seq DESC, s.id
                ) AS place
            FROM v2_step_runs s JOIN v2_pipeline_runs r ON r.id = s.pipeline_run_id
            WHERE s.prompt_id IS NOT NULL
        ) AS ordered WHERE place = 1
    """,
    "v2_run_summary": """
        SELECT r.run_id, r.client_id, c.slug AS client, l.name AS lead, r.status, r.attempt, r.last_error,
            d.content_status AS dossier_status, d.lead_score, d.version,
            (SELECT COUNT(*) FROM v2_step_runs s WHERE s.pipeline_run_id = r.id) AS steps,
            (SELECT COUNT(*) FROM v2_step_runs s WHERE s.pipeline_run_id = r.id AND s.status = 'failed')
                AS failed_steps,
            (SELECT COALESCE(SUM(s.llm_calls), 0) FROM v2_step_runs s WHERE s.pipeline_run_id = r.id)
                AS llm_calls,
            (SELECT COALESCE(SUM(s.cost_usd), 0) FROM v2_step_runs s WHERE s.pipeline_run_id = r.id)
                AS cost_usd,
            (SELECT COUNT(*) FROM v2_claims k WHERE k.pipeline_run_id = r.id) AS claims,
            (SELECT COUNT(*) FROM v2_merged_claims m WHERE m.pipeline_run_id = r.id) AS merged_claims,
            (SELECT COUNT(*) FROM v2_contacts p WHERE p.pipeline_run_id = r.id) AS contacts
        FROM v2_pipeline_runs r
        JOIN v2_clients c ON c.id = r.client_id
        LEFT JOIN v2_leads l ON l.id = r.lead_id
        LEFT JOIN v2_dossiers d ON d.pipeline_run_id = r.id
    """,
}


def upgrade() -> None:
    """Make the views."""
    for name, query in _VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")


def downgrade() -> None:
    """Drop the views."""
    for name in _VIEWS:
        op.execute(f"DROP VIEW {name}")
