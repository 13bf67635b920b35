"""The verbs for what is in stock: `leads flag`, `corpus list`, and taking leads, clients and documents out.

Here: what a person asks of things that were imported. Not here: the imports (`dossier/cli_intake.py`), and what may be
flagged or taken out (`dossier/store/flagging.py`, `removal.py`, `corpus.py`).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from dossier.cli_desk import BAD_INPUT, OK, PARTIAL, Desk, Outcome, table, verb
from dossier.cli_intake import ClientSlug, clients, corpus, leads
from dossier.cli_queue import ask
from dossier.errors import BadInput
from dossier.keys import parse_run_id
from dossier.models import JsonDict

if TYPE_CHECKING:
    from dossier.store.flagging import Flagged
    from dossier.store.removal import Removal

__all__ = ["clients", "corpus", "leads"]

_YES = typer.Option("--yes", help="Do not ask.")
_TOLD = {"flagged": "flagged", "pending": "waited already", "running": "being made now"}


@leads.command("flag")
@verb
def flag_leads(
    desk: Desk,
    client: ClientSlug,
    lead: Annotated[list[str] | None, typer.Option("--lead", help="Id, domain or name; may be repeated.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All leads of the client but those put away.")] = False,
    older_than: Annotated[
        float | None,
        typer.Option(
            "--older-than", metavar="DAYS", min=0, help="Those whose newest dossier is so old.", show_default=False
        ),
    ] = None,
) -> Outcome:
    """Queue known leads for a new dossier; what they have stays until the new one is there.

    A lead that waits already or is being made is left as it is. With --older-than a blocked one is left too: look at
    it first.

    Examples:
      dossier leads flag --client sample-steel-builders --lead micron.com
      dossier leads flag --client sample-steel-builders --older-than 30
    """
    from dossier.store import flagging
    from dossier.store.leads import get_lead

    if sum((bool(lead), every, older_than is not None)) != 1:
        raise BadInput("Which leads?", "Give one of --lead, --all and --older-than.", "See: dossier leads list --help")
    with desk.store.transaction() as session:
        ids = [get_lead(session, client, name).id for name in lead or ()]
        done = flagging.flag_leads(session, client, ids or flagging.leads_to_flag(session, client, older_than))
    return _flagged(done, client)


@corpus.command("list")
@verb
def list_corpus(
    desk: Desk,
    client: Annotated[
        str | None, typer.Option("--client", help="What this client's searches see: its own and those of all.")
    ] = None,
    undated: Annotated[bool, typer.Option("--undated", help="Only those without a date.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 50,
) -> Outcome:
    """List the documents, those imported last first.

    Example: dossier corpus list --undated
    """
    from dossier.store.corpus import list_sources

    with desk.store.reading() as session:
        found, total = list_sources(session, client, undated=undated, limit=limit)
    columns = ("id", "published_at", "tier", "title", "publisher", "client")
    rows = [[getattr(view, column) for column in columns[:-1]] + [view.client or "all"] for view in found]
    shown = [table(("id", "date", "tier", "title", "publisher", "for"), rows)] if found else ["No documents."]
    rest = [f"{total - len(found)} more: add --limit {total}"] if total > len(found) else []
    return Outcome({"documents": [asdict(view) for view in found], "total": total}, [*shown, *rest])


@corpus.command("delete")
@verb
def delete_documents(
    desk: Desk,
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of documents, see: dossier corpus list")],
    client: Annotated[
        str | None, typer.Option("--client", help="The client's own document, not the shared one.")
    ] = None,
    yes: Annotated[bool, _YES] = False,
) -> Outcome:
    """Remove documents that no run stands on; one that a claim or a dossier quotes stays.

    Example: dossier corpus delete src_0123456789abcdef --yes
    """
    from dossier.store.corpus import check_removable, delete_source

    rows: list[JsonDict] = []
    with desk.store.reading() as session:
        for source_id in dict.fromkeys(ids):
            try:
                title = check_removable(session, source_id, client)
                rows.append({"id": source_id, "title": title, "status": "deleted", "error": None})
            except BadInput as error:
                if len(ids) == 1:
                    raise
                rows.append({"id": source_id, "title": None, "status": None, "error": str(error)})
    going = [row for row in rows if row["status"]]
    if going and not yes:
        titles = ", ".join(repr(row["title"]) for row in going[:5])
        ask(desk, f"Delete {_counted(len(going), 'document')} ({titles}); runs and dossiers stay")
    with desk.store.transaction() as session:
        for row in going:
            delete_source(session, row["id"], client)
    refused = len(rows) - len(going)
    shown = [f"{row['id']}: {row['status'] or row['error']}" for row in rows]
    return Outcome({"documents": rows}, shown, OK if not refused else PARTIAL if going else BAD_INPUT)


@leads.command("delete")
@verb
def delete_lead(
    desk: Desk,
    client: ClientSlug,
    lead: Annotated[str, typer.Option("--lead", help="Id, domain or name of the lead.")],
    yes: Annotated[bool, _YES] = False,
) -> Outcome:
    """Remove a lead with its runs that made no dossier; documents stay. Refused where a dossier stands on it.

    Example: dossier leads delete --client sample-steel-builders --lead micron.com --yes
    """
    from dossier.store import removal

    with desk.store.reading() as session:
        going = removal.lead_removal(session, client, lead)
    account = f"lead {going.leads[0]!r} of {client} with {_runs(going)}; documents stay"
    if not yes:
        ask(desk, f"Delete {account}")
    with desk.store.transaction() as session:
        gone = removal.delete_lead(session, client, lead)
        _remove_files(desk, gone.runs)
    return Outcome({"client": client, **_plain(gone), "status": "deleted"}, [f"Deleted: {account}."])


@clients.command("delete")
@verb
def delete_client(
    desk: Desk,
    slug: Annotated[str, typer.Argument(help="Slug of the client.")],
    yes: Annotated[bool, _YES] = False,
) -> Outcome:
    """Remove a client with its configuration, leads, runs without a dossier, and documents of its own.

    Documents of all clients and prompts stay, and so does what was spent. Refused where a dossier stands.

    Example: dossier clients delete sample-steel-builders --yes
    """
    from dossier.store import removal

    with desk.store.reading() as session:
        going = removal.client_removal(session, slug)
    own = f"{_counted(len(going.leads), 'lead')}, {_runs(going)} and {_counted(going.documents, 'document')} of its own"
    account = f"client {slug} with its configuration, {own}; documents of all clients and prompts stay"
    if not yes:
        ask(desk, f"Delete {account}")
    with desk.store.transaction() as session:
        gone = removal.delete_client(session, slug)
        _remove_files(desk, gone.runs)
    return Outcome({"client": slug, **_plain(gone), "status": "deleted"}, [f"Deleted: {account}."])


def _flagged(done: Sequence[Flagged], client: str) -> Outcome:
    counts = Counter(one.status for one in done)
    document: JsonDict = {"leads": [asdict(one) for one in done], **{status: counts[status] for status in _TOLD}}
    if not done:
        return Outcome(document, ["No lead is meant: nothing was flagged."])
    rows = [(one.name, _TOLD.get(one.status, one.status), one.run_id) for one in done]
    said = ", ".join(f"{number} {_TOLD.get(status, status)}" for status, number in counts.items())
    return Outcome(document, [table(("lead", "", "run"), rows), said, f"Next: dossier run --client {client} --flagged"])


def _runs(going: Removal) -> str:
    return f"{_counted(len(going.runs), 'run')} that made no dossier"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _plain(gone: Removal) -> JsonDict:
    return {"leads": list(gone.leads), "runs": list(gone.runs), "documents": gone.documents}


def _remove_files(desk: Desk, run_ids: Sequence[str]) -> None:
    """Remove the files of runs before their rows are gone for good: who is interrupted can repeat the command."""
    for run_id in run_ids:
        folder = desk.home / "runs" / parse_run_id(run_id).client / run_id
        if folder.is_dir():
            shutil.rmtree(folder)
