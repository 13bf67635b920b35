"""What step runs were given is kept once a run. Step runs that stand already hold theirs whole, and stay so."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from dossier.store.migrations.parts import foreign, must, text

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_REFERENCE = "$value"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "v2_step_values",
        must("pipeline_run_id", text(36)),
        must("digest", text(64)),
        must("client_id", text(36)),
        must("value", sa.JSON()),
        foreign("v2_step_values", "client_id", "v2_clients.id"),
        foreign("v2_step_values", "pipeline_run_id", "v2_pipeline_runs.id"),
        sa.PrimaryKeyConstraint("pipeline_run_id", "digest", name="pk_v2_step_values"),
    )
    op.create_index("ix_v2_step_values_client_id", "v2_step_values", ["client_id"])


def downgrade() -> None:
    """Put the values back into their step runs, and take the table away."""
    bind = op.get_bind()
    values = sa.table("v2_step_values", sa.column("pipeline_run_id"), sa.column("digest"), sa.column("value", sa.JSON))
    steps = sa.table(
        "v2_step_runs", sa.column("id"), sa.column("pipeline_run_id"), sa.column("input_variables", sa.JSON)
    )
    for run in bind.execute(sa.select(values.c.pipeline_run_id).distinct()).scalars().all():
        kept = dict(
            bind.execute(sa.select(values.c.digest, values.c.value).where(values.c.pipeline_run_id == run)).all()
        )
        for row in bind.execute(sa.select(steps).where(steps.c.pipeline_run_id == run)).all():
            whole = {name: _whole(value, kept) for name, value in row.input_variables.items()}
            if whole != row.input_variables:
                bind.execute(sa.update(steps).where(steps.c.id == row.id).values(input_variables=whole))
    op.drop_table("v2_step_values")


def _whole(value: Any, kept: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_whole(item, kept) for item in value]
    is_reference = isinstance(value, dict) and value.keys() == {_REFERENCE}
    return kept[value[_REFERENCE]] if is_reference else value
