"""Plans searches where no lead is known: the client's signals by its places and industries, another way each time.

Here: the few plans that a profile allows, and which of them comes next after what was tried. Not here: the plan for a
given lead (`planning.py`) and running the searches. The words of a query are those in which events are reported: the
names of the profile's signals and the words that mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from dossier.extractive.lexicon import CONCEPTS, EMPTY_WORDS
from dossier.models import IcpConfig, IcpSignal, JsonDict, Query, SearchPlan, SearchStrategy

TIERS = {"hot": 0, "warm": 1, "planning": 2, "passive": 3}
MOST_PLANS = 4
_PER_GROUP = 2
_SAME_MEANING = 6  # words taken of those that mean the same
_MOST_WORDS = 24
_MOST_INDUSTRIES = 8
_COUNTRY_WIDE = re.compile(r"united states|\busa?\b|u\.s\.|anywhere|elsewhere|other|rest of|nation", re.IGNORECASE)
# how each kind of source words such an event
_VOICES = (
    ("GOV", "notice filed award permit state"),
    ("PRIMARY", "announced today company release"),
    ("NEWS", "said officials local reported"),
)


def plan_discovery(
    icp: IcpConfig, industries: Sequence[str], attempt_log: Sequence[JsonDict], exclude: list[str], year: str
) -> SearchPlan:
    """Return the plan that comes next: one that was not tried yet, else the one that was tried longest ago.

    It differs from the last one in signals, places or kind of source. After a search in vain it is one of those that
    are left to bring something new. Without signals in the profile, the plan asks for its industries.
    """
    plans = discovery_plans(icp, industries, exclude, year)
    tried = [tuple(attempt.get("queries") or ()) for attempt in attempt_log]
    left = (attempt_log[-1].get("left") if attempt_log else None) or []

    def key(plan: SearchPlan) -> tuple[bool, int, int]:
        return bool(left) and plan.objective not in left, _last(tried, _asked(plan)), plans.index(plan)

    return min(plans, key=key)


def discovery_plans(icp: IcpConfig, industries: Sequence[str], exclude: list[str], year: str) -> list[SearchPlan]:
    """Return the plans that the profile allows, the hottest signals in the nearest places first."""
    signals = sorted(icp.signals, key=lambda s: (TIERS.get(s.tier or "planning", 2), -(s.weight or 0)))
    groups = [signals[at : at + _PER_GROUP] for at in range(0, len(signals), _PER_GROUP)] or [[]]
    bands = [
        places for tier in (icp.geography.tier1, icp.geography.tier2, icp.geography.tier3) if (places := near(tier))
    ]
    turns = min(MOST_PLANS, max(len(groups), len(bands), len(_VOICES)))
    return [_plan(turn, groups, bands or [[]], industries, exclude, year) for turn in range(turns)]


def industries_of(icp: IcpConfig, industry_research: JsonDict, research_context: JsonDict) -> list[str]:
    """Return words for the client's industries and markets, and for what its notable projects were, the first few."""
    extra = icp.model_extra or {}
    markets, keywords = extra.get("target_markets"), extra.get("keywords")
    named = [
        *_names(industry_research.get("industries")),
        *(markets if isinstance(markets, (dict, list)) else ()),
        *_names(keywords.get("primary") if isinstance(keywords, dict) else keywords),
        *(one.get("significance") for one in _dicts(research_context.get("notable_projects"))),
    ]
    words = (word for name in named for word in re.findall(r"[a-z]{3,}", str(name or "").lower().replace("_", " ")))
    return list(dict.fromkeys(word for word in words if word not in EMPTY_WORDS))[:_MOST_INDUSTRIES]


def _names(items: Any) -> list[Any]:
    return [item.get("name") if isinstance(item, dict) else item for item in items] if isinstance(items, list) else []


def _dicts(items: Any) -> list[JsonDict]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def near(places: Sequence[str]) -> list[str]:
    """Return the places that a search can name: full names of states, without `other United States`."""
    return [name for place in places if not _COUNTRY_WIDE.search(name := _full_name(place))]


def _plan(
    turn: int,
    groups: list[list[IcpSignal]],
    bands: list[list[str]],
    industries: Sequence[str],
    exclude: list[str],
    year: str,
) -> SearchPlan:
    first, second, third = (groups[(turn + step) % len(groups)] for step in range(3))
    here, there = (bands[(turn + step) % len(bands)] for step in range(2))
    kind, voice = _VOICES[turn % len(_VOICES)]
    queries = [
        _query(first, [*here, voice, year], "The first signals in the first places"),
        _query(first, [*industries, year], "The first signals in the client's industries"),
        _query(second, [*here, year], "The next signals in the first places"),
        _query(third, [*there, year], "Further signals in the next places"),
        _query([s for group in (first, second, third) for s in group], [voice], "Any of the signals, anywhere"),
    ]
    shown = ", ".join(signal.name for signal in first)
    once = list({query.query: query for query in queries if query.query.strip()}.values())
    return SearchPlan(
        objective=f"Find who shows {shown or 'a need'}, first in {', '.join(here) or 'any place'}, as {kind} tells it.",
        queries=[query.model_copy(update={"priority": n}) for n, query in enumerate(once, 1)] or [Query(query=year)],
        search_strategy=SearchStrategy(
            primary_signals=[signal.name for signal in first],
            geographies=here,
            recency="year",
            source_types=[kind],
        ),
        domains_to_exclude=exclude,
    )


def _query(signals: Sequence[IcpSignal], more: Sequence[str], rationale: str) -> Query:
    named = list(dict.fromkeys(word for signal in signals for word in signal_words(signal.name)))[:_MOST_WORDS]
    wanted = " OR ".join(f'"{word}"' for word in named)
    return Query(
        query=" ".join([wanted, *more]).strip(),
        rationale=f"{rationale}: {', '.join(signal.name for signal in signals)}",
        target_signals=[signal.name for signal in signals],
    )


@lru_cache(maxsize=256)
def signal_words(name: str) -> tuple[str, ...]:
    """Return the words in which events of the signal `name` are reported, its own first, then the like ones in turn."""
    parts = [part for part in re.split(r"[^a-z0-9]+", name.lower().partition("_without_")[0]) if len(part) > 2]
    own = [part for part in parts if part not in EMPTY_WORDS]
    like = [_like(part) for part in own]
    return tuple(
        dict.fromkeys([*own, *(words[at] for at in range(_SAME_MEANING) for words in like if at < len(words))])
    )


def _like(word: str) -> list[str]:
    """Return the words that mean the same, the commonest first: reports are written in common words."""
    from wordfreq import zipf_frequency

    group = next((group for group in CONCEPTS if word in group), frozenset[str]())
    others = (other for other in group if other != word and "-" not in other)
    return sorted(others, key=lambda other: (-zipf_frequency(other, "en"), other))


def _last(tried: Sequence[tuple[str, ...]], asked: tuple[str, ...]) -> int:
    """Return when the queries were last asked: -1 for never."""
    return max((at for at, queries in enumerate(tried) if queries == asked), default=-1)


def _asked(plan: SearchPlan) -> tuple[str, ...]:
    return tuple(query.query for query in plan.queries)


@lru_cache(maxsize=512)
def _full_name(place: str) -> str:
    import us

    state = us.states.lookup(place.strip()) if len(place.strip()) == 2 and place.strip().isupper() else None
    return state.name if state else place.strip()
