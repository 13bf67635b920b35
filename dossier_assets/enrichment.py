"""Asset 6: four branches of deeper research, side by side."""

from __future__ import annotations

from dossier.models import Research, SourceSet
from dossier.open_runs import OpenRun
from dossier.steps.enrichment import enrich
from dossier_assets import previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.ENRICH,
    show=previews.research,
    steps=("enrich_lead", "enrich_opportunity", "client_specific", "media"),
    kinds=frozenset({"prompt", "table"}),
)
def enrichment(
    run: OpenRun, signals: Research, entity_research: Research, contact_research: Research, sources: SourceSet
) -> Research:
    """The company, the opportunity, the client's own questions and pictures, researched side by side."""
    return enrich(run.context, signals, entity_research, contact_research, sources)
