"""The inventing model: quotes that stand nowhere, ids that nobody gave, people, e-mail addresses and URLs made up.

Here: the counterpart of a sensible answer, the same each time. Not here: sensible answers. The product must drop
all of it; every made-up address ends in `.invalid`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dossier.model_server.reading import Reading

JsonDict = dict[str, Any]


def invented(reading: Reading, known: Mapping[str, Any]) -> JsonDict:
    """Return `known` with what a model makes up: quotes, ids, people, amounts, addresses. The same each time."""
    return {name: _forged(name, value) for name, value in known.items()} | _made_up(reading)


def _made_up(reading: Reading) -> JsonDict:
    name = reading.names[0] if reading.names else "The organisation"
    ids = [passage.source_id for passage in reading.passages]
    claims = [_false_claim(name, ids[0] if ids else "source-none"), _false_claim(name, "source-unknown")]
    sentence = {"text": f"{name} will spend $987 million on this.", "kind": "fact", "claim_ids": ["MERGED_987"]}
    uncited = {"text": f"{name} has hired Zebulon Quackenbush.", "kind": "fact", "claim_ids": []}
    made: JsonDict = {
        "claims": claims,
        "sentences": [sentence, uncited],
        "logo": {"url": "https://made-up.invalid/logo.png"},
        "project_image": {"url": "https://made-up.invalid/site.jpg", "source_url": "https://made-up.invalid/"},
    }
    if reading.people:
        made["profiles"] = [_false_profile(person.id) for person in reading.people] + [
            _false_profile("contact-unknown")
        ]
    return made


def _false_claim(name: str, source_id: str) -> JsonDict:
    statement = f"Zebulon Quackenbush of {name} announced a project of $987 million on 3 March 2026."
    return {
        "type": "CONTACT",
        "statement": statement,
        "source_id": source_id,
        "quote": statement,
        "start": None,
        "entities": [name, "Zebulon Quackenbush"],
        "event_date": "2026-03-03",
        "date_precision": "day",
        "details": {
            "person": "Zebulon Quackenbush",
            "title": "Director of Inventions",
            "organization": name,
            "email": "zebulon.quackenbush@made-up.invalid",
            "linkedin": "https://made-up.invalid/in/zebulon",
            "about": "lead",
            "gate": "",
        },
    }


def _false_profile(contact_id: str) -> JsonDict:
    mail = {
        "subject": "Your $987 million project",
        "body": "Write to zebulon@made-up.invalid.",
        "ps": "",
        "word_count": 3,
    }
    note = {"message": "See https://made-up.invalid/ for Zebulon Quackenbush."}
    return {
        "contact_id": contact_id,
        "why": "Zebulon Quackenbush recommends this person.",
        "interesting_facts": ["Won the Quackenbush prize in 1987."],
        "claim_ids": ["MERGED_987"],
        "email": mail,
        "client_email": mail,
        "linkedin": note,
        "client_linkedin": note,
        "adjustments_made": [],
        "opening_facts": [{"text": "They won $987 million.", "kind": "fact", "claim_ids": ["MERGED_987"]}],
    }


def _forged(name: str, value: Any) -> Any:
    """Replace every address and claim id inside `value` by one that nobody gave."""
    if isinstance(value, dict):
        return {key: _forged(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        forged = [_forged(name, inner) for inner in value]
        return ["MERGED_987", *forged] if name in {"claim_ids", "evidence_claims"} else forged
    if isinstance(value, str) and name.endswith("url"):
        return "https://made-up.invalid/page"
    return value
