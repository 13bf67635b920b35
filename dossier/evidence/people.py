"""Names of persons: taking them apart, telling them from organisations, and whether two mean one person.

Here: the rules of identity (same name at the same organisation, and nothing looser). Not here: finding names in
text and collecting what is known of a person (`dossier/steps/merged_claims.py`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from dossier.evidence.names import core_words, fold

Identity = Literal["SAME", "DIFFERENT", "UNSURE"]
MAX_NAME = 60
_NO_PERSON = frozenset(
    """
    inc incorporated llc llp ltd limited corp corporation company co plc gmbh ag group holdings bank university college
    school institute foundation association department office agency bureau commission council committee board
    administration services solutions systems technologies industries partners associates international center centre
    hospital county city state team program project press media relations contact contacts director manager president
    officer chief vice secretary counsel general attention customer support human resources news desk newsroom street
    avenue road suite building north south east west united states
    """.split()
)
_PARTICLES = frozenset("de del della der den di da dos du la le van von bin ibn al el ter ten y e st st. mc o'".split())
_WORD = re.compile(r"[^\W\d_]+(?:[.'’\-‐][^\W\d_]+)*\.?(?:,)?")
_DEGREE = (
    r"ph\.?\s?d|m\.?d|m\.?b\.?a|r\.?n|p\.?e|c\.?p\.?a|esq|d\.?o|j\.?d|m\.?p\.?h|pharm\.?d|d\.?v\.?m|r\.?ph"
    r"|m\.?s\.?c?|b\.?s"
)
_CREDENTIALS = re.compile(rf"(?:,?\s+(?:{_DEGREE})\b\.?)+$", re.I)
_DEGREES_FIRST = re.compile(rf"^(?:[\s,]*\b(?:{_DEGREE})\b\.?)+[\s,–—-]+", re.I)
_VAGUE = frozenset(
    "american america national united general first north south east west new global international".split()
)
_NICKNAMES = """
    robert bob rob bobby; william bill will billy; richard rick dick rich; james jim jimmy jamie; john jack johnny
    michael mike mick; thomas tom tommy; charles charlie chuck; christopher chris; daniel dan danny; david dave
    edward ed eddie ted; elizabeth liz beth betsy; jennifer jen jenny; joseph joe joey; katherine kate kathy katie
    margaret maggie peggy meg; matthew matt; nicholas nick; patricia pat patty; patrick pat; rebecca becky
    samuel sam; stephen steve; steven steve; susan sue; timothy tim; anthony tony; andrew andy drew
    benjamin ben; gregory greg; jeffrey jeff; kenneth ken; lawrence larry; ronald ron; donald don; philip phil
    alexander alex; jonathan jon; joshua josh; kimberly kim; deborah deb debbie; victoria vicky
"""


class PersonName(NamedTuple):
    """The parts of a name as written, without titles and degrees."""

    first: str
    middle: str
    last: str
    suffix: str


class Person(NamedTuple):
    """A person as one claim names them; `organization` is None where the claim names none."""

    name: str
    organization: str | None


@lru_cache(maxsize=10_000)
def split_name(name: str) -> PersonName:
    """Return the parts of `name`: `Dr. Ann B. Lee-Ross, PhD` -> Ann, B., Lee-Ross. Empty parts are ''."""
    from nameparser import HumanName

    parsed = HumanName(_CREDENTIALS.sub("", " ".join(name.split())))
    return PersonName(str(parsed.first), str(parsed.middle), str(parsed.last), str(parsed.suffix))


@lru_cache(maxsize=10_000)
def is_person_name(name: str) -> bool:
    """Return whether `name` can be a person's: two words or more, capitals, none of a company or an office."""
    plain = _CREDENTIALS.sub("", " ".join(name.split()))
    words = plain.split()
    if not 2 <= len(words) <= 6 or len(plain) > MAX_NAME or not all(_WORD.fullmatch(word) for word in words):
        return False
    bare = [fold(word).strip(".,") for word in words]
    if any(word in _NO_PERSON for word in bare):
        return False
    names = [word for word, low in zip(words, bare, strict=True) if low not in _PARTICLES]
    parts = split_name(plain)
    return len(names) >= 2 and all(word[0].isupper() for word in names) and len(parts.first) > 0 and len(parts.last) > 1


def without_degrees(title: str) -> str:
    """Return what stands behind a name without the degrees in front: `PhD, Senior Manager` -> `Senior Manager`."""
    return _DEGREES_FIRST.sub("", title).strip()


def same_person(a: Person, b: Person) -> Identity:
    """Return whether two mentions mean one person.

    The same name at the same organisation is one person, at another organisation another one; a nickname, an
    initial or a missing organisation leaves it open; other names are other persons. Symmetric.
    """
    likeness = _same_name(split_name(a.name), split_name(b.name))
    if likeness == "other":
        return "DIFFERENT"
    if a.organization and b.organization and not same_organization(a.organization, b.organization):
        return "DIFFERENT"
    if likeness == "like" or not a.organization or not b.organization:
        return "UNSURE"
    return "SAME"


def same_organization(a: str, b: str) -> bool:
    """Return whether two names mean one organisation: equal, or one the beginning of the other."""
    one, other = sorted((core_words(a), core_words(b)), key=len)
    return one == other or (bool(one) and other[: len(one)] == one and not _VAGUE.issuperset(one))


def name_key(name: str) -> str:
    """Return the folded last name: persons whose keys differ are never the same."""
    return _letters(split_name(name).last or name)


def _same_name(a: PersonName, b: PersonName) -> Literal["equal", "like", "other"]:
    if not _letters(a.last) or _letters(a.last) != _letters(b.last):
        return "other"
    if _contradict(a.middle, b.middle) or (a.suffix and b.suffix and _letters(a.suffix) != _letters(b.suffix)):
        return "other"
    first, other = _letters(a.first), _letters(b.first)
    if first and first == other:
        return "equal"
    if first and other and ((len(first) == 1 or len(other) == 1) and first[0] == other[0]):
        return "like"
    return "like" if first in _nicknames().get(other, frozenset()) else "other"


def _contradict(a: str, b: str) -> bool:
    one, other = _letters(a), _letters(b)
    return bool(one and other) and not (one.startswith(other) or other.startswith(one))


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalpha())


@lru_cache(maxsize=1)
def _nicknames() -> dict[str, frozenset[str]]:
    known: dict[str, set[str]] = {}
    for group in re.split(r"[;\n]", _NICKNAMES):
        names = group.split()
        for name in names:
            known.setdefault(name, set()).update(names)
    return {name: frozenset(group) for name, group in known.items()}
