"""Leads in the store: upsert of imported rows, finding one by what a person calls it, and listing.

Here: rows of `v2_leads`; a flagged lead gets its run row at once. Not here: reading tables of leads
(`dossier/intake/leads.py`). Labels that came with a row are kept in `extra`, which nothing returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.evidence.names import aliases, match_name
from dossier.intake.domains import normal_domain
from dossier.intake.rows import LeadInput, Noted, Rejected
from dossier.keys import lead_id
from dossier.models import Lead, LeadStatus
from dossier.store import runs
from dossier.store.clients import client_row
from dossier.store.columns import iso
from dossier.store.lead_index import Found, LeadIndex
from dossier.store.lead_index import name_key as name_key
from dossier.store.tables_queue import LeadRow, RunRow

MAX_KEY_BYTES = 1_000
Change = Literal["created", "updated", "unchanged"]


@dataclass
class LeadImport:
    """What an import did: counts, the rows that did not go in, and what to hear of those that did."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    lead_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LeadView:
    """A lead as lists show it, with its newest run."""

    id: str
    name: str
    domain: str | None
    status: str
    run_id: str | None
    run_status: str | None
    last_error: str | None
    updated_at: str


@dataclass(frozen=True, slots=True)
class LeadMatch:
    """A lead found for a name, and by which rule."""

    lead: Lead
    rule: str


def save_leads(
    session: Session,
    slug: str,
    rows: Sequence[LeadInput],
    *,
    hold: bool,
    reference_date: date | None = None,
) -> LeadImport:
    """Create or update the leads of `rows` by domain or, without one, by name.

    New leads are `flagged` and get a pending run, with `hold` they stay `new`. A row that could mean several
    leads, or contradicts an earlier row of the same name, is rejected with its number; the others go in. A second
    name of a lead becomes an alias, which is noted.
    Leads of one client are made one after another.
    """
    client = client_row(session, slug, lock=True)
    index = LeadIndex.of(session, client.id)
    report = LeadImport()
    for row in rows:
        found = _fault(row) or index.find(row)
        if isinstance(found, str):
            report.rejected.append(Rejected(row.row, found))
            continue
        if found.note:
            report.notes.append(Noted(row.row, found.note))
        change, lead = _upsert(session, client.id, slug, row, found)
        index.note(lead, row)
        setattr(report, change, getattr(report, change) + 1)
        report.lead_ids.append(lead.lead_id)
        if not hold and (change == "created" or lead.status is LeadStatus.NEW):
            session.flush()
            runs.queue_run(session, slug, lead.lead_id, trigger="sensor", reference_date=reference_date)
    session.flush()
    return report


def get_lead(session: Session, slug: str, name: str) -> Lead:
    """Return the lead that `name` (id, domain or name) means. Raises BadInput if none or several do."""
    return find_lead(session, slug, name).lead


def find_lead(session: Session, slug: str, name: str) -> LeadMatch:
    """Return the lead that `name` means, with the rule that found it: id, domain, name, alias, in this order.

    Raises BadInput that names the candidates if several leads fit equally well, and if none fits.
    """
    rows = session.scalars(
        select(LeadRow).where(LeadRow.client_id == client_row(session, slug).id).order_by(LeadRow.lead_id)
    ).all()
    for rule, fits in _ladder(rows, name):
        if len(fits) == 1:
            return LeadMatch(fits[0].as_lead(), rule)
        if fits:
            options = ", ".join(f"{row.name} ({row.domain or row.lead_id})" for row in fits[:5])
            raise BadInput(
                f"{name[:80]!r} means {len(fits)} leads.",
                f"They have the same {rule}: {options}.",
                "Name one by its domain or id.",
            )
    raise BadInput(
        f"Unknown lead: {name[:80]!r}.",
        "No lead of this client has this id, domain, name or alias.",
        f"List them with: dossier leads list --client {slug}",
    )


def list_leads(session: Session, slug: str, status: str | None = None) -> list[LeadView]:
    """Return the client's leads by name, each with its newest run; only those of `status` if given."""
    if status is not None and status not in set(LeadStatus):
        raise BadInput(f"Unknown lead status: {status[:40]!r}.", f"One of: {', '.join(LeadStatus)}.")
    client = client_row(session, slug)
    query = select(LeadRow).where(LeadRow.client_id == client.id)
    if status is not None:
        query = query.where(LeadRow.status == LeadStatus(status))
    leads = session.scalars(query.order_by(LeadRow.name, LeadRow.lead_id)).all()
    runs_of_client = select(RunRow).where(RunRow.client_id == client.id).order_by(RunRow.n)
    newest = {run.lead_id: run for run in session.scalars(runs_of_client)}
    return [_view(lead, newest.get(lead.id)) for lead in leads]


def _view(lead: LeadRow, run: RunRow | None) -> LeadView:
    return LeadView(
        id=lead.lead_id,
        name=lead.name,
        domain=lead.domain,
        status=lead.status.value,
        run_id=run.run_id if run else None,
        run_status=run.status.value if run else None,
        last_error=lead.last_error,
        updated_at=iso(lead.updated_at),
    )


def _ladder(rows: Sequence[LeadRow], name: str) -> Iterator[tuple[str, list[LeadRow]]]:
    """Yield each rule with the leads that it finds, the surest rule first; a later one is tried only if needed."""
    domain, key = normal_domain(name), name_key(name)
    yield "id", [row for row in rows if row.lead_id == name]
    yield "domain", [row for row in rows if domain and row.domain == domain]
    yield "name", [row for row in rows if key and row.name_key == key]
    yield "alias", [row for row in rows if key and key in {name_key(alias) for alias in row.aliases}]
    yield "name without legal form or trade", [row for row in rows if _names(row, name)]


def _names(row: LeadRow, name: str) -> bool:
    match = match_name(name, aliases(row.as_lead()))
    return match.same and match.score >= 1.0


def _fault(row: LeadInput) -> str | None:
    """Return why the database cannot hold the row: some signs write out to many, and an index takes 2.7 kB."""
    if len(name_key(row.name).encode()) > MAX_KEY_BYTES:
        return f"The name is longer than {MAX_KEY_BYTES} bytes when its signs are written out."
    return None


def _upsert(session: Session, client_id: str, slug: str, row: LeadInput, found: Found) -> tuple[Change, LeadRow]:
    identity = row.domain or name_key(row.name)
    lead = found.lead
    if lead is None:  # another row may have brought the same identity under another name
        derived = lead_id(slug, identity)
        lead = session.scalar(select(LeadRow).where(LeadRow.client_id == client_id, LeadRow.lead_id == derived))
    if lead is None:
        lead = LeadRow(
            client_id=client_id,
            lead_id=lead_id(slug, identity),
            identity=identity,
            status=LeadStatus.NEW,
            **_values(row),
        )
        session.add(lead)
        return "created", lead
    merged = _merged(lead, row, found)
    changed = {name: value for name, value in merged.items() if getattr(lead, name) != value}
    for name, value in changed.items():
        setattr(lead, name, value)
    return ("updated" if changed else "unchanged"), lead


def _values(row: LeadInput) -> dict[str, Any]:
    return {
        "name": row.name,
        "name_key": name_key(row.name),
        "domain": row.domain,
        "aliases": list(row.aliases),
        "profile": dict(row.profile),
        "extra": dict(row.extra),
    }


def _merged(lead: LeadRow, row: LeadInput, found: Found) -> dict[str, Any]:
    """Return the lead's columns after `row`: what the row says wins, what it leaves out stays, no name is lost."""
    name = lead.name if found.other_name else row.name
    older, newer = (row, lead) if found.first_wins else (lead, row)
    return {
        "name": name,
        "name_key": name_key(name),
        "domain": row.domain or lead.domain,
        "aliases": _other_names(name, [*lead.aliases, *row.aliases], [lead.name, row.name]),
        "profile": {**older.profile, **newer.profile},
        "extra": {**older.extra, **newer.extra},
    }


def _other_names(name: str, aliases: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the aliases as they were given, and those of `names` that neither `name` nor an alias is."""
    kept = dict.fromkeys(aliases)
    known = {name_key(one) for one in (name, *kept)}
    return [*kept, *dict.fromkeys(one for one in names if name_key(one) not in known)]
