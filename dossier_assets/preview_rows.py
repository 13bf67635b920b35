"""One line or one table row of each noun, as the previews on Dagster's pages show it.

Here: how a source, signal, claim, fact, conflict or timeline reads in a list and in a table, and what comes first.
Not here: what an artifact shows (`previews.py`, `written_previews.py`). Every word from outside goes through `plain`
or `link`; a table has at most four columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


def conflict_item(conflict: Conflict) -> str:
    """Return what sources disagree on, and which value is preferred."""
    values = plain(" or ".join(dict.fromkeys(value.value for value in conflict.values)))
    return f"**sources disagree on the {plain(conflict.kind)}**: {values}; preferred: {plain(conflict.preferred)}"


def source_item(found: FoundSource) -> str:
    """Return a source, linked, with its tier and date."""
    source = found.source
    when = day(source.published_at, source.published_precision) or "undated"
    return f"{link(source.title, source.url, 100)} ({source.tier.value}, {when})"


def sources_table(found: Iterable[FoundSource]) -> str:
    """Return the sources, and which queries found them."""
    rows = [
        (
            ", ".join(filter(None, (link(one.source.title, one.source.url), plain(one.source.publisher or "", 60)))),
            one.source.tier.value,
            day(one.source.published_at, one.source.published_precision),
            ", ".join(str(query + 1) for query in one.queries),
        )
        for one in found
    ]
    return table(("source", "tier", "published", "found by query"), rows)


def signal_item(signal: Signal) -> str:
    """Return a signal, linked, with its tier and date."""
    when = date_in_words(signal.event_date, signal.date_precision)
    return f"**{signal.tier.value}**, {when}: {link(signal.headline, signal.url)}"


def signals_table(found: Iterable[Signal]) -> str:
    """Return the signals, linked."""
    rows = [
        (
            plain(label(one.signal_type)),
            one.tier.value,
            day(one.event_date, one.date_precision) or "undated",
            f"{link(one.headline, one.url)} ({one.status.lower().replace('_', ' ')})",
        )
        for one in found
    ]
    return table(("signal", "tier", "date", "what happened"), rows, "Signals")


def claim_items(claims: Iterable[Claim], sources: Sources) -> Iterator[str]:
    """Yield the claims, the best first, linked to their sources."""
    for one in best(claims):
        source = sources.get(one.source_id)
        yield f"{link(one.statement, source.url if source else None)} ({one.type.value}, {one.source_tier.value})"


def claims_table(claims: Iterable[Claim], sources: Sources) -> str:
    """Return the claims, the best first, with their quotes and sources."""
    rows = []
    for one in best(claims):
        source = sources.get(one.source_id)
        said = "" if one.quote == one.statement else f": “{plain(one.quote)}”"
        origin = link(source.title, source.url, 60) if source else plain(one.source_id)
        rows.append((one.id, one.type.value, plain(one.statement) + said, f"{origin} {one.source_tier.value}"))
    return table(("claim", "type", "says, and “the quote” where it reads otherwise", "source"), rows, "Claims")


def refused_table(refused: Iterable[RefusedClaim]) -> str:
    """Return three refused drafts, and why."""
    rows = [(plain(one.id), plain(one.reason), plain(one.draft.quote, 100)) for one in list(refused)[:3]]
    return table(("claim", "refused because", "its quote"), rows, "Refused")


def fact_item(fact: MergedClaim) -> str:
    """Return a fact, linked, and how much it rests on."""
    said = f"{count(len(fact.source_ids), 'source')}, {count(len(fact.claim_ids), 'claim')}"
    return f"{link(fact.statement, fact.sources[0].url if fact.sources else None)} ({said})"


def facts_table(facts: Iterable[MergedClaim]) -> str:
    """Return the facts with their originals and all that report them."""
    rows = [
        (
            f"{one.id} {one.type.value}",
            plain(one.statement) + ("" if one.status == "current" else f" **{one.status}**"),
            plain(", ".join(one.claim_ids)),
            _origins(one),
        )
        for one in facts
    ]
    return table(("fact", "says", "originals", "sources"), rows, "Facts")


def _origins(fact: MergedClaim) -> str:
    by_source = {one.source_id: one for one in reversed(fact.sources)}
    shown = [by_source[source_id] for source_id in fact.source_ids if source_id in by_source][:_SOURCES_OF_A_FACT]
    more = len(fact.source_ids) - len(shown)
    named = [f"{link(one.name, one.url, 40)} {one.tier.value}" for one in shown]
    return ", ".join([*named, f"{more} more"] if more else named)


def conflicts_table(conflicts: Iterable[Conflict]) -> str:
    """Return where sources disagree, each value with its source, and why one is preferred."""
    rows = [
        (
            plain(one.kind),
            plain("; ".join(f"{value.value} ({value.tier.value}, {value.claim_id})" for value in one.values), 300),
            plain(one.preferred),
            plain(one.rule),
        )
        for one in conflicts
    ]
    return table(("on the", "values", "preferred", "because"), rows, "Sources disagree")


def timeline_item(timeline: Timeline) -> str:
    """Return what changed, and what holds now."""
    return f"**changed**: {plain(timeline.subject, 100)}, now {plain(timeline.current)}"


def timelines_table(timelines: Iterable[Timeline]) -> str:
    """Return what changed, and when which value was reported."""
    rows = [
        (
            plain(one.subject, 100),
            plain(one.current),
            plain("; ".join(f"{day(step.date_reported)} {step.value}".strip() for step in one.history), 300),
        )
        for one in timelines
    ]
    return table(("what", "now", "reported"), rows, "Changed")
