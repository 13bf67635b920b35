"""The value that a group of claims gives in a disagreement, in the words of the claim that states it.

Here: choosing among the amounts, numbers and dates of a group the one that others contradict. Not here: which groups
disagree (`conflicts.py`) and which value holds (`conflicts.py`, `timelines.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from dossier.evidence.facts import Fact, denial, region_name
from dossier.evidence.groups import Group, Kind
from dossier.evidence.similarity import same_unit
from dossier.models import Claim, Count, Money

MANY = 30  # of a fact told by very many, the best tell its value


class Told(NamedTuple):
    """A value in the words of its source, and the claim that states it."""

    value: str
    claim: Claim


def told_value(group: Group, kind: Kind, others: Sequence[Group]) -> Told:
    """Return the value of `kind` that `group` gives where `others` give another."""
    members = group.members(kind)[:MANY]
    beside = [fact for other in others for fact in other.facts[:MANY]]
    found = next((Told(fact.field_value, claim) for claim, fact in members if fact.field_value), None)
    told = found or _VALUES[kind](members, beside) or Told(group.best.statement, group.best)
    return Told(told.value, _last_to_tell(group, told))


def _last_to_tell(group: Group, told: Told) -> Claim:
    """Return the newest claim of an equally good source with the value in the same words: the one to show."""
    tier = told.claim.source_tier
    days = zip(group.claims, group.days, strict=True)
    same = [
        (claim, day or date.min) for claim, day in days if claim.source_tier is tier and told.value in claim.statement
    ]
    return max(same, key=lambda pair: pair[1])[0] if same else told.claim


Members = Sequence[tuple[Claim, Fact]]


def _amount(members: Members, beside: Sequence[Fact]) -> Told | None:
    """Return the total if one is told, else the amount that lies nearest to one of the others'."""
    against = [money for fact in beside for money in fact.amounts]
    totals = [(claim, fact.total) for claim, fact in members if fact.total]
    told = totals or [(claim, money) for claim, fact in members for money in fact.amounts]
    found = min(told, key=lambda pair: _distance(pair[1], against), default=None)
    return Told(found[1].text, found[0]) if found else None


def _distance(money: Money, against: Iterable[Money]) -> float:
    pairs = [(money.amount, other.amount) for other in against if other.currency == money.currency]
    return min((max(pair) / max(min(pair), 1e-9) for pair in pairs), default=float("inf"))


def _count(members: Members, beside: Sequence[Fact]) -> Told | None:
    """Return the first number of a unit that the others count as well."""
    against = [count for fact in beside for count in fact.counts]
    told = [(claim, count) for claim, fact in members for count in fact.counts]
    found = next((pair for pair in told if _is_counted(pair[1], against)), None) or next(iter(told), None)
    return Told(found[1].text, found[0]) if found else None


def _is_counted(count: Count, against: Iterable[Count]) -> bool:
    return any(same_unit(count, other) for other in against)


def _date(members: Members, beside: Sequence[Fact]) -> Told | None:
    """Return the date of a milestone that the others date as well, else the first date."""
    due = {one.what for fact in beside for one in fact.milestones}
    told = [Told(one.date.text, claim) for claim, fact in members for one in fact.milestones if one.what in due]
    told += [Told(day.text or day.value.isoformat(), claim) for claim, fact in members for day in fact.dates]
    return next(iter(told), None)


def _place(members: Members, beside: Sequence[Fact]) -> Told | None:
    told = [Told(claim.details.place, claim) for claim, _ in members if claim.details.place]
    told += [Told(", ".join(map(region_name, sorted(fact.regions))), claim) for claim, fact in members if fact.regions]
    return next(iter(told), None)


def _status(members: Members, beside: Sequence[Fact]) -> Told | None:
    return next(_states(members), None)


def _states(members: Members) -> Iterator[Told]:
    yield from (Told(said, claim) for claim, fact in members if fact.negated and (said := denial(claim.statement)))
    yield from (
        Told(claim.details.status.replace("_", " ").lower(), claim) for claim, _ in members if claim.details.status
    )


def _person(members: Members, beside: Sequence[Fact]) -> Told | None:
    return next((Told(claim.details.person, claim) for claim, _ in members if claim.details.person), None)


_VALUES = {
    "amount": _amount,
    "count": _count,
    "date": _date,
    "place": _place,
    "status": _status,
    "person": _person,
}
