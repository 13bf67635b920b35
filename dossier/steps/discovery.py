"""Finds the lead of a run that began without one: who shows the client's signals, and is no lead of it yet.

Here: reading what the searches found, choosing among the organisations, looking the chosen one up by its names, and
holding it to what made it a lead. Not here: what can be a lead at all (`candidates.py`), its signals (`signals.py`),
and its row (`dossier/store/discovery.py`). Where nothing holds there is no lead, and the reason is said.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dossier import keys
from dossier.answers import SignalDiscovery
from dossier.errors import StepFailed
from dossier.evidence.names import core_words, words
from dossier.evidence.organisations import Register, domain_in
from dossier.evidence.passages import select_event_passages
from dossier.extractive.icp import tells_of_signal
from dossier.models import (
    Attempt,
    Claim,
    ClaimDraft,
    ClaimSet,
    JsonDict,
    Lead,
    NoLead,
    Precision,
    Research,
    SearchPlan,
    SourceSet,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.candidates import Candidate, Profile, leading_signals, rank_candidates
from dossier.steps.claims import bind_drafts
from dossier.steps.events import find_events, strongest
from dossier.steps.merged_claims import merge_claims
from dossier.steps.research import Reading, concluded, read_sources, step_variables
from dossier.steps.search_queries import all_plans, excluded_domains, excluded_names, seed_company
from dossier.steps.signals import build_signals, discover_signals, given, signals_of
from dossier.steps.sources import find_by_name, gather

STEP = "signal_discovery"
MOST_TRIES = 4  # candidates that are looked up, the best first
MOST_REFUSED = 40
NOT_HELD = "looked up by name, its event was told first more than twelve months ago, or is not confirmed"
_EXHAUSTED = "The searches are exhausted: bring in newer documents, or widen the signals and places of the profile."


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An organisation that was searched for by its names: the answer on its signals, and what was read for it."""

    lead: Lead
    answer: SignalDiscovery
    found: SourceSet
    reading: Reading


@dataclass(frozen=True, slots=True)
class Discovered:
    """What a search came to; without a lead there is nothing that was looked up."""

    attempt: Attempt
    looked_up: LookedUp | None = None


def find_signals(ctx: RunContext, plan: SearchPlan, sources: SourceSet) -> Research:
    """Return the signals of the run's lead; a run that began without one finds it here, or ends with the reason.

    A run that has found its lead before keeps it, and reads what names it.
    """
    if ctx.hunt is None:
        return discover_signals(ctx, plan, sources)
    if ctx.target is not None:
        more = find_by_name(ctx)
        research = discover_signals(ctx, plan, sources.plus(more.found))
        return research.model_copy(update={"found": more.found})
    discovered = discover_lead(ctx, plan, sources)
    attempt, looked_up = discovered.attempt, discovered.looked_up
    if looked_up is None:
        return Research(answers={}, claims=[], gaps=[attempt.reason or ""], attempt=attempt)
    about = ctx.about(looked_up.lead)
    finding = concluded(about, STEP, looked_up.reading, looked_up.answer)
    research = signals_of(about, finding, looked_up.reading, looked_up.found)
    return research.model_copy(update={"found": looked_up.found.found, "attempt": attempt})


def discover_lead(ctx: RunContext, plan: SearchPlan, sources: SourceSet) -> Discovered:
    """Return the lead that the sources of `plan` show, or why there is none."""
    attempt = Attempt(
        queries=[query.query for query in plan.queries],
        signals=plan.search_strategy.primary_signals,
        places=plan.search_strategy.geographies,
        source_types=plan.search_strategy.source_types,
        basis=_basis(ctx),
    )
    if not ctx.client.config.icp_config.signals:
        return _nothing(ctx, attempt, "The profile names no signals to look for.")
    reading, read = _read_events(ctx, sources, attempt.basis)
    attempt = attempt.model_copy(update={"read": read})
    if not reading.passages:
        return _nothing(ctx, attempt, "No source that was found tells of an event that the profile looks for.")
    try:
        names = sorted({lead.name for lead, _ in unwanted(ctx)})
        answer = ctx.exchange.ask(STEP, step_variables(ctx, reading, **given(plan, names)), SignalDiscovery)
    except StepFailed:
        return _nothing(ctx, attempt, "The step for buying signals gave no usable answer.")
    candidates, refused = _ranked(ctx, plan, reading, answer)
    attempt = attempt.model_copy(update={"refused": refused[:MOST_REFUSED]})
    return _first_that_holds(ctx, plan, sources, candidates, attempt)


def _basis(ctx: RunContext) -> str:
    """Return a digest of what a search depends on besides its queries."""
    hunt = ctx.hunt
    parts: JsonDict = {
        "config": ctx.client.config.model_dump(mode="json"),
        "day": ctx.reference_date.isoformat(),
        "texts": hunt.texts if hunt else 0,
        "provider": ctx.provider,
    }
    return keys.digest(json.dumps(parts, sort_keys=True))[:16]


def _read_events(ctx: RunContext, sources: SourceSet, basis: str) -> tuple[Reading, list[str]]:
    """Load what was found and was not read in vain before; return it with the ids of the sources that are read."""
    spent = _read_in_vain(ctx, basis)
    ids = [found.source.id for found in sources.found if found.source.id not in spent]
    documents = ctx.library.documents(ids)
    icp = ctx.client.config.icp_config
    passages, read = select_event_passages(documents, lambda text: tells_of_signal(text, icp))
    return Reading({document.id: document for document in documents}, passages), [document.id for document in read]


def _read_in_vain(ctx: RunContext, basis: str) -> set[str]:
    """Return the sources of earlier searches on the same basis that showed no lead."""
    attempts = ctx.hunt.attempts if ctx.hunt else ()
    return {source for one in attempts if one.lead is None and one.basis == basis for source in one.read}


def _failed_before(ctx: RunContext, basis: str) -> list[str]:
    """Return who was looked up on the same basis and did not hold."""
    attempts = ctx.hunt.attempts if ctx.hunt else ()
    return [no.name for one in attempts if one.basis == basis for no in one.refused if no.reason == NOT_HELD]


def unwanted(ctx: RunContext) -> list[tuple[Lead, str]]:
    """Return the organisations that must not become leads, each with the reason."""
    config = ctx.client.config
    own = config.client.get("domain") or (config.research_context.get("client") or {}).get("domain")
    competitors = config.research_context.get("competitors") or []
    named = [one.get("name") if isinstance(one, dict) else one for one in competitors]
    return [
        (Lead(id="", name=ctx.client.name, domain=own if isinstance(own, str) else None), "the client itself"),
        *((Lead(id="", name=name), "a competitor of the client") for name in named if isinstance(name, str)),
        *((lead, "a lead of this client already") for lead in (ctx.hunt.known if ctx.hunt else ())),
        *((Lead(id="", name=name), "excluded by the profile") for name in excluded_names(ctx)),
        *((Lead(id="", name=d.split(".")[0], domain=d), "excluded by the profile") for d in excluded_domains(ctx)),
    ]


def _ranked(
    ctx: RunContext, plan: SearchPlan, reading: Reading, answer: SignalDiscovery
) -> tuple[list[Candidate], list[NoLead]]:
    """Rank the organisations of the answer as the step run `lead_selection`."""
    failed = [(Lead(id="", name=name), NOT_HELD) for name in _failed_before(ctx, _basis(ctx))]
    profile = Profile(
        ctx.client,
        ctx.reference_date,
        Register([*unwanted(ctx), *failed]),
        plan.search_strategy.primary_signals,
        seed_company(ctx) or "",
    )
    return ctx.exchange.record(
        "lead_selection",
        {"search_plan": Variable(plan, "previous_step", "search_builder")},
        lambda: rank_candidates(bind_drafts(STEP, answer.claims, reading.documents).claims, reading.documents, profile),
        counts=lambda ranked: {"candidates": len(ranked[0]), "refused": len(ranked[1])},
    )


def _first_that_holds(
    ctx: RunContext, plan: SearchPlan, sources: SourceSet, candidates: Sequence[Candidate], attempt: Attempt
) -> Discovered:
    """Look up the best candidates by name until one holds: its event is no older where it was told first."""
    failed: list[NoLead] = []
    for candidate in candidates[:MOST_TRIES]:
        looked_up = _look_up(ctx, plan, candidate, sources)
        claim = _claim_that_holds(ctx, candidate, looked_up)
        if claim is not None:
            known = attempt.model_copy(
                update={
                    "lead": looked_up.lead,
                    "claim_ids": [claim.id],
                    "rationale": _rationale(claim, candidate, candidates),
                    "refused": [*failed, *attempt.refused][:MOST_REFUSED],
                }
            )
            return Discovered(known, looked_up)
        failed.append(NoLead(name=candidate.name, reason=NOT_HELD))
    refused = [*failed, *attempt.refused][:MOST_REFUSED]
    return _nothing(ctx, attempt.model_copy(update={"refused": refused}), _why(refused))


def _rationale(claim: Claim, candidate: Candidate, candidates: Sequence[Candidate]) -> str:
    behind = [one.name for one in candidates[candidates.index(candidate) + 1 :][:3]]
    others = f"before {', '.join(behind)}" if behind else "no other organisation was left"
    return f"{claim.details.signal_type}, {candidate.points:g} points; {others}"


def _look_up(ctx: RunContext, plan: SearchPlan, candidate: Candidate, sources: SourceSet) -> LookedUp:
    """Search for a candidate by its names and ask for its signals; what made it a candidate is among its claims."""
    lead = _as_lead(ctx, candidate)
    found = find_by_name(ctx.about(lead))
    reading = read_sources(ctx.about(lead), sources.plus(found.found))
    if domain := _own_domain(ctx, lead, reading):
        lead = _as_lead(ctx, candidate, domain)
    about = ctx.about(lead)
    try:
        answer = about.exchange.ask(STEP, step_variables(about, reading, **given(plan)), SignalDiscovery)
    except StepFailed:
        answer = SignalDiscovery()
    first = _as_draft(candidate.claims[0], lead)
    told = any((one.source_id, one.quote) == (first.source_id, first.quote) for one in answer.claims)
    claims = answer.claims if told else [first, *answer.claims]
    return LookedUp(lead, answer.model_copy(update={"claims": claims}), found, reading)


def _as_lead(ctx: RunContext, candidate: Candidate, domain: str | None = None) -> Lead:
    identity = domain or " ".join(words(candidate.name))
    return Lead(
        id=keys.lead_id(ctx.client.slug, identity),
        name=candidate.name,
        domain=domain,
        aliases=[other for other in candidate.names[1:] if core_words(other) != core_words(candidate.name)],
    )


def _own_domain(ctx: RunContext, lead: Lead, reading: Reading) -> str | None:
    """Return the lead's domain as its sources show it, unless it is another lead's."""
    speaking = {passage.source_id for passage in reading.passages}
    domain = domain_in(lead, (document for document in reading.documents.values() if document.id in speaking))
    taken = {other.domain for other in (ctx.hunt.known if ctx.hunt else ())}
    return None if domain in taken else domain


def _as_draft(claim: Claim, lead: Lead) -> ClaimDraft:
    draft = ClaimDraft.model_validate(claim.model_dump(include=set(ClaimDraft.model_fields)))
    return draft.model_copy(update={"details": draft.details.model_copy(update={"organization": lead.name})})


def _claim_that_holds(ctx: RunContext, candidate: Candidate, looked_up: LookedUp) -> Claim | None:
    """Return the claim that makes the organisation a lead, None where its event is stale or stands no more.

    The events are those that its dossier will tell: the same merge, and the day of the first report.
    """
    documents = looked_up.reading.documents
    icp = ctx.client.config.icp_config
    bound = bind_drafts(STEP, looked_up.answer.claims, documents)
    aside = {invalid.id for invalid in bound.set_aside}
    claims = [claim for claim in bound.claims if claim.id not in aside]
    merged = merge_claims(ClaimSet(claims=claims, drafted=len(claims)), documents, looked_up.lead)
    signals, _ = build_signals(claims, documents, icp)
    published = {
        one.id: (one.published_at, one.published_precision or Precision.DAY)
        for one in documents.values()
        if one.published_at
    }
    wanted = leading_signals(icp)
    fresh = [event for event in find_events(merged, signals, published) if event.signal_type in wanted]
    first = next((claim.id for claim in claims if _is_of(claim, candidate.claims[0])), "")
    told = [event for event in fresh if any(first in claim.claim_ids for claim in event.claims)]
    event = strongest(told, ctx.reference_date) or strongest(fresh, ctx.reference_date)
    raw = {claim.id: claim for claim in claims}
    ids = [claim_id for one in (event.claims if event else ()) for claim_id in one.claim_ids]
    return raw[first if first in ids else ids[0]] if ids else None


def _is_of(claim: Claim, other: Claim) -> bool:
    return (claim.source_id, claim.statement) == (other.source_id, other.statement)


def _nothing(ctx: RunContext, attempt: Attempt, reason: str) -> Discovered:
    """Return an attempt without a lead: why, and which other searches of the profile are left."""
    left = _left(ctx, attempt)
    said = f"Search again: {len(left)} other searches of the profile are left." if left else _EXHAUSTED
    return Discovered(attempt.model_copy(update={"reason": reason, "recommendation": said, "left": left}))


def _left(ctx: RunContext, attempt: Attempt) -> list[str]:
    """Return the objectives of the plans that bring a source worth reading which was not read in vain yet."""
    icp = ctx.client.config.icp_config
    read = {*attempt.read, *_read_in_vain(ctx, attempt.basis)}
    left = []
    for plan in all_plans(ctx) if icp.signals else ():
        fresh = [found.source.id for found in gather(ctx, plan).found if found.source.id not in read]
        if any(tells_of_signal(document.text, icp) for document in ctx.library.documents(fresh)):
            left.append(plan.objective)
    return left


def _why(refused: Sequence[NoLead]) -> str:
    """Say in one sentence why nobody became the lead, the commonest reasons first."""
    if not refused:
        return "The sources tell no signal of the profile of any organisation."
    counts = Counter(one.reason for one in refused)
    told = [f"{reason} ({number})" for reason, number in sorted(counts.items(), key=lambda one: (-one[1], one[0]))]
    return f"None of {len(refused)} organisations can be a lead: {'; '.join(told[:4])}."
