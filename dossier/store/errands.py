"""Errands: calls to a model outside any run, for a client's prompts and configuration.

Here: what stands in a run's place in the ledger. Not here: the ledger (`calls.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from dossier.store.clients import client_row, get_client


@dataclass(frozen=True, slots=True)
class Errand:
    """Stands in a run's place for calls outside any run: in the budgets of the client, without a ceiling.

    `client` is the slug, `config` holds the client as a run's snapshot does, `provider` the engine that is wished for.
    """

    client: str
    client_key: str
    config: Mapping[str, Any]
    provider: str | None = None
    key: None = None
    run_id: None = None
    fence: int = 0
    attempt: int = 1
    fresh_from: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)


def errand_for(session: Session, slug: str, provider: str | None = None) -> Errand:
    """Return an errand for the client called `slug`. Raises BadInput if there is none."""
    row = client_row(session, slug)
    return Errand(slug, row.id, {"client": get_client(session, slug).model_dump(mode="json")}, provider)
