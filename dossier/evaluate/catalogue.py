"""The labelled sets that can be scored: their names, floors and the best published figures.

Here: what `dossier eval` knows. Not here: the scores (one module per name). Floors are those of the sets' READMEs;
a published figure was measured on the full test set, so it compares only in kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dossier.evaluate import (
    claim_extraction,
    claim_merge,
    company_match,
    entity_match,
    fact_check,
    name_parsing,
    ner,
    similarity,
    value_parsing,
    warn_amendments,
)
from dossier.evaluate.labelled import Labelled, Scores
from dossier.ports import Language


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one figure: the floor of a simple method, and the best published one with its source."""

    floor: float | None = None
    published: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One name of `dossier eval`: how it is scored and what its figures compare with; `known` by key, shown first."""

    score: Callable[[Labelled, Language], Scores]
    known: dict[str, Known] = field(default_factory=dict)


EVALUATIONS: dict[str, Evaluation] = {
    "claim-merge": Evaluation(
        claim_merge.score,
        {"same_event_f1": Known(0.75), "contradiction_f1": Known(0.74), "bcubed_f1": Known()},
    ),
    "warn-amendments": Evaluation(warn_amendments.score, {"f1": Known(0.70), "changed_exact": Known()}),
    "company-match": Evaluation(company_match.score, {"f1": Known(0.92)}),
    "entity-match": Evaluation(
        entity_match.score,
        {
            "f1.amazon_google": Known(None, "0.756 Ditto, trained"),
            "f1.abt_buy": Known(None, "0.893 Ditto, trained"),
            "f1.walmart_amazon": Known(None, "0.868 Ditto, trained"),
            "f1.dblp_acm": Known(None, "0.990 Ditto, trained"),
            "f1.fodors_zagats": Known(None, "1.000 Ditto, trained"),
            "mean_f1": Known(None, "0.901 Ditto, trained"),
            "persons_pairwise_f1": Known(),
        },
    ),
    "value-parsing": Evaluation(
        value_parsing.score,
        {
            "date_absolute.value_exact": Known(),
            "currency.value_exact": Known(None, "0.787 recognizers-text, its own specifications"),
            "date.value_exact": Known(None, "0.841 recognizers-text, its own specifications"),
        },
    ),
    "claim-extraction": Evaluation(
        claim_extraction.score,
        {
            "decomposition_f1": Known(),
            "presence_f1": Known(0.65),
            "segmentation_f1": Known(),
            "relations_macro_f1": Known(),
        },
    ),
    "fact-check": Evaluation(
        fact_check.score,
        {
            "wice_supported_f1": Known(0.457, "0.610 GPT-4; 0.618 T5-3B, zero-shot; 0.778 T5-3B, trained"),
            "wice_retrieval_f1": Known(),
            "expertqa_f1": Known(0.684),
            "climate_fever_macro_f1": Known(0.167, "0.388 accuracy of the paper, trained on FEVER"),
            "healthver_macro_f1": Known(0.167),
            "refutes_recall": Known(),
        },
    ),
    "similarity": Evaluation(
        similarity.score,
        {
            "paraphrase_f1": Known(0.80, "0.89 BERT-large; 0.92 T5-11B, trained"),
            "spearman": Known(0.73, "0.86 BERT; 0.93 T5-11B, trained"),
        },
    ),
    "name-parsing": Evaluation(name_parsing.score, {"legal_suffix_f1": Known()}),
    "ner": Evaluation(
        ner.score,
        {
            "organization_f1.sec_filings": Known(None, "0.83 all types, trained in-domain"),
            "organization_f1.wnut17": Known(None, "0.60 all types, trained"),
            "person_f1.sec_filings": Known(None, "0.83 all types, trained in-domain"),
            "person_f1.wnut17": Known(None, "0.60 all types, trained"),
        },
    ),
}
