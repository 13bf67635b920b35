"""The stock of documents as a person sees it: a list of it, and taking one out that nothing stands on.

Here: who holds a text. Not here: importing (`sources.py`) and searching (`candidates.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, defer

from dossier.errors import BadInput
from dossier.models import RunStatus
from dossier.store.candidates import seen_by
from dossier.store.clients import client_row
from dossier.store.columns import iso
from dossier.store.locks import one_at_a_time
from dossier.store.tables_evidence import ArtifactRow, ClaimRow, DossierVersionRow
from dossier.store.tables_queue import ClientRow, RunRow, SourceRow


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document as lists show it; `client` is whose own it is, None for one of all clients."""

    id: str
    title: str
    publisher: str | None
    url: str | None
    published_at: str | None
    published_precision: str | None
    tier: str
    client: str | None
    words: int
    imported_at: str


def list_sources(
    session: Session, client_slug: str | None = None, *, undated: bool = False, limit: int = 50
) -> tuple[list[DocumentView], int]:
    """Return the documents, those imported last first, and how many there are without `limit`.

    With a client only what its searches see: its own and those of all. `undated`: only those without a date.
    """
    seen = seen_by(client_row(session, client_slug).id) if client_slug else true()
    wanted = [seen, SourceRow.published_at.is_(None)] if undated else [seen]
    rows = session.execute(
        select(SourceRow, ClientRow.slug)
        .outerjoin(ClientRow, ClientRow.id == SourceRow.client_id)
        .where(*wanted)
        .options(*(defer(column, raiseload=True) for column in (SourceRow.text, SourceRow.terms)))
        .order_by(SourceRow.created_at.desc(), SourceRow.id.desc())
        .limit(limit)
    )
    total = session.scalar(select(func.count()).select_from(SourceRow).where(*wanted)) or 0
    return [_view(row, slug) for row, slug in rows], total


def check_removable(session: Session, source_id: str, client_slug: str | None = None) -> str:
    """Return the title of a document that may go. Raises BadInput with the reason for one that may not."""
    row = _row(session, source_id, client_slug)
    if held := list(dict.fromkeys(_runs_on(session, row))):
        first = ", ".join(held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
        raise BadInput(
            f"{source_id} stays: {row.title!r}.",
            f"Evidence must not vanish, and this is what runs stand on or still read: {first}.",
            f"To remove it all the same, first: dossier delete {held[0]}",
        )
    return row.title


def delete_source(session: Session, source_id: str, client_slug: str | None = None) -> None:
    """Remove a document: of a client its own, else one of all clients. Raises BadInput where a run stands on it."""
    one_at_a_time(session, f"sources {client_row(session, client_slug).id if client_slug else None}")
    check_removable(session, source_id, client_slug)
    session.delete(_row(session, source_id, client_slug))
    session.flush()


def _row(session: Session, source_id: str, client_slug: str | None) -> SourceRow:
    owner = SourceRow.client_id == client_row(session, client_slug).id if client_slug else SourceRow.client_id.is_(None)
    row = session.scalar(select(SourceRow).where(SourceRow.source_id == source_id, owner))
    if row is not None:
        return row
    others = select(ClientRow.slug).join(SourceRow, SourceRow.client_id == ClientRow.id)
    slugs = session.scalars(others.where(SourceRow.source_id == source_id).order_by(ClientRow.slug)).all()
    if slugs and not client_slug:
        raise BadInput(f"{source_id} is no document of all clients.", "", f"Add: --client {slugs[0]}")
    why = f"Client {client_slug} has no document of its own with this id." if client_slug else "No document has it."
    raise BadInput(f"Unknown document: {source_id[:80]!r}.", why, "List them with: dossier corpus list")


def _runs_on(session: Session, row: SourceRow) -> Iterator[str]:
    """Yield the runs that hold a claim from the text or name it in a dossier, and those that may still read it."""
    mine: ColumnElement[bool] = RunRow.client_id == row.client_id if row.client_id else true()
    runs = select(RunRow.run_id).where(mine).order_by(RunRow.created_at, RunRow.run_id)
    told = select(ClaimRow.pipeline_run_id).where(ClaimRow.source_id == row.source_id)
    named = select(DossierVersionRow.pipeline_run_id).where(DossierVersionRow.content.contains(row.source_id))
    reading = RunRow.status == RunStatus.RUNNING
    yield from session.scalars(runs.where(or_(RunRow.id.in_(told), RunRow.id.in_(named), reading)))
    found = (
        runs.add_columns(ArtifactRow.payload)
        .join(ArtifactRow, ArtifactRow.pipeline_run_id == RunRow.id)
        .where(RunRow.status != RunStatus.COMPLETED, ArtifactRow.asset == "sources")
    )
    yield from (run_id for run_id, payload in session.execute(found) if row.source_id.encode() in payload)


def _view(row: SourceRow, slug: str | None) -> DocumentView:
    return DocumentView(
        id=row.source_id,
        title=row.title,
        publisher=row.publisher,
        url=row.url,
        published_at=row.published_at.isoformat() if row.published_at else None,
        published_precision=row.published_precision.value if row.published_precision else None,
        tier=row.tier.value,
        client=slug,
        words=row.length,
        imported_at=iso(row.created_at),
    )
