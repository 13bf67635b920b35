"""Which leads a command means: those that it names, or all that wait in the queue.

Here: the choice, and what a dry run says of it. Not here: queueing and making (`dossier/cli_runs.py`).
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from dossier.cli_desk import Desk, Outcome, table
from dossier.errors import BadInput
from dossier.evidence.names import LEGAL_FORMS, words
from dossier.models import Lead
from dossier.store import runs

if TYPE_CHECKING:
    from dossier.store.leads import LeadView

EVERYTHING = 1_000_000
_NEAR = 3
_LONGEST = 5  # so many parts with commas between them can be one name: "Gates, Hinges, Bolts & Co., Inc."


@dataclass(frozen=True, slots=True)
class Choice:
    """A lead to make a dossier of. `run_id` is the run that waits already; without a lead it is a discovery."""

    client: str
    lead_id: str | None
    lead: str | None
    domain: str | None
    run_id: str | None
    is_begun: bool = False


def listed(text: str | None, known: Container[str] = ()) -> list[str]:
    """Return the names of a list with commas or line breaks between them. Raises BadInput if it holds none.

    A comma is part of a name where what it joins is one of the `known` names (folded words), the longest first, and
    where only a legal form follows: `Acme, Inc.`.
    """
    names = [name for line in (text or "").splitlines() for name in _names_of_line(line, known)]
    if text is not None and not names:
        raise BadInput("Which leads?", "--leads is an empty list.", "Name some, or give --flagged.")
    return names


def named_leads(desk: Desk, client: str | None, lead: Sequence[str], leads: str | None) -> list[str]:
    """Return the names of `--lead` and of the list `--leads`, in which names of the client's leads stay whole."""
    from dossier.store.leads import list_leads

    known: set[str] = set()
    if client is not None and leads and "," in leads:
        with desk.store.reading() as session:
            known = {_folded(view.name) for view in list_leads(session, client)}
    return [*lead, *listed(leads, known)]


def _names_of_line(line: str, known: Container[str]) -> Iterator[str]:
    parts = [part.strip() for part in line.split(",") if part.strip()]
    while parts:
        sizes = range(min(_LONGEST, len(parts)), 1, -1)
        size = next((size for size in sizes if _is_one(parts[:size], known)), 1)
        yield ", ".join(parts[:size])
        parts = parts[size:]


def _is_one(parts: Sequence[str], known: Container[str]) -> bool:
    """Return whether `parts` of a list are one name that has commas."""
    return _folded(" ".join(parts)) in known or all(map(_is_legal_form, parts[1:]))


def _is_legal_form(part: str) -> bool:
    said = words(part)
    return bool(said) and set(said) <= LEGAL_FORMS


def _folded(name: str) -> str:
    return " ".join(words(name))


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
    from dossier.store.leads import list_leads

    if client is None:
        raise BadInput("Which client?", "A lead is a lead of one client.", "Add: --client SLUG")
    views = list_leads(session, client)
    found = {lead.id: lead for lead in (_lead(session, client, name, views) for name in names)}
    waiting = {view.id: view.run_id for view in views if view.run_status == "pending"}
    return [Choice(client, lead.id, lead.name, lead.domain, waiting.get(lead.id)) for lead in found.values()]


def _lead(session: Session, client: str, name: str, views: Sequence[LeadView]) -> Lead:
    """Return the lead called `name`. Raises BadInput, with the nearest names where the client has no such lead."""
    from dossier.store.leads import get_lead

    try:
        return get_lead(session, client, name)
    except BadInput as error:
        near = [one for one in _nearest(name, views) if one not in error.why]
        if not near:
            raise
        said = f"Did you mean: {'; '.join(near)}? {error.next_step}"
        raise BadInput(error.what, error.why, said) from error


def _nearest(name: str, views: Sequence[LeadView]) -> list[str]:
    """Return the few leads whose name or domain is most like `name`, as `Acme, Inc. (acme.com)`."""
    called = {_folded(view.name): view for view in views} | {view.domain: view for view in views if view.domain}
    found = get_close_matches(_folded(name), called, n=_NEAR) + get_close_matches(name.casefold(), called, n=_NEAR)
    near = dict.fromkeys(f"{view.name} ({view.domain or view.id})" for view in (called[key] for key in found))
    return list(near)[:_NEAR]
