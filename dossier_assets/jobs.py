"""The job `build_dossier`: all assets of one partition, in one process.

Here: the job and the tags that each of its runs carries. Not here: starting it (`launch.py`, `sensors/`).
"""

from __future__ import annotations

import dagster as dg

build_dossier = dg.define_asset_job(
    "build_dossier",
    selection=dg.AssetSelection.all(),
    description="Makes the dossier of one lead: everything from the search plan to the delivered files.",
)


def run_tags(client: str, lead_slug: str, trigger: str) -> dict[str, str]:
    """Return the tags of a run: `client`, `lead` and `trigger`; slugs and fixed words only."""
    return {"client": client, "lead": lead_slug, "trigger": trigger}
