"""Tells a model which of its drafts do not stand, with the words of the source that come nearest, to mend them by.

Here: one complaint per draft. Not here: the rules (`claims.py`). What a source says stays data: it stands between marks
that no text can know, because they are the digest of what stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz

from dossier import keys
from dossier.evidence.quotes import bind
from dossier.models import ClaimDraft, Document
from dossier.steps.claims import NO_QUOTE, UNKNOWN_SOURCE, bind_draft

MOST_SHOWN = 20
ALIKE = 55.0
MAX_SHOWN_CHARS = 600
_LOOK_AROUND = 60
_LEAVE_OUT = "Nothing like it stands there: leave the claim out."


def draft_faults(drafts: Sequence[ClaimDraft], documents: Mapping[str, Document]) -> list[str]:
    """Return in words why each of the drafts that do not stand does not; `documents` are the run's, by source id."""
    faults: list[str] = []
    for number, draft in enumerate(drafts):
        bound = bind_draft(draft, documents)
        if isinstance(bound, str):
            help_ = _help(bound, draft, documents) if len(faults) < MOST_SHOWN else ""
            faults.append(f"claims.{number}: {bound}. {help_}".strip())
    return faults


def _help(reason: str, draft: ClaimDraft, documents: Mapping[str, Document]) -> str:
    if reason not in (UNKNOWN_SOURCE, NO_QUOTE):
        return ""
    holder = next((one.id for one in documents.values() if bind(one.text, draft.quote)), None)
    if holder:
        return f"The quote stands in {holder}."
    if reason == UNKNOWN_SOURCE:
        return f"No passage has the id {draft.source_id[:60]!r}, and the quote stands in none: leave the claim out."
    near = nearest(draft.quote, documents[draft.source_id].text)
    if not near:
        return _LEAVE_OUT
    code = keys.digest(near)[:16]
    return (
        "Copy from the words that come nearest, and let the statement say no more than they do, or leave the claim "
        f"out:\n[[{code} nearest words]]\n{near}\n[[{code} end]]"
    )


def nearest(quote: str, text: str) -> str:
    """Return the stretch of `text` that is most like `quote`, whole words, '' where nothing is alike."""
    found = fuzz.partial_ratio_alignment(quote, text, score_cutoff=ALIKE)
    if found is None or found.dest_end <= found.dest_start:
        return ""
    start = max(found.dest_start - _LOOK_AROUND, 0)
    end = min(found.dest_end + _LOOK_AROUND, len(text), start + MAX_SHOWN_CHARS)
    shown = text[start:end]
    if start and not text[start - 1].isspace():
        shown = re.sub(r"^\S*\s", "", shown, count=1)
    if end < len(text) and not text[end].isspace():
        shown = re.sub(r"\s\S*$", "", shown, count=1)
    return shown.strip()
