"""Which prompts a run is given: the files, with other versions in place of those that a label points away from.

Here: joining files, versions and labels. Not here: the parts (`prompts.py`, `prompt_labels.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from dossier.errors import BadInput
from dossier.prompt_files import BUILT_IN, PromptFile
from dossier.store import prompt_labels
from dossier.store.prompts import get_version


@dataclass(frozen=True, slots=True)
class Chosen:
    """The prompts of one run with the number of each one's version."""

    prompts: Mapping[str, PromptFile]
    versions: Mapping[str, int]


def choose_prompts(session: Session, slug: str, files: Mapping[str, PromptFile], of_files: Mapping[str, int]) -> Chosen:
    """Return what a run of the client uses: `client:<slug>`, else `production`, else the file. Raises BadInput.

    `of_files` are the versions of `files`. A version that wants a variable which its step gives no more is refused.
    """
    versions = prompt_labels.chosen_versions(session, slug, of_files)
    prompts = {
        prompt_id: files[prompt_id] if number == of_files[prompt_id] else _other(session, files[prompt_id], number)
        for prompt_id, number in versions.items()
    }
    return Chosen(prompts, versions)


def check_fits(prompt: PromptFile, file: PromptFile, what: str) -> None:
    """Raise BadInput if `prompt` uses a variable that its step does not give: the file declares those that it does."""
    names = {name for part in prompt.parts() for name in part.names()}
    unknown = sorted(names - BUILT_IN - set(file.variables))
    if unknown:
        raise BadInput(
            f"{what} uses {', '.join(unknown)}, which the step {file.id} does not give.",
            f"It gives: {', '.join(file.variables)}.",
        )


def _other(session: Session, file: PromptFile, number: int) -> PromptFile:
    prompt = get_version(session, file.id, number).prompt()
    check_fits(prompt, file, f"Version {number} of {file.id}")
    return prompt
