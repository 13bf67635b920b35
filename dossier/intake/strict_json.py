"""JSON from outside, read strictly: what two readers could understand differently is refused.

Here: size, depth, duplicate keys, NaN, unreadable text. Not here: what the values mean.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_LINE_BYTES = 16_000_000
MAX_DEPTH = 40
MAX_BITS = 1_024


class BadJson(ValueError):
    """A text that is not the JSON we take; its message is a reason for a person."""


def loads(raw: bytes) -> Any:
    """Return the value of the JSON text `raw` in UTF-8. Raises BadJson with the reason."""
    if len(raw) > MAX_LINE_BYTES:
        raise BadJson(f"longer than {MAX_LINE_BYTES} bytes")
    try:
        value = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise BadJson(f"not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise BadJson("nested too deep") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"not JSON: {error.msg} at character {error.pos}") from error
    except BadJson:
        raise
    except ValueError as error:
        raise BadJson("a number has too many digits") from error
    check(value)
    return value


def lines(path: Path) -> Iterator[tuple[int, bytes | BadJson]]:
    """Yield number (from 1) and bytes of each line that is not blank; a line that is too long as BadJson."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE_BYTES)
                yield number, BadJson(f"longer than {MAX_LINE_BYTES} bytes")
            elif line.strip():
                yield number, line


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise BadJson(f"the key {twice[:60]!r} stands twice")
    return value


def _constant(name: str) -> Any:
    raise BadJson(f"{name} is not JSON")


def check(value: Any, depth: int = MAX_DEPTH) -> None:
    """Refuse values nested deeper than `depth`, text that no database holds, and infinite numbers."""
    if depth < 0:
        raise BadJson("nested too deep")
    if isinstance(value, dict):
        for name, item in value.items():
            check(name, depth)
            check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            check(item, depth - 1)
    elif isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise BadJson("a number is too large")
    elif isinstance(value, str):
        if fault := text_fault(value):
            raise BadJson(fault)
    elif isinstance(value, float) and not math.isfinite(value):
        raise BadJson("a number is too large, or none at all")


def text_fault(text: str) -> str | None:
    """Return why `text` cannot be stored: NUL or lone surrogates; None if it can."""
    if "\x00" in text:
        return "the text holds a NUL character"
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "the text holds half of a surrogate pair"
    return None
