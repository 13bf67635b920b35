"""The verbs that bring things in and list them: `clients`, `leads`, `corpus`, and `import` for a whole folder.

Here: from files to the store, and what an import answers. Not here: how files are read (`dossier/intake/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from dossier.cli_desk import BAD_INPUT, OK, PARTIAL, Desk, Outcome, table, verb
from dossier.errors import BadInput
from dossier.intake.rows import Rejected

clients = typer.Typer(no_args_is_help=True, help="Who sells: client configurations.")
leads = typer.Typer(no_args_is_help=True, help="Who might buy: leads of a client.")
corpus = typer.Typer(no_args_is_help=True, help="What is known: documents to search in.")

CHANGES = ("created", "updated", "unchanged")
ClientSlug = Annotated[str, typer.Option("--client", help="Slug of the client, see: dossier clients list")]


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import of one kind did: counts by what happened, and the rows that did not go in."""

    counts: dict[str, int]
    rejected: list[Rejected]


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
    saved = [row["change"] for row in _save_clients(desk, configs)]
    parts = {
        "clients": Brought({change: saved.count(change) for change in CHANGES}, []),
        "leads": _save_tables(desk, _files(folder / "leads", (".csv", ".jsonl"))),
        "documents": _save_documents(desk, sorted(folder.glob("documents*"))),
    }
    return _brought(parts)


@clients.command("import")
@verb
def import_clients(
    desk: Desk, files: Annotated[list[Path], typer.Argument(help="Client configurations, YAML or JSON.")]
) -> Outcome:
    """Bring in client configurations; repeating it changes nothing.

    Example: dossier clients import samples/clients/sample-steel-builders.yaml
    """
    rows = _save_clients(desk, files)
    return Outcome({"clients": rows}, [f"{row['slug']}: {row['change']}" for row in rows])


@clients.command("list")
@verb
def list_all_clients(desk: Desk) -> Outcome:
    """List the clients."""
    from dossier.store.clients import list_clients

    with desk.store.reading() as session:
        found = [{"slug": client.slug, "name": client.name} for client in list_clients(session)]
    shown = table(("client", "name"), [(row["slug"], row["name"]) for row in found])
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

    Imported leads are flagged, that is, queued for a dossier; a row that is known by domain or name is updated.

    Example: dossier leads import leads.csv --client sample-steel-builders
    """
    brought = _save_leads(desk, file, client, hold=hold, dry_run=dry_run)
    return _imported(brought, prefix="Would be: " if dry_run else "")


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
    """Bring in documents; the same text is stored once.

    Example: dossier corpus import samples/documents.jsonl notes/*.md
    """
    brought = _save_documents(desk, paths, client)
    return _imported(brought)


def _files(folder: Path, endings: Sequence[str]) -> list[Path]:
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.is_file() and path.suffix.lower() in endings)


def _save_clients(desk: Desk, files: Sequence[Path]) -> list[dict[str, str]]:
    from dossier.intake.clients import read_client
    from dossier.store.clients import save_client

    read = [read_client(path) for path in files]
    with desk.store.transaction() as session:
        saved = [(client, save_client(session, client)) for client in read]
    return [{"slug": client.slug, "name": client.name, "change": change} for client, change in saved]


def _save_leads(desk: Desk, file: Path, client: str, *, hold: bool = False, dry_run: bool = False) -> Brought:
    from dossier.intake.leads import read_leads
    from dossier.store.leads import save_leads

    read = read_leads(file)
    with desk.store.transaction() as session:
        saved = save_leads(session, client, read.rows, hold=hold)
        if dry_run:
            session.rollback()
    return Brought({change: getattr(saved, change) for change in CHANGES}, [*read.rejected, *saved.rejected])


def _save_tables(desk: Desk, files: Sequence[Path]) -> Brought:
    """Bring in the leads of each file for the client that it is named after."""
    parts = [(file.name, _save_leads(desk, file, file.stem)) for file in files]
    counts = {change: sum(part.counts[change] for _, part in parts) for change in CHANGES}
    return Brought(counts, [replace(row, file=name) for name, part in parts for row in part.rejected])


def _save_documents(desk: Desk, paths: Sequence[Path], client: str | None = None) -> Brought:
    from dossier.intake.documents import read_documents
    from dossier.store.sources import save_documents

    added = unchanged = 0
    rejected: list[Rejected] = []
    for read in read_documents(paths):
        with desk.store.transaction() as session:
            saved = save_documents(session, read.documents, client)
        added, unchanged = added + saved.added, unchanged + saved.unchanged
        rejected += [*read.rejected, *saved.rejected]
        desk.tell(f"{added + unchanged} documents")
    return Brought({"added": added, "unchanged": unchanged}, rejected)


def _imported(brought: Brought, prefix: str = "") -> Outcome:
    """Answer an import: counts, rejected rows, and the exit code they mean."""
    document = {**brought.counts, "rejected": [_rejected(row) for row in brought.rejected]}
    code = _import_code(brought.rejected, sum(brought.counts.values()))
    return Outcome(document, [prefix + _counted(brought), *_complaints(brought.rejected)], code)


def _brought(parts: dict[str, Brought]) -> Outcome:
    """Answer the import of a folder: the same for each kind of thing in it."""
    rejected = [row for part in parts.values() for row in part.rejected]
    document = {kind: part.counts for kind, part in parts.items()} | {"rejected": [_rejected(row) for row in rejected]}
    shown = [f"{kind}: {_counted(part)}" for kind, part in parts.items()]
    code = _import_code(rejected, sum(sum(part.counts.values()) for part in parts.values()))
    return Outcome(document, [*shown, *_complaints(rejected)], code)


def _counted(brought: Brought) -> str:
    counts = [f"{number} {what}" for what, number in brought.counts.items()]
    return ", ".join([*counts, f"{len(brought.rejected)} rejected"])


def _complaints(rejected: Sequence[Rejected]) -> list[str]:
    shown = [f"  {_place(row)}: {row.reason}" for row in rejected[:20]]
    more = len(rejected) - len(shown)
    return [*shown, f"  and {more} more; --json lists them all"] if more else shown


def _import_code(rejected: Sequence[Rejected], good: int) -> int:
    return OK if not rejected else PARTIAL if good else BAD_INPUT


def _place(row: Rejected) -> str:
    return f"{row.file}, row {row.row}" if row.file else f"row {row.row}"


def _rejected(row: Rejected) -> dict[str, object]:
    return {key: value for key, value in asdict(row).items() if value is not None}
