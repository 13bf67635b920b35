"""What earlier searches for a lead mean for the next one: who and what is not looked at again, and what is left.

Here: reading the client's attempts, and wording the end of one in vain. Not here: the search (`discovery.py`) and where
attempts are kept (`dossier/store/discovery.py`). An attempt counts only for searches on the same basis: the same
profile, day, engine and number of texts.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dossier import keys
from dossier.extractive.icp import tells_of_signal
from dossier.intake.domains import registrable_domain
from dossier.models import Attempt, JsonDict, Lead, NoLead
from dossier.run_context import Hunt, RunContext
from dossier.steps.search_queries import all_plans, excluded_domains, excluded_names
from dossier.steps.sources import gather

NOT_HELD = "looked up by name, its event was told first more than twelve months ago, or is not confirmed"
_EXHAUSTED = "The searches are exhausted: bring in newer documents, or widen the signals and places of the profile."


def basis_of(ctx: RunContext) -> str:
    """Return a digest of what a search depends on besides its queries."""
    parts: JsonDict = {
        "config": ctx.client.config.model_dump(mode="json"),
        "day": ctx.reference_date.isoformat(),
        "texts": _hunt(ctx).texts,
        "provider": ctx.provider,
    }
    return keys.digest(json.dumps(parts, sort_keys=True))[:16]


def read_in_vain(ctx: RunContext, basis: str) -> set[str]:
    """Return the sources of earlier searches on the same basis that showed no lead."""
    attempts = (one for one in _hunt(ctx).attempts if one.lead is None and one.basis == basis)
    return {source for one in attempts for source in one.read}


def unwanted(ctx: RunContext, basis: str) -> list[tuple[Lead, str]]:
    """Return the organisations that must not become leads, each with the reason."""
    config = ctx.client.config
    itself = _dict(config.research_context.get("client"))
    own = config.client.get("domain") or itself.get("domain")
    domains = ((d, registrable_domain(d) or d) for d in excluded_domains(ctx))
    failed = (
        no.name for one in _hunt(ctx).attempts if one.basis == basis for no in one.refused if no.reason == NOT_HELD
    )
    return [
        (_called(ctx.client.name, own if isinstance(own, str) else None), "the client itself"),
        *((_called(name), "a competitor of the client") for name in _competitors(config.research_context)),
        *((lead, "a lead of this client already") for lead in _hunt(ctx).known),
        *((_called(name), "excluded by the profile") for name in excluded_names(ctx)),
        *((_called(whole.split(".")[0], d), "excluded by the profile") for d, whole in domains),
        *((_called(name), NOT_HELD) for name in failed),
    ]


def in_vain(ctx: RunContext, attempt: Attempt, reason: str) -> Attempt:
    """Return an attempt without a lead: why, and which other searches of the profile are left."""
    left = _left(ctx, attempt)
    said = f"Search again: {len(left)} of the profile's searches are left." if left else _EXHAUSTED
    return attempt.model_copy(update={"reason": reason, "recommendation": said, "left": left})


def why_nobody(refused: Sequence[NoLead]) -> str:
    """Say in one sentence why nobody became the lead, the commonest reasons first."""
    if not refused:
        return "The sources tell no signal of the profile of any organisation."
    counts = Counter(one.reason for one in refused)
    told = [f"{reason} ({number})" for reason, number in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    who = f"None of {len(refused)} organisations" if len(refused) > 1 else "Not even the one organisation found"
    return f"{who} can be a lead: {'; '.join(told[:4])}."


def _left(ctx: RunContext, attempt: Attempt) -> list[str]:
    """Return the objectives of the plans that bring a source worth reading which was not read in vain yet."""
    icp = ctx.client.config.icp_config
    read = {*attempt.read, *read_in_vain(ctx, attempt.basis)}
    left = []
    for plan in all_plans(ctx) if icp.signals else ():
        fresh = [found.source.id for found in gather(ctx, plan).found if found.source.id not in read]
        if any(tells_of_signal(document.text, icp) for document in ctx.library.documents(fresh)):
            left.append(plan.objective)
    return left


def _competitors(research_context: JsonDict) -> list[str]:
    competitors = research_context.get("competitors")
    named = [_dict(one).get("name", one) for one in competitors] if isinstance(competitors, list) else []
    return [name for name in named if isinstance(name, str)]


def _called(name: str, domain: str | None = None) -> Lead:
    return Lead(id="", name=name, domain=domain)


def _dict(value: Any) -> JsonDict:
    return value if isinstance(value, dict) else {}


def _hunt(ctx: RunContext) -> Hunt:
    return ctx.hunt or Hunt()
