"""Plans searches without a model: the lead's names with the words of the client's signals, most specific first.

Here: the answer of `search_builder`. With an attempt log the plan begins with other signals and other places.
Not here: running the searches.
"""

from __future__ import annotations

from dossier.evidence.names import aliases
from dossier.models import IcpConfig, IcpSignal, JsonDict, Lead, Query, SearchPlan, SearchStrategy

_TIERS = {"hot": 0, "warm": 1, "planning": 2, "passive": 3}


def names_query(lead: Lead) -> str:
    """Return the phrase part of a query: any of the lead's names."""
    return " OR ".join(f'"{alias.text}"' for alias in aliases(lead) if '"' not in alias.text)


def plan(lead: Lead, icp: IcpConfig, attempt_log: list[JsonDict], exclude: list[str], year: str) -> SearchPlan:
    """Return four or five queries about `lead`; the last one asks for its names alone."""
    signals = sorted(icp.signals, key=lambda s: (_TIERS.get(s.tier or "planning", 2), -(s.weight or 0)))
    turn = len(attempt_log)
    signals = signals[turn % max(1, len(signals)) :] + signals[: turn % max(1, len(signals))]
    names = names_query(lead)
    places = [lead.profile.get(key, "") for key in ("headquarters", "city", "place", "state")]
    place = next((p for p in places if p), "")
    queries = [_signal_query(names, group, f"{year}") for group in (signals[:2], signals[2:6]) if group]
    titles = " ".join(icp.target_titles[:4])
    queries.append(Query(query=f"{names} {titles} appointed said".strip(), rationale="People with a title there"))
    queries.append(
        Query(
            query=f"{names} {place} plant site investment jobs".strip(),
            rationale="What they build or change, and where",
        )
    )
    queries.append(Query(query=names, rationale="Everything that names the lead", expected_sources=["any"]))
    numbered = [q.model_copy(update={"priority": n}) for n, q in enumerate(queries, start=1)]
    geographies = [*icp.geography.tier1, *icp.geography.tier2]
    shift = turn % max(1, len(geographies))
    return SearchPlan(
        objective=f"Find what {lead.name} plans, builds, buys or changes that the client can help with.",
        queries=numbered,
        search_strategy=SearchStrategy(
            primary_signals=[s.name for s in signals[:3]],
            geographies=(geographies[shift:] + geographies[:shift])[:5],
            recency="year",
            source_types=["GOV", "PRIMARY", "NEWS"][turn % 3 :] or ["NEWS"],
        ),
        domains_to_exclude=exclude,
    )


def _signal_query(names: str, signals: list[IcpSignal], year: str) -> Query:
    words = " ".join(dict.fromkeys(w for s in signals for w in s.name.replace("-", "_").split("_") if len(w) > 2))
    return Query(
        query=f"{names} {words} {year}",
        rationale=f"Signals of the profile: {', '.join(s.name for s in signals)}",
        target_signals=[s.name for s in signals],
    )
