"""The bundle: a dossier with everything needed to check it, in one folder.

Here: the three forms of the dossier, the texts that its quotes count in, and its step runs. Not here: the
files of a run in the home folder (`files.py`), which hold the three forms only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from dossier.errors import BadInput, Permanent
from dossier.exports.files import dossier_files
from dossier.exports.whole_files import folder_beside, put_file, put_folder
from dossier.keys import digest
from dossier.models import Document, Dossier


def write(dossier: Dossier, documents: Sequence[Document], step_runs: Sequence[Mapping[str, Any]], out: Path) -> None:
    """Write the bundle of `dossier` as the folder `out`, which appears only when it is complete.

    A bundle of the same run at `out` is replaced. Raises BadInput where `out` holds anything else, and Permanent
    where a stored text is not the one that it was.
    """
    _check(out, dossier.run_id)
    _check_texts(documents)
    with folder_beside(out) as beside:
        new = beside / "new"
        for name, text in dossier_files(dossier, documents).items():
            put_file(new / name, text.encode("utf-8"))
        for document in documents:
            put_file(new / "sources" / f"{document.sha256}.txt", document.text.encode("utf-8"))
        lines = (json.dumps(step, ensure_ascii=True, sort_keys=True, default=str) for step in step_runs)
        put_file(new / "step_runs.jsonl", "".join(f"{line}\n" for line in lines).encode("ascii"))
        (new / "sources").mkdir(exist_ok=True)
        if (out / "dossier.json").exists():
            out.rename(beside / "old")
        put_folder(new, out)


def _check_texts(documents: Sequence[Document]) -> None:
    for document in documents:
        if digest(document.text) != document.sha256:
            raise Permanent(
                f"The text of source {document.id} was changed after it was stored.",
                "Its sha256 is another one than when it was read, so quotes cannot be checked against it.",
                "Restore the database from a backup.",
            )


def _check(out: Path, run_id: str) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    found = None
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads((out / "dossier.json").read_text("utf-8")).get("run_id")
    if found != run_id:
        raise BadInput(
            f"The bundle cannot be written to {out}.",
            "There is something else already, and nothing is overwritten.",
            "Name a folder that does not exist yet.",
        )
