"""Asset 7: all raw claims of the run."""

from __future__ import annotations

from dossier.models import Claim, ClaimSet, Research, SourceSet
from dossier.open_runs import OpenRun
from dossier.steps.claims import collect_claims
from dossier_assets import checks, previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.EVIDENCE,
    show=previews.claim_set,
    checks=(checks.QUOTES_STAND, checks.DRAFTS_COUNTED),
    kinds=frozenset({"python", "table"}),
    columns=Claim,
)
def claims(
    run: OpenRun,
    signals: Research,
    entity_research: Research,
    contact_research: Research,
    enrichment: Research,
    sources: SourceSet,
) -> ClaimSet:
    """All raw claims whose quote stands in its source, and those refused, with the reason."""
    return collect_claims(run.context, [signals, entity_research, contact_research, enrichment], sources)
