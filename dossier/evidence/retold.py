"""What a publisher tells again and again until another amount takes its place: `$5 billion`, then `$13 billion`.

Here: finding such pairs of groups, which no single pair of statements shows. Not here: values that two statements of
one event give (`similarity.py`), and what becomes of them (`timelines.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from dossier.evidence.facts import Fact
from dossier.evidence.groups import Difference, Group
from dossier.evidence.similarity import MAX_REVISION
from dossier.models import ClaimType

OFTEN = 3  # days on which each amount has to be told
_WHOLE = re.compile(
    r"\b(?:announc\w+|commit\w*|pledg\w+|plans?\s+to)\b[^.;,]{0,60}?\binvest\w*\b[^.;,]*?\b(?:U\.?S\.?A?\b|United\s+States\b|America)",
    re.I,
)  # what is put into the country, with no site named before it
_SITE = re.compile(
    r"\b(?:plants?|(?:mega|giga)?(?:factor(?:y|ies)|fabs?|hubs?)|facilit(?:y|ies)|campus|site|cent(?:er|re)|complex)\b",
    re.I,
)


def retold(groups: Sequence[Group]) -> list[Difference]:
    """Return the pairs of groups where an amount for the whole country was told, and then a higher one in its place.

    Both on several days, by one publisher, and the first never again once the second is told.
    """
    telling = [group for group in groups if _tells_a_whole(group)]
    return [Difference(a.id, b.id, "amount") for a, b in combinations(telling, 2) if _follow(a, b) or _follow(b, a)]


def _follow(old: Group, new: Group) -> bool:
    before, after = old.reported("amount"), new.reported("amount")
    if before[-1] >= after[0] or not old.publishers & new.publishers:
        return False
    return any(x < y <= MAX_REVISION * x for x in _amounts(old) for y in _amounts(new))


def _tells_a_whole(group: Group) -> bool:
    signal = group.best.type in (ClaimType.SIGNAL, ClaimType.OPPORTUNITY)
    return signal and len(group.reported("amount")) >= OFTEN and bool(_amounts(group))


def _amounts(group: Group) -> list[float]:
    return [fact.amounts[0].amount for fact in group.facts if _is_whole(fact)]


def _is_whole(fact: Fact) -> bool:
    """Return whether a fact tells one amount that the lead puts into the country, and nothing that comes on top."""
    told = _WHOLE.search(fact.text)
    single = len(fact.amounts) == 1 and fact.amounts[0].currency == "USD" and not fact.added and not fact.negated
    return bool(single and told and not _SITE.search(told[0]) and not fact.record)
