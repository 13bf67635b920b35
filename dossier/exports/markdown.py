"""The dossier as Markdown: the same brief as the HTML page, for editors, wikis and mail.

Here: headings, lists and tables from `brief.py`, with all outside text escaped so that it makes no markup of its
own. Footnotes are plain numbers in brackets that lead to the list of facts, so any renderer shows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from dossier.exports import phrases
from dossier.exports.blocks import Block, Entry
from dossier.exports.brief import Brief, LongSection, build_brief
from dossier.exports.footnotes import Footnote, Reference
from dossier.exports.letters import Letter
from dossier.exports.panels import Disagreement
from dossier.exports.people import Person
from dossier.exports.readable import readable, taken_out
from dossier.exports.signal_rows import SignalRow
from dossier.exports.wording import count, date_in_words, label
from dossier.models import Dossier
from dossier.text_safety import printable

_MARKUP = re.compile(r"([\\`*_\[\]<>|~])")
_LINE_START = re.compile(r"^(#{1,6}|[-+=]+|\d{1,9}[.)])(?=\s|$)")
_ENTITY = re.compile(r"&(?=#?\w{1,40};)")


def render(dossier: Dossier) -> str:
    """Return `dossier` as Markdown (CommonMark with tables), without HTML and without pictures."""
    brief = build_brief(dossier)
    parts: tuple[Iterable[str], ...] = (
        _top(brief),
        _glance(brief),
        _next_step(brief),
        _score(brief),
        _signals(brief),
        _people(brief),
        _care(brief),
        *(_section(section, brief) for section in brief.sections if section.key != "sources"),
        _facts(brief),
        _references(brief.references),
        _made(brief),
    )
    return "\n".join(line for part in parts for line in part).strip() + "\n"


def escaped(text: str) -> str:
    """Return outside text as one line that Markdown shows as it is: no markup, no link, no HTML, no picture."""
    line = _MARKUP.sub(r"\\\1", printable(" ".join(readable(text).split())))
    return _LINE_START.sub(_with_backslash, _ENTITY.sub("&amp;", line))


def _with_backslash(start: re.Match[str]) -> str:
    """Escape the last character of a number's mark and the first of any other, as CommonMark wants it."""
    mark = start[0]
    return f"{mark[:-1]}\\{mark[-1]}" if mark[0].isdigit() else f"\\{mark}"


def _link(reference: Reference | None, text: str = "") -> str:
    if reference is None:
        return ""
    shown = escaped(text or reference.publisher)
    return f"[{shown}](<{reference.url.replace('&', '&amp;')}>)" if reference.url else shown


def _marks(notes: Sequence[Footnote]) -> str:
    return f" [{', '.join(str(note.number) for note in notes)}]" if notes else ""


def _cited(text: str, notes: Sequence[Footnote]) -> str:
    return escaped(text) + _marks(notes)


def _top(brief: Brief) -> Iterator[str]:
    dossier = brief.dossier
    yield f"# {escaped(dossier.lead.name)}"
    yield ""
    day = f"as of {date_in_words(dossier.reference_date)}"
    facts = (dossier.lead.domain or "", *brief.header_facts, day, brief.engine)
    yield f"{phrases.EYEBROW} {escaped(brief.client)}: " + " · ".join(escaped(fact) for fact in facts if fact)
    yield ""
    if brief.one_liner:
        yield from (_cited(brief.one_liner, brief.one_liner_notes), "")
    if dossier.status == "partial":
        yield from ("**This dossier is partial:** a step did not finish, see the gaps.", "")
    yield f"**Score {dossier.score.total} of 100, tier {dossier.score.tier}.** Timing {dossier.timing_urgency.lower()}."
    yield from filter(None, (brief.score_note,))
    yield from ("", f"## {phrases.WHY_NOW}", "")
    if brief.why_now is None:
        yield brief.no_event
    else:
        yield f"**{escaped(brief.why_now.text)}**{_marks(brief.why_now.notes)}"
        yield ""
        source = _link(brief.why_now.reference)
        yield f"{brief.why_now.date}, {brief.why_now.age}" + (f", {source}" if source else "")
    yield ""


def _glance(brief: Brief) -> Iterator[str]:
    yield from _body(f"## {escaped(brief.glance.title)}", brief.glance)


def _body(heading: str, section: LongSection) -> Iterator[str]:
    yield from (heading, "")
    yield from (
        f"- {'*Our reading:* ' if line.reading else ''}{_cited(line.text, line.notes)}" for line in section.lines
    )
    if section.lines:
        yield ""
    for block in section.blocks:
        yield from _block(block)
    for gap in section.gaps:
        yield from (f"> {escaped(gap)}", "")


def _block(block: Block) -> Iterator[str]:
    yield from (f"**{escaped(block.label)}**" + (" (our reading)" if block.reading else ""), "")
    for entry in block.entries:
        yield from _entry(entry)
    yield ""


def _entry(entry: Entry) -> Iterator[str]:
    head = [f"{entry.when}:" if entry.when else "", f"**{escaped(entry.title)}**" if entry.title else ""]
    text = " ".join(filter(None, (*head, escaped(entry.text))))
    yield f"- {text or '**Facts**'}{_marks(entry.notes)}"
    yield from (f"  - {escaped(name)}: {escaped(value)}" for name, value in entry.fields)


def _next_step(brief: Brief) -> Iterator[str]:
    step = brief.next_step
    yield from (f"## {phrases.NEXT_STEP}", "")
    yield f"- {phrases.WRITE_TO}: {escaped(step.who)}" + (f" ({escaped(step.how)})" if step.how else "")
    yield from (f"- {phrases.OPEN_WITH}: {_cited(text, notes)}" for text, notes in step.openers)
    if step.question:
        yield f"- {phrases.ASK}: {escaped(step.question)}"
    yield from (f"- {escaped(one)}" for one in step.avoid)
    yield ""


def _score(brief: Brief) -> Iterator[str]:
    yield from (f"## Why {brief.dossier.score.total} of 100", "")
    for bar in brief.score:
        yield f"- {escaped(bar.label)}: {bar.value} of {bar.weight}. {_cited(bar.reason, bar.notes)}"
    yield from ("", f"Formula {escaped(brief.dossier.score.formula)}, computed in code.{brief.aspects}", "")


def _signals(brief: Brief) -> Iterator[str]:
    yield from (f"## {phrases.SIGNALS}", "")
    if brief.signals:
        yield "| When | What happened | Amount | Source |"
        yield "|---|---|---|---|"
        yield from (_signal(row) for row in brief.signals)
    if brief.signals_gap or not brief.signals:
        yield f"> {escaped(brief.signals_gap or phrases.NO_SIGNAL)}"
    yield ""


def _signal(row: SignalRow) -> str:
    kind = ", ".join(filter(None, (row.tier.lower(), row.type, row.status.lower())))
    what = f"{_cited(row.headline, row.notes)}" + (f" ({escaped(kind)})" if kind else "")
    when = escaped(row.date) + (f" ({phrases.DAY_OF_REPORT})" if row.reported else "")
    return f"| {when} | {what} | {escaped(row.amount) or '–'} | {_link(row.reference) or '–'} |"


def _people(brief: Brief) -> Iterator[str]:
    yield from (f"## {phrases.PEOPLE}", "")
    for person in brief.people:
        yield from _person(person)
    if brief.people_gap or not brief.people:
        yield f"> {escaped(brief.people_gap or phrases.NO_PERSON)}"
    yield ""


def _person(person: Person) -> Iterator[str]:
    start = f" ({phrases.START_HERE})" if person.primary else ""
    role = ", ".join(filter(None, (person.title, person.organization)))
    yield f"- **{escaped(person.name)}**{start}, {escaped(role)}. {_cited(person.why, person.notes)}"
    for channel in person.channels:
        source = f", {_link(channel.reference)}" if channel.reference else ""
        yield f"  - {channel.label}: {escaped(channel.value)} ({channel.status}{source})"
    yield f"  - Confidence {person.sure} %"


def _care(brief: Brief) -> Iterator[str]:
    yield from (f"## {phrases.CARE}", "")
    for one in brief.disagreements:
        yield from _disagreement(one)
    yield from (f"- {phrases.OPEN_QUESTION}: {_cited(said, notes)}" for said, notes in brief.doubts)
    yield from (f"- {escaped(reason)}" for reason in brief.holding)
    yield from (f"- {phrases.NOT_KNOWN}: {escaped(gap)}" for gap in brief.unknown)
    yield from _unused(brief)
    if brief.facts and not brief.disagreements:
        yield f"- {phrases.NO_CONFLICT}"
    yield ""


def _unused(brief: Brief) -> Iterator[str]:
    if brief.unused:
        yield f"- {phrases.UNUSED}:"
    yield from (f"  - {_link(one, one.title)}" for one in brief.unused)
    if brief.unused_more:
        yield f"  - {count(brief.unused_more, phrases.FURTHER_SOURCE)}, see {phrases.SOURCES}"


def _disagreement(one: Disagreement) -> Iterator[str]:
    yield f"- {phrases.DISAGREE} {one.kind}.{_marks(one.notes)} {escaped(one.why)}"
    if one.subject:
        yield f"  - {phrases.ABOUT}: {escaped(one.subject)}"
    for side in one.sides:
        preferred = f", {phrases.PREFERRED}" if side.preferred else ""
        where = ", ".join((_link(side.reference) or "source not named", side.tier, side.date))
        yield f"  - {escaped(side.value)}{preferred} ({where})"


def _section(section: LongSection, brief: Brief) -> Iterator[str]:
    told_above = section.key in ("signals", "contacts")
    if told_above and not section.lines and not section.blocks:
        return
    title = f"## {escaped(section.title)}" + (f": {phrases.FURTHER_DETAILS}" if told_above else "")
    yield from _body(title, section.without_gaps() if told_above else section)
    if section.key == "opportunity":
        yield from _histories(brief)
    if section.key == "outreach":
        for letter in brief.letters:
            yield from _letter(letter)


def _histories(brief: Brief) -> Iterator[str]:
    for history in brief.histories:
        yield from (f"**{phrases.HOW_IT_CHANGED}: {escaped(history.subject)}**", "")
        for date, status, value, notes in history.steps:
            now = ", holds now" if value == history.current else ""
            yield f"- {date}: {_cited(value, notes)} ({escaped(status.lower())}{now})"
        yield ""


def _letter(letter: Letter) -> Iterator[str]:
    yield from (f"### To {escaped(letter.name)}", "")
    yield from (f"- {phrases.OPEN_WITH}: {_cited(text, notes)}" for text, notes in letter.facts)
    yield ""
    for copy in letter.copies:
        yield f"**{copy.label}**" + (f": {escaped(copy.subject)}" if copy.subject else "")
        yield ""
        yield from ("> " + escaped(line) for line in copy.body.splitlines())
        yield ""


def _facts(brief: Brief) -> Iterator[str]:
    yield from (f"## {phrases.FACTS}", "")
    for note in (*brief.facts, *brief.other_facts):
        yield from _fact(note)
    yield from ("" if brief.facts or brief.other_facts else f"> {phrases.NO_FACT}", "")


def _fact(note: Footnote) -> Iterator[str]:
    tail = ", ".join((label(note.type).lower(), f"{note.confidence.lower()} confidence", *note.remarks))
    yield f"{note.number}. {escaped(note.statement)} ({tail})"
    for quote in note.quotes:
        yield f"    - “{escaped(quote.text)}” {_link(quote.reference)}, {quote.reference.published}"


def _references(references: Sequence[Reference]) -> Iterator[str]:
    yield from (f"## {phrases.SOURCES}", "")
    for one in references:
        where = _link(one, one.title)
        yield f"{one.number}. {where}: {escaped(one.publisher)}, {one.tier}, {one.published}, retrieved {one.retrieved}"
    yield from ("" if references else f"> {phrases.NO_SOURCE}", "")


def _made(brief: Brief) -> Iterator[str]:
    dossier, check = brief.dossier, brief.dossier.fact_check
    yield from (f"## {phrases.MADE}", "", escaped(brief.engine_note), "")
    yield escaped(brief.checked)
    yield from (f"- Taken out: {escaped(taken_out(one.text))} ({escaped(one.reason)})" for one in check.unsupported)
    yield from (f"- Of the whole: {escaped(one.text)}" for one in check.report)
    yield ""
    set_aside = [f"- Set aside: {escaped(one.id)} ({escaped(one.reason)})" for one in dossier.invalid_claims]
    yield from set_aside
    yield from ("", f"Run {dossier.run_id}, made {escaped(dossier.created_at)}, US$ {dossier.cost.usd:.2f}.")
