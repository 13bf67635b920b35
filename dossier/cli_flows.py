"""The verbs `prep` and `compose`: a client's configuration in short form, and where it searches next.

Here: what is said of both. Not here: making them (`dossier/setup_flows.py`). Onboarding has verbs of its own
(`dossier/cli_onboard.py`).
"""

from __future__ import annotations

import getpass
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.cli_intake import ClientSlug
from dossier.cli_onboard import By, Provider, flow_desk
from dossier.errors import BadInput
from dossier.models import JsonDict

if TYPE_CHECKING:
    from dossier.store.setup import FlowView


@verb
def prep(
    desk: Desk,
    client: ClientSlug,
    approve: Annotated[bool, typer.Option("--approve", help="Let runs use the short form that waits.")] = False,
    provider: Provider = None,
    by: By = None,
) -> Outcome:
    """Say the long texts of a client's configuration in fewer words, for the prompts of its runs; saves tokens.

    The thorough version stays beside it, and scores and searches go on reading that one. Names, numbers and lists stay.
    Runs use the short form once it is approved, and no more once the configuration changes. Without a key each text is
    cut to its first sentences.

    Examples:
      dossier prep --client sample-steel-builders
      dossier prep --client sample-steel-builders --approve
    """
    from dossier.setup_flows import prepare
    from dossier.store.client_flows import approve_prep

    if approve:
        with desk.store.transaction() as session:
            flow = approve_prep(session, client, by or getpass.getuser())
        return Outcome(asdict(flow), [f"{flow.id} is approved: runs that begin from now on are given the short form."])
    flow = prepare(flow_desk(desk), client, provider)
    return Outcome(asdict(flow), _prepared(flow))


def _prepared(flow: FlowView) -> list[Any]:
    outputs = flow.outputs
    rows = [
        (one["part"], one["tokens_before"], one["tokens_after"], f"{one['percent']} %") for one in outputs["savings"]
    ]
    before, after = (sum(one[key] for one in outputs["savings"]) for key in ("tokens_before", "tokens_after"))
    total = f"{round(100 * (1 - after / before))} %" if before else "0 %"
    shown = table(("part", "tokens", "short", "saved"), [*rows, ("all", before, after, total)])
    notes = [f"Kept long: {'; '.join(outputs['dropped'])}"] if outputs["dropped"] else []
    if not outputs["texts"]:
        notes.append("No text of the configuration is long: there is nothing to shorten.")
    return [shown, *notes, f"Next: dossier prep --client {flow.client} --approve"]


@verb
def compose(
    desk: Desk,
    client: ClientSlug,
    count: Annotated[int, typer.Option("--count", min=1, max=10, help="Most directions.")] = 5,
    start: Annotated[bool, typer.Option("--start", help="Queue searches for them, at most 3 under way.")] = False,
    batch: Annotated[
        str | None, typer.Option("--batch", help="Start what is left of this batch, compose none.", show_default=False)
    ] = None,
    feedback: Annotated[
        list[str] | None, typer.Option("--feedback", metavar="TEXT", help="What to do otherwise; may be repeated.")
    ] = None,
    provider: Provider = None,
) -> Outcome:
    """Compose directions for searches of new leads: events and places of the profile that were not tried lately.

    A direction scores 60 or more, repeats no search of the last three batches, and names no lead that the client has.
    Without a key they are the profile's events and places by rank, and feedback is kept for a model only.

    Examples:
      dossier compose --client sample-steel-builders --count 3
      dossier compose --client sample-steel-builders --start
    """
    from dossier import setup_flows

    flows = flow_desk(desk)
    flow = _known(desk, client, batch) if batch else setup_flows.compose(flows, client, count, feedback or (), provider)
    queued: list[str] = []
    if start or batch:
        flow, queued = setup_flows.start(flows, flow, provider)
    return Outcome({**asdict(flow), "queued": queued}, _composed(flow, queued, asked=bool(start or batch)))


def _known(desk: Desk, client: str, batch: str) -> FlowView:
    from dossier.store.setup import get_flow

    with desk.store.reading() as session:
        flow = get_flow(session, batch)
    if flow.client != client or "directions" not in flow.outputs:
        raise BadInput(f"{batch} is no batch of {client}.", "", f"Compose one: dossier compose --client {client}")
    return flow


def _composed(flow: FlowView, queued: list[str], *, asked: bool) -> list[Any]:
    found: list[JsonDict] = flow.outputs["directions"]
    runs = flow.outputs.get("runs") or {}
    rows = [
        (
            one["estimated_score"],
            one["signal_type"],
            one["geography"],
            one["entity"],
            one["hint"],
            runs.get(str(number)),
        )
        for number, one in enumerate(found)
    ]
    shown = table(("score", "event", "place", "organisation", "hint", "run"), rows)
    left = len(found) - len(runs)
    notes = [f"Refused: {'; '.join(flow.outputs['refused'])}"] if flow.outputs["refused"] else []
    notes += [flow.outputs["gap"]] if flow.outputs.get("gap") else []
    if queued:
        notes.append(f"{len(queued)} queued. Next: dossier run --client {flow.client} --flagged")
    if left and (asked or found):
        notes.append(f"{left} not started: dossier compose --client {flow.client} --batch {flow.id}")
    return [f"{flow.id}: {len(found)} directions", *([shown] if rows else []), *notes]
