"""The verb `demo`: the bundled samples become dossiers, always with the extractive engine.

Here: import, run, and one line per dossier at the end. Not here: the samples (`samples/`). The demo keeps to the
database in its home: `DOSSIER_DATABASE_URL` is not read, so that samples never enter a database of value.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from dossier.cli_desk import Desk, Outcome, verb
from dossier.cli_runs import finish_all, queue
from dossier.cli_setup import set_up
from dossier.models import JsonDict
from dossier.sample_files import COLLECTED, sample_clients, sample_documents, sample_leads


@verb
def demo(
    desk: Desk,
    out: Annotated[Path | None, typer.Option("--out", help="Also copy the dossiers here.", show_default=False)] = None,
) -> Outcome:
    """Make dossiers of the bundled samples: no key, no network.

    Example: dossier demo --out demo
    """
    desk.keep_to_home()
    set_up(desk)
    queued = [run_id for path in sample_clients() for run_id in prepare(desk, path)]
    desk.tell(f"{len(queued)} leads, all ages counted to {COLLECTED}, engine: extractive")
    outcome = finish_all(desk, queued)
    if out is not None:
        for row in outcome.document["runs"]:
            row["paths"] = _copied(row, out.absolute())
    return Outcome(outcome.document, [_line(row) for row in outcome.document["runs"]], outcome.code)


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
