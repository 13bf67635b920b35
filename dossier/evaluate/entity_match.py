"""Scores pairs of records (products, papers, restaurants) and the clustering of persons.

Here: counting, per file. Not here: the comparison of records (`dossier/evidence/records.py`).
"""

from __future__ import annotations

from dossier.evaluate.labelled import BINARY, OBJECT, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import pairwise, ratio, yes_no
from dossier.evidence import records
from dossier.models import JsonDict
from dossier.ports import Language

PAIRS = Form(
    "*.jsonl",
    "left",
    {"left": OBJECT, "right": OBJECT, "label": BINARY},
    lambda row: " ".join(str(value) for value in row["left"].values()),
)
PERSONS = Form("persons_*.jsonl", "rec_id", {"rec_id": TEXT, "entity_id": TEXT}, lambda row: str(row["entity_id"]))
_NO_VALUES = ("rec_id", "entity_id")


def score(sets: Labelled, language: Language) -> Scores:
    """Return F1 of each file of pairs, their mean, and the pairwise F1 of the persons' clusters."""
    files = {path: rows for path, rows in sets.read(PAIRS).items() if rows}
    persons = sets.rows(PERSONS)
    if not files and not persons:
        raise nothing_to_score(sets, PAIRS, PERSONS)
    by_file = {f"f1.{path.stem}": _pairs_f1(rows) for path, rows in files.items()}
    scores: Scores = {**by_file}
    if by_file:
        scores["mean_f1"] = ratio(sum(by_file.values()), len(by_file))
    if persons:
        scores["persons_pairwise_f1"] = _persons_f1(persons)
    return {**scores, "n": sum(map(len, files.values())) + len(persons)}


def _pairs_f1(rows: list[JsonDict]) -> float:
    """Compare all pairs of a file at once: how telling a word is depends on the other records, not on labels."""
    found = records.same_records([(row["left"], row["right"]) for row in rows])
    return yes_no([bool(row["label"]) for row in rows], found).f1


def _persons_f1(rows: list[JsonDict]) -> float:
    known = [{name: value for name, value in row.items() if name not in _NO_VALUES} for row in rows]
    clusters = records.cluster_records(known)
    ids = [str(row["rec_id"]) for row in rows]
    gold = {rec_id: str(row["entity_id"]) for rec_id, row in zip(ids, rows, strict=True)}
    return pairwise(gold, dict(zip(ids, clusters, strict=True))).f1
