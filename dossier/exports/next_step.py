"""The suggested next step: whom to write to and how, what to open with, what to ask, what not to claim.

Here: a choice by rule from facts that the dossier holds already; it adds no fact and is shown as a suggestion.
Not here: copy (`dossier/exports/letters.py`) and strategy, which the sections hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dossier.evidence.datelines import without_dateline
from dossier.exports.footnotes import Footnote, Footnotes
from dossier.exports.letters import opening_facts, outreach_items
from dossier.models import Contact, ContactDetail, Dossier, Section

_USABLE = ("verified", "published")
_OPENERS = 2
_EASY_TO_ASK = 160


@dataclass(frozen=True, slots=True)
class NextStep:
    """Each field is empty where the dossier holds nothing for it."""

    who: str
    how: str
    openers: tuple[tuple[str, tuple[Footnote, ...]], ...]
    question: str
    avoid: tuple[str, ...]


def next_step(dossier: Dossier, sections: dict[str, Section], notes: Footnotes) -> NextStep:
    """Return the suggested next step for `dossier`."""
    person = next((one for one in dossier.contacts if one.is_primary), None)
    return NextStep(
        who=_who(person, dossier),
        how=_how(person),
        openers=_openers(person, dossier, sections, notes),
        question=_question(sections),
        avoid=tuple(_avoid(dossier, person)),
    )


def _who(person: Contact | None, dossier: Dossier) -> str:
    if person is None and "contact_discovery" in dossier.unread:
        return "Nobody yet: the sources were not read for people. Have this part made before you write."
    if person is None:
        return "Nobody yet: the sources name no suitable person. Find one before you write."
    return f"{person.name}, {person.title}" if person.title else person.name


def _how(person: Contact | None) -> str:
    if person is None:
        return ""
    channels = (("e-mail", person.email), ("phone", person.phone), ("LinkedIn", person.linkedin))
    for name, detail in channels:
        if detail is not None and detail.status in _USABLE:
            return f"By {name}: {detail.value}"
    if person.email is not None:
        return f"By e-mail, once someone has checked the address: {person.email.value} ({person.email.status})"
    return "No address was read for this person: look one up first."


def _openers(
    person: Contact | None, dossier: Dossier, sections: dict[str, Section], notes: Footnotes
) -> tuple[tuple[str, tuple[Footnote, ...]], ...]:
    for item in outreach_items(sections.get("outreach")):
        if person is not None and item.get("contact_id") == person.id and opening_facts(item, notes):
            return opening_facts(item, notes)[:_OPENERS]
    why_now = dossier.why_now
    return ((why_now.text, notes.cite(why_now.claim_ids)),) if why_now else ()


def _question(sections: dict[str, Section]) -> str:
    """Return the first short question to ask that is on file, else a client question that nothing answers."""
    intelligence = sections["lead_intelligence"].content if "lead_intelligence" in sections else {}
    asked = intelligence.get("quick_reference")
    listed = [_asked(one) for one in asked] if isinstance(asked, list) else []
    if listed:
        return next((one for one in listed if len(one) <= _EASY_TO_ASK), listed[0])
    answers = sections["client_specific"].content.get("client_specific") if "client_specific" in sections else []
    rows = [row for row in answers if isinstance(row, dict)] if isinstance(answers, list) else []
    return next((str(row.get("question") or "") for row in rows if not row.get("answer")), "")


def _asked(one: object) -> str:
    return without_dateline(str((one.get("question") if isinstance(one, dict) else one) or ""))


def _avoid(dossier: Dossier, person: Contact | None) -> Iterator[str]:
    for conflict in dossier.conflicts[:2]:
        values = " or ".join(dict.fromkeys(side.value for side in conflict.values))
        yield f"Do not state the {conflict.kind} as settled: sources say {values}."
    for timeline in dossier.timelines[:1]:
        old = list(dict.fromkeys(step.value for step in timeline.history if step.value != timeline.current))
        if old:
            yield f"Do not use {' or '.join(old)}: {timeline.current} is the value that holds now."
    if person is not None and any(_is_guess(one) for one in (person.email, person.phone, person.linkedin)):
        yield "Do not treat an address marked inferred or unknown as theirs before it is checked."
    if dossier.why_now is None and "signal_discovery" in dossier.unread:
        yield "Do not claim that there is, or is no, recent event: the sources were not read for events."
    elif dossier.why_now is None:
        yield "Do not claim a recent event: the sources hold none that is dated within 12 months."


def _is_guess(detail: ContactDetail | None) -> bool:
    return detail is not None and detail.status not in _USABLE
