"""Plans the searches of a run: asks for the plan, then holds it to what a plan must be.

Here: the plan's rules (at most five queries, the last one broad, excluded domains passed on), about a lead and
without one. Not here: planning without a model (`dossier/extractive/planning.py`, `discovery_plans.py`) and running
the searches (`sources.py`).
"""

from __future__ import annotations

from dossier.errors import StepFailed
from dossier.evidence.names import words
from dossier.evidence.organisations import same_organisation
from dossier.extractive import discovery_plans, planning
from dossier.models import JsonDict, Lead, Query, SearchPlan
from dossier.ports import Variable
from dossier.run_context import RunContext

MAX_QUERIES = 5


def plan_queries(ctx: RunContext) -> SearchPlan:
    """Return the run's search plan. Without a usable answer the extractive plan stands in.

    The last query always asks for the lead by all its names, so that no plan can miss the lead itself. Without a
    lead, a plan that was tried before is replaced by one that was not.
    """
    try:
        plan = ctx.exchange.ask("search_builder", _variables(ctx), SearchPlan)
    except StepFailed:
        plan = extractive_plan(ctx)
    if target(ctx) is not None:
        return _held_to_rules(plan, ctx)
    return _without_lead(plan if not _was_tried(plan, ctx) else extractive_plan(ctx), ctx)


def target(ctx: RunContext) -> Lead | None:
    """Return whom the searches are about: the lead, or the organisation that the client's seed names."""
    seed = seed_company(ctx)
    return ctx.target or (Lead(id="", name=seed) if seed else None)


def seed_company(ctx: RunContext) -> str | None:
    """Return the organisation that the client wants to begin with, None once it is a lead, or without one."""
    seed = ctx.client.config.seed_data.get("seed")
    name = seed.get("company_name") if isinstance(seed, dict) else None
    if not isinstance(name, str) or not words(name) or ctx.target is not None:
        return None
    known = ctx.hunt.known if ctx.hunt else ()
    return None if any(same_organisation(name, lead.name) for lead in known) else name


def _variables(ctx: RunContext) -> dict[str, Variable]:
    seed: JsonDict = ctx.client.config.seed_data
    return ctx.variables(
        lead=Variable(target(ctx), "seed"),
        seed=Variable(seed.get("seed"), "seed"),
        hint=Variable(seed.get("hint"), "seed"),
        attempt_log=Variable(ctx.attempt_log, "computed"),
        exclude_domains=Variable(excluded_domains(ctx), "client_config"),
    )


def excluded_domains(ctx: RunContext) -> list[str]:
    """Return the domains that the client's configuration excludes from searches, sorted."""
    return _excluded(ctx, "exclude_domains")


def excluded_names(ctx: RunContext) -> list[str]:
    """Return the organisations that the client's configuration excludes, sorted."""
    return _excluded(ctx, "exclude_names")


def _excluded(ctx: RunContext, field: str) -> list[str]:
    config = ctx.client.config
    lists = (config.seed_data.get(field), (config.icp_config.model_extra or {}).get(field))
    return sorted({name for names in lists if isinstance(names, list) for name in names if isinstance(name, str)})


def extractive_plan(ctx: RunContext) -> SearchPlan:
    """Return the plan that needs no model."""
    config = ctx.client.config
    year, lead = str(ctx.reference_date.year), target(ctx)
    if lead is None:
        return discovery_plans.plan_discovery(
            config.icp_config, _industries(ctx), ctx.attempt_log, excluded_domains(ctx), year
        )
    return planning.plan(lead, config.icp_config, ctx.attempt_log, excluded_domains(ctx), year)


def all_plans(ctx: RunContext) -> list[SearchPlan]:
    """Return every plan without a lead that the profile allows."""
    return discovery_plans.discovery_plans(
        ctx.client.config.icp_config, _industries(ctx), excluded_domains(ctx), str(ctx.reference_date.year)
    )


def _industries(ctx: RunContext) -> list[str]:
    config = ctx.client.config
    return discovery_plans.industries_of(config.icp_config, config.industry_research, config.research_context)


def _was_tried(plan: SearchPlan, ctx: RunContext) -> bool:
    asked = [query.query for query in plan.queries]
    return any(attempt["queries"] == asked for attempt in ctx.attempt_log)


def _without_lead(plan: SearchPlan, ctx: RunContext) -> SearchPlan:
    """The plan with each query once, at most MAX_QUERIES, and all excluded domains."""
    queries = list({" ".join(query.query.split()): query for query in plan.queries if query.query.strip()}.values())
    kept = queries if len(queries) <= MAX_QUERIES else [*queries[: MAX_QUERIES - 1], queries[-1]]
    domains = sorted({*plan.domains_to_exclude, *excluded_domains(ctx)})
    return plan.model_copy(update={"queries": kept or plan.queries, "domains_to_exclude": domains})


def _held_to_rules(plan: SearchPlan, ctx: RunContext) -> SearchPlan:
    """The plan held to the rules, with a broad query for the lead's names as the last."""
    lead = target(ctx) or ctx.lead
    broad = Query(query=planning.names_query(lead), rationale="Everything that names the lead")
    queries = [query for query in plan.queries if query.query.strip()]
    if broad.query and not (queries and lead.name.lower() in queries[-1].query.lower()):
        queries.append(broad)
    return _without_lead(plan.model_copy(update={"queries": queries or plan.queries}), ctx)
