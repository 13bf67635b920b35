"""How a run is told at a glance: its age, its cost, where it stands and why, and what a person can do next.

Here: words made of a `RunView`, pure. Not here: where they are shown (`dossier/cli_queue.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dossier.models import RunStatus, StepStatus
from dossier.store.owners import in_words
from dossier.store.runs import RunView
from dossier.store.step_runs import StepView

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def span(seconds: float) -> str:
    """Return a length of time in its largest unit: `40 s`, `3 min`, `5 h`, `2 d`."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(max(seconds, 0))} s"


def money(usd: float) -> str:
    """Return an amount in dollars; what is nothing is shown as nothing."""
    return f"${usd:.2f}" if usd >= 0.005 else ("< $0.01" if usd > 0 else "-")


def age(view: RunView) -> str:
    """Return since when a run waits or is under way, or how long ago it ended."""
    return span(view.age_s) if view.status in (RunStatus.PENDING, RunStatus.RUNNING) else f"{span(view.age_s)} ago"


def reason(view: RunView) -> str:
    """Return why a run stands where it stands."""
    if view.status is RunStatus.RUNNING:
        return _held(view)
    if view.status is RunStatus.PENDING:
        wait = f"due in {span(view.due_in_s)}" if view.due_in_s else "due"
        return f"{wait}, attempt {view.attempt}: {view.error}" if view.error else wait
    if view.status is RunStatus.COMPLETED:
        return _completed(view)
    return view.error or ""


def next_step(view: RunView, steps: Sequence[StepView] = ()) -> str:
    """Return what a person can do about a run, as a command."""
    broken = next((step.asset for step in steps if step.status is StepStatus.FAILED), "STEP")
    partial = f"The dossier lists its gaps. Make a part again: dossier retry {view.run_id} --from {broken}"
    return {
        RunStatus.PENDING: f"`dossier dev` takes it when it is due, or take all that wait: dossier run --client "
        f"{view.client} --flagged",
        RunStatus.RUNNING: f"Its worker is gone, take it up again: dossier retry {view.run_id}"
        if view.interrupted
        else f"Wait, or stop it: dossier cancel {view.run_id}",
        RunStatus.COMPLETED: partial
        if view.dossier_status == "partial"
        else f"Take it along: dossier export {view.run_id} --format bundle --out FOLDER",
        RunStatus.FAILED: f"Mend what the reason names, then: dossier retry {view.run_id}",
        RunStatus.BLOCKED: f"Look at the reason, then: dossier retry {view.run_id}",
        RunStatus.CANCELLED: f"To make it after all: dossier retry {view.run_id}",
        RunStatus.SKIPPED: f"Once the budget allows it: dossier retry {view.run_id}",
    }[view.status]


def totals(counts: Mapping[str, int]) -> str:
    """Return how many runs there are, by status."""
    number = sum(counts.values())
    return f"{number} run{'s' if number != 1 else ''}: " + ", ".join(f"{n} {word}" for word, n in counts.items())


def _held(view: RunView) -> str:
    worker, left = in_words(view.owner or ""), view.lease_s
    if not view.interrupted:
        return f"held by {worker}, lease ends in {span(left or 0.0)}"
    if left is None or left > 0:
        return f"its worker died: {worker}"
    return f"its worker was not heard from, its lease is over since {span(-left)}: {worker}"


def _completed(view: RunView) -> str:
    if view.dossier_status is None:
        return view.error or "no dossier"
    said = f"{view.dossier_status}, score {view.score} ({view.tier})"
    return f"{said}, version {view.dossier_version}" if (view.dossier_version or 0) > 1 else said
