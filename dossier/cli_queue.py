"""The verbs of the queue: `status`, `retry`, `cancel`, `delete`.

Here: what a person asks of runs that stand in the queue, and the words in which it is answered. Not here: making
dossiers (`dossier/cli_runs.py`) and the queue itself (`dossier/store/runs.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.cli_progress import ending
from dossier.cli_runs import finish_all
from dossier.errors import BadInput
from dossier.models import JsonDict
from dossier.store import runs
from dossier.store.runs import RunView


@verb
def retry(
    desk: Desk,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Id of the run, see: dossier status")],
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="STEP", help="Remake from this asset or step id on.", show_default=False),
    ] = None,
) -> Outcome:
    """Resume a failed, blocked or interrupted run; what is finished is not made again.

    Example: dossier retry sample-steel-builders--micron-technology-1a2b3c4d-1 --from sections
    """
    from dossier_assets.launch import ASSET_ORDER

    with desk.store.transaction() as session:
        asset = _asset_of(session, run_id, begin, ASSET_ORDER) if begin else None
        runs.retry(session, run_id, asset, order=ASSET_ORDER)
    return finish_all(desk, [run_id])


@verb
def status(
    desk: Desk,
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Show the steps of this run.")] = None,
    client: Annotated[str | None, typer.Option("--client", help="Only runs of this client.")] = None,
    only: Annotated[str | None, typer.Option("--status", help="Only these, e.g. failed, blocked.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many runs.")] = 50,
) -> Outcome:
    """List the newest runs, or the steps of one.

    Example: dossier status --client sample-steel-builders --status blocked
    """
    if run_id is not None:
        return _status_of(desk, run_id)
    with desk.store.reading() as session:
        found = runs.list_runs(session, client, only, limit)
    shown = table(
        ("run", "status", "lead", "ended", "begun"),
        [(view.run_id, view.status, view.lead, ending(view), view.started_at) for view in found],
    )
    document = {"runs": [_plain(view) for view in found]}
    return Outcome(document, [shown] if found else ["No runs yet. Next: dossier run --help"])


def _status_of(desk: Desk, run_id: str) -> Outcome:
    from dossier.store.step_runs import list_steps

    with desk.store.reading() as session:
        view, steps = runs.get_run(session, run_id), list_steps(session, run_id)
    rows = [asdict(step) for step in steps]
    columns = ("step", "asset", "status", "duration_ms", "error")
    shown = table(columns, [[row.get(column) for column in columns] for row in rows])
    return Outcome({"run": _plain(view), "steps": rows}, [f"{run_id}: {ending(view)}", shown])


def _asset_of(session: Session, run_id: str, name: str, order: Sequence[str]) -> str:
    """Return the asset that `name` means: an asset itself, or the one that ran the step of this name."""
    from dossier.store.step_runs import list_steps

    if name in order:
        return name
    ran = {step.step: step.asset for step in list_steps(session, run_id)}
    if name not in ran:
        known = ", ".join([*order, *ran])
        raise BadInput(
            f"Unknown step: {name[:60]!r}.", "It is neither an asset nor a step of this run.", f"One of: {known}"
        )
    return ran[name]


def _plain(view: RunView) -> JsonDict:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(view).items()}
