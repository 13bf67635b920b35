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

    id: str = Field(description="contact_ and a counter.")
    name: str = Field(description="As the sources write it.")
    title: str | None = Field(description="The newest title that a source gives.")
    organization: str = Field(description="Where the person works.")
    why: str = Field(description="Why this person.")
    claim_ids: list[str] = Field(description="The merged claims that it rests on.")
    is_primary: bool = Field(default=False, description="Whether to start with this person: exactly one is.")
    email: ContactDetail | None = Field(
        default=None, description="Address with its status: verified, published, inferred or unknown."
    )
    phone: ContactDetail | None = Field(default=None, description="Number with its status.")
    linkedin: ContactDetail | None = Field(default=None, description="Profile with its status.")
    confidence: float = Field(ge=0, le=1, description="From 0 to 1.")


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
