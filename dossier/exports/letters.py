"""What to say to whom: the facts to open with, and copy where an engine wrote some.

Here: the outreach section's items as a reader sees them. Not here: writing copy (`dossier/steps/outreach.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dossier.exports.footnotes import Footnote, Footnotes
from dossier.models import Dossier, Section


@dataclass(frozen=True, slots=True)
class Copy:
    """One piece of copy: an e-mail with subject, or a message without."""

    label: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What to say to one contact."""

    contact_id: str
    name: str
    facts: tuple[tuple[str, tuple[Footnote, ...]], ...]
    copies: tuple[Copy, ...]


_VARIANTS = (
    ("client_email", "E-mail in your style"),
    ("email", "E-mail"),
    ("client_linkedin", "LinkedIn message in your style"),
    ("linkedin", "LinkedIn message"),
)


def letters(section: Section | None, dossier: Dossier, notes: Footnotes) -> list[Letter]:
    """Return a letter for each item of the outreach section that says something, in its order."""
    names = {contact.id: contact.name for contact in dossier.contacts}
    made = (_letter(item, names, notes) for item in outreach_items(section))
    return [letter for letter in made if letter.facts or letter.copies]


def outreach_items(section: Section | None) -> list[dict[str, Any]]:
    """Return the outreach section's items; an empty list where there are none."""
    items = section.content.get("ready_to_send_outreach") if section else None
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def opening_facts(item: dict[str, Any], notes: Footnotes) -> tuple[tuple[str, tuple[Footnote, ...]], ...]:
    """Return the facts to open with as (text, footnotes)."""
    facts = item.get("opening_facts")
    listed = [one for one in facts if isinstance(one, dict)] if isinstance(facts, list) else []
    return tuple((str(one["text"]), notes.cite(one.get("claim_ids") or [])) for one in listed if one.get("text"))


def _letter(item: dict[str, Any], names: dict[str, str], notes: Footnotes) -> Letter:
    contact_id = str(item.get("contact_id") or "")
    copies = (_copy(label, item.get(field)) for field, label in _VARIANTS)
    return Letter(
        contact_id=contact_id,
        name=names.get(contact_id, str(item.get("contact_name") or contact_id)),
        facts=opening_facts(item, notes),
        copies=tuple(copy for copy in copies if copy is not None),
    )


def _copy(label: str, value: Any) -> Copy | None:
    if not isinstance(value, dict):
        return None
    body = str(value.get("body") or value.get("message") or "").strip()
    postscript = str(value.get("ps") or "").strip()
    if postscript and postscript not in body:
        body += f"\n\n{postscript if postscript[:2].upper() in ('PS', 'P.') else f'P.S. {postscript}'}"
    subject = str(value.get("subject") or "").strip()
    return Copy(label, subject, body) if body or subject else None
