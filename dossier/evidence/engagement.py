"""Whether a text says that a party is engaged, or only that none is yet: `has not yet selected a contractor`.

Here: denials and searches around one mention, in its clause. Not here: which parties a score asks for
(`dossier/steps/score_facts.py`) and denials on a parse (`dossier/extractive/modality.py`): statements that a model
wrote have none.
"""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[.!?;:](?=\s)|,?\s+(?:but|while|whereas|although|though)\s")
_CHOSEN = (
    r"(?:select|choos|chos|hir|nam|appoint|pick|engag|retain|award|announc|identif|decid|determin|procur|sign|found)\w*"
)
_GAP = r"(?:[^\s,]+\s+){0,6}"
_BEFORE = re.compile(
    rf"(?:\b(?:no|without|nor|neither|never|not|cannot|yet to|instead of|rather than)\b|n['’]t\b"
    rf"|\b(?:look|looks|looked|looking|search|searches|searched|searching)\s+for\b|\bin\s+search\s+of\b"
    rf"|\b(?:seek|seeks|seeking|sought|solicits?|soliciting|needs?|needing|requires?|requests?|requested|invites?|rf[pq]s?)\b"
    rf"|\b(?:will|would|may|might|could|must|should|to|if|once|until|before|whether)\s+{_GAP}{_CHOSEN}"
    rf"|\b(?:if|once|until|before|when|whether)\b)\s+{_GAP}[^\s,]*$",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"[^\s,]*\s+{_GAP}(?:(?:not|never|yet\s+to|to|will|would|may|might|could|must|should)\s+(?:yet\s+)?(?:have\s+)?(?:be|been)?"
    rf"\s*(?:being\s+)?(?:yet\s+)?{_CHOSEN}"
    rf"|n['’]t\s+(?:yet\s+)?(?:been\s+)?{_CHOSEN}|(?:is|are|being)\s+(?:still\s+)?(?:sought|needed|wanted|undecided|open))\b",
    re.IGNORECASE,
)


def is_engaged(text: str, start: int, end: int) -> bool:
    """Return whether the party at `text[start:end]` is engaged: its clause neither denies it nor only looks for it."""
    first = max((found.end() for found in _CLAUSE.finditer(text, 0, start)), default=0)
    stop = next((found.start() for found in _CLAUSE.finditer(text, end)), len(text))
    return not _BEFORE.search(text[first:start]) and not _BEHIND.match(text[end:stop])
