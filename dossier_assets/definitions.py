"""The composition root: which artifacts there are, which op makes which, and what stands behind the resources.

Here: the whole graph in one list, and `build_defs`, built fresh each time. Not here: anything that does work.
Only launchers, the command line and tests import this module.
"""

from __future__ import annotations

import dagster as dg

from dossier.open_runs import OpenRuns
from dossier.prompt_files import load_prompts
from dossier_assets.artifact import Artifact
from dossier_assets.claims import claims
from dossier_assets.contact_research import contact_research
from dossier_assets.contacts import contacts
from dossier_assets.context_packs import context_packs
from dossier_assets.delivery import delivery
from dossier_assets.dossier import dossier
from dossier_assets.dossier_plan import dossier_plan
from dossier_assets.enrichment import enrichment
from dossier_assets.entity_research import entity_research
from dossier_assets.fact_check import fact_check
from dossier_assets.graph import assets_of
from dossier_assets.insight import insight
from dossier_assets.jobs import build_dossier
from dossier_assets.merged_claims import merged_claims
from dossier_assets.outreach import outreach
from dossier_assets.score import score
from dossier_assets.search_queries import search_queries
from dossier_assets.sections import sections
from dossier_assets.signals import signals
from dossier_assets.sources import sources
from io_managers.artifacts import ArtifactIOManager
from resources.runs import open_runs
from resources.settings import Settings
from sensors.batch_collector import batch_collector
from sensors.new_leads import new_leads
from sensors.weekday_mornings import weekday_mornings

# What one op makes: branches side by side, each a chain. Most ops make one artifact and have its name.
OPS: dict[str, tuple[tuple[Artifact, ...], ...]] = {
    **{
        artifact.name: ((artifact,),)
        for artifact in (
            search_queries,
            sources,
            signals,
            entity_research,
            contact_research,
            enrichment,
            claims,
            context_packs,
            merged_claims,
            score,
            dossier_plan,
            insight,
        )
    },
    "final_branches": ((contacts, outreach), (sections,)),
    **{artifact.name: ((artifact,),) for artifact in (fact_check, dossier, delivery)},
}
ASSET_ORDER = tuple(artifact.name for branches in OPS.values() for branch in branches for artifact in branch)


def build_defs(settings: Settings | None = None, runs: OpenRuns | None = None) -> dg.Definitions:
    """Return the definitions under `settings` (default: the environment); tests may give the runs themselves.

    Nothing is opened before a run or a sensor asks for it.
    """
    chosen = settings or Settings()
    versions = {step: prompt.digest for step, prompt in load_prompts().items()}

    def in_hand() -> OpenRuns:
        return runs or open_runs(chosen)

    return dg.Definitions(
        assets=[assets_of(name, branches, versions, ASSET_ORDER) for name, branches in OPS.items()],
        jobs=[build_dossier],
        sensors=[new_leads(running=chosen.start_sensors), batch_collector(running=chosen.start_sensors)],
        schedules=[weekday_mornings()],
        resources={
            "runs": dg.ResourceDefinition(
                lambda _: in_hand(), description="The runs that this process has in hand, over the product's store."
            ),
            "io_manager": dg.IOManagerDefinition.hardcoded_io_manager(ArtifactIOManager(in_hand)),
        },
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location `dossier`."""
    return build_defs()
