"""Artifacts of runs: what each asset made, as JSON bytes with their digest, and what people can query of it.

Here: saving with the run's fence, loading with the digest checked, and which assets are finished. Not here:
serialising (`io_managers/artifacts.py`) and the tables made from an artifact (`projections.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from dossier.errors import Permanent
from dossier.store.projections import project
from dossier.store.tables_evidence import ArtifactRow
from dossier.store.tables_queue import RunRow
from dossier.store.taking import TakenRun, guard, run_row


@dataclass(frozen=True, slots=True)
class StoredArtifact:
    """An artifact as stored: JSON bytes, their sha256, and the attempt that made it."""

    payload: bytes
    digest: str
    attempt: int


def save(
    session: Session,
    run: TakenRun,
    asset: str,
    payload: bytes,
    digest: str,
    artifact: BaseModel | Sequence[BaseModel],
) -> None:
    """Store the artifact of `asset`, in place of an earlier one of the same run, with its projections.

    `digest` is the sha256 of `payload`. Counts as progress: requeues and crashes are counted from here.
    Raises Superseded if the run has changed hands.
    """
    row = guard(session, run.run_id, run.fence)
    kept = session.scalar(_of(row.id, asset))
    if kept is None:
        kept = ArtifactRow(client_id=row.client_id, pipeline_run_id=row.id, asset=asset)
        session.add(kept)
    kept.attempt, kept.payload, kept.digest = run.attempt, payload, digest
    row.requeues = row.crashes = 0
    row.told_to_wait_since = None
    if asset not in row.steps_completed:
        row.steps_completed = [*row.steps_completed, asset]
    session.flush()
    project(session, row, asset, artifact)


def load(session: Session, run_id: str, asset: str) -> StoredArtifact | None:
    """Return the artifact of `asset`, None if there is none. Raises Permanent if its bytes are torn."""
    return load_all(session, run_id, [asset]).get(asset)


def load_all(session: Session, run_id: str, assets: Collection[str]) -> dict[str, StoredArtifact]:
    """Return those artifacts of `assets` that there are, by asset, in one reading. Raises as `load` does."""
    rows = session.execute(
        select(ArtifactRow.asset, ArtifactRow.payload, ArtifactRow.digest, ArtifactRow.attempt)
        .join(RunRow, RunRow.id == ArtifactRow.pipeline_run_id)
        .where(RunRow.run_id == run_id, ArtifactRow.asset.in_(assets))
    ).all()
    if not rows:
        run_row(session, run_id)  # an unknown run is another complaint than a missing artifact
    for row in rows:
        if hashlib.sha256(row.payload).hexdigest() != row.digest:
            raise Permanent(
                f"The artifact {row.asset!r} of run {run_id} is torn.",
                "Its bytes do not have the digest they were stored with.",
                f"Make it again with: dossier retry {run_id} --from {row.asset}",
            )
    return {row.asset: StoredArtifact(row.payload, row.digest, row.attempt) for row in rows}


def finished(session: Session, run: TakenRun) -> set[str]:
    """Return the assets that this attempt need not make again."""
    return set(
        session.scalars(
            select(ArtifactRow.asset)
            .join(RunRow, RunRow.id == ArtifactRow.pipeline_run_id)
            .where(RunRow.run_id == run.run_id, ArtifactRow.attempt >= run.fresh_from)
        )
    )


def _of(run_key: str, asset: str) -> Select[ArtifactRow]:
    return select(ArtifactRow).where(ArtifactRow.pipeline_run_id == run_key, ArtifactRow.asset == asset)
