"""Asset 13: what to say to each contact."""

from __future__ import annotations

from dossier.models import ContactSet, MergeResult, OutreachSet
from dossier.open_runs import OpenRun
from dossier.steps.outreach import write_outreach
from dossier_assets import written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(Stage.WRITE, show=written_previews.outreach_set)
def outreach(run: OpenRun, contacts: ContactSet, merged_claims: MergeResult) -> OutreachSet:
    """Copy for each contact, or only the facts to open with."""
    return write_outreach(run.context, contacts, merged_claims)
