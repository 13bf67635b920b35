"""Tiny labelled sets, made up, in the forms that `dossier eval` knows: one folder each under a parent."""

import json
from pathlib import Path

STEEL = "Acme Steel announced a $500 million investment in its U.S. mills."
MORE = "Acme Steel is investing $600 million in its U.S. mills."
OTHER = "Bolt Motors plans a $90 million paint shop in Ohio."
NOTICE = {
    "state": "OH",
    "employer_name": "Acme Steel Inc.",
    "location": "Dayton",
    "notice_date": "2024-03-01",
    "effective_date": "2024-05-01",
    "employees_affected": "50",
    "layoff_type": "closure",
}
SETS = {
    "merge": {
        "pairs.jsonl": [
            {
                "a": "m1",
                "b": "m2",
                "org_id": "x",
                "same_event": 1,
                "value_relation": "updated",
                "ambiguous": False,
                "text_a": STEEL,
                "text_b": MORE,
            },
            {
                "a": "m1",
                "b": "m4",
                "org_id": "x",
                "same_event": 1,
                "value_relation": "equal",
                "ambiguous": False,
                "text_a": STEEL,
                "text_b": STEEL.replace("announced", "told of"),
            },
            {
                "a": "m1",
                "b": "m3",
                "org_id": "x|y",
                "same_event": 0,
                "value_relation": None,
                "ambiguous": False,
                "text_a": STEEL,
                "text_b": OTHER,
            },
        ],
        "mentions.jsonl": [
            {"mention_id": "m1", "org_id": "x", "event_id": "mills", "quote": STEEL},
            {"mention_id": "m2", "org_id": "x", "event_id": "mills", "quote": MORE},
            {"mention_id": "m3", "org_id": "y", "event_id": "paint", "quote": OTHER},
        ],
    },
    "warn": {
        "pairs.jsonl": [
            {
                "a": NOTICE,
                "b": NOTICE | {"notice_date": "2024-03-20", "employees_affected": "70"},
                "label": 1,
                "changed": ["notice_date", "employees_affected"],
            },
            {"a": NOTICE, "b": NOTICE | {"location": "Toledo"}, "label": 0, "changed": []},
        ]
    },
    "companies": {
        "pairs.jsonl": [
            {"name_a": "Acme Steel Inc.", "name_b": "Acme Steel", "label": 1},
            {"name_a": "Acme Steel 12 Mill Road Dayton, OH 45401", "name_b": "Acme Steel", "label": 1},
            {"name_a": "Bolt Motors", "name_b": "Acme Steel", "label": 0},
        ]
    },
    "records": {
        "tools.jsonl": [
            {
                "left": {"title": "acme hammer drill hd-2200 red", "price": "99.0"},
                "right": {"title": "acme hd2200 drill", "price": "95.5"},
                "label": 1,
            },
            {
                "left": {"title": "acme hammer drill hd-2200 red", "price": "99.0"},
                "right": {"title": "bolt garden hose 20m", "price": "15.0"},
                "label": 0,
            },
        ],
        "persons_made.jsonl": [
            {"rec_id": "1", "entity_id": "a", "name": "marian foster", "street": "mill road", "born": "19800102"},
            {"rec_id": "2", "entity_id": "a", "name": "marian fosster", "street": "mill road", "born": "19800102"},
            {"rec_id": "3", "entity_id": "b", "name": "hugo winter", "street": "lake drive", "born": "19751231"},
        ],
    },
    "values": {
        "specs.jsonl": [
            {
                "id": "c1",
                "type": "currency",
                "input": "It paid $ 40,000 today",
                "reference_datetime": None,
                "results": [{"Text": "$ 40,000", "Start": 8, "Resolution": {"value": "40000", "unit": "Dollar"}}],
            },
            {
                "id": "d1",
                "type": "date",
                "input": "Open on May 7, 2024",
                "reference_datetime": "2024-01-01T00:00:00",
                "results": [
                    {
                        "Text": "may 7, 2024",
                        "Start": 8,
                        "Value": {
                            "Timex": "2024-05-07",
                            "FutureResolution": {"date": "2024-05-07"},
                            "PastResolution": {"date": "2024-05-07"},
                        },
                    }
                ],
            },
            {
                "id": "p1",
                "type": "dateperiod",
                "input": "Built from 2014 to 2018",
                "reference_datetime": None,
                "results": [
                    {
                        "Text": "from 2014 to 2018",
                        "Start": 6,
                        "Value": {
                            "Timex": "(2014-01-01,2018-01-01,P4Y)",
                            "FutureResolution": {"startDate": "2014-01-01", "endDate": "2018-01-01"},
                            "PastResolution": {},
                        },
                    }
                ],
            },
            {
                "id": "e1",
                "type": "email",
                "input": "Write to Ann@acme.example",
                "reference_datetime": None,
                "results": [{"Text": "ann@acme.example", "Resolution": {"value": "ann@acme.example"}}],
            },
            {
                "id": "t1",
                "type": "phone",
                "input": "Call 312 555 0142.",
                "reference_datetime": None,
                "results": [{"Text": "312 555 0142", "Resolution": {"value": "312 555 0142"}}],
            },
            {
                "id": "u1",
                "type": "url",
                "input": "See https://acme.example/jobs now",
                "reference_datetime": None,
                "results": [
                    {"Text": "https://acme.example/jobs", "Resolution": {"value": "https://acme.example/jobs"}}
                ],
            },
            {
                "id": "n1",
                "type": "number",
                "input": "It has twelve mills",
                "reference_datetime": None,
                "results": [{"Text": "twelve", "Start": 7, "Resolution": {"value": "12"}}],
            },
            {
                "id": "q1",
                "type": "percentage",
                "input": "It grew 7 percent",
                "reference_datetime": None,
                "results": [{"Text": "7 percent", "Start": 8, "Resolution": {"value": "7%"}}],
            },
            {
                "id": "l1",
                "type": "duration",
                "input": "It took 2 weeks",
                "reference_datetime": None,
                "results": [
                    {
                        "Text": "2 weeks",
                        "Start": 8,
                        "Value": {"Timex": "P2W", "FutureResolution": {"duration": "1209600"}, "PastResolution": {}},
                    }
                ],
            },
        ]
    },
    "claims": {
        "decomposition.jsonl": [
            {
                "text": "Acme opened a mill in Ohio and hired 50 welders.",
                "atomic_claims": ["Acme opened a mill in Ohio.", "Acme hired 50 welders."],
            }
        ],
        "claim_presence.jsonl": [
            {"text": STEEL, "claim": "Acme Steel announced an investment in its mills.", "label": 1},
            {"text": STEEL, "claim": "The painter of the bridge retired to Lisbon.", "label": 0},
        ],
        "segmentation.jsonl": [
            {
                "sentence": "Acme opened a mill.",
                "tokens": ["Acme", "opened", "a", "mill", "."],
                "propositions": [{"text": "Acme opened a mill", "token_indices": [0, 1, 2, 3]}],
            }
        ],
        "cross_document_relations.jsonl": [
            {"premise": STEEL, "hypothesis_sentence": STEEL, "hypothesis": "Acme Steel mills", "label": "entails"},
            {"premise": OTHER, "hypothesis_sentence": STEEL, "hypothesis": "harvest of barley", "label": "neither"},
        ],
    },
    "facts": {
        "entailment.jsonl": [
            {"claim": "Acme Steel invests $500 million in its mills.", "evidence": [STEEL], "label": "supported"},
            {"claim": "Acme Steel announced $9 million for U.S. mills.", "evidence": [STEEL], "label": "not_supported"},
            {"claim": "The painter of the bridge died.", "evidence": [STEEL], "label": "not_supported"},
        ],
        "evidence_retrieval.jsonl": [
            {
                "claim": "Bolt Motors plans a paint shop in Ohio.",
                "evidence": [STEEL, OTHER],
                "supporting_sentences": [[1]],
            }
        ],
        "claims.jsonl": [
            {"claim": "Acme Steel announced an investment in its mills.", "evidence": [STEEL], "support": "Complete"},
            {"claim": "Barley grows well in Norway.", "evidence": [STEEL], "support": "Incomplete"},
        ],
        "climate_fever_pairs.jsonl": [
            {"claim": "Steel mills emit carbon.", "evidence": "Steel mills emit much carbon.", "label": "SUPPORTS"},
            {"claim": "Steel mills emit carbon.", "evidence": "Steel mills do not emit carbon.", "label": "REFUTES"},
            {"claim": "Steel mills emit carbon.", "evidence": "Barley grows.", "label": "NOT_ENOUGH_INFO"},
        ],
        "healthver_pairs.jsonl": [
            {"claim": "Masks stop dust.", "evidence": "Masks stop most dust.", "label": "SUPPORTS"},
            {"claim": "Masks stop dust.", "evidence": "Barley grows.", "label": "NEUTRAL"},
        ],
    },
    "paraphrases": {
        "pairs.jsonl": [
            {"sentence1": "Acme opened a mill in Ohio.", "sentence2": "In Ohio, Acme opened a mill.", "label": 1},
            {"sentence1": "Acme opened a mill in Ohio.", "sentence2": "Barley grows in Norway.", "label": 0},
        ]
    },
    "degrees": {
        "pairs.jsonl": [
            {"sentence1": "A dog runs.", "sentence2": "A dog runs.", "score": 5.0},
            {"sentence1": "A dog runs.", "sentence2": "A dog sleeps.", "score": 2.0},
            {"sentence1": "A dog runs.", "sentence2": "The treaty was signed.", "score": 0},
        ]
    },
    "names": {
        "names.jsonl": [
            {
                "text": "acme steel inc.",
                "tokens": ["acme", "steel", "inc."],
                "tags": ["CorporationName", "CorporationName", "CorporationLegalType"],
            },
            {"text": "bolt motors", "tokens": ["bolt", "motors"], "tags": ["CorporationName", "CorporationName"]},
        ]
    },
    "entities": {
        "sec_filings.jsonl": [
            {
                "tokens": ["Borrower", "pays", "Microsoft", "Corporation", "monthly", "."],
                "tags": ["I-PER", "O", "I-ORG", "I-ORG", "O", "O"],
            }
        ],
        "wnut17.jsonl": [
            {"tokens": ["Barack", "Obama", "spoke", "."], "tags": ["B-person", "I-person", "O", "O"]},
        ],
    },
}
# by name: the folder of its set, and the keys that the contract promises
KEYS = {
    "claim-merge": ("merge", ["same_event_f1", "contradiction_f1", "bcubed_f1", "n_pairs", "n_mentions"]),
    "warn-amendments": ("warn", ["f1", "changed_exact", "n"]),
    "company-match": ("companies", ["f1", "precision", "recall", "n"]),
    "entity-match": ("records", ["f1.tools", "mean_f1", "persons_pairwise_f1", "n"]),
    "value-parsing": (
        "values",
        ["currency.span_f1", "currency.value_exact", "date_absolute.value_exact", "email.value_exact", "n.date"],
    ),
    "claim-extraction": (
        "claims",
        ["decomposition_f1", "presence_f1", "segmentation_f1", "relations_macro_f1", "n.decomposition"],
    ),
    "fact-check": (
        "facts",
        [
            "wice_supported_f1",
            "wice_retrieval_f1",
            "expertqa_f1",
            "climate_fever_macro_f1",
            "healthver_macro_f1",
            "refutes_recall",
            "n.entailment",
        ],
    ),
    "similarity": ("paraphrases", ["paraphrase_f1", "n"]),
    "name-parsing": ("names", ["legal_suffix_f1", "n"]),
    "ner": ("entities", ["organization_f1.sec_filings", "person_f1.wnut17", "n.sec_filings"]),
}


def write_sets(parent: Path) -> Path:
    """Write all sets below `parent` and return it."""
    for folder, files in SETS.items():
        for name, rows in files.items():
            path = parent / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return parent
