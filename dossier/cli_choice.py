"""Which leads a command means: those that it names, or all that wait in the queue.

Here: the choice, and what a dry run says of it. Not here: queueing and making (`dossier/cli_runs.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dossier.cli_desk import Desk, Outcome, table
from dossier.errors import BadInput
from dossier.store import runs

EVERYTHING = 1_000_000
_BETWEEN = re.compile(r"[,\n\r]")


@dataclass(frozen=True, slots=True)
class Choice:
    """A lead to make a dossier of. `run_id` is the run that waits already; without a lead it is a discovery."""

    client: str
    lead_id: str | None
    lead: str | None
    domain: str | None
    run_id: str | None
    is_begun: bool = False


def listed(text: str | None) -> list[str]:
    """Return the names of a list with commas or line breaks between them. Raises BadInput if it holds none."""
    names = [name.strip() for name in _BETWEEN.split(text or "") if name.strip()]
    if text is not None and not names:
        raise BadInput("Which leads?", "--leads is an empty list.", "Name some, or give --flagged.")
    return names


def choose(session: Session, client: str | None, names: Sequence[str]) -> list[Choice]:
    """Return the leads called `names`, or without names what waits in the queue, of all clients without `client`.

    Runs whose worker died are back in the queue afterwards. Raises BadInput for a name that means none or several.
    """
    if names:
        return _named(session, client, names)
    runs.recover(session)
    waiting = runs.list_runs(session, client, "pending", EVERYTHING)
    return [
        Choice(view.client, view.lead_id, view.lead, view.domain, view.run_id, view.reference_date is not None)
        for view in sorted(waiting, key=lambda view: (view.created_at, view.run_id))
    ]


def would_run(desk: Desk, client: str | None, names: Sequence[str]) -> Outcome:
    """Answer what a run would make, and leave everything as it is."""
    with desk.store.transaction() as session:
        chosen = choose(session, client, names)
        session.rollback()
    rows = [
        {"client": one.client, "lead": one.lead, "domain": one.domain, "run_id": one.run_id, "lead_id": one.lead_id}
        for one in chosen
    ]
    columns = ("client", "lead", "domain", "run_id")
    shown = table(columns, [[row[column] for column in columns] for row in rows])
    said = f"{len(rows)} would be made; nothing was."
    return Outcome({"would_run": rows}, [shown, said] if rows else ["Nothing is flagged: nothing would be made."])


def _named(session: Session, client: str | None, names: Sequence[str]) -> list[Choice]:
    from dossier.store.leads import get_lead, list_leads

    if client is None:
        raise BadInput("Which client?", "A lead is a lead of one client.", "Add: --client SLUG")
    found = {lead.id: lead for lead in (get_lead(session, client, name) for name in names)}
    waiting = {view.id: view.run_id for view in list_leads(session, client) if view.run_status == "pending"}
    return [Choice(client, lead.id, lead.name, lead.domain, waiting.get(lead.id)) for lead in found.values()]
