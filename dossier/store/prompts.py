"""Prompts in the store: each shipped file as a row, each text that was ever used as a numbered version.

Here: syncing files into `v2_prompts` and `v2_prompt_versions` by digest. Not here: reading the files
(`dossier/prompt_files.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.prompt_files import PromptFile
from dossier.store.locks import one_at_a_time
from dossier.store.tables_queue import PromptRow, PromptVersionRow

_COLUMNS = (
    "name",
    "stage",
    "step_order",
    "produces_claims",
    "merges_claims",
    "produces_context_pack",
    "context_pack_type",
    "uses_tools",
    "execution_mode",
    "timeout_seconds",
)


def sync_prompts(session: Session, prompts: Iterable[PromptFile]) -> dict[str, int]:
    """Store the texts that are new and return the current version of each prompt by id.

    A digest that an earlier version has makes that version current again; versions are never changed. Prompts
    whose file is gone stay, inactive.
    """
    one_at_a_time(session, "prompts")
    known = {row.prompt_id: row for row in session.scalars(select(PromptRow))}
    current: dict[str, int] = {}
    for prompt in prompts:
        row = known.pop(prompt.id, None)
        if row is None:
            row = PromptRow(prompt_id=prompt.id, **_described(prompt))
            session.add(row)
            session.flush()
        for name, value in _described(prompt).items():
            setattr(row, name, value)
        row.is_active = True
        row.current_version = current[prompt.id] = _version(session, prompt)
    for gone in known.values():
        gone.is_active = False
    return current


def _described(prompt: PromptFile) -> dict[str, object]:
    return {"model": prompt.role, **{name: getattr(prompt, name) for name in _COLUMNS}}


def _version(session: Session, prompt: PromptFile) -> int:
    versions = session.scalars(
        select(PromptVersionRow)
        .where(PromptVersionRow.prompt_id == prompt.id)
        .order_by(PromptVersionRow.version_number)
    ).all()
    for version in versions:
        if version.digest == prompt.digest:
            return version.version_number
    number = versions[-1].version_number + 1 if versions else 1
    session.add(
        PromptVersionRow(
            prompt_id=prompt.id,
            version_number=number,
            content=prompt.content,
            system_prompt=prompt.system,
            digest=prompt.digest,
            created_by="file",
        )
    )
    session.flush()
    return number
