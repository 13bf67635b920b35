"""Searches that a vendor answered, kept for a day: the same one is not asked, nor paid, again.

Here: rows of `v2_searches`. Not here: asking (`resources/web_sources.py`) and the texts that were found, which are
sources of the client (`sources.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.store.clients import client_row
from dossier.store.columns import JsonDict
from dossier.store.locks import one_at_a_time
from dossier.store.tables_money import SearchRow


def known(session: Session, client_slug: str, digest: str) -> list[JsonDict] | None:
    """Return what is kept of the search `digest` of a client; None if it was not made."""
    row = _row(session, client_row(session, client_slug).id, digest)
    return row.hits if row else None


def keep(
    session: Session,
    client_slug: str,
    digest: str,
    *,
    vendor: str,
    query: str,
    hits: Sequence[JsonDict],
    cost_nusd: int = 0,
) -> None:
    """Keep what a search gave, `cost_nusd` in nano-dollars; made again, the new hits count and the costs add up."""
    client_id = client_row(session, client_slug).id
    one_at_a_time(session, f"searches {client_id}")
    row = _row(session, client_id, digest)
    if row is None:
        fields = {"client_id": client_id, "digest": digest, "vendor": vendor, "query": query}
        session.add(SearchRow(**fields, hits=list(hits), cost_nusd=cost_nusd))
    else:
        row.hits = list(hits)
        row.cost_nusd += cost_nusd


def _row(session: Session, client_id: str, digest: str) -> SearchRow | None:
    return session.scalar(select(SearchRow).where(SearchRow.client_id == client_id, SearchRow.digest == digest))
