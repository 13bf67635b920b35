"""Asset 14: the sections that writers write, side by side."""

from __future__ import annotations

from dossier.models import ClaimSet, ContextPack, DossierPlan, Insight, MergeResult, Research, Score, SectionSet
from dossier.open_runs import OpenRun
from dossier.steps.sections import write_sections
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.WRITE,
    show=written_previews.section_set,
    steps=(
        "writer_intro",
        "writer_signals",
        "writer_lead_intelligence",
        "writer_strategy",
        "writer_opportunity",
        "writer_client_specific",
    ),
    checks=(checks.SECTION_IDS,),
    kinds=frozenset({"prompt", "table"}),
)
def sections(
    run: OpenRun,
    merged_claims: MergeResult,
    claims: ClaimSet,
    dossier_plan: DossierPlan,
    score: Score,
    insight: Insight,
    signals: Research,
    context_packs: list[ContextPack],
) -> SectionSet:
    """The written sections: every fact cites claims, a section without any says so."""
    newest = context_packs[-1] if context_packs else None
    return write_sections(run.context, merged_claims, dossier_plan, score, insight, signals.signals, newest, claims)
