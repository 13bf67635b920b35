"""Scores the fact-check: does the evidence support a claim, refute it, or neither; and where it stands.

Here: counting. Not here: the judgement (`dossier/evidence/entailment.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dossier.evaluate.labelled import LIST, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import macro_f1, measured, ratio, yes_no
from dossier.evidence import entailment, support
from dossier.models import JsonDict
from dossier.ports import Language

WICE = Form("entailment.jsonl", "evidence", {"claim": TEXT, "evidence": LIST, "label": TEXT}, lambda r: r["claim"])
RETRIEVAL = Form(
    "evidence_retrieval.jsonl",
    "supporting_sentences",
    {"claim": TEXT, "evidence": LIST, "supporting_sentences": LIST},
    lambda r: r["claim"],
)
EXPERTQA = Form("claims.jsonl", "support", {"claim": TEXT, "evidence": LIST, "support": TEXT}, lambda r: r["claim"])
CLIMATE = Form(
    "climate_fever_pairs.jsonl", "claim", {"claim": TEXT, "evidence": TEXT, "label": TEXT}, lambda r: r["claim"]
)
HEALTH = Form("healthver_pairs.jsonl", "claim", CLIMATE.fields, CLIMATE.row_id)
DISPUTED = Form("climate_fever_disputed.jsonl", "evidences", {"claim": TEXT, "evidences": LIST}, lambda r: r["claim"])
FORMS = (WICE, RETRIEVAL, EXPERTQA, CLIMATE, HEALTH, DISPUTED)
_CLIMATE = {"supported": "SUPPORTS", "refuted": "REFUTES", "neither": "NOT_ENOUGH_INFO"}
_HEALTH = {**_CLIMATE, "neither": "NEUTRAL"}


def score(sets: Labelled, language: Language) -> Scores:
    """Return the figures of those of the files that are there."""
    rows = {form.pattern: found for form in FORMS if (found := sets.rows(form))}
    if not rows:
        raise nothing_to_score(sets, *FORMS)
    scores: Scores = {}
    if WICE.pattern in rows:
        gold = [row["label"] == "supported" for row in rows[WICE.pattern]]
        scores["wice_supported_f1"] = yes_no(gold, _supported(rows[WICE.pattern])).f1
    if RETRIEVAL.pattern in rows:
        scores["wice_retrieval_f1"] = _retrieval(rows[RETRIEVAL.pattern])
    if EXPERTQA.pattern in rows:
        gold = [row["support"] == "Complete" for row in rows[EXPERTQA.pattern]]
        scores["expertqa_f1"] = yes_no(gold, _supported(rows[EXPERTQA.pattern])).f1
    scores |= _three_way(rows.get(CLIMATE.pattern, ()), rows.get(HEALTH.pattern, ()))
    if DISPUTED.pattern in rows:
        scores["disputed_flagged"] = _disputed(rows[DISPUTED.pattern])
    return scores | {f"n.{name.removesuffix('.jsonl')}": len(found) for name, found in rows.items()}


def _supported(rows: Sequence[JsonDict]) -> list[bool]:
    return [entailment.judge(row["claim"], _evidence(row)).label == "supported" for row in rows]


def _evidence(row: JsonDict) -> support.Evidence:
    return support.join(support.read_evidence(text) for text in _texts(row["evidence"]))


def _texts(parts: Sequence[object]) -> list[str]:
    return [str(part) for part in parts]


def _retrieval(rows: Sequence[JsonDict]) -> float:
    """Return the mean F1 of sentence numbers, against the best of the alternative sets; claims without one skipped."""
    scored = []
    for row in rows:
        gold = [frozenset(int(at) for at in one) for one in row["supporting_sentences"] if one]
        found = frozenset(entailment.find_support(row["claim"], _texts(row["evidence"])))
        if gold:
            scored.append(max(measured(len(one & found), len(found), len(one)).f1 for one in gold))
    return ratio(sum(scored), len(scored))


def _three_way(climate: Sequence[JsonDict], health: Sequence[JsonDict]) -> Scores:
    scores: Scores = {}
    refuted: list[bool] = []
    for name, rows, words in (("climate_fever", climate, _CLIMATE), ("healthver", health, _HEALTH)):
        if rows:
            said = [words[entailment.stance(row["claim"], row["evidence"]).label] for row in rows]
            scores[f"{name}_macro_f1"] = macro_f1([row["label"] for row in rows], said)
            refuted += [label == "REFUTES" for row, label in zip(rows, said, strict=True) if row["label"] == "REFUTES"]
    if refuted:
        scores["refutes_recall"] = ratio(sum(refuted), len(refuted))
    return scores


def _disputed(rows: Sequence[JsonDict]) -> float:
    """Return the share of disputed claims of whose pieces of evidence one supports and another refutes."""
    flagged = 0
    for row in rows:
        labels = {entailment.stance(row["claim"], str(one["evidence"])).label for one in row["evidences"]}
        flagged += {"supported", "refuted"} <= labels
    return ratio(flagged, len(rows))
