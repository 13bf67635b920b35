"""Reads from the evidence what a score asks for: the event to count, urgency, place, partners, budget.

Here: one question per function, each answered with the merged claims it rests on. Not here: points
(`score_formulas.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from dossier.evidence.engagement import is_engaged
from dossier.evidence.names import MentionFinder, aliases, core_words, words
from dossier.exports.wording import age_in_words
from dossier.models import ClaimType, Client, IcpConfig, Lead, MergedClaim, MergeResult, Signal
from dossier.steps.events import YEAR_DAYS, Event, Published, find_events, live_claims, strongest
from dossier.steps.geography import place_of_profile, tier_of_place

Urgency = Literal["HIGH", "MEDIUM", "LOW"]
MAX_CITED = 5
_PARTNERS = re.compile(
    r"\bEPCM?\b|\bgeneral contractor|\bconstruction manager|\bdesign[- ]build|\barchitects? of record|"
    r"\barchitect(?:ural|ure) firm|\bengineers? of record|\bengineering, procurement|\bowner['’]s representative",
    re.IGNORECASE,
)
_STATE_REGISTER = re.compile(r"\bState\b.*\(([A-Z]{2})\)$")
_BUYING = frozenset("rfp rfq rfi solicitation tender bid quotation procurement".split())
_DUE = re.compile(r"\bdeadline|\bexpir|\bdue date|\brfps?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its reason and the merged claims it rests on; `value` is None where nothing was found."""

    value: Any
    reason: str
    claim_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScoreFacts:
    """The evidence of one lead as a formula sees it."""

    lead: Lead
    client: Client
    merged: MergeResult
    signals: Sequence[Signal]
    reference_date: date
    published: Published

    @property
    def icp(self) -> IcpConfig:
        """The client's profile."""
        return self.client.config.icp_config

    @cached_property
    def claims(self) -> list[MergedClaim]:
        """The claims that hold now."""
        return live_claims(self.merged)

    @cached_property
    def events(self) -> list[Event]:
        """All events that can be a reason to buy, newest first; those of one type on one day count once."""
        found: dict[tuple[object, ...], Event] = {}
        for event in find_events(self.merged, self.signals, self.published):
            key = (event.signal_type, event.event_date) if event.event_date else (event.best.id,)
            if not event.shrinks:
                found.setdefault(key, event)
        return list(found.values())

    @cached_property
    def primary(self) -> Event | None:
        """The event to count first: dated and at most twelve months old."""
        return strongest(self.events, self.reference_date)

    @cached_property
    def further(self) -> list[Event]:
        """The other dated events of the last 24 months and those that lie ahead."""
        return [event for event in self.events if event is not self.primary and self._within(event, 2 * YEAR_DAYS)]

    def _within(self, event: Event, days: int) -> bool:
        age = event.age(self.reference_date)
        return age is not None and age <= days

    @cached_property
    def urgency(self) -> Answer:
        """HIGH: an event within twelve months, or a purchase under way. MEDIUM: within 24 months. Else LOW."""
        if buying := self._buying():
            return Answer("HIGH", "A purchase is under way.", (buying.id,))
        near = min(self.events, key=self._distance, default=None)
        if near is None or near.event_date is None:
            return Answer("LOW", "No dated event was found.")
        ago = age_in_words((self.reference_date - near.event_date).days)
        told = f"The nearest event: {near.when}, {ago}."
        level = self._level(self._distance(near)[0])
        return Answer(level, told, (near.best.id,))

    def _distance(self, event: Event) -> tuple[int, str]:
        age = event.age(self.reference_date)
        return (abs(age) if age is not None else 10**6, event.best.id)

    @staticmethod
    def _level(days: int) -> Urgency:
        if days <= YEAR_DAYS:
            return "HIGH"
        return "MEDIUM" if days <= 2 * YEAR_DAYS else "LOW"

    def _buying(self) -> MergedClaim | None:
        """Return the newest claim of the last twelve months that reports a purchase of the lead under way."""
        found = [claim for claim in self.claims if _says(claim, _BUYING) and self._is_recent(claim)]
        return max(found, key=lambda claim: (claim.event_date or date.min, claim.id), default=None)

    def _is_recent(self, claim: MergedClaim) -> bool:
        if claim.event_date is None or claim.details.status == "COMPLETED":
            return False
        return (self.reference_date - claim.event_date).days <= YEAR_DAYS

    @cached_property
    def geography(self) -> Answer:
        """The best tier (1 to 3) that an event of the last 24 months or, without one, the lead's home lies in."""
        wanted = self.icp.geography
        if not (wanted.tier1 or wanted.tier2 or wanted.tier3):
            return Answer(None, "The profile names no places.")
        found = [
            (tier, order, event.best.id, place)
            for order, event in enumerate(self._recent_events())
            for place in places_of(event)
            if (tier := tier_of_place(place, wanted))
        ]
        if found:
            tier, _, claim_id, place = min(found)
            return Answer(tier, f"The event is in {place}, a place of tier {tier}.", (claim_id,))
        return self._home()

    def _recent_events(self) -> list[Event]:
        first = [self.primary] if self.primary else []
        return [*first, *self.further]

    def _home(self) -> Answer:
        home = place_of_profile(self.lead.profile)
        tier = tier_of_place(home, self.icp.geography) if home else None
        if tier:
            return Answer(tier, f"The organisation is at home in {home}, a place of tier {tier}.")
        named = f"neither an event nor the home ({home}) lies" if home else "no event lies, and no home is known,"
        return Answer(None, f"As far as is known, {named} in a place of the profile.")

    @cached_property
    def partner(self) -> Answer:
        """The claim that names a designer, contractor or construction manager of a project."""
        kinds = (ClaimType.RELATIONSHIP, ClaimType.OPPORTUNITY, ClaimType.SIGNAL, ClaimType.ENTITY)
        found = [c for c in self.claims if c.type in kinds and _names_partner(c.statement)]
        if not found:
            return Answer(None, "No fact that was read names a designer or contractor.")
        return Answer(True, "A designer or contractor is engaged.", tuple(c.id for c in found[:MAX_CITED]))

    @cached_property
    def relationship(self) -> Answer:
        """Whether client and lead have worked together: the profile's projects, or a claim that names both."""
        names = MentionFinder(aliases(self.lead))
        for project in self.client.config.research_context.get("notable_projects") or []:
            name = project.get("name") if isinstance(project, dict) else project
            if isinstance(name, str) and names.occurs(name):
                return Answer(True, f"Your profile lists a project with them: {name}.")
        seller = core_words(self.client.name)
        found = [claim.id for claim in self.claims if len(seller) > 1 and _contains(words(claim.statement), seller)]
        if found:
            return Answer(True, "The sources name you together with them.", tuple(found[:MAX_CITED]))
        return Answer(None, "No earlier work together is known.")

    @cached_property
    def project_type(self) -> Answer:
        """The target market or industry of the profile whose words all stand in one claim."""
        for market in self._markets():
            wanted = [_stem(word) for word in words(market.replace("_", " ")) if word not in ("and", "or", "of")]
            found = [c.id for c in self.claims if wanted and set(wanted) <= {_stem(w) for w in words(c.statement)}]
            if found:
                said = market.replace("_", " ")
                reason = f"The sources speak of {said}, a market of the profile."
                return Answer(market, reason, tuple(found[:MAX_CITED]))
        return Answer(None, "No market of the profile is named in the sources.")

    def _markets(self) -> list[str]:
        """The names of the profile's markets; `a_and_b_plants` stands for `a plants` and `b plants`."""
        extra = self.icp.model_extra or {}
        markets = extra.get("target_markets")
        named = [str(name) for name in markets] if isinstance(markets, dict | list) else []
        industries = self.client.config.industry_research.get("industries") or []
        named += [str(one.get("name") if isinstance(one, dict) else one) for one in industries]
        return [form for name in named for form in _split_market(name)]

    @cached_property
    def budget(self) -> Answer:
        """1 for an amount in the profile's range, 0.5 for one that reaches only its least; None without either."""
        stated = (self.icp.model_extra or {}).get("budget_usd")
        wanted = stated if isinstance(stated, dict) else {}
        least = _number(wanted.get("min"))
        if least is None:
            return Answer(None, "The profile names no budget.")
        low, high = _range(wanted.get("sweet_spot"), least)
        amounts = [(c.details.amount, c.id) for c in self.claims if c.details.amount]
        usd = [(money, claim_id) for money, claim_id in amounts if money.currency == "USD" and money.amount >= least]
        if not usd:
            return Answer(None, "No amount in the sources reaches the profile's least budget.")
        inside = [pair for pair in usd if low <= pair[0].amount <= high]
        money, claim_id = max(inside or usd, key=lambda pair: (pair[0].amount, pair[1]))
        where = "within the profile's range" if inside else "above its least, outside its best range"
        return Answer(1.0 if inside else 0.5, f"{money.text} is {where}.", (claim_id,))

    def due(self) -> Answer:
        """The first event that is a request for proposals, a contract or its end, or names a deadline."""
        for event in self.events:
            if re.search(r"rfp|contract", event.signal_type, re.I) or _DUE.search(event.best.statement):
                return Answer(True, "An event sets a date to act by, or asks for offers.", (event.best.id,))
        return Answer(None, "No event sets a date to act by.")

    def keyword_hits(self) -> Answer:
        """How many words of the profile's keywords stand in the events' statements."""
        keywords = (self.icp.model_extra or {}).get("keywords")
        lists = keywords.values() if isinstance(keywords, dict) else [keywords]
        named = [str(word) for names in lists if isinstance(names, list) for word in names]
        wanted = {word for name in named for word in words(name)}
        hits = {e.best.id: sum(word in wanted for word in words(e.best.statement)) for e in self.events}
        found = tuple(claim_id for claim_id, count in hits.items() if count)
        if not found:
            return Answer(0, "No keyword of the profile stands in an event.")
        return Answer(sum(hits.values()), "Keywords of the profile stand in the events.", found[:MAX_CITED])


def places_of(event: Event) -> list[str]:
    """Return where an event is, as told; a bare town in a state's own register lies in that state."""
    place = event.best.details.place
    told = [place] if place else []
    states = [found[1] for source in event.best.sources if (found := _STATE_REGISTER.search(source.name))]
    return [*told, *(f"{place}, {state}" if place else state for state in dict.fromkeys(states))]


def _names_partner(text: str) -> bool:
    """Return whether `text` tells of a partner that is engaged, not of one that is sought or denied."""
    return any(is_engaged(text, found.start(), found.end()) for found in _PARTNERS.finditer(text))


def _says(claim: MergedClaim, wanted: frozenset[str]) -> bool:
    details = claim.details
    said = " ".join(filter(None, (details.event, details.field, details.signal_type))).replace("_", " ")
    return bool(wanted & set(words(said)))


def _contains(text: list[str], phrase: list[str]) -> bool:
    return any(text[at : at + len(phrase)] == phrase for at in range(len(text) - len(phrase) + 1))


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


def _split_market(name: str) -> list[str]:
    head, joint, tail = name.replace(" ", "_").partition("_and_")
    last = tail.rpartition("_")[2]
    return [f"{head}_{last}", tail] if joint and "_" in tail else [name]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _range(value: Any, least: float) -> tuple[float, float]:
    bounds = [_number(one) for one in value] if isinstance(value, list) and len(value) == 2 else [None, None]
    low, high = bounds
    return (least if low is None else low, float("inf") if high is None else high)
