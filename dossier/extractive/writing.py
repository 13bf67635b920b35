"""The engine's answers to the writers: it arranges merged claims, word for word, and says what it cannot fill.

Here: one function per section. Facts are the statements of merged claims with their ids; interpretations are fixed
sentences without a name, number or date of their own. Not here: contacts' copy, which needs a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dossier.answers import ContactProfile, EnrichContact, Written
from dossier.models import ClaimType, Insight, MergedClaim, Model, Score, Sentence, Signal, SignalTier

MAX_FACTS = 12
MAX_ONE_LINER = 100
_MONTHS = "January February March April May June July August September October November December".split()
_NEEDS_A_WRITER = "Only a model can write this; the extractive engine arranges what stands in the sources."


class Brief:
    """The inputs of a writer, taken from the request's variables."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.lead_name: str = variables["lead"]["name"]
        self.claims = [MergedClaim.model_validate(c) for c in variables.get("claims") or []]
        self.routed = [MergedClaim.model_validate(c) for c in variables.get("routed_claims") or []]
        self.signals = [Signal.model_validate(s) for s in variables.get("signals") or []]
        self.score = Score.model_validate(variables["score"]) if variables.get("score") else None
        self.conflicts: list[dict[str, Any]] = list(variables.get("conflicts") or [])
        self.contacts: list[dict[str, Any]] = list(variables.get("contacts") or [])
        self.questions = [str(q) for q in variables.get("client_research_questions") or []]
        self.offers = [str(o) for o in (variables.get("client") or {}).get("offer") or []]

    def merged_of(self, raw_ids: Sequence[str]) -> MergedClaim | None:
        """Return the merged claim that holds one of the raw claims."""
        wanted = set(raw_ids)
        return next((c for c in self.claims if wanted & set(c.claim_ids)), None)

    def top_signals(self) -> list[tuple[Signal, MergedClaim]]:
        """Return the signals with their merged claims, strongest tier first, then newest; each claim once."""
        order = list(SignalTier)
        ranked = sorted(self.signals, key=lambda s: (order.index(s.tier), -_day(s), s.id))
        seen: dict[str, tuple[Signal, MergedClaim]] = {}
        for signal in ranked:
            merged = self.merged_of(signal.claim_ids)
            if merged and merged.status != "superseded":
                seen.setdefault(merged.id, (signal, merged))
        return list(seen.values())


def _day(signal: Signal) -> int:
    return signal.event_date.toordinal() if signal.event_date else 0


def facts(claims: Sequence[MergedClaim], limit: int = MAX_FACTS) -> list[Sentence]:
    """Return the statements of current claims as fact sentences, at most `limit`, no statement twice."""
    texts: dict[str, Sentence] = {}
    for claim in claims:
        if claim.status != "superseded":
            key = claim.statement.casefold().rstrip(".")
            texts.setdefault(key, Sentence(text=claim.statement, kind="fact", claim_ids=[claim.id]))
    return list(texts.values())[:limit]


def note(text: str, *claims: MergedClaim) -> Sentence:
    """Return an interpretation that rests on `claims`."""
    return Sentence(text=text, kind="interpretation", claim_ids=[c.id for c in claims])


def _of(claims: Sequence[MergedClaim], *types: ClaimType) -> list[MergedClaim]:
    return [c for c in claims if c.type in types]


def _when(signal: Signal) -> str:
    if signal.event_date is None:
        return ""
    return f"{_MONTHS[signal.event_date.month - 1]} {signal.event_date.year}"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def intro(brief: Brief) -> Written:
    """Who they are and the one event to open with."""
    top = brief.top_signals()
    dated = next((pair for pair in top if pair[0].event_date), None)
    content: dict[str, Any] = {"title": brief.lead_name, "the_angle": None, "one_liner": None}
    if dated:
        when = _when(dated[0])
        content["one_liner"] = f"{when}: {_short(dated[1].statement, MAX_ONE_LINER - len(when) - 2)}"
    if brief.score:
        content |= {"lead_score": brief.score.total, "timing_urgency": brief.score.timing_urgency}
        content["score_explanation"] = "; ".join(f"{p.name}: {p.reason}" for p in brief.score.parts)
    leading = [merged for _, merged in ([dated] if dated else top[:1])]
    identity = _of(brief.routed, ClaimType.ENTITY)[:2]
    sentences = facts([*leading, *identity, *_of(brief.routed, ClaimType.OPPORTUNITY)[:1]], 4)
    if leading:
        sentences.append(note("The first of these facts is the reason to call: ask how far it has come.", leading[0]))
    return Written(
        content=content, sentences=sentences, gap=None if sentences else _nothing("an event or a description")
    )


def signals(brief: Brief) -> Written:
    """All signals, newest first, and the strongest of them as sentences."""
    rows = [
        {
            "signal_type": s.signal_type,
            "headline": s.headline,
            "status": s.status,
            "date": s.event_date.isoformat() if s.event_date else None,
            "source_url": s.url,
            "relevance": s.tier.value,
        }
        for s in brief.signals
    ]
    sentences = facts([merged for _, merged in brief.top_signals()])
    return Written(
        content={"why_theyll_buy_now": rows},
        sentences=sentences,
        gap=None if sentences else _nothing("an event that suggests a purchase"),
    )


def lead_intelligence(brief: Brief) -> Written:
    """What they are, make and report, and whom they work with."""
    known = _of(brief.routed, ClaimType.ENTITY, ClaimType.ATTRIBUTE, ClaimType.METRIC)
    partners = _of(brief.routed, ClaimType.RELATIONSHIP)
    known_partners = {c.details.organization: c.statement for c in reversed(partners) if c.details.organization}
    network = [{"type": "partner", "name": name, "connection": said} for name, said in known_partners.items()]
    sentences = [*facts(known), *facts(partners, 6)]
    content = {
        "company_intel": [c.statement for c in known[:MAX_FACTS]],
        "entity_brief": [c.statement for c in _of(known, ClaimType.ENTITY)[:3]],
        "network_intelligence": network,
        "quick_reference": [f"How far has this come: {merged.statement}" for _, merged in brief.top_signals()[:3]],
    }
    return Written(content=content, sentences=sentences, gap=None if sentences else _nothing("what they are or make"))


def strategy(brief: Brief) -> Written:
    """What to lead with and what to be careful about; objections need a writer."""
    top = brief.top_signals()[:3]
    sentences = facts([merged for _, merged in top], 3)
    if top:
        sentences.append(
            note("Lead with the newest of these events and offer help with what it sets in motion.", top[0][1])
        )
    contested = [c for c in brief.routed if c.status == "contested"]
    if contested:
        sentences.append(note("Sources disagree on this point: do not state it as settled, ask.", contested[0]))
    partners = _of(brief.routed, ClaimType.RELATIONSHIP)[:1]
    sentences += facts(partners)
    if partners:
        sentences.append(note("A partner that already works with them can open the door.", partners[0]))
    content: dict[str, Any] = {"deal_strategy": None, "common_objections": [], "competitive_positioning": None}
    gap = None if sentences else _nothing("an event to build on")
    return Written(content={**content, "not_written": _NEEDS_A_WRITER}, sentences=sentences, gap=gap)


def opportunity(brief: Brief) -> Written:
    """Sites, values and dates of what they plan."""
    planned = _of(brief.routed, ClaimType.OPPORTUNITY, ClaimType.METRIC)
    planned = [c for c in planned if c.details.record is None] + [c for c in planned if c.details.record is not None]
    built = [merged for signal, merged in brief.top_signals() if signal.tier in (SignalTier.HOT, SignalTier.WARM)]
    chosen = list({c.id: c for c in [*built[:6], *_of(planned, ClaimType.OPPORTUNITY)]}.values())
    amounts = [c.details.amount.text for c in built if c.details.amount]
    places = dict.fromkeys(c.details.place for c in chosen if c.details.place)
    timeline = [{"milestone": c.statement, "date": c.event_date.isoformat()} for c in chosen if c.event_date]
    details = {
        "location": next(iter(places), None),
        "estimated_value": amounts[0] if amounts else None,
        "timeline": timeline,
        "scope_relevant_to_client": brief.offers if chosen else [],
        "key_players": [],
    }
    sentences = facts(chosen)
    return Written(
        content={"opportunity_details": details},
        sentences=sentences,
        gap=None if sentences else _nothing("a project, a site or a date"),
    )


def client_specific(brief: Brief) -> Written:
    """The client's questions with what the sources say; without questions the findings that fit its profile."""
    notes = _of(brief.routed, ClaimType.NOTE)
    if brief.questions:
        sentences = facts(notes)
        rows = [{"question": q, "answer": None, "evidence_claims": [c.id for c in notes]} for q in brief.questions]
        return Written(
            content={"client_specific": rows},
            sentences=sentences,
            gap=None if sentences else _nothing("your questions"),
        )
    fitting = [pair for pair in brief.top_signals() if pair[0].tier is not SignalTier.PASSIVE][:3]
    rows = [
        {"question": _in_words(signal.signal_type), "answer": merged.statement, "evidence_claims": [merged.id]}
        for signal, merged in fitting
    ]
    sentences = facts([merged for _, merged in fitting], 3)
    gap = None if sentences else _nothing("the signals of your profile")
    return Written(content={"client_specific": rows}, sentences=sentences, gap=gap)


def _in_words(signal_type: str) -> str:
    return signal_type.replace("_", " ").capitalize()


def _nothing(what: str) -> str:
    return f"Nothing found: the sources say nothing about {what}."


def insight(brief: Brief) -> Insight:
    """Insight needs judgement; the engine has none and says so."""
    return Insight(gap=f"No insight: {_NEEDS_A_WRITER}")


def enrich_contact(brief: Brief) -> EnrichContact:
    """For each person: what the sources say of them, and the facts to open a conversation with."""
    opening = facts([merged for _, merged in brief.top_signals()], 2)
    profiles = []
    for contact in brief.contacts:
        own = [c for c in brief.claims if c.id in set(contact.get("claim_ids") or [])]
        profiles.append(
            ContactProfile(
                contact_id=contact["id"],
                why=own[0].statement if own else "",
                claim_ids=[c.id for c in own],
                opening_facts=opening,
            )
        )
    return EnrichContact(profiles=profiles, gap=f"No copy: {_NEEDS_A_WRITER}")


WRITERS: dict[str, Callable[[Brief], Model]] = {
    "insight": insight,
    "enrich_contact": enrich_contact,
    "writer_intro": intro,
    "writer_signals": signals,
    "writer_lead_intelligence": lead_intelligence,
    "writer_strategy": strategy,
    "writer_opportunity": opportunity,
    "writer_client_specific": client_specific,
}
