"""Wishes for single runs, as `run` and `retry` take them: a budget, fresh answers, batches.

Here: the options and their checks. Not here: what the store makes of them (`dossier/store/options.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated

import typer

from dossier.errors import BadInput
from dossier.store.options import EVERY_STEP, Wishes

Budget = Annotated[
    float | None,
    typer.Option(
        "--budget-usd",
        min=0,
        help="Most that each run may spend; DOSSIER_BUDGET_USD_RUN by default.",
        show_default=False,
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Ask the model anew, whatever answers are kept.")]
Fresh = Annotated[
    list[str] | None,
    typer.Option("--fresh", metavar="STEP", help="Ask only this step anew; may be repeated.", show_default=False),
]
Batch = Annotated[
    bool | None,
    typer.Option(
        "--batch/--no-batch",
        help="Ask in batches: half the price, within a day each stage; or no more.",
        show_default=False,
    ),
]


def wishes(budget_usd: float | None, no_cache: bool, fresh: Sequence[str] | None, batch: bool | None = None) -> Wishes:
    """Return the wishes; `batch` None leaves it as it was. Raises BadInput for a step that asks nothing."""
    from dossier.prompt_files import load_prompts

    known = load_prompts()
    for step in fresh or ():
        if step not in known:
            near = get_close_matches(step, known, n=3, cutoff=0.4)
            raise BadInput(
                f"No prompt belongs to the step {step!r}.",
                f"Nearest: {', '.join(near)}." if near else f"Known: {', '.join(known)}.",
            )
    return Wishes(budget_usd, (EVERY_STEP,) if no_cache else tuple(fresh or ()), batch)
