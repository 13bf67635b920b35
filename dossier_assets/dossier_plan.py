"""Asset 11: which fact goes into which section."""

from __future__ import annotations

from dossier.models import DossierPlan, MergeResult, Score
from dossier.open_runs import OpenRun
from dossier.steps.dossier_plan import plan_dossier
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(Stage.JUDGE, show=written_previews.dossier_plan, checks=(checks.ALL_ROUTED,))
def dossier_plan(run: OpenRun, merged_claims: MergeResult, score: Score) -> DossierPlan:
    """Where every merged claim goes, or why it goes nowhere."""
    return plan_dossier(run.context, merged_claims, score)
