"""The verb `export`: dossiers leave the store in the format a person or a system wants.

Here: which dossiers, the names of files, what is said of those that did not go out. Not here: the formats
themselves (`dossier/exports/`). Everything comes from stored rows: no engine is asked.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress
from sqlalchemy.orm import Session

from dossier.cli_desk import OK, PARTIAL, Desk, Outcome, verb
from dossier.errors import BadInput
from dossier.exports.whole_files import put_file
from dossier.exports.wording import count
from dossier.models import Document, Dossier

if TYPE_CHECKING:
    from dossier.exports.crm_rows import LeftOut

_TOLD_EVERY = 50
_STANDARD_OUTPUT = frozenset({"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class Format(StrEnum):
    """What a dossier can become."""

    BUNDLE = "bundle"
    JSON = "json"
    MD = "md"
    HTML = "html"
    CSV = "csv"
    PDF = "pdf"
    DOCX = "docx"


class Profile(StrEnum):
    """Whose conventions the tables follow."""

    PLAIN = "plain"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"


@dataclass
class _Sent:
    """What went out: the files, the runs without a dossier, and what a CRM's table leaves out or lacks."""

    files: list[Path] = field(default_factory=list)
    missing: list[dict[str, str]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    without_key: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


@verb
def export(
    desk: Desk,
    form: Annotated[
        Format, typer.Option("--format", help="bundle: page, JSON, Markdown, sources and step runs in a folder.")
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out",
            help="File to write; a folder for bundle and for several runs, either for csv; - for standard output.",
        ),
    ],
    run_ids: Annotated[list[str] | None, typer.Argument(metavar="RUN...", help="Runs, see: dossier status")] = None,
    client: Annotated[str | None, typer.Option("--client", help="Instead of runs: all that stand of a client.")] = None,
    profile: Annotated[
        Profile | None, typer.Option("--profile", help="For csv: whose import reads the tables (plain).")
    ] = None,
) -> Outcome:
    """Write dossiers from what is stored, as files to read or as tables for a CRM.

    Several runs make one table as csv, and a file each in the folder --out in every other format. A run without a
    dossier is named and does not stop the others (exit code 4).

    Examples:
      dossier export RUN --format pdf --out acme.pdf
      dossier export RUN RUN --format csv --out crm/
      dossier export --client acme --format csv --profile hubspot --out crm/
    """
    if profile and form is not Format.CSV:
        raise BadInput("Only csv has a profile.", f"The format is {form.value}.", "Leave out --profile.")
    if out in _STANDARD_OUTPUT:
        return _to_standard_output(desk, form, run_ids or [], client)
    place, named_folder = _place(out)
    with desk.store.reading() as session:
        wanted = _wanted(session, run_ids or [], client)
        many = len(wanted) > 1 or client is not None
        sender = _Sender(desk, session, wanted, standing=client is not None)
        try:
            if form is Format.CSV:
                path = _send_tables(sender, profile or Profile.PLAIN, place)
            elif many:
                path = _send_many(sender, form, place)
            else:
                path = _send_one(sender, form, place, named_folder)
        except OSError as error:
            raise BadInput(f"Cannot write {out}.", str(error), "Name another place: --out PATH") from error
    return _outcome(desk, path, form, profile, sender.sent, many=many)


class _Sender:
    """Reads the dossiers of `run_ids` one after the other; those that there are not are noted in `sent`.

    `standing`: of a run whose newest version is partial, the complete one that it did not replace.
    """

    def __init__(self, desk: Desk, session: Session, run_ids: Sequence[str], *, standing: bool = False) -> None:
        self._desk, self._standing = desk, standing
        self.session, self.run_ids = session, run_ids
        self.sent, self.clients = _Sent(), set[str]()

    def dossiers(self) -> Iterator[Dossier]:
        """Yield the dossiers, showing how far it is. Raises BadInput where there is none at all."""
        total, found = len(self.run_ids), 0
        with Progress(console=self._desk.log, transient=True, disable=total < 2 or self._quiet()) as progress:
            task = progress.add_task("Exporting", total=total)
            for number, run_id in enumerate(self.run_ids, 1):
                if (dossier := self._dossier(run_id)) is not None:
                    found += 1
                    self.clients.add(dossier.client)
                    yield dossier
                progress.advance(task)
                if self._quiet() and total > number and number % _TOLD_EVERY == 0:
                    self._desk.tell(f"{number} of {total}")
        if not found:
            raise BadInput("None of these runs has a dossier.", self.sent.missing[0]["reason"], "See: dossier status")

    def documents(self, dossier: Dossier) -> list[Document]:
        """Return the texts of the dossier's sources."""
        from dossier.store.sources import documents

        return documents(self.session, [source.id for source in dossier.sources], dossier.client)

    def _dossier(self, run_id: str) -> Dossier | None:
        from dossier.store.dossiers import get_dossier, standing_dossier

        try:
            dossier = (standing_dossier if self._standing else get_dossier)(self.session, run_id)
            if dossier is None:
                raise BadInput(
                    f"Run {run_id} has no dossier.", "It did not get that far.", f"See: dossier status {run_id}"
                )
        except BadInput as error:
            if len(self.run_ids) == 1:
                raise
            self.sent.missing.append({"run_id": run_id, "reason": f"{error.what} {error.why}".strip()})
            return None
        return dossier

    def _quiet(self) -> bool:
        return self._desk.as_json or not self._desk.log.is_terminal


def _to_standard_output(desk: Desk, form: Format, run_ids: Sequence[str], client: str | None) -> Outcome:
    """Write one dossier, and nothing else, to standard output."""
    if form not in _RENDER or client is not None or len(run_ids) != 1 or desk.as_json:
        raise BadInput(
            "Standard output takes one dossier in a format of one file, and not --json.",
            f"Those formats are {', '.join(sorted(_RENDER))}.",
            "Name a file or folder: --out PATH",
        )
    with desk.store.reading() as session:
        sender = _Sender(desk, session, run_ids)
        [dossier] = sender.dossiers()
        content = _RENDER[form](dossier, sender.documents(dossier) if form in _NAME_LENGTHS else [])
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
    return Outcome({})


def _place(out: str) -> tuple[Path, bool]:
    """Return where to write, and whether it is named or known as a folder."""
    if not out.strip():
        raise BadInput("No place to write to is named.", "--out is empty.", "Name a file or folder: --out PATH")
    place = Path(out).expanduser().absolute()
    return place, place.is_dir() or out.endswith(("/", os.sep))


def _wanted(session: Session, run_ids: Sequence[str], client: str | None) -> list[str]:
    from dossier.store.dossiers import current_runs

    if bool(run_ids) == bool(client):
        why = "Both runs and --client are named." if client else "Neither runs nor --client are named."
        raise BadInput("It is not clear what to export.", why, "Name runs, or one client with --client.")
    if client is None:
        return list(dict.fromkeys(run_ids))
    if found := current_runs(session, client):
        return found
    raise BadInput(f"Client {client} has no dossier yet.", "No run of it got that far.", "See: dossier status")


def _send_one(sender: _Sender, form: Format, place: Path, is_folder: bool) -> Path:
    [dossier] = sender.dossiers()
    path = place / f"dossier.{form.value}" if is_folder and form is not Format.BUNDLE else place
    _put(sender, form, dossier, path)
    return path


def _send_many(sender: _Sender, form: Format, folder: Path) -> Path:
    """Write each dossier under the name of its run into `folder`."""
    _check_folder(form, folder)
    end = "" if form is Format.BUNDLE else f".{form.value}"
    for dossier in sender.dossiers():
        _put(sender, form, dossier, folder / f"{dossier.run_id}{end}")
    return folder


def _check_folder(form: Format, place: Path) -> None:
    if place.is_file() or (place.suffix.lower() == f".{form.value}" and not place.is_dir()):
        raise BadInput(
            f"{place.name} is a file, and several dossiers need a folder.",
            f"As {form.value} each is a file of its own; only csv holds several.",
            "Name a folder: --out FOLDER/",
        )


def _put(sender: _Sender, form: Format, dossier: Dossier, path: Path) -> None:
    if form is Format.BUNDLE:
        from dossier.exports import bundle
        from dossier.store.step_runs import full_steps

        bundle.write(dossier, sender.documents(dossier), full_steps(sender.session, dossier.run_id), path)
    else:
        texts = sender.documents(dossier) if form in _NAME_LENGTHS else []
        put_file(path, _RENDER[form](dossier, texts))
    sender.sent.files.append(path)


def _send_tables(sender: _Sender, profile: Profile, place: Path) -> Path:
    """Write tables: into the folder `place`, or to the file `place` with the other tables beside it."""
    if profile is Profile.PLAIN:
        _send_plain_tables(sender, place)
    else:
        _send_crm_tables(sender, profile.value, place)
    return place


def _send_plain_tables(sender: _Sender, place: Path) -> None:
    from dossier.exports import csv_files

    dossiers, contacts = csv_files.plain_tables(sender.dossiers())
    for name, frame in (("dossiers", dossiers), ("contacts", contacts)):
        path = _table_path(place, name, is_first=name == "dossiers")
        csv_files.write(frame, path)
        sender.sent.files.append(path)
        sender.sent.rows[name] = len(frame)


def _send_crm_tables(sender: _Sender, profile: str, place: Path) -> None:
    from dossier.exports import crm_profiles, crm_rows, csv_files

    made, sender.sent.left_out = crm_rows.tables(crm_profiles.profile(profile), sender.dossiers())
    headers = _headers(sender.session, profile, sorted(sender.clients))
    for table in made:
        path = _table_path(place, table.name, is_first=table is made[0])
        for number, rows in enumerate(table.parts(), 1):
            part = path if number == 1 else path.with_stem(f"{path.stem}-{number}")
            csv_files.write_crm(rows, headers[table.name], part)
            sender.sent.files.append(part)
        sender.sent.rows[table.name] = len(table.rows)
        if table.without_key:
            lacking = {"table": table.name, "column": table.rules.unique, "rows": table.without_key}
            sender.sent.without_key.append(lacking)


def _table_path(place: Path, name: str, *, is_first: bool) -> Path:
    if place.suffix.lower() != ".csv" or place.is_dir():
        return place / f"{name}.csv"
    return place if is_first else place.with_stem(f"{place.stem}-{name}")


def _headers(session: Session, profile: str, clients: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return the headers of a CRM's tables as `clients` want them. Raises BadInput where they differ."""
    from dossier.exports import crm_profiles
    from dossier.store.clients import get_client

    wishes = [(get_client(session, slug).config.model_extra or {}).get("crm") for slug in clients]
    found = [crm_profiles.headers(profile, wish) for wish in wishes]
    if any(one != found[0] for one in found):
        raise BadInput(
            "These runs do not go into one table.",
            f"Their clients ({', '.join(clients)}) want other headers for {profile}.",
            "Export each client by itself: --client SLUG",
        )
    return found[0]


def _outcome(desk: Desk, path: Path, form: Format, profile: Profile | None, sent: _Sent, *, many: bool) -> Outcome:
    document: dict[str, Any] = {"path": str(path), "format": form.value}
    if form is Format.CSV:
        left_out = [asdict(one) for one in sent.left_out]
        document |= {"profile": (profile or Profile.PLAIN).value, "rows": sent.rows, "left_out": left_out}
        document["without_key"] = sent.without_key
    if many or form is Format.CSV:
        document |= {"files": [str(one) for one in sent.files], "missing": sent.missing}
    for one in sent.left_out:
        desk.tell(f"Not in {one.table}: {one.what}. {one.reason}")
    for lacking in sent.without_key:
        name, number = lacking["table"], lacking["rows"]
        which = f"{number} of {count(sent.rows[name], 'row')} without {lacking['column']}"
        desk.tell(f"In {name}: {which}, by which the CRM knows a record again: a second import would double them.")
    for run in sent.missing:
        desk.tell(f"Not exported: {run['reason']}")
    return Outcome(document, [str(one) for one in sent.files], PARTIAL if sent.missing else OK)


def _html(dossier: Dossier, documents: Sequence[Document]) -> bytes:
    from dossier.exports import html

    return html.render(dossier, documents).encode("utf-8")


def _markdown(dossier: Dossier, documents: Sequence[Document]) -> bytes:
    from dossier.exports import markdown

    return markdown.render(dossier).encode("utf-8")


def _json(dossier: Dossier, documents: Sequence[Document]) -> bytes:
    from dossier.exports import json_file

    return json_file.render(dossier).encode("utf-8")


def _pdf(dossier: Dossier, documents: Sequence[Document]) -> bytes:
    from dossier.exports import pdf_file

    return pdf_file.render(dossier, documents)


def _docx(dossier: Dossier, documents: Sequence[Document]) -> bytes:
    from dossier.exports import docx_file

    return docx_file.render(dossier, documents)


_NAME_LENGTHS = frozenset({Format.HTML, Format.PDF, Format.DOCX})  # they say how long the text of a source is
_RENDER: dict[Format, Callable[[Dossier, Sequence[Document]], bytes]] = {
    Format.HTML: _html,
    Format.MD: _markdown,
    Format.JSON: _json,
    Format.PDF: _pdf,
    Format.DOCX: _docx,
}
