"""Plans the searches of a run: asks for the plan, then holds it to what a plan must be.

Here: the plan's rules (at most five queries, the last one broad, excluded domains passed on). Not here: planning
without a model (`dossier/extractive/planning.py`) and running the searches (`sources.py`).
"""

from __future__ import annotations

from dossier.errors import StepFailed
from dossier.extractive import planning
from dossier.models import JsonDict, Query, SearchPlan
from dossier.ports import Variable
from dossier.run_context import RunContext

MAX_QUERIES = 5


def plan_queries(ctx: RunContext) -> SearchPlan:
    """Return the run's search plan. Without a usable answer the extractive plan stands in.

    The last query always asks for the lead by all its names, so that no plan can miss the lead itself.
    """
    try:
        plan = ctx.exchange.ask("search_builder", _variables(ctx), SearchPlan)
    except StepFailed:
        plan = extractive_plan(ctx)
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


def extractive_plan(ctx: RunContext) -> SearchPlan:
    """Return the plan that needs no model."""
    config = ctx.client.config
    return planning.plan(
        ctx.lead, config.icp_config, ctx.attempt_log, excluded_domains(ctx), str(ctx.reference_date.year)
    )


def _held_to_rules(plan: SearchPlan, ctx: RunContext) -> SearchPlan:
    """The plan with each query once, the broad one last, at most MAX_QUERIES, and all excluded domains."""
    broad = Query(query=planning.names_query(ctx.lead), rationale="Everything that names the lead")
    queries = list({" ".join(query.query.split()): query for query in plan.queries if query.query.strip()}.values())
    if broad.query and not (queries and ctx.lead.name.lower() in queries[-1].query.lower()):
        queries.append(broad)
    kept = queries if len(queries) <= MAX_QUERIES else [*queries[: MAX_QUERIES - 1], queries[-1]]
    domains = sorted({*plan.domains_to_exclude, *excluded_domains(ctx)})
    return plan.model_copy(update={"queries": kept or plan.queries, "domains_to_exclude": domains})
