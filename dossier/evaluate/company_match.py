"""Scores pairs of company names: a filed employer against a company.

Here: counting. Not here: the comparison of names (`dossier/evidence/organisations.py`).
"""

from __future__ import annotations

from dossier.evaluate.labelled import BINARY, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import yes_no
from dossier.evidence import organisations
from dossier.ports import Language

PAIRS = Form("pairs.jsonl", "name_a", {"name_a": TEXT, "name_b": TEXT, "label": BINARY}, lambda row: str(row["name_b"]))


def score(sets: Labelled, language: Language) -> Scores:
    """Return precision, recall and F1 of `label`."""
    rows = sets.rows(PAIRS)
    if not rows:
        raise nothing_to_score(sets, PAIRS)
    found = [organisations.same_organisation(row["name_a"], row["name_b"]) for row in rows]
    figures = yes_no([bool(row["label"]) for row in rows], found)
    return {"f1": figures.f1, "precision": figures.precision, "recall": figures.recall, "n": len(rows)}
