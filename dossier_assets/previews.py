"""What is worth showing on Dagster's pages of what was found: plan, sources, research, claims, packs, merged facts.

Here: the choice, one function per type of artifact: `show(artifact, inputs)`. Not here: what was judged and written
(`written_previews.py`), how a row of each noun reads (`preview_rows.py`), and how it all becomes metadata
(`metadata.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from dossier.exports.wording import count
from dossier.models import (
    Attempt,
    ClaimSet,
    ContextPack,
    MergeResult,
    Research,
    SearchPlan,
    SourceSet,
    Tier,
)
from dossier_assets.metadata import Shown, bullets, counts, plain, table
from dossier_assets.preview_rows import (
    best,
    claim_items,
    claims_table,
    conflict_items,
    conflicts_table,
    fact_items,
    facts_table,
    failed,
    missing,
    refused_table,
    signal_items,
    signals_table,
    source_items,
    sources_of,
    sources_table,
    strongest,
    timeline_items,
    timelines_table,
)

Inputs = Mapping[str, Any]


def search_plan(plan: SearchPlan, inputs: Inputs) -> Shown:
    """Show the queries, then what each is for."""
    return Shown(
        {"queries": len(plan.queries)},
        [plain(plan.objective, 300)],
        [bullets(plan.queries, lambda one: plain(one.query), len(plan.queries))],
        [table(("query", "why"), plan.queries, lambda one: (plain(one.query), plain(one.rationale)))],
    )


def source_set(sources: SourceSet, inputs: Inputs) -> Shown:
    """Show the best sources, linked, and what was left out by rule."""
    numbers = {
        "sources": len(sources.found),
        "hits": sources.hits,
        "left_out_after_reference": sources.left_out_after_reference,
        "left_out_excluded": sources.left_out_excluded,
    }
    return Shown(
        numbers,
        [_sources_in_words(sources)],
        [source_items(sources.found)],
        [sources_table(sources.found)],
    )


def research(found: Research, inputs: Inputs) -> Shown:
    """Show signals where there are any, else claims; what failed; what is missing."""
    numbers = {
        "claims": len(found.claims),
        "refused_claims": len(found.refused),
        "signals": len(found.signals),
        "failed_steps": len(found.failed_steps),
    }
    sources = sources_of({**inputs, "itself": found})
    said = counts({"signal": len(found.signals), "claim": len(found.claims), "refused claim": len(found.refused)})
    signals, claims = strongest(found.signals), best(found.claims)
    return Shown(
        numbers,
        [*_search_for_a_lead(found.attempt), f"{said or 'Nothing'} found.", failed(found.failed_steps)],
        [missing(found.gaps), signal_items(signals) if signals else claim_items(claims, sources)],
        [
            missing(found.gaps),
            signals_table(signals),
            refused_table(found.refused),
            claims_table(claims, sources),
        ],
    )


def claim_set(claims: ClaimSet, inputs: Inputs) -> Shown:
    """Show claims with quote and source, and why others were refused."""
    sources = sources_of(inputs)
    named = {claim.source_id for claim in claims.claims}
    numbers = {
        "claims": len(claims.claims),
        "refused_claims": len(claims.refused),
        "invalid_claims": len(claims.invalid),
        "sources_with_claims": len(named),
    }
    kinds = Counter(claim.type.value for claim in claims.claims).most_common()
    said = f"{count(len(claims.claims), 'claim')} from {count(len(named), 'source')}"
    first = best(claims.claims)
    reasons = bullets(
        [
            f"{number} {what}: {plain(reason)}"
            for what, group in (("refused", claims.refused), ("set aside", claims.invalid))
            for reason, number in Counter(one.reason for one in group).most_common(2)
        ],
        str,
    )
    return Shown(
        numbers,
        [f"{said}: {', '.join(f'{kind} {number}' for kind, number in kinds)}." if kinds else f"{said}."],
        [reasons, claim_items(first, sources)],
        [reasons, refused_table(claims.refused), claims_table(first, sources)],
    )


def context_packs(packs: list[ContextPack], inputs: Inputs) -> Shown:
    """Show which packs there are and how much they rest on."""
    numbers = {"packs": len(packs), "anchors": sum(len(pack.anchor_claim_ids) for pack in packs)}

    def row(pack: ContextPack) -> tuple[str, ...]:
        return plain(pack.pack_type), str(len(pack.anchor_claim_ids)), plain(", ".join(pack.data))

    return Shown(numbers, items=[table(("pack", "rests on claims", "holds"), packs, row)])


def merge_result(merged: MergeResult, inputs: Inputs) -> Shown:
    """Show conflicts and timelines, then the facts that most sources hold, each with its originals."""
    numbers = {
        "merged_claims": len(merged.merged),
        "duplicates_merged": merged.stats.duplicates_merged,
        "conflicts": len(merged.conflicts),
        "timelines": len(merged.timelines),
        "ambiguous": len(merged.ambiguous),
        "people": len(merged.contacts_resolved),
    }
    found = {
        "duplicate": merged.stats.duplicates_merged,
        "conflict": len(merged.conflicts),
        "timeline": len(merged.timelines),
        "named person": len(merged.contacts_resolved),
        "doubtful group": len(merged.ambiguous),
    }
    said = f"{count(len(merged.merged), 'fact')} from {count(merged.stats.input_claims_count, 'claim')}"
    most = sorted(merged.merged, key=lambda one: (-len(one.source_ids), one.id))
    return Shown(
        numbers,
        [": ".join(filter(None, (said, counts(found)))) + "."],
        [conflict_items(merged.conflicts), timeline_items(merged.timelines), fact_items(most)],
        [conflicts_table(merged.conflicts), timelines_table(merged.timelines), facts_table(most)],
    )


def _search_for_a_lead(attempt: Attempt | None) -> Iterator[str]:
    """Say what a run that began without a lead came to."""
    if attempt is None:
        return
    if attempt.lead is not None:
        yield f"**The lead: {plain(attempt.lead.name)}.** {plain(attempt.rationale, 300)}"
    else:
        yield f"**No lead.** {plain(attempt.reason or '', 300)} {plain(attempt.recommendation or '', 300)}"
    yield bullets(attempt.refused, lambda one: f"not {plain(one.name, 60)}: {plain(one.reason, 100)}", 3)


def _sources_in_words(sources: SourceSet) -> str:
    left_out = {
        "later than the reference date": sources.left_out_after_reference,
        "on an excluded site": sources.left_out_excluded,
    }
    tiers = Counter(one.source.tier for one in sources.found)
    said = ", ".join(f"{tier.value} {tiers[tier]}" for tier in Tier if tiers[tier])
    out = ", ".join(f"{number} {why}" for why, number in left_out.items() if number)
    named = f"{count(len(sources.found), 'source')}{f': {said}' if said else ''}."
    return f"{named} Left out: {out}." if out else named
