"""What Dagster's pages show of an artifact: flat numbers that can be plotted, a short preview, and details.

Here: the form of these, and making text from outside harmless in it. Not here: which numbers and rows belong to
which artifact (`previews.py`, `written_previews.py`).

Dagster's pages show Markdown of fewer than 1,000 characters at once and put a longer one behind a click: what a
reader needs first goes into `preview`, the tables into `details`. Addresses in tables of their own are dead there, so
rows are Markdown tables; four columns are what stays readable beside the other metadata. Details have at most 4 kB, a
table at most ten rows, and nothing has a picture. `dagster/row_count` is left out on purpose: it makes the pages lay
the status of the checks under the partition's long name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import dagster as dg

from dossier.exports.wording import count
from dossier.models import Cost
from dossier.text_safety import printable, web_address

AT_ONCE = 999
MAX_DETAILS = 4000
MAX_ROWS = 10
MAX_ITEMS = 5
MAX_CELL = 160
_SPECIAL = re.compile(r"([\\`*_\[\]<>|~&]|:(?=/)|^[-+#=])")
_LIST_NUMBER = re.compile(r"^(\d+)([.)])")
# The pages make links of bare addresses, escaped or not: a break that nobody sees keeps them text.
_BARE_ADDRESS = re.compile(r"(?<=://)|(?<=@)|(?<=www)(?=\.)", re.IGNORECASE)
_UNSEEN_BREAK = "\u200b"
_TABLE_RULE = re.compile(r"\|(?: --- \|)+")

Number = int | float
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is worth showing of an artifact: numbers by stable key, and Markdown made by the helpers below.

    `brief` is what a reader needs first, `items` the best of what `details` holds whole; `files` are paths below the
    home folder, by name.
    """

    numbers: Mapping[str, Number] = field(default_factory=dict)
    brief: Sequence[str] = ()
    items: Sequence[str] = ()
    details: Sequence[str] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def metadata_of(shown: Shown, seconds: float, cost: Cost, home: Path) -> dict[str, dg.MetadataValue]:
    """Return the metadata of one materialization; the keys about time and cost are the same for every asset."""
    numbers: dict[str, Number] = {
        **shown.numbers,
        "latency_s": round(seconds, 3),
        "llm_calls": cost.llm_calls,
        "cost_usd": cost.usd,
        "input_tokens": cost.input_tokens,
        "output_tokens": cost.output_tokens,
    }
    files = {name: dg.MetadataValue.path(str((home / path).absolute())) for name, path in shown.files.items()}
    return _texts(shown) | files | {name: _number(value) for name, value in numbers.items()}


def _texts(shown: Shown) -> dict[str, dg.MetadataValue]:
    brief, first = _joined(shown.brief), _joined([*shown.brief, *shown.items])
    preview = clipped(first, AT_ONCE, "More under *details*.")
    details = [] if clipped(brief, AT_ONCE, "") == brief else [brief]
    details += shown.details or ([] if preview == first else shown.items)
    texts = {"preview": preview, "details": clipped(_joined(details), MAX_DETAILS, "More in the artifact.")}
    return {name: dg.MetadataValue.md(text) for name, text in texts.items() if text}


def plain(text: object, limit: int = MAX_CELL) -> str:
    """Return text from outside as Markdown that says the same and does nothing, on one line."""
    given = str(text)
    said = " ".join((given if given.isprintable() else printable(given, multiline=True)).split())
    short = said if len(said) <= limit else said[: limit - 1].rstrip() + "…"
    if "://" in short or "@" in short or "www" in short.lower():  # rare, and looking for where is slow
        short = _BARE_ADDRESS.sub(_UNSEEN_BREAK, short)
    return _LIST_NUMBER.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", short))


def link(text: object, url: str | None, limit: int = MAX_CELL) -> str:
    """Return a Markdown link, or only the text where the address is not one that may be linked to."""
    address = _address(url)
    return f"[{plain(text, limit)}](<{address}>)" if address else plain(text, limit)


def table(headers: Sequence[str], of: Sequence[T], row: Callable[[T], Sequence[str]], title: str = "") -> str:
    """Return a Markdown table of the first ten things, each as a row of harmless cells, and how many more there are."""
    if not of:
        return ""
    lines = [" | ".join(headers), " | ".join("---" for _ in headers)]
    lines += [" | ".join(row(one)) for one in of[:MAX_ROWS]]  # the others are never formed
    head = f"**{title}**\n\n" if title else ""
    body = head + "\n".join(f"| {line} |" for line in lines)
    more = len(of) - MAX_ROWS
    return f"{body}\n\n{more} more in the artifact." if more > 0 else body


def bullets(of: Sequence[T], say: Callable[[T], str], limit: int = MAX_ITEMS) -> str:
    """Return a Markdown list of the first things, each in harmless words, and how many more there are."""
    lines = [f"- {say(one)}" for one in of[:limit]]
    return "\n".join([*lines, f"- and {len(of) - limit} more"] if len(of) > limit else lines)


def counts(numbers: Mapping[str, int]) -> str:
    """Return `3 signals, 1 claim`: what there is any of, by its noun."""
    return ", ".join(count(number, noun) for noun, number in numbers.items() if number)


def clipped(markdown: str, limit: int, more: str) -> str:
    """Return at most `limit` bytes of `markdown` in UTF-8, cut between lines so that no link or table row is torn.

    Where it was cut, `more` says where to find the rest.
    """
    lines: list[str] = []
    size = 0
    for line in markdown.splitlines():
        size += len(line.encode()) + 1
        if size > limit - len(more) - 2 and len(markdown.encode()) > limit:
            return "\n".join([*_without_empty_table(lines), "", more])
        lines.append(line)
    return "\n".join(lines)


@lru_cache(maxsize=1024)
def _address(url: str | None) -> str | None:
    return web_address(url)


def _without_empty_table(lines: list[str]) -> list[str]:
    if lines and _TABLE_RULE.fullmatch(lines[-1]):
        del lines[-2:]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part)


def _number(value: Number) -> dg.MetadataValue:
    return dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.float(value)
