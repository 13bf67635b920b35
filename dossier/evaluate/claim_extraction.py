"""Scores the cutting of sentences into claims, and whether a text holds a claim.

Here: matching predicted with gold claims, and counting. Not here: the cutting (`dossier/evidence/propositions.py`)
and the judgement (`dossier/evidence/entailment.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dossier.evaluate.labelled import BINARY, LIST, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import jaccard, macro_f1, measured, pair_up, ratio, token_f1, yes_no
from dossier.evidence import entailment, propositions, support
from dossier.models import JsonDict
from dossier.ports import Language

DECOMPOSITION = Form("decomposition.jsonl", "atomic_claims", {"text": TEXT, "atomic_claims": LIST}, lambda r: r["text"])
PRESENCE = Form("claim_presence.jsonl", "claim", {"text": TEXT, "claim": TEXT, "label": BINARY}, lambda r: r["text"])
SEGMENTATION = Form(
    "segmentation.jsonl",
    "propositions",
    {"sentence": TEXT, "tokens": LIST, "propositions": LIST},
    lambda r: r["sentence"],
)
RELATIONS = Form(
    "cross_document_relations.jsonl",
    "hypothesis",
    {"premise": TEXT, "hypothesis": TEXT, "hypothesis_sentence": TEXT, "label": TEXT},
    lambda r: r["premise"],
)
SAME_CLAIM = 0.6  # token F1, as the README of the set says
SAME_PROPOSITION = 0.8  # Jaccard, as the paper of the set says
_WORD = re.compile(r"\w+")
_LABELS = {"supported": "entails", "refuted": "contradicts", "neither": "neither"}


def score(sets: Labelled, language: Language) -> Scores:
    """Return the figures of those of the four files that are there."""
    scores: Scores = {}
    for form, work in (
        (DECOMPOSITION, _decomposition),
        (PRESENCE, _presence),
        (SEGMENTATION, _segmentation),
        (RELATIONS, _relations),
    ):
        rows = sets.rows(form)
        if rows:
            scores |= work(rows, language)
            scores[f"n.{form.pattern.removesuffix('.jsonl')}"] = len(rows)
    if not scores:
        raise nothing_to_score(sets, DECOMPOSITION, PRESENCE, SEGMENTATION, RELATIONS)
    return scores


def _decomposition(rows: list[JsonDict], language: Language) -> Scores:
    right = found = gold = 0
    for row, parse in zip(rows, language.parse([row["text"] for row in rows]), strict=True):
        ours = [_words(claim.text) for claim in propositions.split_claims(parse)]
        theirs = [_words(str(claim)) for claim in row["atomic_claims"]]
        right += len(pair_up(theirs, ours, SAME_CLAIM, token_f1))
        found, gold = found + len(ours), gold + len(theirs)
    figures = measured(right, found, gold)
    return {
        "decomposition_f1": figures.f1,
        "decomposition_precision": figures.precision,
        "decomposition_recall": figures.recall,
        "decomposition_claims_per_text": ratio(found, len(rows)),
    }


def _segmentation(rows: list[JsonDict], language: Language) -> Scores:
    right = found = gold = 0
    for row, parse in zip(rows, language.parse([row["sentence"] for row in rows]), strict=True):
        places = _places(row["sentence"], row["tokens"])
        ours = [_covered(claim.spans, places) for claim in propositions.split_claims(parse)]
        theirs = [frozenset(str(at) for at in one["token_indices"]) for one in row["propositions"]]
        right += len(pair_up(theirs, ours, SAME_PROPOSITION, jaccard))
        found, gold = found + len(ours), gold + len(theirs)
    figures = measured(right, found, gold)
    return {
        "segmentation_f1": figures.f1,
        "segmentation_precision": figures.precision,
        "segmentation_recall": figures.recall,
    }


def _presence(rows: list[JsonDict], language: Language) -> Scores:
    said = [entailment.judge(row["claim"], support.read_evidence(row["text"])).label == "supported" for row in rows]
    gold = [bool(row["label"]) for row in rows]
    right = sum(one == other for one, other in zip(gold, said, strict=True))
    return {"presence_f1": yes_no(gold, said).f1, "presence_accuracy": ratio(right, len(rows))}


def _relations(rows: list[JsonDict], language: Language) -> Scores:
    said = [_LABELS[entailment.judge(row["hypothesis"], support.read_evidence(row["premise"])).label] for row in rows]
    gold = [str(row["label"]) for row in rows]
    entails = yes_no([label == "entails" for label in gold], [label == "entails" for label in said])
    return {"relations_macro_f1": macro_f1(gold, said), "relations_entails_f1": entails.f1}


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _places(sentence: str, tokens: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each token of the set stands in the sentence."""
    places: list[tuple[int, int]] = []
    at = 0
    for token in tokens:
        start = sentence.find(str(token), at)
        at = start + len(str(token)) if start >= 0 else at
        places.append((start, at) if start >= 0 else (at, at))
    return places


def _covered(spans: Sequence[tuple[int, int]], places: Sequence[tuple[int, int]]) -> frozenset[str]:
    inside = (i for i, (start, end) in enumerate(places) if any(start < b and end > a for a, b in spans))
    return frozenset(str(i) for i in inside)
