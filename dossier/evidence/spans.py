"""Stretches of a text that are spoken for: what one pattern has read, the next one leaves alone.

Here: one small set of offsets with a constant-time check. Not here: the patterns (`dates.py`, `money.py`, ...).
"""

from __future__ import annotations


class Taken:
    """Which characters of a text of `length` have been read."""

    def __init__(self, length: int) -> None:
        self._marks = bytearray(length)

    def take(self, start: int, end: int) -> bool:
        """Mark `start:end` as read and return True; where any of it was read before, return False."""
        if self._marks.find(1, start, end) >= 0:
            return False
        self._marks[start:end] = b"\x01" * (end - start)
        return True
