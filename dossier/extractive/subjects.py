"""Reads which organisations a passage tells events of, where no lead is known yet.

Here: the subject of each record (employer, recipient, applicant) and of each sentence (whom the parser calls an
organisation and the sentence lets act or receive), and the drafts of the client's signals about it, by the very
readers that read about a given lead. Stricter than these: an organisation that is only mentioned is no lead. Not here:
which of the organisations becomes the lead (`dossier/steps/discovery.py`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from dossier.evidence.counts import find_counts
from dossier.evidence.entity_gate import Gate, head_of
from dossier.evidence.money import find_money
from dossier.evidence.names import aliases, fold
from dossier.evidence.organisations import filed_name, plain_name
from dossier.evidence.segments import Block, Record, find_records, split_blocks
from dossier.extractive.drafting import Desk, finder_for
from dossier.extractive.icp import fits_closely
from dossier.extractive.modality import doubt
from dossier.extractive.prose import read_block
from dossier.extractive.reading import LONGEST_BLOCK, SHORTEST_BLOCK, one_line
from dossier.extractive.records import read_record, record_kind, record_lemmas
from dossier.extractive.sentences import (
    Anchor,
    Event,
    Tokens,
    event_lemmas,
    find_anchor,
    find_event,
    subtree,
    unfit,
)
from dossier.models import ClaimDraft, ClaimType, IcpConfig, Lead, Passage, Tier
from dossier.ports import Language, ParsedSentence

Labels = defaultdict[str, Counter[str]]  # how often the parser took a name for what
Place = tuple[int, frozenset[str], str]  # where a sentence begins, the lemmas of its event, the kind of it
_FEWEST_SHARE = 0.5  # of a name's mentions that the parser has to take for an organisation
# whom a record is about, the surest label first; who asks for bids only where the client sells to such
_ACTORS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bemployer\b",
        r"\b(?:recipient|awardee|grantee|contractor|vendor)\b",
        r"\b(?:applicant|sponsor|permittee|licensee|owner|developer)\b",
        r"\b(?:company|business|firm|organi[sz]ation|manufacturer|operator|registrant|issuer)\b",
    )
)
_BUYERS = re.compile(r"\b(?:buyer|agency|customer|organi[sz]ation)\b", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"\b(?:id|number|no|type|size|address|contact|phone|e-?mail|url|code|city|state|title)\b", re.I
)
_CHOSEN = frozenset("award select choose tap contract name".split())
_GIVING = _CHOSEN | frozenset("grant fund approve provide finance loan donate commission".split())


def read_subjects(
    passages: Sequence[Passage], icp: IcpConfig, language: Language, *, buyers: bool = False
) -> list[ClaimDraft]:
    """Return the drafts of configured signals, each with its organisation in `details.organization`.

    In the order of the passages, each statement once per source and organisation. `buyers`: also who asks for bids.
    """
    wanted = {signal.name for signal in icp.signals}
    labels: Labels = defaultdict(Counter)
    found: dict[tuple[str, str, str], ClaimDraft] = {}
    for passage in passages:
        for draft in _read(passage, icp, language, labels, buyers):
            if draft.type is ClaimType.SIGNAL and draft.details.signal_type in wanted:
                found.setdefault((draft.source_id, draft.details.organization or "", draft.statement), draft)
    return [draft for draft in found.values() if draft.details.record or _is_organisation(draft, labels)]


def _read(passage: Passage, icp: IcpConfig, language: Language, labels: Labels, buyers: bool) -> Iterator[ClaimDraft]:
    blocks = split_blocks(passage.text)
    in_record: set[int] = set()
    for record in find_records(blocks):
        in_record |= {field.start for field in record.fields}
        yield from _read_record(record, passage, icp, buyers)
    own = plain_name(passage.publisher or "") if passage.tier is Tier.PRIMARY else ""
    labels[fold(own)]["ORG"] += bool(own)
    prose = [block for block in blocks if block.start not in in_record and _worth_parsing(block)]
    for block, sentences in zip(prose, language.parse([one_line(block.text) for block in prose]), strict=True):
        yield from _read_prose(block, sentences, icp, passage, labels, own)


def _read_record(record: Record, passage: Passage, icp: IcpConfig, buyers: bool) -> Iterator[ClaimDraft]:
    kind = record_kind(record, passage)
    lemmas = record_lemmas(record, passage, kind)
    desk = _desk(subject_name(record, buyers), icp, passage)
    for draft in read_record(record, desk) if desk and kind else ():
        if fits_closely(draft.details.signal_type or "", lemmas, kind):
            yield draft


def subject_name(record: Record, buyers: bool = False) -> str:
    """Return the name of the organisation that a record is about, '' where no field says so."""
    for pattern in (*([_BUYERS] if buyers else []), *_ACTORS):
        for field in record.fields:
            if pattern.search(field.label) and not _NOT_A_NAME.search(field.label):
                return filed_name(field.value)
    return ""


def _desk(name: str, icp: IcpConfig, passage: Passage, own_voice: bool = False) -> Desk | None:
    lead = Lead(id="", name=name)
    return Desk(lead, icp, passage, own_voice, finder_for(lead)) if aliases(lead) else None


def _worth_parsing(block: Block) -> bool:
    return SHORTEST_BLOCK <= len(block.text) <= LONGEST_BLOCK and block.kind in ("prose", "field")


def _read_prose(
    block: Block,
    sentences: Sequence[ParsedSentence],
    icp: IcpConfig,
    passage: Passage,
    labels: Labels,
    own: str,
) -> Iterator[ClaimDraft]:
    """Yield the drafts whose quote holds a sentence in which their organisation acts or receives."""
    told: dict[str, list[Place]] = {}
    for sentence in sentences:
        _count_names(block, sentence, labels)
        for name, event in _actors(block, sentence, own):
            told.setdefault(name, []).append((sentence.start, event_lemmas(sentence.tokens, event.index), event.kind))
    for name, places in told.items():
        desk = _desk(name, icp, passage, name == own)
        for draft in read_block(block, tuple(sentences), desk) if desk else ():
            if _rests_on(draft, places, passage.start + block.start):
                yield draft


def _rests_on(draft: ClaimDraft, places: Sequence[Place], offset: int) -> bool:
    """True where a sentence of the quote tells the signal in the words of its event."""
    start = (draft.start or 0) - offset
    name = draft.details.signal_type or ""
    return any(
        start <= begin < start + len(draft.quote) and fits_closely(name, lemmas, kind) for begin, lemmas, kind in places
    )


def _count_names(block: Block, sentence: ParsedSentence, labels: Labels) -> None:
    for label, first, last in sentence.entities:
        labels[fold(_name_at(block, sentence, first, last))][label] += 1


def _name_at(block: Block, sentence: ParsedSentence, first: int, last: int) -> str:
    return plain_name(block.text[sentence.tokens[first].start : sentence.tokens[last - 1].end])


def _actors(block: Block, sentence: ParsedSentence, own: str) -> Iterator[tuple[str, Event]]:
    """Yield the organisations that act in the event of a sentence, or that are chosen for something.

    `own` is whose publication it is, '' for nobody's: `we` is then that organisation.
    """
    tokens = sentence.tokens
    text = block.text[sentence.start : sentence.end]
    if unfit(text, tokens, own_voice=bool(own)):
        return
    has_value = bool(find_money(text) or find_counts(text))
    for name, first, last in _names(block, sentence, own):
        anchor = find_anchor(sentence, Gate("lead", "", "subject", head_of(tokens, first, last), first, last))
        event = find_event(sentence, anchor, has_value) if anchor else None
        if anchor and event and _takes_part(anchor, event) and _happens(tokens, event):
            yield name, event


def _names(block: Block, sentence: ParsedSentence, own: str) -> Iterator[tuple[str, int, int]]:
    """Yield name, first and behind last token of each organisation in a sentence."""
    for label, first, last in sentence.entities:
        name = _name_at(block, sentence, first, last)
        if label == "ORG" and name and not _is_aside(block, sentence, first, last):
            yield name, first, last
    for index, token in enumerate(sentence.tokens if own else ()):
        if token.text.lower() == "we" and token.dep == "nsubj":
            yield own, index, index + 1


def _is_aside(block: Block, sentence: ParsedSentence, first: int, last: int) -> bool:
    """True for a name in brackets, and for a heading before a colon."""
    begin, end = sentence.tokens[first].start, sentence.tokens[last - 1].end
    return block.text[:begin].rstrip().endswith("(") or block.text[end : end + 2].lstrip().startswith(":")


def _takes_part(anchor: Anchor, event: Event) -> bool:
    """True for one who acts, or who is chosen; who gives an award or money has no need of its own."""
    if anchor.role == "agent":
        return event.lemma not in _GIVING
    if anchor.role == "patient":
        return event.lemma in _GIVING
    return anchor.role == "party" and anchor.preposition in ("by", "from", "to")


def _happens(tokens: Tokens, event: Event) -> bool:
    return event.reading == "event" and not doubt(tokens, event.index) and not _is_negated(tokens, event.index)


def _is_negated(tokens: Tokens, index: int) -> bool:
    """True for an event that is told with a `not` or `never` somewhere below it: `an investment that never came`."""
    first, last = subtree(tokens, index)
    return any(token.dep == "neg" for token in tokens[first:last])


def _is_organisation(draft: ClaimDraft, labels: Labels) -> bool:
    """True where the parser takes the name for an organisation more often than for a person, place or thing."""
    as_what = labels[fold(draft.details.organization or "")]
    return as_what["ORG"] > _FEWEST_SHARE * as_what.total()
