"""Reads the prose of a passage: which sentences tell something about the lead, and the claims they give.

Here: going through blocks and sentences, resolving `the company` and `this contract` to the lead, one draft per
fact. Not here: how a sentence is taken apart (`sentences.py`, `clauses.py`) and put into a statement (`statements.py`),
people (`people.py`), records and tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dossier.evidence.boilerplate import boilerplate
from dossier.evidence.counts import find_counts
from dossier.evidence.dates import find_dates
from dossier.evidence.durations import find_durations
from dossier.evidence.entity_gate import Gate, head_of, judge, token_span
from dossier.evidence.money import find_money
from dossier.evidence.segments import Block
from dossier.extractive.clauses import (
    adds_fact,
    dangles,
    descriptions,
    opening_cut,
    own_clause,
    points_outside,
    sums_up,
)
from dossier.extractive.dating import event_date
from dossier.extractive.drafting import (
    Desk,
    draft,
    entities_of,
    first_count,
    first_money,
    partner_of,
    place_of,
)
from dossier.extractive.lexicon import CLAIM_TYPE, EVENT_OF_NOUN, FACILITY, TITLE_WORDS
from dossier.extractive.modality import doubt
from dossier.extractive.sentences import (
    FINITE,
    Anchor,
    Event,
    Stretch,
    children,
    find_anchor,
    find_event,
    governing_verb,
    split_facts,
    unfit,
)
from dossier.extractive.statements import Saying, statements
from dossier.models import ClaimDetails, ClaimDraft, ClaimType
from dossier.ports import ParsedSentence

_COMPANY = re.compile(r"\b(?:[Tt]he [Cc]ompany|[Tt]he firm|[Tt]he manufacturer|It|we|We)\b")
_HEADCOUNT = frozenset({"job", "employee", "worker", "position", "percent", "people", "person", "member"})
SMALL_AMOUNT = 100_000
_BOOKKEEPING = re.compile(
    r"retained earnings|fair value|goodwill|amortiz|deferred|accru|pre-?tax|after[- ]tax|GAAP|\bASC\b|reclassif|"
    r"carrying (?:amount|value)|notional|hedg|indemnif|covenant|impairment|effective tax|"
    r"\bown stock\b|repurchase|dividend",
    re.IGNORECASE,
)
_SUPPOSING = frozenset({"imagine", "suppose", "supposing", "satire", "hypothetically"})  # they open what is no report
_SHORTEST, _LONGEST = 30, 480
_OUTLET = re.compile(r"^[A-Z][\w.&’' -]{2,40}: ")
_PRESS = re.compile(
    r"\b(?:Times|News|Post|Press|Journal|Tribune|Herald|Gazette|Daily|Chronicle|Observer|Dispatch|Wire|Union|Sun|"
    r"Star|Register|Reuters|Bloomberg|Today|Radio|TV|Magazine|Review|Weekly|Insider|Record|Ledger)\b"
)
_CHOSEN = frozenset("select choose tap award".split())
_POINTS_BACK = re.compile(r"(?:This|These|The|That|Those)\b")
NEAR_START = 12  # tokens in which `this five-year contract` has come to its noun
LONGEST_QUOTE = 700
PARAGRAPHS_APART = 4  # characters between two paragraphs that follow each other
LONG_ENOUGH = 50  # characters of a clause that tells of an event without a figure or a place


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that tells something about the lead; offsets count in the block."""

    block: Block
    sentence: ParsedSentence
    gate: Gate
    event: Event
    clause: tuple[int, int]
    acts: bool
    resolved: tuple[int, int] | None = None


class ProseReader:
    """Reads the blocks of one passage in their order, and remembers the sentence that spoke of the lead last."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._previous: Told | None = None

    def read(self, block: Block, sentences: Sequence[ParsedSentence]) -> Iterator[ClaimDraft]:
        """Yield the claims that the sentences of a block give."""
        if self._previous and not 0 <= block.start - self._previous.block.end <= PARAGRAPHS_APART:
            self._previous = None
        for sentence in sentences:
            told = list(_tell(block, sentence, self._desk, self._previous))
            for one in told:
                yield from _drafts(one, self._previous, self._desk)
            self._previous = told[0] if told else None


def points_back(text: str) -> bool:
    """Return whether a paragraph opens with words that may point to the one above: `This contract ...`."""
    return bool(_POINTS_BACK.match(text))


def _tell(block: Block, sentence: ParsedSentence, desk: Desk, previous: Told | None) -> Iterator[Told]:
    """Yield what a sentence tells about the lead, each clause of it once."""
    text = block.text[sentence.start : sentence.end]
    if (
        not _SHORTEST <= len(text) <= _LONGEST
        or unfit(text, sentence.tokens, desk.own_voice)
        or boilerplate(text)
        or _quotes_outlet(block, sentence, desk)
    ):
        return
    has_value = bool(find_money(text) or find_counts(text))
    told_to = 0
    for gate, resolved in _candidates(block, sentence, desk, previous):
        if gate.first and (_is_supposed(sentence) or sentence.tokens[gate.first - 1].text.lower() == "former"):
            continue  # `a former Acme plant` is somebody else's
        anchor = find_anchor(sentence, gate)
        event = find_event(sentence, anchor, has_value) if anchor else None
        if not anchor or not event or doubt(sentence.tokens, event.index):
            continue
        first, last = own_clause(sentence.tokens, gate, event)
        if (
            first < told_to
            or _is_remark(sentence, anchor, event, has_value)
            or not _is_finite(sentence, event, first, last)
        ):
            continue
        told_to = last
        yield Told(block, sentence, gate, event, (first, last), anchor.role != "party", resolved)
    if not told_to:
        yield from _referred(block, sentence, previous)


def _is_supposed(sentence: ParsedSentence) -> bool:
    return sentence.tokens[0].text.lower() in _SUPPOSING


def _quotes_outlet(block: Block, sentence: ParsedSentence, desk: Desk) -> bool:
    """A line such as `Daily News: Chipmaker to expand` is somebody's headline, not a report."""
    label = _OUTLET.match(block.text)
    if label is None or desk.finder.occurs(label[0]):
        return False
    whole_line = block.bullet and block.text[-1] not in ".;"
    return whole_line or (sentence.start <= label.end() and bool(_PRESS.search(label[0])))


def _is_remark(sentence: ParsedSentence, anchor: Anchor, event: Event, has_value: bool) -> bool:
    """`The commitment by Acme is a sign that ...` and `He came to praise the deal with Acme` tell no event."""
    tokens = sentence.tokens
    verb = governing_verb(tokens, event.index)
    if verb is None or verb == event.index or event.reading != "event":
        return False
    purpose = tokens[verb].dep == "advcl" and not children(tokens, verb, "nsubj", "nsubjpass")
    return (tokens[verb].lemma == "be" and not has_value) or (purpose and anchor.role == "party")


def _is_finite(sentence: ParsedSentence, event: Event, first: int, last: int) -> bool:
    """Return whether a clause is a sentence and not only what somebody does: `$5 million to supply Acme` is none."""
    told = sentence.tokens[event.index].tag == "VBN"
    return told or any(token.tag in (*FINITE, "MD") for token in sentence.tokens[first:last])


def _candidates(
    block: Block, sentence: ParsedSentence, desk: Desk, previous: Told | None
) -> Iterator[tuple[Gate, tuple[int, int] | None]]:
    for mention in desk.finder.find(block.text):
        gate = judge(sentence, mention)
        if gate and gate.about == "lead":
            yield gate, None
    if desk.own_voice or (previous is not None and previous.block is block):
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


def _referred(block: Block, sentence: ParsedSentence, previous: Told | None) -> Iterator[Told]:
    """`This contract is valued at $5 million.` behind the sentence that says who was awarded the contract."""
    tokens = sentence.tokens
    opens = _POINTS_BACK.match(block.text, sentence.start)
    if previous is None or previous.event.reading != "event" or not opens or not _has_size(block, sentence):
        return
    for index in range(1, min(NEAR_START, len(tokens))):
        verb = tokens[index].head
        if tokens[index].dep not in ("nsubj", "nsubjpass") or tokens[verb].dep != "ROOT":
            continue
        kind = EVENT_OF_NOUN.get(tokens[index].lemma, "")
        named_before = tokens[index].lemma in {token.lemma for token in previous.sentence.tokens}
        if not kind or not (named_before or kind == previous.event.kind) or doubt(tokens, verb):
            return
        gate = Gate("lead", f"`{opens[0]} {tokens[index].text}` is the lead's", "subject", index, 0, index + 1)
        event = Event("reference", previous.event.kind, tokens[verb].lemma, verb, previous.event.status)
        whole = (0, len(tokens))
        yield Told(block, sentence, gate, event, whole, True, (tokens[0].start, tokens[index].end))
        return


def _has_size(block: Block, sentence: ParsedSentence) -> bool:
    text = block.text[sentence.start : sentence.end]
    return bool(find_money(text) or find_counts(text) or find_durations(text))


def _drafts(told: Told, previous: Told | None, desk: Desk) -> Iterator[ClaimDraft]:
    sentence = told.sentence
    first, last = told.clause
    first = opening_cut(sentence.tokens, first, told.gate)
    if dangles(sentence.tokens, first, last, told.resolved):
        return
    yield from _descriptions(told, desk)
    stretches = [Stretch(first, last, main=True)]
    if told.acts:
        stretches = split_facts(sentence, told.gate, _value_starts(told), (first, last))
    for stretch in stretches:
        if stretch.main or _tells_more(sentence, stretch):
            for saying in statements(told.block.text, sentence, stretches[0], stretch, told.gate, told.resolved, desk):
                made = _draft(told, stretch, saying, previous, desk)
                if made:
                    yield made


def _tells_more(sentence: ParsedSentence, stretch: Stretch) -> bool:
    told = adds_fact(sentence, stretch.first, stretch.last)
    return told and not sums_up(sentence.tokens, stretch.first, stretch.last)


def _value_starts(told: Told) -> list[bool]:
    begin = told.sentence.start
    said = told.block.text[begin : told.sentence.end]
    finders = (find_money, find_counts, find_dates, find_durations)
    starts = {found.start + begin for find in finders for found in find(said)}
    return [any(token.start <= start < token.end for start in starts) for token in told.sentence.tokens]


def _descriptions(told: Told, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield what the sentence says beside the lead's name of what the lead is."""
    tokens = told.sentence.tokens
    for low, high in descriptions(told.sentence, told.gate) if told.resolved is None else ():
        name = told.block.text[tokens[told.gate.first].start : tokens[told.gate.last - 1].end]
        said = told.block.text[tokens[low].start : tokens[high - 1].end]
        span = (told.block.start + tokens[told.gate.first].start, told.block.start + tokens[high - 1].end)
        details = ClaimDetails(event="be", organization=desk.lead.name, gate=told.gate.reason)
        names = entities_of(told.sentence, low, high, desk.lead)
        made = draft(desk, ClaimType.ENTITY, f"{name} [is] {said}", span, entities=names, details=details)
        if made:
            yield made


def _draft(told: Told, stretch: Stretch, saying: Saying, previous: Told | None, desk: Desk) -> ClaimDraft | None:
    said = saying.said
    if desk.own_voice and (_scale_is_elsewhere(said) or _BOOKKEEPING.search(said)):
        return None
    place = place_of(told.sentence, stretch.first, stretch.last)
    details = ClaimDetails(
        event=told.event.lemma,
        status=told.event.status,
        amount=first_money(said),
        count=first_count(said),
        place=place if place and place in said else None,
        organization=desk.lead.name,
        gate=told.gate.reason,
    )
    claim_type, kind = _type_of(told, stretch, details, said)
    if claim_type is ClaimType.RELATIONSHIP:
        details = details.model_copy(update={"organization": partner_of(told.sentence, desk)})
    vague = claim_type in (ClaimType.ATTRIBUTE, ClaimType.ENTITY) and not told.resolved
    if vague and points_outside(told.sentence.tokens, stretch.first, stretch.last):
        return None
    span = _quote_span(told, previous, saying.end, desk)
    if claim_type is None or span is None:
        return None
    names = entities_of(told.sentence, stretch.first, stretch.last, desk.lead)
    lemmas = frozenset(t.lemma for t in told.sentence.tokens)
    date = event_date(said, desk)
    return draft(
        desk, claim_type, saying.statement, span, kind=kind, lemmas=lemmas, entities=names, date=date, details=details
    )


def _quote_span(told: Told, previous: Told | None, end: int, desk: Desk) -> tuple[int, int] | None:
    """Return where the quote stands in the passage: it begins with the sentence that says who is meant."""
    start, stop = told.block.start + told.sentence.start, told.block.start + end
    if told.resolved and previous and (told.event.reading == "reference" or not desk.own_voice):
        start = previous.block.start + previous.sentence.start
    return (start, stop) if stop - start <= LONGEST_QUOTE else None


def _scale_is_elsewhere(said: str) -> bool:
    """In a filing `$4,200` may mean millions, as its head says: a figure that cannot be read alone is left out."""
    return any(found.value.amount < SMALL_AMOUNT for found in find_money(said)) and "per share" not in said


def _type_of(told: Told, stretch: Stretch, details: ClaimDetails, said: str) -> tuple[ClaimType | None, str]:
    """Return the claim type of a stretch and its kind of event, (None, "") where it is not worth telling."""
    event = told.event
    if event.reading == "reference":
        return ClaimType.METRIC if details.count and not details.amount else ClaimType.OPPORTUNITY, event.kind
    specific = bool(details.amount or (details.count and details.count.unit != "percent"))
    counted = details.count is not None and details.count.unit in _HEADCOUNT and not details.amount
    if event.reading == "figure" or (not stretch.main and counted):
        return ClaimType.METRIC, event.kind
    lemmas = {t.lemma for t in told.sentence.tokens[stretch.first : stretch.last]}
    has_object = bool(lemmas & (FACILITY | EVENT_OF_NOUN.keys()))
    if not stretch.main and not stretch.event:
        return (ClaimType.OPPORTUNITY, event.kind) if specific or details.place else (None, "")
    if event.reading == "event":
        telling = has_object and (details.place or len(said) > LONG_ENOUGH)
        if not specific and not telling and not _names_an_office(told, event) and event.lemma not in _CHOSEN:
            return None, ""
        return CLAIM_TYPE[event.kind], event.kind
    if event.reading == "identity":
        return (ClaimType.ENTITY, event.kind) if told.gate.role == "subject" and _names_a_kind(told) else (None, "")
    if event.kind == "FACILITY" or (has_object and specific):
        return ClaimType.OPPORTUNITY, event.kind
    if _has_partner(told) and event.lemma in ("provide", "supply", "deliver", "develop", "design", "support", "build"):
        return ClaimType.RELATIONSHIP, event.kind
    return (ClaimType.ATTRIBUTE, event.kind) if len(said) > 50 else (None, "")


def _names_a_kind(told: Told) -> bool:
    """`X is the largest maker of ...`: the attribute is a noun with something said of it."""
    tokens = told.sentence.tokens
    for index, token in enumerate(tokens):
        if token.dep == "attr" and token.head == told.event.index and token.pos in ("NOUN", "PROPN"):
            return sum(t.head == index for t in tokens) >= 2
    return False


def _names_an_office(told: Told, event: Event) -> bool:
    """`Acme named Ann Lee director of operations`: who takes or leaves which office needs no figure and no place."""
    tokens = told.sentence.tokens
    person = any(label == "PERSON" for label, _, _ in told.sentence.entities)
    return event.kind == "LEADERSHIP" and person and any(token.lemma in TITLE_WORDS for token in tokens)


def _has_partner(told: Told) -> bool:
    """Return whether another organisation takes part; what is provided, sold or built is none, whatever its name."""
    tokens = told.sentence.tokens
    for label, first, last in told.sentence.entities:
        head = tokens[head_of(tokens, first, last)]
        beside = tokens[head.head] if head.dep in ("conj", "appos") else head
        if label == "ORG" and not told.gate.first <= first < told.gate.last and beside.dep not in ("dobj", "attr"):
            return True
    return False
