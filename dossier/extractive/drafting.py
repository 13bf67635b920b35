"""Turns a stretch of a source into a claim draft: values, entities, place, date and signal type filled in.

Here: what every reader (sentences, records, tables, people) shares. Not here: deciding what is worth a claim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dossier.evidence.counts import find_counts
from dossier.evidence.entities import named
from dossier.evidence.money import find_current_money
from dossier.evidence.names import MentionFinder, aliases
from dossier.extractive.icp import match_signal
from dossier.models import (
    ClaimDetails,
    ClaimDraft,
    ClaimType,
    Count,
    EventDate,
    IcpConfig,
    Lead,
    Money,
    Passage,
)
from dossier.ports import ParsedSentence

MAX_STATEMENT = 500
_OTHER_NAMES = ("PRODUCT", "GPE")


@dataclass(frozen=True)
class Desk:
    """What a reader has before it: the lead, the client's profile, and the passage it reads."""

    lead: Lead
    icp: IcpConfig
    passage: Passage
    own_voice: bool
    finder: MentionFinder = field(compare=False)


def finder_for(lead: Lead) -> MentionFinder:
    """Return the finder of all names of `lead`."""
    return MentionFinder(aliases(lead))


def tidy(text: str) -> str:
    """Return `text` on one line, without list marks, dangling joints and trailing semicolons."""
    line = " ".join(text.split())
    line = re.sub(r"^(?:and|or|but|while|which|that|with|,|;|–|—|-)+\s+", "", line)
    return re.sub(r"[\s,;:–—-]+(?:and|or|but|while|with)?[\s,;]*$", "", line).strip()


def first_money(text: str) -> Money | None:
    """Return the first amount in `text` that is told to hold: of `raised from $1 to $2 million` the second."""
    found = find_current_money(text)
    return found[0].value if found else None


def first_count(text: str) -> Count | None:
    """Return the first count in `text`."""
    found = find_counts(text)
    return found[0].value if found else None


def place_of(sentence: ParsedSentence, first: int, last: int) -> str | None:
    """Return the first place named in tokens `first:last`, with its state: `De Soto, Kansas`."""
    places = [
        (b, e)
        for label, b, e in sentence.entities
        if label in ("GPE", "LOC")
        and first <= b < last
        and not _only_origin(sentence, e)
        and sentence.tokens[b].text[:1].isalpha()  # the parser takes `03/04/2026` for a place at times
    ]
    if not places:
        return None
    begin, end = places[0]
    for following, stop in places[1:]:
        between = [t.text for t in sentence.tokens[end:following]]
        if between != [","] or following - begin > 5 or sentence.tokens[following].text == "the":
            break
        if sentence.tokens[stop - 1].dep == "conj":
            break  # a list of places, not a town and its state
        end = stop
    return _words(sentence, begin, end)


def _only_origin(sentence: ParsedSentence, end: int) -> bool:
    """`Ohio-based` says where somebody comes from, not where something happens."""
    behind = [t.text for t in sentence.tokens[end : end + 2]]
    return behind[:1] == ["based"] or behind == ["-", "based"] or sentence.tokens[end - 1].text.endswith("-based")


def _words(sentence: ParsedSentence, first: int, last: int) -> str:
    tokens = sentence.tokens
    out = ""
    for index in range(first, last):
        gap = " " if index > first and tokens[index].start > tokens[index - 1].end else ""
        out += gap + tokens[index].text
    return out


def entities_of(sentence: ParsedSentence, first: int, last: int, lead: Lead) -> list[str]:
    """Return the names in tokens `first:last` (organisations, products, places, people), the lead first."""
    organisations = [(name.first, name.last) for name in named(sentence, "organization")]
    others = [(b, e) for wanted in _OTHER_NAMES for label, b, e in sentence.entities if label == wanted]
    people = [(name.first, name.last) for name in named(sentence, "person")]
    within = [(b, e) for b, e in [*organisations, *others, *people] if first <= b < last]
    return list(dict.fromkeys([lead.name, *(_plain(sentence, b, e) for b, e in within)]))


def partner_of(sentence: ParsedSentence, desk: Desk) -> str | None:
    """Return the first organisation that a sentence names besides the lead."""
    names = (_plain(sentence, name.first, name.last) for name in named(sentence, "organization"))
    return next((name for name in names if len(name) > 3 and not desk.finder.occurs(name)), None)


def _plain(sentence: ParsedSentence, first: int, last: int) -> str:
    return _words(sentence, first, last).removesuffix("’s").removesuffix("'s").removeprefix("the ")


def draft(
    desk: Desk,
    claim_type: ClaimType,
    statement: str,
    span: tuple[int, int],
    *,
    kind: str = "",
    lemmas: frozenset[str] = frozenset(),
    entities: Sequence[str] = (),
    date: EventDate | None = None,
    details: ClaimDetails | None = None,
) -> ClaimDraft | None:
    """Return the draft of the claim that stands at `span` (offsets in the passage), None if it is too long."""
    start, end = span
    if len(statement) > MAX_STATEMENT or not statement:
        return None
    details = details or ClaimDetails()
    if claim_type == ClaimType.SIGNAL:
        match = match_signal(lemmas, kind, desk.icp)
        details = details.model_copy(update={"signal_type": match.signal_type, "signal_tier": match.tier})
    return ClaimDraft(
        type=claim_type,
        statement=statement,
        source_id=desk.passage.source_id,
        quote=desk.passage.text[start:end],
        start=desk.passage.start + start,
        entities=list(entities) or [desk.lead.name],
        event_date=date.value if date else None,
        date_precision=date.precision if date else None,
        details=details,
    )
