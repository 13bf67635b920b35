"""Asset 8: the facts after reconciliation."""

from __future__ import annotations

from dossier.models import ClaimSet, MergedClaim, MergeResult, SourceSet
from dossier.open_runs import OpenRun
from dossier.ports import Variable
from dossier.steps.merged_claims import merge_claims
from dossier.steps.research import sources_of
from dossier_assets import checks, previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.EVIDENCE,
    show=previews.merge_result,
    checks=(checks.COUNTS, checks.NO_SOURCE_LOST),
    kinds=frozenset({"python", "table"}),
    columns=MergedClaim,
)
def merged_claims(run: OpenRun, claims: ClaimSet, sources: SourceSet) -> MergeResult:
    """Each fact once with all its sources; conflicts, timelines and people resolved."""
    known = sources_of(run.context, claims, sources)
    return run.context.exchange.record(
        "claims_merge",
        {"claims": Variable([claim.id for claim in claims.claims], "previous_step", "claims")},
        lambda: merge_claims(claims, known, run.context.lead),
        counts=lambda merged: {name: int(n) for name, n in merged.stats.model_dump().items()},
    )
