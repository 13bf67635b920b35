"""Which claims a section's structured content rests on.

Here: the names of the fields that cite, and a walk that finds them at any depth, used by the invariants and
by the exports. Not here: footnote numbers (`dossier/exports/footnotes.py`).
"""

from __future__ import annotations

from typing import Any

CITING_FIELDS = frozenset({"claim_ids", "evidence_claims", "evidence_claim_ids", "claims_involved"})


def cited_ids(content: Any) -> list[str]:
    """Return the claim ids that `content` (JSON) cites at any depth, in order of appearance, each once."""
    found: dict[str, None] = {}
    _collect(content, found)
    return list(found)


def _collect(value: Any, found: dict[str, None]) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in CITING_FIELDS and isinstance(item, list):
                found.update(dict.fromkeys(one for one in item if isinstance(one, str)))
            else:
                _collect(item, found)
    elif isinstance(value, list):
        for item in value:
            _collect(item, found)
