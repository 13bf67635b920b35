"""The answer of `dossier run --json` as a Markdown page: what a scheduled job shows of what it did.

Here: runs, what a dry run would make, or an error, as a table in GitHub's Markdown. Names and errors come from
outside: they are shown as they are and do nothing. Not here: how an answer comes about (`dossier/cli_runs.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dossier.errors import BadInput
from dossier.text_safety import printable

MAX_ROWS = 500  # a page of a job holds 1 MB
MAX_CELL = 200
# With a backslash a mark is only that mark: no link, no HTML, no table cell, no mention, no formula.
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$:@^=]|(?<=www)\.)", re.IGNORECASE)


def summarise(answer: Mapping[str, Any]) -> str:
    """Return the page for an answer of `run --json`. Raises BadInput for what is none."""
    if isinstance(answer.get("error"), dict):
        return _refused(answer["error"])
    for key, page in (("runs", _made), ("would_run", _would_make)):
        rows = answer.get(key)
        if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
            return page(rows)
    raise BadInput("This is no answer of a run.", "It holds neither `runs` nor `would_run` nor `error`.")


def _made(runs: Sequence[Mapping[str, Any]]) -> str:
    if not runs:
        return _page("No dossiers", "Nothing was flagged.")
    headers = ("run", "lead", "status", "score", "tier", "claims", "cost", "took", "error")
    rows = (
        (
            run.get("run_id"),
            run.get("lead"),
            _ending(run),
            run.get("score"),
            run.get("tier"),
            run.get("claims"),
            _figure(run.get("cost_usd"), ".2f", " USD"),
            _figure(run.get("wall_s"), ".1f", " s"),
            run.get("error"),
        )
        for run in runs
    )
    endings = Counter(_ending(run) for run in runs)
    counts = ", ".join(f"{number} {_plain(ending)}" for ending, number in endings.most_common())
    cost = sum(run.get("cost_usd") or 0 for run in runs)
    return _page("Dossiers", f"Of {len(runs)} runs: {counts}. Cost: {cost:.2f} USD.", _table(headers, rows, len(runs)))


def _would_make(leads: Sequence[Mapping[str, Any]]) -> str:
    if not leads:
        return _page("Dry run", "Nothing is flagged: nothing would be made.")
    rows = ((lead.get("client"), lead.get("lead"), lead.get("domain"), lead.get("run_id")) for lead in leads)
    shown = _table(("client", "lead", "domain", "queued as"), rows, len(leads))
    return _page("Dry run", f"{len(leads)} would be made; nothing was.", shown)


def _refused(error: Mapping[str, Any]) -> str:
    said = " ".join(_plain(error[part]) for part in ("what", "why") if error.get(part))
    return _page("No dossiers", said, f"Next: {_plain(error['next'])}" if error.get("next") else "")


def _ending(run: Mapping[str, Any]) -> str:
    """Return the dossier's own word, complete or partial, where the run completed, or else the run's."""
    word = run.get("dossier_status") if run.get("status") == "completed" else None
    return str(word or run.get("status"))


def _figure(value: float | None, form: str, unit: str) -> str:
    return "" if value is None else f"{value:{form}}{unit}"


def _table(headers: Sequence[str], rows: Iterable[Sequence[object]], of_all: int) -> str:
    cells = [[_plain(cell) for cell in row] for row, _ in zip(rows, range(MAX_ROWS), strict=False)]
    lines = [" | ".join(row) for row in (headers, ["---"] * len(headers), *cells)]
    more = of_all - len(cells)
    body = "\n".join(f"| {line} |" for line in lines)
    return f"{body}\n\n{more} more are not shown." if more else body


def _plain(value: object) -> str:
    """Return a value as one line of Markdown that says the same and does nothing."""
    said = " ".join(printable("" if value is None else str(value), multiline=True).split())
    short = said if len(said) <= MAX_CELL else said[: MAX_CELL - 1].rstrip() + "…"
    return _MARKS.sub(r"\\\1", short)


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"### {title}", *(part for part in parts if part)]) + "\n"
