"""The verbs `onboard ...`: from a client's own words to a configuration that a person approves.

Here: files in, fields with their words out. Not here: what is read from them (`dossier/setup_flows.py`).
"""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.errors import BadInput
from dossier.models import JsonDict

if TYPE_CHECKING:
    from dossier.setup_flows import Desk as FlowDesk
    from dossier.store.setup import FlowView

onboard = typer.Typer(no_args_is_help=True, help="New clients: from their words to a configuration to approve.")
MAX_NOTE_BYTES = 1_000_000

FlowId = Annotated[str, typer.Argument(metavar="FLOW", help="ONB_..., see: dossier onboard show")]
Provider = Annotated[
    str | None, typer.Option("--provider", help="extractive or anthropic; DOSSIER_PROVIDER.", show_default=False)
]
By = Annotated[str | None, typer.Option("--by", help="Who decides (your login).", show_default=False)]


@onboard.command("start")
@verb
def start(
    desk: Desk,
    name: Annotated[str, typer.Option("--name", help="The client's name; its slug is made of it.")],
    notes: Annotated[
        list[Path], typer.Option("--notes", metavar="FILE", help="What it told, as text; may be repeated.")
    ],
    provider: Provider = None,
) -> Outcome:
    """Make a configuration of what a client told; nothing is used before somebody approves it.

    Each value stands on words of the notes; what they do not say stays empty. Without a key only lines with a label are
    read (`Offer: ...`, `Hot signals:` with a list below); with a model, free text as well.

    Example: dossier onboard start --name "Acme Steel" --notes call.txt --notes offer.md
    """
    from dossier.setup_flows import onboard as run_flow

    read = [(file.name, _text(file)) for file in notes]
    return _told(run_flow(flow_desk(desk), name, read, provider))


@onboard.command("show")
@verb
def show(
    desk: Desk, flow_id: Annotated[str | None, typer.Argument(metavar="[FLOW]", help="All without it.")] = None
) -> Outcome:
    """Show what an onboarding made, each value beside the words it stands on; without FLOW, list all.

    Example: dossier onboard show ONB_3f9a1c2e
    """
    from dossier.store.setup import get_flow, list_flows

    with desk.store.reading() as session:
        if flow_id is not None:
            return _told(get_flow(session, flow_id))
        flows = list_flows(session, "ONB")
    rows = [(flow.id, flow.client, flow.status, flow.created_at, flow.error) for flow in flows]
    shown = table(("flow", "client", "status", "begun", ""), rows)
    return Outcome({"onboardings": [asdict(flow) for flow in flows]}, [shown] if rows else ["No onboarding yet."])


@onboard.command("approve")
@verb
def approve(desk: Desk, flow_id: FlowId, by: By = None) -> Outcome:
    """Give the client this configuration and make it active: from now on it may have leads and runs.

    Example: dossier onboard approve ONB_3f9a1c2e
    """
    from dossier.store.setup import approve_onboarding

    with desk.store.transaction() as session:
        flow = approve_onboarding(session, flow_id, by or getpass.getuser())
    return Outcome(asdict(flow), [f"{flow.client} is active. Next: dossier leads import FILE --client {flow.client}"])


@onboard.command("reject")
@verb
def reject(
    desk: Desk,
    flow_id: FlowId,
    why: Annotated[str, typer.Option("--why", help="What is wrong with it, for the next try.")],
    by: By = None,
) -> Outcome:
    """Put this configuration aside; the client goes, until somebody starts anew.

    Example: dossier onboard reject ONB_3f9a1c2e --why "these are last year's places"
    """
    from dossier.store.setup import reject_onboarding

    with desk.store.transaction() as session:
        flow = reject_onboarding(session, flow_id, by or getpass.getuser(), why)
    return Outcome(asdict(flow), [f"{flow_id} is rejected."])


def flow_desk(desk: Desk) -> FlowDesk:
    """Return what the flows work with in this home."""
    from dossier.setup_flows import Desk as FlowDesk
    from resources.engines import AdapterChoice

    return FlowDesk(desk.store, AdapterChoice(desk.settings, desk.store).llm)


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
        if len(data) > MAX_NOTE_BYTES or b"\x00" in data:
            raise BadInput(f"{file} is no text.", f"It is longer than {MAX_NOTE_BYTES} bytes, or holds a NUL.")
        return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as text in UTF-8.", str(error)) from error


def _told(flow: FlowView) -> Outcome:
    fields: list[JsonDict] = flow.outputs.get("fields") or []
    rows = [(one["field"], _value(one), one["words"], one["document"]) for one in fields]
    dropped, unknown = flow.outputs.get("dropped") or [], flow.outputs.get("unknown") or []
    fields_shown = [table(("field", "value", "in the words", "of"), rows)] if rows else []
    notes = [
        f"Not said, so left empty: {', '.join(unknown)}" if unknown else "",
        f"Dropped, not in the notes: {'; '.join(dropped)}" if dropped else "",
        flow.outputs.get("gap") or "",
        _next(flow, bool(fields)) if flow.status == "waiting_for_approval" else "",
    ]
    head = [f"{flow.id}, {flow.client or 'client gone'}: {flow.status}", *([flow.error] if flow.error else [])]
    return Outcome(asdict(flow), [*head, *fields_shown, *(note for note in notes if note)])


def _next(flow: FlowView, says_something: bool) -> str:
    if says_something:
        return f"Next: dossier onboard approve {flow.id}"
    return (
        "Nothing could be read: a client without an offer and signals finds no leads and scores none. "
        f'Next: dossier onboard reject {flow.id} --why "says nothing", and start anew with more'
    )


def _value(field: JsonDict) -> str:
    return f"{field['value']} ({field['tier']})" if field.get("tier") else str(field["value"])
