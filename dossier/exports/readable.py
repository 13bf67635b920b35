"""How text from outside is shown where it was not made for reading: rows of tables, and texts taken out.

Here: pure functions for display alone; what is stored, bound and checked stays word for word. Not here: characters
that steer (`dossier/text_safety.py`) and the escaping of each format.
"""

from __future__ import annotations

import re

_LEAST_CELLS = 3
_MOST_TAKEN_OUT = 160
_QUOTE = r"\\?\""
_JSON_BEFORE = re.compile(
    rf"\s*[{{\[]+\s*(?:{_QUOTE}\w+{_QUOTE}\s*:\s*)?(?:{_QUOTE})?|\s*{_QUOTE}\w+{_QUOTE}\s*:\s*(?:{_QUOTE})?"
)
_JSON_BEHIND = re.compile(
    rf"(?:{_QUOTE})?\s*[}}\]]*\s*,?\s*[{{\[]*\s*{_QUOTE}\w+{_QUOTE}\s*:.*|{_QUOTE}\s*[}}\]].*|\s*[}}\]]+\s*$", re.DOTALL
)
_RULE = re.compile(r":?-+:?")


def readable(text: str) -> str:
    """Return `text` with rows of tables, `| a | b |`, as their cells with a dot between: `a · b`."""
    return "\n".join(map(_row, text.split("\n"))) if "|" in text else text


def taken_out(text: str) -> str:
    """Return a dropped text as a page shows it: on one line, at most 160 characters, without the JSON around it."""
    opening = _JSON_BEFORE.match(text)
    said = " ".join(_JSON_BEHIND.sub("", text[opening.end() :] if opening else text).split())
    return said if len(said) <= _MOST_TAKEN_OUT else said[: _MOST_TAKEN_OUT - 1].rstrip() + "…"


def _row(line: str) -> str:
    parts = [part.strip() for part in line.split("|")]
    framed = len(parts) > 1 and not (parts[0] and parts[-1])
    if not framed and (len(parts) < _LEAST_CELLS or line.count(" | ") < len(parts) - 1):
        return line
    cells = [part for part in parts if part and not _RULE.fullmatch(part)]
    return " · ".join(cells).replace(": · ", ": ") or line
