"""Scores pairs of notices: does the second amend the first, and which of its values changed.

Here: reading the two records as the pipeline's `Notice` and counting. Not here: the comparison
(`dossier/evidence/amendments.py`).
"""

from __future__ import annotations

from dossier.evaluate.labelled import BINARY, LIST, OBJECT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import ratio, yes_no
from dossier.evidence import amendments
from dossier.models import JsonDict
from dossier.ports import Language

PAIRS = Form(
    "pairs.jsonl",
    "changed",
    {"a": OBJECT, "b": OBJECT, "label": BINARY, "changed": LIST},
    lambda row: str(row["a"].get("employer_name")),
)


def score(sets: Labelled, language: Language) -> Scores:
    """Return F1 of `label`, and the share of amendments whose changed fields are named exactly."""
    rows = sets.rows(PAIRS)
    if not rows:
        raise nothing_to_score(sets, PAIRS)
    notices = [(amendments.notice_of(row["a"], "a"), amendments.notice_of(row["b"], "b")) for row in rows]
    figures = yes_no([bool(row["label"]) for row in rows], [amendments.same_event(a, b) for a, b in notices])
    amended = [(row, pair) for row, pair in zip(rows, notices, strict=True) if row["label"]]
    exact = sum(_names_exactly(row, amendments.changed_fields(*pair)) for row, pair in amended)
    return {
        "f1": figures.f1,
        "precision": figures.precision,
        "recall": figures.recall,
        "changed_exact": ratio(exact, len(amended)),
        "n": len(rows),
    }


def _names_exactly(row: JsonDict, changed: frozenset[str]) -> bool:
    return changed == {str(name) for name in row["changed"]}
