"""A thread that does one small thing again and again while there is work: it keeps leases alive.

Here: when it beats, and ending when nothing is left to do. Not here: what a beat does (`open_runs.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread

BEAT_SECONDS = 5.0  # a sixth of a lease: five beats may fail before it is over


class Heartbeat:
    """Calls `beat()` every `seconds` from `begin` on until it returns False. Safe to begin from several threads."""

    def __init__(self, beat: Callable[[], bool], seconds: float = BEAT_SECONDS) -> None:
        self._beat = beat
        self._seconds = seconds
        self._lock = Lock()
        self._wait = Event()
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Start to beat, unless it beats already."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="heartbeat", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wait.wait(self._seconds)
            with self._lock:
                if not self._beat():
                    self._thread = None
                    return
