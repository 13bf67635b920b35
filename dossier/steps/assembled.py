"""The sections that code puts together: the people to talk to, and what to say to them.

Here: arranging checked contacts and outreach as sections. Not here: choosing people (`contacts.py`), copy
(`outreach.py`), references (`references.py`).
"""

from __future__ import annotations

from dossier.models import (
    SECTION_TITLES,
    Contact,
    ContactDetail,
    ContactSet,
    JsonDict,
    MergedClaim,
    MergeResult,
    Outreach,
    OutreachSet,
    Section,
    Sentence,
)
from dossier.run_context import RunContext
from dossier.steps.outreach import says_something
from dossier.steps.standing import Standing
from dossier.steps.titles import fit


def missing_section(key: str) -> Section:
    """Return the section `key` where nothing was handed over for it."""
    return Section(key=key, title=SECTION_TITLES[key], gap="This part was not written.")


def contacts_section(ctx: RunContext, contacts: ContactSet, merged: MergeResult, standing: Standing) -> Section:
    """Return the section of the people: each with the statement that names them, as its claim has it."""
    by_id = {claim.id: claim for claim in merged.merged}
    sentences: dict[str, Sentence] = {}
    rows = []
    for contact in contacts.contacts:
        naming = _naming(contact, by_id, standing)
        rows.append(_row(ctx, contact, naming))
        if naming:
            sentence = Sentence(text=naming.statement, kind="fact", claim_ids=[naming.id])
            sentences.setdefault(naming.statement.casefold(), sentence)
    return Section(
        key="contacts",
        title=SECTION_TITLES["contacts"],
        content={
            "verified_contacts": rows,
            "excluded": [person.model_dump(mode="json") for person in contacts.excluded],
        },
        sentences=list(sentences.values()),
        gap=contacts.gap,
    )


def _naming(contact: Contact, by_id: dict[str, MergedClaim], standing: Standing) -> MergedClaim | None:
    """Return the first claim of a contact whose statement names the person and stands by its quotes."""
    claims = (by_id[claim_id] for claim_id in contact.claim_ids if claim_id in by_id)
    return next((one for one in claims if contact.name in one.statement and standing.holds(one)), None)


def _row(ctx: RunContext, contact: Contact, naming: MergedClaim | None) -> JsonDict:
    degree, _ = fit(contact.title or "", ctx.client.config.icp_config.target_titles)
    return {
        "contact_id": contact.id,
        "name": contact.name,
        "title": contact.title,
        "organization": contact.organization,
        "email": _value(contact.email),
        "phone": _value(contact.phone),
        "linkedin": _value(contact.linkedin),
        "bio": naming.statement if naming else None,
        "tier": 1 if degree == 0 else 2,
        "why": contact.why,
        "is_primary": contact.is_primary,
        "claim_ids": contact.claim_ids,
    }


def _value(detail: ContactDetail | None) -> str | None:
    return detail.value if detail else None


def outreach_section(contacts: ContactSet, outreach: OutreachSet) -> Section:
    """Return the section of what to say: copy and opening facts per contact, in the order of the contacts."""
    items = {item.contact_id: item for item in outreach.items if says_something(item)}
    rows = [_message(items[contact.id], contact) for contact in contacts.contacts if contact.id in items]
    openings = (sentence for item in items.values() for sentence in item.opening_facts)
    sentences = {sentence.text.casefold(): sentence for sentence in openings}
    in_vain = outreach.items or not outreach.gap  # there was something to say, or somebody to say it to
    gap = "Nothing to say was left after the fact-check." if in_vain and not rows else outreach.gap
    return Section(
        key="outreach",
        title=SECTION_TITLES["outreach"],
        content={"ready_to_send_outreach": rows},
        sentences=list(sentences.values()),
        gap=gap,
    )


def _message(item: Outreach, contact: Contact) -> JsonDict:
    return {**item.model_dump(mode="json"), "contact_name": contact.name}
