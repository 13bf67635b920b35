"""Step runs: each execution of a step, visible from its first moment, closed once, never changed afterwards.

Here: the recorder behind `dossier.ports.StepRecorder` and the lists that people read. Not here: what is worth
recording (`dossier/exchange.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from dossier.errors import Superseded
from dossier.models import Cost, StepStatus
from dossier.ports import StepRecord, Variable
from dossier.store.budgets import dollars
from dossier.store.columns import iso, now_utc, storable
from dossier.store.database import Store
from dossier.store.step_values import put_away, put_back
from dossier.store.tables_money import VENDOR_SEARCH, LlmCallRow
from dossier.store.tables_queue import LineageRow, RunRow, StepRunRow
from dossier.store.taking import TakenRun, guard, run_row

PREVIEW = 500


@dataclass(frozen=True, slots=True)
class StepView:
    """A step run as lists show it: without inputs and outputs."""

    id: str
    step: str
    asset: str
    attempt: int
    status: StepStatus
    prompt_id: str | None
    prompt_version: int | None
    model: str | None
    duration_ms: int | None
    tokens_in: int
    tokens_out: int
    cost_usd: float
    llm_calls: int
    cached_calls: int
    counts: dict[str, int]
    started_at: str
    completed_at: str | None
    error: str | None


class SqlRecorder:
    """The port `StepRecorder` over a store, for one taken run; opening and closing commit at once."""

    def __init__(self, store: Store, run: TakenRun) -> None:
        self._store = store
        self._run = run

    def open(
        self,
        step: str,
        *,
        asset: str,
        variables: Mapping[str, Variable],
        prompt_id: str | None = None,
        prompt_version: int | None = None,
        interpolated_prompt: str | None = None,
    ) -> str:
        """Insert the step run as `running` with its inputs and lineage; return its id."""
        values = {name: to_jsonable_python(variable.value) for name, variable in variables.items()}
        with self._store.transaction(flushed=False) as session:
            run = guard(session, self._run.run_id, self._run.fence)
            earlier = _earlier(session, run)
            row = StepRunRow(
                client_id=run.client_id,
                pipeline_run_id=run.id,
                seq=max((one.seq for one in earlier.values()), default=0) + 1,
                step=step,
                asset=asset,
                attempt=self._run.attempt,
                prompt_id=prompt_id,
                prompt_version=prompt_version,
                status=StepStatus.RUNNING,
                input_variables=put_away(session, run, values),
                interpolated_prompt=interpolated_prompt,
                started_at=now_utc(),
            )
            run.current_step = step
            session.add(row)
            session.flush()
            session.add_all(
                _lineage(row, name, variable, values[name], earlier.get(variable.source_step))
                for name, variable in variables.items()
            )
            return row.id

    def close(self, step_run_id: str, record: StepRecord) -> None:
        """Close the step run. Raises Superseded if it is closed already or the run has changed hands."""
        with self._store.transaction(flushed=False) as session:
            run = guard(session, self._run.run_id, self._run.fence)
            closed = session.scalar(
                update(StepRunRow)
                .where(
                    StepRunRow.id == step_run_id,
                    StepRunRow.pipeline_run_id == run.id,
                    StepRunRow.status == StepStatus.RUNNING,
                )
                .values(**_closing(record))
                .returning(StepRunRow.id)
            )
            if closed is None:
                raise Superseded(f"Step run {step_run_id} is closed.", "A closed step run is never changed.")
            if record.status is StepStatus.COMPLETED and record.llm_calls:
                run.requeues, run.told_to_wait_since = 0, None


def list_steps(session: Session, run_id: str) -> list[StepView]:
    """Return the run's step runs in the order in which they began."""
    return [_view(row) for row in session.scalars(_steps_of(run_row(session, run_id)))]


def full_steps(session: Session, run_id: str) -> list[dict[str, Any]]:
    """Return the run's step runs whole, with inputs, prompt, outputs and lineage, as JSON-able dicts."""
    run = run_row(session, run_id)
    lineage: dict[str, list[dict[str, Any]]] = {}
    for row in session.scalars(
        select(LineageRow)
        .join(StepRunRow, StepRunRow.id == LineageRow.step_run_id)
        .where(StepRunRow.pipeline_run_id == run.id)
        .order_by(LineageRow.variable_name)
    ):
        lineage.setdefault(row.step_run_id, []).append(
            _columns(row, without=("id", "client_id", "created_at", "step_run_id"))
        )
    hidden = ("client_id", "pipeline_run_id", "created_at")
    rows = session.scalars(_steps_of(run)).all()
    given = put_back(session, run, [row.input_variables for row in rows])
    return [
        {
            **_columns(row, without=hidden),
            "input_variables": inputs,
            "run_id": run_id,
            "lineage": lineage.get(row.id, []),
        }
        for row, inputs in zip(rows, given, strict=True)
    ]


def cost_of(session: Session, run_id: str) -> Cost:
    """Return what the model cost the run, all attempts together: by the ledger, or by its step runs without one."""
    run = run_row(session, run_id)
    steps = _cost_of_steps(session, run)
    paid = session.execute(
        select(
            func.sum(LlmCallRow.cost_nusd),
            func.count().filter(LlmCallRow.state == "answered"),
            func.sum(LlmCallRow.tokens_in),
            func.sum(LlmCallRow.tokens_out),
        ).where(LlmCallRow.pipeline_run_id == run.id, LlmCallRow.step != VENDOR_SEARCH)
    ).one()
    if paid[0] is None:
        return steps
    tokens = {"input_tokens": int(paid[2]), "output_tokens": int(paid[3])}
    return Cost(usd=dollars(int(paid[0])), llm_calls=paid[1], cached_calls=steps.cached_calls, **tokens)


def _cost_of_steps(session: Session, run: RunRow) -> Cost:
    row = session.execute(
        select(
            func.coalesce(func.sum(StepRunRow.cost_usd), 0.0),
            func.coalesce(func.sum(StepRunRow.llm_calls), 0),
            func.coalesce(func.sum(StepRunRow.cached_calls), 0),
            func.coalesce(func.sum(StepRunRow.tokens_in), 0),
            func.coalesce(func.sum(StepRunRow.tokens_out), 0),
        ).where(StepRunRow.pipeline_run_id == run.id)
    ).one()
    return Cost(
        usd=round(row[0], 6),
        llm_calls=row[1],
        cached_calls=row[2],
        input_tokens=row[3],
        output_tokens=row[4],
    )


def _steps_of(run: RunRow) -> Any:
    return select(StepRunRow).where(StepRunRow.pipeline_run_id == run.id).order_by(StepRunRow.seq)


def _earlier(session: Session, run: RunRow) -> dict[str | None, Row[str, str, int]]:
    """Return the run's step runs so far, of each step the newest: a new one counts on, its variables came from them."""
    columns = select(StepRunRow.step, StepRunRow.id, StepRunRow.seq)
    rows = session.execute(columns.where(StepRunRow.pipeline_run_id == run.id).order_by(StepRunRow.seq))
    return {row.step: row for row in rows}


def _lineage(
    row: StepRunRow, name: str, variable: Variable, value: Any, came_from: Row[str, str, int] | None
) -> LineageRow:
    return LineageRow(
        client_id=row.client_id,
        step_run_id=row.id,
        variable_name=name,
        source_type=variable.source_type,
        source_step=variable.source_step,
        source_step_run_id=came_from.id if came_from else None,
        value_preview=_preview(value),
    )


def _closing(record: StepRecord) -> dict[str, Any]:
    return {
        "status": record.status,
        "raw_output": record.raw_output,
        "parsed_output": to_jsonable_python(record.parsed_output),
        "model": record.model,
        "tokens_in": record.tokens_in,
        "tokens_out": record.tokens_out,
        "cost_usd": record.cost_usd,
        "llm_calls": record.llm_calls,
        "cached_calls": record.cached_calls,
        "counts": dict(record.counts),
        "duration_ms": record.duration_ms,
        "completed_at": now_utc(),
        "error_message": record.error_message,
        "error_traceback": record.error_traceback,
        "response_id": record.response_id,
    }


def _preview(value: Any) -> str:
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (storable(shown) or "")[:PREVIEW]


def _view(row: StepRunRow) -> StepView:
    return StepView(
        id=row.id,
        step=row.step,
        asset=row.asset,
        attempt=row.attempt,
        status=row.status,
        prompt_id=row.prompt_id,
        prompt_version=row.prompt_version,
        model=row.model,
        duration_ms=row.duration_ms,
        tokens_in=row.tokens_in,
        tokens_out=row.tokens_out,
        cost_usd=row.cost_usd,
        llm_calls=row.llm_calls,
        cached_calls=row.cached_calls,
        counts=dict(row.counts),
        started_at=iso(row.started_at),
        completed_at=iso(row.completed_at) if row.completed_at else None,
        error=row.error_message,
    )


def _columns(row: StepRunRow | LineageRow, without: tuple[str, ...]) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    return {key: to_jsonable_python(value) for key, value in values.items() if key not in without}
