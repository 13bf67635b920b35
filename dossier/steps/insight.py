"""Asks what the evidence means: interpretation, labelled as such, each sentence with its claims.

Here: the ask, and what of the answer may stay. Not here: where the insight is shown (`sections.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dossier.errors import StepFailed
from dossier.models import ClaimSet, ContextPack, Insight, MergeResult, Score, Signal
from dossier.run_context import RunContext
from dossier.steps.missing import said_missing
from dossier.steps.style import insight_faults, preferences_of
from dossier.steps.writing import Checker, Evidence, faults_of, rehearse, writing_variables


def derive_insight(
    ctx: RunContext,
    merged: MergeResult,
    score: Score,
    signals: Sequence[Signal],
    pack: ContextPack | None = None,
    claims: ClaimSet | None = None,
) -> Insight:
    """Return the insight; a step without a usable answer leaves a gap and stands in `failed_steps`.

    With `claims`, a model is told once what the fact-check would drop.
    """
    evidence = Evidence(merged, signals, score, pack=pack, rehearsal=rehearse(ctx, merged, claims))
    try:
        answer = ctx.exchange.ask("insight", writing_variables(ctx, evidence), Insight, _check(ctx, evidence))
    except StepFailed as fault:
        return Insight(gap=f"The insight is missing: its step {fault.gap}.", failed_steps=["insight"])
    return _checked(answer, merged)


def _check(ctx: RunContext, evidence: Evidence) -> Callable[[Insight], list[str]] | None:
    if not ctx.by_model:
        return None
    wanted = preferences_of(ctx.client)

    def faults(answer: Insight) -> list[str]:
        parts = ("the_math", "competitive_positioning", "deal_strategy")
        content = answer.model_dump(mode="json", include=set(parts))
        views = [sentence.model_copy(update={"kind": "interpretation"}) for sentence in answer.sentences]
        return [*faults_of(evidence, "strategy", content, views), *insight_faults(answer, wanted)]

    return faults


def _checked(answer: Insight, merged: MergeResult) -> Insight:
    """Keep what rests on known claims. Every sentence counts as interpretation, whatever the answer calls it."""
    checker = Checker.of(merged)
    sentences = [
        sentence.model_copy(update={"kind": "interpretation"}) for sentence in checker.sentences(answer.sentences)
    ]
    gap = " ".join(filter(None, (said_missing(answer.gap), checker.rejected())))
    return Insight(
        the_math=checker.content(answer.the_math),
        competitive_positioning=checker.content(answer.competitive_positioning),
        deal_strategy=checker.content(answer.deal_strategy),
        sentences=sentences,
        gap=gap or None,
    )
