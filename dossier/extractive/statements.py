"""Puts the words of one fact into a statement that reads alone: what is added stands in square brackets.

Here: the name for `the company`, the day for `last week`, what leads up to a further fact, the second of two amounts.
Not here: which words tell a fact (`clauses.py`). No word of the source is changed; words are left out, never moved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from dossier.evidence.entity_gate import Gate
from dossier.evidence.money import find_money
from dossier.extractive.clauses import before_dash, descriptions, second_amount, without_values
from dossier.extractive.dating import dates_meant
from dossier.extractive.drafting import Desk, tidy
from dossier.extractive.sentences import FINITE, Stretch, children, subtree
from dossier.ports import ParsedSentence

Edit = tuple[int, int, str]  # what stands at `start:end` of the block gives way to the words
LONGEST_LEAD = 260
_LABEL = re.compile(r"(?:[A-Z][\w&’'/-]*\s+){0,5}[A-Z][\w&’'/-]*:\s+(?=[A-Z])")
_JOINT = re.compile(r"^(?:[,;–—-]\s*)?(?:(?:and|or|but|while|which|that|with|who)\s+)*", re.IGNORECASE)
_GLUED = re.compile(r"[A-Z][^.:]{4,120}?[a-z)](?=(?:In|On|During|Effective)\s)")  # a heading that lost its line break
_INNER = re.compile(r"\[([^\]]*)\]")
_PARTICIPLE = re.compile(r"\w+ing\b")
_PRONOUN = re.compile(r"^(?:it|they)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Saying:
    """One fact: the statement, the source's words that tell the fact alone, and where in the block they end."""

    statement: str
    said: str
    end: int


def statements(
    text: str,
    sentence: ParsedSentence,
    main: Stretch,
    stretch: Stretch,
    gate: Gate,
    resolved: tuple[int, int] | None,
    desk: Desk,
) -> Iterator[Saying]:
    """Yield what a stretch of a sentence says, as one or two statements. `text` is that of the block."""
    tokens = sentence.tokens
    start, end = _bounds(text, sentence, main)
    edits = _edits(text, sentence, gate, resolved, desk)
    if stretch.main:
        yield from _main(text, start, end, edits)
        return
    begin, stop = tokens[stretch.first].start, tokens[stretch.last - 1].end
    stop = begin + len(text[begin:stop].partition(";")[0])
    said, joint = _without_joint(text[begin:stop])
    subject = _subject_of_rest(sentence, stretch)
    if subject:
        opening, actor = _PRONOUN.match(said), _edited(text, *subject, edits)
        if not desk.finder.occurs(actor):
            actor = desk.lead.name
        actor = _in_brackets(actor)
        named = f"{opening[0]} [{desk.lead.name}]{said[opening.end() :]}" if opening else f"{actor} {said}"
        yield Saying(tidy(named), said, stop)
        return
    if tokens[stretch.first].dep == "conj" and tokens[stretch.first].tag == "VB":
        joint = joint or "and"
    lead_in = without_values(_edited(text, start, end, edits))
    yield Saying(_led(lead_in, joint, tidy(said), desk), said, stop)


def _bounds(text: str, sentence: ParsedSentence, main: Stretch) -> tuple[int, int]:
    """Return where the main clause stands in the block: without a label before it and an aside behind its last dash."""
    start, end = sentence.tokens[main.first].start, sentence.tokens[main.last - 1].end
    label = (_LABEL.match(text, start, end) or _GLUED.match(text, start, end)) if start == sentence.start else None
    start = label.end() if label else start
    said = text[start:end]
    if said.count("(") > said.count(")"):
        end = start + said.rindex("(")
    kept = [found.start for found in find_money(text[start:end])]
    return start, start + before_dash(text[start:end], kept)


def _main(text: str, start: int, end: int, edits: list[Edit]) -> Iterator[Saying]:
    two = second_amount(text[start:end])
    if two is None:
        yield Saying(tidy(_edited(text, start, end, edits)), _plain(text, start, end, edits), end)
        return
    lead, cut = start + two[0], start + two[1]
    yield Saying(tidy(_edited(text, start, cut, edits)), _plain(text, start, cut, edits), cut)
    said, _ = _without_joint(text[cut:end].strip())
    said = re.sub(r"^(?:as well as|plus|along with)\s+(?:for\s+)?", "", said)
    yield Saying(f"{_in_brackets(_edited(text, start, lead, edits))} {tidy(said)}", said, end)


def _led(lead_in: str, joint: str, said: str, desk: Desk) -> str:
    """Return a further fact behind what leads up to it, behind the lead's name alone where that is too long."""
    if len(lead_in) > LONGEST_LEAD or not desk.finder.occurs(lead_in):
        return f"[{desk.lead.name}:] {said}"
    words = _in_brackets(lead_in)[1:-1]
    comma = "," if joint or _PARTICIPLE.match(said) else ""
    return f"[{words}{comma}{f' {joint}' if joint else ''}] {said}"


def _in_brackets(words: str) -> str:
    """Return `words` in square brackets; those that stand in them become round ones."""
    plain = _INNER.sub(r"(\1)", words)
    return f"[{tidy(plain).rstrip('.')}]"


def _without_joint(said: str) -> tuple[str, str]:
    """Return what is said without the words that join it to what stands before, and those words."""
    joint = _JOINT.match(said)
    words = joint[0] if joint else ""
    return said[len(words) :], " ".join(words.strip(" ,;–—-").split())


def _subject_of_rest(sentence: ParsedSentence, stretch: Stretch) -> tuple[int, int] | None:
    """Return where the subject of `and will hire 300 people` stands; None for a stretch that is no such clause."""
    tokens = sentence.tokens
    for index in range(stretch.first, stretch.last):
        token = tokens[index]
        if token.dep != "conj" or token.head >= stretch.first or token.pos not in ("VERB", "AUX"):
            continue
        helpers = [tokens[i].text for i in children(tokens, index, "aux", "auxpass")]
        subjects = children(tokens, token.head, "nsubj", "nsubjpass")
        if (token.tag not in FINITE and not helpers) or "to" in helpers or not subjects:
            return None
        first, last = subtree(tokens, subjects[0])
        return tokens[first].start, tokens[last - 1].end
    return None


def _edits(text: str, sentence: ParsedSentence, gate: Gate, resolved: tuple[int, int] | None, desk: Desk) -> list[Edit]:
    """Return what to leave out and what to add: the descriptions, the lead's name, the days that are meant."""
    tokens = sentence.tokens
    edits: list[Edit] = []
    for _, high in descriptions(sentence, gate) if resolved is None else ():
        behind = high < len(tokens) and tokens[high].text == ","
        edits.append((tokens[gate.last - 1].end, tokens[high].end if behind else tokens[high - 1].end, ""))
    if resolved:
        edits.append((resolved[1], resolved[1], f" [{desk.lead.name}]"))
    said = text[sentence.start : sentence.end]
    edits += [(sentence.start + end, sentence.start + end, f" [{day}]") for end, day in dates_meant(said, desk)]
    return sorted(edits)


def _edited(text: str, start: int, end: int, edits: list[Edit]) -> str:
    """Return `text[start:end]` with the edits that lie in it."""
    out, at = "", start
    for low, high, words in edits:
        if at <= low and high <= end:
            out, at = out + text[at:low] + words, high
    return out + text[at:end]


def _plain(text: str, start: int, end: int, edits: list[Edit]) -> str:
    """Return the source's own words of `text[start:end]`, without what is told apart."""
    return _edited(text, start, end, [edit for edit in edits if not edit[2]])
