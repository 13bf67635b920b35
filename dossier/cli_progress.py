"""How long work shows itself: a live bar on a terminal, one line per finished run elsewhere.

Here: drawing on standard error. Not here: what is worked on (`dossier/cli_runs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from types import TracebackType

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from dossier.cli_desk import Desk
from dossier.models import RunStatus
from dossier.store.runs import RunView
from dossier.text_safety import printable


class Board:
    """The progress of several runs, told by the worker (`dossier.open_runs.Watcher`). Use as a context manager.

    `before` are the runs as they stand, `assets` how many artifacts each needs, `look` reads a run anew.
    """

    def __init__(self, desk: Desk, before: Sequence[RunView], assets: int, look: Callable[[str], RunView]) -> None:
        self._desk, self._look, self._assets = desk, look, assets
        self._names = {view.run_id: view.lead or view.run_id for view in before}
        self._steps: dict[str, set[str]] = {view.run_id: set(view.steps_completed) for view in before}
        self._done: set[str] = set()
        self._lock = Lock()
        columns = (
            BarColumn(30),
            TextColumn("{task.fields[dossiers]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[doing]}", markup=False),
        )
        live = desk.log.is_terminal and not desk.as_json
        self._progress = Progress(*columns, console=desk.log, transient=True, disable=not live)
        total = len(before) * assets
        self._task = self._progress.add_task("", total=total, doing="starting", dossiers=self._count())

    def __enter__(self) -> Board:
        """Begin to draw."""
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take the bar away, so that what follows begins on a clean line."""
        self._progress.stop()

    def step(self, run_id: str, asset: str) -> None:
        """Show which artifact of which lead is being made."""
        self._steps.setdefault(run_id, set()).add(asset)
        doing = printable(f"{self._names.get(run_id, run_id)}: {asset.replace('_', ' ')}")
        self._progress.update(self._task, completed=self._made(), doing=doing)

    def ended(self, run_id: str) -> None:
        """Count a run that is final and say once in one line how it ended."""
        run = self._look(run_id)
        with self._lock:
            if run_id in self._done or run.status in (RunStatus.PENDING, RunStatus.RUNNING):
                return
            self._done.add(run_id)
        self._progress.update(self._task, completed=self._made(), dossiers=self._count())
        said = f"[{self._count()}] {run.lead or run_id}: {ending(run)}"
        self._progress.console.print(Text(printable(said)), soft_wrap=True)

    def _made(self) -> int:
        made = {run_id: len(steps) for run_id, steps in self._steps.items()} | dict.fromkeys(self._done, self._assets)
        return sum(made.values())

    def _count(self) -> str:
        return f"{len(self._done)}/{len(self._names)}"


def ending(run: RunView) -> str:
    """Return how a run ended, in a few words."""
    if run.status is not RunStatus.COMPLETED or run.dossier_status is None:
        return f"{run.status}{': ' + run.error if run.error else ''}"
    took = f", {run.wall_s:.1f} s" if run.wall_s is not None else ""
    return f"{run.dossier_status}, score {run.score} ({run.tier}){took}"
