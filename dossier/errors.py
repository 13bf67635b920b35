"""One tree of errors, classified once: what a failure means for the run is decided by its class.

Here: every error the product raises on purpose. Each says what happened, why, and what to do next.
Not here: retry logic (the queue in `dossier/store/runs.py`) and exit codes (`dossier/cli.py`).
"""

from __future__ import annotations

from datetime import datetime


class DossierError(Exception):
    """Base of all errors meant for a person: `what` happened, `why`, and what to do `next_step`."""

    def __init__(self, what: str, why: str = "", next_step: str = "") -> None:
        self.what, self.why, self.next_step = what, why, next_step
        super().__init__(" ".join(part for part in (what, why, next_step) if part))


class Retryable(DossierError):
    """A passing fault (transport, 5xx, 429, a locked database): the queue takes the run again.

    `retry_after` is the least number of seconds to wait, where the other side named one.
    """

    def __init__(self, what: str, why: str = "", next_step: str = "", retry_after: float = 0.0) -> None:
        super().__init__(what, why, next_step)
        self.retry_after = retry_after


class Paused(Retryable):
    """All calls are paused by the vendor's limit of spending: the queue holds the run until then, counting nothing."""

    def __init__(self, why: str, until: datetime) -> None:
        super().__init__(
            f"Calls are paused until {until:%Y-%m-%d %H:%M} UTC.", why, "To end it: dossier budget --resume"
        )
        self.until = until


class Permanent(DossierError):
    """Trying again gives the same result: the run becomes `failed`."""


class BudgetExceeded(DossierError):
    """A budget does not allow this run's first call: the run is `skipped`. Midway it is `BudgetReached`."""


class Parked(DossierError):
    """The answer comes later, with a batch: the run goes back to the queue until it is there."""


class Stopped(DossierError):
    """The process was told to end: the run goes back to the queue as it stands, and nothing is counted."""


class Blocked(DossierError):
    """Out of retries: a person has to look, `last_error` says at what."""


class Superseded(DossierError):
    """Another worker owns this run now: end quietly and write nothing."""


class BadInput(Permanent):
    """What the user gave cannot be used; the message names the field, row or file."""


class BadVariable(BadInput):
    """A variable of the environment has a value it cannot have."""


class StepFailed(Permanent):
    """One step gave no usable answer. Other steps go on; the dossier becomes `partial` and names the gap.

    `reply` is what was paid for nevertheless (an `LlmAnswer`), if anything was; `gap` says what the step did instead.
    """

    gap = "gave no usable answer"

    def __init__(
        self, step: str, what: str, why: str = "", next_step: str = "", reply: object = None, gap: str = ""
    ) -> None:
        super().__init__(what, why, next_step)
        self.step = step
        self.reply = reply
        self.gap = gap or self.gap


class BudgetReached(StepFailed):
    """A budget or the ceiling of calls was reached midway: this step is left out, the dossier becomes `partial`.

    `limit` names the budget, `cap_usd` is its cap in US dollars; both are empty for the ceiling and for a pause.
    """

    def __init__(self, step: str, what: str, why: str = "", limit: str = "", cap_usd: float | None = None) -> None:
        self.limit, self.cap_usd = limit, cap_usd
        super().__init__(step, what, why, gap=f"was not asked ({what} {why})".replace(". ", ", ").replace(".)", ")"))


class NoCallLeft(StepFailed):
    """A repair is wanted that the ceiling of calls does not allow."""
