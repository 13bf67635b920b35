"""The word to stop: one for the whole process, and every long wait ends at once when it is given.

Here: giving the word, and a sleep that listens to it. Not here: signals (`dossier/cli_desk.py`) and what becomes of a
run that was stopped (`dossier/open_runs.py`).
"""

from __future__ import annotations

from threading import Event

from dossier.errors import Stopped

_told = Event()


def begin() -> None:
    """Forget an earlier word: new work begins."""
    _told.clear()


def tell() -> None:
    """Tell all waits of this process to end, and all work to begin nothing new."""
    _told.set()


def pause(seconds: float) -> None:
    """Sleep for so long. Raises Stopped as soon as the process is told to stop, also with 0."""
    if _told.wait(seconds):
        raise Stopped("The work was stopped.", "Its process was told to end.")
