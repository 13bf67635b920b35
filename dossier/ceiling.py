"""How many calls a dossier may take, and when a repair may take one of them.

Here: the hard ceiling, the calls that each step still needs, and the rule for repairs. Not here: counting (the ledger
in `dossier/store/calls.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

CEILING = 30
# The calls of a whole dossier by step, without repairs: at most three asks for contacts (15 people, 5 at once).
PLANNED: Mapping[str, int] = {
    "search_builder": 1,
    "signal_discovery": 1,
    "entity_research": 1,
    "contact_discovery": 1,
    "enrich_lead": 1,
    "enrich_opportunity": 1,
    "client_specific": 1,
    "media": 1,
    "insight": 1,
    "enrich_contact": 3,
    "writer_intro": 1,
    "writer_signals": 1,
    "writer_lead_intelligence": 1,
    "writer_strategy": 1,
    "writer_opportunity": 1,
    "writer_client_specific": 1,
}


def still_due(asked: Mapping[str, int]) -> int:
    """Return how many planned calls are still to come, after those in `asked` (calls by step, without repairs)."""
    return sum(max(calls - asked.get(step, 0), 0) for step, calls in PLANNED.items())


def may_repair(used: int, asked: Mapping[str, int]) -> bool:
    """Return whether a repair may take a call: only if what is left exceeds what is still due."""
    return CEILING - used > still_due(asked)
