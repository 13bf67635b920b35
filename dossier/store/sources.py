"""Source texts in the store: importing documents and reading texts by id.

Here: rows of `v2_sources`; a text is stored once for all clients or once for one client. Not here: reading
files (`dossier/intake/documents.py`) and finding texts for a query (`candidates.py`, `dossier/ranking.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, defer

from dossier.intake.domains import normal_domain
from dossier.intake.rows import ParsedDocument, Rejected
from dossier.keys import digest, source_id
from dossier.models import Document
from dossier.ranking import normal_form
from dossier.store.candidates import fill_index, seen_by
from dossier.store.clients import client_row
from dossier.store.columns import JsonDict, iso, now_utc
from dossier.store.locks import one_at_a_time
from dossier.store.tables_queue import SourceRow

_CHUNK = 500


@dataclass
class CorpusImport:
    """What an import did: counts, and the rows that did not go in."""

    added: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def save_documents(session: Session, documents: Sequence[ParsedDocument], client_slug: str | None) -> CorpusImport:
    """Store `documents`, for one client or (None) for all; a text that is there already is `unchanged`.

    Every reference to a text is kept. Which one names it: the earliest date, then the smallest URL.
    """
    client_id = client_row(session, client_slug).id if client_slug else None
    one_at_a_time(session, f"sources {client_id}")
    report = CorpusImport()
    for start in range(0, len(documents), _CHUNK):
        chunk = [(digest(document.text), document) for document in documents[start : start + _CHUNK]]
        known = _known(session, client_id, [sha256 for sha256, _ in chunk])
        for sha256, document in chunk:
            row = known.get(sha256)
            if row is None:
                known[sha256] = row = _new_row(document, sha256, client_id)
                session.add(row)
                report.added += 1
            else:
                _add_reference(row, document)
                report.unchanged += 1
        session.flush()
    if report.added:
        fill_index(session)
    return report


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
        references=[_reference(document)],
        extra=dict(document.extra),
        **_named_by(document),
    )


def _named_by(document: ParsedDocument) -> dict[str, Any]:
    """Return the columns that say where the text came from."""
    return {
        "url": document.url,
        "host": normal_domain(document.url) if document.url else None,
        "title": document.title,
        "title_terms": normal_form(document.title),
        "publisher": document.publisher,
        "tier": document.tier,
        "tier_reason": document.tier_reason,
        "published_at": document.published_at,
        "published_precision": document.published_precision,
        "doc_type": document.doc_type,
    }


def _reference(document: ParsedDocument) -> JsonDict:
    named = {
        "url": document.url,
        "title": document.title,
        "publisher": document.publisher,
        "published_at": document.published_at.isoformat() if document.published_at else None,
        "published_precision": document.published_precision,
        "doc_type": document.doc_type,
        **document.reference,
    }
    return {key: value for key, value in named.items() if value is not None}


def _add_reference(row: SourceRow, document: ParsedDocument) -> None:
    reference = _reference(document)
    if reference in row.references:
        return
    row.references = sorted([*row.references, reference], key=_canonical)
    if _precedence(document.published_at, document.url) < _precedence(row.published_at, row.url):
        row.extra = dict(document.extra)
        for name, value in _named_by(document).items():
            setattr(row, name, value)


def _precedence(published_at: date | None, url: str | None) -> tuple[bool, date, bool, str]:
    """Return what decides which reference names a text: the earliest date, then the smallest URL."""
    return (published_at is None, published_at or date.max, url is None, url or "")


def _canonical(reference: Mapping[str, Any]) -> str:
    return json.dumps(reference, sort_keys=True)
