"""Asset 16: the dossier, assembled and checked."""

from __future__ import annotations

from dossier.models import (
    ClaimSet,
    ContactSet,
    Dossier,
    FactCheck,
    Insight,
    MergeResult,
    Research,
    Score,
    SectionSet,
    SourceSet,
)
from dossier.open_runs import OpenRun
from dossier.steps.dossier import assemble
from dossier.steps.parts import Parts
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.DELIVER,
    show=written_previews.dossier,
    checks=(checks.INVARIANTS,),
    kinds=frozenset({"python", "report"}),
)
def dossier(
    run: OpenRun,
    sources: SourceSet,
    signals: Research,
    entity_research: Research,
    contact_research: Research,
    enrichment: Research,
    claims: ClaimSet,
    merged_claims: MergeResult,
    score: Score,
    insight: Insight,
    sections: SectionSet,
    contacts: ContactSet,
    fact_check: FactCheck,
) -> Dossier:
    """The dossier: nine sections in order, with claims, sources, conflicts and gaps."""
    research = [signals, entity_research, contact_research, enrichment]
    read = [found.source for found in sources.found]
    written = (insight, sections, contacts, fact_check)
    parts = Parts(research, claims, merged_claims, score, *written, run.cost(), read, sources.not_searched)
    return assemble(run.context, parts)
