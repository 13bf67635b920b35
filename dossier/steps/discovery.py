"""Finds the lead of a run that began without one: who shows the client's signals, and is no lead of it yet.

Here: reading what the searches found, choosing among the organisations, looking the chosen one up by its names, and
holding it to what made it a lead. Not here: what can be a lead at all (`candidates.py`), its signals (`signals.py`),
and its row (`dossier/store/discovery.py`). Where nothing holds there is no lead, and the reason is said.
"""

from __future__ import annotations

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
    Lead,
    NoLead,
    Precision,
    Research,
    SearchPlan,
    SourceSet,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.attempts import NOT_HELD, basis_of, in_vain, read_in_vain, unwanted, why_nobody
from dossier.steps.candidates import Candidate, Profile, leading_signals, rank_candidates
from dossier.steps.claims import bind_drafts
from dossier.steps.events import find_events, strongest
from dossier.steps.merged_claims import merge_claims
from dossier.steps.research import Reading, concluded, drafts_checked, read_sources, step_variables
from dossier.steps.search_queries import seed_company
from dossier.steps.signals import build_signals, discover_signals, given, signals_of
from dossier.steps.sources import find_by_name

STEP = "signal_discovery"
MOST_TRIES = 4  # candidates that are looked up, the best first
MOST_REFUSED = 40


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An organisation that was searched for by its names: the answer on its signals, and what was read for it."""

    lead: Lead
    answer: SignalDiscovery
    found: SourceSet
    reading: Reading


Discovered = tuple[Attempt, LookedUp | None]  # without a lead there is nothing that was looked up


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
    attempt, looked_up = discover_lead(ctx, plan, sources)
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
        basis=basis_of(ctx),
    )
    if not ctx.client.config.icp_config.signals:
        return in_vain(ctx, attempt, "The profile names no signals to look for."), None
    nobody = unwanted(ctx, attempt.basis)
    reading, read = _read_events(ctx, sources, attempt.basis)
    attempt = attempt.model_copy(update={"read": read})
    if not reading.passages:
        return in_vain(ctx, attempt, "No source that was found tells of an event that the profile looks for."), None
    try:
        names = sorted({lead.name for lead, _ in nobody})
        variables = step_variables(ctx, reading, **given(plan, names))
        answer = ctx.exchange.ask(STEP, variables, SignalDiscovery, drafts_checked(ctx, reading))
    except StepFailed as fault:
        return in_vain(ctx, attempt, f"The step for buying signals {fault.gap}."), None
    register = Register(nobody)
    candidates, refused = _ranked(ctx, plan, register, reading, answer)
    attempt = attempt.model_copy(update={"refused": refused[:MOST_REFUSED]})
    return _first_that_holds(ctx, plan, sources, register, candidates, attempt)


def _read_events(ctx: RunContext, sources: SourceSet, basis: str) -> tuple[Reading, list[str]]:
    """Load what was found and was not read in vain before; return it with the ids of the sources that are read."""
    spent = read_in_vain(ctx, basis)
    ids = [found.source.id for found in sources.found if found.source.id not in spent]
    documents = ctx.library.documents(ids)
    icp = ctx.client.config.icp_config
    passages, read = select_event_passages(documents, lambda text: tells_of_signal(text, icp))
    return Reading({document.id: document for document in documents}, passages), [document.id for document in read]


def _ranked(
    ctx: RunContext, plan: SearchPlan, register: Register, reading: Reading, answer: SignalDiscovery
) -> tuple[list[Candidate], list[NoLead]]:
    """Rank the organisations of the answer as the step run `lead_selection`."""
    sought = plan.search_strategy.primary_signals
    profile = Profile(ctx.client, ctx.reference_date, register, sought, seed_company(ctx) or "")
    return ctx.exchange.record(
        "lead_selection",
        {"search_plan": Variable(plan, "previous_step", "search_builder")},
        lambda: rank_candidates(bind_drafts(STEP, answer.claims, reading.documents).claims, reading.documents, profile),
        counts=lambda ranked: {"candidates": len(ranked[0]), "refused": len(ranked[1])},
    )


def _first_that_holds(
    ctx: RunContext,
    plan: SearchPlan,
    sources: SourceSet,
    register: Register,
    candidates: Sequence[Candidate],
    attempt: Attempt,
) -> Discovered:
    """Look up the best candidates by name until one holds: its event is no older where it was told first."""
    for candidate in candidates[:MOST_TRIES]:
        looked_up = _look_up(ctx, plan, candidate, sources)
        known = register.find(looked_up.lead.name, looked_up.lead.domain)
        claim = None if known else _claim_that_holds(ctx, candidate, looked_up)
        if claim is not None:
            rationale = _rationale(claim, candidate, candidates)
            found = {"lead": looked_up.lead, "claim_ids": [claim.id], "rationale": rationale}
            return attempt.model_copy(update=found), looked_up
        refused = [NoLead(name=candidate.name, reason=known or NOT_HELD), *attempt.refused]
        attempt = attempt.model_copy(update={"refused": refused[:MOST_REFUSED]})
    if len(candidates) > MOST_TRIES:  # the others wait for the next search, which reads the same again
        attempt = attempt.model_copy(update={"read": []})
    return in_vain(ctx, attempt, why_nobody(attempt.refused)), None


def _rationale(claim: Claim, candidate: Candidate, candidates: Sequence[Candidate]) -> str:
    behind = [one.name for one in candidates[candidates.index(candidate) + 1 :][:3]]
    others = f"before {', '.join(behind)}" if behind else "no other organisation was left"
    return f"{claim.details.signal_type}, {candidate.points:g} points; {others}"


def _look_up(ctx: RunContext, plan: SearchPlan, candidate: Candidate, sources: SourceSet) -> LookedUp:
    """Search for a candidate by its names and ask for its signals; what made it a candidate is among its claims."""
    lead = _as_lead(ctx, candidate)
    found = find_by_name(ctx.about(lead))
    reading = read_sources(ctx.about(lead), sources.plus(found.found))
    speaking = {passage.source_id for passage in reading.passages}
    if domain := domain_in(lead, (one for one in reading.documents.values() if one.id in speaking)):
        lead = _as_lead(ctx, candidate, domain)
    about = ctx.about(lead)
    try:
        variables = step_variables(about, reading, **given(plan))
        answer = about.exchange.ask(STEP, variables, SignalDiscovery, drafts_checked(about, reading))
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
