"""What a reader sees, in reading order, free of any markup: page one, then the nine sections at length.

Here: the choice of what is shown, taken from the dossier alone. Not here: how it looks (templates for HTML,
`markdown.py`) and single words (`wording.py`). Building it in reading order numbers the footnotes.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dossier.exports import phrases
from dossier.exports.blocks import Block, content_blocks
from dossier.exports.footnotes import Footnote, Footnotes, Reference
from dossier.exports.letters import Letter, letters
from dossier.exports.next_step import NextStep, next_step
from dossier.exports.panels import (
    Disagreement,
    History,
    Opening,
    ScoreBar,
    aspects,
    disagreements,
    doubts,
    histories,
    opening,
    score_bars,
)
from dossier.exports.people import Person, people
from dossier.exports.signal_rows import SignalRow, signal_rows
from dossier.exports.unread import no_event, no_person, no_signal, score_note
from dossier.exports.wording import MONTHS, count, engine
from dossier.keys import slugify
from dossier.models import SECTION_TITLES, Dossier, Section, Sentence

SIGNALS_ON_PAGE_ONE = 5
PEOPLE_ON_PAGE_ONE = 4
CONFLICTS_ON_PAGE_ONE = 3
GAPS_ON_PAGE_ONE = 6
UNUSED_ON_PAGE_ONE = 5
_HEADER_FIELDS = ("industry", "location", "headquarters", "size", "size_band", "employees", "founded")
_SHOWN_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "intro": ("one_liner", "lead_score", "timing_urgency", "score_explanation", *_HEADER_FIELDS),
    "signals": ("why_theyll_buy_now",),
    "contacts": ("verified_contacts",),
    "outreach": ("ready_to_send_outreach",),
    "sources": ("sources",),
}
_ENVELOPE = ("title", "highlights", "section_key", "not_written")
_MONTH_FIRST = re.compile(rf"(?:{'|'.join(MONTHS)}) \d{{4}}: ")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with its footnotes; `reading` marks our interpretation."""

    text: str
    reading: bool
    notes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class LongSection:
    """A section of the long part."""

    key: str
    title: str
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...]
    gaps: tuple[str, ...]

    def without_gaps(self) -> LongSection:
        """Return the section without its gaps, where another place shows them."""
        return replace(self, gaps=())


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything on the page, in reading order.

    `unused` are sources that were read whole and gave no fact, where there is none; `unused_more` counts the rest.
    """

    dossier: Dossier
    client: str
    one_liner: str
    one_liner_notes: tuple[Footnote, ...]
    header_facts: tuple[str, ...]
    engine: str
    engine_note: str
    why_now: Opening | None
    glance: LongSection
    next_step: NextStep
    no_event: str
    score: tuple[ScoreBar, ...]
    score_note: str
    aspects: str
    signals: tuple[SignalRow, ...]
    signals_gap: str | None
    people: tuple[Person, ...]
    people_gap: str | None
    disagreements: tuple[Disagreement, ...]
    doubts: tuple[tuple[str, tuple[Footnote, ...]], ...]
    holding: tuple[str, ...]
    unknown: tuple[str, ...]
    histories: tuple[History, ...]
    letters: tuple[Letter, ...]
    sections: tuple[LongSection, ...]
    facts: tuple[Footnote, ...]
    other_facts: tuple[Footnote, ...]
    references: tuple[Reference, ...]
    unused: tuple[Reference, ...]
    unused_more: int
    checked: str


def build_brief(dossier: Dossier) -> Brief:
    """Return what a reader of `dossier` sees; footnotes are numbered in the order of the fields of `Brief`."""
    notes = Footnotes(dossier)
    sections = {section.key: section for section in dossier.sections}
    intro = sections.get("intro", Section(key="intro", title=SECTION_TITLES["intro"]))
    name, note = engine(dossier.provider)
    return Brief(
        dossier=dossier,
        client=dossier.client_name or _client_name(dossier.client),
        one_liner=(one_liner := _one_liner(dossier, intro)),
        one_liner_notes=notes.behind(_undated(one_liner)),
        header_facts=tuple(_header_facts(intro.content)),
        engine=name,
        engine_note=note,
        why_now=opening(dossier, notes),
        glance=_long_section(_without_opening(intro, dossier), notes),
        next_step=next_step(dossier, sections, notes),
        no_event=no_event(dossier),
        score=tuple(score_bars(dossier, notes)),
        score_note=score_note(dossier),
        aspects=aspects(dossier),
        signals=(rows := tuple(signal_rows(sections.get("signals"), dossier, notes))),
        signals_gap=_gap(sections, "signals") or (None if rows else no_signal(dossier)),
        people=(persons := tuple(people(dossier, notes))),
        people_gap=_gap(sections, "contacts") or (None if persons else no_person(dossier)),
        disagreements=tuple(disagreements(dossier, notes)),
        doubts=tuple(doubts(dossier, notes)),
        holding=tuple(gap for gap in dossier.gaps if phrases.REASON_HOLDS in gap),
        unknown=tuple(gap for gap in dossier.gaps if phrases.REASON_HOLDS not in gap),
        histories=tuple(histories(dossier, notes)),
        letters=(said := tuple(letters(sections.get("outreach"), dossier, notes))),
        sections=tuple(_long_sections(dossier, _told(rows, persons, said), notes)),
        facts=tuple(notes.cited()),
        other_facts=tuple(notes.rest()),
        references=(listed := tuple(notes.references())),
        unused=(unused := () if dossier.merged_claims or dossier.unread else listed)[:UNUSED_ON_PAGE_ONE],
        unused_more=len(unused[UNUSED_ON_PAGE_ONE:]),
        checked=_checked(dossier),
    )


def _checked(dossier: Dossier) -> str:
    """Return what the check of the facts came to, in a sentence or two."""
    check, aside = dossier.fact_check, len(dossier.invalid_claims)
    if not dossier.merged_claims:
        return f"{phrases.NO_QUOTE} {count(aside, 'claim')} set aside." if aside else phrases.NO_QUOTE
    return (
        f"{check.supported} of {count(check.sentences, 'sentence')} stand on quotes."
        f" {count(len(dossier.claims), 'claim')} from {count(len(dossier.sources), 'source')} became"
        f" {count(len(dossier.merged_claims), 'fact')}; {aside} set aside."
    )


def _header_facts(content: dict[str, Any]) -> Iterator[str]:
    """Yield what heads the page about the organisation; bare numbers get the word that they need."""
    for field in _HEADER_FIELDS:
        text = _text(content.get(field))
        if text.isdecimal() and field == "founded":
            yield f"founded {text}"
        elif text.isdecimal():
            yield f"{int(text):,} employees"
        elif text:
            yield text


def _one_liner(dossier: Dossier, intro: Section) -> str:
    """Return the one-liner, unless it only begins a sentence that stands in full right below it."""
    text = _text(intro.content.get("one_liner"))
    below = [sentence.text for sentence in intro.sentences] + ([dossier.why_now.text] if dossier.why_now else [])
    return "" if any(one.startswith(_undated(text).rstrip("….")) for one in below) else text


def _undated(text: str) -> str:
    return _MONTH_FIRST.sub("", text, count=1)


def _without_opening(intro: Section, dossier: Dossier) -> Section:
    """Return the intro without the sentence that why-now shows right above it, unless a reading refers to it."""
    opening_text = dossier.why_now.text if dossier.why_now else None
    told = [one for one in intro.sentences if one.kind == "fact" and one.text == opening_text]
    ids = {claim_id for one in told for claim_id in one.claim_ids}
    if any(one.kind == "interpretation" and ids.intersection(one.claim_ids) for one in intro.sentences):
        return intro
    return intro.model_copy(update={"sentences": [one for one in intro.sentences if one not in told]})


def _long_sections(dossier: Dossier, told: Mapping[str, set[str]], notes: Footnotes) -> list[LongSection]:
    """Return the sections after the intro, without the sentences whose facts (`told`, by section) stand above.

    A sentence of an earlier section is not printed again: the later one has only the marks of its facts.
    """
    made = []
    above: set[str] = set()
    for section in dossier.sections:
        known = told.get(section.key, set())
        rest = [one for one in section.sentences if not one.claim_ids or not known.issuperset(one.claim_ids)]
        if section.key != "intro":
            made.append(_long_section(section.model_copy(update={"sentences": rest}), notes, above))
            above.update(_plain(one.text) for one in rest)
    return made


def _told(rows: Sequence[SignalRow], persons: Sequence[Person], said: Sequence[Letter]) -> dict[str, set[str]]:
    """Return the facts that tables, cards and letters show, by the section whose sentences they repeat."""
    return {
        "signals": {note.id for row in rows for note in row.notes},
        "contacts": {note.id for person in persons for note in person.notes},
        "outreach": {note.id for letter in said for _, cited in letter.facts for note in cited},
    }


def _long_section(section: Section, notes: Footnotes, above: Container[str] = ()) -> LongSection:
    lines = tuple(_lines(section.sentences, notes, above))
    skip = (*_ENVELOPE, *_SHOWN_ELSEWHERE.get(section.key, ()))
    said = " ".join(sentence.text for sentence in section.sentences)
    near = [note for line in lines for note in line.notes]
    blocks = content_blocks(section.content, notes, said, skip, near)
    gaps = dict.fromkeys(filter(None, (section.gap, _text(section.content.get("not_written")))))
    return LongSection(section.key, section.title, lines, tuple(blocks), tuple(gaps))


def _lines(sentences: Sequence[Sentence], notes: Footnotes, above: Container[str]) -> Iterator[Line]:
    """Yield the sentences; those that stand `above` as one line of marks, unless a reading here refers to them."""
    readings = any(one.kind == "interpretation" for one in sentences)
    again = [one for one in sentences if one.kind == "fact" and not readings and _plain(one.text) in above]
    yield from (_line(one, notes) for one in sentences if one not in again)
    if again:
        yield Line(phrases.TOLD_ABOVE, False, notes.cite([claim_id for one in again for claim_id in one.claim_ids]))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _line(sentence: Sentence, notes: Footnotes) -> Line:
    return Line(sentence.text, sentence.kind == "interpretation", notes.cite(sentence.claim_ids))


def _gap(sections: dict[str, Section], key: str) -> str | None:
    return sections[key].gap if key in sections else None


def _client_name(client: str) -> str:
    return client.replace("-", " ").title() if slugify(client) == client else client


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int) else ""
