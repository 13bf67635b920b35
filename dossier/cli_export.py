"""The verb `export`: a dossier leaves the store in the format a person or a system wants.

Here: formats, names of files, refusing what does not fit. Not here: the formats themselves (`dossier/exports/`).
Everything comes from stored rows: no engine is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from dossier.cli_desk import Desk, Outcome, verb
from dossier.errors import BadInput
from dossier.exports.whole_files import put_file
from dossier.models import Document, Dossier


class Format(StrEnum):
    """What a dossier can become."""

    BUNDLE = "bundle"
    JSON = "json"
    MD = "md"
    HTML = "html"
    CSV = "csv"


@verb
def export(
    desk: Desk,
    run_ids: Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs, see: dossier status")],
    form: Annotated[Format, typer.Option("--format", help="bundle: all formats, sources and step runs in a folder.")],
    out: Annotated[Path, typer.Option("--out", help="File to write; a folder for bundle, either for csv.")],
) -> Outcome:
    """Write a dossier from what is stored; only csv takes several runs.

    Examples:
      dossier export RUN --format html --out acme.html
      dossier export RUN RUN --format csv --out crm/
    """
    if len(run_ids) > 1 and form is not Format.CSV:
        raise BadInput(
            f"One run at a time for {form.value}.", "Only csv holds several.", "Repeat the command for each run."
        )
    with desk.store.reading() as session:
        dossiers = [_dossier(session, run_id) for run_id in run_ids]
        try:
            path = _write(session, form, dossiers, out.expanduser().absolute())
        except OSError as error:
            raise BadInput(f"Cannot write {out}.", str(error), "Name another place: --out PATH") from error
    return Outcome({"path": str(path), "format": form.value}, [str(path)])


def _write(session: Session, form: Format, dossiers: list[Dossier], out: Path) -> Path:
    """Write `dossiers` to `out`, making its folders, and return what was written."""
    if form is Format.CSV:
        return _write_csv(dossiers, out)
    [dossier] = dossiers
    if form is Format.BUNDLE:
        return _write_bundle(session, dossier, out)
    path = out / f"dossier.{form.value}" if out.is_dir() else out
    part = path.with_name(f"{path.name}.part")
    try:
        put_file(part, _RENDER[form](session, dossier).encode("utf-8"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _write_csv(dossiers: list[Dossier], out: Path) -> Path:
    """Write two tables: into the folder `out`, or to the file `out` with the contacts beside it."""
    from dossier.exports import csv_files

    is_file = out.suffix.lower() == ".csv" and not out.is_dir()
    table = out if is_file else out / "dossiers.csv"
    contacts = out.with_name(f"{out.stem}-contacts.csv") if is_file else out / "contacts.csv"
    table.parent.mkdir(parents=True, exist_ok=True)
    csv_files.write(csv_files.dossier_rows(dossiers), table)
    csv_files.write(csv_files.contact_rows(dossiers), contacts)
    return out


def _write_bundle(session: Session, dossier: Dossier, out: Path) -> Path:
    from dossier.exports import bundle
    from dossier.store.step_runs import full_steps

    bundle.write(dossier, _documents(session, dossier), full_steps(session, dossier.run_id), out)
    return out


def _html(session: Session, dossier: Dossier) -> str:
    from dossier.exports import html

    return html.render(dossier, _documents(session, dossier))


def _markdown(session: Session, dossier: Dossier) -> str:
    from dossier.exports import markdown

    return markdown.render(dossier)


def _json(session: Session, dossier: Dossier) -> str:
    from dossier.exports import json_file

    return json_file.render(dossier)


_RENDER: dict[Format, Callable[[Session, Dossier], str]] = {
    Format.HTML: _html,
    Format.MD: _markdown,
    Format.JSON: _json,
}


def _dossier(session: Session, run_id: str) -> Dossier:
    from dossier.store.dossiers import get_dossier

    dossier = get_dossier(session, run_id)
    if dossier is None:
        raise BadInput(f"Run {run_id} has no dossier.", "It did not get that far.", f"See: dossier status {run_id}")
    return dossier


def _documents(session: Session, dossier: Dossier) -> list[Document]:
    from dossier.store.sources import documents

    return documents(session, [source.id for source in dossier.sources], dossier.client)
