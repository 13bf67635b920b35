"""People to talk to and what to say to them.

Here: contacts with the status of each detail, copy. Not here: people as the merge resolves them (`merging.py`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dossier.nouns.judging import Sentence
from dossier.nouns.words import JsonDict, Model


class ContactDetail(Model):
    """An e-mail, phone or profile with its status; a `published` value stands verbatim in its source."""

    value: str
    status: Literal["verified", "published", "inferred", "unknown"]
    source_id: str | None = None
    normalized: str | None = None


class Contact(Model):
    """A person to talk to. `claim_ids` are merged claim ids."""

    id: str
    name: str
    title: str | None
    organization: str
    why: str
    claim_ids: list[str]
    is_primary: bool = False
    email: ContactDetail | None = None
    phone: ContactDetail | None = None
    linkedin: ContactDetail | None = None
    confidence: float = Field(ge=0, le=1)


class ExcludedPerson(Model):
    """A name that did not become a contact, and why."""

    name: str
    reason: str


class ContactSet(Model):
    """The artifact `contacts`: exactly one is primary, unless there are none, which `gap` then explains.

    `profiles` are the checked answers of `enrich_contact` (`dossier.answers.ContactProfile` as JSON): `outreach`
    is made of them. `failed_steps` name asks without a usable answer; the contacts stand without them.
    """

    contacts: list[Contact]
    excluded: list[ExcludedPerson] = []
    gap: str | None = None
    profiles: list[JsonDict] = []
    failed_steps: list[str] = []


class Outreach(Model):
    """Copy for one contact: generic and client version, or only the facts to open with, and why."""

    contact_id: str
    email: JsonDict | None = None
    linkedin: JsonDict | None = None
    client_email: JsonDict | None = None
    client_linkedin: JsonDict | None = None
    opening_facts: list[Sentence] = []
    adjustments_made: list[str] = []


class OutreachSet(Model):
    """The artifact `outreach`."""

    items: list[Outreach]
    gap: str | None = None
