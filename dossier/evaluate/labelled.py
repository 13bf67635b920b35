"""Labelled sets on disk: finding the files of a form, reading their rows, refusing what cannot be scored.

Here: JSONL files in one folder or in the folders of one parent, known by name and by a field of their rows, and
the halves that a set is developed with. Not here: what is scored. A row that cannot be read ends the evaluation:
a figure over the rest would look better than it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dossier.errors import BadInput
from dossier.models import JsonDict

Half = Literal["first", "second"]
Scores = dict[str, float | int]
TEXT = (str,)
BINARY = (bool, int)
NUMBER = (int, float)
LIST = (list,)
OBJECT = (dict,)
MAYBE_TEXT = (str, type(None))


@dataclass(frozen=True, slots=True)
class Form:
    """What a file of a set looks like: its name (a glob), the field it is known by, the types of the fields used.

    `row_id` gives the text whose digest says into which half a row falls: rows of one thing stay together.
    """

    pattern: str
    marker: str
    fields: Mapping[str, tuple[type, ...]]
    row_id: Callable[[JsonDict], str]


@dataclass(frozen=True, slots=True)
class Labelled:
    """The sets in one folder: the folder itself and those right below it; `half` keeps one half of the rows."""

    folder: Path
    half: Half | None = None

    def read(self, form: Form) -> dict[Path, list[JsonDict]]:
        """Return the rows of every file of `form`, by path in order, checked. Empty where there is no such file.

        Raises BadInput for a file of this form that is empty or has a row that cannot be read.
        """
        found = {path: rows for path in self._paths(form) if (rows := _rows_of(path, form)) is not None}
        return {path: [row for row in rows if self._wanted(form.row_id(row))] for path, rows in found.items()}

    def rows(self, form: Form) -> list[JsonDict]:
        """Return the rows of all files of `form` together."""
        return [row for rows in self.read(form).values() for row in rows]

    def _paths(self, form: Form) -> list[Path]:
        if not self.folder.is_dir():
            raise BadInput(f"There is no folder {str(self.folder)!r}.", "", "Give the folder of a set: --data DIR")
        below = sorted(path for path in self.folder.iterdir() if path.is_dir())
        return [path for folder in (self.folder, *below) for path in sorted(folder.glob(form.pattern))]

    def _wanted(self, row_id: str) -> bool:
        return self.half is None or half_of(row_id) == self.half


def half_of(row_id: str) -> Half:
    """Return the half that a row falls into: decided by its id alone, so that no row ever changes sides."""
    return "first" if hashlib.sha256(row_id.encode("utf-8", "surrogatepass")).digest()[0] % 2 else "second"


class NothingToScore(BadInput):
    """The folder has no file of the form that is asked for."""


def nothing_to_score(labelled: Labelled, *forms: Form) -> NothingToScore:
    """Return the error for a folder without any file of `forms`."""
    wanted = ", ".join(dict.fromkeys(f"{form.pattern} with the field {form.marker!r}" for form in forms))
    return NothingToScore(
        f"Nothing to score in {str(labelled.folder)!r}.",
        f"Looked there and one folder below for: {wanted}.",
        "Give the folder of a labelled set, or a parent of such folders.",
    )


def _rows_of(path: Path, form: Form) -> list[JsonDict] | None:
    """Return the checked rows of a file, or None where no row has the marker: a file of another form."""
    rows = list(_parsed(path))
    if not rows:
        raise BadInput(f"{str(path)!r} is empty.", "It has no rows to score.", "Give a set with rows, one JSON a line.")
    if not any(isinstance(row, dict) and form.marker in row for _, row in rows):
        _refuse_broken(path, rows)
        return None
    return [_checked(path, number, row, form) for number, row in rows]


def _parsed(path: Path) -> Iterator[tuple[int, object]]:
    """Yield (line number, row); what is no JSON comes as the error."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"Cannot read {str(path)!r}.", str(error), "Give files of UTF-8 text, one JSON a line."
        ) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, error


def _refuse_broken(path: Path, rows: list[tuple[int, object]]) -> None:
    broken = next((number for number, row in rows if not isinstance(row, dict)), None)
    if broken is not None and not any(isinstance(row, dict) for _, row in rows):
        raise _bad_row(path, broken, "it is no JSON object")


def _checked(path: Path, number: int, row: object, form: Form) -> JsonDict:
    if not isinstance(row, dict):
        raise _bad_row(path, number, "it is no JSON object")
    for name, kinds in form.fields.items():
        if name not in row:
            raise _bad_row(path, number, f"the field {name!r} is missing")
        if not isinstance(row[name], kinds):
            wanted = " or ".join("null" if kind is type(None) else kind.__name__ for kind in kinds)
            raise _bad_row(path, number, f"the field {name!r} is {type(row[name]).__name__}, not {wanted}")
    return row


def _bad_row(path: Path, number: int, why: str) -> BadInput:
    why = f"{why[0].upper()}{why[1:]}."
    return BadInput(f"Row {number} of {str(path)!r} cannot be scored.", why, "Mend or remove the row: none is skipped.")
