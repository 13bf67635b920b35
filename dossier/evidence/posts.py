"""Posts of people as texts tell them: whether somebody holds one now or held it before.

Here: the words around a person's name and title. Not here: who the person is (`people.py`), comparing titles with those
a client wants (`dossier/steps/titles.py`), and finding people in a parse (`dossier/extractive/people.py`).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Tenure = Literal["current", "former"]
REACH = 40  # characters before name and title in which `former` is said of them
_FORMER = r"former(?:ly)?|ex|retired|erstwhile|late|previous(?:ly)?|past|outgoing|then"
_BEFORE = re.compile(rf"\b(?:{_FORMER})[-\s]+(?:the\s+|its\s+|our\s+|their\s+)?$", re.IGNORECASE)
_INSIDE = re.compile(rf"\b(?:{_FORMER})\b(?![-\s]*(?:stage|phase|night))", re.IGNORECASE)
_BEHIND = re.compile(
    r"^[\s,()–—-]*(?:(?:who|she|he|they|and|has|have|had|then|until|recently|announced|that|will|to|is|was)\s+){0,4}"
    r"(?:until\b|(?:retire[sd]?|retiring|resign(?:s|ed|ing)?|depart(?:s|ed|ing)?|died|passed away"
    r"|(?:step(?:s|ped)?|stepping)\s+down|left|leaves|leaving)\b|\(?(?:retired|ret\.)\)?)",
    re.IGNORECASE,
)
_PARTY = (
    r"(?:supplier|vendor|customer|client|contractor|subcontractor|landlord|tenant|union|parent|rival|competitor"
    r"|neighbou?r|lender|distributor|dealer|franchisee|spin-?off)"
)
_OF_A_PARTY = re.compile(
    rf"\b(?:an?|the|its|their)\s+(?:[\w-]+\s+){{0,2}}{_PARTY}(?:\s+company)?\s+(?:of|at|for|to)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_TO_A_PARTY = re.compile(rf"(?:[’']s?\s+(?:[\w-]+\s+){{0,2}}?|\s+){_PARTY}\b", re.IGNORECASE)
_HELD = re.compile(r"\b(?:served|worked|retired|resigned|stepped down|departed|previously|formerly)\b[^,;.]*$", re.I)


class Held(NamedTuple):
    """Whether a post is held now, and how many characters before and behind say so."""

    tenure: Tenure
    before: int = 0
    behind: int = 0


def held(before: str, between: str, behind: str) -> Held:
    """Return whether a post is held now, by the words before name and title, between the two, and behind them.

    `former Acme CEO | Ann Lee`, `Ann Lee | served as | CEO of Acme`, `Ann Lee, CEO of Acme | until 2019` are former.
    """
    if told := _BEFORE.search(before[-REACH:]):
        return Held("former", before=len(told[0]))
    if _INSIDE.search(between) or _HELD.search(between):
        return Held("former")
    told = _BEHIND.match(behind)
    return Held("former", behind=len(told[0])) if told else Held("current")


def at_a_party(before: str, behind: str) -> bool:
    """Return whether an organisation is named only to say whose supplier, union or landlord somebody works for.

    `president of a supplier of | Acme`, `the manager of | Acme | 's landlord`: by the words before and behind its name.
    """
    return bool(_OF_A_PARTY.search(before[-2 * REACH :]) or _TO_A_PARTY.match(behind))


def as_held(title: str, tenure: Tenure) -> str:
    """Return the title as one that was held before says so itself: `former CEO`."""
    return title if tenure == "current" or _INSIDE.match(title) else f"former {title}"


def tenure_in(quote: str, person: str, title: str) -> Tenure:
    """Return whether `quote` tells that the person holds the post now; `current` where it does not name both."""
    at, post = quote.find(person), quote.lower().find(title.lower())
    if min(at, post) < 0:
        return "current"
    first, last = sorted([(at, at + len(person)), (post, post + len(title))])
    return held(quote[: first[0]], quote[first[1] : last[0]], quote[last[1] :]).tenure
