"""Runs the planned searches and keeps the sources that this run may use.

Here: the limits of a search, one entry per source, and what is left out by rule: published after the reference
date, or on an excluded domain. Not here: searching (behind the port `WebSearch`) and reading the texts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit

from dossier.errors import BudgetReached
from dossier.extractive.planning import names_query
from dossier.models import FoundSource, Query, SearchHit, SearchPlan, Source, SourceSet
from dossier.ports import Variable
from dossier.run_context import RunContext

LIMIT = 50
BROADEST_LIMIT = 200
_RECENT_DAYS = {"week": 7, "month": 31, "year": 366}


def find_sources(ctx: RunContext, plan: SearchPlan) -> SourceSet:
    """Run every query of `plan`; return what was found, best first, and how many sources were left out.

    The last query is the broadest: it alone has no limit in time, and the larger limit in number. Without a lead
    all have the limit in time: an event that makes one is no older.
    """
    return ctx.exchange.record(
        "sources",
        {"search_plan": Variable(plan, "previous_step", "search_builder")},
        lambda: gather(ctx, plan),
        counts=lambda found: {
            "found": len(found.found),
            "hits": found.hits,
            "left_out": found.left_out_after_reference + found.left_out_excluded,
        },
    )


def find_by_name(ctx: RunContext) -> SourceSet:
    """Return what names the lead, for a lead that was found on the way: the step run `lead_sources`."""
    plan = SearchPlan(objective=f"Find what names {ctx.lead.name}.", queries=[Query(query=names_query(ctx.lead))])
    return ctx.exchange.record(
        "lead_sources",
        {"search_plan": Variable(plan, "computed")},
        lambda: gather(ctx, plan),
        counts=lambda found: {"found": len(found.found), "hits": found.hits},
    )


def gather(ctx: RunContext, plan: SearchPlan) -> SourceSet:
    """Run every query of `plan`; return what may be used. A budget that is reached ends the searches, not the run."""
    hits: list[tuple[int, SearchHit]] = []
    not_searched = ""
    for number, query in enumerate(plan.queries):
        try:
            hits += [(number, hit) for hit in _search(ctx, plan, number, query)]
        except BudgetReached as fault:
            left, planned = len(plan.queries) - number, len(plan.queries)
            not_searched = f"{left} of {planned} searches were not made. {fault.what} {fault.why}"
            break
    late = _left_out(hits, lambda source: _is_late(source, ctx.reference_date))
    excluded = _left_out(hits, lambda source: is_on(source.url, plan.domains_to_exclude)) - late
    kept = [(number, hit) for number, hit in hits if hit.source.id not in late | excluded]
    return SourceSet(
        found=_one_entry_each(kept),
        left_out_after_reference=len(late),
        left_out_excluded=len(excluded),
        hits=len(hits),
        not_searched=not_searched,
    )


def _search(ctx: RunContext, plan: SearchPlan, number: int, query: Query) -> list[SearchHit]:
    is_broadest = number == len(plan.queries) - 1
    days = _RECENT_DAYS.get(plan.search_strategy.recency)
    limited = days and (ctx.target is None or not is_broadest)
    since = ctx.reference_date - timedelta(days=days) if days and limited else None
    return ctx.search.search(query.query, since=since, limit=BROADEST_LIMIT if is_broadest else LIMIT)


def _left_out(hits: list[tuple[int, SearchHit]], rule: Callable[[Source], bool]) -> set[str]:
    return {hit.source.id for _, hit in hits if rule(hit.source)}


def _is_late(source: Source, reference_date: date) -> bool:
    return source.published_at is not None and source.published_at > reference_date


def is_on(url: str | None, domains: list[str]) -> bool:
    """Return whether `url` is on one of `domains` or on a host below one."""
    try:
        host = (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(host == domain or host.endswith("." + domain) for domain in map(_bare, domains) if domain)


def _bare(domain: str) -> str:
    return domain.lower().strip().removeprefix("www.").strip(".")


def _one_entry_each(hits: list[tuple[int, SearchHit]]) -> list[FoundSource]:
    """One entry per source: its best hit, and the numbers of all queries that found it."""
    best: dict[str, SearchHit] = {}
    queries: dict[str, list[int]] = {}
    for number, hit in hits:
        known = best.setdefault(hit.source.id, hit)
        if hit.score > known.score:
            best[hit.source.id] = hit
        if number not in queries.setdefault(hit.source.id, []):
            queries[hit.source.id].append(number)
    return [
        FoundSource(source=hit.source, queries=queries[hit.source.id], score=hit.score, snippet=hit.snippet)
        for hit in sorted(best.values(), key=lambda hit: (-hit.score, hit.source.id))
    ]
