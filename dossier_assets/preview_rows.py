"""One line or one table row of each noun, as the previews on Dagster's pages show it.

Here: how a source, signal, claim, fact, conflict or timeline reads in a list and in a table, and what comes first.
Not here: what an artifact shows (`previews.py`, `written_previews.py`). Every word from outside goes through `plain`
or `link`; a table has at most four columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from dossier.exports.wording import count, date_in_words, label
from dossier.models import (
    Claim,
    ClaimType,
    Confidence,
    Conflict,
    FoundSource,
    MergedClaim,
    Precision,
    RefusedClaim,
    Signal,
    SignalTier,
    Source,
    Timeline,
)
from dossier_assets.metadata import bullets, link, plain, table

Sources = Mapping[str, Source]

_SHORT_DATE = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}
_SOURCES_OF_A_FACT = 3


def sources_of(inputs: Mapping[str, Any]) -> dict[str, Source]:
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


def strongest(signals: Iterable[Signal]) -> list[Signal]:
    """Return the signals that a reviewer wants to see first: the hot ones; within a tier as they come."""
    return sorted(signals, key=lambda one: list(SignalTier).index(one.tier))


def missing(gaps: Iterable[str | None]) -> str:
    """Return what is missing, as a list."""
    said = [gap for gap in gaps if gap]
    return f"Missing:\n\n{bullets(said, lambda gap: plain(gap, 300), 10)}" if said else ""


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


def source_items(found: Sequence[FoundSource]) -> str:
    """Return the sources as a list, linked, with their tiers and dates."""

    def say(one: FoundSource) -> str:
        when = day(one.source.published_at, one.source.published_precision) or "undated"
        return f"{link(one.source.title, one.source.url, 100)} ({one.source.tier.value}, {when})"

    return bullets(found, say)


def sources_table(found: Sequence[FoundSource]) -> str:
    """Return the sources, and which queries found them."""

    def row(one: FoundSource) -> tuple[str, ...]:
        source = one.source
        return (
            ", ".join(filter(None, (link(source.title, source.url), plain(source.publisher or "", 60)))),
            source.tier.value,
            day(source.published_at, source.published_precision),
            ", ".join(str(query + 1) for query in one.queries),
        )

    return table(("source", "tier", "published", "found by query"), found, row)


def signal_items(found: Sequence[Signal]) -> str:
    """Return the signals as a list, linked, with their tiers and dates."""

    def say(one: Signal) -> str:
        when = date_in_words(one.event_date, one.date_precision)
        return f"**{one.tier.value}**, {when}: {link(one.headline, one.url)}"

    return bullets(found, say)


def signals_table(found: Sequence[Signal]) -> str:
    """Return the signals, linked."""

    def row(one: Signal) -> tuple[str, ...]:
        return (
            plain(label(one.signal_type)),
            one.tier.value,
            day(one.event_date, one.date_precision) or "undated",
            f"{link(one.headline, one.url)} ({one.status.lower().replace('_', ' ')})",
        )

    return table(("signal", "tier", "date", "what happened"), found, row, "Signals")


def claim_items(claims: Sequence[Claim], sources: Sources) -> str:
    """Return the claims as a list, linked to their sources."""

    def say(one: Claim) -> str:
        source = sources.get(one.source_id)
        return f"{link(one.statement, source.url if source else None)} ({one.type.value}, {one.source_tier.value})"

    return bullets(claims, say)


def claims_table(claims: Sequence[Claim], sources: Sources) -> str:
    """Return the claims with their quotes and sources."""

    def row(one: Claim) -> tuple[str, ...]:
        source = sources.get(one.source_id)
        said = "" if one.quote == one.statement else f": “{plain(one.quote)}”"
        origin = link(source.title, source.url, 60) if source else plain(one.source_id)
        return one.id, one.type.value, plain(one.statement) + said, f"{origin} {one.source_tier.value}"

    return table(("claim", "type", "says, and “the quote” where it reads otherwise", "source"), claims, row, "Claims")


def refused_table(refused: Sequence[RefusedClaim]) -> str:
    """Return three refused drafts, and why."""

    def row(one: RefusedClaim) -> tuple[str, ...]:
        return plain(one.id), plain(one.reason), plain(one.draft.quote, 100)

    return table(("claim", "refused because", "its quote"), refused[:3], row, "Refused")


def fact_items(facts: Sequence[MergedClaim]) -> str:
    """Return three facts as a list, linked, and how much each rests on."""

    def say(one: MergedClaim) -> str:
        said = f"{count(len(one.source_ids), 'source')}, {count(len(one.claim_ids), 'claim')}"
        return f"{link(one.statement, one.sources[0].url if one.sources else None)} ({said})"

    return bullets(facts[:3], say)


def facts_table(facts: Sequence[MergedClaim]) -> str:
    """Return the facts with their originals and all that report them."""

    def row(one: MergedClaim) -> tuple[str, ...]:
        said = plain(one.statement) + ("" if one.status == "current" else f" **{one.status}**")
        return f"{one.id} {one.type.value}", said, plain(", ".join(one.claim_ids)), _origins(one)

    return table(("fact", "says", "originals", "sources"), facts, row, "Facts")


def _origins(fact: MergedClaim) -> str:
    by_source = {one.source_id: one for one in reversed(fact.sources)}
    shown = [by_source[source_id] for source_id in fact.source_ids if source_id in by_source][:_SOURCES_OF_A_FACT]
    more = len(fact.source_ids) - len(shown)
    named = [f"{link(one.name, one.url, 40)} {one.tier.value}" for one in shown]
    return ", ".join([*named, f"{more} more"] if more else named)


def conflict_items(conflicts: Sequence[Conflict]) -> str:
    """Return as a list what sources disagree on, and which value is preferred."""

    def say(one: Conflict) -> str:
        values = plain(" or ".join(dict.fromkeys(value.value for value in one.values)))
        return f"**sources disagree on the {plain(one.kind)}**: {values}; preferred: {plain(one.preferred)}"

    return bullets(conflicts, say)


def conflicts_table(conflicts: Sequence[Conflict]) -> str:
    """Return where sources disagree, each value with its source, and why one is preferred."""

    def row(one: Conflict) -> tuple[str, ...]:
        values = "; ".join(f"{value.value} ({value.tier.value}, {value.claim_id})" for value in one.values)
        return plain(one.kind), plain(values, 300), plain(one.preferred), plain(one.rule)

    return table(("on the", "values", "preferred", "because"), conflicts, row, "Sources disagree")


def timeline_items(timelines: Sequence[Timeline]) -> str:
    """Return as a list what changed, and what holds now."""
    return bullets(timelines, lambda one: f"**changed**: {plain(one.subject, 100)}, now {plain(one.current)}")


def timelines_table(timelines: Sequence[Timeline]) -> str:
    """Return what changed, and when which value was reported."""

    def row(one: Timeline) -> tuple[str, ...]:
        reported = "; ".join(f"{day(step.date_reported)} {step.value}".strip() for step in one.history)
        return plain(one.subject, 100), plain(one.current), plain(reported, 300)

    return table(("what", "now", "reported"), timelines, row, "Changed")
