"""Page one of a printed dossier: who, why now, how good, what next, whom to ask, what to be careful with.

Here: the pieces in the order of the HTML page. Not here: the long part (`paper_full.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dossier.exports import phrases
from dossier.exports.blocks import Block, Entry
from dossier.exports.brief import (
    CONFLICTS_ON_PAGE_ONE,
    GAPS_ON_PAGE_ONE,
    PEOPLE_ON_PAGE_ONE,
    SIGNALS_ON_PAGE_ONE,
    Brief,
    Line,
    LongSection,
)
from dossier.exports.panels import Disagreement
from dossier.exports.paper import (
    Bars,
    Box,
    Cards,
    Columns,
    Heading,
    Look,
    Masthead,
    Pairs,
    Piece,
    Span,
    Table,
    Text,
    cited,
    joined,
    marks,
    plain,
    source,
)
from dossier.exports.people import Channel, Person
from dossier.exports.signal_rows import SignalRow
from dossier.exports.wording import count, date_in_words

_TIER_LOOKS: dict[str, Look] = {"HOT": "hot", "WARM": "warn"}


def first_page(brief: Brief) -> Iterator[Piece]:
    """Yield what stands on page one of `brief`."""
    yield _masthead(brief)
    if brief.dossier.status == "partial":
        care = Span(phrases.CARE, link="#care")
        yield Box((Text((Span(phrases.PARTIAL, "strong"), Span(f" {phrases.PARTIAL_WHY} "), care, Span("."))),), "warn")
    yield Box((Heading(phrases.WHY_NOW, 2, "why-now"), *_why_now(brief)), "accent")
    yield Columns((*_glance(brief.glance), *_next_step(brief)), tuple(_score(brief)))
    yield from _signals(brief)
    yield from _people(brief)
    yield from _care(brief)


def signal_table(rows: Sequence[SignalRow]) -> Table:
    """Return signals as a table; without amounts it has no column for them."""
    amounts = any(row.amount for row in rows)
    head = ("When", "What happened", *(("Amount",) if amounts else ()), "Source")
    weights = (17, 48, *((15,) if amounts else ()), 20)
    return Table(head, weights, tuple(_signal(row, amounts) for row in rows))


def people_cards(persons: Sequence[Person]) -> Cards:
    """Return people as boxes, three in a row."""
    return Cards(tuple(tuple(_person(person)) for person in persons), 3)


def disagreement(one: Disagreement) -> Iterator[Piece]:
    """Yield a conflict: its sides and the rule that prefers one."""
    yield Text((Span(f"{phrases.DISAGREE} {one.kind}", "strong"), *marks(one.notes)), "name")
    if one.subject:
        yield plain(one.subject, "small")
    for side in one.sides:
        tag = (Span(f" {phrases.PREFERRED}", "ok"),) if side.preferred else ()
        where = joined((source(side.reference), (Span(side.tier, "soft"),), (Span(side.date, "soft"),)))
        yield Text((Span(side.value, "strong"), *tag, Span("  "), *where), "dash")
    yield plain(one.why, "small", "soft")


def lines_and_blocks(lines: Sequence[Line], blocks: Sequence[Block]) -> Iterator[Piece]:
    """Yield the sentences of a section, then its structured content."""
    for line in lines:
        reading = (Span(phrases.OUR_READING, "tag"), Span(" ")) if line.reading else ()
        yield cited(line.text, line.notes, "reading" if line.reading else "point", reading)
    for block in blocks:
        yield Heading(block.label, 3, tag=phrases.OUR_READING if block.reading else "")
        for entry in block.entries:
            yield from _entry(entry)


def gaps(texts: Sequence[str]) -> Iterator[Piece]:
    """Yield what is not known, as it is said in a section."""
    yield from (plain(text, "gap") for text in texts)


def _masthead(brief: Brief) -> Masthead:
    dossier = brief.dossier
    day = f"as of {date_in_words(dossier.reference_date)}"
    facts = (dossier.lead.domain or "", *brief.header_facts, day, brief.engine)
    return Masthead(
        title=dossier.lead.name,
        eyebrow=f"{phrases.EYEBROW} {brief.client}",
        facts=" · ".join(filter(None, facts)),
        line=cited(brief.one_liner, brief.one_liner_notes) if brief.one_liner else None,
        score=dossier.score.total,
        tier=dossier.score.tier,
    )


def _why_now(brief: Brief) -> Iterator[Text]:
    opening = brief.why_now
    if opening is None:
        newest = brief.signals[0].date if brief.signals else "undated"
        tail = "" if newest == "undated" else f" The newest that was found is of {newest}."
        yield plain(brief.no_event + tail, "gap")
        return
    yield cited(opening.text, opening.notes, "lead")
    when = (Span(f"{opening.date} · {opening.age}", "soft"),)
    timing = (Span(f"timing {brief.dossier.timing_urgency.lower()}", "soft"),)
    yield Text(joined((when, source(opening.reference), timing)), "small")


def _glance(glance: LongSection) -> Iterator[Piece]:
    yield Heading(glance.title, 2, "intro")
    yield from lines_and_blocks(glance.lines, glance.blocks)
    yield from gaps(glance.gaps)


def _next_step(brief: Brief) -> Iterator[Piece]:
    step = brief.next_step
    how = (plain(step.how, "small", "soft"),) if step.how else ()
    rows = (
        (phrases.WRITE_TO, (plain(step.who), *how)),
        (phrases.OPEN_WITH, tuple(cited(text, notes) for text, notes in step.openers)),
        (phrases.ASK, (plain(step.question),) if step.question else ()),
        (phrases.DO_NOT_CLAIM, tuple(plain(one, "dash") for one in step.avoid)),
    )
    yield Heading(phrases.NEXT_STEP, 2, "next-step")
    yield Pairs(tuple((label, texts) for label, texts in rows if texts))


def _score(brief: Brief) -> Iterator[Piece]:
    yield Heading(f"Why {brief.dossier.score.total} of 100", 2, "score")
    if brief.score:
        yield Bars(
            tuple(
                (bar.label, f"{bar.value} of {bar.weight}", bar.share, cited(bar.reason, bar.notes, "detail"))
                for bar in brief.score
            )
        )
    else:
        yield plain(phrases.NO_POINTS, "gap")
    if brief.score_note:
        yield plain(brief.score_note, "gap")
    yield plain(f"Formula {brief.dossier.score.formula}, {phrases.COMPUTED}{brief.aspects}", "small", "soft")


def _signals(brief: Brief) -> Iterator[Piece]:
    yield Heading(phrases.SIGNALS, 2, "signals")
    if brief.signals:
        yield signal_table(brief.signals[:SIGNALS_ON_PAGE_ONE])
        yield from _more(len(brief.signals) - SIGNALS_ON_PAGE_ONE, "further signal", "all-signals")
    if brief.signals_gap or not brief.signals:
        yield plain(brief.signals_gap or phrases.NO_SIGNAL, "gap")


def _signal(row: SignalRow, amounts: bool) -> tuple[tuple[Text, ...], ...]:
    reported = (plain(phrases.DAY_OF_REPORT, "small", "soft"),) if row.reported else ()
    amount = ((plain(row.amount or "–"),),) if amounts else ()
    sure = (plain(f"{row.confidence.lower()} confidence", "small", "soft"),) if row.confidence else ()
    named = Text(source(row.reference) or (Span("–"),), "small")
    return ((plain(row.date, look="soft"), *reported), tuple(_happened(row)), *amount, (named, *sure))


def _happened(row: SignalRow) -> Iterator[Text]:
    look: Look = "plain" if len(row.headline) > 110 else "strong"
    yield Text((Span(row.headline, look), *marks(row.notes)))
    yield from (plain(text, "detail") for text in (row.detail, row.relevance) if text)
    tier = (Span(row.tier.lower(), _TIER_LOOKS.get(row.tier, "tag")),)
    tags = joined((tier, (Span(row.type, "tag"),), (Span(row.status.lower(), "tag"),)), " ")
    if tags:
        yield Text(tags, "small")


def _people(brief: Brief) -> Iterator[Piece]:
    yield Heading(phrases.PEOPLE, 2, "contacts")
    if brief.people:
        yield people_cards(brief.people[:PEOPLE_ON_PAGE_ONE])
        yield from _more(len(brief.people) - PEOPLE_ON_PAGE_ONE, "more", "all-people")
    if brief.people_gap or not brief.people:
        yield plain(brief.people_gap or phrases.NO_PERSON, "gap")


def _person(person: Person) -> Iterator[Text]:
    start = (Span(" "), Span(phrases.START_HERE, "start")) if person.primary else ()
    yield Text((Span(person.name, "strong"), *start), "name")
    yield plain(person.title) if person.title else plain(phrases.NO_ROLE, look="soft")
    yield plain(person.organization, look="soft")
    if person.why or person.notes:
        yield cited(person.why, person.notes, "detail")
    for channel in person.channels:
        yield from _channel(channel)
    if not person.channels:
        yield plain(phrases.NO_CHANNEL, "label", "soft")
    yield plain(f"Confidence {person.sure} %", "label", "soft")


def _channel(channel: Channel) -> Iterator[Text]:
    origin = (Span(", from ", "soft"), *source(channel.reference)) if channel.reference else ()
    yield Text((Span(channel.label, "soft"), *origin), "label")
    look: Look = "ok" if channel.status in ("verified", "published") else "warn"
    yield Text((Span(channel.value, link=channel.link or ""), Span(" "), Span(channel.status, look)), "address")


def _care(brief: Brief) -> Iterator[Piece]:
    yield Heading(phrases.CARE, 2, "care")
    left = [piece for one in brief.disagreements[:CONFLICTS_ON_PAGE_ONE] for piece in disagreement(one)]
    left += _more(len(brief.disagreements) - CONFLICTS_ON_PAGE_ONE, "more", "all-conflicts")
    right = tuple(_unknown(brief))
    yield from (Columns(tuple(left), right),) if left else right


def _unknown(brief: Brief) -> Iterator[Piece]:
    yield from (plain(reason, "gap") for reason in brief.holding)
    listed = brief.unknown
    if listed:
        yield plain(phrases.NOT_KNOWN, "name", "strong")
        yield from (plain(gap, "dash") for gap in listed[:GAPS_ON_PAGE_ONE])
        yield from _more(len(listed) - GAPS_ON_PAGE_ONE, "more", "all-gaps")
    yield from (cited(f"{phrases.OPEN_QUESTION}: {said}", notes, "dash") for said, notes in brief.doubts)
    yield from _unused(brief)
    if brief.dossier.fact_check.unsupported:
        taken_out = count(len(brief.dossier.fact_check.unsupported), "sentence")
        made = Span(phrases.MADE.lower(), link="#made")
        yield Text((Span(f"{taken_out} {phrases.SEE_MADE} ", "soft"), made, Span(".", "soft")), "small")
    if brief.facts and not brief.disagreements:
        yield plain(phrases.NO_CONFLICT, "small", "soft")


def _unused(brief: Brief) -> Iterator[Text]:
    if brief.unused:
        yield plain(phrases.UNUSED, "name", "strong")
    yield from (Text((Span(one.title, link=one.url or ""),), "dash") for one in brief.unused)
    if brief.unused_more:
        where = Span(phrases.SOURCES, link="#sources")
        yield Text((Span(f"{count(brief.unused_more, phrases.FURTHER_SOURCE)}, see ", "soft"), where), "small")


def _more(number: int, noun: str, anchor: str) -> Iterator[Text]:
    if number > 0:
        what = f"{number} more" if noun == "more" else count(number, noun)
        yield Text((Span(f"{what} below", link=f"#{anchor}"),), "small")


def _entry(entry: Entry) -> Iterator[Piece]:
    when = (Span(f"{entry.when} ", "soft"),) if entry.when else ()
    title = (Span(entry.title, "strong"),) if entry.title else ()
    between = (Span(": " if not entry.title.endswith(("?", ".", "!", ":")) else " "),) if title and entry.text else ()
    told = (Span(entry.text),) if entry.text else ()
    head = (*when, *title, *between, *told, *(marks(entry.notes) if not entry.fields else ()))
    if head:
        yield Text(head, "point")
    last = len(entry.fields) - 1
    rows = [
        (name, (cited(value, entry.notes if number == last else (), "detail"),))
        for number, (name, value) in enumerate(entry.fields)
    ]
    if rows:
        yield Pairs(tuple(rows), indented=bool(head))
