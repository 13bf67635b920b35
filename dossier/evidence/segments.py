"""Splits a source's text into blocks without changing a character: every block knows its offsets.

Here: paragraphs, list items, headings, `Label: value` fields, table rows and lines of figures, and runs of
fields that form one record (a notice, a letterhead). Not here: sentences, which come from the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["prose", "heading", "field", "figures"]

_BULLET = re.compile(r"[ \t]*(?:[-–•*▪◦‣·●○■☐☒>\ue000-\uf8ff]+|\(?\d{1,2}[.)]|[a-z][.)])[ \t]+")
_HEADING = re.compile(r"#{1,6}\s+\S")
_FIELD = re.compile(r"(?P<label>[A-Z][A-Za-z0-9 /&'’()-]{1,44}?)\**\s*:\**[ \t]+(?P<value>[^\s“\x22].{0,159})$")
_CELLS = re.compile(r"\|\s*\**(?P<label>[A-Z][^|*]{1,44}?)\**\s*\|\s*(?P<value>[^|\s][^|]{0,159}?)\s*\|\s*$")
_ENDS = re.compile(r"[.!?:;][\"'”’)\]*]*\s*$")
_DIGITISH = re.compile(r"[\d$%().,—–\s-]")
_CELL = re.compile(r"\|([^|]*)(?=\|)")
_RULE = re.compile(r":?-*:?")
WRAPPED_LINE = 45
LEAST_COLUMNS = 3  # of a table: two columns are labels and values


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text: `text == document[start:end]`; fields also carry label and value with its offset."""

    kind: Kind
    start: int
    end: int
    text: str
    label: str = ""
    value: str = ""
    value_start: int = 0
    bullet: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Three or more fields in a row: one structured thing, such as a notice or a letterhead."""

    fields: tuple[Block, ...]
    title: Block | None

    @property
    def start(self) -> int:
        """Offset of the first field."""
        return self.fields[0].start

    @property
    def end(self) -> int:
        """Offset behind the last field."""
        return self.fields[-1].end


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _classify(start: int, line: str) -> Block:
    """Return the block of one line that is not blank, its marker and outer white space left out."""
    marker = _BULLET.match(line)
    inner = line[marker.end() :] if marker else line
    lead = len(line) - len(inner) + (len(inner) - len(inner.lstrip()))
    body = inner.strip()
    begin = start + lead
    end = begin + len(body)
    bullet = marker is not None
    if _HEADING.match(body):
        return Block("heading", begin, end, body)
    match = _CELLS.match(body) or _FIELD.match(body)
    if match and len(match["label"].split()) <= 6:
        value = match["value"].strip().rstrip("*").strip()
        at = begin + match.start("value")
        return Block("field", begin, end, body, match["label"].strip(), value, at, bullet)
    if len(_DIGITISH.sub("", body)) * 2 < len(body):
        return Block("figures", begin, end, body, bullet=bullet)
    return Block("prose", begin, end, body, bullet=bullet)


def _continues(paragraph: list[Block], block: Block, text: str) -> bool:
    """True when `block` is the next line of a paragraph that was wrapped into lines."""
    first, last = paragraph[0], paragraph[-1]
    if first.kind != "prose" or block.kind not in ("prose", "field") or block.bullet:
        return False
    if "\n\n" in text[last.end : block.start] or (first.bullet and not block.text[:1].islower()):
        return False
    if _ENDS.search(last.text):
        return False
    last_line = text[max(text.rfind("\n", 0, last.start) + 1, first.start) : last.end]
    last_word = last_line.rsplit(None, 1)[-1]
    broken_off = len(last_line) >= WRAPPED_LINE and (last_word[:1].islower() or last_word.endswith(","))
    return block.text[:1].islower() or broken_off


def split_blocks(text: str) -> list[Block]:
    """Return the blocks of `text` in order; `text[b.start:b.end] == b.text` holds for each."""
    paragraphs: list[list[Block]] = []
    for start, line in _lines(text):
        if not line.strip(" \t\r|*-—_="):
            continue
        block = _classify(start, line)
        if paragraphs and _continues(paragraphs[-1], block, text):
            paragraphs[-1].append(block)
        else:
            paragraphs.append([block])
    return [_joined(lines, text) for lines in paragraphs]


def _joined(lines: list[Block], text: str) -> Block:
    """Return the block of all lines of a paragraph."""
    if len(lines) == 1:
        return lines[0]
    start, end = lines[0].start, lines[-1].end
    return Block("prose", start, end, text[start:end], bullet=lines[0].bullet)


def find_rows(text: str) -> list[Record]:
    """Return the rows of the tables with three or more columns between bars, each as a record under the table's head.

    The head is the record's title (of the kind `figures`): labels are its cells, values those of the row.
    """
    rows: list[Record] = []
    head: list[tuple[int, str]] = []
    for start, line in _lines(text):
        cells = _cells(start, line)
        if len(cells) < LEAST_COLUMNS or (head and len(cells) != len(head)):
            head = cells if len(cells) >= LEAST_COLUMNS else []
        elif not head:
            head = cells
        elif not all(_RULE.fullmatch(cell) for _, cell in cells):
            fields = tuple(
                Block("field", at, at + len(cell), cell, label, cell, at)
                for (_, label), (at, cell) in zip(head, cells, strict=True)
                if cell and label
            )
            top = head[0][0], head[-1][0] + len(head[-1][1])
            rows += [Record(fields, Block("figures", *top, text[slice(*top)]))] if fields else []
    return rows


def _cells(start: int, line: str) -> list[tuple[int, str]]:
    """Return offset and words of each cell of a line between bars, none of another line."""
    bare = line.rstrip()
    if not bare.lstrip().startswith("|") or not bare.endswith("|"):
        return []
    found = ((match.start(1), match[1]) for match in _CELL.finditer(bare))
    return [(start + at + len(said) - len(said.lstrip()), said.strip()) for at, said in found]


def find_records(blocks: list[Block]) -> list[Record]:
    """Return the runs of at least three fields, with the line above them as title."""
    records: list[Record] = []
    run: list[Block] = []
    above: Block | None = None
    last: Block | None = None
    for block in [*blocks, Block("heading", 0, 0, "")]:
        if block.kind == "field":
            above = above if run else last
            run.append(block)
            continue
        if run and block.bullet and block.kind == "prose" and len(block.text) < 100:
            continue  # a sub-item below a field does not end the record
        if len(run) >= 3:
            records.append(Record(tuple(run), above))
        run = []
        last = block
    return records
