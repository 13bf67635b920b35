"""Search over the imported documents, and their texts by id: the ports `WebSearch` and `Library` over a store.

Here: joining proposals of the index with the ranking, for one client. Not here: the index
(`dossier/store/sources.py`) and the order (`dossier/ranking.py`). Needs no key and no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dossier.models import Document, SearchHit
from dossier.ranking import parse_query, rank, snippet
from dossier.store import sources
from dossier.store.candidates import candidates
from dossier.store.database import Store

CANDIDATES = 200  # of which the ranking chooses


class CorpusSearch:
    """The port `WebSearch` over the store's documents: the shared ones and those of `client_slug`.

    With `reference_date`, what was published after it is not found; undated documents are.
    """

    def __init__(self, store: Store, client_slug: str, reference_date: date | None = None) -> None:
        self._store = store
        self._client_slug = client_slug
        self._reference_date = reference_date

    def search(
        self, query: str, *, since: date | None = None, domains: Sequence[str] = (), limit: int = 20
    ) -> list[SearchHit]:
        """Return at most `limit` hits, best first, ties by source id; see `parse_query` for the language."""
        terms = parse_query(query)
        with self._store.reading() as session:
            found = candidates(
                session,
                terms,
                self._client_slug,
                since=since,
                until=self._reference_date,
                domains=domains,
                limit=max(CANDIDATES, 2 * limit),
            )
            best = rank(terms, found)[:limit]
            rows = sources.rows_by_key(session, [hit.candidate.key for hit in best])
            return [
                SearchHit(
                    source=rows[hit.candidate.key].as_source(),
                    snippet=snippet(rows[hit.candidate.key].text, terms),
                    score=hit.score,
                )
                for hit in best
            ]


class StoredLibrary:
    """The port `Library` over the store's documents: those that `client_slug` sees; without it, the shared ones."""

    def __init__(self, store: Store, client_slug: str | None = None) -> None:
        self._store = store
        self._client_slug = client_slug

    def documents(self, source_ids: Sequence[str]) -> list[Document]:
        """Return the documents in the order of `source_ids`. Raises KeyError for an unknown id."""
        with self._store.reading() as session:
            return sources.documents(session, source_ids, self._client_slug)
