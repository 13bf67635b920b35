"""The verbs `prompts ...`: what stands in the registry, what differs, what runs use, and texts in and out.

Here: words and tables. Not here: versions and labels (`dossier/store/prompts.py`, `prompt_labels.py`) and the verb
`prompts test` (`dossier/cli_prompt_test.py`).
"""

from __future__ import annotations

import getpass
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy.orm import Session

from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.errors import BadInput
from dossier.models import JsonDict

if TYPE_CHECKING:
    from dossier.prompt_files import PromptFile
    from dossier.store.prompt_views import PromptView
    from dossier.store.prompts import Version

prompts = typer.Typer(no_args_is_help=True, help="What models are asked: texts, versions, labels.")

PromptId = Annotated[str, typer.Argument(metavar="ID", help="A prompt's id, see: dossier prompts list")]
_NAMES = "A number, file, production, latest or client:<slug>."


def synced(desk: Desk, session: Session) -> None:
    """Bring the files of this version into the registry, so that it is never older than the code."""
    from dossier.prompt_files import load_prompts
    from dossier.store.prompts import sync_prompts

    sync_prompts(session, load_prompts().values())


@prompts.command("list")
@verb
def list_all(desk: Desk) -> Outcome:
    """List the prompts with the versions that runs use and when each was last used.

    Example: dossier prompts list
    """
    from dossier.store.prompt_views import list_prompts

    with desk.store.transaction() as session:
        synced(desk, session)
        found = list_prompts(session)
    rows = [(view.id, view.stage, view.role, view.versions, _labels(view), view.last_used or "-") for view in found]
    columns = ("id", "stage", "role", "versions", "labels", "last used")
    return Outcome({"prompts": [asdict(view) for view in found]}, [table(columns, rows)])


@prompts.command("show")
@verb
def show(
    desk: Desk,
    prompt_id: PromptId,
    version: Annotated[int | None, typer.Option("--version", min=1, help="This version.", show_default=False)] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="The version that this label points to (production).")
    ] = None,
) -> Outcome:
    """Show a version of a prompt whole: its settings and its text.

    Example: dossier prompts show writer_intro --label client:sample-steel-builders
    """
    with desk.store.transaction() as session:
        synced(desk, session)
        found = pick(session, prompt_id, version, label)
    head = f"{found.prompt_id}, version {found.number}, by {found.author}, {found.created_at}"
    return Outcome(document_of(found), [head + (f": {found.note}" if found.note else ""), "", *_text(found)])


@prompts.command("versions")
@verb
def versions(desk: Desk, prompt_id: PromptId) -> Outcome:
    """List the versions of a prompt, newest last, with notes and labels.

    Example: dossier prompts versions writer_intro
    """
    from dossier.store.prompt_views import get_prompt
    from dossier.store.prompts import list_versions

    with desk.store.transaction() as session:
        synced(desk, session)
        view, found = get_prompt(session, prompt_id), list_versions(session, prompt_id)
    pointing = {one.number: _pointing(view, one.number) for one in found}
    rows = [(one.number, ", ".join(pointing[one.number]), one.author, one.created_at, one.note) for one in found]
    listed = [{**document_of(one, text=False), "labels": pointing[one.number]} for one in found]
    columns = ("version", "labels", "by", "at", "note")
    return Outcome({"prompt": prompt_id, "versions": listed}, [table(columns, rows)])


@prompts.command("diff")
@verb
def diff(
    desk: Desk,
    prompt_id: PromptId,
    old: Annotated[str, typer.Argument(metavar="A", help=_NAMES)],
    new: Annotated[str, typer.Argument(metavar="B", help=_NAMES)],
) -> Outcome:
    """Show what differs between two versions of a prompt.

    Examples:
      dossier prompts diff writer_intro 1 2
      dossier prompts diff writer_intro file production
    """
    from dossier.prompt_texts import difference
    from dossier.store.prompt_views import find_version

    with desk.store.transaction() as session:
        synced(desk, session)
        one, other = find_version(session, prompt_id, old), find_version(session, prompt_id, new)
    names = (f"{prompt_id} version {one.number}", f"{prompt_id} version {other.number}")
    lines = difference("\n".join(_text(one)), "\n".join(_text(other)), names)
    document: JsonDict = {"prompt": prompt_id, "old": one.number, "new": other.number, "diff": lines}
    return Outcome(document, lines or [f"{names[0]} and version {other.number} are the same."])


@prompts.command("label")
@verb
def label(
    desk: Desk,
    prompt_id: PromptId,
    version: Annotated[str, typer.Argument(metavar="VERSION", help=_NAMES)],
    name: Annotated[
        str | None, typer.Argument(metavar="LABEL", help="production or client:<slug>.", show_default=False)
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the label away; no version is needed.")] = False,
) -> Outcome:
    """Move a label to a version: runs that are taken from now on use it. Moving it back is the way back.

    A run uses the version of client:<slug>, else of production, else the file. Without the label production runs follow
    the file.

    Examples:
      dossier prompts label writer_intro 2 production
      dossier prompts label writer_intro production --remove
    """
    from dossier.store import prompt_labels
    from dossier.store.prompt_views import find_version, get_prompt

    with desk.store.transaction() as session:
        synced(desk, session)
        view = get_prompt(session, prompt_id)
        if remove:
            wanted = name or version
            was: int | None = prompt_labels.remove_label(session, prompt_id, wanted)
            said: JsonDict = {"prompt": prompt_id, "label": wanted, "version": None, "before": was}
            return Outcome(said, [f"{prompt_id}: {wanted} is gone, it pointed to version {was}."])
        if name is None:
            raise BadInput("Which label?", "", f"dossier prompts label {prompt_id} {version} production")
        found = _usable(find_version(session, prompt_id, version))
        was = prompt_labels.move_label(session, prompt_id, name, found.number)
    before = was or (view.file if name == prompt_labels.PRODUCTION else None)
    said = {"prompt": prompt_id, "label": name, "version": found.number, "before": before}
    return Outcome(said, [f"{prompt_id}: {name} points to version {found.number}" + _before(before) + "."])


@prompts.command("import")
@verb
def import_files(
    desk: Desk,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file <id>.md, or a folder of them.")],
    note: Annotated[str, typer.Option("--note", help="What is new, for whoever compares later.")],
    name: Annotated[
        str | None, typer.Option("--label", help="Let this label point to what is imported.", show_default=False)
    ] = None,
    author: Annotated[str | None, typer.Option("--by", help="Who wrote it (your login).", show_default=False)] = None,
) -> Outcome:
    """Bring in texts as new versions, all or none; a text that a version has already changes nothing.

    Example: dossier prompts import writer_intro.md --note "shorter one-liner" --label production
    """
    from dossier.prompt_texts import prompt_files_in, read_prompt_file

    read = [read_prompt_file(file) for file in prompt_files_in(path)]
    with desk.store.transaction() as session:
        synced(desk, session)
        done = [_bring(session, prompt, author or getpass.getuser(), note, name) for prompt in read]
    rows = [(one["prompt"], one["version"], one["change"]) for one in done]
    then = [] if name else ["Runs use it once a label points to it: dossier prompts label --help"]
    return Outcome({"prompts": done, "label": name}, [table(("prompt", "version", ""), rows), *then])


@prompts.command("export")
@verb
def export_files(
    desk: Desk,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for one file <id>.md each; made if need be.")],
    name: Annotated[str, typer.Option("--label", help=f"Which versions. {_NAMES}")] = "production",
    force: Annotated[bool, typer.Option("--force", help="Write over files that say something else.")] = False,
) -> Outcome:
    """Write the prompts as files, to the byte as they were imported.

    Example: dossier prompts export my-prompts --label production
    """
    from dossier.exports.whole_files import put_file
    from dossier.store.prompt_views import find_version, list_prompts

    with desk.store.transaction() as session:
        synced(desk, session)
        found = [find_version(session, view.id, name) for view in list_prompts(session)]
    files = {folder / f"{one.prompt_id}.md": file_of(one).encode("utf-8") for one in found}
    other = [file.name for file, content in files.items() if file.exists() and file.read_bytes() != content]
    if other and not force:
        raise BadInput(f"{folder} holds other texts: {', '.join(other[:5])}.", "They would be lost.", "Add: --force")
    for file, content in files.items():
        put_file(file, content)
    document = {"folder": str(folder), "prompts": [{"prompt": one.prompt_id, "version": one.number} for one in found]}
    return Outcome(document, [f"{len(files)} prompts in {folder}"])


def pick(session: Session, prompt_id: str, version: int | None, name: str | None) -> Version:
    """Return the version that the options mean, `production` without any. Raises BadInput."""
    from dossier.store.prompt_views import find_version

    if version is not None and name is not None:
        raise BadInput("Give one of --version and --label.", "They may mean two versions.")
    return find_version(session, prompt_id, name or str(version or "production"))


def document_of(version: Version, *, text: bool = True) -> JsonDict:
    """Return a version as JSON, with its text or without."""
    whole = asdict(version) | {"prompt": version.prompt_id, "version": version.number}
    left_out = {"prompt_id", "number", "source", *(() if text else ("content", "system"))}
    return {key: value for key, value in whole.items() if key not in left_out}


def file_of(version: Version) -> str:
    """Return a version as its file."""
    from dossier.prompt_texts import file_text

    return file_text(version.settings, version.content, version.system, version.source)


def _bring(session: Session, prompt: PromptFile, author: str, note: str, name: str | None) -> JsonDict:
    from dossier.prompt_files import load_prompts
    from dossier.store.prompt_choice import check_fits
    from dossier.store.prompt_labels import move_label
    from dossier.store.prompt_views import get_prompt
    from dossier.store.prompts import add_version

    get_prompt(session, prompt.id)
    check_fits(prompt, load_prompts()[prompt.id], f"{prompt.id}.md")
    number, is_new = add_version(session, prompt, author=author, note=note)
    if name is not None:
        move_label(session, prompt.id, name, number)
    return {"prompt": prompt.id, "version": number, "change": "added" if is_new else "unchanged"}


def _usable(version: Version) -> Version:
    """Return the version. Raises BadInput for one that no run could use."""
    from dossier.prompt_files import load_prompts
    from dossier.store.prompt_choice import check_fits

    check_fits(version.prompt(), load_prompts()[version.prompt_id], f"Version {version.number}")
    return version


def _text(version: Version) -> list[str]:
    return file_of(version).splitlines()


def _labels(view: PromptView) -> str:
    held = " (held)" if view.is_moved else ""
    return ", ".join(f"{label} {number}{held * (label == 'production')}" for label, number in view.labels.items())


def _pointing(view: PromptView, number: int) -> list[str]:
    names = {"file": view.file, **view.labels}
    return [name for name, pointed in names.items() if pointed == number]


def _before(before: int | None) -> str:
    return f", before to {before}" if before else ""
