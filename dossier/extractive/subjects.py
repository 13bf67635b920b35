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
from dossier.evidence.organisations import filed_name, plain_name, without_site
from dossier.evidence.segments import Block, Record, find_records, split_blocks
from dossier.extractive.drafting import Desk, finder_for
from dossier.extractive.icp import match_closely
from dossier.extractive.modality import doubt
from dossier.extractive.prose import ProseReader
from dossier.extractive.reading import LONGEST_BLOCK, SHORTEST_BLOCK, in_pieces, one_line
from dossier.extractive.records import read_record, record_kind, record_lemmas
from dossier.extractive.sentences import (
    Anchor,
    Event,
    Tokens,
    children,
    distance,
    event_tokens,
    find_anchor,
    find_event,
    subtree,
    unfit,
)
from dossier.models import ClaimDraft, ClaimType, IcpConfig, IcpSignal, Lead, Passage, SignalTier, Tier
from dossier.ports import Language, ParsedSentence

Labels = defaultdict[str, Counter[str]]  # how often the parser took a name for what
Place = tuple[int, IcpSignal]  # where a sentence begins, and the signal that it tells
TOGETHER = 3  # steps of the parse between words that say one thing
_SOFT = frozenset(
    """partnership program programme programming relationship effort collaboration scholarship training education
    access curriculum commitment cooperation alliance academy course campaign outreach workshop internship""".split()
)
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
_PLACE = re.compile(r"\b(?:location|address|city|county|site|place)\b", re.IGNORECASE)
_CHOSEN = frozenset("award select choose tap contract name".split())
_GIVING = _CHOSEN | frozenset("grant fund approve provide finance loan donate commission".split())


def read_subjects(
    passages: Sequence[Passage], icp: IcpConfig, language: Language, *, buyers: bool = False
) -> list[ClaimDraft]:
    """Return the drafts of configured signals, each with its organisation in `details.organization`.

    In the order of the passages, each statement once per source and organisation. `buyers`: also who asks for bids.
    """
    labels: Labels = defaultdict(Counter)
    found: dict[tuple[str, str, str], ClaimDraft] = {}
    for passage in passages:
        for draft in _read(passage, icp, language, labels, buyers):
            found.setdefault((draft.source_id, draft.details.organization or "", draft.statement), draft)
    return [draft for draft in found.values() if draft.details.record or _is_organisation(draft, labels)]


def _read(passage: Passage, icp: IcpConfig, language: Language, labels: Labels, buyers: bool) -> Iterator[ClaimDraft]:
    blocks = [piece for block in split_blocks(passage.text) for piece in in_pieces(block)]
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
    signal = match_closely(record_lemmas(record, passage, kind), kind, icp, lambda a, b: True) if kind else None
    desk = _desk(subject_name(record, buyers), icp, passage)
    for draft in read_record(record, desk) if desk and signal else ():
        if draft.type is ClaimType.SIGNAL and signal:
            yield _of_signal(draft, signal)


def _of_signal(draft: ClaimDraft, signal: IcpSignal) -> ClaimDraft:
    tier = SignalTier((signal.tier or "planning").upper())
    details = draft.details.model_copy(update={"signal_type": signal.name, "signal_tier": tier})
    return draft.model_copy(update={"details": details})


def subject_name(record: Record, buyers: bool = False) -> str:
    """Return the name of the organisation that a record is about, '' where no field says so."""
    places = " ".join(field.value for field in record.fields if _PLACE.search(field.label))
    for pattern in (*([_BUYERS] if buyers else []), *_ACTORS):
        for field in record.fields:
            if pattern.search(field.label) and not _NOT_A_NAME.search(field.label):
                return without_site(filed_name(field.value), places)
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
            if signal := _signal_of(sentence.tokens, event, icp):
                told.setdefault(name, []).append((sentence.start, signal))
    for name, places in told.items():
        desk = _desk(name, icp, passage, name == own)
        for draft in ProseReader(desk).read(block, sentences) if desk else ():
            start = (draft.start or 0) - passage.start - block.start
            signals = [signal for begin, signal in places if start <= begin < start + len(draft.quote)]
            if draft.type is ClaimType.SIGNAL and signals:
                yield _of_signal(draft, signals[0])


def _signal_of(tokens: Tokens, event: Event, icp: IcpConfig) -> IcpSignal | None:
    """Return the signal that an event is in the words of its own, which have to stand together."""
    own = event_tokens(tokens, event.index)

    def near(a: frozenset[str], b: frozenset[str]) -> bool:
        ones, others = ([i for i in own if tokens[i].lemma in concept] for concept in (a, b))
        return any(distance(tokens, i, j) <= TOGETHER for i in ones for j in others)

    return match_closely(frozenset(tokens[i].lemma for i in own), event.kind, icp, near)


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
    """True for an event told as a fact, of something that is built, bought or cut: no programme, no partnership."""
    acted_on = {tokens[child].lemma for child in children(tokens, event.index, "dobj", "nsubjpass")}
    told = event.reading == "event" and not doubt(tokens, event.index) and not _is_negated(tokens, event.index)
    return told and not acted_on & _SOFT


def _is_negated(tokens: Tokens, index: int) -> bool:
    """True for an event that is told with a `not` or `never` somewhere below it: `an investment that never came`."""
    first, last = subtree(tokens, index)
    return any(token.dep == "neg" for token in tokens[first:last])


def _is_organisation(draft: ClaimDraft, labels: Labels) -> bool:
    """True where the parser takes the name for an organisation more often than for a person, place or thing."""
    as_what = labels[fold(draft.details.organization or "")]
    return as_what["ORG"] > _FEWEST_SHARE * as_what.total()
