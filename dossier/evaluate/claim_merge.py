"""Scores the merge: pairs of mentions of one event, contradictions within one, and the clustering of all mentions.

Here: reading mentions as facts and counting. Not here: the comparison (`dossier/evidence/similarity.py`) and the
grouping (`dossier/evidence/clusters.py`). Ids, organisations and dates of the set are never read as evidence: a
pair is judged by its two texts.
"""

from __future__ import annotations

from dossier.evaluate.labelled import BINARY, MAYBE_TEXT, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import bcubed, yes_no
from dossier.evidence import clusters, facts, similarity
from dossier.models import ClaimType, JsonDict
from dossier.ports import Language

PAIRS = Form(
    "pairs.jsonl",
    "same_event",
    {"text_a": TEXT, "text_b": TEXT, "same_event": BINARY, "value_relation": MAYBE_TEXT, "ambiguous": BINARY},
    lambda row: str(row.get("org_id")),
)
MENTIONS = Form(
    "mentions.jsonl",
    "event_id",
    {"mention_id": TEXT, "event_id": TEXT, "quote": TEXT},
    lambda row: str(row.get("org_id")),
)
_CONTRADICTS = ("updated", "inconsistent")


def score(sets: Labelled, language: Language) -> Scores:
    """Return F1 of the same event (ambiguous pairs left out), of contradictions, and B-cubed F1 of the clusters."""
    pairs, mentions = sets.rows(PAIRS), sets.rows(MENTIONS)
    if not pairs and not mentions:
        raise nothing_to_score(sets, PAIRS, MENTIONS)
    scores: Scores = {}
    if pairs:
        scores |= _pairs(pairs)
    if mentions:
        scores |= _clusters(mentions)
    return {**scores, "n_pairs": len(pairs), "n_mentions": len(mentions)}


def read_mention(text: str) -> facts.Fact:
    """Return what the pipeline reads in a mention: an event whose organisation the text itself names."""
    return facts.read_fact(text, kind=ClaimType.SIGNAL)


def _pairs(rows: list[JsonDict]) -> Scores:
    likenesses = [similarity.same_fact(read_mention(row["text_a"]), read_mention(row["text_b"])) for row in rows]
    clear = [(row, like) for row, like in zip(rows, likenesses, strict=True) if not row["ambiguous"]]
    same = yes_no([bool(row["same_event"]) for row, _ in clear], [like.same_event for _, like in clear])
    related = [row for row in rows if row["same_event"]]
    gold = [row["value_relation"] in _CONTRADICTS for row in related]
    values = [similarity.compare_values(read_mention(row["text_a"]), read_mention(row["text_b"])) for row in related]
    contradicted = yes_no(gold, [value == "different" for value in values])
    return {
        "same_event_f1": same.f1,
        "same_event_precision": same.precision,
        "same_event_recall": same.recall,
        "contradiction_f1": contradicted.f1,
        "contradiction_precision": contradicted.precision,
        "contradiction_recall": contradicted.recall,
    }


def _clusters(rows: list[JsonDict]) -> Scores:
    ordered = sorted(rows, key=lambda row: str(row["mention_id"]))
    events = clusters.events([read_mention(row["quote"]) for row in ordered])
    found = {str(ordered[at]["mention_id"]): number for number, members in enumerate(events) for at in members}
    figures = bcubed({str(row["mention_id"]): row["event_id"] for row in ordered}, found)
    return {"bcubed_f1": figures.f1, "bcubed_precision": figures.precision, "bcubed_recall": figures.recall}
