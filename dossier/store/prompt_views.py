"""Prompts as people look at them: each with its versions, labels and last use, and versions by any of their names.

Here: reading. Not here: writing versions and labels (`prompts.py`, `prompt_labels.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.store.columns import iso
from dossier.store.prompt_labels import LATEST, OF_CLIENT, PRODUCTION, labels_of
from dossier.store.prompts import FILE, Version, get_version
from dossier.store.tables_queue import PromptRow, PromptVersionRow, StepRunRow


@dataclass(frozen=True, slots=True)
class PromptView:
    """A prompt in a list. `file` is the version of its file, `labels` are all names that point to versions.

    `is_moved` says that somebody moved `production` away from the file, or holds it at a version.
    """

    id: str
    name: str
    stage: str
    role: str
    versions: int
    file: int
    labels: dict[str, int]
    is_moved: bool
    last_used: str | None


def list_prompts(session: Session) -> list[PromptView]:
    """Return the prompts whose files are there, in the order of their steps."""
    labels, counts, used = labels_of(session), _counts(session), _last_used(session)
    rows = session.scalars(
        select(PromptRow).where(PromptRow.is_active).order_by(PromptRow.step_order, PromptRow.prompt_id)
    )
    return [
        PromptView(
            id=row.prompt_id,
            name=row.name,
            stage=row.stage,
            role=row.model,
            versions=counts[row.prompt_id],
            file=row.current_version,
            labels={PRODUCTION: row.current_version, **labels[row.prompt_id]},
            is_moved=PRODUCTION in labels[row.prompt_id],
            last_used=iso(used[row.prompt_id]) if row.prompt_id in used else None,
        )
        for row in rows
    ]


def get_prompt(session: Session, prompt_id: str) -> PromptView:
    """Return one prompt. Raises BadInput that names the nearest ones."""
    known = {view.id: view for view in list_prompts(session)}
    if prompt_id not in known:
        near = get_close_matches(prompt_id, known, n=3, cutoff=0.4) or list(known)
        raise BadInput(f"There is no prompt {prompt_id[:80]!r}.", f"Nearest: {', '.join(near)}.")
    return known[prompt_id]


def find_version(session: Session, prompt_id: str, name: str) -> Version:
    """Return the version with this number or label; `file` is that of the file.

    A client without a label of its own uses `production`. Raises BadInput for what there is not.
    """
    view = get_prompt(session, prompt_id)
    if name.isascii() and name.isdigit():
        return get_version(session, prompt_id, min(int(name), 10**9))
    labels = {FILE: view.file, **view.labels}
    if name in labels:
        return get_version(session, prompt_id, labels[name])
    if name.startswith(OF_CLIENT):
        return get_version(session, prompt_id, labels[PRODUCTION])
    said = f"A number, {FILE}, {PRODUCTION}, {LATEST} or {OF_CLIENT}<slug>."
    raise BadInput(f"{prompt_id} has no version {name[:80]!r}.", said, f"See: dossier prompts versions {prompt_id}")


def _counts(session: Session) -> dict[str, int]:
    query = select(PromptVersionRow.prompt_id, func.count()).group_by(PromptVersionRow.prompt_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _last_used(session: Session) -> dict[str, datetime]:
    query = select(StepRunRow.prompt_id, func.max(StepRunRow.started_at)).group_by(StepRunRow.prompt_id)
    return {prompt_id: at for prompt_id, at in session.execute(query) if prompt_id}
