"""The engine's answers to the writers: it arranges merged claims, word for word, and says what it cannot fill.

Here: one function per section. Facts are the statements of merged claims with their ids; interpretations are fixed
sentences without a name, number or date of their own. Not here: contacts' copy, which needs a model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dossier.answers import ContactProfile, EnrichContact, Written
from dossier.evidence.organisations import is_government
from dossier.exports.wording import date_in_words
from dossier.extractive.questions import find_answers
from dossier.models import ClaimType, Insight, MergedClaim, Model, Precision, Sentence, SignalTier

MAX_FACTS = 12
MAX_ONE_LINER = 100
_NEEDS_A_WRITER = (
    "it takes judgement that only a model or a person has; this engine arranges what stands in the sources."
)


@dataclass(frozen=True, slots=True)
class Told:
    """A buying event and the merged claim that tells it best, in the order in which to speak of events."""

    signal_type: str
    tier: SignalTier
    day: date | None
    precision: Precision | None
    fresh: bool
    claim: MergedClaim


class Brief:
    """The inputs of a writer, taken from the request's variables."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self.lead_name: str = variables["lead"]["name"]
        self.claims = [MergedClaim.model_validate(c) for c in variables.get("claims") or []]
        self.routed = [MergedClaim.model_validate(c) for c in variables.get("routed_claims") or []]
        self.contacts: list[dict[str, Any]] = list(variables.get("contacts") or [])
        self.questions = [str(q) for q in variables.get("client_research_questions") or []]
        self.offers = [str(o) for o in (variables.get("client") or {}).get("offer") or []]
        by_id = {claim.id: claim for claim in self.claims}
        self.events = [_told(row, by_id) for row in variables.get("events") or [] if row["claim_ids"][0] in by_id]

    def fresh_or_all(self) -> list[Told]:
        """Return the events of the last year, or all where there are none."""
        return [event for event in self.events if event.fresh] or [e for e in self.events if not e.claim.details.record]


def _told(row: dict[str, Any], by_id: dict[str, MergedClaim]) -> Told:
    day = date.fromisoformat(row["date"]) if row.get("date") else None
    precision = Precision(row["date_precision"]) if row.get("date_precision") else None
    claim = by_id[row["claim_ids"][0]]
    return Told(row["signal_type"], SignalTier(row["tier"]), day, precision, bool(row["fresh"]), claim)


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


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def intro(brief: Brief) -> Written:
    """The event to open with, who they are, and what they plan."""
    first = brief.events[:1]
    content: dict[str, Any] = {"the_angle": None, "one_liner": None}
    if first and first[0].day:
        known = first[0].precision
        when = date_in_words(first[0].day, Precision.MONTH if known is Precision.DAY else known)
        content["one_liner"] = f"{when}: {_short(first[0].claim.statement, MAX_ONE_LINER - len(when) - 2)}"
    opening = [event.claim for event in first]
    identity = _of(brief.routed, ClaimType.ENTITY)[:2]
    planned = [c for c in _of(brief.routed, ClaimType.OPPORTUNITY) if c.details.record is None][:1]
    sentences = facts([*opening, *identity, *planned], 4)
    if first and first[0].fresh:
        sentences.insert(1, note("This is the reason to call: ask how far it has come.", first[0].claim))
    gap = None if sentences else _nothing("an event or a description")
    return Written(content=content, sentences=sentences, gap=gap)


def signals(brief: Brief) -> Written:
    """The events as sentences, fresh and strong ones first; their table is made by code."""
    sentences = facts([event.claim for event in brief.events])
    return Written(sentences=sentences, gap=None if sentences else _nothing("an event that suggests a purchase"))


def lead_intelligence(brief: Brief) -> Written:
    """What they are, make and report, and whom they work with."""
    known = _of(brief.routed, ClaimType.ENTITY, ClaimType.ATTRIBUTE, ClaimType.METRIC)
    partners = _of(brief.routed, ClaimType.RELATIONSHIP)
    known_partners = {c.details.organization: c.statement for c in reversed(partners) if _is_partner(c)}
    network = [{"type": "partner", "name": name, "connection": said} for name, said in known_partners.items()]
    sentences = [*facts(known), *facts(partners, 6)]
    content = {
        "company_intel": [c.statement for c in known[:MAX_FACTS]],
        "entity_brief": [c.statement for c in _of(known, ClaimType.ENTITY)[:3]],
        "network_intelligence": network,
        "quick_reference": [f"How far has this come: {e.claim.statement}" for e in brief.fresh_or_all()[:3]],
    }
    return Written(content=content, sentences=sentences, gap=None if sentences else _nothing("what they are or make"))


def _is_partner(claim: MergedClaim) -> bool:
    """True where a claim names an organisation that can open a door: a government is no such thing."""
    return bool(claim.details.organization) and not is_government(claim.details.organization or "")


def strategy(brief: Brief) -> Written:
    """What to lead with and what to be careful about; objections need a writer."""
    top = brief.fresh_or_all()[:3]
    sentences = facts([event.claim for event in top], 3)
    if top and top[0].fresh:
        sentences.append(note("Lead with the first of these and offer help with what it sets in motion.", top[0].claim))
    elif top:
        sentences.append(note("None of this is recent: ask what came of it before you offer anything.", top[0].claim))
    contested = [c for c in brief.routed if c.status == "contested"]
    if contested:
        sentences.append(note("Sources disagree on this point: do not state it as settled, ask.", contested[0]))
    partners = [c for c in _of(brief.routed, ClaimType.RELATIONSHIP) if _is_partner(c)][:1]
    sentences += facts(partners)
    if partners:
        sentences.append(note("A partner that already works with them can open the door.", partners[0]))
    content: dict[str, Any] = {"deal_strategy": None, "common_objections": [], "competitive_positioning": None}
    gap = None if sentences else _nothing("an event to build on")
    return Written(
        content={**content, "not_written": f"No objections and no deal strategy: {_NEEDS_A_WRITER}"},
        sentences=sentences,
        gap=gap,
    )


def opportunity(brief: Brief) -> Written:
    """Sites, values and dates of what they plan."""
    planned = [c for c in _of(brief.routed, ClaimType.OPPORTUNITY) if c.details.record is None]
    noticed = [c for c in _of(brief.routed, ClaimType.OPPORTUNITY) if c.details.record is not None]
    built = [e.claim for e in brief.events if e.tier in (SignalTier.HOT, SignalTier.WARM, SignalTier.PLANNING)]
    chosen = list({c.id: c for c in [*built[:6], *planned, *noticed[:4]]}.values())
    first = next((c for c in chosen if c.details.place and c.details.record is None), None)
    dated = [c for c in chosen if c.event_date and c.details.record is None]
    timeline = [{"milestone": c.statement, "date": c.event_date.isoformat()} for c in dated if c.event_date]
    details = {
        "location": first.details.place if first else None,
        "estimated_value": first.details.amount.text if first and first.details.amount else None,
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
    if brief.questions:
        return _answered(brief)
    fitting = [event for event in brief.events if event.tier is not SignalTier.PASSIVE][:3]
    rows = [
        {"question": _in_words(e.signal_type), "answer": e.claim.statement, "evidence_claims": [e.claim.id]}
        for e in fitting
    ]
    sentences = facts([event.claim for event in fitting], 3)
    gap = None if sentences else _nothing("the signals of your profile")
    return Written(content={"client_specific": rows}, sentences=sentences, gap=gap)


def _answered(brief: Brief) -> Written:
    current = [c for c in brief.claims if c.status != "superseded"]
    found = {question: find_answers(question, current) for question in brief.questions}
    rows = [
        {"question": question, "answer": hits[0].statement, "evidence_claims": [c.id for c in hits]}
        if hits
        else {"question": question, "answer": "No fact that was read answers this.", "evidence_claims": []}
        for question, hits in found.items()
    ]
    sentences = facts([claim for hits in found.values() for claim in hits])
    gap = None if sentences else _nothing("your questions")
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
    opening = facts([event.claim for event in brief.fresh_or_all()], 2)
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
