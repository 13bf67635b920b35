"""Splits a score into fit, timing and freshness, each 0 to 100.

Here: which part of a formula belongs to which aspect, and how fresh the event is that counts first. Not here: points
(`score_formulas.py`) and half-lives (`dossier/evidence/freshness.py`). Fit is who they are to you: place, type, means,
earlier work. Timing is what moves them to buy. Both are the points reached of those that can be; freshness is what the
age of the news has left of its worth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dossier.evidence.freshness import freshness, half_life
from dossier.exports.wording import age_in_words, label
from dossier.models import ScoreAspect, ScorePart
from dossier.steps.score_facts import ScoreFacts

Aspect = Literal["fit", "timing"]
_ASPECTS: dict[str, Aspect] = {
    "signal": "timing",
    "timing": "timing",
    "further_signals": "timing",
    "signal_count": "timing",
    "recency": "timing",
    "urgency": "timing",
    "geography": "fit",
    "epcm_engaged": "fit",
    "prior_relationship": "fit",
    "project_type": "fit",
    "budget": "fit",
    "relationship": "fit",
    "buyer_type": "fit",
    "dollars": "fit",
    "keywords": "fit",
}


def aspects_of(facts: ScoreFacts, parts: Sequence[ScorePart]) -> list[ScoreAspect]:
    """Return fit, timing and freshness of a lead whose score has these `parts`."""
    return [_of_parts("fit", parts), _of_parts("timing", parts), _freshness(facts)]


def _of_parts(name: Aspect, parts: Sequence[ScorePart]) -> ScoreAspect:
    mine = [part for part in parts if _ASPECTS[part.name] == name]
    most, reached = sum(part.weight for part in mine), sum(part.value for part in mine)
    told = ", ".join(f"{label(part.name).lower()} {part.value:g} of {part.weight:g}" for part in mine)
    cited = dict.fromkeys(claim_id for part in mine for claim_id in part.claim_ids)
    return ScoreAspect(name=name, value=_percent(reached, most), reason=f"{told}.".capitalize(), claim_ids=list(cited))


def _percent(reached: float, most: float) -> int:
    return round(100 * min(max(reached / most, 0.0), 1.0)) if most > 0 else 0


def _freshness(facts: ScoreFacts) -> ScoreAspect:
    event = facts.primary
    if event is None:
        return ScoreAspect(name="freshness", value=0, reason="No dated event of the last twelve months counts.")
    age = event.age(facts.reference_date)
    days = half_life(event.signal_type, facts.icp.half_life_days)
    told = f"{label(event.signal_type)}, {age_in_words(age or 0)}; such news lose half of their worth in {days:g} days."
    return ScoreAspect(
        name="freshness", value=round(100 * freshness(age, days)), reason=told, claim_ids=[event.best.id]
    )
