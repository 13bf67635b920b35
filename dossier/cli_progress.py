"""How long work shows itself: a live bar on a terminal, one line per finished run elsewhere.

Here: drawing on standard error. Not here: what is worked on (`dossier/cli_runs.py`).
"""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dossier.cli_desk import Desk
from dossier.store.runs import RunView
from dossier.text_safety import printable


class Board:
    """The progress of several runs. Use as a context manager."""

    def __init__(self, desk: Desk, total: int) -> None:
        self._desk, self._total, self._done = desk, total, 0
        columns = (
            BarColumn(30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[doing]}", markup=False),
        )
        live = desk.log.is_terminal and not desk.as_json
        self._progress = Progress(*columns, console=desk.log, transient=True, disable=not live)
        self._task = self._progress.add_task("", total=total, doing="")

    def __enter__(self) -> Board:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take the bar away, so that what follows begins on a clean line."""
        self._progress.stop()

    def step(self, lead: str, asset: str) -> None:
        """Show which artifact of which lead is being made."""
        self._progress.update(self._task, doing=printable(f"{lead}: {asset.replace('_', ' ')}"))

    def finished(self, run: RunView) -> None:
        """Count a run that is final and say in one line how it ended."""
        self._done += 1
        self._progress.update(self._task, completed=self._done)
        said = f"[{self._done}/{self._total}] {run.lead or run.run_id}: {ending(run)}"
        self._progress.console.print(Text(printable(said)), soft_wrap=True)


def ending(run: RunView) -> str:
    """Return how a run ended, in a few words."""
    if run.dossier_status is None:
        return f"{run.status}{': ' + run.error if run.error else ''}"
    took = f", {run.wall_s:.1f} s" if run.wall_s is not None else ""
    return f"{run.dossier_status}, score {run.score} ({run.tier}){took}"
