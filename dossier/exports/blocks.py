"""A section's structured content as blocks that any writer can lay out.

Here: the walk from JSON of any shape (a model may have written it) to labelled entries with footnotes. Not
here: content that has a place of its own, such as signals, contacts and letters (`dossier/exports/brief.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dossier.evidence.citations import CITING_FIELDS
from dossier.evidence.datelines import without_dateline
from dossier.exports.footnotes import Footnote, Footnotes
from dossier.exports.wording import label, stated_date

_TITLE_FIELDS = ("question", "objection", "milestone", "insight", "topic", "name", "headline", "title", "role")
_TEXT_FIELDS = ("answer", "response", "advantage", "reason", "body", "description", "text", "connection")
_BY_RULE = frozenset({"excluded", "scope_relevant_to_client", "quick_reference"})
_QUESTIONS = frozenset({"quick_reference"})
_HIDDEN = frozenset({"word_count", "kind", "date_precision", *CITING_FIELDS})


@dataclass(frozen=True, slots=True)
class Entry:
    """One item: when, a title, a text, further fields as (label, value), and the facts it rests on."""

    when: str = ""
    title: str = ""
    text: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    notes: tuple[Footnote, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Entries under one label; `reading` where the text cites nothing and is therefore only our reading."""

    label: str
    entries: tuple[Entry, ...]
    reading: bool = False


def content_blocks(
    content: dict[str, Any], notes: Footnotes, said: str, skip: Iterable[str], near: Sequence[Footnote] = ()
) -> list[Block]:
    """Return the blocks of `content` without the fields in `skip` and without text that stands in `said`.

    An entry of plain values that cites nothing gets those facts `near` it in which its values stand.
    """
    fields = {key: value for key, value in content.items() if key not in {*skip, *_HIDDEN}}
    made = _blocks(fields, notes, _plain(said), notes.cite(_own_citations(content)))
    return [_with_support(block, near) for block in made]


def _with_support(block: Block, near: Sequence[Footnote]) -> Block:
    if not block.reading:
        return block
    entries = tuple(replace(entry, notes=entry.notes or _support(entry, near)) for entry in block.entries)
    return replace(block, entries=entries, reading=_is_reading(entries))


def _support(entry: Entry, near: Sequence[Footnote]) -> tuple[Footnote, ...]:
    """Return the facts in which the values of an entry without prose stand, if they all do; else nothing."""
    values = [_plain(value) for _, value in entry.fields] if not entry.text else []
    holders = [next((one for one in near if value in _plain(one.statement)), None) for value in values]
    found = {one.number: one for one in holders if one is not None}
    return tuple(found[number] for number in sorted(found)) if values and None not in holders else ()


def _blocks(fields: dict[str, Any], notes: Footnotes, said: str, inherited: tuple[Footnote, ...]) -> Iterator[Block]:
    for key, value in fields.items():
        if _is_group(value):
            yield from _group(key, value, notes, said)
            continue
        found = _entries(value, notes, inherited)
        if key in _QUESTIONS:
            found = [replace(one, title=without_dateline(one.title), text=without_dateline(one.text)) for one in found]
        entries = tuple(_shortened(entry, said) for entry in found if not _repeated(entry, said))
        if entries:
            yield Block(label(key), entries, key not in _BY_RULE and _is_reading(entries))


def _is_group(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(item, dict | list) for item in _open_fields(value).values())


def _group(key: str, value: dict[str, Any], notes: Footnotes, said: str) -> Iterator[Block]:
    """Yield a block for the plain fields of `value`, then one for each field that holds more than a text."""
    own = notes.cite(_own_citations(value))
    plain = {name: item for name, item in _open_fields(value).items() if not isinstance(item, dict | list)}
    nested = {name: item for name, item in _open_fields(value).items() if isinstance(item, dict | list)}
    entry = Entry(fields=_fields(plain, notes), notes=own)
    if entry.fields and not _repeated(entry, said):
        yield Block(label(key), (entry,), _is_reading((entry,)))
    yield from _blocks(nested, notes, said, own)


def _entries(value: Any, notes: Footnotes, inherited: tuple[Footnote, ...]) -> list[Entry]:
    items = value if isinstance(value, list) else [value]
    made = []
    for item in items:
        if isinstance(item, dict):
            own = notes.cite(_own_citations(item))
            made.append(_entry(_open_fields(item), notes, own or inherited))
        else:
            made.append(Entry(text=_text(item), notes=inherited))
    return [entry for entry in made if entry.title or entry.text or entry.fields]


def _entry(fields: dict[str, Any], notes: Footnotes, cited: tuple[Footnote, ...]) -> Entry:
    title = next((name for name in _TITLE_FIELDS if fields.get(name)), None)
    text = next((name for name in _TEXT_FIELDS if name != title and fields.get(name)), None)
    said = _text(fields[title]) if title else ""
    dated = title == "milestone" and "date" in fields
    told = _text(fields[text]) if text else ""
    cited = cited or notes.behind(said) or notes.behind(told)
    told = told or _unanswered(title, cited)
    rest = {
        name: value for name, value in fields.items() if name not in (title, text) and not (dated and name == "date")
    }
    return Entry(
        when=_date(fields["date"], notes, said) if dated else "",
        title="" if dated else said,
        text=said if dated else told,
        fields=_fields(rest, notes),
        notes=cited,
    )


def _unanswered(title: str | None, cited: tuple[Footnote, ...]) -> str:
    if title != "question":
        return ""
    return "No direct answer in the sources; facts that touch on it:" if cited else "Not answered in the sources."


def _fields(fields: dict[str, Any], notes: Footnotes) -> tuple[tuple[str, str], ...]:
    shown = ((label(name), _value(name, value, notes)) for name, value in fields.items())
    return tuple((name, value) for name, value in shown if value)


def _open_fields(value: dict[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in _HIDDEN and item not in (None, "", [], {})}


def _own_citations(value: dict[str, Any]) -> list[str]:
    lists = (value[name] for name in sorted(CITING_FIELDS) if isinstance(value.get(name), list))
    return [one for ids in lists for one in ids if isinstance(one, str)]


def _value(name: str, value: Any, notes: Footnotes) -> str:
    if name == "date":
        return _date(value, notes)
    if name == "status" and isinstance(value, str) and value.isupper():
        return label(value)
    return _text(value)


def _date(value: Any, notes: Footnotes, statement: str = "") -> str:
    """Return a date in words, no more exact than the claims that have it."""
    try:
        return stated_date(value, notes.precision(date.fromisoformat(str(value)), statement))
    except ValueError:
        return stated_date(value)


def _text(value: Any) -> str:
    """Return any JSON value as one line of text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        parts = ((label(name), _text(item)) for name, item in _open_fields(value).items())
        return ", ".join(f"{name}: {text}" for name, text in parts if text)
    if isinstance(value, list):
        return ", ".join(text for text in map(_text, value) if text)
    return str(value)


def _repeated(entry: Entry, said: str) -> bool:
    return not entry.title and not entry.fields and _plain(entry.text) in said


def _shortened(entry: Entry, said: str) -> Entry:
    """Return an entry with fields without the text that the section's sentences say; its marks stay."""
    repeats = entry.title and entry.fields and entry.notes and entry.text and _plain(entry.text) in said
    return replace(entry, text="") if repeats else entry


def _is_reading(entries: tuple[Entry, ...]) -> bool:
    prose = [entry for entry in entries if not (entry.text or entry.title).endswith("?")]
    return bool(prose) and not any(entry.notes for entry in prose)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
