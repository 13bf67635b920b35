"""Whether two statements report the same event, and whether their values agree.

Here: the comparison of two facts. The values decide, the wording only supports: amounts, places and names that
contradict each other keep facts apart, however alike they sound. Not here: reading a statement (`facts.py`),
grouping many claims (`clusters.py`) and what becomes of values that differ (`conflicts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rapidfuzz import fuzz

from dossier.evidence import milestones, paraphrase
from dossier.evidence.dates import holds
from dossier.evidence.facts import Fact
from dossier.evidence.names import DESCRIPTORS, DIVISIONS
from dossier.models import Bound, ClaimType, Count, EventDate, Money, Precision

Values = Literal["equal", "compatible", "different", "none"]
Differs = Literal["", "amount", "count", "date", "place", "status"]
ROUNDING = 0.025
MAX_REVISION = 4.0  # values further apart than this are of two things, not one value revised
PEOPLE_UNITS = frozenset({"job", "position", "role", "worker", "employee", "person", "opening"})
_NARROWER = re.compile(
    r"construction|permanent|temporary|full-time|part-time|direct|indirect|union|manufacturing|seasonal|additional|high-tech"
)
TRADES = DESCRIPTORS | DIVISIONS | {"commerce"}  # in a name they tell what somebody does, not who
# how far a sum may move when it is told anew, and how many words must be shared: chosen on labelled mentions, see
# docs/evaluation.md
RESTATED, MAX_RESTATED = 1.5, 1.75
SITE_WORDING, COMPATIBLE_WORDING = 0.3, 0.4
DENIED_WORDING, SCOPE_WORDING, MOVED_WORDING = 0.6, 0.6, 0.75
_COMMITS = re.compile(r"\b(?:invest|commit|pledg)", re.I)
_SITE = re.compile(
    r"\b(?:plants?|(?:mega|giga)?(?:factor(?:y|ies)|fabs?)|facilit(?:y|ies)|campus|site|center|centre|park|complex)\b",
    re.I,
)
_AROUND = frozenset(
    "county parish region area metro metropolitan valley upstate central greater near".split()
)  # hold towns
TELLING_DIGITS = 2
MIN_SHARED = 3  # fragments such as `valued at $34 billion` share too few words to be told apart
SAME_FIELD = 85
_STATUS_FIELD = re.compile(r"type|status|outcome|action|response", re.I)
_IDENTITY_FIELD = re.compile(r"record|notice|filed|received|posted|number", re.I)
_POINTS = re.compile(r"(?:this|that|these|those)\s", re.I)
_PLANNED = re.compile(r"\b(?:schedul|target|expect|plan|slated|set\s+for|deadline|due|no\s+earlier\s+than|aim)", re.I)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The outcome of a comparison: `score` 0 to 1 orders what may be joined first, `reason` is for people."""

    same_event: bool
    values: Values
    score: float
    reason: str
    differs: Differs = ""


def same_fact(a: Fact, b: Fact) -> Likeness:
    """Return whether `a` and `b` report the same event and how their values relate. Symmetric."""
    found = _compared(a, b)
    if found.differs == "amount" and not _is_one_record(a, b):
        values = compare_values(a, b)
        return found if values == "different" else replace(found, values=values, differs="")
    return found


def _compared(a: Fact, b: Fact) -> Likeness:
    if why := apart(a, b):
        return _elsewhere(a, b) or _denied(a, b) or _no(why)
    if a.text == b.text:
        return Likeness(True, "equal", 1.0, "the same words")
    if _is_one_record(a, b):
        return _same_field(a, b)
    if moved := _elsewhere(a, b):
        return moved
    likeness, values = _wording(a, b), compare_amounts(a.amounts, b.amounts)
    if values == "equal":
        return _with_equal_amounts(a, b, likeness)
    if values in ("different", "compatible"):
        return _with_other_amounts(a, b, likeness, values)
    return _without_amounts(a, b, likeness)


def contradict(a: Fact, b: Fact) -> bool:
    """Return whether `a` and `b` cannot stand in one merged claim, whatever joins them to it."""
    if apart(a, b) or _elsewhere(a, b) or _in_other_towns(a, b) or milestones.disagree(a.milestones, b.milestones):
        return True
    return "different" in (compare_amounts(a.amounts, b.amounts), compare_counts(a.counts, b.counts))


@lru_cache(maxsize=64)  # nearly all pairs are none: they share few reasons
def _no(reason: str) -> Likeness:
    return Likeness(False, "none", 0.0, reason)


def apart(a: Fact, b: Fact) -> str:
    """Return what keeps two facts apart whatever they say, or nothing. Symmetric."""
    if a.family is not b.family:
        return "of different types"
    if a.record and b.record and a.record != b.record:
        return "other records"
    if a.field and b.field and a.field.lower() != b.field.lower():
        return "other fields of a record"
    if a.negated != b.negated:
        return "one of them denies"
    if a.regions and b.regions and not a.regions & b.regions:
        return "other places"
    return ""


def _is_one_record(a: Fact, b: Fact) -> bool:
    return bool(a.field and b.field and a.record and a.record == b.record)


def _elsewhere(a: Fact, b: Fact) -> Likeness | None:
    """Return the likeness of one event that two statements put at other places, else None.

    The same amount with the same number of people is no chance; alone either may be.
    """
    if a.family is not b.family or a.record or b.record or a.negated != b.negated:
        return None
    if not _places_differ(a, b) or max(len(a.regions), len(b.regions)) > 1:
        return None
    counted = compare_counts(a.counts, b.counts) == "equal"
    if not counted or compare_amounts(a.amounts, b.amounts) != "equal" or not _subject(a, b):
        return None
    return Likeness(True, "different", 0.4, "the same figures at another place", "place")


def _places_differ(a: Fact, b: Fact) -> bool:
    if a.regions and b.regions and not a.regions & b.regions:
        return True
    return a.regions == b.regions and bool(a.spots and b.spots) and not a.spots & b.spots


def _in_other_towns(a: Fact, b: Fact) -> bool:
    """Return whether both name towns of one state, and none in common: two plants, however alike they are told."""
    return bool(a.regions and a.regions == b.regions) and _places_differ(a, b) and not (a.spots | b.spots) & _AROUND


def _denied(a: Fact, b: Fact) -> Likeness | None:
    """Return the likeness of one plan that one statement tells and the other calls off, else None."""
    if a.family is not b.family or a.record or b.record or a.negated == b.negated:
        return None
    amounts = compare_amounts(a.amounts, b.amounts)
    places = a.regions == b.regions and not _places_differ(a, b)
    named = amounts == "equal" or bool(a.regions or a.spots & b.spots or shared_names(a, b))
    if amounts in ("different", "compatible") or not places or not named or not _subject(a, b):
        return None
    if _wording(a, b) < DENIED_WORDING or len(a.stems & b.stems) < MIN_SHARED:
        return None
    return Likeness(True, "different", 0.4, "one tells a plan, the other calls it off", "status")


def _same_field(a: Fact, b: Fact) -> Likeness:
    """Two notices of one event: the same value of a field, or one that was amended."""
    amounts, counts = compare_amounts(a.amounts, b.amounts), compare_counts(a.counts, b.counts)
    alike = fuzz.token_set_ratio(a.field_value.lower(), b.field_value.lower()) >= SAME_FIELD
    if "equal" in (amounts, counts) or (alike and amounts == counts == "none" and _periods_meet(a.dates, b.dates)):
        return Likeness(True, "equal", 1.0, "the same field of one event")
    differs: Differs = "amount" if amounts == "different" else "count" if counts == "different" else ""
    if not differs and a.dates and b.dates and not _periods_meet(a.dates, b.dates):
        differs = "date"
    if not differs and _STATUS_FIELD.search(a.field or ""):
        differs = "status"
    if not differs or _IDENTITY_FIELD.search(a.field or ""):
        return _no("fields that tell notices apart")
    return Likeness(True, "different", 0.9, "the same field of one event, amended", differs)


def _with_equal_amounts(a: Fact, b: Fact, likeness: float) -> Likeness:
    if a.kind in (ClaimType.METRIC, ClaimType.ATTRIBUTE) and not _periods_meet(a.dates, b.dates):
        return _no("other periods")
    shared, place = bool(shared_names(a, b)), bool(a.regions & b.regions)
    related = shared or (a.anchored and b.anchored) or not a.names or not b.names
    support = likeness + 0.15 * place + 0.1 * shared
    if not related or support < 0.25:
        return _no("the same amount, but other names or words")
    counts = compare_counts(a.counts, b.counts)
    if counts == "different":
        return Likeness(True, "different", 0.4 + support / 2, "the same amount, other numbers", "count")
    if milestones.disagree(a.milestones, b.milestones):
        return Likeness(True, "different", 0.4 + support / 2, "the same amount, another date", "date")
    if _in_other_towns(a, b):
        return Likeness(True, "different", 0.4 + support / 2, "the same amount, another town", "place")
    return Likeness(True, counts if counts != "none" else "equal", min(0.99, 0.5 + support / 2), "the same amount")


def _with_other_amounts(a: Fact, b: Fact, likeness: float, values: Values) -> Likeness:
    if _POINTS.match(a.text) and _POINTS.match(b.text):
        return _no("each points to a thing in its own text")
    if a.kind in (ClaimType.METRIC, ClaimType.ATTRIBUTE, None) and not _periods_meet(a.dates, b.dates):
        return _no("other periods")
    if a.added != b.added:
        return _no("an addition is not a total")
    if not _is_placed(a, b) or _in_other_towns(a, b):
        return _no("at places that nothing joins")
    if len(a.amounts) == len(b.amounts) and slip_of_scale(a.amounts, b.amounts) and _one_thing(a, b, likeness):
        return Likeness(True, "different", 0.4 + likeness / 4, "the same digits on another scale", "amount")
    if values == "different" and not _in_reach([m.amount for m in a.amounts], [m.amount for m in b.amounts]):
        return _no("amounts too far apart")
    nested = _nested(a, b) and bool((a.anchored and b.anchored) or a.names & b.names)
    places = a.regions == b.regions or values == "compatible" or not (a.regions and b.regions)
    wanted = 0.5 if a.regions == b.regions or values == "compatible" else 0.65
    if (_scopes_differ(a, b) or a.added) and _mutual(a.stems, b.stems) < SCOPE_WORDING:
        return _no("a part beside the whole, or two parts")
    if a.kind in (ClaimType.METRIC, ClaimType.ATTRIBUTE):
        wanted, nested = 0.9, nested and a.names == b.names and a.regions == b.regions
    if nested and places and likeness >= wanted:
        differs: Differs = "amount" if values == "different" else ""
        return Likeness(True, values, 0.4 + likeness / 4, "like words, names and places", differs)
    if values == "different" and (_one_commitment(a, b) or _one_site(a, b, likeness)):
        return Likeness(True, values, 0.4 + likeness / 4, "one commitment told with another amount", "amount")
    if values == "compatible" and a.regions & b.regions and shared_names(a, b) and likeness >= COMPATIBLE_WORDING:
        return Likeness(True, values, 0.4 + likeness / 4, "amounts that allow each other at one place")
    return _no("other amounts")


def _one_thing(a: Fact, b: Fact, likeness: float) -> bool:
    """Return whether both tell of one thing at one place."""
    return _is_placed(a, b) and likeness >= SITE_WORDING and _subject(a, b)


def _is_placed(a: Fact, b: Fact) -> bool:
    """Return whether two statements share a place, or at most one of them names any."""
    where = [one.regions | one.spots for one in (a, b)]
    return bool(where[0] & where[1]) or not all(where)


def _scopes_differ(a: Fact, b: Fact) -> bool:
    """Return whether one is about a town and the other names no place: a site beside a whole country."""
    unplaced = any(one.spots and not (other.spots or other.regions) for one, other in ((a, b), (b, a)))
    return unplaced and not _one_town(a, b)


def _one_town(a: Fact, b: Fact) -> bool:
    return bool(a.spots & (b.spots | b.names) or b.spots & a.names)


def _one_commitment(a: Fact, b: Fact) -> bool:
    """Return whether both tell how much one organisation puts into a country in all: no site, near amounts."""
    total = all(_COMMITS.search(fact.text) and not _SITE.search(fact.text) for fact in (a, b))
    due = bool(a.dates) == bool(b.dates)  # a sum up to a date is a part of the whole
    wide = a.spots == b.spots  # what is put into one town is a part as well
    return total and due and wide and len(a.regions | b.regions) <= 1 and _subject(a, b) and _near(a, b, RESTATED)


def _one_site(a: Fact, b: Fact, likeness: float) -> bool:
    """Return whether both tell what one site costs: a place they share, near amounts, some words."""
    places = (a.regions == b.regions or not (a.regions and b.regions)) and _is_placed(a, b)
    shared = len(shared_names(a, b)) + bool(a.regions & b.regions) + (a.anchored and b.anchored)
    single = max(len(a.regions), len(b.regions)) <= 1
    near = _near(a, b, MAX_RESTATED) and all(_COMMITS.search(f.text) or _SITE.search(f.text) for f in (a, b))
    town = _one_town(a, b) and _near(a, b, RESTATED)  # says as much as like words
    return places and single and near and shared >= 2 and (town or likeness >= SITE_WORDING) and _subject(a, b)


def _subject(a: Fact, b: Fact) -> bool:
    return (a.anchored and b.anchored) or bool(shared_names(a, b))


def _near(a: Fact, b: Fact, factor: float) -> bool:
    return any(max(x.amount, y.amount) <= factor * min(x.amount, y.amount) for x in a.amounts for y in b.amounts)


def _without_amounts(a: Fact, b: Fact, likeness: float) -> Likeness:
    if a.signal_type and b.signal_type and a.signal_type != b.signal_type:
        return _no("other kinds of event")
    if milestones.disagree(a.milestones, b.milestones) or not _periods_meet(a.dates, b.dates):
        return _with_other_dates(a, b)
    counts = compare_counts(a.counts, b.counts)
    nested = a.names <= b.names or b.names <= a.names
    if counts == "equal" and nested and likeness >= 0.5:
        return Likeness(True, "equal", 0.5 + likeness / 3, "the same number and like words")
    if counts == "different":
        same = (
            _in_reach([c.number for c in a.counts], [c.number for c in b.counts])
            and _nested(a, b)
            and a.regions == b.regions
            and likeness >= 0.75
        )
        return Likeness(True, "different", likeness / 2, "other numbers", "count") if same else _no("other numbers")
    if not _other_numbers(a, b) and nested and likeness >= 0.75 and paraphrase.is_paraphrase(a.text, b.text):
        return Likeness(True, "compatible", likeness / 2 + 0.3, "like words and names")
    return _no("other words")


def _with_other_dates(a: Fact, b: Fact) -> Likeness:
    """A plan told twice with another date moved; anything else with another date happened at another time.

    A year alone tells little: then a place, a name or a number has to say that it is one plan.
    """
    kinds = a.kind in (ClaimType.SIGNAL, ClaimType.OPPORTUNITY) and not (a.record or b.record)
    planned = bool(_PLANNED.search(a.text) and _PLANNED.search(b.text))
    moved = milestones.disagree(a.milestones, b.milestones)
    single = len(a.dates) == len(b.dates) == 1
    exact = all(d.precision in (Precision.DAY, Precision.MONTH) for d in (*a.dates, *b.dates))
    known = bool(a.regions or a.spots & b.spots or shared_names(a, b)) or compare_counts(a.counts, b.counts) == "equal"
    alike = a.names == b.names and a.regions == b.regions and _mutual(a.stems, b.stems) >= MOVED_WORDING
    if kinds and alike and ((planned and exact and single) or (moved and (exact or known))):
        return Likeness(True, "different", 0.4, "the same plan with another date", "date")
    return _no("other dates")


def _nested(a: Fact, b: Fact) -> bool:
    """Return whether two statements with other values speak of one thing: enough words shared, no name opposed."""
    return (a.names <= b.names or b.names <= a.names) and len(a.stems & b.stems) >= MIN_SHARED


def _other_numbers(a: Fact, b: Fact) -> bool:
    return bool(a.numbers - b.numbers) and bool(b.numbers - a.numbers)


def shared_names(a: Fact, b: Fact) -> frozenset[str]:
    """Return the names in both that tell who or where: no official who announces, no word of a trade."""
    return (a.names & b.names) - a.officials - b.officials - TRADES


def compare_values(a: Fact, b: Fact) -> Values:
    """Return how the values of two statements of one event relate: amounts first, then numbers of things."""
    amounts = compare_amounts(a.amounts, b.amounts)
    if amounts == "different" and (_is_split(a) or _is_split(b)) and not slip_of_scale(a.amounts, b.amounts):
        return "compatible"
    if amounts == "different" and compare_amounts((*a.amounts, *a.beside), (*b.amounts, *b.beside)) == "equal":
        return "equal"
    return amounts if amounts != "none" else compare_counts(a.counts, b.counts)


def _is_split(fact: Fact) -> bool:
    """Return whether a statement gives amounts for several places, and so no total that another could contradict."""
    return len(fact.amounts) > 1 and len(fact.regions) > 1


def compare_amounts(a: Collection[Money], b: Collection[Money]) -> Values:
    """Return `equal` if any amounts agree, `compatible` if bounds allow it, `different`, or `none` to compare."""
    if not a or not b:
        return "none"
    pairs = [(x, y) for x in a for y in b if x.currency == y.currency]
    if slip_of_scale(a, b):
        return "different"
    if any(_agree(x.amount, y.amount) for x, y in pairs):
        return "equal"
    if any(_allow(x.amount, x.bound, y.amount, y.bound) for x, y in pairs):
        return "compatible"
    return "different" if pairs else "none"


def slip_of_scale(a: Collection[Money], b: Collection[Money]) -> bool:
    """Return whether one amount stands a thousand times as high on the other side and nowhere as it is.

    `$457 million` beside `$457 billion`: digits that agree are no chance; `$1 million` beside `$1 billion` may be.
    """

    def told(amount: float, others: Collection[Money]) -> bool:
        return any(_agree(amount, other.amount) for other in others)

    return any(
        _misscaled(x.amount, y.amount) and x.currency == y.currency and not told(x.amount, b) and not told(y.amount, a)
        for x in a
        for y in b
    )


def _misscaled(x: float, y: float) -> bool:
    low, high = min(x, y), max(x, y)
    if low <= 0 or high < 999 * low or not any(abs(high / low / scale - 1) < 1e-9 for scale in (1e3, 1e6)):
        return False
    return len(f"{low:g}".partition("e")[0].strip("0").replace(".", "")) >= TELLING_DIGITS


def compare_counts(a: Collection[Count], b: Collection[Count]) -> Values:
    """Return how numbers of the same unit relate.

    Jobs, workers and employees are one unit here, but permanent, construction or full-time ones are others.
    """
    pairs = [(x, y) for x in a for y in b if _unit(x) == _unit(y)]
    if not pairs:
        return "none"
    if any(_agree(x.number, y.number) for x, y in pairs):
        return "equal"
    if _agree_in_sum(a, b) or _agree_in_sum(b, a):
        return "compatible"
    return "compatible" if any(_allow(x.number, x.bound, y.number, y.bound) for x, y in pairs) else "different"


def same_unit(a: Count, b: Count) -> bool:
    """Return whether two numbers count the same, and so compare."""
    return _unit(a) == _unit(b)


def speaks_of(fact: Fact, kind: str) -> bool:
    """Return whether a fact can tell anything of a kind of value: without an amount it says nothing of amounts."""
    return bool(fact.amounts if kind == "amount" else fact.counts if kind == "count" else True)


def differences(a: Fact, b: Fact) -> list[Differs]:
    """Return all in which two statements of one event contradict each other, the most telling first."""
    found = same_fact(a, b)
    if not found.differs:
        return []
    counts = compare_counts(a.counts, b.counts) == "different"
    near = _in_reach([count.number for count in a.counts], [count.number for count in b.counts])
    more: list[tuple[Differs, bool]] = [
        ("count", counts and near),
        ("date", milestones.disagree(a.milestones, b.milestones)),
    ]
    return list(dict.fromkeys([found.differs, *(kind for kind, holds_too in more if holds_too)]))


def periods_meet(a: EventDate, b: EventDate) -> bool:
    """Return whether two dates can be the same moment, each taken as the whole period it names."""
    return holds(a, b) or holds(b, a)


def _periods_meet(a: Collection[EventDate], b: Collection[EventDate]) -> bool:
    return not a or not b or any(periods_meet(x, y) for x in a for y in b)


def _agree(a: float, b: float) -> bool:
    return abs(a - b) <= ROUNDING * max(abs(a), abs(b))


def _allow(a: float, a_bound: Bound, b: float, b_bound: Bound) -> bool:
    (low, low_bound), (high, high_bound) = sorted([(a, a_bound), (b, b_bound)])
    if high > 1.5 * low:
        return False
    open_up = low_bound is Bound.AT_LEAST or high_bound is Bound.AT_MOST
    return open_up or (Bound.ABOUT in (low_bound, high_bound) and high <= 1.1 * low)


def _wording(a: Fact, b: Fact) -> float:
    """Return 0 to 1: how much of the shorter statement's content the longer one holds, names included."""
    return len(a.stems & b.stems) / max(1, min(len(a.stems), len(b.stems)))


def _mutual(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(1, len(a | b))


def _unit(count: Count) -> tuple[str, ...]:
    """Return the unit with what narrows it: construction jobs are other jobs than permanent ones."""
    unit = "people" if count.unit in PEOPLE_UNITS else count.unit
    return (unit, *sorted(set(_NARROWER.findall(count.text.lower()))))


def _agree_in_sum(parts: Collection[Count], totals: Collection[Count]) -> bool:
    """Return whether 7,000 construction and 3,000 permanent jobs are the 10,000 jobs of the other statement."""
    people = [count.number for count in parts if count.unit in PEOPLE_UNITS]
    return len(people) > 1 and any(_agree(sum(people), t.number) for t in totals if t.unit in PEOPLE_UNITS)


def _in_reach(a: Collection[float], b: Collection[float]) -> bool:
    return any(0 < max(x, y) <= MAX_REVISION * min(x, y) for x in a for y in b)
