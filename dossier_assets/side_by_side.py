"""Runs the branches of one op side by side and hands on what each makes as soon as it is there.

Here: threads and the order of arrival. Not here: what the branches make (`graph.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def as_they_come(branches: Sequence[Callable[[], Iterator[T]]]) -> Iterator[T]:
    """Yield what the branches yield, as it comes. The first fault is raised after all branches have ended.

    One branch alone runs in the caller's thread.
    """
    if len(branches) == 1:
        yield from branches[0]()
        return
    arrived: SimpleQueue[tuple[T] | Exception | None] = SimpleQueue()
    faults = []
    with ThreadPoolExecutor(len(branches), thread_name_prefix="branch") as pool:
        for branch in branches:
            pool.submit(copy_context().run, _drain, branch, arrived)
        running = len(branches)
        while running:
            match arrived.get():
                case None:
                    running -= 1
                case Exception() as fault:
                    faults.append(fault)
                case (made,):
                    yield made
    if faults:
        raise faults[0]


def _drain(branch: Callable[[], Iterator[T]], arrived: SimpleQueue[tuple[T] | Exception | None]) -> None:
    try:
        for made in branch():
            arrived.put((made,))
    except Exception as fault:  # noqa: BLE001 - it is raised again in the thread that asked
        arrived.put(fault)
    finally:
        arrived.put(None)
