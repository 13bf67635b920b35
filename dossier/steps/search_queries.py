"""Plans the searches of a run: asks for the plan, then holds it to what a plan must be.

Here: the plan's rules (three to five queries, one of them broad, excluded domains passed on) and the plain plan
that stands in where none was given. Not here: running the searches (`sources.py`).
"""

from __future__ import annotations

from dossier.errors import StepFailed
from dossier.models import JsonDict, Lead, Query, SearchPlan, SearchStrategy
from dossier.ports import Variable
from dossier.run_context import RunContext

MAX_QUERIES = 5


def plan_queries(ctx: RunContext) -> SearchPlan:
    """Return the run's search plan. A step without a usable answer is replaced by the plain plan.

    The last query always asks for the lead by all its names, so that no plan can miss the lead itself.
    """
    try:
        plan = ctx.exchange.ask("search_builder", _variables(ctx), SearchPlan)
    except StepFailed:
        plan = plain_plan(ctx)
    return _held_to_rules(plan, ctx)


def _variables(ctx: RunContext) -> dict[str, Variable]:
    seed: JsonDict = ctx.client.config.seed_data
    return ctx.variables(
        seed=Variable(seed.get("seed"), "seed"),
        hint=Variable(seed.get("hint"), "seed"),
        attempt_log=Variable(ctx.attempt_log, "computed"),
        exclude_domains=Variable(excluded_domains(ctx), "client_config"),
    )


def excluded_domains(ctx: RunContext) -> list[str]:
    """Return the domains that the client's configuration excludes from searches, sorted."""
    config = ctx.client.config
    lists = (config.seed_data.get("exclude_domains"), (config.icp_config.model_extra or {}).get("exclude_domains"))
    return sorted({domain for names in lists if isinstance(names, list) for domain in names if isinstance(domain, str)})


def plain_plan(ctx: RunContext) -> SearchPlan:
    """Return a plan that needs no engine: the lead with its profile's signals, with its place, and by name."""
    names = _all_names(ctx.lead)
    signals = [signal.name for signal in ctx.client.config.icp_config.signals]
    words = " ".join(signals).replace("_", " ")
    place = ctx.lead.profile.get("headquarters", "")
    queries = [
        Query(query=f"{names} {words}".strip(), rationale="The client's buying signals", target_signals=signals),
        Query(query=f"{names} {place} {ctx.reference_date.year}".strip(), rationale="News of the year and place"),
        _broad_query(ctx.lead),
    ]
    return SearchPlan(
        objective=f"Find out what {ctx.lead.name} is planning.",
        queries=queries,
        search_strategy=SearchStrategy(primary_signals=signals),
    )


def _all_names(lead: Lead) -> str:
    names = dict.fromkeys(name.replace('"', " ").strip() for name in (lead.name, *lead.aliases))
    return " OR ".join(f'"{name}"' for name in names if name)


def _broad_query(lead: Lead) -> Query:
    return Query(query=_all_names(lead), rationale="Everything that names the lead", priority=MAX_QUERIES)


def _held_to_rules(plan: SearchPlan, ctx: RunContext) -> SearchPlan:
    queries = list({" ".join(query.query.split()): query for query in plan.queries if query.query.strip()}.values())
    broad = _broad_query(ctx.lead)
    if not queries or ctx.lead.name.lower() not in queries[-1].query.lower():
        queries = [*queries[: MAX_QUERIES - 1], broad]
    domains = sorted({*plan.domains_to_exclude, *excluded_domains(ctx)})
    return plan.model_copy(update={"queries": queries[:MAX_QUERIES], "domains_to_exclude": domains})
