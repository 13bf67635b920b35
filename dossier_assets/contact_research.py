"""Asset 5: people whom the sources name."""

from __future__ import annotations

from dossier.models import Research, SourceSet
from dossier.open_runs import OpenRun
from dossier.steps.contact_research import discover_contacts
from dossier_assets import previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.FIND_LEAD,
    show=previews.research,
    steps=("contact_discovery",),
    kinds=frozenset({"prompt", "table"}),
)
def contact_research(run: OpenRun, signals: Research, entity_research: Research, sources: SourceSet) -> Research:
    """People whom the sources name, with title and organisation."""
    return discover_contacts(run.context, signals, entity_research, sources)
