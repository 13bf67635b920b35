"""What is worth showing of each artifact on Dagster's pages: its numbers and a preview of a few rows.

Here: the choice, one function per type of artifact. Not here: how numbers and rows become metadata, and how
text from outside is made harmless (`metadata.py`): every cell goes through `plain` or `link`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from dossier.models import (
    ClaimSet,
    ContactSet,
    ContextPack,
    Delivery,
    Dossier,
    DossierPlan,
    FactCheck,
    Insight,
    MergeResult,
    Outreach,
    OutreachSet,
    Precision,
    Research,
    Score,
    SearchPlan,
    SectionSet,
    Sentence,
    SourceSet,
)
from dossier_assets.metadata import Shown, link, plain, table

_SHORT_DATE = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


def search_plan(plan: SearchPlan) -> Shown:
    """Show the queries with what each is for."""
    rows = [(str(n), plain(query.query), plain(query.rationale)) for n, query in enumerate(plan.queries, 1)]
    return Shown({"queries": len(plan.queries)}, [plain(plan.objective, 300), table(("", "query", "why"), rows)])


def source_set(sources: SourceSet) -> Shown:
    """Show the best sources, linked, and what was left out."""
    rows = [
        (link(found.source.title, found.source.url), found.source.tier.value, _day(found.source.published_at))
        for found in sources.found
    ]
    numbers = {
        "sources": len(sources.found),
        "hits": sources.hits,
        "left_out_after_reference": sources.left_out_after_reference,
        "left_out_excluded": sources.left_out_excluded,
    }
    return Shown(numbers, [table(("source", "tier", "published"), rows)])


def research(found: Research) -> Shown:
    """Show signals where there are any, else claims; and what is missing."""
    numbers = {
        "claims": len(found.claims),
        "refused_claims": len(found.refused),
        "signals": len(found.signals),
        "failed_steps": len(found.failed_steps),
    }
    signals = [
        (
            plain(signal.signal_type),
            signal.tier.value,
            _day(signal.event_date, signal.date_precision),
            link(signal.headline, signal.url),
        )
        for signal in found.signals
    ]
    shown = table(("signal", "tier", "date", "headline"), signals) or _claims_table(found.claims)
    return Shown(numbers, [shown, _gaps(found.gaps)])


def claim_set(claims: ClaimSet) -> Shown:
    """Show claims by type, the first of them, and why others were refused."""
    by_type = Counter(claim.type.value for claim in claims.claims)
    numbers = {
        "claims": len(claims.claims),
        "refused_claims": len(claims.refused),
        "invalid_claims": len(claims.invalid),
        "sources_with_claims": len({claim.source_id for claim in claims.claims}),
        **{f"claims_{name.lower()}": by_type[name] for name in sorted(by_type)},
    }
    reasons = Counter(refused.reason for refused in claims.refused)
    refused = table(("refused because", ""), [(plain(reason), str(n)) for reason, n in reasons.most_common()])
    return Shown(numbers, [_claims_table(claims.claims), refused])


def context_packs(packs: list[ContextPack]) -> Shown:
    """Show which packs there are and how much they rest on."""
    rows = [(pack.pack_type, str(len(pack.anchor_claim_ids)), plain(", ".join(pack.data))) for pack in packs]
    numbers = {"packs": len(packs), "anchors": sum(len(pack.anchor_claim_ids) for pack in packs)}
    return Shown(numbers, [table(("pack", "anchors", "fields"), rows)])


def merge_result(merged: MergeResult) -> Shown:
    """Show what most sources agree on, and every conflict."""
    stats = merged.stats
    numbers = {
        "merged_claims": len(merged.merged),
        "duplicates_merged": stats.duplicates_merged,
        "conflicts": len(merged.conflicts),
        "timelines": len(merged.timelines),
        "ambiguous": len(merged.ambiguous),
        "people": len(merged.contacts_resolved),
    }
    most = sorted(merged.merged, key=lambda one: (-len(one.source_ids), one.id))
    rows = [
        (
            one.id,
            one.type.value,
            str(len(one.source_ids)),
            link(one.statement, one.sources[0].url if one.sources else None),
        )
        for one in most
    ]
    conflicts = [
        (plain(conflict.kind), plain(", ".join(value.value for value in conflict.values)), plain(conflict.preferred))
        for conflict in merged.conflicts
    ]
    return Shown(
        numbers,
        [table(("", "type", "sources", "statement"), rows), table(("conflict", "values", "preferred"), conflicts)],
    )


def score(made: Score) -> Shown:
    """Show the total and its parts with their reasons."""
    rows = [(plain(part.name), f"{part.value:g}", f"{part.weight:g}", plain(part.reason)) for part in made.parts]
    head = f"**{made.total}** of 100, tier **{made.tier}**, timing {made.timing_urgency}, formula {plain(made.formula)}"
    return Shown({"score": made.total}, [head, table(("part", "points", "of", "reason"), rows)])


def insight(made: Insight) -> Shown:
    """Show the sentences of the interpretation."""
    return Shown({"sentences": len(made.sentences)}, [_sentences(made.sentences), _gaps([made.gap])])


def dossier_plan(plan: DossierPlan) -> Shown:
    """Show how many claims each section gets and how ready it is."""
    rows = [
        (plain(key), str(len(routing.claim_ids)), plan.section_readiness.get(key, ""), plain(routing.coverage_notes))
        for key, routing in plan.section_routing.items()
    ]
    routed = {claim_id for routing in plan.section_routing.values() for claim_id in routing.claim_ids}
    numbers = {"routed_claims": len(routed), "unmapped_claims": len(plan.unmapped_claims)}
    return Shown(numbers, [table(("section", "claims", "ready", "notes"), rows)])


def contact_set(made: ContactSet) -> Shown:
    """Show who to talk to. Addresses and numbers of people stay out of Dagster's tables."""
    rows = [
        (
            ("**primary** " if person.is_primary else "") + plain(person.name),
            plain(person.title or ""),
            plain(person.organization),
            f"{person.confidence:.2f}",
        )
        for person in made.contacts
    ]
    numbers = {"contacts": len(made.contacts), "excluded_people": len(made.excluded)}
    return Shown(numbers, [table(("name", "title", "organisation", "confidence"), rows), _gaps([made.gap])])


def outreach_set(made: OutreachSet) -> Shown:
    """Show for how many contacts there is copy or only facts to open with."""
    numbers = {
        "contacts_with_copy": sum(bool(item.email or item.linkedin) for item in made.items),
        "opening_facts": sum(len(item.opening_facts) for item in made.items),
    }
    rows = [(plain(item.contact_id), plain(_kinds_of_copy(item)), str(len(item.opening_facts))) for item in made.items]
    return Shown(numbers, [table(("contact", "copy", "opening facts"), rows), _gaps([made.gap])])


def section_set(made: SectionSet) -> Shown:
    """Show each section's size, or why it is empty."""
    rows = [(plain(one.key), str(len(one.sentences)), plain(one.gap or "")) for one in made.sections]
    numbers = {
        "sentences": sum(len(one.sentences) for one in made.sections),
        "empty_sections": sum(one.gap is not None for one in made.sections),
        "failed_steps": len(made.failed_steps),
    }
    return Shown(numbers, [table(("section", "sentences", "gap"), rows)])


def fact_check(made: FactCheck) -> Shown:
    """Show the share of supported sentences and those that were dropped."""
    rows = [(plain(found.section), plain(found.text), plain(found.reason)) for found in made.unsupported]
    coverage = made.supported / made.sentences if made.sentences else 1.0
    numbers = {
        "sentences": made.sentences,
        "supported": made.supported,
        "unsupported": len(made.unsupported),
        "evidence_coverage": round(coverage, 4),
    }
    head = f"{made.supported} of {made.sentences} texts stand; what does not is dropped."
    return Shown(numbers, [head, table(("section", "dropped", "because"), rows)])


def dossier(made: Dossier) -> Shown:
    """Show the lead, the score, why now, and what is missing."""
    head = f"**{plain(made.lead.name)}**: {made.score.total} of 100, tier {made.score.tier}, {made.status}"
    why = f"Why now: {link(made.why_now.text, made.why_now.url)}" if made.why_now else "No dated reason to call now."
    numbers = {
        "score": made.score.total,
        "claims": len(made.claims),
        "merged_claims": len(made.merged_claims),
        "sources": len(made.sources),
        "contacts": len(made.contacts),
        "conflicts": len(made.conflicts),
        "gaps": len(made.gaps),
        "is_partial": int(made.status == "partial"),
    }
    return Shown(numbers, [head, why, _gaps(made.gaps)])


def delivery(made: Delivery) -> Shown:
    """Show the files and where they lie below the home folder."""
    rows = [(plain(file.path), str(file.bytes), file.sha256[:12]) for file in made.files]
    numbers = {"version": made.version, "files": len(made.files), "bytes": sum(file.bytes for file in made.files)}
    return Shown(numbers, [table(("file", "bytes", "sha256"), rows)])


def _kinds_of_copy(item: Outreach) -> str:
    written = {"e-mail": item.email or item.client_email, "LinkedIn": item.linkedin or item.client_linkedin}
    return ", ".join(name for name, copy in written.items() if copy) or "none: only facts to open with"


def _claims_table(claims: Iterable[Any]) -> str:
    rows = [(claim.id, claim.type.value, claim.confidence.value, plain(claim.statement)) for claim in claims]
    return table(("", "type", "confidence", "statement"), rows)


def _sentences(sentences: Iterable[Sentence]) -> str:
    return table(("sentence", "kind"), [(plain(one.text, 300), one.kind) for one in sentences])


def _gaps(gaps: Iterable[str | None]) -> str:
    said = [f"- {plain(gap, 300)}" for gap in gaps if gap]
    return "\n".join(["Missing:", "", *said[:10]]) if said else ""


def _day(value: date | None, precision: Precision | None = None) -> str:
    return value.isoformat()[: _SHORT_DATE.get(precision, 10) if precision else 10] if value else ""
