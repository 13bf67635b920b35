"""Dossiers in the store: the row that exists before its parts, the parts, and every version whole.

Here: `v2_dossiers`, `v2_dossier_versions`, `v2_dossier_sections`, `v2_contacts`. Not here: files
(`dossier/exports/`) and the other tables of a run (`projections.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, delete, false, or_, select
from sqlalchemy.orm import Session

from dossier.models import Contact, ContactDetail, Dossier, OutreachSet, Score, Section
from dossier.store.clients import client_row
from dossier.store.clock import db_now
from dossier.store.columns import JsonDict, iso
from dossier.store.locks import one_at_a_time
from dossier.store.tables_evidence import ContactRow, DossierRow, DossierSectionRow, DossierVersionRow
from dossier.store.tables_queue import LeadRow, RunRow
from dossier.store.taking import run_row

_COPIES = ("email_copy", "linkedin_copy", "client_email_copy", "client_linkedin_copy")


def save_dossier(session: Session, run: RunRow, dossier: Dossier) -> int:
    """Store `dossier` as the run's next version, `ready`, with its sections and contacts; return the version.

    Of the dossiers of the same client and lead or domain one is `ready`, see `supersede`, the others are `superseded`.
    """
    _alone(session, run.client_id)  # before any row is touched that another's turn may wait for
    row = dossier_row(session, run)
    content = dossier.model_dump_json(by_alias=True)
    row.version += 1
    row.company_name, row.company_domain = dossier.lead.name, dossier.lead.domain
    row.lead_score, row.score_tier = dossier.score.total, dossier.score.tier
    row.timing_urgency = dossier.timing_urgency
    row.primary_signal = dossier.why_now.text if dossier.why_now else None
    row.target_entity = dossier.lead.name
    row.status, row.content_status, row.ready_at = "ready", dossier.status, db_now()
    session.flush()
    session.add(
        DossierVersionRow(
            **_part_of(row),
            version=row.version,
            digest=hashlib.sha256(content.encode()).hexdigest(),
            content=content,
        )
    )
    save_contacts(session, run, dossier.contacts)
    save_sections(session, run, dossier.sections)
    supersede(session, row.client_id, row.lead_id, row.company_domain)
    return row.version


def supersede(session: Session, client_id: str, lead_key: str | None, domain: str | None) -> None:
    """Let one of a client's dossiers of one lead or domain be `ready` and the others `superseded`.

    It is a complete one if there is any: what a failed step left behind never replaces a whole dossier. Among those
    alike it is the one of the latest reference date, of the same date the one made last: a dossier that is made again
    as of an earlier day does not replace what is known today. Archived and unfinished ones stay as they are.
    """
    _alone(session, client_id)
    same = [DossierRow.lead_id == lead_key] if lead_key else []
    if domain:
        same.append(DossierRow.company_domain == domain)
    rivals = session.execute(
        select(DossierRow, RunRow)
        .join(RunRow, RunRow.id == DossierRow.pipeline_run_id)
        .where(DossierRow.client_id == client_id, DossierRow.status.in_(("ready", "superseded")), or_(false(), *same))
        .execution_options(populate_existing=True)
    ).all()
    best_first = sorted(rivals, key=lambda rival: _rank(session, *rival), reverse=True)
    for place, (row, _) in enumerate(best_first):
        row.status = "superseded" if place else "ready"


def get_dossier(session: Session, run_id: str, version: int | None = None) -> Dossier | None:
    """Return the run's newest dossier, or the one of `version`; None if there is none."""
    query = (
        select(DossierVersionRow.content)
        .where(DossierVersionRow.pipeline_run_id == run_row(session, run_id).id)
        .order_by(DossierVersionRow.version.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(DossierVersionRow.version == version)
    content = session.scalar(query)
    return None if content is None else Dossier.model_validate_json(content)


def standing_dossier(session: Session, run_id: str) -> Dossier | None:
    """Return the run's newest complete dossier, the newest one where none is complete; None if there is none."""
    run = run_row(session, run_id)
    row = session.scalar(select(DossierRow).where(DossierRow.pipeline_run_id == run.id))
    kept = _earlier_whole(session, row) if row is not None and row.content_status == "partial" else None
    return get_dossier(session, run_id) if kept is None else kept[1]


def current_runs(session: Session, client_slug: str) -> list[str]:
    """Return the runs whose dossiers of a client stand, by run id: one for each lead, none that is superseded."""
    query = (
        select(RunRow.run_id)
        .join(DossierRow, DossierRow.pipeline_run_id == RunRow.id)
        .where(DossierRow.client_id == client_row(session, client_slug).id, DossierRow.status == "ready")
    )
    return sorted(session.scalars(query))


def versions(session: Session, run_id: str) -> list[int]:
    """Return the versions of the run's dossier, oldest first."""
    return list(
        session.scalars(
            select(DossierVersionRow.version)
            .where(DossierVersionRow.pipeline_run_id == run_row(session, run_id).id)
            .order_by(DossierVersionRow.version)
        )
    )


def dossier_row(session: Session, run: RunRow) -> DossierRow:
    """Return the run's dossier row; the first caller makes it, as a skeleton."""
    row = session.scalar(select(DossierRow).where(DossierRow.pipeline_run_id == run.id))
    if row is None:
        lead = session.get(LeadRow, run.lead_id) if run.lead_id else None
        row = DossierRow(
            client_id=run.client_id,
            pipeline_run_id=run.id,
            lead_id=run.lead_id,
            company_name=lead.name if lead else "",
            company_domain=lead.domain if lead else None,
            status="skeleton",
            version=0,
        )
        session.add(row)
        session.flush()
    return row


def save_score(session: Session, run: RunRow, score: Score) -> None:
    """Show the score on the dossier's row as soon as it is known."""
    row = dossier_row(session, run)
    row.lead_score, row.score_tier, row.timing_urgency = score.total, score.tier, score.timing_urgency


def save_contacts(session: Session, run: RunRow, contacts: Iterable[Contact]) -> None:
    """Replace the dossier's contacts; copy that was written for one of them stays with it."""
    row = _enriching(session, run)
    kept = {old.contact_id: old for old in session.scalars(_contacts_of(row.id))}
    copies = {key: {name: getattr(old, name) for name in _COPIES} for key, old in kept.items()}
    session.execute(delete(ContactRow).where(ContactRow.dossier_id == row.id))
    for contact in contacts:
        session.add(_contact(row, contact, copies.get(contact.id, {})))
    session.flush()


def save_outreach(session: Session, run: RunRow, outreach: OutreachSet) -> None:
    """Put the copy beside the contacts it was written for."""
    row = _enriching(session, run)
    contacts = {contact.contact_id: contact for contact in session.scalars(_contacts_of(row.id))}
    for item in outreach.items:
        if contact := contacts.get(item.contact_id):
            contact.email_copy, contact.linkedin_copy = item.email, item.linkedin
            contact.client_email_copy = item.client_email
            contact.client_linkedin_copy = item.client_linkedin


def save_sections(session: Session, run: RunRow, sections: Iterable[Section]) -> None:
    """Replace those of the dossier's sections that are given."""
    row = _enriching(session, run)
    fresh = list(sections)
    keys = [section.key for section in fresh]
    session.execute(
        delete(DossierSectionRow).where(DossierSectionRow.dossier_id == row.id, DossierSectionRow.section_key.in_(keys))
    )
    session.add_all(_section(row, section) for section in fresh)
    row.sections_completed = [*(key for key in row.sections_completed if key not in keys), *keys]
    session.flush()


def _contacts_of(dossier_key: str) -> Select[ContactRow]:
    return select(ContactRow).where(ContactRow.dossier_id == dossier_key)


def _enriching(session: Session, run: RunRow) -> DossierRow:
    row = dossier_row(session, run)
    if row.status == "skeleton":
        row.status = "enriching"
    return row


def _alone(session: Session, client_id: str) -> None:
    """Let no other transaction decide at the same time which of the client's dossiers stand."""
    one_at_a_time(session, f"dossiers {client_id}")


def _rank(session: Session, row: DossierRow, run: RunRow) -> tuple[bool, date, str, int, str]:
    """Return what decides whether a dossier stands, the greatest does; a partial one counts as what it replaced."""
    kept = _earlier_whole(session, row) if row.content_status == "partial" else None
    if kept is not None:
        version, dossier = kept
        return True, dossier.reference_date, iso(version.created_at), run.n, run.run_id
    made = iso(row.ready_at) if row.ready_at else ""
    return row.content_status != "partial", run.reference_date or date.min, made, run.n, run.run_id


def _earlier_whole(session: Session, row: DossierRow) -> tuple[DossierVersionRow, Dossier] | None:
    """Return the newest complete version before the newest of a dossier, None if there is none."""
    earlier = (
        select(DossierVersionRow)
        .where(DossierVersionRow.dossier_id == row.id, DossierVersionRow.version < row.version)
        .order_by(DossierVersionRow.version.desc())
    )
    read = ((version, Dossier.model_validate_json(version.content)) for version in session.scalars(earlier))
    return next(((version, dossier) for version, dossier in read if dossier.status == "complete"), None)


def _part_of(row: DossierRow) -> dict[str, str]:
    return {"client_id": row.client_id, "pipeline_run_id": row.pipeline_run_id, "dossier_id": row.id}


def _contact(row: DossierRow, contact: Contact, copy: JsonDict) -> ContactRow:
    first, _, last = contact.name.strip().rpartition(" ")
    return ContactRow(
        **_part_of(row),
        **copy,
        contact_id=contact.id,
        name=contact.name,
        first_name=first,
        last_name=last,
        title=contact.title,
        organization=contact.organization,
        email=_detail(contact.email),
        phone=_detail(contact.phone),
        linkedin_url=_detail(contact.linkedin),
        why_they_matter=contact.why,
        claim_ids=contact.claim_ids,
        is_primary=contact.is_primary,
        is_verified=contact.email is not None and contact.email.status == "verified",
        confidence=contact.confidence,
    )


def _detail(detail: ContactDetail | None) -> JsonDict | None:
    return None if detail is None else detail.model_dump(mode="json")


def _section(row: DossierRow, section: Section) -> DossierSectionRow:
    return DossierSectionRow(
        **_part_of(row),
        section_key=section.key,
        title=section.title,
        content=section.content,
        sentences=[sentence.model_dump(mode="json") for sentence in section.sentences],
        claim_ids=list(dict.fromkeys(i for sentence in section.sentences for i in sentence.claim_ids)),
        gap=section.gap,
    )
