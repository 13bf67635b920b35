"""Clients in the store: saving a configuration and reading it back whole.

Here: rows of `v2_clients`. Not here: reading config files (`dossier/intake/clients.py`). All functions take the
session of `Store.transaction()` or `Store.reading()`.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.models import Client, ClientConfig
from dossier.store.locks import one_at_a_time
from dossier.store.tables_queue import ClientRow

DELETED = "archived"  # a row that only holds what outlives its client, see `removal.py`
ONBOARDING = "inactive"  # a client whose configuration no person has approved yet
Saved = Literal["created", "updated", "unchanged"]
_OWN_COLUMNS = ("icp_config", "industry_research", "research_context")


def save_client(session: Session, client: Client) -> Saved:
    """Store `client` under its slug and say what that changed. Runs keep the snapshot they began with."""
    one_at_a_time(session, f"client {client.slug}")
    values = _columns(client)
    row = session.scalar(select(ClientRow).where(ClientRow.slug == client.slug))
    if row is None:
        session.add(ClientRow(slug=client.slug, **values))
        session.flush()
        return "created"
    if all(getattr(row, name) == value for name, value in values.items()):
        return "unchanged"
    for name, value in values.items():
        setattr(row, name, value)
    return "updated"


def get_client(session: Session, slug: str) -> Client:
    """Return the client called `slug`. Raises BadInput that names the nearest ones if there is none."""
    return _client(client_row(session, slug))


def list_clients(session: Session) -> list[Client]:
    """Return all clients by slug."""
    query = select(ClientRow).where(ClientRow.status != DELETED).order_by(ClientRow.slug)
    return [_client(row) for row in session.scalars(query)]


def states(session: Session) -> dict[str, str]:
    """Return whether each client may have leads and runs, by slug: `active`, or `inactive` until it is approved."""
    query = select(ClientRow.slug, ClientRow.status).where(ClientRow.status != DELETED).order_by(ClientRow.slug)
    return {row.slug: row.status for row in session.execute(query)}


def client_row(session: Session, slug: str, *, lock: bool = False) -> ClientRow:
    """Return the row of the client called `slug`, with `lock` as it is now and nobody else's until the end.

    Raises BadInput that names the nearest ones.
    """
    query = select(ClientRow).where(ClientRow.slug == slug)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise _unknown(session, slug)
    return row


def active_client(session: Session, slug: str) -> ClientRow:
    """Return the row of a client that may have runs. Raises BadInput for one that waits for approval."""
    row = client_row(session, slug)
    if row.status == ONBOARDING:
        raise BadInput(
            f"Client {slug} is not active.", "Nobody has approved its configuration.", "See: dossier onboard show"
        )
    return row


def _columns(client: Client) -> dict[str, Any]:
    settings = client.config.model_dump(mode="json", exclude_unset=True)
    own = {name: settings.pop(name, {}) for name in _OWN_COLUMNS}
    return {"name": client.name, "settings": settings, **own}


def _client(row: ClientRow) -> Client:
    config = {**row.settings, **{name: getattr(row, name) for name in _OWN_COLUMNS}}
    return Client(slug=row.slug, name=row.name, config=ClientConfig.model_validate(config))


def _unknown(session: Session, slug: str) -> BadInput:
    known = list(session.scalars(select(ClientRow.slug).where(ClientRow.status != DELETED).order_by(ClientRow.slug)))
    near = get_close_matches(slug, known, n=3, cutoff=0.5) or known[:5]
    hint = f"Did you mean: {', '.join(near)}?" if near else "Import one with: dossier clients import FILE"
    return BadInput(f"Unknown client: {slug[:80]!r}.", "No client has this slug.", hint)
