"""Prompts in the store: each shipped file as a row, each text that was ever used as a numbered version.

Here: bringing files and imported texts into `v2_prompts` and `v2_prompt_versions`, and reading versions back. A version
is never changed. Not here: which version a run uses (`prompt_labels.py`), reading files (`dossier/prompt_files.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.models import JsonDict
from dossier.prompt_files import PromptFile
from dossier.store.columns import iso
from dossier.store.locks import one_at_a_time
from dossier.store.prompt_labels import mark_latest
from dossier.store.tables_queue import PromptRow, PromptVersionRow

FILE = "file"  # who made a version that came with the product
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
_TEXT = "file"  # the key in a version's settings under which the file stands as it was read


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a prompt. `source` is its file as it was read, "" for one that was stored without."""

    prompt_id: str
    number: int
    content: str
    system: str
    settings: JsonDict
    source: str
    note: str | None
    author: str
    created_at: str
    digest: str

    def prompt(self) -> PromptFile:
        """Return the version as the prompt that is asked. Raises BadInput for one stored without its settings."""
        if not self.settings:
            raise BadInput(
                f"Version {self.number} of {self.prompt_id} cannot be used.",
                "It was stored by an older release, without its settings.",
                "Its text can be looked at, and imported anew with a front matter.",
            )
        whole = {**self.settings, "content": self.content, "system": self.system, "source": self.source}
        return PromptFile.model_validate(whole)


def sync_prompts(session: Session, prompts: Iterable[PromptFile]) -> dict[str, int]:
    """Store the texts that are new and return the version of each file by prompt id.

    A text that an earlier version has makes that version current again; versions are never changed. Prompts
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
        row.current_version = current[prompt.id] = _version(session, prompt, FILE, None)[0]
    for gone in known.values():
        gone.is_active = False
    mark_latest(session)
    return current


def add_version(session: Session, prompt: PromptFile, *, author: str, note: str | None) -> tuple[int, bool]:
    """Store `prompt` as a version, unless one has this very text; return its number and whether it is new.

    The prompt must be known: `sync_prompts` has seen its file.
    """
    one_at_a_time(session, "prompts")
    number, is_new = _version(session, prompt, author, note)
    mark_latest(session)
    return number, is_new


def list_versions(session: Session, prompt_id: str) -> list[Version]:
    """Return the versions of a prompt, oldest first."""
    return [_seen(row) for row in _rows(session, prompt_id)]


def get_version(session: Session, prompt_id: str, number: int) -> Version:
    """Return one version. Raises BadInput if the prompt has none of this number."""
    row = session.scalar(
        select(PromptVersionRow).where(
            PromptVersionRow.prompt_id == prompt_id, PromptVersionRow.version_number == number
        )
    )
    if row is None:
        newest = session.scalar(
            select(func.max(PromptVersionRow.version_number)).where(PromptVersionRow.prompt_id == prompt_id)
        )
        raise BadInput(f"{prompt_id} has no version {number}.", f"Its newest is {newest}.")
    return _seen(row)


def _described(prompt: PromptFile) -> dict[str, object]:
    return {"model": prompt.role, **{name: getattr(prompt, name) for name in _COLUMNS}}


def _rows(session: Session, prompt_id: str) -> Sequence[PromptVersionRow]:
    return session.scalars(
        select(PromptVersionRow)
        .where(PromptVersionRow.prompt_id == prompt_id)
        .order_by(PromptVersionRow.version_number)
    ).all()


def _version(session: Session, prompt: PromptFile, author: str, note: str | None) -> tuple[int, bool]:
    versions = _rows(session, prompt.id)
    for version in versions:
        if _is_same(version, prompt):
            version.settings = version.settings or _settings(prompt)  # older releases stored none
            return version.version_number, False
    number = versions[-1].version_number + 1 if versions else 1
    session.add(
        PromptVersionRow(
            prompt_id=prompt.id,
            version_number=number,
            content=prompt.content,
            system_prompt=prompt.system,
            digest=prompt.digest,
            settings=_settings(prompt),
            change_notes=note,
            created_by=author,
        )
    )
    session.flush()
    return number, True


def _settings(prompt: PromptFile) -> JsonDict:
    return {**prompt.model_dump(mode="json", exclude={"content", "system"}), _TEXT: prompt.source}


def _is_same(version: PromptVersionRow, prompt: PromptFile) -> bool:
    """Return whether a version is this prompt to the letter: an export gives back what was imported."""
    stored = (version.settings or {}).get(_TEXT) or prompt.source
    return version.digest == prompt.digest and stored == prompt.source


def _seen(row: PromptVersionRow) -> Version:
    settings = dict(row.settings or {})
    return Version(
        prompt_id=row.prompt_id,
        number=row.version_number,
        content=row.content,
        system=row.system_prompt,
        source=settings.pop(_TEXT, ""),
        settings=settings,
        note=row.change_notes,
        author=row.created_by,
        created_at=iso(row.created_at),
        digest=row.digest,
    )
