"""Asset 2: the documents that the queries found."""

from __future__ import annotations

from dossier.models import SearchPlan, Source, SourceSet
from dossier.open_runs import OpenRun
from dossier.steps.sources import find_sources
from dossier_assets import checks, previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.FIND_LEAD,
    show=previews.source_set,
    checks=(checks.NO_LATER_SOURCE,),
    kinds=frozenset({"python", "source"}),
    columns=Source,
)
def sources(run: OpenRun, search_queries: SearchPlan) -> SourceSet:
    """The documents that the queries found, each once, none younger than the reference date."""
    return find_sources(run.context, search_queries)
