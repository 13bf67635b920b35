"""Runs the branches of one op, and the runs of one branch, side by side.

Here: threads and the order of arrival. Not here: what the branches make (`graph.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

from dagster import DagsterExecutionInterruptedError

from dossier import stopping

S = TypeVar("S")
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
    with ThreadPoolExecutor(len(branches), thread_name_prefix="branch") as pool, _ends_waits():
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


def each_of(items: Sequence[S], act: Callable[[S], T], at_once: int) -> list[T]:
    """Return what `act` gives for each of `items`, in their order, at most `at_once` at the same time.

    What has not begun when the caller's thread is interrupted is not begun any more.
    """
    if at_once < 2 or len(items) < 2:
        return [act(item) for item in items]
    pool = ThreadPoolExecutor(min(at_once, len(items)), thread_name_prefix="run")
    try:
        futures = [pool.submit(copy_context().run, act, item) for item in items]
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _ends_waits() -> Iterator[None]:
    """End the waits of the branches when their caller is interrupted: it waits for them before it goes."""
    try:
        yield
    except (KeyboardInterrupt, DagsterExecutionInterruptedError):
        stopping.tell()
        raise


def _drain(branch: Callable[[], Iterator[T]], arrived: SimpleQueue[tuple[T] | Exception | None]) -> None:
    try:
        for made in branch():
            arrived.put((made,))
    except Exception as fault:  # noqa: BLE001 - it is raised again in the thread that asked
        arrived.put(fault)
    finally:
        arrived.put(None)
