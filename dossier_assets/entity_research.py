"""Asset 4: who the organisation is, and its project."""

from __future__ import annotations

from dossier.models import Research, SourceSet
from dossier.open_runs import OpenRun
from dossier.steps.entity_research import research_entity
from dossier_assets import previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.FIND_LEAD,
    show=previews.research,
    steps=("entity_research",),
    kinds=frozenset({"prompt", "table"}),
)
def entity_research(run: OpenRun, signals: Research, sources: SourceSet) -> Research:
    """Who the organisation is, what it builds and with whom."""
    return research_entity(run.context, signals, sources)
