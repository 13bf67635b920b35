"""Asset 9: how good the lead is, in parts."""

from __future__ import annotations

from dossier.models import MergeResult, Research, Score
from dossier.open_runs import OpenRun
from dossier.steps.score import record_score
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.JUDGE,
    show=written_previews.score,
    checks=(checks.SCORE_IDS,),
    kinds=frozenset({"python", "table"}),
)
def score(run: OpenRun, merged_claims: MergeResult, signals: Research) -> Score:
    """The lead's score from 0 to 100, in parts with reasons and evidence."""
    return record_score(run.context, merged_claims, signals.signals, signals.failed_steps)
