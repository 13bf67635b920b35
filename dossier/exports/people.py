"""The people to talk to, as a reader sees them.

Here: a contact with its channels, each with its status and source. Not here: who becomes a contact
(`dossier/steps/contacts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dossier.exports.footnotes import Footnote, Footnotes, Reference
from dossier.exports.wording import detail_hint
from dossier.models import Contact, ContactDetail, Dossier
from dossier.text_safety import web_address

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach a person; `link` is None where the value cannot safely be linked."""

    label: str
    value: str
    status: str
    hint: str
    link: str | None
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Person:
    """A contact: `sure` is the confidence in percent."""

    id: str
    name: str
    title: str
    organization: str
    why: str
    primary: bool
    sure: int
    channels: tuple[Channel, ...]
    notes: tuple[Footnote, ...]


def people(dossier: Dossier, notes: Footnotes) -> list[Person]:
    """Return the contacts, the primary one first and the others in the dossier's order."""
    ordered = sorted(dossier.contacts, key=lambda contact: not contact.is_primary)
    return [_person(contact, notes) for contact in ordered]


def _person(contact: Contact, notes: Footnotes) -> Person:
    return Person(
        id=contact.id,
        name=contact.name,
        title=contact.title or "",
        organization=contact.organization,
        why=contact.why,
        primary=contact.is_primary,
        sure=round(contact.confidence * 100),
        channels=tuple(_channels(contact, notes)),
        notes=notes.cite(contact.claim_ids),
    )


def _channels(contact: Contact, notes: Footnotes) -> Iterator[Channel]:
    if contact.email:
        address = contact.email.value.strip()
        yield _channel("E-mail", contact.email, f"mailto:{address}" if _EMAIL.fullmatch(address) else None, notes)
    if contact.phone:
        yield _channel("Phone", contact.phone, None, notes)
    if contact.linkedin:
        yield _channel("LinkedIn", contact.linkedin, web_address(contact.linkedin.value), notes)


def _channel(name: str, detail: ContactDetail, link: str | None, notes: Footnotes) -> Channel:
    reference = notes.reference(detail.source_id)
    return Channel(name, detail.value, detail.status, detail_hint(detail), link, reference)
