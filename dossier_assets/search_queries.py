"""Asset 1: what to look for."""

from __future__ import annotations

from dossier.models import SearchPlan
from dossier.open_runs import OpenRun
from dossier.steps.search_queries import plan_queries
from dossier_assets import previews
from dossier_assets.artifact import Stage, artifact


@artifact(Stage.FIND_LEAD, show=previews.search_plan, steps=("search_builder",), kinds=frozenset({"prompt"}))
def search_queries(run: OpenRun) -> SearchPlan:
    """The search plan: three to five queries, the most specific first."""
    return plan_queries(run.context)
