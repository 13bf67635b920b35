"""What Dagster's pages show of an artifact: flat numbers that can be plotted, and a short Markdown preview.

Here: the form of both, and making text from outside harmless in it. Not here: which numbers and rows belong to
which artifact (`previews.py`). Pages render Markdown links but no addresses in tables of their own, so rows
are Markdown tables; a preview has at most 4 kB, ten rows and no picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import dagster as dg

from dossier.models import Cost
from dossier.text_safety import printable, web_address

MAX_PREVIEW = 4000
MAX_ROWS = 10
MAX_CELL = 160
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$:@/-])")

Number = int | float


@dataclass(frozen=True, slots=True)
class Shown:
    """What is worth showing of an artifact: numbers by stable key, and Markdown made by the helpers below."""

    numbers: Mapping[str, Number] = field(default_factory=dict)
    markdown: Sequence[str] = ()


def metadata_of(shown: Shown, seconds: float, cost: Cost) -> dict[str, dg.MetadataValue]:
    """Return the metadata of one materialization; the keys about time and cost are the same for every asset."""
    numbers: dict[str, Number] = {
        **shown.numbers,
        "latency_s": round(seconds, 3),
        "llm_calls": cost.llm_calls,
        "cost_usd": cost.usd,
        "input_tokens": cost.input_tokens,
        "output_tokens": cost.output_tokens,
    }
    preview = clipped("\n\n".join(part for part in shown.markdown if part))
    first: dict[str, dg.MetadataValue] = {"preview": dg.MetadataValue.md(preview)} if preview else {}
    return first | {name: _number(value) for name, value in numbers.items()}


def plain(text: object, limit: int = MAX_CELL) -> str:
    """Return text from outside as Markdown that says the same and does nothing, on one line."""
    said = " ".join(printable(str(text), multiline=True).split())
    short = said if len(said) <= limit else said[: limit - 1].rstrip() + "…"
    return _SPECIAL.sub(r"\\\1", short)


def link(text: object, url: str | None) -> str:
    """Return a Markdown link, or only the text where the address is not one that may be linked to."""
    address = web_address(url)
    return f"[{plain(text)}](<{address}>)" if address else plain(text)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], of_all: int | None = None) -> str:
    """Return a Markdown table of at most ten rows of harmless cells, and how many more there are."""
    kept = [list(row) for row in rows]
    if not kept:
        return ""
    lines = [" | ".join(headers), " | ".join("---" for _ in headers), *(" | ".join(row) for row in kept[:MAX_ROWS])]
    more = (len(kept) if of_all is None else of_all) - MAX_ROWS
    body = "\n".join(f"| {line} |" for line in lines)
    return f"{body}\n\n{more} more in the artifact." if more > 0 else body


def clipped(markdown: str) -> str:
    """Return at most 4 kB of `markdown` in UTF-8, cut between lines so that no link or table row is torn."""
    lines: list[str] = []
    size = 0
    for line in markdown.splitlines():
        size += len(line.encode()) + 1
        if size > MAX_PREVIEW - 40:
            return "\n".join([*lines, "", "More in the artifact."])
        lines.append(line)
    return "\n".join(lines)


def _number(value: Number) -> dg.MetadataValue:
    return dg.MetadataValue.int(value) if isinstance(value, int) else dg.MetadataValue.float(value)
