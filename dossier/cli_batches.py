"""What a command says of batches: when calls are sent, when they came back, and that it still waits.

Here: lines on standard error. Not here: the batches themselves (`dossier/store/batches.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from dossier.cli_desk import Desk
from dossier.cli_words import in_batches, span
from dossier.store import batches, runs

TELL_SECONDS = 60.0


class BatchNews:
    """What has changed about batches since it was told last; while nothing changes, a line a minute."""

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._clock = desk, clock
        self._begun = self._told = clock()
        self._sent: dict[str, int] = {}

    def tell(self) -> None:
        """Look at the batches, and say what is new."""
        with self._desk.store.reading() as session:
            found, counts = batches.open_batches(session), batches.counts(session)
        sent = {batch.id: batch.requests for batch in found if batch.vendor_id}
        back = sum(calls for name, calls in self._sent.items() if name not in sent)
        new = sum(calls for name, calls in sent.items() if name not in self._sent)
        self._sent, now = sent, self._clock()
        said = [f"A batch came back: {_calls(back)}."] if back else []
        said += (
            [f"A batch is sent: {_calls(new)}. Its answers come within a day, mostly within an hour."] if new else []
        )
        if not said and now - self._told >= TELL_SECONDS:
            said = [f"Waiting for a batch since {span(now - self._begun)}: {in_batches(**counts)}."]
        for line in said:
            self._desk.tell(line)
            self._told = now


def say_how_it_goes_on(desk: Desk, run_ids: Sequence[str], wished: bool | None) -> None:
    """Say of how many runs the calls go in batches because it was wished earlier, and how that is taken back."""
    if wished is not None:
        return
    with desk.store.reading() as session:
        kept = [run_id for run_id in run_ids if runs.get_run(session, run_id).in_batches]
    if kept:
        many = f"{len(kept)} runs go" if len(kept) > 1 else "1 run goes"
        desk.tell(f"{many} on in batches, as begun. For ordinary calls: repeat the command with --no-batch.")


def _calls(number: int) -> str:
    return f"{number} call{'s' * (number != 1)}"
