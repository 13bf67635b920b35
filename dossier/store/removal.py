"""Taking leads and clients out of the store, with all that hangs on them and is no evidence of a dossier.

Here: what may go, what goes along, what stays. Not here: single runs (`runs.delete`) and documents (`corpus.py`).
The number of a run is never given again, so the numbers of deleted runs outlive their lead and their client.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, func, null, select, update
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.keys import digest
from dossier.store import runs
from dossier.store.clients import DELETED, client_row
from dossier.store.leads import get_lead
from dossier.store.prompt_labels import forget_client
from dossier.store.run_rows import LIVE
from dossier.store.schema import metadata
from dossier.store.tables_evidence import DossierVersionRow
from dossier.store.tables_money import LlmCallRow
from dossier.store.tables_queue import ClientRow, DeletedRunRow, LeadRow, RunRow, SourceRow

# what was spent was spent: budgets of a day or week go on counting it
_KEPT = frozenset({"v2_deleted_runs", "v2_llm_calls", "v2_llm_attempts", "v2_budget_holds"})


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes: leads by name, runs by id, and how many documents of the client's own."""

    leads: tuple[str, ...]
    runs: tuple[str, ...]
    documents: int = 0


def lead_removal(session: Session, slug: str, name: str) -> Removal:
    """Return what goes with the lead. Raises BadInput where a dossier stands on it or a run is not over."""
    lead = _lead_row(session, slug, name)
    _refuse(session, f"Lead {lead.name!r}", RunRow.lead_id == lead.id)
    found = session.scalars(select(RunRow.run_id).where(RunRow.lead_id == lead.id).order_by(RunRow.n))
    return Removal((lead.name,), tuple(found))


def delete_lead(session: Session, slug: str, name: str) -> Removal:
    """Remove a lead with its runs, none of which made a dossier; documents stay. Raises as `lead_removal`."""
    client_row(session, slug, lock=True)
    removal, lead = lead_removal(session, slug, name), _lead_row(session, slug, name)
    for run_id in removal.runs:
        runs.delete(session, run_id)
    session.execute(update(DeletedRunRow).where(DeletedRunRow.lead_id == lead.id).values(lead_id=None))
    session.delete(lead)
    session.flush()
    return removal


def client_removal(session: Session, slug: str) -> Removal:
    """Return what goes with the client. Raises BadInput where a dossier stands on it or a run is not over."""
    client = client_row(session, slug)
    _refuse(session, f"Client {slug}", RunRow.client_id == client.id, f"--client {slug}")
    names = session.scalars(select(LeadRow.name).where(LeadRow.client_id == client.id).order_by(LeadRow.name))
    found = session.scalars(select(RunRow.run_id).where(RunRow.client_id == client.id).order_by(RunRow.run_id))
    own = select(func.count()).select_from(SourceRow).where(SourceRow.client_id == client.id)
    return Removal(tuple(names), tuple(found), session.scalar(own) or 0)


def delete_client(session: Session, slug: str) -> Removal:
    """Remove a client with its leads, runs and own documents; what was spent stays, and an empty row that holds it.

    Answers of models go. Raises as `client_removal`.
    """
    client = client_row(session, slug, lock=True)
    removal = client_removal(session, slug)
    for run_id in removal.runs:
        runs.delete(session, run_id)
    forget_client(session, slug)
    session.execute(update(DeletedRunRow).where(DeletedRunRow.client_id == client.id).values(lead_id=None))
    owned = [table for table in reversed(metadata().sorted_tables) if "client_id" in table.c]
    for table in owned:
        if table.name not in _KEPT:
            session.execute(delete(table).where(table.c.client_id == client.id))
    session.execute(update(LlmCallRow).where(LlmCallRow.client_id == client.id).values(response=null()))
    held = [select(exists().where(table.c.client_id == client.id)) for table in owned if table.name in _KEPT]
    if any(session.scalar(query) for query in held):
        _empty(client)
    else:
        session.delete(client)
    session.flush()
    return removal


def _empty(client: ClientRow) -> None:
    """Leave nothing of a client but what its numbers and costs refer to, under a slug that no name makes."""
    client.slug, client.name, client.status = f"~{digest(client.id)[:16]}", "", DELETED
    client.icp_config, client.industry_research, client.research_context, client.settings = {}, {}, {}, {}
    client.notes = None


def _refuse(session: Session, what: str, mine: ColumnElement[bool], which: str = "") -> None:
    """Raise BadInput while a run of `mine` waits or is under way, or made a dossier; `which` names them all."""
    query = select(RunRow.run_id).where(mine).order_by(RunRow.created_at, RunRow.run_id)
    if live := session.scalars(query.where(RunRow.status.in_(LIVE))).all():
        raise BadInput(
            f"{what} stays: {_told(live)} waits or is under way.",
            "Its work would be lost.",
            f"First: dossier cancel {which or live[0]}",
        )
    made = select(DossierVersionRow.pipeline_run_id)
    if stands := session.scalars(query.where(RunRow.id.in_(made))).all():
        raise BadInput(
            f"{what} stays: {_told(stands)} made a dossier.",
            "What a dossier says of somebody must remain to be looked up.",
            f"To remove it all the same, first: dossier delete {' '.join(stands[:5])}",
        )


def _told(run_ids: Sequence[str]) -> str:
    return f"run {run_ids[0]}" + (f" (one of {len(run_ids)})" if len(run_ids) > 1 else "")


def _lead_row(session: Session, slug: str, name: str) -> LeadRow:
    client, lead = client_row(session, slug), get_lead(session, slug, name)
    return session.scalars(select(LeadRow).where(LeadRow.client_id == client.id, LeadRow.lead_id == lead.id)).one()
