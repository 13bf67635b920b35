"""Scores the likeness of two sentences: paraphrase or not, and the order of degrees.

Here: counting and ranks. Not here: the measure and its threshold (`dossier/evidence/paraphrase.py`).
"""

from __future__ import annotations

from dossier.evaluate.labelled import BINARY, NUMBER, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import spearman, yes_no
from dossier.evidence import paraphrase
from dossier.models import JsonDict
from dossier.ports import Language

_SENTENCES = {"sentence1": TEXT, "sentence2": TEXT}
PARAPHRASES = Form(
    "pairs.jsonl", "sentence1", {**_SENTENCES}, lambda row: str(row["sentence1"])
)  # a set has labels or degrees: `label` and `score` are checked below
LABELLED = Form("pairs.jsonl", "sentence1", {**_SENTENCES, "label": BINARY}, PARAPHRASES.row_id)
GRADED = Form("pairs.jsonl", "sentence1", {**_SENTENCES, "score": NUMBER}, PARAPHRASES.row_id)


def score(sets: Labelled, language: Language) -> Scores:
    """Return `paraphrase_f1` where rows have a label, `spearman` where they have a score."""
    labelled: list[JsonDict] = []
    graded: list[JsonDict] = []
    for rows in sets.read(PARAPHRASES).values():
        (labelled if rows and "label" in rows[0] else graded).extend(rows)
    if not labelled and not graded:
        raise nothing_to_score(sets, LABELLED, GRADED)
    scores: Scores = {}
    if labelled:
        said = [paraphrase.is_paraphrase(row["sentence1"], row["sentence2"]) for row in labelled]
        gold = [bool(row["label"]) for row in labelled]
        figures = yes_no(gold, said)
        right = sum(one == other for one, other in zip(gold, said, strict=True))
        scores |= {"paraphrase_f1": figures.f1, "paraphrase_accuracy": right / len(gold)}
    if graded:
        degrees = [paraphrase.likeness(row["sentence1"], row["sentence2"]) for row in graded]
        scores["spearman"] = spearman([float(row["score"]) for row in graded], degrees)
    return {**scores, "n": len(labelled) + len(graded)}
