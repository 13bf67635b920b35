"""The keys of a client's configuration: which are read, and which were probably meant by one that is not.

Here: names only. Not here: types and defaults (`dossier/nouns/parties.py`) and what each means (`docs/clients.md`).
An unknown key is kept, so a mistyped one is never refused; it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from dossier.models import ClientConfig, Disqualifier, Geography, IcpConfig, IcpSignal

_NEAR = 0.75
_MODELS: dict[str, type[BaseModel]] = {
    "": ClientConfig,
    "icp_config": IcpConfig,
    "icp_config.signals[]": IcpSignal,
    "icp_config.disqualifiers[]": Disqualifier,
    "icp_config.geography": Geography,
}
# What is read beside the fields of the models; a dossier's writer is given whole parts, so more may stand in them.
_MORE = {
    "": "batch_strategy budgets crm drip_schedule",
    "budgets": "run_usd day_usd week_usd",
    "crm": "hubspot salesforce",
    "client": "name domain offer differentiators",
    "icp_config": """target_markets budget_usd buyer_types keywords min_employees_affected exclude_domains
        exclude_names""",
    "icp_config.budget_usd": "min sweet_spot",
    "icp_config.keywords": "primary alternate",
    "industry_research": """industries buying_signals personas timing_constraints sources_to_check key_insights
        buying_window""",
    "research_context": "client differentiators notable_projects team competitors goals brand_voice copy_style",
    "research_context.brand_voice": "tone phrases avoid",
    "research_context.copy_style": "formality subject_style ps length banned_words substitutions",
    "seed_data": "mode seed hint exclude_domains exclude_names",
    "seed_data.seed": "company_name signal source_url geography notes",
}
# Parts that no rule reads as a whole: what is new there is meant for a model, only misspellings are told
_OPEN = frozenset(
    {
        "client",
        "industry_research",
        "research_context",
        "seed_data.seed",
        "icp_config.keywords",
        "research_context.brand_voice",
    }
)


def known_keys() -> dict[str, frozenset[str]]:
    """Return the keys that are read, by the part they stand in: `""` is the top, `icp_config.signals[]` each signal."""
    fields = {part: frozenset(model.model_fields) for part, model in _MODELS.items()}
    more = {part: frozenset(names.split()) for part, names in _MORE.items()}
    return {part: fields.get(part, frozenset()) | more.get(part, frozenset()) for part in [*fields, *more]}


def misspelt(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the unknown keys of a configuration that mean a known one, with that one, both by their place."""
    known = known_keys()
    meant = {(part, key): _meant(part, key, known) for part, key in _unknown(config, known)}
    return {_place(part, key): near for (part, key), near in meant.items() if near}


def unread(config: Mapping[str, Any]) -> list[str]:
    """Return the places of the other unknown keys, of those that no rule reads."""
    known = known_keys()
    others = [one for one in _unknown(config, known) if not _meant(*one, known) and one[0] not in _OPEN]
    return [_place(part, key) for part, key in others]


def _unknown(config: Mapping[str, Any], known: Mapping[str, frozenset[str]]) -> list[tuple[str, str]]:
    """Return part and name of each unknown key; one that begins with `_` is a note and no key."""
    found = ((part, key) for part, keys in _parts(config) if part in known for key in keys if key not in known[part])
    return list(dict.fromkeys((part, key) for part, key in found if not key.startswith("_")))


def _parts(value: Any, part: str = "") -> Iterator[tuple[str, list[str]]]:
    if isinstance(value, Mapping):
        yield part, [str(key) for key in value]
        for key, item in value.items():
            yield from _parts(item, _place(part, str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item, f"{part}[]")


def _meant(part: str, key: str, known: Mapping[str, frozenset[str]]) -> str | None:
    """Return the place of the key that `key` probably means: a like one of the same part, or itself elsewhere."""
    typed = key.lower().replace("-", "_").replace(" ", "_")
    near = get_close_matches(typed, sorted(known[part]), n=1, cutoff=_NEAR)
    begun = [one for one in known[part] if one.startswith(f"{typed}_")]
    if near or len(begun) == 1:
        return _place(part, (near or begun)[0])
    elsewhere = [one for one, keys in known.items() if key in keys and not one.endswith("[]")] if part == "" else []
    return _place(elsewhere[0], key) if elsewhere else None


def _place(part: str, key: str) -> str:
    return f"{part}.{key}" if part else key
