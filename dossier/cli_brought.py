"""What an import answers: counts, the rows that did not go in, and what a person should hear of those that did.

Here: words, documents for `--json` and exit codes. Not here: importing (`dossier/cli_intake.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

from dossier.cli_desk import BAD_INPUT, OK, PARTIAL, Outcome
from dossier.intake.rows import Noted, Rejected
from dossier.models import JsonDict

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import of one kind did: counts by what happened, rows that did not go in, remarks on those that did.

    `undated` counts documents that are left without a date.
    """

    counts: dict[str, int]
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    undated: int | None = None


def imported(brought: Brought, prefix: str = "") -> Outcome:
    """Answer the import of one kind: counts, rejected rows, and the exit code they mean."""
    undated = {} if brought.undated is None else {"undated": brought.undated}
    notes = {} if brought.undated is not None else {"notes": _plain(brought.notes)}
    document: JsonDict = {**brought.counts, **undated, **notes, "rejected": _plain(brought.rejected)}
    code = _code(brought.rejected, sum(brought.counts.values()))
    return Outcome(document, [prefix + _counted(brought), *_remarks([brought])], code)


def imported_all(parts: dict[str, Brought], warnings: dict[str, list[str]]) -> Outcome:
    """Answer the import of a folder: the same for each kind of thing in it, and the clients' warnings by slug."""
    rejected = [row for part in parts.values() for row in part.rejected]
    counts = {
        kind: part.counts if part.undated is None else {**part.counts, "undated": part.undated}
        for kind, part in parts.items()
    }
    notes = [note for part in parts.values() for note in part.notes]
    document: JsonDict = {**counts, "warnings": warnings, "notes": _plain(notes), "rejected": _plain(rejected)}
    shown = [f"{kind}: {_counted(part)}" for kind, part in parts.items()]
    shown += [line for slug, said in warnings.items() for line in warned(said, f"{slug}: ")]
    code = _code(rejected, sum(sum(part.counts.values()) for part in parts.values()))
    return Outcome(document, [*shown, *_remarks(parts.values())], code)


def warned(warnings: Iterable[str], prefix: str = "") -> list[str]:
    """Return the warnings as lines."""
    return [f"  Warning: {prefix}{text}" for text in warnings]


def _counted(brought: Brought) -> str:
    counts = [f"{number} {what}" for what, number in brought.counts.items()]
    return ", ".join([*counts, f"{len(brought.rejected)} rejected"])


def _remarks(parts: Iterable[Brought]) -> list[str]:
    parts = list(parts)
    rejected = [f"{_place(row)}: {row.reason}" for part in parts for row in part.rejected]
    notes = [f"{_place(row)}: {row.note}" for part in parts for row in part.notes]
    undated = sum(part.undated or 0 for part in parts)
    updated = any(part.counts.get("updated") for part in parts if part.undated is not None)
    return [
        *_some(rejected),
        *_some(notes),
        *([_undated(undated)] if undated else []),
        *(
            ["Dossiers that stand keep what they were made with; new ones: dossier leads flag --help"]
            if updated
            else []
        ),
    ]


def _undated(number: int) -> str:
    who = f"{number} documents have" if number > 1 else "1 document has"
    return (
        f"{who} no date. An undated document is read, but can never be the why-now unless its text dates the event. "
        "Give it one, `published_at` in JSONL or `Date: 2026-03-01` above the text, and import it again."
    )


def _some(lines: Sequence[str]) -> list[str]:
    more = len(lines) - MOST_SHOWN
    shown = [f"  {line}" for line in lines[:MOST_SHOWN]]
    return [*shown, f"  and {more} more; --json lists them all"] if more > 0 else shown


def _code(rejected: Sequence[Rejected], good: int) -> int:
    return OK if not rejected else PARTIAL if good else BAD_INPUT


def _place(row: Rejected | Noted) -> str:
    return f"{row.file}, row {row.row}" if row.file else f"row {row.row}"


def _plain(rows: Sequence[Rejected | Noted]) -> list[JsonDict]:
    return [{key: value for key, value in asdict(row).items() if value is not None} for row in rows]
