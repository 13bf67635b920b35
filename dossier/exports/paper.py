"""What a printed dossier is made of: headings, paragraphs, tables, cards, in the order in which they are read.

Here: the pieces, free of any format. Not here: which of them a dossier has (`paper_first.py`, `paper_full.py`)
and how they look, which the writers of PDF and DOCX decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dossier.exports.footnotes import Footnote, Reference
from dossier.exports.readable import readable
from dossier.text_safety import printable

Look = Literal["plain", "strong", "soft", "mark", "tag", "ok", "warn", "hot", "start"]
Role = Literal[
    "body", "lead", "small", "label", "detail", "name", "gap", "point", "reading", "dash", "quote", "address", "copy"
]
_NO_CHARACTER = re.compile("[\ufffe\uffff]")  # no XML may hold them
_NO_BREAK = "\u202f"
_MARKS_OF_A_LINE = 6


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a line. `link` is an address of the web or mail, or `#` and an anchor of the same paper."""

    text: str
    look: Look = "plain"
    link: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or an item of a list."""

    spans: tuple[Span, ...]
    role: Role = "body"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the outline; `level` 1 to 3."""

    text: str
    level: int
    anchor: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Masthead:
    """The top of page one."""

    title: str
    eyebrow: str
    facts: str
    line: Text | None
    score: int
    tier: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under one head; `weights` share out the width."""

    head: tuple[str, ...]
    weights: tuple[int, ...]
    rows: tuple[tuple[tuple[Text, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels with what belongs to them; `indented` where they belong to the paragraph above."""

    rows: tuple[tuple[str, tuple[Text, ...]], ...]
    indented: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Parts of a score as (label, value in words, percent reached, reason)."""

    rows: tuple[tuple[str, str, int, Text], ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """Boxes side by side, at most `across` in a row; each holds paragraphs."""

    cards: tuple[tuple[Text, ...], ...]
    across: int


@dataclass(frozen=True, slots=True)
class Box:
    """Pieces on a ground of their own: what must be seen."""

    pieces: tuple[Piece, ...]
    tone: Literal["accent", "warn"]


@dataclass(frozen=True, slots=True)
class Columns:
    """Two columns where there is room, left before right where there is none."""

    left: tuple[Piece, ...]
    right: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item of the list of facts or of sources, which marks point to."""

    number: int
    anchor: str
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class NewPart:
    """Between page one and the long part."""


Piece = Heading | Masthead | Text | Table | Pairs | Bars | Cards | Box | Columns | Numbered | NewPart


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper: what file managers show of it, what stands at the foot of each page, and its pieces."""

    title: str
    subject: str
    foot: str
    created: str
    pieces: tuple[Piece, ...]


def shown(text: str) -> str:
    """Return outside text as a file may hold it: rows of tables made readable, what is no character written out."""
    return _NO_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", printable(readable(text), multiline=True))


def plain(text: str, role: Role = "body", look: Look = "plain") -> Text:
    """Return `text` as a paragraph of one look."""
    return Text((Span(text, look),), role)


def cited(text: str, notes: Sequence[Footnote], role: Role = "body", before: Sequence[Span] = ()) -> Text:
    """Return `text` with the marks of the facts that it rests on."""
    return Text((*before, Span(text), *marks(notes)), role)


def marks(notes: Sequence[Footnote]) -> tuple[Span, ...]:
    """Return the numbers of facts in brackets, each a link to its fact."""
    numbers = [Span(str(note.number), "mark", f"#fact-{note.number}") for note in notes]
    commas = [Span(f",{_NO_BREAK if len(notes) <= _MARKS_OF_A_LINE else ' '}", "mark")] * len(numbers)
    listed = [one for pair in zip(commas, numbers, strict=True) for one in pair][1:]
    return (Span(f"{_NO_BREAK}[", "mark"), *listed, Span("]", "mark")) if numbers else ()


def source(reference: Reference | None) -> tuple[Span, ...]:
    """Return the publisher of a source, linked to it."""
    return (Span(reference.publisher, "plain", reference.url or ""),) if reference else ()


def joined(parts: Sequence[tuple[Span, ...]], between: str = " · ") -> tuple[Span, ...]:
    """Return those of `parts` that hold something, with `between` among them."""
    kept = [part for part in parts if any(span.text for span in part)]
    return tuple(span for number, part in enumerate(kept) for span in ((Span(between, "soft"),) * bool(number) + part))
