"""The verb `summary`: the answer of a run as a page that a scheduled job can show.

Here: reading the answer. Not here: the page (`dossier/run_summary.py`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dossier.cli_desk import Desk, Outcome, verb
from dossier.errors import BadInput
from dossier.run_summary import summarise


@verb
def summary(desk: Desk, file: Annotated[Path, typer.Argument(help="What `dossier run --json` printed.")]) -> Outcome:
    """Turn the answer of `run --json` into a Markdown table, for the summary page of a job.

    Example: dossier summary runs.json
    """
    try:
        answer = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"Cannot read {str(file)!r}.", str(error), "Give what `dossier run --json` printed.") from error
    page = summarise(answer if isinstance(answer, dict) else {})
    return Outcome({"markdown": page}, page.splitlines())
