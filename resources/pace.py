"""How often this process may ask one host: an even pace, shared by all threads.

Here: waiting for one's turn, and the hosts that publish a limit. Not here: limits of a model's vendor, which all
processes share (`dossier/store/limits.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from dossier import stopping

SEC_PER_SECOND = 8.0  # the SEC allows 10 a second and shuts out who asks more often


class Pace:
    """At most `per_second` turns a second, evenly spaced. Safe to share between threads."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = stopping.pause,
    ) -> None:
        self._gap = 1.0 / per_second
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when it is this caller's turn. Raises Stopped as soon as the process is told to end."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)


SEC = Pace(SEC_PER_SECOND)


def wait_for(host: str) -> None:
    """Wait for this process's turn at `host`; most hosts have no pace."""
    if host == "sec.gov" or host.endswith(".sec.gov"):
        SEC.wait()
