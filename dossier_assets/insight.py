"""Asset 10: what the facts mean for a sale."""

from __future__ import annotations

from dossier.models import ClaimSet, ContextPack, Insight, MergeResult, Research, Score
from dossier.open_runs import OpenRun
from dossier.steps.insight import derive_insight
from dossier_assets import written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(Stage.JUDGE, show=written_previews.insight, steps=("insight",), kinds=frozenset({"prompt"}))
def insight(
    run: OpenRun,
    merged_claims: MergeResult,
    claims: ClaimSet,
    score: Score,
    signals: Research,
    context_packs: list[ContextPack],
) -> Insight:
    """What the facts mean for a sale: interpretation, each sentence with what it rests on."""
    newest = context_packs[-1] if context_packs else None
    return derive_insight(run.context, merged_claims, score, signals.signals, newest, claims)
