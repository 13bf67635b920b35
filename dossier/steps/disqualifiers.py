"""Answers the client's reasons not to sell from the evidence: each holds, does not hold, or is not known.

Here: reading a reason's name (`outside_north_america`, `construction_already_completed`, `fewer_than_50_employees`) and
the claims that answer it. Not here: points (`score.py`) and what a dossier says of it (`gaps.py`). In doubt a reason is
not known: a wrong `holds` loses a customer, a wrong `does_not_hold` wastes a call.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from dossier.evidence.modality import told_as_done
from dossier.evidence.names import aliases, match_name
from dossier.evidence.organisations import Kind, kind_of
from dossier.evidence.quantities import find_numbers
from dossier.evidence.words import is_telling, weighted_stems
from dossier.exports.phrases import REASON_HOLDS
from dossier.exports.wording import label
from dossier.models import Disqualification, Disqualifier, Lead, MergedClaim
from dossier.steps.events import YEAR_DAYS, Event
from dossier.steps.geography import lies_in, place_of_profile
from dossier.steps.score_facts import MAX_CITED, ScoreFacts, places_of

Answer = tuple[Literal["holds", "does_not_hold"], str, list[str]]
Rule = Callable[[str, ScoreFacts], Answer | None]
Size = tuple[float, float, str, list[str]]  # least and most that it may be, in words, the claims that tell it
_OUTSIDE = re.compile(
    r"^(?:(?:project|site|headquartered|located|based|hq)_)*(?:outside|not_in|beyond)(?:_of)?_(?:the_)?(?P<area>.+)$"
)
_DONE = re.compile(r"(?:^|_)(?:completed?|finished|built|opened|operational|done)(?:_|$)")
_WORK = re.compile(
    r"\b(?:(?:construction|plant|fab|site|campus|center|centre|building|project|mill|investment)s?|factor(?:y|ies)"
    r"|facilit(?:y|ies)|invest(?:s|ing|ed)?)\b",
    re.IGNORECASE,
)
_SMALLER = r"under|below|less_than|fewer_than|smaller_than|at_most|max"
_LARGER = r"over|above|more_than|larger_than|at_least|min"
_SIZE = re.compile(
    rf"(?:^|_)(?P<how>{_SMALLER}|{_LARGER})_(?P<number>\d[\d_]*?)_?(?P<unit>k|thousand|m|million|b|billion)?_"
    r"(?P<what>employees|people|staff|workers|headcount|usd|dollars|budget|project|value|investment)(?=_|$)"
)
# `no_budget` and `not_hiring`: that nobody tells of a thing does not say that it is not, and telling of it is no answer
_NEGATED = re.compile(r"(?:^|_)(?:no|not|non|never|without|lacks?|lacking|missing)(?=_|$)")
_OPEN_END = re.compile(r"\+|\b(?:over|more than|at least|above)\b", re.IGNORECASE)
_OPEN_START = re.compile(r"\b(?:under|fewer than|less than|below|up to|at most)\b", re.IGNORECASE)
_UNITS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_HEADS = frozenset("employees people staff workers headcount".split())
_COMPETITOR = re.compile(r"\b(?:competitors?|rivals?)\b")
_CUSTOMER = re.compile(r"\b(?:existing|current|already)\b.*\b(?:customers?|clients?|relationship)\b")
_PUBLIC = re.compile(r"\b(?:government|public (?:sector|body|agency)|federal agency|municipal\w*)\b")
_DENIED = re.compile(r"\b(?:no|not|never|without|denie[sd]|avoid(?:s|ed)?)\b|n['’]t\b", re.IGNORECASE)


def judge_disqualifiers(facts: ScoreFacts) -> list[Disqualification]:
    """Return what the evidence says of each reason in the client's profile, in its order; pure."""
    return [_judged(reason, facts) for reason in facts.icp.disqualifiers]


def _judged(reason: Disqualifier, facts: ScoreFacts) -> Disqualification:
    name = "_".join(re.findall(r"[a-z0-9]+", reason.name.lower()))
    rules = _RULES if not _NEGATED.search(name) else (_by_place,)
    answers = (rule(name, facts) for rule in rules)
    verdict, why, claim_ids = next((answer for answer in answers if answer), None) or (
        "unknown",
        "Nothing that was read tells whether it is so.",
        [],
    )
    return Disqualification(
        name=reason.name, strict=reason.strict, verdict=verdict, reason=why, claim_ids=claim_ids[:MAX_CITED]
    )


def _by_place(name: str, facts: ScoreFacts) -> Answer | None:
    """`outside_X`: by where its projects are; without one, by where it is at home."""
    match = _OUTSIDE.match(name)
    if match is None:
        return None
    area = match["area"].replace("_", " ")
    told = [(place, event.best.id) for event in _open(facts) for place in places_of(event)]
    if inside := [(place, claim_id) for place, claim_id in told if lies_in(place, area)]:
        return "does_not_hold", f"An event is in {_bare(inside[0][0])}.", list(dict.fromkeys(one for _, one in inside))
    abroad = [(place, claim_id) for place, claim_id in told if lies_in(place, area) is False]
    if abroad and len(abroad) == len(told):
        return "holds", f"What is told of lies in {_bare(abroad[0][0])}.", list(dict.fromkeys(one for _, one in abroad))
    home = place_of_profile(facts.lead.profile)
    at_home = lies_in(home, area) if home and not told else None
    if at_home is None:
        return None
    return "does_not_hold" if at_home else "holds", f"The organisation is at home in {_bare(home)}.", []


def _bare(place: str) -> str:
    return place.rstrip(" .")


def _by_stage(name: str, facts: ScoreFacts) -> Answer | None:
    """`construction_already_completed`: unless a newer project is still ahead."""
    if not _DONE.search(name):
        return None
    events = _open(facts)
    done = [claim for claim in facts.claims if _tells_completion(claim)]
    ahead = [event for event in events if event.best not in done and _is_ahead(event)]
    if ahead:
        best = ahead[0].best
        return "does_not_hold", f"Work is announced or under way: {_short(best)}", [best.id]
    if done:
        return "holds", f"A source tells that it is done: {_short(done[0])}", [claim.id for claim in done]
    return None


def _open(facts: ScoreFacts) -> list[Event]:
    """Return the event to count first and the others of the last 24 months, those without a date last."""
    first = [facts.primary] if facts.primary else []
    undated = [event for event in facts.events if event.event_date is None]
    return [*first, *facts.further, *undated]


def _is_ahead(event: Event) -> bool:
    details = event.best.details
    return details.status in ("ANNOUNCED", "IN_PROGRESS", "APPROVED") and bool(_WORK.search(event.best.statement))


def _tells_completion(claim: MergedClaim) -> bool:
    text = claim.statement
    return bool(_WORK.search(text)) and any(told_as_done(text, what) for what in ("complete", "open"))


def _by_size(name: str, facts: ScoreFacts) -> Answer | None:
    """`fewer_than_50_employees`, `under_5_million_budget`."""
    match = _SIZE.search(name)
    if match is None:
        return None
    limit = float(match["number"].replace("_", "")) * _UNITS.get(match["unit"] or "", 1)
    found = _heads(facts.lead) if match["what"] in _HEADS else _largest_amount(facts)
    if found is None:
        return None
    low, high, said, claim_ids = found
    smaller = re.fullmatch(_SMALLER, match["how"]) is not None
    if low < limit <= high if smaller else low <= limit < high:
        return None
    holds = high < limit if smaller else low > limit
    return "holds" if holds else "does_not_hold", f"Known is {said}.", claim_ids


def _heads(lead: Lead) -> Size | None:
    """Return the least and most people that the profile tells of: `30`, `1,001-5,000`, `5K`, `10,001+`."""
    said = lead.profile.get("employees", "").strip()
    numbers = [found.number for found in find_numbers(said)]
    if not numbers:
        return None
    low = 0.0 if _OPEN_START.search(said) else min(numbers)
    high = math.inf if _OPEN_END.search(said) else max(numbers)
    return low, high, said if "employee" in said.lower() else f"{said} employees", []


def _largest_amount(facts: ScoreFacts) -> Size | None:
    told = [
        (e.amount.amount, e.amount.amount, e.amount.text, [e.best.id])
        for e in _open(facts)
        if e.amount and e.amount.currency == "USD"
    ]
    return max(told, default=None)


def _by_kind(name: str, facts: ScoreFacts) -> Answer | None:
    """`competitor`, `existing_customer`, `government`: by the profile and by the lead's name."""
    words = name.replace("_", " ")
    if _COMPETITOR.search(words):
        return _competes(facts)
    if _CUSTOMER.search(words) and facts.relationship.value:
        return "holds", facts.relationship.reason, list(facts.relationship.claim_ids)
    if _PUBLIC.search(words):
        public = kind_of(facts.lead.name, filed=True) is Kind.PUBLIC
        told = "its name is that of a public body" if public else "its name is not that of a public body"
        return "holds" if public else "does_not_hold", f"As far as the name tells, {told}.", []
    return None


def _competes(facts: ScoreFacts) -> Answer | None:
    names = aliases(facts.lead)
    for rival in facts.client.config.research_context.get("competitors") or []:
        said = rival.get("name") if isinstance(rival, dict) else rival
        if isinstance(said, str) and match_name(said, names).same:
            return "holds", f"Your profile lists them among your competitors: {said}.", []
    return None


def _by_words(name: str, facts: ScoreFacts) -> Answer | None:
    """Any other reason holds where one claim says all its words, and denies none of them."""
    wanted = set(weighted_stems(" ".join(word for word in name.split("_") if is_telling(word))))
    for claim in _recent(facts):
        if wanted and wanted <= set(weighted_stems(claim.statement)) and not _DENIED.search(claim.statement):
            return "holds", f"A source says so: {_short(claim)}", [claim.id]
    return None


def _recent(facts: ScoreFacts) -> Iterator[MergedClaim]:
    for claim in facts.claims:
        if claim.event_date is None or (facts.reference_date - claim.event_date).days <= 2 * YEAR_DAYS:
            yield claim


def _short(claim: MergedClaim) -> str:
    text = claim.statement.rstrip(" .")
    return f"{text}." if len(text) <= 200 else f"{text[:200].rsplit(' ', 1)[0]} ..."


_RULES: tuple[Rule, ...] = (_by_place, _by_stage, _by_size, _by_kind, _by_words)


def told(reasons: Sequence[Disqualification]) -> tuple[list[str], list[str]]:
    """Return what to say of reasons that hold, the strict ones first, and the names of those that are not known."""
    holding = sorted((one for one in reasons if one.verdict == "holds"), key=lambda one: not one.strict)
    said = [
        f"{'A strict' if one.strict else 'A'} {REASON_HOLDS}: {label(one.name).lower()}. {one.reason}"
        for one in holding
    ]
    return said, [label(one.name).lower() for one in reasons if one.verdict == "unknown"]
