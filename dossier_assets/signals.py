"""Asset 3: dated events that suggest a purchase."""

from __future__ import annotations

from dossier.models import Research, SearchPlan, Signal, SourceSet
from dossier.open_runs import OpenRun
from dossier.steps.discovery import find_signals
from dossier_assets import checks, previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.FIND_LEAD,
    show=previews.research,
    steps=("signal_discovery",),
    checks=(checks.SIGNALS_REST_ON_CLAIMS,),
    kinds=frozenset({"prompt", "table"}),
    columns=Signal,
)
def signals(run: OpenRun, search_queries: SearchPlan, sources: SourceSet) -> Research:
    """Dated buying signals of the lead, newest first, with their claims."""
    return find_signals(run.context, search_queries, sources)
