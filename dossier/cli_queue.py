"""The verbs of the queue: `status`, `retry`, `cancel`, `delete`.

Here: what a person asks of runs that stand in the queue. Not here: the words in which a run is told
(`dossier/cli_words.py`), making dossiers (`dossier/cli_runs.py`) and the queue itself (`dossier/store/runs.py`).
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from difflib import get_close_matches
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from dossier.cli_batches import say_how_it_goes_on
from dossier.cli_desk import BAD_INPUT, OK, PARTIAL, Desk, Outcome, table, verb
from dossier.cli_runs import GO_ON, finish_all
from dossier.cli_wishes import Batch, Budget, Fresh, NoCache, wishes
from dossier.cli_words import age, money, next_step, reason, shortfall, span, totals
from dossier.errors import BadInput
from dossier.keys import parse_run_id
from dossier.models import JsonDict, RunStatus
from dossier.store import runs
from dossier.store.options import Wishes, wish
from dossier.store.runs import RunView

EVERYTHING = 1_000_000
_NEAR = 3
_RUNS = typer.Argument(metavar="RUN...", help="Ids of runs, see: dossier status")


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
        counts = runs.count_runs(session, client, only)
        found = runs.list_runs(session, client, only, limit)
    columns = ("run", "status", "lead", "age", "cost", "step", "why")
    rows = [(v.run_id, v.status, v.lead, age(v), money(v.cost_usd), v.step, reason(v)) for v in found]
    document = {"runs": [_plain(view) for view in found], "counts": counts}
    if not found:
        which = " and ".join(filter(None, [client and f"client {client}", only and f"status {only}"]))
        said = f"No run has {which}. All: dossier status" if which else "No runs yet. Next: dossier run --help"
        return Outcome(document, [said])
    more = sum(counts.values()) - len(found)
    rest = f"{more} older ones: add --limit {len(found) + more}" if more else ""
    return Outcome(document, [totals(counts), table(columns, rows), *filter(None, [rest])])


@verb
def retry(
    desk: Desk,
    run_ids: Annotated[list[str] | None, _RUNS] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Instead of ids: all that are failed or blocked.")] = False,
    client: Annotated[str | None, typer.Option("--client", help="With --failed: only of this client.")] = None,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="STEP", help="Remake from this asset or step id on.", show_default=False),
    ] = None,
    budget_usd: Budget = None,
    no_cache: NoCache = False,
    fresh: Fresh = None,
    batch: Batch = None,
) -> Outcome:
    """Resume failed, blocked, cancelled, skipped or interrupted runs; what is finished is not made again.

    Of several runs, one that is refused does not keep the others from it (exit code 4).

    Examples:
      dossier retry sample-steel-builders--micron-technology-1a2b3c4d-1 --from sections
      dossier retry --failed --client sample-steel-builders
    """
    desk.go_on = GO_ON
    if bool(run_ids) == failed or (client and not failed):
        raise BadInput("Which runs?", "Give either run ids or --failed.", "See them with: dossier status")
    wanted = list(dict.fromkeys(run_ids or [])) or _failed(desk, client)
    if not wanted:
        return Outcome({"runs": []}, ["No run is failed or blocked."])
    queued, refused = _queue_again(desk, wanted, begin, wishes(budget_usd, no_cache, fresh, batch))
    say_how_it_goes_on(desk, queued, batch)
    outcome = finish_all(desk, queued) if queued else Outcome({"runs": []}, code=BAD_INPUT)
    if not refused:
        return outcome
    rows = [{"run_id": run_id, "error": why} for run_id, why in refused.items()]
    shown = [f"{run_id}: {why}" for run_id, why in refused.items()]
    code = PARTIAL if queued else BAD_INPUT
    return Outcome({**outcome.document, "refused": rows}, [*shown, *outcome.shown], code)


@verb
def cancel(
    desk: Desk,
    run_ids: Annotated[list[str] | None, _RUNS] = None,
    client: Annotated[str | None, typer.Option("--client", help="Instead of ids: runs of this client.")] = None,
    only: Annotated[str | None, typer.Option("--status", help="With --client: only pending, or only running.")] = None,
) -> Outcome:
    """End runs that wait or are under way; work on them stops within seconds, and their leads are `new` again.

    Examples:
      dossier cancel sample-steel-builders--micron-technology-1a2b3c4d-1
      dossier cancel --client sample-steel-builders --status pending
    """
    if bool(run_ids) == bool(client):
        raise BadInput("Which runs?", "Give either run ids or --client.", "See them with: dossier status")
    return _each(desk, list(run_ids or []) or _live(desk, client, only), _cancel)


@verb
def delete(
    desk: Desk,
    run_ids: Annotated[list[str], _RUNS],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> Outcome:
    """Remove runs with their steps, claims, dossiers and files; prompts, sources and the lead stay.

    Example: dossier delete sample-steel-builders--micron-technology-1a2b3c4d-1 --yes
    """
    with desk.store.reading() as session:
        leads = [runs.get_run(session, run_id).lead for run_id in run_ids]
    if not yes:
        ask(desk, f"Delete {len(leads)} run{'s' * (len(leads) > 1)} ({', '.join(str(lead) for lead in leads[:5])})")
    return _each(desk, run_ids, _delete)


def _failed(desk: Desk, client: str | None) -> list[str]:
    """Return the runs that are failed or blocked, the oldest first."""
    with desk.store.reading() as session:
        found = [view for word in ("failed", "blocked") for view in runs.list_runs(session, client, word, EVERYTHING)]
    return [view.run_id for view in sorted(found, key=lambda view: (view.created_at, view.run_id))]


def _queue_again(
    desk: Desk, run_ids: Sequence[str], begin: str | None, wished: Wishes
) -> tuple[list[str], dict[str, str]]:
    """Queue each run again; return those that are queued, and of the others why not. One alone raises."""
    from dossier_assets.launch import ASSET_ORDER

    queued, refused = [], {}
    for run_id in run_ids:
        try:
            with desk.store.transaction() as session:
                asset = _asset_of(session, run_id, begin, ASSET_ORDER) if begin else None
                runs.retry(session, run_id, asset, order=ASSET_ORDER)
                if wished:
                    wish(session, run_id, wished)
            queued.append(run_id)
        except BadInput as error:
            if len(run_ids) == 1:
                raise
            refused[run_id] = str(error)
    return queued, refused


def _cancel(desk: Desk, run_id: str) -> str:
    with desk.store.transaction() as session:
        runs.cancel(session, run_id)
    return RunStatus.CANCELLED.value


def _delete(desk: Desk, run_id: str) -> str:
    folder = desk.home / "runs" / parse_run_id(run_id).client / run_id
    with desk.store.transaction() as session:
        runs.delete(session, run_id)
        if folder.is_dir():  # before the rows are gone for good: who is interrupted here can repeat the command
            shutil.rmtree(folder)
    return "deleted"


def _each(desk: Desk, run_ids: Sequence[str], act: Callable[[Desk, str], str]) -> Outcome:
    """Do it to each run; one that is refused does not keep the others from it, one alone raises."""
    if len(run_ids) == 1:
        row: JsonDict = {"run_id": run_ids[0], "status": act(desk, run_ids[0])}
        return Outcome(row, [f"{row['run_id']}: {row['status']}"])
    rows = []
    for run_id in dict.fromkeys(run_ids):
        try:
            rows.append({"run_id": run_id, "status": act(desk, run_id), "error": None})
        except BadInput as error:
            rows.append({"run_id": run_id, "status": None, "error": str(error)})
    refused = sum(row["error"] is not None for row in rows)
    shown = [f"{row['run_id']}: {row['status'] or row['error']}" for row in rows] or ["There is none."]
    return Outcome({"runs": rows}, shown, OK if not refused else PARTIAL if refused < len(rows) else BAD_INPUT)


def _live(desk: Desk, client: str | None, only: str | None) -> list[str]:
    wanted = [only] if only else ["pending", "running"]
    if set(wanted) - {"pending", "running"}:
        raise BadInput(f"Runs that are {only} cannot be cancelled.", "They have ended.", "Give pending or running.")
    with desk.store.reading() as session:
        return [view.run_id for word in wanted for view in runs.list_runs(session, client, word, EVERYTHING)]


def ask(desk: Desk, question: str) -> None:
    """Ask a person. Raises BadInput where nobody sits there, or the answer is no."""
    if not _someone_is_there(desk):
        raise BadInput(f"{question}?", "Nobody is there to be asked.", "Add: --yes")
    if not typer.confirm(question + "?", err=True):
        raise BadInput("Nothing was deleted.", "You said no.")


def _someone_is_there(desk: Desk) -> bool:
    return not desk.as_json and sys.stdin.isatty()


def _status_of(desk: Desk, run_id: str) -> Outcome:
    from dossier.store.step_runs import list_steps

    with desk.store.reading() as session:
        view, steps = runs.get_run(session, run_id), list_steps(session, run_id)
    columns = ("step", "asset", "try", "status", "took", "calls", "cost", "error")
    rows = [
        (s.step, s.asset, s.attempt, s.status, _took(s.duration_ms), s.llm_calls or "-", money(s.cost_usd), s.error)
        for s in steps
    ]
    at = f" in {view.step}" if view.step else ""
    about = [
        view.lead or "discovery",
        f"attempt {view.attempt}",
        f"as of {view.reference_date or 'the day it begins'}",
        age(view),
        *([f"{money(view.cost_usd)} for {view.llm_calls} calls"] if view.llm_calls else []),
    ]
    advice = next_step(view, steps)
    shown = [
        f"{run_id}: {view.status}{at}, {reason(view)}",
        ", ".join(about),
        table(columns, rows) if rows else "No step was run yet.",
        *([f"Partial: {shortfall(view, steps)}"] if view.dossier_status == "partial" else []),
        f"Next: {advice}",
    ]
    return Outcome({"run": _plain(view), "steps": [asdict(step) for step in steps], "next": advice}, shown)


def _took(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    return f"{milliseconds / 1000:.1f} s" if milliseconds < 60_000 else span(milliseconds / 1000)


def _asset_of(session: Session, run_id: str, name: str, order: Sequence[str]) -> str:
    """Return the asset that `name` means: an asset itself, or the one that ran the step of this name."""
    from dossier.store.step_runs import list_steps

    ran = {step.step: step.asset for step in list_steps(session, run_id)}
    if name in order:
        return name
    if name not in ran:
        near = get_close_matches(name[:60].lower(), [*order, *ran], n=_NEAR)
        advice = f"Did you mean: {', '.join(near)}?" if near else f"Assets, in their order: {', '.join(order)}."
        why = "It is neither an asset nor a step of this run."
        raise BadInput(f"Unknown step: {name[:60]!r}.", why, f"{advice} Its steps: dossier status {run_id}")
    return ran[name]


def _plain(view: RunView) -> JsonDict:
    plain = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(view).items()}
    return {**plain, "reason": reason(view)}
