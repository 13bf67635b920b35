"""Compares job titles with those a client wants or does not want.

Here: titles as plain words, short forms written out, and how well two fit. Not here: choosing people
(`contacts.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dossier.evidence.names import words

_SHORT_FORMS = {
    "ceo": "chief executive officer",
    "cfo": "chief financial officer",
    "coo": "chief operating officer",
    "cto": "chief technology officer",
    "cio": "chief information officer",
    "cmo": "chief marketing officer",
    "cro": "chief revenue officer",
    "chro": "chief human resources officer",
    "vp": "vice president",
    "svp": "senior vice president",
    "evp": "executive vice president",
    "hr": "human resources",
    "mgr": "manager",
    "dir": "director",
    "cofounder": "co founder",
}
_JOINTS = frozenset("of the for and at in on to a an".split())
_RANKS = frozenset(
    """vice president senior executive director manager head chief officer lead deputy assistant associate global
    group corporate regional principal general""".split()
)
_NOT_THE_PERSON = frozenset("to of the for".split())
_FORMER = re.compile(r"\b(?:former|formerly|ex|retired|previous|past|late)\b", re.IGNORECASE)
_TOP = ("chief executive officer",)


def matches_any(title: str, unwanted: Sequence[str]) -> str | None:
    """Return the first of `unwanted` that `title` is, None if it is none of them.

    `Assistant to the CEO` and `Office of the CEO` are not `CEO`; `Co-Founder` is `Founder`.
    """
    return next((one for one in unwanted if _holds(_plain(title), _plain(one))), None)


def fit(title: str, wanted: Sequence[str]) -> tuple[int, int]:
    """Return (degree, index of the wanted title that fits best): 0 all its words, 1 its field of work, 2 nothing.

    Lower is better; without `wanted` titles every title has degree 2.
    """
    degrees = ((_degree(title, one), index) for index, one in enumerate(wanted))
    return min(degrees, default=(2, 0))


def spelled_out(title: str) -> str:
    """Return a title in plain lower-case words: `VP of Construction` as `vice president of construction`."""
    return " ".join(_plain(title))


def is_former(title: str) -> bool:
    """True for a title that says the person no longer holds it."""
    return _FORMER.search(title) is not None


def is_chief_executive(title: str) -> bool:
    """True for the head of an organisation, in any short form."""
    return any(_holds(_plain(title), _plain(top)) for top in _TOP)


def _degree(title: str, wanted: str) -> int:
    own, other = set(_plain(title)) - _JOINTS, set(_plain(wanted)) - _JOINTS
    if other and other <= own:
        return 0
    field = other - _RANKS
    return 1 if field and field <= own else 2


def _holds(title: Sequence[str], phrase: Sequence[str]) -> bool:
    size = len(phrase)
    spots = (at for at in range(len(title) - size + 1) if title[at : at + size] == phrase)
    return size > 0 and any(at == 0 or title[at - 1] not in _NOT_THE_PERSON for at in spots)


@lru_cache(maxsize=4096)
def _plain(title: str) -> tuple[str, ...]:
    return tuple(word for part in words(title) for word in _SHORT_FORMS.get(part, part).split())
