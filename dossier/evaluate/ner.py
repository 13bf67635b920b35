"""Scores the entities found in tokenised sentences: organisations and persons, by exact span.

Here: laying out tokens as text, reading the tags of both files, counting. Not here: finding entities
(`dossier/evidence/entities.py`, over the `Language` port).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dossier.evaluate.labelled import LIST, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import measured
from dossier.evidence import entities
from dossier.models import JsonDict
from dossier.ports import Language

FORMS = tuple(
    Form(name, "tags", {"tokens": LIST, "tags": LIST}, lambda row: " ".join(map(str, row["tokens"])))
    for name in ("sec_filings.jsonl", "wnut17.jsonl")
)
_PARTY = "person"  # so the sets tag who signs a contract
_KINDS = {"org": "organization", "corporation": "organization", "per": "person", "person": "person"}
Span = tuple[int, str, int, int]


def score(sets: Labelled, language: Language) -> Scores:
    """Return span F1 of organisations and persons, per file."""
    files = {path: rows for form in FORMS for path, rows in sets.read(form).items() if rows}
    if not files:
        raise nothing_to_score(sets, *FORMS)
    scores: Scores = {}
    for path, rows in files.items():
        gold = {(at, *span) for at, row in enumerate(rows) for span in tagged_spans(row["tags"])}
        found = set(_found(rows, language))
        for kind in ("organization", "person"):
            ours, theirs = _of(found, kind), _of(gold, kind)
            scores[f"{kind}_f1.{path.stem}"] = measured(len(ours & theirs), len(ours), len(theirs)).f1
        scores[f"n.{path.stem}"] = len(rows)
    return scores


def tagged_spans(tags: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, first token, behind the last) of the organisations and persons in IO or BIO tags."""
    start, current = 0, ""
    for at, tag in enumerate([*tags, "O"]):
        kind = str(tag).partition("-")[2].lower()
        if kind == current and not str(tag).startswith("B-"):
            continue
        if current in _KINDS:
            yield _KINDS[current], start, at
        start, current = at, kind


def _found(rows: Sequence[JsonDict], language: Language) -> Iterator[Span]:
    layouts = [_layout([str(token) for token in row["tokens"]]) for row in rows]
    for at, (parse, (_, starts)) in enumerate(zip(language.parse([text for text, _ in layouts]), layouts, strict=True)):
        for entity in entities.find_entities(parse):
            inside = [i for i, (start, end) in enumerate(starts) if start < entity.end and end > entity.start]
            if inside:
                yield at, _PARTY if entity.kind == "party" else entity.kind, inside[0], inside[-1] + 1


def _layout(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return the tokens as one text, a blank between two, and where each stands in it."""
    ends: list[tuple[int, int]] = []
    at = 0
    for token in tokens:
        ends.append((at, at + len(token)))
        at += len(token) + 1
    return " ".join(tokens), ends


def _of(spans: set[Span], kind: str) -> set[Span]:
    return {span for span in spans if span[1] == kind}
