"""Chooses the one event to open with.

Here: the rules of why-now: dated, at most twelve months old, the strongest tier and then the newest, in the
words of its claim. Not here: the score, which counts the same events (`score.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dossier.evidence.dates import find_dates
from dossier.models import Claim, Document, WhyNow
from dossier.steps.events import Event, is_fresh, strongest
from dossier.steps.standing import Standing


def choose_why_now(
    events: Sequence[Event], standing: Standing, documents: Mapping[str, Document], reference_date: date
) -> WhyNow | None:
    """Return the event to open with, or None where no event may serve.

    Its statement has to stand by its quotes. An event known from undated sources alone serves only if one of
    their texts states its date; one that no text dates has the date of its first report. `documents` holds the
    sources of the claims by id.
    """
    raw = standing.raw
    fresh = [one for one in events if is_fresh(one, reference_date) and standing.holds(one.best)]
    event = strongest([one for one in fresh if _is_dated(one, raw, documents)], reference_date)
    if event is None or event.event_date is None or event.date_precision is None:
        return None
    return WhyNow(
        text=event.best.statement,
        claim_ids=[event.best.id],
        event_date=event.event_date,
        date_precision=event.date_precision,
        url=_url(event, raw, documents),
        age_days=(reference_date - event.event_date).days,
    )


def _is_dated(event: Event, raw: Mapping[str, Claim], documents: Mapping[str, Document]) -> bool:
    if event.reported:
        return True
    claims = [raw[claim_id] for claim_id in event.best.claim_ids if claim_id in raw]
    return any(_source_dates(claim, event.event_date, documents.get(claim.source_id)) for claim in claims)


def _source_dates(claim: Claim, day: date | None, document: Document | None) -> bool:
    if document is None or claim.event_date != day:
        return False
    if document.published_at is not None:
        return True
    return any(found.value.value == day for found in find_dates(document.text, None))


def _url(event: Event, raw: Mapping[str, Claim], documents: Mapping[str, Document]) -> str | None:
    """The address of the report that dates the event, else of the source whose words are the text, else of any."""
    canonical = raw.get(event.best.canonical_claim_id)
    document = documents.get(canonical.source_id) if canonical and not event.reported else None
    return (document.url if document else None) or event.url
