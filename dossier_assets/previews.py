"""What is worth showing on Dagster's pages of what was found: plan, sources, research, claims, packs, merged facts.

Here: the choice, one function per type of artifact: `show(artifact, inputs)`. Not here: what was judged and written
(`written_previews.py`), how it becomes metadata, and how text from outside is made harmless (`metadata.py`): every
cell goes through `plain` or `link`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from dossier.exports.wording import count, date_in_words, label
from dossier.models import (
    Attempt,
    Claim,
    ClaimSet,
    ClaimType,
    Confidence,
    Conflict,
    ContextPack,
    FoundSource,
    MergedClaim,
    MergeResult,
    Precision,
    RefusedClaim,
    Research,
    SearchPlan,
    Signal,
    Source,
    SourceSet,
    Tier,
    Timeline,
)
from dossier_assets.metadata import Shown, bullets, counts, link, plain, table

Inputs = Mapping[str, Any]
Sources = Mapping[str, Source]

_SHORT_DATE = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}
_SOURCES_OF_A_FACT = 3


def search_plan(plan: SearchPlan, inputs: Inputs) -> Shown:
    """Show the queries, then what each is for."""
    queries = [plain(query.query) for query in plan.queries]
    rows = [
        (str(n), plain(query.query), plain(query.rationale), plain(", ".join(map(label, query.target_signals))))
        for n, query in enumerate(plan.queries, 1)
    ]
    return Shown(
        {"queries": len(plan.queries)},
        [plain(plan.objective, 300), bullets(queries)],
        [table(("", "query", "why", "looks for"), rows)],
        rows=len(rows),
    )


def source_set(sources: SourceSet, inputs: Inputs) -> Shown:
    """Show the best sources, linked, and what was left out by rule."""
    rows = [
        (
            link(found.source.title, found.source.url),
            plain(found.source.publisher or ""),
            found.source.tier.value,
            day(found.source.published_at, found.source.published_precision),
            ", ".join(str(query + 1) for query in found.queries),
        )
        for found in sources.found
    ]
    left_out = {
        "later than the reference date": sources.left_out_after_reference,
        "on an excluded site": sources.left_out_excluded,
    }
    numbers = {
        "sources": len(sources.found),
        "hits": sources.hits,
        "left_out_after_reference": sources.left_out_after_reference,
        "left_out_excluded": sources.left_out_excluded,
    }
    return Shown(
        numbers,
        [_sources_in_words(sources.found, left_out), bullets(map(_source_item, sources.found))],
        [table(("source", "publisher", "tier", "published", "found by query"), rows)],
        rows=len(rows),
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
    items = [_signal_item(one) for one in found.signals] or [_claim_item(one, sources) for one in best(found.claims)]
    return Shown(
        numbers,
        [
            *_search_for_a_lead(found.attempt),
            f"{said or 'Nothing'} found.",
            failed(found.failed_steps),
            bullets(items),
            missing(found.gaps),
        ],
        [_signals_table(found.signals), _refused_table(found.refused), _claims_table(found.claims, sources)],
        rows=len(found.claims),
    )


def signals(found: Research, inputs: Inputs) -> Shown:
    """Show dated signals, newest first, as `research` does; its rows are the signals."""
    shown = research(found, inputs)
    return Shown(shown.numbers, shown.brief, shown.details, rows=len(found.signals))


def claim_set(claims: ClaimSet, inputs: Inputs) -> Shown:
    """Show claims with quote and source, and why others were refused."""
    sources = sources_of(inputs)
    by_type = Counter(claim.type.value for claim in claims.claims)
    named = {claim.source_id for claim in claims.claims}
    numbers = {
        "claims": len(claims.claims),
        "refused_claims": len(claims.refused),
        "invalid_claims": len(claims.invalid),
        "sources_with_claims": len(named),
    }
    said = f"{count(len(claims.claims), 'claim')} from {count(len(named), 'source')}"
    kinds = ", ".join(f"{kind} {number}" for kind, number in by_type.most_common())
    reasons = [
        f"{number} {what}: {plain(reason)}"
        for what, group in (("refused", claims.refused), ("set aside", claims.invalid))
        for reason, number in Counter(one.reason for one in group).most_common(2)
    ]
    return Shown(
        numbers,
        [f"{said}: {kinds}." if kinds else f"{said}.", bullets(reasons), bullets(_items(claims.claims, sources))],
        [_refused_table(claims.refused), _claims_table(claims.claims, sources)],
        rows=len(claims.claims),
    )


def context_packs(packs: list[ContextPack], inputs: Inputs) -> Shown:
    """Show which packs there are and how much they rest on."""
    rows = [(plain(pack.pack_type), str(len(pack.anchor_claim_ids)), plain(", ".join(pack.data))) for pack in packs]
    numbers = {"packs": len(packs), "anchors": sum(len(pack.anchor_claim_ids) for pack in packs)}
    return Shown(numbers, [table(("pack", "rests on claims", "holds"), rows)], rows=len(packs))


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
        "duplicate": numbers["duplicates_merged"],
        "conflict": len(merged.conflicts),
        "timeline": len(merged.timelines),
        "named person": len(merged.contacts_resolved),
        "doubtful group": len(merged.ambiguous),
    }
    said = f"{count(len(merged.merged), 'fact')} from {count(merged.stats.input_claims_count, 'claim')}"
    most = sorted(merged.merged, key=lambda one: (-len(one.source_ids), one.id))
    return Shown(
        numbers,
        [
            ": ".join(part for part in (said, counts(found)) if part) + ".",
            bullets(map(_conflict_item, merged.conflicts)),
            bullets(map(_timeline_item, merged.timelines)),
            bullets(_fact_item(one) for one in most[:3]),
        ],
        [_conflicts_table(merged.conflicts), _timelines_table(merged.timelines), _facts_table(most)],
        rows=len(merged.merged),
    )


def sources_of(inputs: Inputs) -> dict[str, Source]:
    """Return the sources that the inputs of an artifact found, by id."""
    return {one.source.id: one.source for made in inputs.values() for one in getattr(made, "found", ())}


def best(claims: Iterable[Claim]) -> list[Claim]:
    """Return the claims that a reviewer wants to see first: signals, the surest, the newest."""
    return sorted(
        claims,
        key=lambda one: (
            one.type is not ClaimType.SIGNAL,
            list(Confidence).index(one.confidence),
            -(one.event_date or date.min).toordinal(),
            one.id,
        ),
    )


def missing(gaps: Iterable[str | None]) -> str:
    """Return what is missing, as a list."""
    said = [plain(gap, 300) for gap in gaps if gap]
    return f"Missing:\n\n{bullets(said, 10)}" if said else ""


def failed(steps: Iterable[str]) -> str:
    """Return which steps gave no usable answer."""
    named = ", ".join(plain(step) for step in steps)
    return f"**Failed: {named}.** The dossier will be partial." if named else ""


def day(value: date | None, precision: Precision | None = None) -> str:
    """Return a date as exactly as it is known, short enough for a table."""
    if value is None:
        return ""
    cut = _SHORT_DATE.get(precision or Precision.DAY)
    return value.isoformat()[:cut] if cut else date_in_words(value, precision)


def _search_for_a_lead(attempt: Attempt | None) -> Iterator[str]:
    """Say what a run that began without a lead came to."""
    if attempt is None:
        return
    if attempt.lead is not None:
        yield f"**The lead: {plain(attempt.lead.name)}.** {plain(attempt.rationale, 300)}"
    else:
        yield f"**No lead.** {plain(attempt.reason or '', 300)} {plain(attempt.recommendation or '', 300)}"
    yield bullets((f"not {plain(one.name)}: {plain(one.reason)}" for one in attempt.refused), 3)


def _sources_in_words(found: Iterable[FoundSource], left_out: Mapping[str, int]) -> str:
    tiers = Counter(one.source.tier for one in found)
    said = ", ".join(f"{tier.value} {tiers[tier]}" for tier in Tier if tiers[tier])
    out = ", ".join(f"{number} {why}" for why, number in left_out.items() if number)
    return f"{count(tiers.total(), 'source')}{f': {said}' if said else ''}." + (f" Left out: {out}." if out else "")


def _source_item(found: FoundSource) -> str:
    source = found.source
    when = day(source.published_at, source.published_precision) or "undated"
    return f"{link(source.title, source.url, 100)} ({source.tier.value}, {when})"


def _signal_item(signal: Signal) -> str:
    when = date_in_words(signal.event_date, signal.date_precision)
    return f"**{signal.tier.value}**, {when}: {link(signal.headline, signal.url)}"


def _items(claims: Iterable[Claim], sources: Sources) -> list[str]:
    return [_claim_item(one, sources) for one in best(claims)]


def _claim_item(claim: Claim, sources: Sources) -> str:
    source = sources.get(claim.source_id)
    return f"{link(claim.statement, source.url if source else None)} ({claim.type.value}, {claim.source_tier.value})"


def _fact_item(fact: MergedClaim) -> str:
    said = f"{count(len(fact.source_ids), 'source')}, {count(len(fact.claim_ids), 'claim')}"
    return f"{link(fact.statement, fact.sources[0].url if fact.sources else None)} ({said})"


def _conflict_item(conflict: Conflict) -> str:
    values = plain(" or ".join(dict.fromkeys(value.value for value in conflict.values)))
    return f"**sources disagree on the {plain(conflict.kind)}**: {values}; preferred: {plain(conflict.preferred)}"


def _timeline_item(timeline: Timeline) -> str:
    return f"**changed**: {plain(timeline.subject, 100)}, now {plain(timeline.current)}"


def _signals_table(found: Iterable[Signal]) -> str:
    rows = [
        (
            plain(label(one.signal_type)),
            one.tier.value,
            day(one.event_date, one.date_precision),
            one.status.lower().replace("_", " "),
            link(one.headline, one.url),
        )
        for one in found
    ]
    return table(("signal", "tier", "date", "status", "what happened"), rows)


def _refused_table(refused: Iterable[RefusedClaim]) -> str:
    rows = [(plain(one.id), plain(one.reason), plain(one.draft.quote, 100)) for one in list(refused)[:3]]
    return table(("refused", "because", "its quote"), rows)


def _claims_table(claims: Iterable[Claim], sources: Sources) -> str:
    rows = []
    for one in best(claims):
        source = sources.get(one.source_id)
        said = "the same words" if one.quote == one.statement else plain(one.quote)
        origin = link(source.title, source.url, 60) if source else plain(one.source_id)
        rows.append((one.id, one.type.value, plain(one.statement), said, f"{origin} {one.source_tier.value}"))
    return table(("claim", "type", "says", "quote", "source"), rows)


def _facts_table(facts: Iterable[MergedClaim]) -> str:
    rows = [
        (one.id, one.type.value, one.status, plain(one.statement), plain(", ".join(one.claim_ids)), _origins(one))
        for one in facts
    ]
    return table(("fact", "type", "status", "says", "originals", "sources"), rows)


def _origins(fact: MergedClaim) -> str:
    by_source = {one.source_id: one for one in reversed(fact.sources)}
    shown = [by_source[source_id] for source_id in fact.source_ids if source_id in by_source][:_SOURCES_OF_A_FACT]
    more = len(fact.source_ids) - len(shown)
    named = [f"{link(one.name, one.url, 40)} {one.tier.value}" for one in shown]
    return ", ".join([*named, f"{more} more"] if more else named)


def _conflicts_table(conflicts: Iterable[Conflict]) -> str:
    rows = [
        (
            plain(one.kind),
            plain("; ".join(f"{value.value} ({value.tier.value}, {value.claim_id})" for value in one.values), 300),
            plain(one.preferred),
            plain(one.rule),
        )
        for one in conflicts
    ]
    return table(("sources disagree on", "values", "preferred", "because"), rows)


def _timelines_table(timelines: Iterable[Timeline]) -> str:
    rows = [
        (
            plain(one.subject, 100),
            plain(one.current),
            plain("; ".join(f"{day(step.date_reported)} {step.value}".strip() for step in one.history), 300),
        )
        for one in timelines
    ]
    return table(("changed", "now", "reported"), rows)
