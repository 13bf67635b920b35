"""What a message says that its sender has done for others: references and results that its own profile must hold.

Here: which sentence asserts one, and whether the sender tells of it itself. Not here: what a message says of its
reader (`support.py`) and what happens to one that does not stand (`dossier/steps/fact_check.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from dossier.evidence.facts import content_stems

LEAST_TOLD = 0.5  # part of a sentence's words that one reference of the sender must hold
_DONE = (
    r"(?:helped|worked with|built|delivered|completed|finished|supported|served|saved|cut|reduced|supplied|installed"
    r"|designed|advised|guided|partnered|done|did)"
)
_OTHERS = r"(?:clients?|customers?|teams?|companies|firms|manufacturers|plants|owners|operators)"
_ASSERTS = re.compile(
    rf"\b(?:came|come|turned) to us\b|\btold us\b|\btrusted by\b|\b(?:trust|rely on|chose) us\b"
    rf"|\bwe(?:['’]ve| have| had)?(?: (?:also|already|just|recently|often|successfully|previously))? {_DONE}\b"
    rf"|\b(?:our|other|past|previous|existing|similar|many|several) {_OTHERS} (?:have |has )?"
    rf"(?:saw|seen|told|tell|found|use|used|{_DONE})\b|\b{_OTHERS} (?:like yours?|of ours)\b",
    re.IGNORECASE,
)
_PAST = re.compile(rf"\b{_DONE}\b", re.IGNORECASE)
_TELLS = re.compile(r"project|reference|case|result|testimonial|customer|portfolio|proof|award|track", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def unsupported_reference(text: str, references: Collection[str]) -> str:
    """Return why `text` tells of work for others that none of the sender's `references` holds, or ''."""
    known = [content_stems(one) for one in references]
    for sentence in _SENTENCE.split(_QUOTED.sub(" ", text)):
        stems = content_stems(sentence)
        if _ASSERTS.search(sentence) and not any(len(stems & one) >= LEAST_TOLD * len(stems) for one in known):
            return "it tells of work for others that the client's configuration does not hold"
    return ""


def references_in(value: Any, told: bool = False) -> Iterator[str]:
    """Yield the texts of a configuration (JSON) that tell what its owner has done; a mapping's own texts are one.

    `told` is whether the field above names such: `notable_projects`, `case_studies`, `results`.
    """
    if isinstance(value, dict):
        here = " ".join(text for text in value.values() if isinstance(text, str))
        yield from [here] if told and here else ()
        for name, item in value.items():
            yield from references_in(item, told or bool(_TELLS.search(str(name))))
    elif isinstance(value, list):
        for item in value:
            yield from references_in(item, told)
    elif isinstance(value, str) and (told or _PAST.search(value)):
        yield value
