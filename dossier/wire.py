"""Between a model and the pipeline: the schema that a model has to fit, and its answer in the pipeline's own terms.

Here: which shape belongs to which step, schemas as they are sent, and the way back: what is empty is left out, words
become dates, amounts and counts. Not here: the shapes (`wire_models.py`) and the answers (`answers.py`). The extractive
engine needs none of this: it speaks in answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from dossier import wire_models as shapes
from dossier.answers import ANSWERS
from dossier.evidence.counts import find_counts
from dossier.evidence.dates import find_dates
from dossier.evidence.money import find_money
from dossier.models import ClaimDetails, ClaimDraft, JsonDict, Model, Precision

SHAPES: Mapping[str, type[shapes.Wire]] = {
    "search_builder": shapes.SearchPlan,
    "signal_discovery": shapes.SignalDiscovery,
    "entity_research": shapes.EntityResearch,
    "contact_discovery": shapes.ContactDiscovery,
    "enrich_lead": shapes.EnrichLead,
    "enrich_opportunity": shapes.EnrichOpportunity,
    "client_specific": shapes.ClientSpecific,
    "media": shapes.Media,
    "insight": shapes.Insight,
    "enrich_contact": shapes.EnrichContact,
    "writer_intro": shapes.Intro,
    "writer_signals": shapes.Signals,
    "writer_lead_intelligence": shapes.LeadIntelligence,
    "writer_strategy": shapes.Strategy,
    "writer_opportunity": shapes.Opportunity,
    "writer_client_specific": shapes.Questions,
}
MAX_FAULTS = 8
MAX_HEADLINE = 100
MAX_QUERIES = 8
_NOTHING = frozenset(
    "n/a|na|none|null|unknown|not stated|not specified|not available|not found|not applicable|-".split("|")
)  # what models write where they were asked to leave a field empty
_DATE = re.compile(r"(?P<y>\d{4})(?:-(?:(?P<m>\d\d)(?:-(?P<d>\d\d))?|Q(?P<q>[1-4])|H(?P<h>[12])))?", re.IGNORECASE)


@lru_cache(maxsize=32)
def schema(step: str) -> JsonDict:
    """Return the JSON schema that a model's answer to `step` has to fit, without titles and descriptions."""
    return _bare(SHAPES[step].model_json_schema())


def _bare(part: Mapping[str, Any]) -> JsonDict:
    """Take out what costs tokens and binds nothing. A field may itself be called `title`: only labels are texts."""
    kept: JsonDict = {}
    for name, inner in part.items():
        if name in ("properties", "$defs"):
            kept[name] = {key: _bare(value) for key, value in inner.items()}
        elif name == "items":
            kept[name] = _bare(inner)
        elif name not in ("title", "description"):
            kept[name] = inner
    return kept


def read(step: str, text: str) -> Model:
    """Return the answer that `text` gives to `step`. Raises ValidationError; ValueError where it is no UTF-8."""
    said = SHAPES[step].model_validate_json(text).model_dump(mode="json")
    told = _without_nothing({name: value for name, value in said.items() if name != "claims"})
    told = _MEND.get(step, _as_it_is)(told)
    if "claims" in said:
        told["claims"] = [_draft(claim) for claim in said["claims"]]
    return ANSWERS[step].model_validate(told)


def faults(error: ValidationError) -> str:
    """Return what is wrong with an answer in words that a repair can use: the place and what belongs there."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    told = [f"{'.'.join(str(part)[:40] for part in e['loc']) or 'answer'}: {e['msg'][:200]}" for e in details]
    more = f"; and {len(told) - MAX_FAULTS} more" if len(told) > MAX_FAULTS else ""
    return "; ".join(told[:MAX_FAULTS]) + more


def _without_nothing(value: Any) -> Any:
    """Leave out nulls, empty texts and words for nothing; entries of lists that then hold nothing go as well."""
    if isinstance(value, dict):
        inner = {name: _without_nothing(item) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item is not None}
    if isinstance(value, list):
        items = [_without_nothing(item) for item in value]
        return [item for item in items if item is not None and item != {}]
    if isinstance(value, str):
        text = value.strip()
        return None if not text or text.casefold() in _NOTHING else text
    return value


def _as_it_is(told: JsonDict) -> JsonDict:
    return told


def _plan(told: JsonDict) -> JsonDict:
    queries = [query for query in told["queries"] if "query" in query]
    return {"objective": "", **told, "queries": queries[:MAX_QUERIES]}


def _lead(told: JsonDict) -> JsonDict:
    """A lead without a name is none; an event without a headline is none."""
    lead = told["lead"]
    if "company_name" not in lead:
        return {**told, "lead": None}
    signal = lead["primary_signal"]
    event = {"signal_type": "", "description": "", **signal, "headline": signal.get("headline", "")[:MAX_HEADLINE]}
    return {**told, "lead": {**lead, "primary_signal": event if event["headline"] else None}}


def _results(told: JsonDict) -> JsonDict:
    return {**told, "research_results": [one for one in told["research_results"] if "question" in one]}


def _media(told: JsonDict) -> JsonDict:
    """A picture without an address is none, whatever is said of it."""
    return {**told, **{name: told[name] if "url" in told[name] else {} for name in ("logo", "project_image")}}


def _written(told: JsonDict) -> JsonDict:
    return {**told, "sentences": [one for one in told["sentences"] if "text" in one]}


def _profiles(told: JsonDict) -> JsonDict:
    return {**told, "profiles": [_profile(one) for one in told["profiles"] if "contact_id" in one]}


def _profile(told: JsonDict) -> JsonDict:
    copies = {"email": "body", "client_email": "body", "linkedin": "message", "client_linkedin": "message"}
    kept = {name: told[name] if text in told[name] else None for name, text in copies.items()}
    return {**told, **kept, "opening_facts": [one for one in told["opening_facts"] if "text" in one]}


_MEND: Mapping[str, Callable[[JsonDict], JsonDict]] = {
    "search_builder": _plan,
    "signal_discovery": _lead,
    "client_specific": _results,
    "media": _media,
    "enrich_contact": _profiles,
    **{step: _written for step in SHAPES if step == "insight" or step.startswith("writer_")},
}


def _draft(said: JsonDict) -> ClaimDraft:
    """Return a claim as the pipeline knows it. One without statement or quote stays: it is refused and counted."""
    told = _without_nothing(said)
    quote = said["quote"]
    day, precision = as_date(told.get("event_date", ""))
    details = {name: told[name] for name in ClaimDetails.model_fields if name in told}
    amount = _value(find_money, told.get("amount_text", ""), quote)
    count = _value(find_counts, told.get("count_text", ""), quote)
    return ClaimDraft(
        type=said["type"],
        statement=said["statement"],
        source_id=said["source_id"].strip(),
        quote=quote,
        entities=told["entities"],
        event_date=day,
        date_precision=precision,
        details=ClaimDetails(**details, amount=amount, count=count),
    )


def _value(find: Callable[[str], Sequence[Any]], words: str, quote: str) -> Any:
    """Return what `words` of `quote` amount to, read where they stand: `about` and `up to` may stand before them."""
    at = quote.find(words) if words else -1
    inside = [found for found in find(quote) if found.start < at + len(words) and found.end > at] if at >= 0 else []
    found = inside or (find(words) if words else [])
    return found[0].value if found else None


def as_date(text: str) -> tuple[date | None, Precision | None]:
    """Return the first day of the period that `text` names and how exact it is; (None, None) for no date."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        found = find_dates(text)
        return (found[0].value.value, found[0].value.precision) if found else (None, None)
    month, precision = _month(match)
    try:
        return date(int(match["y"]), month, int(match["d"] or 1)), precision
    except ValueError:
        return None, None


def _month(match: re.Match[str]) -> tuple[int, Precision]:
    if match["q"]:
        return 3 * int(match["q"]) - 2, Precision.QUARTER
    if match["h"]:
        return 6 * int(match["h"]) - 5, Precision.HALF
    if match["m"]:
        return int(match["m"]), Precision.DAY if match["d"] else Precision.MONTH
    return 1, Precision.YEAR
