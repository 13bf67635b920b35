"""The long part of a printed dossier: what page one left over, the sections, every fact, every source.

Here: the pieces in the order of the HTML page, and the paper as a whole. Not here: page one (`paper_first.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dossier.exports import phrases
from dossier.exports.brief import (
    CONFLICTS_ON_PAGE_ONE,
    GAPS_ON_PAGE_ONE,
    PEOPLE_ON_PAGE_ONE,
    SIGNALS_ON_PAGE_ONE,
    Brief,
    LongSection,
    build_brief,
)
from dossier.exports.footnotes import Footnote, Quote, Reference
from dossier.exports.letters import Copy, Letter
from dossier.exports.panels import History
from dossier.exports.paper import (
    Cards,
    Heading,
    Look,
    NewPart,
    Numbered,
    Paper,
    Piece,
    Span,
    Text,
    cited,
    joined,
    marks,
    plain,
    source,
)
from dossier.exports.paper_first import disagreement, first_page, gaps, lines_and_blocks, people_cards, signal_table
from dossier.exports.readable import taken_out
from dossier.exports.wording import count, label
from dossier.models import Document, Dossier

_FOOT = 80
_SHOWN_ABOVE = ("signals", "contacts")


def paper(dossier: Dossier, documents: Sequence[Document] = ()) -> Paper:
    """Return `dossier` as a paper; with `documents`, sources name the length of the stored text."""
    brief = build_brief(dossier)
    lengths = {document.id: len(document.text) for document in documents}
    return Paper(
        title=(title := f"{dossier.lead.name}: account brief"),
        subject=f"{phrases.EYEBROW} {brief.client}",
        foot=title if len(title) <= _FOOT else f"{title[: _FOOT - 1]}…",
        created=dossier.created_at,
        pieces=(*first_page(brief), NewPart(), *_long_part(brief, lengths)),
    )


def _long_part(brief: Brief, lengths: Mapping[str, int]) -> Iterator[Piece]:
    yield Heading(phrases.FULL, 1, "full")
    yield _contents(brief)
    yield from _left_over(brief)
    for section in brief.sections:
        if section.key != "sources" and (section.key not in _SHOWN_ABOVE or section.lines or section.blocks):
            yield from _section(section, brief)
    yield from _facts(brief)
    yield from _sources(brief.references, lengths)
    yield from _made(brief)


def _contents(brief: Brief) -> Text:
    titles = [(one.title, one.key) for one in brief.sections if one.key not in (*_SHOWN_ABOVE, "sources")]
    titles += [(phrases.FACTS, "facts"), (phrases.SOURCES, "sources"), (phrases.MADE, "made")]
    return Text(joined([(Span(title, link=f"#{key}"),) for title, key in titles]), "small")


def _left_over(brief: Brief) -> Iterator[Piece]:
    """Yield what page one names but does not hold."""
    if rows := brief.signals[SIGNALS_ON_PAGE_ONE:]:
        yield from (Heading(phrases.FURTHER_SIGNALS, 2, "all-signals"), signal_table(rows))
    if persons := brief.people[PEOPLE_ON_PAGE_ONE:]:
        yield from (Heading(phrases.MORE_PEOPLE, 2, "all-people"), people_cards(persons))
    if conflicts := brief.disagreements[CONFLICTS_ON_PAGE_ONE:]:
        yield Heading(phrases.FURTHER_CONFLICTS, 2, "all-conflicts")
        for one in conflicts:
            yield from disagreement(one)
    if unknown := brief.unknown[GAPS_ON_PAGE_ONE:]:
        yield Heading(phrases.FURTHER_GAPS, 2, "all-gaps")
        yield from (plain(gap, "dash") for gap in unknown)


def _section(section: LongSection, brief: Brief) -> Iterator[Piece]:
    above = section.key in _SHOWN_ABOVE
    title = f"{section.title}: {phrases.FURTHER_DETAILS}" if above else section.title
    yield Heading(title, 2, f"{section.key}-more" if above else section.key)
    yield from lines_and_blocks(section.lines, section.blocks)
    if section.key == "opportunity":
        for history in brief.histories:
            yield from _history(history)
    letters = brief.letters if section.key == "outreach" else ()
    for letter in letters:
        yield from _letter(letter)
    if section.gaps and not above:
        yield from gaps(section.gaps)
    elif not (section.lines or section.blocks or letters):
        yield plain(phrases.NO_SECTION, "gap")


def _history(history: History) -> Iterator[Piece]:
    yield Heading(f"{phrases.HOW_IT_CHANGED}: {history.subject}", 3)
    for date, status, value, notes in history.steps:
        look: Look = "strong" if value == history.current else "plain"
        yield Text(
            (Span(f"{date} ", "soft"), Span(value, look), Span(" "), Span(status.lower(), "tag"), *marks(notes)),
            "point",
        )


def _letter(letter: Letter) -> Iterator[Piece]:
    yield Heading(f"To {letter.name}", 3)
    if letter.facts:
        yield plain(phrases.FACTS_TO_OPEN_WITH, "small", "soft")
    yield from (cited(text, notes, "point") for text, notes in letter.facts)
    if letter.copies:
        yield Cards(tuple(tuple(_copy(one)) for one in letter.copies), 1)


def _copy(copy: Copy) -> Iterator[Text]:
    subject = (Span(" · ", "soft"), Span(copy.subject, "strong")) if copy.subject else ()
    yield Text((Span(copy.label, "soft"), *subject), "small")
    yield from (plain(line, "copy") for line in copy.body.splitlines() if line.strip())


def _facts(brief: Brief) -> Iterator[Piece]:
    yield Heading(phrases.FACTS, 2, "facts")
    if brief.facts:
        yield plain(phrases.MARKS, "small", "soft")
        yield from (_fact(note) for note in brief.facts)
    else:
        yield plain(phrases.NO_FACT, "gap")
    if brief.other_facts:
        yield Heading(f"{count(len(brief.other_facts), 'further fact')} found and not used above", 3)
        yield from (_fact(note) for note in brief.other_facts)


def _fact(note: Footnote) -> Numbered:
    kind = Span(f"  {label(note.type)} · {note.confidence.lower()} confidence", "soft")
    tags = (span for remark in note.remarks for span in (Span(" "), Span(remark, "warn")))
    head = Text((Span(note.statement), kind, *tags))
    return Numbered(note.number, f"fact-{note.number}", (head, *(_quote(quote, note) for quote in note.quotes)))


def _quote(quote: Quote, note: Footnote) -> Text:
    one = quote.reference
    said = Span(f"{phrases.WORD_FOR_WORD} " if quote.text == note.statement else f"“{quote.text}” ", "soft")
    where = Span(f" {one.tier} · {one.published} ", "soft")
    return Text((said, *source(one), where, Span(f"source {one.number}", link=f"#source-{one.number}")), "quote")


def _sources(references: Sequence[Reference], lengths: Mapping[str, int]) -> Iterator[Piece]:
    yield Heading(phrases.SOURCES, 2, "sources")
    for one in references:
        yield Numbered(one.number, f"source-{one.number}", tuple(_reference(one, lengths)))
    if not references:
        yield plain(phrases.NO_SOURCE, "gap")


def _reference(one: Reference, lengths: Mapping[str, int]) -> Iterator[Text]:
    yield Text((Span(one.title, link=one.url or ""),))
    length = f"{lengths[one.id]:,} characters" if one.id in lengths else ""
    used = f"used in {', '.join(one.used_in).replace('_', ' ')}" if one.used_in else ""
    known = (one.publisher, one.tier, one.published, f"retrieved {one.retrieved}", length, used)
    yield plain(" · ".join(filter(None, known)), "small", "soft")
    yield (
        Text((Span(one.address, "soft", one.url or ""),), "address")
        if one.address
        else plain(phrases.NO_ADDRESS, "small", "soft")
    )


def _made(brief: Brief) -> Iterator[Piece]:
    dossier, check = brief.dossier, brief.dossier.fact_check
    yield Heading(phrases.MADE, 2, "made")
    yield plain(brief.engine_note)
    yield plain(brief.checked)
    if check.unsupported:
        yield Heading(f"{count(len(check.unsupported), 'sentence')} taken out", 3)
    for out in check.unsupported:
        where = Span(f" ({out.section.replace('_', ' ')}: {out.reason})", "soft")
        yield Text((Span(taken_out(out.text)), where), "dash")
    if check.report:
        yield Heading(phrases.OF_THE_WHOLE, 3)
    yield from (plain(one.text, "dash") for one in check.report)
    if dossier.invalid_claims:
        yield Heading(f"{count(len(dossier.invalid_claims), 'claim')} set aside", 3)
    yield from (Text((Span(one.id), Span(f" {one.reason}", "soft")), "dash") for one in dossier.invalid_claims)
    yield plain(
        f"Run {dossier.run_id} · made {dossier.created_at} · ages counted to {dossier.reference_date} ·"
        f" {count(dossier.cost.llm_calls, 'model call')}, {dossier.cost.cached_calls} from cache,"
        f" US$ {dossier.cost.usd:.2f}",
        "small",
        "soft",
    )
