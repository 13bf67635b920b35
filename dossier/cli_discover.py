"""Dossiers of leads that nobody named: searches of the client's profile, one after another.

Here: how many searches there are, and what is said of those that found nothing. Not here: the search
(`dossier/steps/discovery.py`) and seeing a run through (`dossier/cli_runs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from dossier.cli_desk import Desk, Outcome
from dossier.models import Attempt, RunStatus
from dossier.store import discovery
from dossier.store.options import Wishes, wish
from dossier.store.runs import RunView

SeeThrough = Callable[[Sequence[str]], list[RunView]]


def search_for_leads(
    desk: Desk,
    client: str,
    count: int,
    *,
    day: date | None,
    provider: str | None,
    trigger: str,
    wished: Wishes,
    see_through: SeeThrough,
) -> tuple[list[RunView], str]:
    """Make searches until `count` leads are found; return their runs and what to say of them.

    Each search begins where the one before ended. A search in vain is followed by a changed one; the last is the
    one after which no search of the profile is left, or one that failed.
    """
    made: list[RunView] = []
    found, attempt = 0, None
    while found < count:
        with desk.store.transaction() as session:
            run_id = discovery.queue_discovery(
                session,
                client,
                trigger=trigger,
                reference_date=day or datetime.now(UTC).astimezone().date(),
                provider=provider,
            )
            if wished:
                wish(session, run_id, wished)
        [view] = see_through([run_id])
        made.append(view)
        with desk.store.reading() as session:
            attempt = discovery.last_attempt(session, run_id)
        found += view.lead is not None
        if view.status is not RunStatus.COMPLETED or (attempt is not None and attempt.exhausted):
            break
    return made, _told(found, count, made[-1], attempt)


def _told(found: int, count: int, last: RunView, attempt: Attempt | None) -> str:
    said = f"{found} of {count} leads found."
    if found >= count:
        return said
    if last.status is not RunStatus.COMPLETED:
        return f"{said} The search stopped, because a run is {last.status}."
    return f"{said} {attempt.recommendation}" if attempt and attempt.recommendation else said


def would_search(client: str, count: int) -> Outcome:
    """Answer what a search would make: nobody knows beforehand whom it finds."""
    row = {"client": client, "lead": None, "domain": None, "run_id": None, "lead_id": None}
    said = f"At most {count} leads would be searched for, one after another; nothing was."
    return Outcome({"would_run": [row] * count}, [said])
