"""How a run is told at a glance: its age, its cost, where it stands and why, and what a person can do next.

Here: words made of a `RunView`, pure. Not here: where they are shown (`dossier/cli_queue.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dossier.exchange import NOT_ASKED
from dossier.models import RunStatus, StepStatus
from dossier.store.budgets import RUN
from dossier.store.owners import in_words
from dossier.store.runs import RunView
from dossier.store.step_runs import StepView

_LEAST_USD = 1.0
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
    if view.status is RunStatus.PENDING and view.waiting_for:
        return f"waits for a batch ({in_batches(view.calls_sent, view.calls_waiting)})"
    if view.status is RunStatus.PENDING:
        wait = f"due in {span(view.due_in_s)}" if view.due_in_s else "due"
        return f"{wait}, attempt {view.attempt}: {view.error}" if view.error else wait
    if view.status is RunStatus.COMPLETED:
        return _completed(view)
    return view.error or ""


def in_batches(sent: int, waiting: int) -> str:
    """Return how many calls are in batches, and how many wait for one: `3 calls sent, 1 call waiting`."""
    counted = ((sent, "sent"), (waiting, "waiting"))
    return ", ".join(f"{n} call{'s' * (n != 1)} {word}" for n, word in counted if n) or "all came back"


def next_step(view: RunView, steps: Sequence[StepView] = ()) -> str:
    """Return what a person can do about a run, as a command."""
    return {
        RunStatus.PENDING: f"`dossier dev` takes it when it is due, or take all that wait: dossier run --client "
        f"{view.client} --flagged",
        RunStatus.RUNNING: f"Its worker is gone, take it up again: dossier retry {view.run_id}"
        if view.interrupted
        else f"Wait, or stop it: dossier cancel {view.run_id}",
        RunStatus.COMPLETED: _mend(view, steps)
        if view.dossier_status == "partial"
        else f"Take it along: dossier export {view.run_id} --format bundle --out FOLDER",
        RunStatus.FAILED: f"Mend what the reason names, then: dossier retry {view.run_id}",
        RunStatus.BLOCKED: f"Look at the reason, then: dossier retry {view.run_id}",
        RunStatus.CANCELLED: f"To make it after all: dossier retry {view.run_id}",
        RunStatus.SKIPPED: f"Once the budget allows it: dossier retry {view.run_id}",
    }[view.status]


def shortfall(view: RunView, steps: Sequence[StepView]) -> str:
    """Return in one line why a dossier is partial: the budget that was reached, or the first step without an answer."""
    broken = _first_broken(steps)
    reached = view.budget_reached
    why = (reached and reached.said) or (broken and broken.error) or "a step gave no usable answer"
    return " ".join((f"{broken.step}: {why}" if broken else why).split())


def _mend(view: RunView, steps: Sequence[StepView]) -> str:
    """Return the command that makes again what is missing: with more money, or, where answers failed, asked anew."""
    broken = _first_broken(steps)
    again = f"dossier retry {view.run_id} --from {broken.step if broken else 'sources'}"
    reached = view.budget_reached
    if reached and reached.limit == RUN:
        enough = max(_LEAST_USD, 2 * (reached.cap_usd or 0), view.cost_usd + 1)
        return f"Raise the run's budget: {again} --budget-usd {enough:.2f}"
    if reached and reached.limit:
        return f"Once the budget allows it (dossier budget): {again}"
    return f"Ask anew: {again} --no-cache"


def _first_broken(steps: Sequence[StepView]) -> StepView | None:
    """Return the first step whose newest step run failed, or was skipped for want of a budget or of calls."""
    newest = {step.step: step for step in sorted(steps, key=lambda step: step.attempt)}
    return next((step for step in steps if newest[step.step] is step and _is_broken(step)), None)


def _is_broken(step: StepView) -> bool:
    return step.status is StepStatus.FAILED or bool(step.counts.get(NOT_ASKED))


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
    said = f"{said}, version {view.dossier_version}" if (view.dossier_version or 0) > 1 else said
    return said if view.dossier_stands is not False else f"{said}, not standing: another dossier of the lead is shown"
