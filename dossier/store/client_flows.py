"""Flows of clients that are active: short forms of their configuration, and batches of directions to search in.

Here: their rows, what a run's snapshot takes from them, and runs begun for directions. Not here: what the flows make
(`dossier/setup_flows.py`) and onboarding (`setup.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.keys import digest
from dossier.models import Client, JsonDict
from dossier.store.clients import active_client, client_row, get_client
from dossier.store.columns import now_utc
from dossier.store.discovery import queue_discovery
from dossier.store.locks import one_at_a_time
from dossier.store.run_rows import LIVE
from dossier.store.setup import WAITING, FlowView, begin, end, flow_row, view
from dossier.store.tables_discovery import DiscoveryRow
from dossier.store.tables_queue import LeadRow, RunRow
from dossier.store.tables_setup import BatchComposerRow, PrepInputsRow

AT_ONCE = 3  # runs of directions that are under way for one client
MOST_LEADS, RECENT_BATCHES, RECENT_DAYS, MOST_FEEDBACK = 30, 3, 90, 10
USED = ("icp_config", "industry_research", "research_context")  # short forms that steps of a run are given


def begin_prep(session: Session, slug: str, parts: JsonDict) -> FlowView:
    """Begin to prepare the parts of a client's configuration. Raises BadInput for one that is not active."""
    row = PrepInputsRow(client_id=active_client(session, slug).id)
    return begin(session, row, "PREP", {"thorough": parts, "digest": digest_of(parts)})


def approve_prep(session: Session, slug: str, by: str) -> FlowView:
    """Let runs that are taken from now on use the newest short form that waits. Raises BadInput where none does."""
    one_at_a_time(session, f"client {slug}")
    query = select(PrepInputsRow).where(PrepInputsRow.client_id == client_row(session, slug).id)
    row = session.scalars(query.order_by(PrepInputsRow.created_at.desc(), PrepInputsRow.flow_id)).first()
    if row is None or row.status != WAITING:
        raise BadInput(f"No short form of {slug} waits for approval.", "", f"Make one: dossier prep --client {slug}")
    end(row, "completed", {**(row.outputs or {}), "approved_by": by})
    session.flush()
    return view(session, row)


def snapshot_for(session: Session, run_id: str, slug: str) -> JsonDict:
    """Return what a run keeps of its client from now on: the configuration, its direction, and the short form.

    A short form of another state of the configuration does not count.
    """
    client = get_client(session, slug)
    whole = client.model_dump(mode="json")
    seed = session.scalar(select(RunRow.seed).where(RunRow.run_id == run_id)) or {}
    if "seed_data" in seed:
        whole["config"]["seed_data"] = {**whole["config"]["seed_data"], **seed["seed_data"]}
    brief = _brief(session, client)
    return {"client": whole, **({"brief": brief} if brief else {})}


def digest_of(parts: Mapping[str, Any]) -> str:
    """Return what tells two states of a configuration apart."""
    return digest(json.dumps(parts, sort_keys=True))


def _brief(session: Session, client: Client) -> JsonDict:
    row = session.scalars(
        select(PrepInputsRow)
        .where(PrepInputsRow.client_id == client_row(session, client.slug).id, PrepInputsRow.status == "completed")
        .order_by(PrepInputsRow.created_at.desc(), PrepInputsRow.flow_id)
        .limit(1)
    ).first()
    if row is None:
        return {}
    now = client.config.model_dump(mode="json")
    if digest_of({part: now.get(part) or {} for part in row.inputs["thorough"]}) != row.inputs["digest"]:
        return {}
    compressed = (row.outputs or {})["compressed"]
    return {part: compressed[part] for part in USED if part in compressed}


def begin_batch(session: Session, slug: str, inputs: JsonDict) -> FlowView:
    """Begin the next batch of the client's thread. Raises BadInput for a client that is not active."""
    one_at_a_time(session, f"client {slug}")
    client = active_client(session, slug)
    last = session.scalar(
        select(func.max(BatchComposerRow.batch_number)).where(BatchComposerRow.client_id == client.id)
    )
    row = BatchComposerRow(client_id=client.id, thread=f"THREAD_{slug}_v1", batch_number=1 + (last or 0))
    return begin(session, row, "BATCH", inputs)


def recent_directions(session: Session, slug: str) -> list[JsonDict]:
    """Return the directions that were searched of the client's last batches with such, newest batch first.

    What was only composed and never started was not searched.
    """
    rows = session.scalars(
        select(BatchComposerRow)
        .where(
            BatchComposerRow.client_id == client_row(session, slug).id,
            BatchComposerRow.status == "completed",
            BatchComposerRow.created_at > now_utc() - timedelta(days=RECENT_DAYS),
        )
        .order_by(BatchComposerRow.batch_number.desc())
    )
    searched = [found for row in rows if (found := _searched(row.outputs or {}))]
    return [direction for found in searched[:RECENT_BATCHES] for direction in found]


def _searched(outputs: JsonDict) -> list[JsonDict]:
    """Return the directions of a batch that have a run."""
    runs = outputs.get("runs") or {}
    return [direction for number, direction in enumerate(outputs["directions"]) if str(number) in runs]


def known_leads(session: Session, slug: str) -> list[str]:
    """Return names of the client's leads, newest first."""
    client = client_row(session, slug)
    query = select(LeadRow.name).where(LeadRow.client_id == client.id)
    return list(session.scalars(query.order_by(LeadRow.created_at.desc(), LeadRow.lead_id).limit(MOST_LEADS)))


def search_feedback(session: Session, slug: str) -> list[str]:
    """Return what the client's last searches for leads came to, newest first, in words."""
    rows = session.scalars(
        select(DiscoveryRow)
        .where(DiscoveryRow.client_id == client_row(session, slug).id)
        .order_by(DiscoveryRow.n.desc())
        .limit(MOST_FEEDBACK)
    )
    return [
        f"Search {row.n} found {row.lead_name}." if row.lead_name else f"Search {row.n}: {row.reason}" for row in rows
    ]


def start_directions(
    session: Session, flow_id: str, seeds: Sequence[JsonDict], provider: str | None = None
) -> tuple[FlowView, list[str]]:
    """Queue runs for the directions of a batch that have none, as many as may be under way; return their ids.

    `seeds` are the directions as `seed_data`, in their order. Raises BadInput for another flow.
    """
    row = flow_row(session, flow_id)
    if not isinstance(row, BatchComposerRow) or row.status != "completed":
        raise BadInput(f"{flow_id} is no batch that could be started.", f"It is {row.status}.")
    slug = view(session, row).client
    one_at_a_time(session, f"client {slug}")
    session.refresh(row)
    outputs = dict(row.outputs or {})
    begun: JsonDict = dict(outputs.get("runs") or {})
    waiting = [(str(number), seed) for number, seed in enumerate(seeds) if str(number) not in begun]
    queued = []
    for number, seed in waiting[: max(AT_ONCE - _under_way(session, row.client_id), 0)]:
        begun[number] = queue_discovery(session, slug, trigger="manual", provider=provider, seed_data=seed)
        queued.append(begun[number])
    row.outputs = {**outputs, "runs": begun}
    session.flush()
    return view(session, row), queued


def _under_way(session: Session, client_id: str) -> int:
    seeds = session.scalars(select(RunRow.seed).where(RunRow.client_id == client_id, RunRow.status.in_(LIVE)))
    return sum("seed_data" in (seed or {}) for seed in seeds)
