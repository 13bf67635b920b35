"""Source texts in the store: importing documents and reading texts by id.

Here: rows of `v2_sources`; a text is stored once for all clients or once for one client. Not here: reading
files (`dossier/intake/documents.py`) and finding texts for a query (`candidates.py`, `dossier/ranking.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from dossier.intake.rows import ParsedDocument, Rejected
from dossier.keys import digest, source_id
from dossier.models import Document
from dossier.ranking import normal_form
from dossier.store.candidates import fill_index, seen_by
from dossier.store.clients import client_row
from dossier.store.columns import iso, now_utc
from dossier.store.locks import one_at_a_time
from dossier.store.references import corrected, named_by, naming, reference_of
from dossier.store.tables_queue import SourceRow

_CHUNK = 500


@dataclass
class CorpusImport:
    """What an import did: counts, the sources that are left without a date, and the rows that did not go in."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    undated: set[str] = field(default_factory=set)
    rejected: list[Rejected] = field(default_factory=list)


def save_documents(session: Session, documents: Sequence[ParsedDocument], client_slug: str | None) -> CorpusImport:
    """Store `documents`, for one client or (None) for all; a text is stored once, whatever it is called.

    What is said anew about a text that is there is taken over (`updated`); its id stays, and so does what runs have
    stored. Every place of a text is kept. Which one names it: the earliest date, then the smallest URL.
    """
    client_id = client_row(session, client_slug).id if client_slug else None
    one_at_a_time(session, f"sources {client_id}")
    report = CorpusImport()
    for start in range(0, len(documents), _CHUNK):
        _save_chunk(session, documents[start : start + _CHUNK], client_id, report)
    if report.added or report.updated:
        fill_index(session)
    return report


def _save_chunk(
    session: Session, documents: Sequence[ParsedDocument], client_id: str | None, report: CorpusImport
) -> None:
    """Store some documents; of several with one text the first is new, the others are `unchanged`."""
    by_text: dict[str, list[ParsedDocument]] = {}
    for document in documents:
        by_text.setdefault(digest(document.text), []).append(document)
    known = _known(session, client_id, list(by_text))
    for sha256, same in by_text.items():
        row = known.get(sha256)
        if row is None:
            row = _new_row(same[0], sha256, client_id)
            if len(same) > 1:
                _correct(row, same)
            session.add(row)
            report.added += 1
        elif _correct(row, same):
            report.updated += 1
        else:
            report.unchanged += 1
        report.unchanged += len(same) - 1
        if row.published_at is None:
            report.undated.add(row.source_id)
    session.flush()


def count_documents(session: Session) -> int:
    """Return how many texts are stored, for all clients and for single ones."""
    return session.scalar(select(func.count()).select_from(SourceRow)) or 0


def documents(session: Session, ids: Sequence[str], client_slug: str | None = None) -> list[Document]:
    """Return the documents in the order of `ids`. Raises KeyError for one that the client cannot see.

    Where both have a text, the client's own reference to it goes before the shared one.
    """
    client_id = client_row(session, client_slug).id if client_slug else None
    rows = _visible(session, ids, client_id)
    missing = [wanted for wanted in ids if wanted not in rows]
    if missing:
        raise KeyError(f"Unknown source: {missing[0]}")
    return [rows[wanted].as_document() for wanted in ids]


def titles(session: Session, client_id: str, ids: Iterable[str]) -> dict[str, tuple[str, str | None]]:
    """Return title and URL of those of the sources `ids` that the client sees."""
    return {key: (row.title, row.url) for key, row in _visible(session, list(set(ids)), client_id).items()}


def rows_by_key(session: Session, keys: Sequence[int]) -> dict[int, SourceRow]:
    """Return the rows of the given database keys, without their index columns."""
    found: dict[int, SourceRow] = {}
    for start in range(0, len(keys), _CHUNK):
        query = _rows().where(SourceRow.id.in_(keys[start : start + _CHUNK]))
        found.update({row.id: row for row in session.scalars(query)})
    return found


def _rows() -> Select[SourceRow]:
    """Return a query for rows without what only the index and the import need."""
    unread = (SourceRow.terms, SourceRow.title_terms, SourceRow.references, SourceRow.extra, SourceRow.created_at)
    return select(SourceRow).options(*(defer(column, raiseload=True) for column in unread))


def _visible(session: Session, ids: Sequence[str], client_id: str | None) -> dict[str, SourceRow]:
    found: dict[str, SourceRow] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        query = _rows().where(SourceRow.source_id.in_(chunk), seen_by(client_id))
        for row in session.scalars(query.order_by(SourceRow.id)):
            if row.client_id is not None or row.source_id not in found:
                found[row.source_id] = row
    return found


def _known(session: Session, client_id: str | None, digests: list[str]) -> dict[str, SourceRow]:
    owner = SourceRow.client_id.is_(None) if client_id is None else SourceRow.client_id == client_id
    query = select(SourceRow).where(SourceRow.sha256.in_(digests), owner)
    return {row.sha256: row for row in session.scalars(query)}


def _new_row(document: ParsedDocument, sha256: str, client_id: str | None) -> SourceRow:
    terms = normal_form(document.text)
    return SourceRow(
        client_id=client_id,
        source_id=source_id(sha256),
        sha256=sha256,
        retrieved_at=iso(now_utc()),
        text=document.text,
        terms=terms,
        length=len(terms.split()),
        references=[reference_of(document)],
        extra=dict(document.extra),
        **named_by(reference_of(document)),
    )


def _correct(row: SourceRow, given: Sequence[ParsedDocument]) -> bool:
    """Take over what an import says about a text that is there; return whether it is known otherwise now."""
    row.references, became = corrected(row.references, [reference_of(document) for document in given])
    first = naming(row.references)
    told = named_by(first)
    if first in became:
        told["extra"] = dict(given[became.index(first)].extra)
    changed = {name: value for name, value in told.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
