"""Runs that a command follows until they are final, whatever others do to them and to the database meanwhile.

Here: a run as it was seen last, one that is deleted on the way, and patience with a database that is busy. Not here:
the order of the work and its answer (`dossier/cli_runs.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from dossier.cli_desk import Desk
from dossier.errors import BadInput, Retryable
from dossier.models import RunStatus
from dossier.store import runs
from dossier.store.runs import REQUEUE_SECONDS, RunView

T = TypeVar("T")
DELETED = "It was deleted while this command worked."


class Followed:
    """The runs of one call, each as it was seen last. Raises BadInput for one that there is not."""

    def __init__(self, desk: Desk, run_ids: Sequence[str]) -> None:
        self._desk = desk
        self._seen = {run_id: patiently(desk, partial(self._read, run_id)) for run_id in run_ids}

    @property
    def views(self) -> list[RunView]:
        """The runs in their order, as they were seen last."""
        return list(self._seen.values())

    def look(self, run_id: str) -> RunView:
        """Return the run as it is now; one that was deleted is shown as it was, cancelled."""
        try:
            self._seen[run_id] = patiently(self._desk, partial(self._read, run_id))
        except BadInput:
            last = self._seen[run_id]
            self._seen[run_id] = replace(last, status=RunStatus.CANCELLED, error=DELETED, dossier_status=None)
        return self._seen[run_id]

    def _read(self, run_id: str) -> RunView:
        with self._desk.store.reading() as session:
            return runs.get_run(session, run_id)


def patiently(desk: Desk, work: Callable[[], T]) -> T:
    """Return what `work` does, which is tried again after a passing fault, as often as a run is."""
    for pause in REQUEUE_SECONDS:
        try:
            return work()
        except Retryable as fault:
            wait = max(pause, fault.retry_after)
            desk.tell(f"{fault.what} {fault.why} Trying again in {wait:g} s.")
            time.sleep(wait)
    return work()
