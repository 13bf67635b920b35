"""Tables from outside, CSV or JSONL, as rows of text under normal column names.

Here: encodings, delimiters, headers and row numbers; nothing is guessed about types, so `NA` and `01234` stay
what they are. Not here: what a column means (`leads.py`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dossier.errors import BadInput
from dossier.intake import strict_json
from dossier.intake.rows import Rejected

MAX_BYTES = 200_000_000
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 1_000
_DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file: number (the header is row 1) and values by normal column name."""

    row: int
    values: dict[str, Any]


def read_table(path: Path, must_have: Collection[str] = ()) -> Iterator[RawRow | Rejected]:
    """Yield the rows of the CSV or JSONL file `path`.

    Raises BadInput for a file that is neither, and for a CSV file whose header has none of `must_have`.
    """
    check_file(path, MAX_BYTES)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from _read_jsonl(path)
    elif path.suffix.lower() in (".csv", ".tsv", ".txt"):
        yield from _read_csv(path, must_have)
    else:
        raise BadInput(f"{path.name} is no table.", f"Its ending is {path.suffix!r}.", "Give a .csv or .jsonl file.")


def check_file(path: Path, limit: int) -> None:
    """Raise BadInput if `path` is not a file that can be read, or holds more than `limit` bytes."""
    if not path.is_file():
        raise BadInput(f"There is no file {str(path)!r}.", "", "Check the path.")
    if path.stat().st_size > limit:
        raise BadInput(f"{path.name} is too large.", f"At most {limit} bytes.", "Split the file.")


def column_name(text: str) -> str:
    """Return the normal form of a column's name: `Company Name ` -> `company_name`."""
    return re.sub(r"[\W_]+", "_", text.strip().casefold()).strip("_")


def decode(raw: bytes) -> str:
    """Return `raw` as text: by its byte order mark, else UTF-8, else Windows-1252.

    Raises BadInput for UTF-16 without a mark, which every other reading turns into letters with NUL between them.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    if _is_unmarked_utf16(raw[:_LOOKED_AT]):
        raise BadInput("The text is UTF-16 without a byte order mark.", "It cannot be told apart.", "Save it as UTF-8.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _is_unmarked_utf16(raw: bytes) -> bool:
    """Return whether every second byte is mostly NUL and the others are not, as in Latin letters of two bytes."""
    halves = [raw[side::2].count(0) / max(len(raw) // 2, 1) for side in (0, 1)]
    return max(halves) > 0.6 and min(halves) < 0.1


def _read_jsonl(path: Path) -> Iterator[RawRow | Rejected]:
    for number, line in strict_json.lines(path):
        try:
            if isinstance(line, strict_json.BadJson):
                raise line
            value = strict_json.loads(line)
        except strict_json.BadJson as error:
            yield Rejected(number, str(error))
            continue
        if isinstance(value, dict):
            yield RawRow(number, {column_name(name): item for name, item in value.items()})
        else:
            yield Rejected(number, "not a JSON object")


def _read_csv(path: Path, must_have: Collection[str]) -> Iterator[RawRow | Rejected]:
    """Yield each record of a CSV file below its header, by which it is named, or why it cannot be used.

    Records are counted as they stand, blank ones and those that cannot be read included.
    """
    text = decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    records = enumerate(_records(text), start=1)
    first = next((record for _, record in records if isinstance(record, str) or _says_something(record)), [])
    if isinstance(first, str):
        raise BadInput(f"{path.name} is no table.", f"In its header {first}.", "Give a CSV file with a header row.")
    header = [column_name(name) for name in first]
    if must_have and not set(header) & set(must_have):
        raise BadInput(
            f"{path.name} has no column that is called {' or '.join(list(must_have)[:2])}.",
            f"Its first row reads: {', '.join(filter(None, header))[:300] or 'nothing'}.",
            "Give it a header row.",
        )
    for number, record in records:
        if isinstance(record, str):
            yield Rejected(number, record)
        elif len(record) > len(header):
            yield Rejected(number, f"more fields than the {len(header)} of the header")
        elif _says_something(record):
            yield RawRow(number, _named(header, record))


def _records(text: str) -> Iterator[list[str] | str]:
    """Yield the fields of each record of a CSV text, or in words why it cannot be read: none is left out."""
    csv.field_size_limit(MAX_BYTES)  # a field that is too long must fail its own row, not the file
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True, strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # the next record begins in the next line
            yield _torn(str(error)) + (f", in lines {begins} to {reader.line_num}" if reader.line_num > begins else "")


def _torn(error: str) -> str:
    if "unexpected end" in error:
        return "a quotation mark is never closed: the file was not read from there on"
    if "expected after" in error:
        return "letters stand behind a closing quotation mark: double the marks inside a field"
    return f"the row cannot be read: {error}"


def _says_something(fields: Sequence[str]) -> bool:
    return any(field.strip() for field in fields)


def _named(header: Sequence[str], fields: Sequence[str]) -> dict[str, Any]:
    """Return the fields by column; of two columns with one name the first that says something counts."""
    values: dict[str, Any] = {}
    for name, field in zip(header, fields, strict=False):  # a row may end early
        if name and not values.get(name):
            values[name] = field
    return values


def _delimiter(text: str) -> str:
    """Return the delimiter that stands most often in the header line; a comma if none does."""
    header = text.lstrip("\n\r").partition("\n")[0]
    return max(_DELIMITERS, key=lambda sign: (header.count(sign), sign == ","))
