"""Reads one parsed sentence about the lead: what happens, to whom, and which stretch of words says it.

Here: finding the governing verb or noun of the lead's name, its kind of event, its status, and splitting the
sentence into clauses of one fact each. Not here: word lists (`lexicon.py`), values (`dossier/evidence`), and the
making of claims (`reading.py`). Everything is decided on dependencies and lemmas, never on capitals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from dossier.evidence.entity_gate import Gate
from dossier.extractive.lexicon import (
    ANNOUNCING,
    EVENT_OF_NOUN,
    EVENT_OF_VERB,
    FACILITY,
    FIGURE_VERBS,
    ORDINARY_VERBS,
)
from dossier.extractive.modality import ASIDE
from dossier.ports import ParsedSentence, Token

Tokens = tuple[Token, ...]
Status = Literal["ANNOUNCED", "IN_PROGRESS", "APPROVED", "COMPLETED"]
Reading = Literal["event", "ordinary", "figure", "identity", "reference"]

_OBJECTS = ("dobj", "attr", "oprd", "dative")
_COMPLEMENTS = ("xcomp", "ccomp")
_PASSING = frozenset("including like such as than unlike alongside beyond versus vs".split())
_LEADING = frozenset("lead back fund head found spearhead own sponsor".split())
# which nouns tell an event of the lead behind which preposition: `investment by X`, `contract with X`
_BY_PREPOSITION = {
    "by": frozenset("investment announcement acquisition commitment expansion purchase plan layoff pledge".split()),
    "with": frozenset("agreement contract partnership deal collaboration order venture alliance".split()),
    "to": frozenset("award contract grant loan funding order sale".split()),
    "for": frozenset("award contract grant loan funding order approval permit".split()),
    "from": frozenset("investment order loan grant funding".split()),
    "of": frozenset("acquisition purchase expansion closure appointment".split()),
    "in": frozenset("investment stake".split()),
    "at": frozenset("layoff expansion construction closure".split()),
}
LONG_LIST = 4
MAX_DEPTH = 2  # steps from an event to what it acts on; one more from `announced` or `plans`
_STEPS_DOWN = frozenset("dobj pobj pcomp xcomp ccomp acl relcl advcl attr oprd nsubjpass".split())
_OF_EVENT = (*_STEPS_DOWN, *"prep agent amod compound nmod nummod conj quantmod".split())
_NAME_LABELS = frozenset("ORG PERSON PRODUCT WORK_OF_ART LAW EVENT FAC".split())
_SHRUNK = frozenset(
    "job workforce position employee staff plant facility site store production operation capacity worker off".split()
)
_FIRST_PERSON = frozenset("i we our us my me ours".split())
_AGES_AGO = (
    r"(?:(?:in|during)\s+the\s+(?:early\s+|mid[\s-]?|late\s+)?(?:1[89]\d0|20[01]0|['’]?[3-9]0)['’]?s"
    r"|(?:\w+\s+)?(?:decades?|centur(?:y|ies))\s+ago|(?:in\s+the\s+)?last\s+century|(?:many|some|several)\s+years\s+ago)"
)
# An opening or an end that sets what happened in a past without a year: it would be dated by its report
_LONG_AGO = re.compile(
    rf"^\W*(?:(?:way\s+)?back\s+|early\s+)?(?:{_AGES_AGO}|years\s+ago)\b|(?:\b{_AGES_AGO}|,\syears\s+ago)\W*$", re.I
)
FINITE = ("VBD", "VBZ", "VBP")
_MORE_FACTS = ("advcl", "relcl", "conj", "acl")
_OBJECT_EVENTS = frozenset(
    """select award choose contract tap name acquire buy fund grant provide approve reject clear authorize cite fine
    penalize sanction sue""".split()
)
_CHOICES = frozenset("select choose tap contract award name appoint".split())
_NEEDS_NOUN = frozenset(
    """receive win secure earn launch introduce unveil begin start support train boost increase reduce cut add create
    open close break sign enter join announce pledge commit plan donate deploy clear raise scale double file submit
    complete commence finance offer issue establish locate purchase buy sell release name team start site order
    install choose select complete finish finalize conclude make take""".split()
)
_NEEDS_EVENT = frozenset("make take complete finish finalize conclude".split())  # a value alone tells no event of them


@dataclass(frozen=True, slots=True)
class Anchor:
    """The word that governs the lead's name: `index` in the sentence, the part the lead plays there."""

    index: int
    role: Literal["agent", "patient", "party", "owner", "alone"]
    preposition: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What happens: the kind of event, the lemma that says so, and how far it has come."""

    reading: Reading
    kind: str
    lemma: str
    index: int
    status: Status


@dataclass(frozen=True, slots=True)
class Stretch:
    """Tokens `first:last` that say one fact; `main` holds the lead's name, others need it put in front."""

    first: int
    last: int
    main: bool
    event: bool = True


def children(tokens: Tokens, index: int, *deps: str) -> list[int]:
    """Return the dependents of a token, of the given kinds or all."""
    return [i for i, t in enumerate(tokens) if t.head == index and i != index and (not deps or t.dep in deps)]


def subtree(tokens: Tokens, index: int) -> tuple[int, int]:
    """Return (first, behind last) token below `index`, the token included."""
    first, last = index, index + 1
    for child in children(tokens, index):
        low, high = subtree(tokens, child) if child != index else (index, index + 1)
        first, last = min(first, low), max(last, high)
    return first, last


def find_anchor(sentence: ParsedSentence, gate: Gate) -> Anchor | None:
    """Return what governs the lead's name, or None where the name is only mentioned in passing."""
    tokens = sentence.tokens
    index = gate.head
    for _ in range(4):
        token = tokens[index]
        joined = token.dep in ("conj", "appos") or (token.dep == "nmod" and tokens[token.head].ent == "ORG")
        if not joined or tokens[token.head].pos not in ("PROPN", "NOUN", "ADJ"):
            break
        index = token.head
    token = tokens[index]
    governor = token.head
    if token.dep in ("nsubj", "csubj"):
        return Anchor(governor, "agent")
    if token.dep == "nsubjpass" or token.dep in ("dobj", "dative"):
        return Anchor(governor, "patient")
    if token.dep in ("pobj", "agent"):
        return _party(tokens, governor, _listed(tokens, index))
    if token.dep in ("poss", "compound", "nmod", "amod"):
        while tokens[governor].dep in ("compound", "nmod", "amod") and tokens[governor].head != governor:
            governor = tokens[governor].head
        return Anchor(governor, "owner")
    acting = _misread_verb(tokens, index, gate)
    if acting is not None:
        return Anchor(acting, "agent")
    return Anchor(index, "alone") if gate.first <= 2 else None


def _misread_verb(tokens: Tokens, index: int, gate: Gate) -> int | None:
    """`Acme named Ann Lee director`: the parser takes the verb right behind a name for its participle at times."""
    for verb in children(tokens, index, "acl"):
        if tokens[index].dep == "ROOT" and verb == gate.last and children(tokens, verb, "dobj", "oprd", "ccomp"):
            return verb
    return None


def _party(tokens: Tokens, preposition: int, listed: int) -> Anchor | None:
    word = tokens[preposition].lemma
    if word in _PASSING or tokens[preposition].head == preposition:
        return None
    governor = tokens[preposition].head
    if word == "by" and tokens[governor].tag == "VBN":
        return _leader(tokens, governor) or Anchor(governor, "agent", word)
    return Anchor(governor, "party", word) if listed < LONG_LIST else None


def _leader(tokens: Tokens, participle: int) -> Anchor | None:
    """`The venture, led by X and Y, announced ...`: those who lead it act in its verb."""
    noun = tokens[participle].head
    if tokens[participle].lemma not in _LEADING or tokens[participle].dep not in ("acl", "relcl", "advcl"):
        return None
    return Anchor(tokens[noun].head, "agent", "by") if tokens[noun].dep == "nsubj" else None


def _listed(tokens: Tokens, index: int) -> int:
    """Return how many names are coordinated with the token."""
    count, todo = 1, [index]
    while todo:
        more = children(tokens, todo.pop(), "conj")
        count, todo = count + len(more), todo + more
    return count


def _has_noun(tokens: Tokens, index: int) -> str | None:
    """Return the kind of the event noun that a verb acts on (object, subject of a passive, or behind a preposition)."""
    reach = children(tokens, index, *_OBJECTS, "nsubjpass")
    for preposition in children(tokens, index, "prep"):
        reach += children(tokens, preposition, "pobj")
    for noun in [*reach, *(c for n in reach for c in children(tokens, n, "conj", "compound"))]:
        kind = EVENT_OF_NOUN.get(tokens[noun].lemma)
        if kind:
            return kind
    return None


def verb_event(tokens: Tokens, index: int, has_value: bool, depth: int = 0) -> Event | None:
    """Return the event that the verb at `index` tells, looking through `announced it will ...`."""
    lemma = tokens[index].lemma
    noun_kind = _has_noun(tokens, index)
    if lemma in ANNOUNCING and depth < 3:
        for inner in children(tokens, index, *_COMPLEMENTS):
            found = verb_event(tokens, inner, has_value, depth + 1)
            if found and found.reading == "event":
                return Event("event", found.kind, found.lemma, inner, _status(tokens, inner, announced=True))
    kind = EVENT_OF_VERB.get(lemma)
    if kind and lemma in _NEEDS_NOUN and not _is_choice_for(tokens, index):
        if not noun_kind and (not has_value or lemma in _NEEDS_EVENT):
            return None
        if kind == "LAYOFF" and not _shrinks(tokens, index):
            return None
        kind = noun_kind if noun_kind and kind == "LAUNCH" else kind
    if kind:
        return Event("event", kind, lemma, index, _status(tokens, index, announced=lemma in ANNOUNCING))
    if lemma in FIGURE_VERBS and has_value:
        return Event("figure", "FIGURE", lemma, index, "COMPLETED")
    if lemma in ORDINARY_VERBS and tokens[index].pos in ("VERB", "AUX"):
        facility = noun_kind == "EXPANSION"
        if not children(tokens, index, "dobj", "nsubjpass", "prep", "agent"):
            return None
        return Event("ordinary", "FACILITY" if facility else "ORDINARY", lemma, index, "IN_PROGRESS")
    if lemma == "be" and children(tokens, index, "attr"):
        return Event("identity", "IDENTITY", lemma, index, "COMPLETED")
    return None


def _is_choice_for(tokens: Tokens, index: int) -> bool:
    """`The agency selected Acme to build the dock`: chosen to do something, whatever the noun."""
    return tokens[index].lemma in _CHOICES and bool(children(tokens, index, "xcomp", "advcl", "oprd"))


def _shrinks(tokens: Tokens, index: int) -> bool:
    objects = children(tokens, index, *_OBJECTS, "nsubjpass", "prt")
    behind = [n for p in children(tokens, index, "prep") for n in children(tokens, p, "pobj")]
    return any(tokens[i].lemma in _SHRUNK for i in [*objects, *behind])


def _status(tokens: Tokens, index: int, announced: bool) -> Status:
    helpers = {tokens[i].lemma for i in children(tokens, index, "aux", "auxpass")}
    lemma, tag = tokens[index].lemma, tokens[index].tag
    if lemma in ("approve", "authorize", "clear", "award", "select", "choose"):
        return "APPROVED"
    if announced or helpers & {"will", "to", "shall"} or lemma in ("plan", "announce"):
        return "ANNOUNCED"
    if tag == "VBG":
        return "IN_PROGRESS"
    return "COMPLETED" if tag in ("VBD", "VBN") else "ANNOUNCED"


def find_event(sentence: ParsedSentence, anchor: Anchor, has_value: bool) -> Event | None:
    """Return the event at an anchor, or None when the lead plays no part worth telling."""
    tokens = sentence.tokens
    word = tokens[anchor.index]
    if word.pos in ("VERB", "AUX"):
        if anchor.role == "patient" and word.lemma not in _OBJECT_EVENTS and not _is_passive(tokens, anchor.index):
            return None
        if anchor.role == "party" and word.lemma not in _OBJECT_EVENTS | {
            "announce",
            "sign",
            "partner",
            "contract",
        }:
            return None
        return verb_event(tokens, anchor.index, has_value)
    kind = EVENT_OF_NOUN.get(word.lemma)
    if kind is None or anchor.role == "patient":
        return None
    if anchor.role == "party" and word.lemma not in _BY_PREPOSITION.get(anchor.preposition, ()):
        return None
    if anchor.role == "owner" and not _acts(tokens, anchor.index, has_value):
        return None
    governor = governing_verb(tokens, anchor.index)
    status: Status = _status(tokens, governor, announced=True) if governor is not None else "ANNOUNCED"
    if anchor.role == "owner" and governor is not None and word.lemma in FACILITY:
        told = verb_event(tokens, governor, has_value)
        return told or Event("ordinary", "FACILITY", word.lemma, anchor.index, "IN_PROGRESS")
    return Event("event", kind, word.lemma, anchor.index, status)


def _acts(tokens: Tokens, index: int, has_value: bool) -> bool:
    """True when an owned noun is what the sentence is about, not a place where something else happens."""
    central = tokens[index].dep in ("nsubj", "nsubjpass", "attr", "ROOT")
    if tokens[index].dep == "dobj":
        central = tokens[tokens[index].head].lemma in ANNOUNCING | EVENT_OF_VERB.keys()
    kind = EVENT_OF_NOUN.get(tokens[index].lemma, "")
    return central and (kind not in ("LAUNCH", "AGREEMENT", "HIRING") or has_value)


def _is_passive(tokens: Tokens, index: int) -> bool:
    return bool(children(tokens, index, "nsubjpass", "auxpass"))


def governing_verb(tokens: Tokens, index: int) -> int | None:
    """Return the nearest verb at or above a token, None where the sentence has none there."""
    for _ in range(6):
        if tokens[index].pos in ("VERB", "AUX"):
            return index
        if tokens[index].head == index:
            return None
        index = tokens[index].head
    return None


def unfit(text: str, tokens: Tokens, own_voice: bool) -> str | None:
    """Return why a sentence gives no claim at all (a question, a slogan, a quotation, a caption), or None."""
    lemmas = {t.lemma for t in tokens}
    if text.rstrip().endswith("?") or text.rstrip(' .”"').endswith("!"):
        return "a question or an exclamation"
    if not own_voice and lemmas & _FIRST_PERSON:
        return "somebody's own words"
    if re.match(r"[“\"‘]", text) or re.search(r"[“\"][^”\"]*$", text) or ("”" in text and "“" not in text):
        return "a quotation"
    if "http" in text or "@" in text or "…" in text or text.startswith(("Credit", "Photo", "Image")):
        return "an address, a cut quotation or a caption"
    if _LONG_AGO.search(text):
        return "long ago, and nobody says when"
    if not any(t.pos in ("VERB", "AUX") for t in tokens):
        return "no verb"
    return None


def is_lead_again(subject: Token) -> bool:
    """Return whether a subject stands for the lead again: `Acme opened a mill, and it will hire 40 people`."""
    return subject.text.lower() in ("it", "they")


def _goes_on(tokens: Tokens, index: int) -> bool:
    """`..., which will create 300 jobs` speaks of the whole plan, whatever noun stands before it."""
    first, _ = subtree(tokens, index)
    return (
        tokens[index].dep == "relcl" and tokens[first].lemma == "which" and first > 0 and tokens[first - 1].text == ","
    )


def _said_of_lead(tokens: Tokens, index: int) -> bool:
    """True when a further clause speaks of the lead or its plan: no subject of its own, no other noun described."""
    subjects = [tokens[i] for i in children(tokens, index, "nsubj", "nsubjpass")]
    if any(s.tag not in ("WDT", "WP") and not is_lead_again(s) for s in subjects):
        return False
    marks = {tokens[i].lemma for i in children(tokens, index, "mark", "advmod")}
    if marks & ASIDE or (tokens[index].dep == "acl" and tokens[index].tag == "VBN"):
        return False
    if _goes_on(tokens, index):
        return True
    governor = tokens[tokens[index].head]
    described = tokens[index].dep in ("relcl", "acl") and governor.pos not in ("VERB", "AUX")
    return not described or governor.lemma in EVENT_OF_NOUN


def _included(tokens: Tokens, gate: Gate, carries: list[bool], end: int) -> list[tuple[int, int]]:
    """`..., including a new plant in Ohio`: what is included is a fact of its own when it names a site or value."""
    for index in range(gate.last + 4, end - 4):
        if tokens[index].lemma == "include" and tokens[index].tag == "VBG":
            tail = range(index, end)
            placed = any(tokens[i].ent == "GPE" for i in tail)
            telling = any(carries[i] for i in tail) or (placed and any(tokens[i].lemma in FACILITY for i in tail))
            return [(index, end)] if telling else []
    return []


def _spaced(cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drop cuts that would leave fewer than four tokens between them."""
    kept: list[tuple[int, int]] = []
    for cut in cuts:
        if not kept or cut[0] - kept[-1][0] >= 4:
            kept.append(cut)
    return kept


def _telling(cuts: list[tuple[int, int]], end: int, carries: list[bool]) -> list[tuple[int, int]]:
    """Drop cuts without a value of their own before the next: a purpose belongs to what it is the purpose of."""
    firsts = [*(first for first, _ in cuts), end]
    return [cut for cut, stop in zip(cuts, firsts[1:], strict=True) if any(carries[cut[0] : stop])]


def split_facts(sentence: ParsedSentence, gate: Gate, carries: list[bool], window: tuple[int, int]) -> list[Stretch]:
    """Cut a clause into a main stretch with the lead's name and further stretches that add a fact.

    `window` are the (first, behind last) tokens of the clause; `carries[i]` is True where token i begins a value
    (money, count, length of time, date). A further stretch is a subordinate or coordinated clause at the end of the
    clause that holds a value of its own.
    """
    tokens = sentence.tokens
    begin, end = window
    cuts: list[tuple[int, int]] = []
    for index, token in enumerate(tokens[:end]):
        if token.dep not in _MORE_FACTS or token.pos not in ("VERB", "AUX") or index <= gate.last:
            continue
        if not _said_of_lead(tokens, index) or (token.tag == "VBD" and token.dep in ("relcl", "acl")):
            continue
        first, last = subtree(tokens, index)
        if first > gate.last + 3 and last >= end - 1 and any(carries[first:last]):
            cuts.append((first, last))
    cuts.extend(_included(tokens, gate, carries, end))
    cuts = _telling(_spaced(sorted(cuts)), end, carries)
    stretches = [Stretch(begin, cuts[0][0] if cuts else end, main=True)]
    for position, (first, _) in enumerate(cuts):
        stop = cuts[position + 1][0] if position + 1 < len(cuts) else end
        told = tokens[first:stop]
        event = any(t.dep == "conj" and EVENT_OF_VERB.get(t.lemma) and t.tag in FINITE for t in told)
        stretches.append(Stretch(first, stop, main=False, event=event))
    return stretches


def event_tokens(tokens: Tokens, index: int) -> list[int]:
    """Return the tokens that say what happens at `index`: its verb or noun, and what it acts on.

    Names, the subject, and clauses that tell something else are left out: in `Acme, a plant builder, opens a school`
    the event has nothing of a plant.
    """
    found, todo = [index], [(index, 0 - (tokens[index].lemma in ANNOUNCING))]
    while todo:
        head, depth = todo.pop()
        for child in children(tokens, head, *_OF_EVENT):
            told = tokens[child]
            aside = told.dep == "advcl" and not any(tokens[i].text == "to" for i in children(tokens, child, "aux"))
            below = depth + (told.dep in _STEPS_DOWN)
            if below <= MAX_DEPTH and not aside:
                found += [child] if told.ent not in _NAME_LABELS else []
                todo.append((child, below))
    return found


def distance(tokens: Tokens, a: int, b: int) -> int:
    """Return how many steps of the parse lie between two tokens of a sentence."""
    ways = {index: steps for steps, index in enumerate(_way_up(tokens, a))}
    up = _way_up(tokens, b)
    return next((steps + ways[index] for steps, index in enumerate(up) if index in ways), len(tokens))


def _way_up(tokens: Tokens, index: int) -> list[int]:
    way = [index]
    while tokens[way[-1]].head != way[-1] and len(way) <= len(tokens):
        way.append(tokens[way[-1]].head)
    return way
