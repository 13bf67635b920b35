"""Reads the prose of a passage: which sentences tell something about the lead, and the claims they give.

Here: going through blocks and sentences, resolving `the company` to the lead, one draft per fact. Not here: how a
sentence is taken apart (`sentences.py`), people (`people.py`), records and tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dossier.evidence.counts import find_counts
from dossier.evidence.dates import find_dates
from dossier.evidence.entity_gate import Gate, judge, token_span
from dossier.evidence.money import find_money
from dossier.evidence.segments import Block
from dossier.extractive.drafting import (
    Desk,
    draft,
    entities_of,
    event_date,
    first_count,
    first_money,
    partner_of,
    place_of,
    tidy,
)
from dossier.extractive.lexicon import CLAIM_TYPE, EVENT_OF_NOUN, FACILITY
from dossier.extractive.modality import doubt
from dossier.extractive.sentences import Event, Stretch, find_anchor, find_event, split_facts, unfit
from dossier.models import ClaimDetails, ClaimDraft, ClaimType
from dossier.ports import ParsedSentence

_COMPANY = re.compile(r"\b(?:[Tt]he [Cc]ompany|[Tt]he firm|[Tt]he manufacturer|It|we|We)\b")
_HEADCOUNT = frozenset({"job", "employee", "worker", "position", "percent", "people", "person", "member"})
SMALL_AMOUNT = 100_000
_BOOKKEEPING = re.compile(
    r"retained earnings|fair value|goodwill|amortiz|deferred|accru|pre-?tax|after[- ]tax|GAAP|\bASC\b|reclassif|"
    r"carrying (?:amount|value)|notional|hedg|indemnif|covenant|impairment|effective tax",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 30, 480
_OUTLET = re.compile(r"^[A-Z][\w.&’' -]{2,40}: ")


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that tells something about the lead; offsets count in the block."""

    sentence: ParsedSentence
    gate: Gate
    event: Event
    acts: bool
    resolved: tuple[int, int] | None = None


def read_block(block: Block, sentences: tuple[ParsedSentence, ...], desk: Desk) -> Iterator[ClaimDraft]:
    """Yield the claims that the sentences of one block give."""
    previous: Told | None = None
    for sentence in sentences:
        told = _tell(block, sentence, desk, previous)
        if told:
            yield from _drafts(block, told, previous, desk)
        previous = told


def _tell(block: Block, sentence: ParsedSentence, desk: Desk, previous: Told | None) -> Told | None:
    text = block.text[sentence.start : sentence.end]
    if (
        not _SHORTEST <= len(text) <= _LONGEST
        or unfit(text, sentence.tokens, desk.own_voice)
        or _quotes_outlet(block, desk)
    ):
        return None
    has_value = bool(find_money(text) or find_counts(text))
    for gate, resolved in _candidates(block, sentence, desk, previous):
        anchor = find_anchor(sentence, gate)
        event = find_event(sentence, anchor, has_value) if anchor else None
        if event and not doubt(sentence.tokens, event.index):
            return Told(sentence, gate, event, anchor is not None and anchor.role != "party", resolved)
    return None


def _quotes_outlet(block: Block, desk: Desk) -> bool:
    """A line such as `Daily News: Chipmaker to expand` is somebody's headline, not a report."""
    label = _OUTLET.match(block.text)
    return (
        bool(label)
        and block.bullet
        and not desk.finder.occurs(label[0] if label else "")
        and block.text[-1] not in ".;"
    )


def _candidates(
    block: Block, sentence: ParsedSentence, desk: Desk, previous: Told | None
) -> Iterator[tuple[Gate, tuple[int, int] | None]]:
    for mention in desk.finder.find(block.text):
        gate = judge(sentence, mention)
        if gate and gate.about == "lead":
            yield gate, None
    if previous is not None or desk.own_voice:
        yield from _resolved(block, sentence, desk, previous)


def _resolved(
    block: Block, sentence: ParsedSentence, desk: Desk, previous: Told | None
) -> Iterator[tuple[Gate, tuple[int, int] | None]]:
    """Yield `the company` or `it` where the sentence before was about the lead alone, `we` in the lead's own text."""
    for match in _COMPANY.finditer(block.text, sentence.start, sentence.end):
        word = match[0].lower()
        ours = word == "we"
        if ours != desk.own_voice and not (desk.own_voice and "company" in word):
            continue
        if not ours and not desk.own_voice and not (previous and _alone(previous)):
            continue
        if word == "it" and (match.start() != sentence.start or previous is None):
            continue
        span = token_span(sentence, match.start(), match.end())
        if span:
            head = span[1] - 1
            yield Gate("lead", f"`{match[0]}` is the lead here", "subject", head, *span), (match.start(), match.end())


def _alone(previous: Told) -> bool:
    names = [label for label, _, _ in previous.sentence.entities if label == "ORG"]
    return len(names) <= 1


def _drafts(block: Block, told: Told, previous: Told | None, desk: Desk) -> Iterator[ClaimDraft]:
    sentence, text = told.sentence, block.text
    carries = _value_starts(sentence, text)
    lemmas = frozenset(t.lemma for t in sentence.tokens)
    whole = [Stretch(0, len(sentence.tokens), main=True)]
    for stretch in split_facts(sentence, told.gate, carries) if told.acts else whole:
        made = _draft_stretch(block, told, stretch, previous, desk, lemmas)
        if made:
            yield made


def _value_starts(sentence: ParsedSentence, text: str) -> list[bool]:
    said = text[sentence.start : sentence.end]
    found = (
        [f.start for f in find_money(said)] + [f.start for f in find_counts(said)] + [f.start for f in find_dates(said)]
    )
    starts = {start + sentence.start for start in found}
    return [any(t.start <= s < t.end for s in starts) for t in sentence.tokens]


def _draft_stretch(
    block: Block, told: Told, stretch: Stretch, previous: Told | None, desk: Desk, lemmas: frozenset[str]
) -> ClaimDraft | None:
    tokens = told.sentence.tokens
    start, end = tokens[stretch.first].start, tokens[stretch.last - 1].end
    said = block.text[start:end]
    if desk.own_voice and (_scale_is_elsewhere(said) or _BOOKKEEPING.search(said)):
        return None
    details = ClaimDetails(
        event=told.event.lemma,
        status=told.event.status,
        amount=first_money(said),
        count=first_count(said),
        place=place_of(told.sentence, stretch.first, stretch.last),
        organization=desk.lead.name,
        gate=told.gate.reason,
    )
    claim_type, kind = _type_of(told, stretch, details, said)
    if claim_type is ClaimType.RELATIONSHIP:
        details = details.model_copy(update={"organization": partner_of(told.sentence, desk)})
    if claim_type is None:
        return None
    statement = _statement(block, told, start, end, stretch.main, desk)
    quote_start = previous.sentence.start if told.resolved and previous and not desk.own_voice else told.sentence.start
    span = (block.start + quote_start, block.start + (end if stretch.main else told.sentence.end))
    date = event_date(said, desk)
    names = entities_of(told.sentence, stretch.first, stretch.last, desk.lead)
    return draft(
        desk, claim_type, statement, span, kind=kind, lemmas=lemmas, entities=names, date=date, details=details
    )


def _scale_is_elsewhere(said: str) -> bool:
    """In a filing `$4,200` may mean millions, as its head says: a figure that cannot be read alone is left out."""
    return any(found.value.amount < SMALL_AMOUNT for found in find_money(said)) and "per share" not in said


def _statement(block: Block, told: Told, start: int, end: int, main: bool, desk: Desk) -> str:
    said = block.text[start:end]
    if not main:
        return f"{desk.lead.name}: {tidy(said)}"
    if told.resolved and start <= told.resolved[0] < end:
        cut = told.resolved[1] - start
        said = f"{said[:cut]} [{desk.lead.name}]{said[cut:]}"
    return tidy(said)


def _type_of(told: Told, stretch: Stretch, details: ClaimDetails, said: str) -> tuple[ClaimType | None, str]:
    """Return the claim type of a stretch and its kind of event, (None, "") where it is not worth telling."""
    event = told.event
    specific = bool(details.amount or (details.count and details.count.unit != "percent"))
    counted = details.count is not None and details.count.unit in _HEADCOUNT and not details.amount
    if event.reading == "figure" or (not stretch.main and counted):
        return ClaimType.METRIC, event.kind
    lemmas = {t.lemma for t in told.sentence.tokens[stretch.first : stretch.last]}
    has_object = bool(lemmas & (FACILITY | EVENT_OF_NOUN.keys()))
    if not stretch.main and not stretch.event:
        return (ClaimType.OPPORTUNITY, event.kind) if specific or details.place else (None, "")
    if event.reading == "event":
        if not specific and not (has_object and (details.place or len(said) > 60)):
            return None, ""
        return CLAIM_TYPE[event.kind], event.kind
    if event.reading == "identity":
        return (ClaimType.ENTITY, event.kind) if told.gate.role == "subject" and _names_a_kind(told) else (None, "")
    if event.kind == "FACILITY" or (has_object and specific):
        return ClaimType.OPPORTUNITY, event.kind
    partners = [e for e in told.sentence.entities if e[0] == "ORG" and not told.gate.first <= e[1] < told.gate.last]
    if partners and event.lemma in ("provide", "supply", "deliver", "develop", "design", "support", "build"):
        return ClaimType.RELATIONSHIP, event.kind
    return (ClaimType.ATTRIBUTE, event.kind) if len(said) > 50 else (None, "")


def _names_a_kind(told: Told) -> bool:
    """`X is the largest maker of ...`: the attribute is a noun with something said of it."""
    tokens = told.sentence.tokens
    for index, token in enumerate(tokens):
        if token.dep == "attr" and token.head == told.event.index and token.pos in ("NOUN", "PROPN"):
            return sum(t.head == index for t in tokens) >= 2
    return False
