"""What a text or Markdown file says about itself before its text: YAML front matter, or lines like `Date: 2026-03-01`.

Here: telling that head from the text, and the names and values in it. Not here: what a field means and whether its
value is good (`documents.py`). A head is about the text and no part of it, so mending it makes no other text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from dossier.evidence.dates import find_dates
from dossier.intake import strict_yaml
from dossier.intake.tables import column_name
from dossier.models import Precision

MAX_HEAD = 65_536
_FENCED = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"[\"']?\w[\w -]{0,60}[\"']?\s*:(?:\s|$)")
_HEADING = re.compile(r"\A\s*#{1,6}[ \t][^\n]*\n\s*")
_LINE = re.compile(r"[*_]{0,2}([A-Za-z][A-Za-z _-]{1,30}?)[*_]{0,2}[ \t]*:[*_]{0,2}[ \t]*([^\n]*)(?:\n|\Z)")
_SHORT = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


def split(text: str, line_keys: Collection[str], *, is_markdown: bool) -> tuple[dict[str, Any], str]:
    """Return the fields of the head of `text` by normal name, and the text behind it; `{}` without a head.

    Front matter may hold any key. Lines are a head where the first, in Markdown also the first below a heading, has
    one of `line_keys`; others may follow up to a blank line. Raises ValueError for front matter that cannot be read.
    """
    fenced = _FENCED.match(text)
    if fenced and _KEY.match(_first_line(fenced[1])):
        if len(fenced[1]) > MAX_HEAD:
            raise ValueError(f"the front matter is longer than {MAX_HEAD} characters")
        try:
            value = strict_yaml.loads(fenced[1])
        except strict_yaml.BadYaml as error:
            raise ValueError(f"the front matter cannot be read: {error}") from error
        if isinstance(value, dict):
            return {column_name(key): item for key, item in value.items()}, text[fenced.end() :].lstrip("\n")
    heading = _HEADING.match(text) if is_markdown else None
    start = end = heading.end() if heading else len(text) - len(text.lstrip("\n"))
    lines = []
    while line := _LINE.match(text, end):
        lines.append(line)
        end = line.end()
    names = [column_name(line[1]) for line in lines]
    ends_in_blank = end == len(text) or text[end] == "\n"
    known = next((number for number, name in enumerate(names) if name not in line_keys), len(names))
    head = lines if known and ends_in_blank else lines[:known]
    if not head:
        return {}, text
    fields = {name: line[2].strip(" *_\t") for name, line in reversed(list(zip(names, head, strict=False)))}
    return fields, text[:start].lstrip("\n") + text[head[-1].end() :].lstrip("\n")


def _first_line(yaml: str) -> str:
    """Return the first line that is neither blank nor a comment."""
    lines = (line.strip() for line in yaml.split("\n"))
    return next((line for line in lines if line and not line.startswith("#")), "")


def in_figures(written: Any) -> Any:
    """Return a date that is written out in words, `March 3, 2026`, as `2026-03-03`; anything else as it is."""
    text = written.strip() if isinstance(written, str) else ""
    found = find_dates(text) if re.search(r"[A-Za-z]{3}", text) else []
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(text)):
        return written
    digits = _SHORT.get(found[0].value.precision)
    return found[0].value.value.isoformat()[:digits] if digits else written
