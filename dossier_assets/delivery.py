"""Asset 17: what was handed over: the files of the run."""

from __future__ import annotations

from dossier.exports.files import write_version
from dossier.models import Delivery, Dossier
from dossier.open_runs import OpenRun
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.DELIVER,
    show=written_previews.delivery,
    checks=(checks.FILES_STAND,),
    kinds=frozenset({"python", "file"}),
)
def delivery(run: OpenRun, dossier: Dossier) -> Delivery:
    """The dossier's files, a new folder for each version."""
    documents = run.context.library.documents([source.id for source in dossier.sources])
    return run.context.exchange.record(
        "delivery", {}, lambda: write_version(run.home, dossier, documents, run.dossier_version())
    )
