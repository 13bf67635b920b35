"""Ranks the organisations that a search came upon: which could be a lead of this client, and why the others not.

Here: grouping claims by organisation, the profile's refusals, and the points that order what is left. Not here:
reading the claims (the engines) and making the best one the run's lead (`discovery.py`). A wrong lead is worse than
none: whoever is in doubt stays out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dossier.evidence.names import MentionFinder, aliases, core_words, match_name
from dossier.evidence.organisations import Kind, Register, kind_of, same_name, same_organisation
from dossier.models import Claim, ClaimType, Client, Document, IcpConfig, IcpSignal, Lead, NoLead, Tier
from dossier.steps.geography import is_abroad, tier_of_place

MAX_AGE_DAYS = 365
MANY = 2  # organisations that somebody reports on
WEIGHT_OF_TIER = {"hot": 25.0, "warm": 20.0, "planning": 15.0, "passive": 10.0}
_FRESH = ((92, 10.0), (183, 6.0), (MAX_AGE_DAYS, 2.0))
_PLACE = {1: 10.0, 2: 5.0, 3: 2.0}
_EVIDENCE = {Tier.GOV: 4.0, Tier.PRIMARY: 3.0, Tier.NEWS: 2.0, Tier.OTHER: 0.0}
_FIGURE = 3.0
_FURTHER, _MOST_FURTHER = 5.0, 15.0
_SOUGHT = 5.0  # what this search is after comes first, so that one search after another shows other signals
_BUYER_WORDS = {
    "city": r"\bcity\b|\btown\b|\bvillage\b|\bborough\b|\bmunicipal",
    "county": r"\bcounty\b|\bparish\b",
    "school": r"\bschools?\b|\bisd\b",
    "state": r"\bstate\b|\bcommonwealth\b|\bterritory\b",
    "special": r"\bdistrict\b|\bauthority\b|\bport\b",
    "higher": r"\buniversity\b|\bcollege\b|\binstitute of technology\b",
    "federal": r"\bdepartment\b|\badministration\b|\bagency\b|\bfederal\b",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that could be a lead: its names, the longest first, and its claims, the most telling first."""

    names: tuple[str, ...]
    claims: tuple[Claim, ...]
    points: float

    @property
    def name(self) -> str:
        """The name that it goes by."""
        return self.names[0]


@dataclass(frozen=True)
class Profile:
    """What the client wants and does not want, as far as it can be checked on what is known of a stranger."""

    client: Client
    reference_date: date
    register: Register
    sought: Sequence[str] = ()
    seed: str = ""
    buyers: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "buyers", buyer_types(self.client))

    def signal(self, name: str | None) -> IcpSignal | None:
        """Return the configured signal of this name."""
        return next((signal for signal in self.client.config.icp_config.signals if signal.name == name), None)

    def weight(self, signal: IcpSignal) -> float:
        """Return the signal's weight; without one, that of its tier."""
        return signal.weight if signal.weight is not None else WEIGHT_OF_TIER[signal.tier or "planning"]

    def setting(self, name: str) -> float:
        """Return a number of the profile that has no field of its own, 0 where it is missing."""
        value = (self.client.config.icp_config.model_extra or {}).get(name)
        return float(value) if isinstance(value, (int, float)) else 0.0

    @property
    def least_amount(self) -> float:
        """The smallest amount that is worth the client's while."""
        budget = (self.client.config.icp_config.model_extra or {}).get("budget_usd")
        least = budget.get("min") if isinstance(budget, dict) else None
        return float(least) if isinstance(least, (int, float)) else 0.0


def buyer_types(client: Client) -> tuple[str, ...]:
    """Return the kinds of public buyers that the client sells to, none where it sells to companies."""
    kinds = (client.config.icp_config.model_extra or {}).get("buyer_types")
    return tuple(str(kind).lower() for kind in kinds) if isinstance(kinds, list) else ()


def leading_signals(icp: IcpConfig) -> set[str]:
    """Return the signals that make a lead: passive ones only where the profile has no others."""
    return {one.name for one in icp.signals if one.tier != "passive"} or {one.name for one in icp.signals}


def rank_candidates(
    claims: Sequence[Claim], documents: Mapping[str, Document], profile: Profile
) -> tuple[list[Candidate], list[NoLead]]:
    """Return the organisations that could be a lead, best first, and those that could not, with the reason.

    `claims` are about many organisations, each named in `details.organization`. Ties go by name.
    """
    found: list[Candidate] = []
    refused: list[NoLead] = []
    reporters = _reporters(claims, documents)
    for names, own in _by_organisation(claims):
        reason = _refusal(names, own, reporters, profile)
        why = {claim.id: reason or _unfit(claim, own, documents, profile) for claim in own}
        fit = [claim for claim in own if why[claim.id] is None]
        if fit:
            found.append(_candidate(names, fit, documents, profile))
        else:
            refused.append(NoLead(name=names[0], reason=why[own[0].id] or ""))
    return sorted(found, key=lambda one: (-one.points, one.name)), sorted(refused, key=lambda one: one.name)


def _by_organisation(claims: Sequence[Claim]) -> Iterator[tuple[tuple[str, ...], list[Claim]]]:
    """Yield the names of each organisation, first the one to go by, with its claims."""
    groups: list[tuple[dict[str, bool], list[Claim]]] = []
    for claim in claims:
        name, filed = claim.details.organization or "", claim.details.record is not None
        if claim.type is not ClaimType.SIGNAL or not name:
            continue
        same = [group for group in groups if any(_is_one(name, filed, *known) for known in group[0].items())]
        for group in same:
            groups.remove(group)
        joined = {known: was for group in same for known, was in group[0].items()}
        groups.append((joined | {name: filed}, [*(one for group in same for one in group[1]), claim]))
    for names, own in groups:
        yield _ordered(list(names), own), own


def _is_one(a: str, a_filed: bool, b: str, b_filed: bool) -> bool:
    """True for spellings of one name; of filed names also for a division, which files as its own company."""
    return same_name(a, b) or (a_filed and b_filed and same_organisation(a, b))


def _ordered(names: list[str], claims: Sequence[Claim]) -> tuple[str, ...]:
    """Return the names, first the one to go by: it covers all others, is not in capitals, and is the fullest."""
    used = [claim.details.organization for claim in claims]
    covers = {name: all(match_name(other, aliases(Lead(id="", name=name))).same for other in names) for name in names}

    def key(name: str) -> tuple[object, ...]:
        return not covers[name], name.isupper() and " " in name, -len(core_words(name)), -used.count(name), name

    return tuple(sorted(names, key=key))


def _refusal(names: Sequence[str], claims: Sequence[Claim], reporters: Sequence[str], profile: Profile) -> str | None:
    """Return why the organisation itself is no lead of this client."""
    known = next(filter(None, (profile.register.find(name) for name in names)), None)
    if known:
        return known
    if profile.seed and not any(same_organisation(name, profile.seed) for name in names):
        return f"not the organisation that the client asked for ({profile.seed})"
    filed = any(claim.details.record for claim in claims)
    kind = kind_of(names[0], filed=filed)
    if profile.buyers:
        return None if _is_buyer(names[0], kind, profile.buyers) else "no buyer of a kind that the profile names"
    if kind not in (Kind.COMPANY, Kind.SCHOOL):
        return kind.value
    if any(same_name(names[0], reporter) for reporter in reporters):
        return "the publisher of what was read"
    return None


def _is_buyer(name: str, kind: Kind, buyers: Sequence[str]) -> bool:
    wanted = [words for key, words in _BUYER_WORDS.items() if any(key in buyer for buyer in buyers)]
    public = kind in (Kind.PUBLIC, Kind.SCHOOL)
    return public and any(re.search(words, name, re.IGNORECASE) for words in wanted)


def _reporters(claims: Sequence[Claim], documents: Mapping[str, Document]) -> list[str]:
    """Return the publishers that tell events of several others: newspapers, public bodies, associations."""
    told: dict[str, set[str]] = {}
    for claim in claims:
        publisher, name = documents[claim.source_id].publisher, claim.details.organization
        if publisher and name and not same_name(publisher, name):
            told.setdefault(publisher, set()).add(name)
    return [publisher for publisher, names in told.items() if len(names) >= MANY]


def _unfit(claim: Claim, own: Sequence[Claim], documents: Mapping[str, Document], profile: Profile) -> str | None:
    """Return why a claim makes nobody a lead, or None where it does; `own` are all of its organisation."""
    signal = profile.signal(claim.details.signal_type)
    if signal is None:
        return "its event is no signal of the profile"
    if signal.name not in leading_signals(profile.client.config.icp_config):
        return "a passive signal alone"
    if not _is_named(claim, documents[claim.source_id]):
        return "its name does not stand in the source"
    age = age_of(claim, documents, profile.reference_date)
    if age is None:
        return "its event has no date"
    if not 0 <= age <= MAX_AGE_DAYS:
        return "its event is older than twelve months" if age > 0 else "its event lies ahead"
    record = claim.details.record
    together = [one for one in own if one is claim or (record and one.details.record == record)]
    return next(filter(None, (_too_small(one, profile) for one in together)), None) or _too_far(claim, profile)


def _is_named(claim: Claim, document: Document) -> bool:
    lead = Lead(id="", name=claim.details.organization or "")
    own = bool(document.publisher) and same_name(lead.name, document.publisher or "")
    return own or MentionFinder(aliases(lead)).occurs(document.text)


def age_of(claim: Claim, documents: Mapping[str, Document], reference_date: date) -> int | None:
    """Return the days since the claim's event, or since its report where the text states no day that is past."""
    reported = documents[claim.source_id].published_at
    stated = claim.event_date if claim.event_date and claim.event_date <= reference_date else None
    day = stated or reported
    return (reference_date - day).days if day else None


def _too_small(claim: Claim, profile: Profile) -> str | None:
    count, amount = claim.details.count, claim.details.amount
    least = profile.setting("min_employees_affected")
    if least and count is not None and count.number < least:
        return f"fewer than {least:g} employees affected"
    if amount is not None and amount.currency == "USD" and amount.amount < profile.least_amount:
        return "its amount is below the budget of the profile"
    return None


def _too_far(claim: Claim, profile: Profile) -> str | None:
    geography = profile.client.config.icp_config.geography
    wanted = [*geography.tier1, *geography.tier2, *geography.tier3]
    place = claim.details.place or ""
    if wanted and is_abroad(place) and tier_of_place(place, geography) is None:
        return "its event lies outside the places of the profile"
    return None


def _candidate(
    names: tuple[str, ...], claims: Sequence[Claim], documents: Mapping[str, Document], profile: Profile
) -> Candidate:
    rated = sorted(
        ((_points(claim, documents, profile), claim) for claim in claims), key=lambda one: (-one[0], one[1].id)
    )
    events = {(claim.details.signal_type, claim.details.amount and claim.details.amount.amount) for claim in claims}
    further = min((len(events) - 1) * _FURTHER, _MOST_FURTHER)
    return Candidate(names, tuple(claim for _, claim in rated), rated[0][0] + further)


def _points(claim: Claim, documents: Mapping[str, Document], profile: Profile) -> float:
    signal = profile.signal(claim.details.signal_type)
    age = age_of(claim, documents, profile.reference_date) or 0
    tier = tier_of_place(claim.details.place or "", profile.client.config.icp_config.geography)
    figure = claim.details.amount is not None or claim.details.count is not None
    return (
        (profile.weight(signal) if signal else 0.0)
        + next(points for days, points in _FRESH if age <= days)
        + (_PLACE[tier] if tier else 0.0)
        + _EVIDENCE[claim.source_tier]
        + (_FIGURE if figure else 0.0)
        + (_SOUGHT if claim.details.signal_type in profile.sought else 0.0)
    )
