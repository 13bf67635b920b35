"""The panels of page one that judge: why now, the score's parts, where sources disagree, how figures changed.

Here: from the dossier's values to what a reader sees of them. Not here: the choice and order of panels
(`brief.py`), and tables and cards, which have modules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from dossier.exports.footnotes import Footnote, Footnotes, Reference
from dossier.exports.wording import TIER_WORDS, age_in_words, date_in_words, label
from dossier.models import Conflict, Dossier, Tier, TimelineEntry


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """A part of the score: `share` is the reached percentage of what was possible."""

    label: str
    value: str
    weight: str
    share: int
    reason: str
    notes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """The event to open with."""

    text: str
    date: str
    age: str
    reference: Reference | None
    notes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict."""

    value: str
    preferred: bool
    tier: str
    date: str
    reference: Reference | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sources that disagree, which side we prefer, and why."""

    kind: str
    subject: str
    why: str
    sides: tuple[Side, ...]
    notes: tuple[Footnote, ...]


@dataclass(frozen=True, slots=True)
class History:
    """How a figure or date changed, oldest report first; reports of one value that follow each other are one step."""

    subject: str
    current: str
    steps: tuple[tuple[str, str, str, tuple[Footnote, ...]], ...]


def opening(dossier: Dossier, notes: Footnotes) -> Opening | None:
    """Return the event to open with, or None where the dossier has none."""
    why_now = dossier.why_now
    if why_now is None:
        return None
    cited = notes.cite(why_now.claim_ids)
    quoted = cited[0].quotes[0].reference if cited and cited[0].quotes else None
    return Opening(
        text=why_now.text,
        date=date_in_words(why_now.event_date, why_now.date_precision),
        age=age_in_words(why_now.age_days),
        reference=notes.reference_of_url(why_now.url) or quoted,
        notes=cited,
    )


def score_bars(dossier: Dossier, notes: Footnotes) -> list[ScoreBar]:
    """Return the parts of the score, in their order."""
    return [
        ScoreBar(
            label=label(part.name),
            value=f"{part.value:g}",
            weight=f"{part.weight:g}",
            share=round(100 * min(max(part.value / part.weight, 0), 1)) if part.weight > 0 else 0,
            reason=part.reason,
            notes=notes.cite(part.claim_ids),
        )
        for part in dossier.score.parts
    ]


def aspects(dossier: Dossier) -> str:
    """Return fit, timing and freshness in one sentence, '' where a dossier has none."""
    told = ", ".join(f"{one.name} {one.value}" for one in dossier.score.aspects)
    return f" {told.capitalize()}, each of 100." if told else ""


def disagreements(dossier: Dossier, notes: Footnotes) -> list[Disagreement]:
    """Return the conflicts with all their sides, in their order."""
    return [
        Disagreement(
            kind=conflict.kind,
            subject=conflict.subject,
            why=_why(conflict),
            sides=tuple(
                Side(
                    value=side.value,
                    preferred=side.value == conflict.preferred,
                    tier=TIER_WORDS[side.tier].lower(),
                    date=notes.reported(side.date_reported, source_id=side.source_id),
                    reference=notes.reference(side.source_id),
                )
                for side in conflict.values
            ),
            notes=notes.cite(conflict.merged_claim_ids),
        )
        for conflict in dossier.conflicts
    ]


def histories(dossier: Dossier, notes: Footnotes) -> list[History]:
    """Return the timelines, each from its first report to its last."""
    return [
        History(
            subject=timeline.subject,
            current=timeline.current,
            steps=tuple(
                _step(list(told), notes)
                for _, told in groupby(timeline.history, key=lambda entry: (entry.status, entry.value))
            ),
        )
        for timeline in dossier.timelines
    ]


def doubts(dossier: Dossier, notes: Footnotes) -> list[tuple[str, tuple[Footnote, ...]]]:
    """Return what may be one thing or two, each reason once with the facts that it is about."""
    by_reason: dict[str, list[str]] = {}
    for one in dossier.ambiguous:
        by_reason.setdefault(one.reason, []).extend(one.claim_ids)
    return [(reason, notes.cite(claim_ids)) for reason, claim_ids in by_reason.items()]


def _why(conflict: Conflict) -> str:
    """Return the rule that prefers a side as a sentence: kinds of sources in words."""
    said = conflict.rule
    for tier in Tier:
        said = re.sub(rf"\b{tier.value}\b", TIER_WORDS[tier].lower(), said)
    return f"We take {conflict.preferred}: {said.removesuffix('.')}."


def _step(told: Sequence[TimelineEntry], notes: Footnotes) -> tuple[str, str, str, tuple[Footnote, ...]]:
    first, last = (notes.reported(one.date_reported, claim_id=one.claim_id) for one in (told[0], told[-1]))
    again = f", told {len(told)} times until {last}" if last != first else ""
    cited = notes.cite([one.claim_id for one in told])
    return f"{first}{again}", label(told[0].status), told[0].value, cited
