"""Kept parses: each source text is parsed once per model and found again by digest.

Here: rows of `v2_parses`. Not here: parsing (`resources/spacy_language.py`), which names the digests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from dossier.store.addresses import POSTGRESQL
from dossier.store.database import Store
from dossier.store.tables_evidence import ParseRow

_CHUNK = 500


def get_many(session: Session, digests: Sequence[str]) -> dict[str, bytes]:
    """Return the kept parses among `digests`."""
    found: dict[str, bytes] = {}
    for start in range(0, len(digests), _CHUNK):
        chunk = digests[start : start + _CHUNK]
        rows = session.execute(select(ParseRow.digest, ParseRow.payload).where(ParseRow.digest.in_(chunk)))
        found.update({row.digest: row.payload for row in rows})
    return found


def put_many(session: Session, model: str, parses: Mapping[str, bytes]) -> None:
    """Keep `parses` of `model`; a digest that is there already stays as it is."""
    if not parses:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == POSTGRESQL else sqlite.insert
    rows = [{"digest": digest, "model": model, "payload": payload} for digest, payload in sorted(parses.items())]
    session.execute(insert(ParseRow).on_conflict_do_nothing(), rows)  # sorted: two workers do not wait for each other


class StoredParses:
    """The port `ParseCache` over a store, for one model; each call is its own transaction."""

    def __init__(self, store: Store, model: str) -> None:
        self._store = store
        self._model = model

    def get_many(self, digests: Sequence[str]) -> dict[str, bytes]:
        """Return the kept parses among `digests`."""
        with self._store.reading() as session:
            return get_many(session, digests)

    def put_many(self, parses: Mapping[str, bytes]) -> None:
        """Keep `parses`; a digest that is there already stays as it is."""
        if parses:
            with self._store.transaction(flushed=False) as session:
                put_many(session, self._model, parses)
