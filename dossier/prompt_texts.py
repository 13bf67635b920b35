"""Prompts as files to hand round: the text that comes back as it was brought, and the difference of two.

Here: bytes to a prompt, a prompt to bytes, a readable diff. Not here: the front matter's rules
(`dossier/prompt_files.py`) and where versions are kept (`dossier/store/prompts.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from dossier.errors import BadInput
from dossier.prompt_files import PromptFile, parse_prompt

MAX_FILE_BYTES = 400_000


def read_prompt_file(path: Path, prompt_id: str | None = None) -> PromptFile:
    """Read the prompt of a file whose name is the prompt's id, or that holds `prompt_id` under whatever name.

    Raises BadInput naming the file, or the prompt, and what is wrong.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path} cannot be read.", str(error)) from error
    if len(data) > MAX_FILE_BYTES or b"\x00" in data:
        raise BadInput(f"{path} is no prompt.", f"It is longer than {MAX_FILE_BYTES} bytes, or holds a NUL.")
    try:
        return parse_prompt(data.decode("utf-8"), prompt_id or path.name.removesuffix(".md"))
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not text in UTF-8.", str(error)) from error


def prompt_files_in(path: Path) -> list[Path]:
    """Return the file, or the `*.md` of the folder, by name. Raises BadInput where there is none."""
    found = sorted(file for file in path.glob("*.md") if file.is_file()) if path.is_dir() else [path]
    if not found:
        raise BadInput(f"{path} holds no prompt.", "A prompt is a file <id>.md.")
    return found


def file_text(settings: Mapping[str, Any], content: str, system: str, source: str = "") -> str:
    """Return a prompt as a file: `source` as it was read, else written anew from its parts."""
    if source:
        return source
    front = yaml.safe_dump({**settings, "system": system}, sort_keys=False, allow_unicode=True, width=120)
    return f"---\n{front}---\n\n{content}"


def difference(old: str, new: str, names: tuple[str, str]) -> list[str]:
    """Return the unified diff of two texts by line, without line ends; nothing where they are the same."""
    before, after = (text.replace("\r\n", "\n").splitlines() for text in (old, new))
    return list(difflib.unified_diff(before, after, *names, lineterm="", n=2))


def beside(rows: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return rows (what, old, new) with one line each: lines that go together stand beside each other."""
    return [line for what, old, new in rows for line in _lines(what, old.splitlines(), new.splitlines())]


def _lines(what: str, old: list[str], new: list[str]) -> list[tuple[str, str, str]]:
    made = []
    for _, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left, right = old[a:b], new[c:d]
        height = max(len(left), len(right))
        left, right = left + [""] * (height - len(left)), right + [""] * (height - len(right))
        made += [("", one, other) for one, other in zip(left, right, strict=True)]
    return [(what, *made[0][1:]), *made[1:]] if made else [(what, "", "")]
