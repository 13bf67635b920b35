"""Runs the branches of one step side by side, in threads, and waits for all of them.

Here: the one way to do so; a branch that gave no usable answer is a value, any other fault is raised when all
branches have ended. Not here: what the branches do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from dossier.errors import StepFailed

T = TypeVar("T")
MAX_BRANCHES = 6


def side_by_side(branches: Mapping[str, Callable[[], T]]) -> dict[str, T | StepFailed]:
    """Run all `branches`; return their results, or their StepFailed, under their names and in their order.

    Any other exception of a branch is raised, the first by order, after all branches have ended.
    """
    if not branches:
        return {}
    with ThreadPoolExecutor(min(len(branches), MAX_BRANCHES), thread_name_prefix="step") as pool:
        # One copy of the context per branch: log fields bound outside hold inside, and none leaks across.
        futures = {name: pool.submit(copy_context().run, _outcome, run) for name, run in branches.items()}
    return {name: future.result() for name, future in futures.items()}


def _outcome(run: Callable[[], T]) -> T | StepFailed:
    try:
        return run()
    except StepFailed as failure:
        return failure
