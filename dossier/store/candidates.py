"""Candidates for a search: which stored texts hold its phrases or words, the same ones on every database.

Here: the full-text index, FTS5 on SQLite and a tsvector on PostgreSQL, and the one rule by which too many are
cut. Not here: the index's making (a migration), and the order of what is found (`dossier/ranking.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import islice

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    or_,
    select,
    table,
    text,
)
from sqlalchemy import and_ as all_of
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from dossier.intake.domains import normal_domain
from dossier.ranking import Candidate, SearchTerms
from dossier.store.addresses import POSTGRESQL
from dossier.store.clients import client_row
from dossier.store.tables_queue import SourceRow

_BROAD = 800
_LONGEST = 200  # characters of a word that PostgreSQL's index keeps
_MOST_LEXEMES = 100  # that PostgreSQL's index is asked for at once
_PHRASE_IN_TITLE = 100  # counts more than all words of a query together
_FTS5 = table("v2_sources_fts", column("rowid", Integer), column("v2_sources_fts", Text))
_TSVECTOR = table("v2_sources_fts", column("id", Integer), column("words", TSVECTOR), column("whole", Boolean))

# It takes reading all texts for cheap, not knowing how long they are, and reading a few for dear.
_USE_INDEXES = "SET LOCAL enable_seqscan TO off; SET LOCAL random_page_cost TO 1.1"
_FILL = """
    SELECT gin_clean_pending_list(oid) FROM pg_class
    WHERE oid = to_regclass('ix_v2_sources_fts_words') AND pg_has_role(relowner, 'USAGE')
"""

# What is looked for: any of these, each a group of terms that must all be held.
Wanted = Sequence[Sequence[str]]


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
    Of too many stay those with a phrase in the title, then with most words there, then the newest.
    """
    if _on_postgresql(session):
        session.execute(text(_USE_INDEXES))
    wanted = [(phrase,) for phrase in terms.phrases] or _narrowed(session, terms.words)
    if not wanted:
        return []
    client_id = client_row(session, client_slug).id if client_slug else None
    query = _proposals(session, wanted, terms).where(seen_by(client_id)).limit(limit)
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


def fill_index(session: Session) -> None:
    """Let PostgreSQL put into the index what an import left beside it, where searches would read all of it."""
    if _on_postgresql(session):
        session.execute(text(_FILL))


def seen_by(client_id: str | None) -> ColumnElement[bool]:
    """Return the condition that a client sees a source: a shared one or its own; without a client, a shared one."""
    shared = SourceRow.client_id.is_(None)
    return shared if client_id is None else or_(shared, SourceRow.client_id == client_id)


def _proposals(session: Session, wanted: Wanted, terms: SearchTerms) -> Select[int, str, str | None, str, str, int]:
    """Return the query for the texts that hold what is wanted, best title first."""
    hits = [_in_title(session, terms.phrases, _PHRASE_IN_TITLE)] if terms.phrases else []
    hits += [_in_title(session, [word], 1) for word in terms.words]
    return (
        select(
            SourceRow.id,
            SourceRow.source_id,
            SourceRow.client_id,
            SourceRow.title_terms,
            SourceRow.terms,
            SourceRow.length,
        )
        .where(SourceRow.id.in_(_holding(session, wanted)))
        .order_by(
            sum(hits[1:], hits[0]).desc(),
            SourceRow.published_at.desc().nulls_last(),
            SourceRow.source_id,
            SourceRow.client_id.is_(None),
        )
    )


def _narrowed(session: Session, words: Sequence[str]) -> Wanted:
    """Return the rarest of `words`, so that a broad question stays cheap.

    Any of the rarest words, as long as they are in at most `_BROAD` texts together; where even the rarest one
    is in more, it must stand beside the next ones. All words rank, whichever proposed.
    """
    counted = sorted((_frequency(session, [(word,)]), word) for word in words)
    known = [(count, word) for count, word in counted if count]
    if not known:
        return []
    total, narrow = 0, []
    for count, word in known:
        total += count
        if total <= _BROAD:
            narrow.append((word,))
    if narrow:
        return narrow
    beside = [known[0][1]]
    for _, word in known[1:]:
        count = _frequency(session, [[*beside, word]])
        if count:
            beside.append(word)
        if 0 < count <= _BROAD:
            break
    return [beside]


def _frequency(session: Session, wanted: Wanted) -> int:
    """Return how many texts hold what is wanted."""
    return session.scalar(select(func.count()).select_from(_holding(session, wanted).subquery())) or 0


def _holding(session: Session, wanted: Wanted) -> Select[int]:
    """Return the query for the ids of texts that hold what is wanted; terms are bound as values."""
    if _on_postgresql(session):
        return _holding_on_postgresql(wanted)
    groups = [" AND ".join(f'"{term}"' for term in group) for group in wanted]
    match = " OR ".join(f"({group})" for group in groups)
    return select(_FTS5.c.rowid).where(_FTS5.c.v2_sources_fts.match(match))


def _holding_on_postgresql(wanted: Wanted) -> Select[int]:
    """Return the query on the tsvector, compared with the text wherever the index is not the last word.

    It knows single words only, long ones cut, and nothing of a source that has too many.
    """
    index = _TSVECTOR.c
    groups = [" & ".join(_lexemes(group)) for group in wanted]
    proposed = index.words.bool_op("@@")(cast(" | ".join(f"({group})" for group in groups) + " | '*'", TSQUERY))
    held = or_(*(all_of(*(_stands(term) for term in group)) for group in wanted))
    compared = select(held).where(SourceRow.id == index.id).scalar_subquery()
    exact = all(" " not in term and len(term) <= _LONGEST for group in wanted for term in group)
    return select(index.id).where(proposed, or_(index.whole, compared) if exact else compared)


def _lexemes(group: Sequence[str]) -> list[str]:
    """Return words of the terms as the index holds them; a word has no signs that would need to be quoted."""
    words = dict.fromkeys(word for term in group for word in term.split())
    return [f"'{word if len(word) <= _LONGEST else word[:_LONGEST] + '*'}'" for word in islice(words, _MOST_LEXEMES)]


def _stands(term: str) -> ColumnElement[bool]:
    needle = f" {term} "
    return or_(func.strpos(SourceRow.terms, needle) > 0, func.strpos(SourceRow.title_terms, needle) > 0)


def _in_title(session: Session, terms: Sequence[str], worth: int) -> ColumnElement[int]:
    """Return `worth` where the title holds one of `terms`, else nothing."""
    place = func.strpos if _on_postgresql(session) else func.instr
    return case((or_(*(place(SourceRow.title_terms, f" {term} ") > 0 for term in terms)), worth), else_=0)


def _under(domain: str) -> ColumnElement[bool]:
    host = normal_domain(domain) or domain.lower()
    return or_(SourceRow.host == host, SourceRow.host.endswith(f".{host}", autoescape=True))


def _on_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == POSTGRESQL
