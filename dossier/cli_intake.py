"""The verbs that bring things in and list them: `clients`, `leads`, `corpus`, and `import` for a whole folder.

Here: from files to the store, and what an import answers. Not here: how files are read (`dossier/intake/`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from dossier.cli_brought import Brought, imported, imported_all, warned
from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.errors import BadInput
from dossier.intake.rows import Rejected
from dossier.models import JsonDict

clients = typer.Typer(no_args_is_help=True, help="Who sells: client configurations.")
leads = typer.Typer(no_args_is_help=True, help="Who might buy: leads of a client.")
corpus = typer.Typer(no_args_is_help=True, help="What is known: documents to search in.")

CHANGES = ("created", "updated", "unchanged")
ClientSlug = Annotated[str, typer.Option("--client", help="Slug of the client, see: dossier clients list")]


@verb
def import_folder(
    desk: Desk, folder: Annotated[Path, typer.Argument(help="A folder laid out like the bundled samples.")]
) -> Outcome:
    """Bring in a whole folder: clients/*.yaml, leads/<client slug>.csv, and documents.jsonl or documents/.

    The leads are flagged, that is, queued for a dossier. Repeating it changes nothing.

    Example: dossier import samples
    """
    configs = _files(folder / "clients", (".yaml", ".yml", ".json"))
    if not configs:
        what, why = f"There is no client in {str(folder)!r}.", "A folder holds clients/, leads/ and documents/."
        raise BadInput(what, why, "See the bundled samples for an example.")
    saved = _save_clients(desk, configs)
    changes = Counter(row["change"] for row in saved)
    parts = {
        "clients": Brought({change: changes[change] for change in CHANGES}),
        "leads": _save_tables(desk, _files(folder / "leads", (".csv", ".jsonl"))),
        "documents": _save_documents(desk, sorted(folder.glob("documents*"))),
    }
    return imported_all(parts, {row["slug"]: row["warnings"] for row in saved if row["warnings"]})


@clients.command("import")
@verb
def import_clients(
    desk: Desk, files: Annotated[list[Path], typer.Argument(help="Client configurations, YAML or JSON.")]
) -> Outcome:
    """Bring in client configurations; repeating it changes nothing.

    A key that nothing reads is kept and told, with the one that was probably meant. All keys: docs/clients.md

    Example: dossier clients import samples/clients/sample-steel-builders.yaml
    """
    rows = _save_clients(desk, files)
    shown = [line for row in rows for line in (f"{row['slug']}: {row['change']}", *warned(row["warnings"]))]
    return Outcome({"clients": rows}, shown)


@clients.command("list")
@verb
def list_all_clients(desk: Desk) -> Outcome:
    """List the clients; an `inactive` one waits for the approval of its onboarding."""
    from dossier.store.clients import list_clients, states

    with desk.store.reading() as session:
        status = states(session)
        found = [
            {"slug": client.slug, "name": client.name, "status": status[client.slug]}
            for client in list_clients(session)
        ]
    shown = table(("client", "name", "status"), [tuple(row.values()) for row in found])
    return Outcome({"clients": found}, [shown] if found else ["No clients yet. Next: dossier clients import FILE"])


@clients.command("show")
@verb
def show_client(desk: Desk, slug: Annotated[str, typer.Argument(help="Slug of the client.")]) -> Outcome:
    """Show a client's whole configuration.

    Example: dossier clients show sample-steel-builders
    """
    import yaml

    from dossier.store.clients import get_client

    with desk.store.reading() as session:
        client = get_client(session, slug)
    config = client.config.model_dump(mode="json")
    document = {"clients": [{"slug": client.slug, "name": client.name, "config": config}]}
    return Outcome(document, yaml.safe_dump(config, sort_keys=False, allow_unicode=True).splitlines())


@leads.command("import")
@verb
def import_leads(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="CSV or JSONL with at least a name.")],
    client: ClientSlug,
    hold: Annotated[bool, typer.Option("--hold", help="Keep them `new`: queue no dossier.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Outcome:
    """Bring in leads: good rows go in, bad rows come back with number and reason.

    Imported leads are flagged, that is, queued for a dossier; a row that is known by domain, name or alias is updated.
    Columns: name, domain, aliases (`;` between them) and more, see docs/imports.md

    Example: dossier leads import leads.csv --client sample-steel-builders
    """
    brought = _save_leads(desk, file, client, hold=hold, dry_run=dry_run)
    return imported(brought, prefix="Would be: " if dry_run else "")


@leads.command("list")
@verb
def list_all_leads(
    desk: Desk,
    client: ClientSlug,
    status: Annotated[str | None, typer.Option("--status", help="Only these, e.g. flagged, ready, blocked.")] = None,
) -> Outcome:
    """List a client's leads with their newest run.

    Example: dossier leads list --client sample-steel-builders --status flagged
    """
    from dossier.store.leads import list_leads

    with desk.store.reading() as session:
        found = [asdict(view) for view in list_leads(session, client, status)]
    columns = ("id", "name", "domain", "status", "run_id", "last_error")
    shown = table(columns, [[row[column] for column in columns] for row in found])
    return Outcome({"leads": found}, [shown] if found else ["No leads."])


@corpus.command("import")
@verb
def import_corpus(
    desk: Desk,
    paths: Annotated[list[Path], typer.Argument(help="JSONL, .txt, .md or .html files, or folders of them.")],
    client: Annotated[
        str | None, typer.Option("--client", help="Only for this client; else for all.", show_default=False)
    ] = None,
) -> Outcome:
    """Bring in documents; the same text is stored once, and what is said of it anew is taken over.

    JSONL fields: title, text, url, publisher, published_at and more. A .md or .txt file says the same at its head, as
    YAML front matter or in lines like `Date: 2026-03-01`, see docs/imports.md

    Example: dossier corpus import samples/documents.jsonl notes/*.md
    """
    brought = _save_documents(desk, paths, client)
    return imported(brought)


def _files(folder: Path, endings: Sequence[str]) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.is_file() and path.suffix.lower() in endings)


def _save_clients(desk: Desk, files: Sequence[Path]) -> list[JsonDict]:
    from dossier.intake.client_remarks import remarks
    from dossier.intake.clients import read_client
    from dossier.store.clients import save_client

    read = [read_client(path) for path in files]
    with desk.store.transaction() as session:
        saved = [(client, save_client(session, client)) for client in read]
    return [
        {"slug": client.slug, "name": client.name, "change": change, "warnings": remarks(client)}
        for client, change in saved
    ]


def _save_leads(desk: Desk, file: Path, client: str, *, hold: bool = False, dry_run: bool = False) -> Brought:
    from dossier.intake.leads import read_leads
    from dossier.store.leads import save_leads

    read = read_leads(file)
    with desk.store.transaction() as session:
        saved = save_leads(session, client, read.rows, hold=hold)
        if dry_run:
            session.rollback()
    counts = {change: getattr(saved, change) for change in CHANGES}
    return Brought(counts, [*read.rejected, *saved.rejected], saved.notes)


def _save_tables(desk: Desk, files: Sequence[Path]) -> Brought:
    """Bring in the leads of each file for the client that it is named after."""
    parts = [(file.name, _save_leads(desk, file, file.stem)) for file in files]
    return Brought(
        {change: sum(part.counts[change] for _, part in parts) for change in CHANGES},
        [replace(row, file=name) for name, part in parts for row in part.rejected],
        [replace(row, file=name) for name, part in parts for row in part.notes],
    )


def _save_documents(desk: Desk, paths: Sequence[Path], client: str | None = None) -> Brought:
    from dossier.intake.documents import read_documents
    from dossier.store.sources import save_documents

    counts = Counter[str]()
    rejected: list[Rejected] = []
    undated = set[str]()
    for read in read_documents(paths):
        with desk.store.transaction() as session:
            saved = save_documents(session, read.documents, client)
        counts.update(added=saved.added, updated=saved.updated, unchanged=saved.unchanged)
        rejected += [*read.rejected, *saved.rejected]
        undated |= saved.undated
        desk.tell(f"{counts.total()} documents")
    return Brought(dict(counts), rejected, undated=len(undated))
