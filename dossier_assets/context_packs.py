"""Asset 18: the handovers between stages, collected."""

from __future__ import annotations

from dossier.models import ContextPack, Research
from dossier.open_runs import OpenRun
from dossier.steps.context_packs import collect_packs
from dossier_assets import checks, previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.EVIDENCE,
    show=previews.context_packs,
    checks=(checks.ANCHORS_EXIST,),
    kinds=frozenset({"python", "json"}),
)
def context_packs(
    run: OpenRun, signals: Research, entity_research: Research, contact_research: Research
) -> list[ContextPack]:
    """The short handovers that were built at the end of the research steps."""
    return collect_packs(run.context, [signals, entity_research, contact_research])
