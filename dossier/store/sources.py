"""Source texts in the store: importing documents, finding candidates for a query, reading texts by id.

Here: rows of `v2_sources` and its full-text index; a text is stored once for all clients or once for one
client. Not here: reading files (`dossier/intake/documents.py`) and ranking (`dossier/ranking.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, Select, Text, bindparam, column, func, or_, select, table
from sqlalchemy.orm import Session, defer

from dossier.intake.domains import normal_domain
from dossier.intake.rows import ParsedDocument, Rejected
from dossier.keys import digest, source_id
from dossier.models import Document
from dossier.ranking import Candidate, SearchTerms, normal_form
from dossier.store.clients import client_row
from dossier.store.columns import JsonDict, iso, now_utc
from dossier.store.tables_queue import SourceRow

_CHUNK = 500
_BROAD = 800
_INDEX = table("v2_sources_fts", column("rowid", Integer), column("rank", Float), column("v2_sources_fts", Text))
_COUNT = select(func.count()).select_from(_INDEX).where(_INDEX.c.v2_sources_fts.match(bindparam("match")))


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


def candidates(
    session: Session,
    terms: SearchTerms,
    client_slug: str | None,
    *,
    since: date | None = None,
    until: date | None = None,
    domains: Sequence[str] = (),
    limit: int = 500,
) -> list[Candidate]:
    """Return at most `limit` documents that hold one of the phrases (without phrases: of the words).

    Shared documents and the client's own; of a text that is both, the client's. `since` and `until` leave
    out what was published before or after them and keep undated ones; `domains` keeps addresses under one.
    """
    match = _any_of(terms.phrases) if terms.phrases else _narrowed(session, terms.words)
    if not match:
        return []
    client_id = client_row(session, client_slug).id if client_slug else None
    query = _proposals(match, limit).where(_seen_by(client_id))
    if since is not None:
        query = query.where(or_(SourceRow.published_at.is_(None), SourceRow.published_at >= since))
    if until is not None:
        query = query.where(or_(SourceRow.published_at.is_(None), SourceRow.published_at <= until))
    if domains:
        query = query.where(or_(*(_under(domain) for domain in domains)))
    found: dict[str, Candidate] = {}
    for row in session.execute(query):
        own = row.client_id is not None
        if own or row.source_id not in found:
            found[row.source_id] = Candidate(row.id, row.source_id, row.title_terms, row.terms, row.length)
    return list(found.values())


def _any_of(terms: Iterable[str]) -> str:
    """Return the index's expression for any of `terms`, which are in normal form: each quoted for the index."""
    return " OR ".join(f'"{term}"' for term in terms)


def _narrowed(session: Session, words: Sequence[str]) -> str:
    """Return an expression for the rarest of `words`, so that a broad question stays cheap.

    Any of the rarest words, as long as they are in at most `_BROAD` texts together; where even the rarest one
    is in more, it must stand beside the next ones. All words rank, whichever proposed.
    """
    counted = sorted((_frequency(session, f'"{word}"'), word) for word in words)
    known = [(count, word) for count, word in counted if count]
    if not known:
        return ""
    total, narrow = 0, []
    for count, word in known:
        total += count
        if total <= _BROAD:
            narrow.append(word)
    if narrow:
        return _any_of(narrow)
    match = f'"{known[0][1]}"'
    for _, word in known[1:]:
        tighter = f'{match} AND "{word}"'
        count = _frequency(session, tighter)
        match = tighter if count else match
        if 0 < count <= _BROAD:
            break
    return match


def _frequency(session: Session, match: str) -> int:
    """Return how many texts the index's expression `match` finds."""
    return session.scalar(_COUNT, {"match": match}) or 0


def _proposals(match: str, limit: int) -> Select[int, str, str | None, str, str, int]:
    """Return the full-text query; `match` is bound as a value, never part of the statement."""
    return (
        select(
            SourceRow.id,
            SourceRow.source_id,
            SourceRow.client_id,
            SourceRow.title_terms,
            SourceRow.terms,
            SourceRow.length,
        )
        .join(_INDEX, _INDEX.c.rowid == SourceRow.id)
        .where(_INDEX.c.v2_sources_fts.match(match))
        .order_by(_INDEX.c.rank, SourceRow.source_id)
        .limit(limit)
    )


def _rows() -> Select[SourceRow]:
    """Return a query for rows without what only the index and the import need."""
    unread = (SourceRow.terms, SourceRow.title_terms, SourceRow.references, SourceRow.extra, SourceRow.created_at)
    return select(SourceRow).options(*(defer(column, raiseload=True) for column in unread))


def _seen_by(client_id: str | None) -> ColumnElement[bool]:
    shared = SourceRow.client_id.is_(None)
    return shared if client_id is None else or_(shared, SourceRow.client_id == client_id)


def _visible(session: Session, ids: Sequence[str], client_id: str | None) -> dict[str, SourceRow]:
    found: dict[str, SourceRow] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        query = _rows().where(SourceRow.source_id.in_(chunk), _seen_by(client_id))
        for row in session.scalars(query.order_by(SourceRow.id)):
            if row.client_id is not None or row.source_id not in found:
                found[row.source_id] = row
    return found


def _under(domain: str) -> ColumnElement[bool]:
    host = normal_domain(domain) or domain.lower()
    return or_(SourceRow.host == host, SourceRow.host.endswith(f".{host}", autoescape=True))


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
