"""Documents: JSONL rows and text, Markdown or HTML files, checked and made ready for the store.

Here: fields and their aliases, dates with precision, what a file gives. Not here: storing and finding twins
(`dossier/store/sources.py`). The text is kept to the character: offsets of quotes count in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from dossier.errors import BadInput
from dossier.evidence.tiers import source_tier
from dossier.intake import front_matter
from dossier.intake.front_matter import in_figures
from dossier.intake.rows import DocumentFile, ParsedDocument, Rejected
from dossier.intake.strict_json import text_fault
from dossier.intake.tables import RawRow, check_file, decode, read_table
from dossier.models import Precision

MAX_TEXT = 4_000_000
MAX_FIELD = 2_000
BATCH = 500
_TABLES = (".jsonl", ".ndjson")
_PAGES = (".html", ".htm")
_TEXTS = (".txt", ".md", ".markdown")
# The fields of a document, each under every name that is read
FIELDS = {
    "id": ("id", "doc_id"),
    "url": ("url", "source_url", "link"),
    "title": ("title", "headline"),
    "publisher": ("publisher", "source_name"),
    "published": ("published_at", "date", "published", "publication_date"),
    "tier": ("source_tier", "tier"),
    "doc_type": ("doc_type", "type"),
    "text": ("text", "content", "body"),
}
# names of fields that a line before a text may have; the others could be the text's own words
_LINE_KEYS = frozenset(
    alias for name in ("url", "title", "publisher", "published", "tier", "doc_type") for alias in FIELDS[name]
) | {"organization", "organisation", "organizations", "organisations"}
_DATE = re.compile(r"(\d{4})(?:-(?:(\d{2})(?:-(\d{2})(?:[T ].*)?)?|[Qq]([1-4])|[Hh]([12])))?")
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S[^\n]*)$", re.MULTILINE)  # no two parts that can share blanks


class _Refused(ValueError):
    """Why a document cannot be used."""


def read_documents(paths: Sequence[Path]) -> Iterator[DocumentFile]:
    """Yield the documents of files and folders in batches, with the rows that cannot be used.

    Raises BadInput for a path that does not exist.
    """
    batch = DocumentFile([], [])
    for path in _files(paths):
        for read in [path] if isinstance(path, Rejected) else _read(path):
            batch.documents.append(read) if isinstance(read, ParsedDocument) else batch.rejected.append(read)
            if len(batch.documents) >= BATCH:
                yield batch
                batch = DocumentFile([], [])
    yield batch


def parse_date(text: str | None) -> tuple[date | None, Precision | None]:
    """Return the first day and the precision of `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-Qn` or `YYYY-Hn`.

    A time behind a day is dropped. (None, None) for nothing. Raises ValueError for anything else.
    """
    if text is None or not text.strip():
        return None, None
    match = _DATE.fullmatch(text.strip())
    if match is None or not 1700 <= int(match[1]) <= 2200:
        raise ValueError("not YYYY, YYYY-MM, YYYY-MM-DD, YYYY-Qn or YYYY-Hn")
    year, month, day, quarter, half = match.groups()
    if day:
        return date(int(year), int(month), int(day)), Precision.DAY
    if month:
        return date(int(year), int(month), 1), Precision.MONTH
    if quarter:
        return date(int(year), 3 * int(quarter) - 2, 1), Precision.QUARTER
    if half:
        return date(int(year), 6 * int(half) - 5, 1), Precision.HALF
    return date(int(year), 1, 1), Precision.YEAR


def page_fields(html: str | bytes) -> dict[str, str | None] | None:
    """Return title, text, url, publisher and published of an HTML page; None if it has no main text.

    Dates only where the page states them in its head.
    """
    from trafilatura import bare_extraction

    page = bare_extraction(
        html,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if page is None or isinstance(page, dict) or not page.text:
        return None
    return {
        "title": page.title,
        "text": page.text,
        "url": page.url,
        "publisher": page.sitename or page.hostname,
        "published": page.date,
    }


def checked_document(fields: Mapping[str, Any], reference: Mapping[str, Any]) -> ParsedDocument:
    """Return a document of `title, text, url, publisher, published, doc_type, tier`, checked like an imported one.

    `reference` says how it was come by. Raises ValueError with the reason it cannot be used.
    """
    return _document(dict(fields), dict(reference), {})


def _files(paths: Sequence[Path]) -> Iterator[Path | Rejected]:
    for path in paths:
        if path.is_dir():
            yield from _files_in(path)
        elif path.exists():
            yield path
        else:
            raise BadInput(f"There is no file {str(path)!r}.", "", "Check the path.")


def _files_in(folder: Path) -> Iterator[Path | Rejected]:
    """Yield the files of a folder that can be read, in order; links that lead out of it are told, not followed."""
    inside = Path(os.path.realpath(folder))
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
            yield Rejected(1, "it is a link that leads out of the folder", path.relative_to(folder).as_posix())
        elif path.is_file() and path.suffix.lower() in (*_TABLES, *_PAGES, *_TEXTS):
            yield path


def _read(path: Path) -> Iterator[ParsedDocument | Rejected]:
    suffix = path.suffix.lower()
    if suffix in _TABLES:
        for raw in read_table(path):
            yield _row(raw, path.name) if isinstance(raw, RawRow) else Rejected(raw.row, raw.reason, path.name)
    elif suffix in (*_PAGES, *_TEXTS):
        try:
            check_file(path, MAX_TEXT)
            yield (_page if suffix in _PAGES else _plain)(path)
        except (BadInput, _Refused) as error:
            yield Rejected(1, str(error), path.name)
    else:
        yield Rejected(1, f"files that end in {suffix!r} are not read", path.name)


def _row(raw: RawRow, file: str) -> ParsedDocument | Rejected:
    try:
        return _described(raw.values, {"file": file})
    except _Refused as error:
        return Rejected(raw.row, str(error), file)


def _plain(path: Path) -> ParsedDocument:
    """Return a text file: what it says about itself at its head is about the document, the rest is its text."""
    whole = decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    is_markdown = path.suffix.lower() != ".txt"
    try:
        head, text = front_matter.split(whole, _LINE_KEYS, is_markdown=is_markdown)
    except ValueError as error:
        raise _Refused(str(error)) from error
    heading = _HEADING.search(text) if is_markdown else None
    said = heading[1].rstrip().rstrip("#").rstrip() if heading else ""
    title = said or path.stem.replace("_", " ").replace("-", " ")
    head = {name: in_figures(value) if name in FIELDS["published"] else value for name, value in head.items()}
    about = {name: value for name, value in head.items() if name not in FIELDS["text"]}
    return _described({**about, "text": text}, {"file": path.name}, title)


def _described(values: dict[str, Any], reference: dict[str, Any], title: str | None = None) -> ParsedDocument:
    """Return the document of named values, `title` where they hold none; names that mean nothing here are kept."""
    fields = {name: _first(values, aliases) for name, aliases in FIELDS.items()}
    named = {alias for aliases in FIELDS.values() for alias in aliases}
    extra = {key: value for key, value in values.items() if key not in named and value is not None}
    fields["title"] = fields["title"] or title
    return _document(fields, {**reference, "id": _short(fields["id"], "id")}, extra)


def _page(path: Path) -> ParsedDocument:
    """Return the main text of an HTML page."""
    fields = page_fields(decode(path.read_bytes()))
    if fields is None:
        raise _Refused("no main text was found in the page")
    return _document({**fields, "title": fields["title"] or path.stem}, {"file": path.name}, {})


def _document(fields: dict[str, Any], reference: dict[str, Any], extra: dict[str, Any]) -> ParsedDocument:
    url = _url(fields.get("url"))
    publisher = _short(fields.get("publisher"), "publisher")
    doc_type = _short(fields.get("doc_type"), "doc_type")
    title = _short(fields.get("title"), "title")
    if not title:
        raise _Refused("no title")
    published = _short(fields.get("published"), "date")
    try:
        published_at, precision = parse_date(published)
    except ValueError as error:
        raise _Refused(f"the date {(published or '')[:40]!r} cannot be read: {error}") from error
    tier, reason = source_tier(url, publisher, doc_type, _short(fields.get("tier"), "tier"))
    return ParsedDocument(
        title=title,
        text=_body(fields.get("text")),
        url=url,
        publisher=publisher,
        published_at=published_at,
        published_precision=precision,
        tier=tier,
        tier_reason=reason,
        doc_type=doc_type,
        reference={key: value for key, value in reference.items() if value is not None},
        extra=extra,
    )


def _first(values: dict[str, Any], names: Sequence[str]) -> Any:
    return next((values[name] for name in names if values.get(name) not in (None, "")), None)


def _short(value: Any, field: str) -> str | None:
    """Return a short field as text in one line, None if it says nothing."""
    if value is None:
        return None
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise _Refused(f"{field} is not text")
    text = " ".join(str(value).split())
    if len(text) > MAX_FIELD:
        raise _Refused(f"{field} is longer than {MAX_FIELD} characters")
    if fault := text_fault(text):
        raise _Refused(f"{field}: {fault}")
    return text or None


def _url(value: Any) -> str | None:
    url = _short(value, "url")
    if url is not None and not re.match(r"https?://[^\s/]", url, re.IGNORECASE):
        raise _Refused(f"the url is no web address: {url[:80]!r}")
    return url


def _body(value: Any) -> str:
    """Return the text as it is stored: only ends of line are made alike, nothing else is changed."""
    if not isinstance(value, str) or not value.strip():
        raise _Refused("no text")
    text = value.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_TEXT:
        raise _Refused(f"the text is longer than {MAX_TEXT} characters")
    if fault := text_fault(text):
        raise _Refused(fault)
    return text
