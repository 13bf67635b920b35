"""Labels: names that point to one version of a prompt, and by which a run finds the version that it uses.

Here: moving and removing labels, and the choice for a client: its own label, else `production`, else the file. Not
here: versions (`prompts.py`). `latest` is kept by the code, the others by people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.store.clients import client_row
from dossier.store.locks import one_at_a_time
from dossier.store.tables_queue import PromptVersionRow
from dossier.store.tables_setup import PromptLabelRow

LATEST, PRODUCTION, OF_CLIENT = "latest", "production", "client:"


def move_label(session: Session, prompt_id: str, label: str, number: int) -> int | None:
    """Let `label` point to a version that exists; return where it pointed before, None if nowhere.

    Raises BadInput for another label than `production` and `client:<slug>`, and for an unknown client.
    """
    one_at_a_time(session, "prompts")
    _check(session, label)
    return _point(session, prompt_id, label, number)


def remove_label(session: Session, prompt_id: str, label: str) -> int:
    """Take a label away and return where it pointed. Raises BadInput where it is not set, or not for people."""
    one_at_a_time(session, "prompts")
    if label == LATEST:
        raise _kept_by_code()
    row = _row(session, prompt_id, label)
    if row is None:
        raise BadInput(f"{prompt_id} has no label {label[:80]!r}.", "", f"See: dossier prompts versions {prompt_id}")
    number = row.version_number
    session.delete(row)
    session.flush()
    return number


def labels_of(session: Session) -> dict[str, dict[str, int]]:
    """Return all labels that are set: by prompt, the version by label, in the order of the labels."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in session.scalars(select(PromptLabelRow).order_by(PromptLabelRow.prompt_id, PromptLabelRow.label)):
        found[row.prompt_id][row.label] = row.version_number
    return found


def chosen_versions(session: Session, slug: str, of_files: Mapping[str, int]) -> dict[str, int]:
    """Return the version of each prompt that a run of the client uses; `of_files` are those of the files."""
    mine = OF_CLIENT + slug
    rows = session.scalars(select(PromptLabelRow).where(PromptLabelRow.label.in_((PRODUCTION, mine))))
    moved = {(row.prompt_id, row.label): row.version_number for row in rows}
    return {
        prompt_id: moved.get((prompt_id, mine)) or moved.get((prompt_id, PRODUCTION)) or number
        for prompt_id, number in of_files.items()
    }


def forget_client(session: Session, slug: str) -> None:
    """Remove the labels of a client that is deleted: the next one of this name begins without them."""
    session.execute(delete(PromptLabelRow).where(PromptLabelRow.label == OF_CLIENT + slug))


def mark_latest(session: Session) -> None:
    """Let `latest` point to the newest version of each prompt. The caller is in the section `prompts`."""
    newest = session.execute(
        select(PromptVersionRow.prompt_id, func.max(PromptVersionRow.version_number)).group_by(
            PromptVersionRow.prompt_id
        )
    ).all()
    rows = session.scalars(select(PromptLabelRow).where(PromptLabelRow.label == LATEST))
    known = {row.prompt_id: row.version_number for row in rows}
    for prompt_id, number in newest:
        if known.get(prompt_id) != number:
            _point(session, prompt_id, LATEST, number)


def _point(session: Session, prompt_id: str, label: str, number: int) -> int | None:
    row = _row(session, prompt_id, label)
    if row is None:
        session.add(PromptLabelRow(prompt_id=prompt_id, label=label, version_number=number))
        session.flush()
        return None
    before, row.version_number = row.version_number, number
    session.flush()
    return before


def _row(session: Session, prompt_id: str, label: str) -> PromptLabelRow | None:
    return session.scalar(
        select(PromptLabelRow).where(PromptLabelRow.prompt_id == prompt_id, PromptLabelRow.label == label)
    )


def _check(session: Session, label: str) -> None:
    if label == LATEST:
        raise _kept_by_code()
    if label.startswith(OF_CLIENT):
        client_row(session, label.removeprefix(OF_CLIENT))
    elif label != PRODUCTION:
        raise BadInput(f"There is no label {label[:80]!r}.", f"There are {PRODUCTION} and {OF_CLIENT}<slug>.")


def _kept_by_code() -> BadInput:
    return BadInput(f"The label {LATEST} cannot be moved.", "It always points to the newest version.")
