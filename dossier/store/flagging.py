"""Known leads, put back into the queue for a new dossier.

Here: which leads that may be, and what becomes of each. Not here: the queue (`runs.py`) and leads that an import
brings (`leads.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.models import LeadStatus, RunStatus
from dossier.store import runs
from dossier.store.clients import client_row
from dossier.store.clock import db_now
from dossier.store.tables_queue import LeadRow, RunRow

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Flagged:
    """A lead with the run that it waits for: `flagged` is new, `pending` and `running` were there already."""

    lead_id: str
    name: str
    run_id: str
    status: str


def flag_leads(session: Session, slug: str, lead_ids: Sequence[str]) -> list[Flagged]:
    """Queue a new dossier of each lead, in the order given.

    One that waits already, or is being made, is left as it is: it gets no second run. Where the worker is gone the
    run that it left goes on. Raises BadInput for an unknown lead.
    """
    client = client_row(session, slug)
    return [_flag(session, client.id, slug, lead_id) for lead_id in dict.fromkeys(lead_ids)]


def leads_to_flag(session: Session, slug: str, older_than: float | None = None) -> list[str]:
    """Return the ids of the client's leads but those put away, by name.

    With `older_than` only those whose newest dossier was made so many days ago or earlier, and which are not blocked:
    what failed since then waits for a person.
    """
    client = client_row(session, slug)
    query = select(LeadRow.lead_id).where(LeadRow.client_id == client.id, LeadRow.status != LeadStatus.ARCHIVED)
    if older_than is not None:
        made = select(func.max(RunRow.completed_at)).where(
            RunRow.lead_id == LeadRow.id, RunRow.status == RunStatus.COMPLETED
        )
        is_old = made.scalar_subquery() <= db_now(-older_than * DAY)
        query = query.where(is_old, LeadRow.status != LeadStatus.BLOCKED)
    return list(session.scalars(query.order_by(LeadRow.name, LeadRow.lead_id)))


def _flag(session: Session, client_id: str, slug: str, lead_id: str) -> Flagged:
    lead = session.scalar(select(LeadRow).where(LeadRow.client_id == client_id, LeadRow.lead_id == lead_id))
    if lead is None:
        raise BadInput(f"Unknown lead: {lead_id[:80]!r}.", f"Client {slug} has no lead with this id.")
    waiting = session.scalar(select(RunRow.run_id).where(RunRow.lead_id == lead.id, RunRow.status == RunStatus.PENDING))
    if waiting is not None:  # asking the queue would make its trigger ours
        return Flagged(lead_id, lead.name, waiting, "pending")
    known = set(session.scalars(select(RunRow.run_id).where(RunRow.lead_id == lead.id)))
    run_id = runs.queue_run(session, slug, lead_id, trigger="manual")
    status = session.scalars(select(RunRow.status).where(RunRow.run_id == run_id)).one().value
    return Flagged(lead_id, lead.name, run_id, status if run_id in known else "flagged")
