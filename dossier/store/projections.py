"""From artifacts to tables: what people and queries want to see of a run, made in the artifact's transaction.

Here: one projection per asset that has tables of its own; each replaces the rows that it made before. Not
here: artifacts themselves (`artifacts.py`) and the dossier's rows (`dossiers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dossier.models import (
    Claim,
    ClaimSet,
    ContactSet,
    Dossier,
    DossierPlan,
    MergedClaim,
    MergeResult,
    OutreachSet,
    RefusedClaim,
    Research,
    Score,
    SectionSet,
)
from dossier.store import discovery, dossiers
from dossier.store.sources import titles
from dossier.store.tables_evidence import (
    ClaimAssignmentRow,
    ClaimRow,
    ContextPackRow,
    MergedClaimRow,
    MergeStatsRow,
    ResolvedObjectRow,
)
from dossier.store.tables_queue import RunRow, StepRunRow

Titles = Mapping[str, tuple[str, str | None]]


def project(session: Session, run: RunRow, asset: str, artifact: BaseModel | Sequence[BaseModel]) -> None:
    """Write the rows that belong to `artifact`; an asset without tables of its own writes none."""
    writer = _WRITERS.get(asset)
    if writer is not None:
        writer(session, run, asset, artifact)


def _pack(session: Session, run: RunRow, asset: str, research: Research) -> None:
    _clear(session, run, ContextPackRow, ContextPackRow.asset == asset)
    if research.pack is None:
        return
    step_run_id = session.scalar(
        select(StepRunRow.id)
        .where(
            StepRunRow.pipeline_run_id == run.id,
            StepRunRow.step == f"context_pack_{research.pack.pack_type}",
        )
        .order_by(StepRunRow.seq.desc())
        .limit(1)
    )
    session.add(
        ContextPackRow(
            **_owned(run),
            asset=asset,
            pack_type=research.pack.pack_type,
            pack_data=research.pack.data,
            anchor_claim_ids=research.pack.anchor_claim_ids,
            step_run_id=step_run_id,
        )
    )


def _signals(session: Session, run: RunRow, asset: str, research: Research) -> None:
    if research.attempt is not None:
        discovery.settle(session, run, research.attempt)
    _pack(session, run, asset, research)


def _claims(session: Session, run: RunRow, asset: str, claims: ClaimSet) -> None:
    _clear(session, run, ClaimRow)
    ids = [c.source_id for c in claims.claims] + [r.draft.source_id for r in claims.refused]
    names = titles(session, run.client_id, ids)
    reasons = {invalid.id: invalid.reason for invalid in claims.invalid}
    session.add_all(_claim(run, claim, names, reasons.get(claim.id)) for claim in claims.claims)
    session.add_all(_refused(run, refused, names) for refused in claims.refused)


def _claim(run: RunRow, claim: Claim, names: Titles, reason: str | None) -> ClaimRow:
    title, url = names.get(claim.source_id, (None, None))
    return ClaimRow(
        **_owned(run),
        claim_id=claim.id,
        claim_type=claim.type,
        statement=claim.statement,
        entities=claim.entities,
        date_in_claim=claim.event_date,
        date_precision=claim.date_precision,
        source_id=claim.source_id,
        source_url=url,
        source_name=title,
        source_tier=claim.source_tier,
        confidence=claim.confidence,
        source_step=claim.step,
        quote=claim.quote,
        start_char=claim.start,
        end_char=claim.end,
        details=claim.details.model_dump(mode="json", exclude_defaults=True),
        invalid_reason=reason,
    )


def _refused(run: RunRow, refused: RefusedClaim, names: Titles) -> ClaimRow:
    draft = refused.draft
    title, url = names.get(draft.source_id, (None, None))
    dated = draft.event_date is not None and draft.date_precision is not None
    return ClaimRow(
        **_owned(run),
        claim_id=refused.id,
        claim_type=draft.type,
        statement=draft.statement,
        entities=draft.entities,
        date_in_claim=draft.event_date if dated else None,
        date_precision=draft.date_precision if dated else None,
        source_id=draft.source_id,
        source_url=url,
        source_name=title,
        source_step=refused.step,
        quote=draft.quote,
        details=draft.details.model_dump(mode="json", exclude_defaults=True),
        invalid_reason=refused.reason,
    )


def _merged(session: Session, run: RunRow, asset: str, result: MergeResult) -> None:
    for table in (MergedClaimRow, ResolvedObjectRow, MergeStatsRow):
        _clear(session, run, table)
    session.add_all(_merged_claim(run, claim) for claim in result.merged)
    session.add_all(_resolved(run, result))
    session.add(MergeStatsRow(**_owned(run), **result.stats.model_dump()))
    _mark_originals(session, run, result.merged)


def _merged_claim(run: RunRow, claim: MergedClaim) -> MergedClaimRow:
    return MergedClaimRow(
        **_owned(run),
        merged_claim_id=claim.id,
        claim_type=claim.type,
        statement=claim.statement,
        status=claim.status,
        entities=claim.entities,
        date_in_claim=claim.event_date,
        date_precision=claim.date_precision,
        canonical_claim_id=claim.canonical_claim_id,
        original_claim_ids=claim.claim_ids,
        sources=[source.model_dump(mode="json") for source in claim.sources],
        confidence=claim.confidence,
        reconciliation_type=claim.reconciliation_type,
        conflicts_resolved=claim.conflict_ids,
        supersedes=claim.supersedes,
    )


def _resolved(run: RunRow, result: MergeResult) -> Iterable[ResolvedObjectRow]:
    for person in result.contacts_resolved:
        row = _object(run, "CONTACT", person, person.evidence_claims)
        row.confidence, row.resolution = person.confidence, person.resolution
        yield row
    for timeline in result.timelines:
        yield _object(run, "TIMELINE", timeline, [entry.claim_id for entry in timeline.history])
    for conflict in result.conflicts:
        row = _object(run, "CONFLICT", conflict, [value.claim_id for value in conflict.values])
        row.resolution = conflict.rule
        yield row
    for item in result.ambiguous:
        yield _object(run, "AMBIGUOUS", item, item.claim_ids)


def _object(run: RunRow, kind: str, found: BaseModel, claim_ids: list[str]) -> ResolvedObjectRow:
    data = found.model_dump(mode="json")
    return ResolvedObjectRow(
        **_owned(run), object_type=kind, object_id=data["id"], data=data, evidence_claim_ids=claim_ids
    )


def _mark_originals(session: Session, run: RunRow, merged: Iterable[MergedClaim]) -> None:
    into = {original: claim.id for claim in merged for original in claim.claim_ids}
    for row in session.scalars(select(ClaimRow).where(ClaimRow.pipeline_run_id == run.id)):
        row.merged_into = into.get(row.claim_id)
        row.is_merged = row.merged_into is not None


def _assignments(session: Session, run: RunRow, asset: str, plan: DossierPlan) -> None:
    _clear(session, run, ClaimAssignmentRow)
    for key, routing in plan.section_routing.items():
        session.add_all(
            ClaimAssignmentRow(
                **_owned(run),
                section_key=key.upper(),
                merged_claim_id=claim_id,
                priority=priority,
                coverage_notes=routing.coverage_notes or None,
            )
            for priority, claim_id in enumerate(dict.fromkeys(routing.claim_ids))
        )


def _score(session: Session, run: RunRow, asset: str, score: Score) -> None:
    dossiers.save_score(session, run, score)


def _contacts(session: Session, run: RunRow, asset: str, contacts: ContactSet) -> None:
    dossiers.save_contacts(session, run, contacts.contacts)


def _outreach(session: Session, run: RunRow, asset: str, outreach: OutreachSet) -> None:
    dossiers.save_outreach(session, run, outreach)


def _sections(session: Session, run: RunRow, asset: str, sections: SectionSet) -> None:
    dossiers.save_sections(session, run, sections.sections)


def _dossier(session: Session, run: RunRow, asset: str, dossier: Dossier) -> None:
    dossiers.save_dossier(session, run, dossier)


def _owned(run: RunRow) -> dict[str, str]:
    return {"client_id": run.client_id, "pipeline_run_id": run.id}


def _clear(session: Session, run: RunRow, table: Any, *conditions: Any) -> None:
    session.execute(delete(table).where(table.pipeline_run_id == run.id, *conditions))


_WRITERS: dict[str, Callable[[Session, RunRow, str, Any], None]] = {
    "signals": _signals,
    "entity_research": _pack,
    "contact_research": _pack,
    "claims": _claims,
    "merged_claims": _merged,
    "score": _score,
    "dossier_plan": _assignments,
    "contacts": _contacts,
    "outreach": _outreach,
    "sections": _sections,
    "dossier": _dossier,
}
