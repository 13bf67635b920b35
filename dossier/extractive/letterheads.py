"""Finds people of the lead in letters and records: by lines and fields, not by a parse.

Here: `Attention: Jane Doe` below the lead's name, and the contact that a record about the lead gives. Not here: prose
(`people.py`), and who signed or wrote to the lead, who are somebody else's people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dossier.evidence.addresses import find_emails, find_phones
from dossier.evidence.names import Alias, aliases, match_name
from dossier.evidence.people import is_person_name, without_degrees
from dossier.evidence.segments import Block, Record, find_records
from dossier.extractive.drafting import Desk
from dossier.extractive.people import MAX_TITLE, contact_claim, is_title
from dossier.extractive.records import subject_of
from dossier.models import ClaimDraft

_ATTENTION = re.compile(
    r"^(?:attention|attn\.?|(?:media |press |applicant )?contact|contact person|from)\s*:\s*(?P<who>.+)$", re.IGNORECASE
)
_CONTACT_LABEL = re.compile(
    r"^(?:attention|attn\.?|(?:applicant |sponsor |company |primary |media |press )?contact(?: name| person)?"
    r"|responsible (?:official|person))$",
    re.IGNORECASE,
)
_TITLE_LABEL = re.compile(r"^(?:(?:contact )?(?:job )?title|position)$", re.IGNORECASE)


def letterhead_people(blocks: list[Block], desk: Desk) -> Iterator[ClaimDraft]:
    """Yield the people that stand below the lead's name as addressees, with the title on the same or next line.

    Of a record about the lead, the person whom it gives as its contact.
    """
    for record in find_records(blocks):
        yield from _record_people(record, desk)
    names = aliases(desk.lead)
    for index, block in enumerate(blocks):
        match = _ATTENTION.match(block.text)
        if match is None:
            continue
        above = next((b for b in reversed(blocks[max(0, index - 3) : index]) if _names_lead(b, names)), None)
        who, _, rest = match["who"].partition(",")
        title = without_degrees(rest)
        after = blocks[index + 1] if index + 1 < len(blocks) else None
        high = block.end
        if not is_title(title) and after and is_title(after.text) and len(after.text) <= MAX_TITLE:
            title, high = after.text, after.end
        owned = above is not None or desk.finder.occurs(title)
        if owned and is_person_name(who.strip()) and is_title(title):
            low = above.start if above else block.start
            yield from _from_lines(desk, who.strip(), title, (low, high))


def _from_lines(desk: Desk, who: str, title: str, span: tuple[int, int]) -> Iterator[ClaimDraft]:
    lines = desk.passage.text[slice(*span)]
    email, phone = next(iter(find_emails(lines)), None), next(iter(find_phones(lines)), None)
    yield from contact_claim(desk, who, " ".join(title.split()).strip(" ,"), span, "current", email, phone)


def _record_people(record: Record, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield the person whom a record about the lead gives as its contact, with the title in the field behind."""
    subject = subject_of(record, desk)
    for at, field in enumerate(record.fields if subject else ()):
        if subject is None or not _CONTACT_LABEL.match(field.label):
            continue
        who, _, rest = field.value.partition(",")
        titled = next((f for f in record.fields[at + 1 : at + 3] if _TITLE_LABEL.match(f.label)), None)
        title = titled.value if titled else without_degrees(rest)
        if is_person_name(who.strip()) and is_title(title):
            shown = [subject, field, *([titled] if titled else [])]
            span = min(block.start for block in shown), max(block.end for block in shown)
            yield from _from_lines(desk, who.strip(), title, span)


def _names_lead(block: Block, names: list[Alias]) -> bool:
    text = re.sub(r"^(?:to|for)\s*:\s*", "", block.value or block.text, flags=re.IGNORECASE)
    return len(text) < 100 and match_name(text, names).same
