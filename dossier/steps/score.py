"""Scores a lead: 0 to 100, itemised, each part with its reason and the claims it rests on.

Here: the choice of the formula, the client's own weights, total, tier and urgency. Not here: the formulas
(`score_formulas.py`), fit, timing and freshness (`score_aspects.py`), and what they ask of the evidence
(`score_facts.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from dossier.models import Client, Lead, MergeResult, Score, ScorePart, Signal
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.events import Published, publications
from dossier.steps.score_aspects import aspects_of
from dossier.steps.score_facts import ScoreFacts
from dossier.steps.score_formulas import FORMULAS
from dossier.steps.unread import unread_points

DEFAULT = "columnline"


def score_lead(
    lead: Lead,
    client: Client,
    merged: MergeResult,
    signals: Sequence[Signal],
    reference_date: date,
    published: Published | None = None,
    unread: Sequence[str] = (),
) -> Score:
    """Return the score of `lead` for `client` by the client's formula; pure, the same input gives the same score.

    `published` are the days of publication by source id: they date events whose claims state no date. `unread` are
    research steps that did not read: what they would tell is said to be unknown, not absent.

    A formula that is not known is replaced by `columnline`, and `formula` says so. `scoring_weights` of the
    profile replace the points of the same name.
    """
    name = client.config.scoring if client.config.scoring in FORMULAS else DEFAULT
    formula, _ = FORMULAS[name]
    facts = ScoreFacts(lead, client, merged, signals, reference_date, published or {})
    parts = unread_points(formula(facts, points_of(client)), unread)
    total, urgency = _total(parts), facts.urgency.value
    return Score(
        total=total,
        tier=tier_of(total),
        formula=name,
        timing_urgency=urgency,
        parts=parts,
        aspects=aspects_of(facts, parts),
        unread=list(unread),
    )


def record_score(ctx: RunContext, merged: MergeResult, signals: Sequence[Signal], unread: Sequence[str] = ()) -> Score:
    """Score the run's lead as the step run `score`; `unread` are research steps that did not read."""
    return ctx.exchange.record(
        "score",
        ctx.variables(
            claims=Variable([claim.id for claim in merged.merged], "previous_step", "claims_merge"),
            signals=Variable([signal.id for signal in signals], "previous_step", "signal_discovery"),
        ),
        lambda: score_lead(
            ctx.lead, ctx.client, merged, signals, ctx.reference_date, publications(ctx, merged), unread
        ),
        counts=lambda score: {"score": score.total},
    )


def points_of(client: Client) -> dict[str, float]:
    """Return the points of the client's formula, its own weights put in; a weight below zero counts as zero."""
    _, points = FORMULAS.get(client.config.scoring, FORMULAS[DEFAULT])
    own = _own_weights(client)
    return {name: own.get(name, value) for name, value in points.items()}


def unknown_weights(client: Client) -> list[str]:
    """Return the names in the client's `scoring_weights` that its formula does not have, sorted."""
    return sorted(set(_own_weights(client)) - set(points_of(client)))


def _own_weights(client: Client) -> dict[str, float]:
    weights: Mapping[str, float] = client.config.icp_config.scoring_weights
    return {
        "_".join(name.lower().replace("-", " ").replace("_", " ").split()): max(value, 0.0)
        for name, value in weights.items()
        if math.isfinite(value)
    }


def _total(parts: Sequence[ScorePart]) -> int:
    """Return the sum in whole points, halves upwards, 100 at most."""
    return min(100, math.floor(sum(part.value for part in parts) + 0.5))


def tier_of(total: int) -> Literal["A", "B", "C", "D"]:
    """Return the tier of a total."""
    if total >= 80:
        return "A"
    if total >= 60:
        return "B"
    return "C" if total >= 40 else "D"
