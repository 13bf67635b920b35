"""The references to a stored text: where it was found, under which title, and from which day.

Here: which reference corrects which, and which one names the text. Pure. Not here: rows (`sources.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from dossier.evidence.tiers import source_tier
from dossier.intake.domains import normal_domain
from dossier.intake.rows import ParsedDocument
from dossier.models import Precision, Tier
from dossier.ranking import normal_form
from dossier.store.columns import JsonDict


def reference_of(document: ParsedDocument) -> JsonDict:
    """Return what is kept of where `document` came from."""
    named = {
        "url": document.url,
        "title": document.title,
        "publisher": document.publisher,
        "published_at": document.published_at.isoformat() if document.published_at else None,
        "published_precision": document.published_precision,
        "tier": document.tier.value,
        "tier_reason": document.tier_reason,
        "doc_type": document.doc_type,
        **document.reference,
    }
    return {key: value for key, value in named.items() if value is not None}


def corrected(stored: Sequence[JsonDict], given: Sequence[JsonDict]) -> tuple[list[JsonDict], list[JsonDict]]:
    """Return the references after an import of `given`, and what each of `given` became among them.

    Each takes the place of the stored one that it corrects: the one with the same address; else the one of the same
    row of the same file; else, both without an address and not two rows by their ids, the one that is there. What it
    leaves out stays. Any other is a further place of the same text.
    """
    old = [one for one in stored if one not in given]
    became = []
    for reference in given:
        wrong = next((one for same in _SAME for one in old if same(one, reference)), None)
        if reference in stored or wrong is None:
            became.append(reference)
        else:
            old.remove(wrong)
            became.append(_filled(reference, wrong))
    after = {_canonical(one): one for one in [*old, *became]}
    return [after[key] for key in sorted(after)], became


def naming(references: Sequence[JsonDict]) -> JsonDict:
    """Return the reference that names the text: the earliest date, then the smallest URL."""
    return min(references, key=lambda one: (*_precedence(one), _canonical(one)))


def named_by(reference: JsonDict) -> dict[str, Any]:
    """Return the columns of a source that say where its text came from."""
    url, publisher, doc_type = reference.get("url"), reference.get("publisher"), reference.get("doc_type")
    if "tier" in reference:
        tier, reason = Tier(reference["tier"]), reference["tier_reason"]
    else:  # kept by an early version
        tier, reason = source_tier(url, publisher, doc_type, None)
    published, precision = reference.get("published_at"), reference.get("published_precision")
    return {
        "url": url,
        "host": normal_domain(url) if url else None,
        "title": reference["title"],
        "title_terms": normal_form(reference["title"]),
        "publisher": publisher,
        "tier": tier,
        "tier_reason": reason,
        "published_at": date.fromisoformat(published) if published else None,
        "published_precision": Precision(precision) if precision else None,
        "doc_type": doc_type,
    }


def _filled(reference: JsonDict, earlier: JsonDict) -> JsonDict:
    """Return `reference` with what only the earlier one says."""
    is_better_tiered = reference["tier"] != Tier.OTHER or "tier" not in earlier
    tier = reference if is_better_tiered else earlier
    return {**earlier, **reference, "tier": tier["tier"], "tier_reason": tier["tier_reason"]}


def _precedence(reference: JsonDict) -> tuple[bool, str, bool, str]:
    published, url = reference.get("published_at"), reference.get("url")
    return (published is None, published or "", url is None, url or "")


def _same_address(one: JsonDict, other: JsonDict) -> bool:
    return one.get("url") is not None and one.get("url") == other.get("url")


def _same_row(one: JsonDict, other: JsonDict) -> bool:
    return "file" in one and (one["file"], one.get("id")) == (other.get("file"), other.get("id"))


def _nowhere(one: JsonDict, other: JsonDict) -> bool:
    two_rows = None not in (one.get("id"), other.get("id")) and one.get("id") != other.get("id")
    return one.get("url") is None and other.get("url") is None and not two_rows


_SAME: tuple[Callable[[JsonDict, JsonDict], bool], ...] = (
    lambda one, other: _same_address(one, other) and _same_row(one, other),
    _same_address,
    _same_row,
    _nowhere,
)


def _canonical(reference: Mapping[str, Any]) -> str:
    return json.dumps(reference, sort_keys=True)
