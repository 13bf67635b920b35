"""The files of a run in the home folder: each version of a dossier is a folder that never changes again.

Here: names, versions and digests of `runs/<client>/<run>/v<N>/dossier.{json,md,html}`. Not here: who asks for a
version, and the bundle that a person exports (`bundle.py`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from dossier.errors import Permanent
from dossier.exports import html, json_file, markdown
from dossier.exports.whole_files import folder_beside, put_file, put_folder
from dossier.keys import parse_run_id
from dossier.models import DeliveredFile, Delivery, Document, Dossier

_TRIES = 100


def dossier_files(dossier: Dossier, documents: Sequence[Document]) -> dict[str, str]:
    """Return the three forms of `dossier` by file name."""
    return {
        "dossier.json": json_file.render(dossier),
        "dossier.md": markdown.render(dossier),
        "dossier.html": html.render(dossier, documents),
    }


def run_folder(home: Path, run_id: str) -> Path:
    """Return the folder of a run's versions. Raises BadInput for anything that is not a run id."""
    return home / "runs" / parse_run_id(run_id).client / run_id


def versions(home: Path, run_id: str) -> list[int]:
    """Return the versions whose files lie in `home`, oldest first."""
    folder = run_folder(home, run_id)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return sorted(int(name[1:]) for name in names if re.fullmatch(r"v[1-9][0-9]{0,8}", name))


def write_version(home: Path, dossier: Dossier, documents: Sequence[Document], version: int | None = None) -> Delivery:
    """Write `dossier` as a version of its run below `home` and return its files, paths relative to `home`.

    Without `version` it is the next one. A given version that is there already with the same bytes is left as
    it is and returned, so that a resumed run may ask again; with other bytes it raises Permanent.
    """
    contents = {name: text.encode("utf-8") for name, text in dossier_files(dossier, documents).items()}
    folder = run_folder(home, dossier.run_id)
    for _ in range(_TRIES):
        number = version or (versions(home, dossier.run_id) or [0])[-1] + 1
        target = folder / f"v{number}"
        if not target.exists() and _put_version(target, contents):
            return _delivery(home, target, number, contents)
        if version is not None:
            return _delivery(home, _unchanged(target, contents), number, contents)
    raise Permanent(f"No free version was found in {folder}.", "Others write there all the time.", "Try again.")


def _put_version(target: Path, contents: dict[str, bytes]) -> bool:
    """Put the files as the folder `target`; False where another process was faster."""
    with folder_beside(target) as beside:
        new = beside / "new"
        for name, content in contents.items():
            put_file(new / name, content)
        try:
            put_folder(new, target)
        except OSError:
            if target.exists():
                return False
            raise
    return True


def _unchanged(target: Path, contents: dict[str, bytes]) -> Path:
    for name, content in contents.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != content:
            raise Permanent(
                f"{target.name} of this run holds another {name}.",
                "A version is never changed after it is written.",
                "Ask for a new version.",
            )
    return target


def _delivery(home: Path, target: Path, number: int, contents: dict[str, bytes]) -> Delivery:
    files = [
        DeliveredFile(
            path=(target / name).relative_to(home).as_posix(),
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in contents.items()
    ]
    return Delivery(version=number, files=files)
