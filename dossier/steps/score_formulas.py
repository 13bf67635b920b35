"""The formulas of a lead score: from the evidence to parts that add up to 100 at most.

Here: points and their reasons, one function per formula. Not here: reading the evidence (`score_facts.py`) and
the choice of a formula (`score.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dossier.evidence.names import words
from dossier.exports.wording import age_in_words, label
from dossier.models import ScorePart, SignalTier
from dossier.steps.buyer_factors import WEIGHTS, BuyerFactors, Maxima, shares
from dossier.steps.events import YEAR_DAYS, Event
from dossier.steps.score_facts import MAX_CITED, Answer, ScoreFacts

COLUMNLINE: Mapping[str, float] = {
    "signal_hot": 25,
    "signal_warm": 20,
    "signal_planning": 15,
    "signal_passive": 10,
    "timing_high": 15,
    "timing_medium": 10,
    "timing_low": 0,
    "geography_tier1": 10,
    "geography_tier2": 5,
    "geography_tier3": 2,
    "further_signal": 5,
    "further_signals_max": 15,
    "epcm_engaged": 10,
    "prior_relationship": 15,
}
RUBRIC: Mapping[str, float] = {
    "signal": 30,
    "timing": 20,
    "geography": 15,
    "project_type": 15,
    "budget": 10,
    "relationship": 10,
}
STARBRIDGE: Mapping[str, float] = {name: round(100 * weight) for name, weight in WEIGHTS.items()}
_TIER_SHARE = {SignalTier.HOT: 1.0, SignalTier.WARM: 0.8, SignalTier.PLANNING: 0.6, SignalTier.PASSIVE: 0.4}
_URGENCY_SHARE = {"HIGH": 1.0, "MEDIUM": 2 / 3, "LOW": 0.0}
_PLACE_SHARE = {1: 1.0, 2: 0.5, 3: 0.2}

Formula = Callable[[ScoreFacts, Mapping[str, float]], list[ScorePart]]


def columnline(facts: ScoreFacts, points: Mapping[str, float]) -> list[ScorePart]:
    """The default of dossiers: signal, timing, place, further signals, partners, earlier work."""
    signal, urgency, place = _signal(facts), facts.urgency, facts.geography
    further = facts.further
    return [
        _part("signal", _most(points, "signal_"), points.get(f"signal_{signal.value}".lower(), 0), signal),
        _part("timing", _most(points, "timing_"), points[f"timing_{urgency.value}".lower()], urgency),
        _part("geography", _most(points, "geography_"), points.get(f"geography_tier{place.value}", 0), place),
        _part(
            "further_signals",
            points["further_signals_max"],
            min(points["further_signal"] * len(further), points["further_signals_max"]),
            _further(further),
        ),
        _whole("epcm_engaged", points["epcm_engaged"], facts.partner),
        _whole("prior_relationship", points["prior_relationship"], facts.relationship),
    ]


def rubric(facts: ScoreFacts, points: Mapping[str, float]) -> list[ScorePart]:
    """The alternative: signal, timing, place, project type, budget, relationship."""
    signal, urgency, place, budget = _signal(facts), facts.urgency, facts.geography, facts.budget
    shares = (
        ("signal", _TIER_SHARE.get(signal.value, 0.0), signal),
        ("timing", _URGENCY_SHARE[urgency.value], urgency),
        ("geography", _PLACE_SHARE.get(place.value, 0.0), place),
        ("project_type", float(facts.project_type.value is not None), facts.project_type),
        ("budget", budget.value or 0.0, budget),
        ("relationship", float(facts.relationship.value is not None), facts.relationship),
    )
    return [_part(name, points[name], points[name] * share, answer) for name, share, answer in shares]


def starbridge_6_factor(facts: ScoreFacts, points: Mapping[str, float]) -> list[ScorePart]:
    """The six factors of public-sector reports, times 100. A run of one lead is its own maximum: any is all."""
    count = len(facts.events)
    told = tuple(event.best.id for event in facts.events[:MAX_CITED])
    answers = {
        "buyer_type": _buyer_type(facts),
        "signal_count": Answer(count, f"Events found: {count}.", told),
        "recency": _recency(facts),
        "urgency": facts.due(),
        "dollars": _dollars(facts),
        "keywords": facts.keyword_hits(),
    }
    buyer = BuyerFactors(
        wanted_type=answers["buyer_type"].value is not None,
        signals=count,
        newest_age=answers["recency"].value,
        urgent=answers["urgency"].value is not None,
        dollars=answers["dollars"].value or 0.0,
        keywords=answers["keywords"].value,
    )
    found = shares(buyer, Maxima.of([buyer]))
    return [_part(name, points[name], points[name] * found[name], answer) for name, answer in answers.items()]


FORMULAS: Mapping[str, tuple[Formula, Mapping[str, float]]] = {
    "columnline": (columnline, COLUMNLINE),
    "rubric": (rubric, RUBRIC),
    "starbridge_6_factor": (starbridge_6_factor, STARBRIDGE),
}


def _signal(facts: ScoreFacts) -> Answer:
    event = facts.primary
    if event is None:
        return Answer(None, _why_no_signal(facts))
    reason = f"{event.tier.capitalize()}: {label(event.signal_type)}, {event.when}."
    return Answer(event.tier, reason, (event.best.id,))


def _why_no_signal(facts: ScoreFacts) -> str:
    dated = [event for event in facts.events if event.event_date]
    if not facts.events:
        return "No event that suggests a purchase was found."
    if not dated:
        return "The events found have no date, so none counts."
    past = [event for event in dated if (event.age(facts.reference_date) or 0) > YEAR_DAYS]
    if not past:
        return "The events found lie ahead; none has happened in the last twelve months."
    return f"No event of the last twelve months was found; the newest: {past[0].when}."


def _further(events: list[Event]) -> Answer:
    if not events:
        return Answer(None, "No further dated event of the last 24 months was found.")
    one = "One further event" if len(events) == 1 else f"{len(events)} further events"
    reason = f"{one} of the last 24 months; the newest: {events[0].when}."
    return Answer(len(events), reason, tuple(event.best.id for event in events[:MAX_CITED]))


def _buyer_type(facts: ScoreFacts) -> Answer:
    wanted = (facts.icp.model_extra or {}).get("buyer_types") or []
    own = facts.lead.profile.get("buyer_type", "")
    named = {"".join(words(str(kind))) for kind in wanted} if isinstance(wanted, list) else set()
    if own and "".join(words(own)) in named:
        return Answer(own, f"The buyer is of a type that the profile wants: {own}.")
    return Answer(None, f"The buyer's type ({own}) is not in the profile." if own else "The buyer's type is not known.")


def _recency(facts: ScoreFacts) -> Answer:
    ages = [(age, event) for event in facts.events if (age := event.age(facts.reference_date)) is not None and age >= 0]
    if not ages:
        return Answer(None, "No event has a date in the past.")
    age, event = min(ages, key=lambda pair: (pair[0], pair[1].best.id))
    return Answer(age, f"The newest is {age_in_words(age)}.", (event.best.id,))


def _dollars(facts: ScoreFacts) -> Answer:
    amounts = [(event.amount, event) for event in facts.events if event.amount and event.amount.currency == "USD"]
    if not amounts:
        return Answer(None, "No event names an amount in dollars.")
    most, event = max(amounts, key=lambda pair: (pair[0].amount, pair[1].best.id))
    return Answer(most.amount, f"The largest amount is {most.text}.", tuple(event.claim_ids[:1]))


def _most(points: Mapping[str, float], prefix: str) -> float:
    return max(value for name, value in points.items() if name.startswith(prefix))


def _whole(name: str, weight: float, answer: Answer) -> ScorePart:
    return _part(name, weight, weight if answer.value is not None else 0, answer)


def _part(name: str, weight: float, value: float, answer: Answer) -> ScorePart:
    return ScorePart(
        name=name,
        weight=round(weight, 2),
        value=round(value, 2),
        reason=answer.reason,
        claim_ids=list(answer.claim_ids),
    )
