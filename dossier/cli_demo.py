"""The verb `demo`: the bundled samples become dossiers, always with the extractive engine.

Here: import, run, and one line per dossier at the end. Not here: the samples (`samples/`). The demo keeps to the
database in its home: `DOSSIER_DATABASE_URL` is not read, so that samples never enter a database of value, and where
the home holds other clients it takes a home beside it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from dossier.cli_desk import Desk, Outcome, verb
from dossier.cli_runs import finish_all, queue
from dossier.cli_setup import set_up
from dossier.errors import BadInput
from dossier.models import JsonDict
from dossier.sample_files import COLLECTED, sample_clients, sample_documents, sample_leads
from dossier.store import runs


@verb
def demo(
    desk: Desk,
    out: Annotated[Path | None, typer.Option("--out", help="Also copy the dossiers here.", show_default=False)] = None,
) -> Outcome:
    """Make dossiers of the bundled samples: no key, no network. A home with clients of your own stays as it is.

    Example: dossier demo --out demo
    """
    desk = _samples_apart(desk)
    set_up(desk)
    queued = [run_id for path in sample_clients() for run_id in prepare(desk, path)]
    desk.tell(f"{len(queued)} leads, all ages counted to {COLLECTED}, engine: extractive")
    try:
        outcome = finish_all(desk, queued)
    except BaseException:
        _withdraw(desk, queued)
        raise
    if out is not None:
        for row in outcome.document["runs"]:
            row["paths"] = _copied(row, out.absolute())
    return Outcome(outcome.document, [_line(row) for row in outcome.document["runs"]], outcome.code)


def _samples_apart(desk: Desk) -> Desk:
    """Return the desk of the demo: in its own home, or beside it where that holds other clients than the samples."""
    desk.keep_to_home()
    if not _holds_others(desk):
        return desk
    apart = Desk(desk.home.with_name(f"{desk.home.name}-demo"), desk.as_json, desk.out, desk.log)
    desk.tell(f"{desk.home} holds clients of your own, so the samples go into {apart.home}")
    apart.keep_to_home()
    return apart


def _holds_others(desk: Desk) -> bool:
    from dossier.store.clients import list_clients

    if not (desk.home / "dossier.db").is_file():
        return False
    set_up(desk)
    with desk.store.reading() as session:
        return any(client.slug not in {path.stem for path in sample_clients()} for client in list_clients(session))


def _withdraw(desk: Desk, run_ids: Sequence[str]) -> None:
    """Cancel what a stopped demo leaves, so that `run --flagged` does not take samples for leads of value."""
    for run_id in run_ids:
        with suppress(BadInput), desk.store.transaction() as session:
            runs.cancel(session, run_id)


def prepare(desk: Desk, config: Path) -> list[str]:
    """Import a sample client with its leads and the notes; return its queued runs."""
    from dossier.intake.clients import read_client
    from dossier.intake.documents import read_documents
    from dossier.intake.leads import read_leads
    from dossier.store.clients import save_client
    from dossier.store.leads import save_leads
    from dossier.store.sources import save_documents

    client = read_client(config)
    rows = read_leads(sample_leads(client.slug)).rows
    with desk.store.transaction() as session:
        save_client(session, client)
        save_leads(session, client.slug, rows, hold=True)
        for read in read_documents([sample_documents()]):
            save_documents(session, read.documents, None)
    return queue(desk, client.slug, [row.domain or row.name for row in rows], COLLECTED, "extractive")


def _copied(row: JsonDict, out: Path) -> dict[str, str]:
    """Copy a run's files below `out`, named by client and lead; return the new paths."""
    lead = row["run_id"].split("--", 1)[1].rsplit("-", 2)[0]
    folder = out / row["client"] / lead
    copies = {}
    for kind, path in row["paths"].items():
        folder.mkdir(parents=True, exist_ok=True)
        copies[kind] = str(shutil.copyfile(path, folder / Path(path).name))
    return copies


def _line(row: JsonDict) -> str:
    score = f"{row['score']:>3} {row['tier']}" if row["score"] is not None else f"  - {row['status']}"
    return f"{score}  {row['lead']:<24}  {row['paths'].get('html', row['error'] or '')}"
