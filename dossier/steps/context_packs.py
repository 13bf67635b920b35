"""Builds the short handovers between research stages, from all claims so far and the stage's answer.

Here: the three packs of DOMAIN B5, field by field, each with the claims it stands on, and which one a later
step gets. Not here: who asks with them (`entity_research.py`, `contact_research.py`, `enrichment.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date

from dossier.evidence.names import MentionFinder, aliases
from dossier.models import Claim, ClaimType, ContextPack, JsonDict, Lead, Research, Signal, SourceSet
from dossier.ports import Variable
from dossier.run_context import RunContext

MAX_PACK_CHARS = 14_000  # about 3,500 tokens
MAX_ANCHORS = 20
MAX_PEOPLE = 10
MAX_PARTNERS = 8
_ENTITY_TYPES = ("Standalone", "Subsidiary", "Parent", "JV")


def collect_packs(ctx: RunContext, researches: Sequence[Research]) -> list[ContextPack]:
    """Return the packs of `researches` in their order, as the step run `context_packs`."""
    packs = [research.pack for research in researches if research.pack]
    return ctx.exchange.record(
        "context_packs",
        {"pack_types": Variable([pack.pack_type for pack in packs], "computed")},
        lambda: packs,
        counts=lambda kept: {"packs": len(kept)},
    )


def newest_pack(researches: Sequence[Research], pack_type: str) -> ContextPack | None:
    """Return the last pack of `pack_type` among `researches`, which come in the order they were made."""
    packs = [research.pack for research in researches if research.pack and research.pack.pack_type == pack_type]
    return packs[-1] if packs else None


def pack_variable(researches: Sequence[Research], pack_type: str) -> Variable:
    """Return the prompt variable `context_pack`: the newest pack's data, or null."""
    pack = newest_pack(researches, pack_type)
    return Variable(pack.data if pack else None, "context_pack", f"context_pack_{pack_type}")


def usable_claims(researches: Sequence[Research]) -> list[Claim]:
    """Return all claims of `researches` that were not set aside, in their order."""
    aside = {invalid.id for research in researches for invalid in research.set_aside}
    return [claim for research in researches for claim in research.claims if claim.id not in aside]


def pack_signals(ctx: RunContext, claims: Sequence[Claim], primary: Signal | None) -> ContextPack:
    """Build `signal_to_entity`: the event to start from, who the candidate is, what is known and what to ask."""
    return _build(ctx, "signal_to_entity", claims, lambda anchors: _signal_to_entity(ctx, anchors, primary))


def pack_entity(
    ctx: RunContext, claims: Sequence[Claim], primary: Signal | None, identity: JsonDict, sources: SourceSet
) -> ContextPack:
    """Build `entity_to_contacts`: the resolved organisation, its project and partners."""
    return _build(
        ctx,
        "entity_to_contacts",
        claims,
        lambda anchors: {
            **_resolved(ctx, claims, primary, identity),
            "anchor_claims": [_fact(claim) for claim in anchors],
            "key_questions": _people_questions(ctx),
            "do_not_repeat": _read_already(sources),
        },
    )


def pack_contacts(
    ctx: RunContext, claims: Sequence[Claim], primary: Signal | None, identity: JsonDict, sources: SourceSet
) -> ContextPack:
    """Build `contacts_to_enrichment`: the organisation, the people found, and questions for each later step."""
    return _build(
        ctx,
        "contacts_to_enrichment",
        claims,
        lambda anchors: {
            **_resolved(ctx, claims, primary, identity),
            "confirmed_contacts": confirmed_contacts(ctx, claims),
            "enrichment_questions": _enrichment_questions(ctx),
            "do_not_repeat": _read_already(sources),
        },
    )


def _build(
    ctx: RunContext, pack_type: str, claims: Sequence[Claim], data: Callable[[list[Claim]], JsonDict]
) -> ContextPack:
    anchors = anchor_claims(claims)
    return ctx.exchange.record(
        f"context_pack_{pack_type}",
        {"claims": Variable([claim.id for claim in claims], "previous_step"), "lead": Variable(ctx.lead, "seed")},
        lambda: ContextPack.model_validate(
            {
                "pack_type": pack_type,
                "data": within_size(data(anchors)),
                "anchor_claim_ids": [claim.id for claim in anchors],
            }
        ),
        counts=lambda pack: {"claims": len(claims), "anchors": len(pack.anchor_claim_ids)},
    )


def anchor_claims(claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims to hand over: the surest first, then the newest, each statement once, at most MAX_ANCHORS."""
    order = ("HIGH", "MEDIUM", "LOW")
    ranked = sorted(
        claims,
        key=lambda claim: (order.index(claim.confidence), -(claim.event_date or date.min).toordinal(), claim.id),
    )
    once: dict[str, Claim] = {}
    for claim in ranked:
        once.setdefault(claim.statement.casefold(), claim)
    return list(once.values())[:MAX_ANCHORS]


def within_size(data: JsonDict) -> JsonDict:
    """Return `data` shortened to MAX_PACK_CHARS of JSON: the longest list loses its last item first."""
    kept = dict(data)
    while len(json.dumps(kept, ensure_ascii=False)) > MAX_PACK_CHARS:
        lists = [name for name, value in kept.items() if isinstance(value, list) and value]
        if not lists:
            break
        longest = max(lists, key=lambda name: len(json.dumps(kept[name], ensure_ascii=False)))
        kept[longest] = kept[longest][:-1]
    return kept


def _fact(claim: Claim) -> JsonDict:
    when = claim.event_date.isoformat() if claim.event_date else None
    return {"claim_id": claim.id, "statement": claim.statement, "date": when, "tier": claim.source_tier.value}


def _signal_to_entity(ctx: RunContext, anchors: Sequence[Claim], primary: Signal | None) -> JsonDict:
    summary = primary and {
        "signal_type": primary.signal_type,
        "description": primary.headline,
        "date": primary.event_date.isoformat() if primary.event_date else None,
        "source": primary.url or primary.source_id,
    }
    places = list(dict.fromkeys(claim.details.place for claim in anchors if claim.details.place))
    lead = ctx.lead
    return {
        "signal_summary": summary,
        "candidate_entity": {
            "name": lead.name,
            "confidence": "HIGH" if lead.domain else "MEDIUM",
            "why": "It is the lead of this run" + (f", with the domain {lead.domain}." if lead.domain else "."),
        },
        "known_facts": [_fact(claim) for claim in anchors],
        "key_questions": [
            f"Who is {lead.name}, under which other names and domains, and who owns it?",
            "Which project or change is behind the event, where, and how far is it?",
            "Which other organisations take part, and in which role?",
        ],
        "search_hints": [f'"{lead.name}" {place}' for place in places[:5]],
    }


def _resolved(ctx: RunContext, claims: Sequence[Claim], primary: Signal | None, identity: JsonDict) -> JsonDict:
    lead = ctx.lead
    kind = identity.get("entity_type")
    return {
        "canonical_target": {
            "name": lead.name,
            "entity_type": kind if kind in _ENTITY_TYPES else None,
            "domains": [lead.domain] if lead.domain else [],
            "hq_location": lead.profile.get("headquarters"),
        },
        "corporate_structure": {
            "parent": identity.get("parent"),
            "subsidiaries": identity.get("subsidiaries") or [],
            "notes": "",
        },
        "key_project": _key_project(claims, primary),
        "partner_organizations": partner_organizations(lead, claims),
    }


def _key_project(claims: Sequence[Claim], primary: Signal | None) -> JsonDict | None:
    """The project behind the primary signal, or the first opportunity, in the words of its claims."""
    wanted = set(primary.claim_ids) if primary else set()
    about = [claim for claim in claims if claim.id in wanted]
    about += [claim for claim in claims if claim.type is ClaimType.OPPORTUNITY and claim.id not in wanted]
    if not about:
        return None
    return {
        "name": about[0].statement[:100],
        "location": next((claim.details.place for claim in about if claim.details.place), None),
        "stage": primary.status if primary else about[0].details.status,
        "key_facts": [_fact(claim) for claim in about[:5]],
        "timeline": sorted({c.event_date.isoformat() for c in about[:5] if c.event_date}),
    }


def partner_organizations(lead: Lead, claims: Sequence[Claim]) -> list[JsonDict]:
    """Return the organisations that stand in a relationship with the lead, each once, with its claim."""
    own = MentionFinder(aliases(lead))
    partners: dict[str, JsonDict] = {}
    for claim in claims:
        if claim.type is not ClaimType.RELATIONSHIP:
            continue
        for name in claim.entities:
            if not own.occurs(name):
                role = claim.details.event or ""
                partners.setdefault(name, {"name": name, "role": role, "domains": [], "notes": claim.id})
    return list(partners.values())[:MAX_PARTNERS]


def confirmed_contacts(ctx: RunContext, claims: Sequence[Claim]) -> list[JsonDict]:
    """Return the people that claims name, each once; those with a title the client wants come first."""
    people: dict[tuple[str, str], JsonDict] = {}
    for claim in claims:
        details = claim.details
        if claim.type is ClaimType.CONTACT and details.person and details.organization:
            key = (details.person.lower(), details.organization.lower())
            people.setdefault(key, _contact(ctx, claim, details.person, details.organization))
    return sorted(people.values(), key=lambda person: (person["priority"], person["name"]))[:MAX_PEOPLE]


def _contact(ctx: RunContext, claim: Claim, name: str, organization: str) -> JsonDict:
    email = claim.details.email or ""
    domain = email.partition("@")[2]
    if not domain and MentionFinder(aliases(ctx.lead)).occurs(organization):
        domain = ctx.lead.domain or ""
    return {
        "name": name,
        "title": claim.details.title,
        "organization": organization,
        "domain_for_email": domain or None,
        "why_they_matter": claim.statement,
        "priority": _priority(ctx, claim.details.title or ""),
    }


def _priority(ctx: RunContext, title: str) -> int:
    """1 for a title the client wants, 3 for one it excludes, else 2."""
    icp = ctx.client.config.icp_config
    named = title.lower()
    if any(wanted.lower() in named for wanted in icp.target_titles):
        return 1
    return 3 if any(excluded.lower() in named for excluded in icp.excluded_titles) else 2


def _people_questions(ctx: RunContext) -> list[str]:
    titles = ctx.client.config.icp_config.target_titles[:5]
    wanted = f" Wanted titles: {', '.join(titles)}." if titles else ""
    return [f"Who at {ctx.lead.name} decides or prepares the decision?{wanted}", "Who at its partners knows them?"]


def _enrichment_questions(ctx: RunContext) -> JsonDict:
    return {
        "enrich_lead": ["What does the organisation do, where, with how many people?"],
        "enrich_opportunity": ["What is built or bought, for how much, by when, and who takes part?"],
        "client_specific": ctx.client.config.client_research_questions,
        "enrich_contacts": ["Which published ways lead to these people?"],
    }


def _read_already(sources: SourceSet) -> list[str]:
    return [found.source.title for found in sources.found[:10]]
