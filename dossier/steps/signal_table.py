"""The rows of the section `signals`: every event of the lead, newest first, from code and not from a writer.

Here: one row per event with the facts that stand in its claims; of a writer only the relevance is taken over.
Not here: the section's sentences (`sections.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dossier.evidence.citations import cited_ids
from dossier.exports.wording import DATED_BY_REPORT
from dossier.models import JsonDict, MergeResult, Signal, SignalTier
from dossier.steps.events import Event, Published, find_events, merged_ids
from dossier.steps.signals import headline

NO_REASON = "A cut, which your profile does not look for: it counts neither for the score nor as an opening."
_NO_RELEVANCE = frozenset(tier.value for tier in SignalTier)


def signal_table(merged: MergeResult, signals: Sequence[Signal], published: Published, written: Any) -> list[JsonDict]:
    """Return a row per event, newest first, undated last; `written` are a writer's rows, of any shape.

    `published` are the days of publication by source id: they date events whose claims state no date.
    """
    relevance = _relevance(merged, signals, written)
    return [_row(event, relevance) for event in find_events(merged, signals, published)]


def _row(event: Event, relevance: Mapping[str, str]) -> JsonDict:
    best = event.best
    said = next((relevance[claim_id] for claim_id in event.claim_ids if claim_id in relevance), "")
    remarks = (said, NO_REASON if event.shrinks else "", DATED_BY_REPORT if event.reported else "")
    return {
        "signal_type": event.signal_type,
        "tier": event.tier.value,
        "headline": headline(best.statement),
        "status": event.status,
        "date": event.event_date.isoformat() if event.event_date else None,
        "date_precision": event.date_precision.value if event.date_precision else None,
        "amount": best.details.amount.text if best.details.amount else None,
        "source_url": event.url,
        "dated_by": "report" if event.reported else "text",
        "relevance": " ".join(filter(None, remarks)),
        "claim_ids": event.claim_ids,
    }


def _relevance(merged: MergeResult, signals: Sequence[Signal], written: Any) -> dict[str, str]:
    """Return what a writer said of each merged claim; its rows are matched by claim ids, else by headline."""
    by_headline = {signal.headline: signal.claim_ids for signal in signals}
    found: dict[str, str] = {}
    for row in written if isinstance(written, list) else []:
        said = row.get("relevance") if isinstance(row, dict) else None
        if isinstance(said, str) and said.strip() and said not in _NO_RELEVANCE:
            ids = cited_ids(row) or by_headline.get(row.get("headline"), [])
            for claim_id in merged_ids(ids, merged):
                found.setdefault(claim_id, said.strip())
    return found
