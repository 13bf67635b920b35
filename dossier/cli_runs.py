"""The verb that makes dossiers, `run`, and what other verbs need to see runs through to their end.

Here: queueing, running one partition after another through Dagster in this process until each run is final, and
the answer of CONTRACT 2. Not here: the job itself (`dossier_assets/launch.py`) and the queue (`dossier/store/runs.py`).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from dossier.cli_batches import BatchNews, say_how_it_goes_on
from dossier.cli_choice import choose, named_leads, would_run
from dossier.cli_desk import BUDGET, FAILED, OK, PARTIAL, Desk, Outcome, verb
from dossier.cli_discover import search_for_leads, would_search
from dossier.cli_follow import Followed, patiently
from dossier.cli_progress import Board, ending
from dossier.cli_wishes import Batch, Budget, Fresh, NoCache, wishes
from dossier.cli_words import next_step, shortfall
from dossier.errors import BadInput
from dossier.models import Delivery, Dossier, JsonDict, RunStatus
from dossier.store import runs
from dossier.store.options import NOTHING, Wishes, check_day, wish
from dossier.store.runs import RunView

WAITING = (RunStatus.PENDING, RunStatus.RUNNING)
POLL_SECONDS = 0.5
BATCH_POLL_SECONDS = 30.0
LONG_WAIT = 60.0  # seconds: more than the queue lets a run wait by itself
GO_ON = "dossier run --flagged"


class Provider(StrEnum):
    """Who writes."""

    AUTO = "auto"
    EXTRACTIVE = "extractive"
    ANTHROPIC = "anthropic"


class Trigger(StrEnum):
    """Who asks for a run."""

    MANUAL = "manual"
    SCHEDULED = "scheduled"


@verb
def run(
    desk: Desk,
    client: Annotated[
        str | None, typer.Option("--client", help="Slug of the client; with --flagged all by default.")
    ] = None,
    lead: Annotated[list[str] | None, typer.Option("--lead", help="Id, domain or name; may be repeated.")] = None,
    leads: Annotated[
        str | None,
        typer.Option(
            "--leads",
            help="Several in one text, with commas or line breaks between them; a known name with a comma stays whole."
            " Or repeat --lead.",
        ),
    ] = None,
    flagged: Annotated[bool, typer.Option("--flagged", help="All leads that are queued for a dossier.")] = False,
    discover: Annotated[
        int | None,
        typer.Option("--discover", min=1, help="So many new leads, found by the client's profile.", show_default=False),
    ] = None,
    provider: Annotated[
        Provider | None, typer.Option("--provider", help="Who writes; DOSSIER_PROVIDER by default.", show_default=False)
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], help="The day all ages count to; today by default.", show_default=False
        ),
    ] = None,
    budget_usd: Budget = None,
    no_cache: NoCache = False,
    fresh: Fresh = None,
    batch: Batch = None,
    trigger: Annotated[Trigger, typer.Option("--trigger", help="Who asks; shown with the run.")] = Trigger.MANUAL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False,
) -> Outcome:
    """Make dossiers: one lead, several, all that are flagged, or leads that nobody has named yet.

    Examples:
      dossier run --client sample-steel-builders --lead micron.com
      dossier run --client sample-steel-builders --leads "Eli Lilly and Company, Micron Technology, Inc."
      dossier run --client sample-steel-builders --flagged --as-of 2026-05-31
      dossier run --client sample-steel-builders --discover 3
    """
    desk.go_on = GO_ON
    names = named_leads(desk, client, lead or [], leads)
    if bool(names) + flagged + (discover is not None) != 1:
        raise BadInput(
            "Which leads?",
            "Give one of --lead, --flagged and --discover.",
            "See: dossier leads list --client SLUG",
        )
    if discover and client is None:
        raise BadInput("Which client?", "Leads are found by one client's profile.", "Add: --client SLUG")
    if provider:
        from resources.engines import provider_of

        provider_of(desk.settings, provider.value)
    if not dry_run:
        from resources.engines import check_search

        check_search(desk.settings)
    day, wished = day_of(as_of), wishes(budget_usd, no_cache, fresh, batch)
    if discover and client and dry_run:
        return would_search(client, discover)
    if discover and client:
        return find_leads(desk, client, discover, day, provider, trigger, wished)
    if dry_run:
        return would_run(desk, client, names)
    queued = queue(desk, client, names, day, provider.value if provider else None, trigger, wished)
    say_how_it_goes_on(desk, queued, batch)
    if not queued:
        return Outcome({"runs": []}, ["Nothing is flagged. Next: dossier leads import FILE --client SLUG"])
    return finish_all(desk, queued)


def day_of(given: datetime | None) -> date | None:
    """Return the day of `--as-of`. Raises BadInput for one that no dossier can count to."""
    day = given.date() if given else None
    check_day(day)
    return day


def queue(
    desk: Desk,
    client: str | None,
    names: Sequence[str],
    day: date | None,
    provider: str | None,
    trigger: Trigger = Trigger.MANUAL,
    wished: Wishes = NOTHING,
) -> list[str]:
    """Queue a run for each named lead, or without names take all that wait; return the run ids.

    Without a `day` a run counts to today, one that was begun earlier to the day it was begun for.
    """
    return patiently(desk, lambda: _queue(desk, client, names, day, provider, trigger, wished))


def _queue(
    desk: Desk,
    client: str | None,
    names: Sequence[str],
    day: date | None,
    provider: str | None,
    trigger: Trigger,
    wished: Wishes,
) -> list[str]:
    today = datetime.now(UTC).astimezone().date()
    with desk.store.transaction() as session:
        queued = [
            runs.queue_run(
                session,
                one.client,
                one.lead_id,
                trigger=trigger.value,
                reference_date=day or (None if one.is_begun else today),
                provider=provider,
            )
            if one.lead_id
            else str(one.run_id)
            for one in choose(session, client, names)
        ]
        for run_id in queued if wished else ():
            wish(session, run_id, wished)
    return queued


def find_leads(
    desk: Desk,
    client: str,
    count: int,
    day: date | None,
    provider: Provider | None,
    trigger: Trigger,
    wished: Wishes,
) -> Outcome:
    """Find `count` leads by the client's profile, make their dossiers, and say what came of each search."""
    made, said = search_for_leads(
        desk,
        client,
        count,
        day=day,
        provider=provider.value if provider else None,
        trigger=trigger.value,
        wished=wished,
        see_through=partial(see_through, desk),
    )
    outcome = answer(desk, made)
    return replace(outcome, shown=[*outcome.shown, said])


def finish_all(desk: Desk, run_ids: Sequence[str]) -> Outcome:
    """Make the dossiers of all runs, and answer as CONTRACT 2 says."""
    return answer(desk, see_through(desk, run_ids))


def see_through(desk: Desk, run_ids: Sequence[str]) -> list[RunView]:
    """Make all that are due together, then each that is left until it is final; return them as they ended."""
    from dossier_assets.launch import ASSET_ORDER, run_dossiers

    followed = Followed(desk, run_ids)
    waiting, look = deque(run_ids), followed.look
    with Board(desk, followed.views, len(ASSET_ORDER), look) as board:

        def work(due: dict[str, int]) -> None:
            patiently(desk, lambda: run_dossiers(desk.settings, list(due), board, due))

        if due := {view.run_id: view.attempt for view in followed.views if view.status in WAITING and not _pause(view)}:
            work(due)
        while waiting:
            run_id = waiting.popleft()
            if (view := look(run_id)).status in WAITING:
                view = _await_turn(desk, run_id, look)
            if view.status in WAITING and not _is_held(desk, view):
                work({run_id: view.attempt} | (_of_the_same_batch(map(look, waiting)) if view.in_batches else {}))
                waiting.append(run_id)
                continue
            board.ended(run_id)
    return [look(run_id) for run_id in run_ids]


def answer(desk: Desk, views: Sequence[RunView]) -> Outcome:
    """Answer with the runs, their figures and files, and the exit code that they mean together."""
    rows = [run_document(desk, view) for view in views]
    shown = [
        f"{row['paths'].get('html', '')}  {ending(view)}"
        for row, view in zip(rows, views, strict=True)
        if row["paths"] and view.status is RunStatus.COMPLETED
    ]
    failed = [
        f"{view.run_id}: {ending(view)}"
        for view in views
        if view.status is not RunStatus.COMPLETED or view.dossier_status is None
    ]
    partial = [line for view in views if view.dossier_status == "partial" for line in _how_to_mend(desk, view)]
    return Outcome({"runs": rows}, [*failed, *shown, *partial], runs_code(views))


def _how_to_mend(desk: Desk, view: RunView) -> list[str]:
    """Return why the dossier of a run is partial, and the command that makes it whole."""
    from dossier.store.step_runs import list_steps

    if view.status is not RunStatus.COMPLETED:
        return []
    try:
        with desk.store.reading() as session:
            steps = list_steps(session, view.run_id)
    except BadInput:  # it may have been deleted
        return []
    return [f"{view.run_id} is partial: {shortfall(view, steps)}", f"Next: {next_step(view, steps)}"]


def runs_code(views: Sequence[RunView]) -> int:
    """Return the exit code for runs that are final, or that a pause of all calls holds: 0, 1, 3 or 4."""
    good = [view for view in views if view.status is RunStatus.COMPLETED]
    short = [view for view in views if view not in good or view.dossier_status == "partial"]
    if not short:
        return OK
    if all(view.status in (RunStatus.SKIPPED, *WAITING) or view.budget_reached for view in views):
        return BUDGET
    return PARTIAL if good else FAILED


def run_document(desk: Desk, view: RunView) -> JsonDict:
    """Return the run as `--json` shows it, with the figures of its dossier and the paths of its files."""
    from dossier.store.artifacts import load
    from dossier.store.dossiers import get_dossier

    dossier, delivery = None, None
    with suppress(BadInput), desk.store.reading() as session:  # it may have been deleted
        dossier = get_dossier(session, view.run_id)
        delivery = load(session, view.run_id, "delivery")
    return {
        "run_id": view.run_id,
        "client": view.client,
        "lead": view.lead,
        "status": view.status.value,
        "dossier_status": view.dossier_status,
        "score": view.score,
        "tier": view.tier,
        **_figures(dossier),
        "wall_s": view.wall_s,
        "error": view.error,
        "paths": _paths(desk, Delivery.model_validate_json(delivery.payload)) if delivery else {},
    }


def _figures(dossier: Dossier | None) -> JsonDict:
    if dossier is None:
        return dict.fromkeys(("claims", "merged_claims", "sources", "llm_calls", "cached_calls", "cost_usd"))
    return {
        "claims": len(dossier.claims),
        "merged_claims": len(dossier.merged_claims),
        "sources": len(dossier.sources),
        "llm_calls": dossier.cost.llm_calls,
        "cached_calls": dossier.cost.cached_calls,
        "cost_usd": dossier.cost.usd,
    }


def _paths(desk: Desk, delivery: Delivery) -> dict[str, str]:
    return {file.path.rpartition(".")[2]: str(desk.home / file.path) for file in delivery.files}


def _await_turn(desk: Desk, run_id: str, look: Callable[[str], RunView]) -> RunView:
    """Wait until the run is due, or until another process that holds it lets go or ends it.

    A run that waits for a batch lets it be made, polled and collected meanwhile.
    """
    poll, news = POLL_SECONDS, BatchNews(desk)
    while (view := look(run_id)).status in WAITING and (pause := _pause(view)) and not _is_held(desk, view):
        if view.waiting_for:
            from resources.runs import open_runs

            open_runs(desk.settings).advance_batches()
            news.tell()
            poll = min(poll * 1.3, BATCH_POLL_SECONDS)
        time.sleep(min(pause, poll))
    return view


def _is_held(desk: Desk, view: RunView) -> bool:
    """Return whether the run waits because all calls are paused: that may take longer than anybody watches."""
    from dossier.store import limits

    if view.status is not RunStatus.PENDING or view.due_in_s < LONG_WAIT:
        return False
    with desk.store.reading() as session:
        return limits.paused(session) is not None


def _of_the_same_batch(waiting: Iterable[RunView]) -> dict[str, int]:
    """Return the attempts of the other runs that a batch has let go on: they go on together, to the next one."""
    return {view.run_id: view.attempt for view in waiting if view.status in WAITING and not _pause(view)}


def _pause(view: RunView) -> float:
    """Return how many seconds at least the run is not due; 0 if it is."""
    if view.waiting_for:
        return BATCH_POLL_SECONDS
    held = view.status is RunStatus.RUNNING and not view.interrupted
    return max(view.due_in_s, POLL_SECONDS if held else 0.0)
