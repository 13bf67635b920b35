"""Rows of the set-up flows: begun, offered to a person, approved or rejected.

Here: the states of a flow and what approval does to the client. A client that is being onboarded is `inactive`: no run
of it is queued. Not here: what a flow makes (`dossier/setup_flows.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.intake.clients import parse_client
from dossier.keys import slugify
from dossier.models import Client, ClientConfig, JsonDict
from dossier.store.clients import ONBOARDING, client_row, save_client
from dossier.store.columns import iso, new_id, now_utc
from dossier.store.locks import one_at_a_time
from dossier.store.removal import delete_client
from dossier.store.tables_queue import ClientRow
from dossier.store.tables_setup import BatchComposerRow, OnboardingRow, PrepInputsRow

FlowRow = OnboardingRow | PrepInputsRow | BatchComposerRow
_TABLES: Mapping[str, type[FlowRow]] = {"ONB": OnboardingRow, "PREP": PrepInputsRow, "BATCH": BatchComposerRow}
WAITING = "waiting_for_approval"


@dataclass(frozen=True, slots=True)
class FlowView:
    """A flow as people see it. `client` is the slug, "" once the client is gone."""

    id: str
    client: str
    status: str
    inputs: JsonDict
    outputs: JsonDict
    error: str | None
    created_at: str
    completed_at: str | None


def begin_onboarding(session: Session, name: str, inputs: JsonDict) -> FlowView:
    """Begin the onboarding of a client, which is there from now on, inactive and without a configuration.

    Raises BadInput for one that is active, or whose configuration waits for approval.
    """
    slug = slugify(name)
    one_at_a_time(session, f"client {slug}")
    row = session.scalar(select(ClientRow).where(ClientRow.slug == slug))
    if row is not None and row.status != ONBOARDING:
        raise BadInput(f"Client {slug} is there already.", "", "Change it with: dossier clients import FILE")
    if row is None:
        save_client(session, Client(slug=slug, name=name, config=ClientConfig(client={"name": name})))
        row = client_row(session, slug)
        row.status = ONBOARDING
    for other in session.scalars(select(OnboardingRow).where(OnboardingRow.client_id == row.id)):
        if other.status == WAITING:
            raise BadInput(
                f"Client {slug} waits for approval.", "", f"Look at it: dossier onboard show {other.flow_id}"
            )
        other.status = "rejected" if other.status == "rejected" else "failed"
    return begin(session, OnboardingRow(client_id=row.id), "ONB", inputs)


def offer(session: Session, flow_id: str, outputs: JsonDict) -> FlowView:
    """Keep what a flow made; it waits for a person."""
    row = flow_row(session, flow_id)
    row.outputs, row.status, row.current_step = outputs, WAITING, "approval"
    row.steps_completed = ["generate"]
    session.flush()
    return view(session, row)


def complete(session: Session, flow_id: str, outputs: JsonDict) -> FlowView:
    """End a flow that needs no approval."""
    row = flow_row(session, flow_id)
    end(row, "completed", outputs)
    session.flush()
    return view(session, row)


def fail(session: Session, flow_id: str, error: str) -> None:
    """Write down why a flow failed."""
    row = flow_row(session, flow_id)
    row.status, row.error_message, row.completed_at = "failed", error[:2000], now_utc()


def approve_onboarding(session: Session, flow_id: str, by: str) -> FlowView:
    """Give the client the configuration that waits, and make it active. Raises BadInput where none waits."""
    row = _waiting(session, flow_id)
    client = session.get_one(ClientRow, row.client_id)
    outputs = row.outputs or {}
    save_client(session, parse_client(outputs["config"], flow_id))
    client.status = "active"
    end(row, "completed", {**outputs, "approved_by": by})
    session.flush()
    return view(session, row)


def reject_onboarding(session: Session, flow_id: str, by: str, why: str) -> FlowView:
    """Put the configuration that waits aside; the client goes, what was spent for it stays. Raises BadInput."""
    row = _waiting(session, flow_id)
    slug = session.get_one(ClientRow, row.client_id).slug
    end(row, "rejected", {**(row.outputs or {}), "rejected_by": by, "reason": why})
    mine = session.scalars(select(OnboardingRow).where(OnboardingRow.client_id == row.client_id)).all()
    for flow in mine:
        flow.client_id = None  # a flow outlives the client that it did not become
    session.flush()
    delete_client(session, slug)
    return view(session, row)


def get_flow(session: Session, flow_id: str) -> FlowView:
    """Return a flow. Raises BadInput for an unknown one."""
    return view(session, flow_row(session, flow_id))


def list_flows(session: Session, kind: str, slug: str | None = None) -> list[FlowView]:
    """Return the flows of a kind (`ONB`, `PREP`, `BATCH`), newest first; those of one client if given."""
    table = _TABLES[kind]
    query = select(table).order_by(table.created_at.desc(), table.flow_id)
    if slug is not None:
        query = query.where(table.client_id == client_row(session, slug).id)
    rows: Sequence[Any] = session.scalars(query).all()
    return [view(session, row) for row in rows]


def begin(session: Session, row: FlowRow, kind: str, inputs: JsonDict) -> FlowView:
    """Insert a flow as running, under an id of its kind."""
    row.flow_id, row.status, row.inputs, row.started_at = f"{kind}_{new_id()[:8]}", "running", inputs, now_utc()
    row.current_step = "generate"
    session.add(row)
    session.flush()
    return view(session, row)


def end(row: FlowRow, status: str, outputs: JsonDict) -> None:
    """End a flow as a person decided, or as done where nobody has to."""
    row.status, row.outputs, row.completed_at = status, outputs, now_utc()
    row.steps_completed, row.current_step = [*row.steps_completed, row.current_step or status], None


def _waiting(session: Session, flow_id: str) -> OnboardingRow:
    row = session.scalar(
        select(OnboardingRow)
        .where(OnboardingRow.flow_id == flow_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise _unknown(flow_id)
    if row.status != WAITING:
        raise BadInput(f"{flow_id} does not wait for approval.", f"It is {row.status}.")
    return row


def flow_row(session: Session, flow_id: str) -> FlowRow:
    """Return the row of a flow. Raises BadInput for an unknown one."""
    table = _TABLES.get(flow_id.split("_")[0])
    query: Any = select(table).where(table.flow_id == flow_id) if table else None
    row: FlowRow | None = session.scalar(query) if table else None
    if row is None:
        raise _unknown(flow_id)
    return row


def _unknown(flow_id: str) -> BadInput:
    return BadInput(f"There is no flow {flow_id[:60]!r}.", "", "See: dossier onboard show")


def view(session: Session, row: FlowRow) -> FlowView:
    """Return a row as people see it."""
    client = session.get(ClientRow, row.client_id) if row.client_id else None
    return FlowView(
        id=row.flow_id,
        client=client.slug if client else "",
        status=row.status,
        inputs=row.inputs,
        outputs=row.outputs or {},
        error=row.error_message,
        created_at=iso(row.created_at),
        completed_at=iso(row.completed_at) if row.completed_at else None,
    )
