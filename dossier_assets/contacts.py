"""Asset 12: people to talk to."""

from __future__ import annotations

from dossier.models import (
    ClaimSet,
    Contact,
    ContactSet,
    ContextPack,
    DossierPlan,
    Insight,
    MergeResult,
    Research,
    Score,
)
from dossier.open_runs import OpenRun
from dossier.steps.contact_profiles import choose_contacts
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.WRITE,
    show=written_previews.contact_set,
    steps=("enrich_contact",),
    checks=(checks.CONTACT_IDS, checks.ONE_PRIMARY),
    kinds=frozenset({"prompt", "table"}),
    columns=Contact,
)
def contacts(
    run: OpenRun,
    merged_claims: MergeResult,
    claims: ClaimSet,
    dossier_plan: DossierPlan,
    score: Score,
    insight: Insight,
    signals: Research,
    context_packs: list[ContextPack],
) -> ContactSet:
    """People to talk to, the best first, each with the reason and the evidence."""
    newest = context_packs[-1] if context_packs else None
    return choose_contacts(run.context, merged_claims, dossier_plan, score, insight, signals.signals, newest, claims)
