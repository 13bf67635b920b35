"""Searches for leads that nobody named: their runs, what earlier ones gave, and the lead that one finds.

Here: queueing such a run, the hunt that its context carries, and making the lead's row in the transaction of the
artifact `signals`. Not here: the search itself (`dossier/steps/discovery.py`) and the queue (`runs.py`).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput, Retryable
from dossier.keys import check_run_id, digest
from dossier.models import Attempt, JsonDict, Lead, LeadStatus
from dossier.run_context import Hunt
from dossier.store.candidates import seen_by
from dossier.store.clients import active_client
from dossier.store.leads import name_key
from dossier.store.options import check_day
from dossier.store.tables_discovery import DiscoveryRow
from dossier.store.tables_queue import TRIGGERS, ClientRow, DeletedRunRow, LeadRow, RunRow, SourceRow

MODE = "discovery"


def queue_discovery(
    session: Session,
    slug: str,
    *,
    trigger: str,
    reference_date: date | None = None,
    provider: str | None = None,
    seed_data: JsonDict | None = None,
) -> str:
    """Queue a run of the client that has to find its lead; return its run id, `<client>--discovery-<hash>-<n>`.

    `seed_data` goes before the client's own: a direction to search in.
    """
    if trigger not in TRIGGERS:
        raise BadInput(f"Unknown trigger: {trigger[:40]!r}.", f"One of: {', '.join(TRIGGERS)}.")
    check_day(reference_date)
    client = _locked(session, active_client(session, slug).id)
    prefix = f"{slug}--{MODE}-{digest(f'{slug} {MODE}')[:8]}-"
    used = [
        session.scalar(select(func.max(table.n)).where(table.run_id.startswith(prefix, autoescape=True))) or 0
        for table in (RunRow, DeletedRunRow)
    ]
    n = 1 + max(used)
    row = RunRow(
        client_id=client.id,
        lead_id=None,
        n=n,
        run_id=check_run_id(f"{prefix}{n}"),
        trigger=trigger,
        reference_date=reference_date,
        provider=provider,
        seed={"mode": MODE} if seed_data is None else {"mode": MODE, "seed_data": seed_data},
    )
    session.add(row)
    session.flush()
    return row.run_id


def hunt_of(session: Session, run_key: str) -> Hunt | None:
    """Return what a run that began without a lead knows; None for a run of a given lead."""
    run = session.get_one(RunRow, run_key)
    if (run.seed or {}).get("mode") != MODE:
        return None
    rows = session.scalars(select(LeadRow).where(LeadRow.client_id == run.client_id).order_by(LeadRow.lead_id))
    texts = session.scalar(select(func.count()).select_from(SourceRow).where(seen_by(run.client_id)))
    return Hunt(tuple(row.as_lead() for row in rows), tuple(_attempts(session, run.client_id)), texts or 0)


def last_attempt(session: Session, run_id: str) -> Attempt | None:
    """Return what the search of a run came to, None before it has ended."""
    query = select(DiscoveryRow.attempt).join(RunRow, RunRow.id == DiscoveryRow.pipeline_run_id)
    found = session.scalar(query.where(RunRow.run_id == run_id))
    return Attempt.model_validate(found) if found else None


def settle(session: Session, run: RunRow, attempt: Attempt) -> None:
    """Keep what the search of `run` came to, in place of an earlier attempt; a lead that it found is the run's now.

    Raises Retryable if the organisation became a lead of the client meanwhile: the search has to go on without it.
    """
    session.execute(delete(DiscoveryRow).where(DiscoveryRow.pipeline_run_id == run.id))
    if attempt.lead is not None:
        run.lead_id = _new_lead(session, run, attempt, attempt.lead).id
    session.add(
        DiscoveryRow(
            client_id=run.client_id,
            pipeline_run_id=run.id,
            n=run.n,
            lead_id=run.lead_id,
            lead_name=attempt.lead.name if attempt.lead else None,
            reason=attempt.reason,
            exhausted=attempt.exhausted,
            attempt=attempt.model_dump(mode="json"),
        )
    )
    session.flush()


def _new_lead(session: Session, run: RunRow, attempt: Attempt, lead: Lead) -> LeadRow:
    _locked(session, run.client_id)
    identity = lead.domain or name_key(lead.name)
    known = session.scalars(select(LeadRow).where(LeadRow.client_id == run.client_id))
    if any(_is_same(row, lead) for row in known):
        raise Retryable(f"{lead.name} became a lead of this client meanwhile.", "Two searches found it at a time.")
    row = LeadRow(
        client_id=run.client_id,
        lead_id=lead.id,
        identity=identity,
        name=lead.name,
        name_key=name_key(lead.name),
        domain=lead.domain,
        aliases=list(lead.aliases),
        profile=dict(lead.profile),
        extra={"discovered": {"run_id": run.run_id, "claim_ids": attempt.claim_ids, "why": attempt.rationale}},
        status=LeadStatus.PROCESSING,
    )
    session.add(row)
    session.flush()
    return row


def _is_same(row: LeadRow, lead: Lead) -> bool:
    same_domain = lead.domain is not None and row.domain == lead.domain
    return row.lead_id == lead.id or row.name_key == name_key(lead.name) or same_domain


def _attempts(session: Session, client_id: str) -> list[Attempt]:
    rows = session.scalars(
        select(DiscoveryRow.attempt).where(DiscoveryRow.client_id == client_id).order_by(DiscoveryRow.n)
    )
    return [Attempt.model_validate(row) for row in rows]


def _locked(session: Session, client_id: str) -> ClientRow:
    """Return the client's row; leads of one client are made one after another."""
    return session.scalars(select(ClientRow).where(ClientRow.id == client_id).with_for_update(key_share=True)).one()
