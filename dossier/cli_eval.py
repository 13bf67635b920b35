"""The verb `eval`: scores labelled sets by the functions that the pipeline calls.

Here: the choice of a name, the folder and the table. Not here: the scores (`dossier/evaluate/`).
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from dossier.cli_desk import Desk, Outcome, table, verb
from dossier.errors import BadInput

if TYPE_CHECKING:
    from rich.table import Table

    from dossier.evaluate.labelled import Labelled, Scores
    from dossier.ports import Language

ALL = "all"
PLACES = 4  # digits that are printed: a row of a set moves the third


@verb
def evaluate(
    desk: Desk,
    name: Annotated[str, typer.Argument(help="Which labelled sets, or `all`.")],
    data: Annotated[Path, typer.Option("--data", help="The folder of a set, or a parent of such folders.")],
    half: Annotated[
        str | None,
        typer.Option("--half", help="Only the `first` or the `second` half of the rows.", show_default=False),
    ] = None,
) -> Outcome:
    """Score labelled sets with the functions that the pipeline calls; nothing is trained on them.

    Names: claim-merge, warn-amendments, company-match, entity-match, value-parsing, claim-extraction, fact-check,
    similarity, name-parsing, ner, all.

    Examples:
      dossier eval claim-merge --data sets/eval_claim_merge --json
      dossier eval all --data sets
    """
    from dossier.evaluate.catalogue import EVALUATIONS
    from dossier.evaluate.labelled import Labelled
    from resources.spacy_language import SpacyLanguage

    if name not in (*EVALUATIONS, ALL):
        raise BadInput(f"There is no labelled set {name!r}.", "", f"Choose one of: {', '.join(EVALUATIONS)}, {ALL}.")
    if half not in (None, "first", "second"):
        raise BadInput(f"There is no half {half!r}.", "", "Give --half first or --half second.")
    sets = Labelled(data, half)  # type: ignore[arg-type]
    language = SpacyLanguage()
    if name == ALL:
        scored = _score_all(desk, sets, language)
        return Outcome(dict(scored), [_shown(scored)])
    scores = _timed(name, sets, language)
    return Outcome(dict(scores), [_shown({name: scores})])


def _timed(name: str, sets: Labelled, language: Language) -> Scores:
    from dossier.evaluate.catalogue import EVALUATIONS

    began = perf_counter()
    scores = EVALUATIONS[name].score(sets, language)
    return {key: _rounded(value) for key, value in scores.items()} | {"seconds": round(perf_counter() - began, 1)}


def _rounded(value: float | int) -> float | int:
    return round(value, PLACES) if isinstance(value, float) else value


def _score_all(desk: Desk, sets: Labelled, language: Language) -> dict[str, Scores]:
    """Return the scores of every name that has files; the others are named on standard error."""
    from dossier.evaluate.catalogue import EVALUATIONS
    from dossier.evaluate.labelled import NothingToScore

    scored: dict[str, Scores] = {}
    for name in EVALUATIONS:
        try:
            scored[name] = _timed(name, sets, language)
        except NothingToScore as error:
            desk.tell(f"{name}: {error.why}")
    if not scored:
        raise BadInput(
            f"Nothing to score in {str(sets.folder)!r}.",
            "No file there or one folder below has the form of a labelled set.",
            "Give a parent of labelled sets: --data DIR",
        )
    return scored


def _shown(scored: dict[str, Scores]) -> Table:
    """Return the table: our figure, the floor of a simple method, the best published one."""
    from dossier.evaluate.catalogue import EVALUATIONS

    rows: list[tuple[object, ...]] = []
    for name, scores in scored.items():
        known = EVALUATIONS[name].known
        first = [key for key in known if key in scores]
        for key in [*first, *(key for key in scores if key not in known)]:
            beside = known.get(key)
            floor = beside.floor if beside else None
            rows.append((name, key, scores[key], floor, beside.published if beside else None))
    return table(("set", "figure", "ours", "floor", "best published"), rows)
