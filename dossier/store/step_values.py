"""What step runs were given, kept once a run: the same claim goes into eight prompts.

Here: taking the large parts out of a step run's inputs, by digest, and putting them back, so that whoever reads a step
run finds it whole. Not here: step runs themselves (`step_runs.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dossier.store.addresses import POSTGRESQL
from dossier.store.columns import JsonDict
from dossier.store.tables_queue import RunRow, StepValueRow

REFERENCE = "$value"  # `{"$value": digest}` stands for the value; nothing that was given has this form
LEAST = 200  # characters of JSON: below it a reference is hardly shorter


def put_away(session: Session, run: RunRow, given: Mapping[str, Any]) -> JsonDict:
    """Return `given` with references in place of large values, and of large items of lists, which are kept."""
    kept: dict[str, Any] = {}
    shortened = {
        name: [_put(item, kept) for item in value] if isinstance(value, list) else _put(value, kept)
        for name, value in given.items()
    }
    if kept:
        insert = postgresql.insert if session.get_bind().dialect.name == POSTGRESQL else sqlite.insert
        rows = [
            {"client_id": run.client_id, "pipeline_run_id": run.id, "digest": digest, "value": value}
            for digest, value in sorted(kept.items())
        ]
        session.execute(insert(StepValueRow).on_conflict_do_nothing(), rows)
    return shortened


def put_back(session: Session, run: RunRow, inputs: Sequence[Mapping[str, Any]]) -> list[JsonDict]:
    """Return the inputs of step runs of `run` as they were given."""
    rows = session.execute(
        select(StepValueRow.digest, StepValueRow.value).where(StepValueRow.pipeline_run_id == run.id)
    )
    kept = {row.digest: row.value for row in rows}
    return [
        {
            name: [_get(item, kept) for item in value] if isinstance(value, list) else _get(value, kept)
            for name, value in given.items()
        }
        for given in inputs
    ]


def _put(value: Any, kept: dict[str, Any]) -> Any:
    text = json.dumps(value)
    if len(text) < LEAST and not _is_reference(value):
        return value
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept[digest] = value
    return {REFERENCE: digest}


def _get(value: Any, kept: Mapping[str, Any]) -> Any:
    return kept[value[REFERENCE]] if _is_reference(value) else value


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {REFERENCE}
