"""Asks what the evidence means: interpretation, labelled as such, each sentence with its claims.

Here: the ask, and what of the answer may stay. Not here: where the insight is shown (`sections.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dossier.errors import StepFailed
from dossier.models import ContextPack, Insight, MergeResult, Score, Signal
from dossier.run_context import RunContext
from dossier.steps.writing import Checker, Evidence, writing_variables


def derive_insight(
    ctx: RunContext,
    merged: MergeResult,
    score: Score,
    signals: Sequence[Signal],
    pack: ContextPack | None = None,
) -> Insight:
    """Return the insight; a step without a usable answer leaves a gap and stands in `failed_steps`."""
    evidence = Evidence(merged, signals, score, pack=pack)
    try:
        answer = ctx.exchange.ask("insight", writing_variables(ctx, evidence), Insight)
    except StepFailed as fault:
        return Insight(gap=f"The insight is missing: its step {fault.gap}.", failed_steps=["insight"])
    return _checked(answer, merged)


def _checked(answer: Insight, merged: MergeResult) -> Insight:
    """Keep what rests on known claims. Every sentence counts as interpretation, whatever the answer calls it."""
    checker = Checker.of(merged)
    sentences = [
        sentence.model_copy(update={"kind": "interpretation"}) for sentence in checker.sentences(answer.sentences)
    ]
    gap = " ".join(filter(None, (answer.gap, checker.rejected())))
    return Insight(
        the_math=checker.content(answer.the_math),
        competitive_positioning=checker.content(answer.competitive_positioning),
        deal_strategy=checker.content(answer.deal_strategy),
        sentences=sentences,
        gap=gap or None,
    )
