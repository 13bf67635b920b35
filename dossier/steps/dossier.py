"""Assembles the dossier of a run: nine sections, why-now, claims, sources and gaps, in one fixed order.

Here: putting finished artifacts together. The same parts give the same dossier but for run id, times and cost.
Not here: writing, checking, storing, and the promises that the result must keep (`evidence/invariants.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from dossier.evidence.freshness import age_of, is_old
from dossier.evidence.groups import id_order
from dossier.models import (
    SECTION_KEYS,
    Ambiguity,
    Claim,
    Conflict,
    ContactSet,
    Document,
    Dossier,
    DossierClaim,
    DossierLead,
    DossierMergedClaim,
    DossierScore,
    FactCheckSummary,
    InvalidClaim,
    MergedClaim,
    Section,
    Timeline,
)
from dossier.run_context import RunContext
from dossier.steps.assembled import contacts_section, missing_section, outreach_section
from dossier.steps.disqualifiers import judge_disqualifiers
from dossier.steps.events import find_events, publications
from dossier.steps.gaps import failed_steps, list_gaps
from dossier.steps.parts import Parts
from dossier.steps.references import dossier_sources, sources_section, used_in
from dossier.steps.report_checks import check_dossier
from dossier.steps.score_facts import ScoreFacts
from dossier.steps.standing import Standing
from dossier.steps.unread import said_of, unread_steps
from dossier.steps.why_now import choose_why_now

Numbered = TypeVar("Numbered", Claim, InvalidClaim, MergedClaim, Conflict, Timeline, Ambiguity)


def assemble(ctx: RunContext, parts: Parts) -> Dossier:
    """Return the dossier of `parts` as the step run `dossier`."""
    return ctx.exchange.record(
        "dossier",
        ctx.variables(),
        lambda: _checked(ctx, _assembled(ctx, parts)),
        counts=lambda dossier: {
            "claims": len(dossier.claims),
            "merged_claims": len(dossier.merged_claims),
            "sources": len(dossier.sources),
            "contacts": len(dossier.contacts),
            "gaps": len(dossier.gaps),
            "score": dossier.score.total,
        },
    )


def _checked(ctx: RunContext, made: Dossier) -> Dossier:
    """Return the dossier with what is wrong with it as a whole."""
    found = check_dossier(made, ctx.client)
    return made.model_copy(update={"fact_check": made.fact_check.model_copy(update={"report": found})})


def _assembled(ctx: RunContext, parts: Parts) -> Dossier:
    documents = _documents(ctx, parts)
    standing = Standing.of(parts.claims, documents, ctx.lead, ctx.client)
    published = publications(ctx, parts.merged)
    events = find_events(parts.merged, parts.signals, published)
    facts = ScoreFacts(ctx.lead, ctx.client, parts.merged, parts.signals, ctx.reference_date, published)
    disqualifiers = judge_disqualifiers(facts)
    checked = parts.fact_check.failed is None
    why_now = choose_why_now(events, standing, documents, ctx.reference_date) if checked else None
    contacts = parts.fact_check.contacts
    unread = unread_steps(parts.research)
    sections = [said_of(section, unread) for section in _sections(ctx, parts, contacts, standing)]
    use = used_in(sections, contacts.contacts, parts.merged)
    sections = [*sections, sources_section(documents.values(), use)]
    score, check = parts.score, parts.fact_check
    return Dossier(
        run_id=ctx.run_id,
        client=ctx.client.slug,
        client_name=ctx.client.name,
        lead=DossierLead(id=ctx.lead.id, name=ctx.lead.name, domain=ctx.lead.domain),
        status="partial" if failed_steps(parts) else "complete",
        provider=ctx.provider,
        reference_date=ctx.reference_date,
        created_at=ctx.created_at,
        score=DossierScore.model_validate(score.model_dump(include=set(DossierScore.model_fields))),
        timing_urgency=score.timing_urgency,
        why_now=why_now,
        sections=sections,
        claims=[_claim(claim) for claim in _by_id(parts.claims.claims)],
        invalid_claims=_by_id(parts.claims.invalid),
        merged_claims=[_merged(claim, documents, ctx.reference_date) for claim in _by_id(parts.merged.merged)],
        conflicts=_by_id(parts.merged.conflicts),
        timelines=_by_id(parts.merged.timelines),
        ambiguous=_by_id(parts.merged.ambiguous),
        contacts=contacts.contacts,
        sources=dossier_sources(documents.values(), use),
        fact_check=FactCheckSummary(
            sentences=check.sentences, supported=check.supported, unsupported=check.unsupported
        ),
        gaps=list_gaps(ctx.client, parts, sections, why_now, disqualifiers),
        disqualifiers=disqualifiers,
        unread=unread,
        cost=parts.cost,
    )


def _documents(ctx: RunContext, parts: Parts) -> dict[str, Document]:
    """Return the sources that claims stand in, by id; without any fact also those that were read in vain."""
    in_vain = () if parts.merged.merged else parts.read
    ids = sorted({claim.source_id for claim in parts.claims.claims} | {source.id for source in in_vain})
    return {document.id: document for document in ctx.documents(ids)}


def _sections(ctx: RunContext, parts: Parts, contacts: ContactSet, standing: Standing) -> list[Section]:
    """Return all sections but the last, in order."""
    written: Mapping[str, Section] = {section.key: section for section in parts.fact_check.sections}
    made = {
        "contacts": contacts_section(ctx, contacts, parts.merged, standing),
        "outreach": outreach_section(contacts, parts.fact_check.outreach),
    }
    return [made.get(key) or written.get(key) or missing_section(key) for key in SECTION_KEYS if key != "sources"]


def _by_id(items: Sequence[Numbered]) -> list[Numbered]:
    return sorted(items, key=lambda item: id_order(item.id))


def _claim(claim: Claim) -> DossierClaim:
    return DossierClaim.model_validate(claim.model_dump(include=set(DossierClaim.model_fields)))


def _merged(claim: MergedClaim, documents: Mapping[str, Document], reference_date: date) -> DossierMergedClaim:
    reports = (documents[one].published_at for one in claim.source_ids if one in documents)
    age = age_of(claim.event_date, filter(None, reports), reference_date)
    shown = claim.model_dump(include=set(DossierMergedClaim.model_fields))
    return DossierMergedClaim.model_validate({**shown, "age_days": age, "old": is_old(age)})
