"""What a model says to be missing: kept where it says no more than that.

Here: the one kind of free text that a writer gives without claims. Not here: gaps that code words (`gaps.py`).
"""

from __future__ import annotations

import re

MAX_CHARS = 300
# An address, a figure or a mark of the prompt has no place where nothing is proved.
_MORE = re.compile(r"[0-9@<>{}\[\]\\]|://|www\.|MERGED|CONFLICT", re.IGNORECASE)
_MISSING = re.compile(
    r"\b(?:no|not|none|nothing|nobody|neither|nor|never|without|missing|lacks?|lacking|unknown|unclear|cannot|few|"
    r"only|silent|absent|unnamed|undated|little)\b|n['’]t\b",
    re.IGNORECASE,
)


def said_missing(gap: str | None) -> str:
    """Return a model's `gap` as it is, or nothing if it tells more than that something is missing.

    No claim stands behind a gap, so it may hold no figure, no address and no statement of another kind: what a
    document ordered the model to say would come out there.
    """
    said = " ".join((gap or "").split())
    return said if len(said) <= MAX_CHARS and _MISSING.search(said) and not _MORE.search(said) else ""
