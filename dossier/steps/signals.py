"""Finds buying signals: asks for them, binds their claims, and builds the dated signals from the claims.

Here: which claims become signals, their type and tier by the client's profile, and the one to start from. Not
here: why-now and the score, which later steps take from the signals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from dossier.models import (
    Claim,
    ClaimType,
    IcpConfig,
    Research,
    SearchPlan,
    Signal,
    SignalTier,
    Source,
    SourceSet,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.context_packs import pack_signals, usable_claims
from dossier.steps.research import Finding, Reading, as_research, investigate, read_sources

MAX_HEADLINE = 100
_NUMBER_AT_END = re.compile(r"(?:\s+[^\s]*\d[^\s]*)+$")
PRIMARY_MAX_AGE_DAYS = 365
KNOWN_TYPES = ("EPCM_AWARD", "PERMIT", "REGULATORY", "FUNDING", "EXPANSION", "HIRING")


def discover_signals(ctx: RunContext, plan: SearchPlan, sources: SourceSet) -> Research:
    """Return the signals of the lead, newest first, with their claims and the pack `signal_to_entity`."""
    reading = read_sources(ctx, sources)
    finding = investigate(ctx, "signal_discovery", reading, **given(plan))
    return signals_of(ctx, finding, reading, sources)


def given(plan: SearchPlan, excluded: Sequence[str] = ()) -> dict[str, Variable]:
    """Return what only `signal_discovery` is given: the plan, and whom a search for a lead must not find."""
    return {
        "search_plan": Variable(plan, "previous_step", "search_builder"),
        "excluded": Variable(list(excluded), "computed"),
    }


def signals_of(ctx: RunContext, finding: Finding, reading: Reading, sources: SourceSet) -> Research:
    """Return the signals that the claims of `finding` give; what `sources` left out is a gap."""
    claims = usable_claims([as_research([finding])])
    signals, gaps = build_signals(claims, reading.documents, ctx.client.config.icp_config)
    pack = pack_signals(ctx, claims, primary_signal(signals, ctx.reference_date))
    told = [*_source_gaps(ctx, sources), *reading.gaps, *gaps, *_silence(finding, signals)]
    return as_research([finding], pack, signals, told)


def _source_gaps(ctx: RunContext, sources: SourceSet) -> list[str]:
    day = ctx.reference_date.isoformat()
    left_out = {
        f"published after {day}": sources.left_out_after_reference,
        "on excluded domains": sources.left_out_excluded,
    }
    nothing = [] if sources.found else [f"No source about {ctx.lead.name} was found."]
    return nothing + [f"{_count(number, 'source')} left out: {why}." for why, number in left_out.items() if number]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun} was" if number == 1 else f"{number} {noun}s were"


def _silence(finding: Finding, signals: Sequence[Signal]) -> list[str]:
    """Claims that make no signal are a gap of their own; a step without claims has said so already."""
    told = bool(signals) or finding.failed or finding.gap is not None
    return [] if told else ["The sources tell of no event that suggests a purchase."]


def build_signals(
    claims: Sequence[Claim], sources: Mapping[str, Source], icp: IcpConfig
) -> tuple[list[Signal], list[str]]:
    """Make signals of the claims of type SIGNAL, newest first, undated last; the same event is one signal.

    Returns the signals and the gaps: events whose type neither the profile nor the domain knows are counted.
    """
    groups: dict[tuple[object, ...], list[Claim]] = {}
    unknown = 0
    for claim in claims:
        if claim.type is not ClaimType.SIGNAL:
            continue
        if signal_type(claim, icp) is None:
            unknown += 1
        else:
            groups.setdefault(_event_key(claim), []).append(claim)
    gaps = (
        [f"{_count(unknown, 'event')} left out: of no kind that the profile or the product knows."] if unknown else []
    )
    drafts = [_signal(group, sources, icp) for group in groups.values()]
    drafts.sort(key=lambda signal: (_newest_first(signal), list(SignalTier).index(signal.tier), signal.claim_ids[0]))
    return [signal.model_copy(update={"id": f"signal_{n:03d}"}) for n, signal in enumerate(drafts, 1)], gaps


def _newest_first(signal: Signal) -> int:
    return -(signal.event_date.toordinal() if signal.event_date else 0)


def _event_key(claim: Claim) -> tuple[object, ...]:
    """Two claims are one event if type, date, place and figures agree; undated ones if they say the same."""
    details = claim.details
    if claim.event_date is None:
        return (claim.statement.casefold(),)
    figures = (details.amount and details.amount.amount, details.count and details.count.number)
    return (details.signal_type, claim.event_date, claim.date_precision, details.place, *figures)


def signal_type(claim: Claim, icp: IcpConfig) -> tuple[str, SignalTier] | None:
    """Return type and tier of a claim's signal: the profile's name and tier (without one: PLANNING), else one
    of the domain's types (PASSIVE), else None.
    """
    said = _folded(claim.details.signal_type or "")
    for signal in icp.signals:
        if _folded(signal.name) == said:
            return signal.name, SignalTier((signal.tier or "planning").upper())
    return next(((known, SignalTier.PASSIVE) for known in KNOWN_TYPES if _folded(known) == said), None)


def _folded(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _signal(group: Sequence[Claim], sources: Mapping[str, Source], icp: IcpConfig) -> Signal:
    """One signal of the claims of one event; the best source speaks for it."""
    best = min(group, key=lambda claim: (claim.source_tier.rank, claim.id))
    name, tier = signal_type(best, icp) or ("", SignalTier.PASSIVE)
    return Signal(
        id="",
        signal_type=name,
        tier=tier,
        headline=headline(best.statement),
        event_date=best.event_date,
        date_precision=best.date_precision,
        source_id=best.source_id,
        url=sources[best.source_id].url,
        amount=best.details.amount,
        status=best.details.status or "ANNOUNCED",
        claim_ids=[claim.id for claim in group],
    )


def headline(statement: str) -> str:
    """Return `statement` in at most MAX_HEADLINE characters, cut between words, never behind a number.

    What a number counts may stand behind the cut: `$500` is not `$500 million`.
    """
    if len(statement) <= MAX_HEADLINE:
        return statement
    kept = statement[: MAX_HEADLINE - 1].rsplit(" ", 1)[0]
    return _NUMBER_AT_END.sub("", kept).rstrip(" ,;:") + "…"


def primary_signal(signals: Sequence[Signal], reference_date: date) -> Signal | None:
    """Return the signal to start from: the hottest, then the newest, dated and at most a year old."""
    fresh = [
        signal
        for signal in signals
        if signal.event_date and (reference_date - signal.event_date).days <= PRIMARY_MAX_AGE_DAYS
    ]
    return min(fresh, key=lambda signal: (list(SignalTier).index(signal.tier), _newest_first(signal)), default=None)


def primary_variable(ctx: RunContext, signals: Research) -> Variable:
    """Return the prompt variable `primary_signal` (or null)."""
    return Variable(primary_signal(signals.signals, ctx.reference_date), "previous_step", "signal_discovery")
