"""The job `build_dossier`: all assets of one partition or many, in one process.

Here: the job, and the tags and keys that its runs carry. Not here: starting it (`launch.py`, `sensors/`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

import dagster as dg

from dossier.errors import BadInput
from dossier.keys import RunKey, parse_run_id

# Tags of Dagster's own that it exports no names for.
RUN_KEY = "dagster/run_key"
RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"
BACKFILL = "dagster/backfill"

build_dossier = dg.define_asset_job(
    "build_dossier",
    selection=dg.AssetSelection.all(),
    description="Makes the dossier of one lead: everything from the search plan to the delivered files.",
)


def run_tags(clients: Collection[str], triggers: Collection[str], lead_slugs: Collection[str]) -> dict[str, str]:
    """Return the tags of a run: `client`, `trigger` and `lead`, each where it is one; slugs and fixed words only."""
    found = {"client": clients, "trigger": triggers, "lead": lead_slugs}
    return {name: next(iter(values)) for name, values in found.items() if len(set(values)) == 1}


def missing_tags(run_ids: Collection[str], tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that a run over these partitions lacks: one that was begun on Dagster's pages has none."""
    keys: list[RunKey] = []
    for run_id in run_ids:
        with suppress(BadInput):  # a person can add any text as a partition: its run fails and says why
            keys.append(parse_run_id(run_id))
    trigger = "backfill" if BACKFILL in tags else "manual"
    found = run_tags({key.client for key in keys}, {trigger}, {key.lead for key in keys})
    return {name: value for name, value in found.items() if name not in tags}


def run_key(run_id: str, attempt: int) -> str:
    """Return the key of the Dagster run of one attempt: Dagster never launches the same key twice."""
    return f"{run_id}:{attempt}"


def launched_attempt(tags: Mapping[str, str]) -> int | None:
    """Return the attempt that a sensor launched, by the tags of the Dagster run; None if a person launched it."""
    _, _, attempt = tags.get(RUN_KEY, "").rpartition(":")
    return int(attempt) if attempt.isdecimal() else None
