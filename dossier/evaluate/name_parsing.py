"""Scores the parsing of company names: which tokens are the legal form.

Here: counting tokens. Not here: the reading of a name (`dossier/evidence/legal_forms.py`).
"""

from __future__ import annotations

from dossier.evaluate.labelled import LIST, TEXT, Form, Labelled, Scores, nothing_to_score
from dossier.evaluate.metrics import measured
from dossier.evidence import legal_forms
from dossier.ports import Language

NAMES = Form("names.jsonl", "tokens", {"text": TEXT, "tokens": LIST, "tags": LIST}, lambda row: str(row["text"]))
LEGAL = "CorporationLegalType"


def score(sets: Labelled, language: Language) -> Scores:
    """Return precision, recall and F1 of the tokens that are a legal form."""
    rows = sets.rows(NAMES)
    if not rows:
        raise nothing_to_score(sets, NAMES)
    right = found = gold = 0
    for row in rows:
        wanted = {at for at, tag in enumerate(row["tags"]) if tag == LEGAL}
        said = legal_forms.legal_tokens([str(token) for token in row["tokens"]])
        right, found, gold = right + len(wanted & said), found + len(said), gold + len(wanted)
    figures = measured(right, found, gold)
    return {
        "legal_suffix_f1": figures.f1,
        "legal_suffix_precision": figures.precision,
        "legal_suffix_recall": figures.recall,
        "n": len(rows),
    }
