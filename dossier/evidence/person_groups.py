"""Persons across claims: who is one person, what each claim adds, and who holds a post that only one can hold.

Here: grouping the contact claims of a run by the rules of `people.py`, the resolved contacts and what stays
open. Not here: whom to contact (`dossier/steps/contacts.py`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Literal, NamedTuple

from rapidfuzz import fuzz

from dossier.evidence.groups import Difference, Group, id_order, reported_on
from dossier.evidence.people import Person, name_key, same_organization, same_person
from dossier.models import Ambiguity, Claim, Confidence, ResolvedContact, Source

SAME_TITLE = 90
Resolution = Literal["SAME_PERSON", "DIFFERENT_PERSON", "UNSURE", "SINGLE"]
_SOLE_POST = re.compile(
    r"(?:president\s+(?:and|&)\s+)?(?:ceo|cfo|coo|cto|cio|chief\s+(?:executive|financial|operating|technology|information"
    r"|marketing|procurement)\s+officer)(?:\s+(?:and|&)\s+president)?|governor|mayor|superintendent",
    re.I,
)
_SHORT_POSTS = {"ceo": "chief executive officer", "cfo": "chief financial officer", "coo": "chief operating officer"}


class _Said(NamedTuple):
    """What a claim tells of a person, in lower case, '' for what it does not: many claims tell the same."""

    email: str
    phone: str
    title: str


@dataclass(slots=True)
class PersonGroup:
    """All claims that name one person at one organisation."""

    person: Person
    claims: list[Claim]
    doubts: list[str] = field(default_factory=list)
    has_namesake: bool = False

    @property
    def resolution(self) -> Resolution:
        """UNSURE where a doubt is open, else whether a namesake or further claims were found."""
        if self.doubts:
            return "UNSURE"
        if self.has_namesake:
            return "DIFFERENT_PERSON"
        return "SAME_PERSON" if len(self.claims) > 1 else "SINGLE"


def group_persons(claims: Sequence[Claim], lead_name: str) -> tuple[list[PersonGroup], list[Ambiguity]]:
    """Return the persons named by `claims` (sorted by id) and the pairs that may be one person.

    Claims of one person at one organisation form a group; doubtful ones are kept apart and flagged.
    """
    groups: list[PersonGroup] = []
    by_name: dict[str, list[PersonGroup]] = defaultdict(list)
    for claim in claims:
        if not claim.details.person:
            continue
        person = Person(claim.details.person, claim.details.organization)
        block = by_name[name_key(person.name)]
        home = next((g for g in block if same_person(g.person, person) == "SAME" or g.person == person), None)
        if home is None:
            home = PersonGroup(person, [])
            block.append(home)
            groups.append(home)
        home.claims.append(claim)
    return groups, [doubt for block in by_name.values() for doubt in _compare(block)]


def resolved_contacts(
    groups: Sequence[PersonGroup], lead_name: str, sources: Mapping[str, Source]
) -> list[ResolvedContact]:
    """Return one contact per group; its role is the one reported last, ties by better tier."""
    return [
        ResolvedContact(
            id=f"CONTACT_{number:03d}",
            name=max((c.details.person or "" for c in group.claims), key=lambda name: (len(name), name)),
            current_role=_current_role(group.claims, sources),
            organization=group.person.organization or lead_name,
            evidence_claims=[claim.id for claim in group.claims],
            resolution=group.resolution,
            confidence=_confidence(group),
        )
        for number, group in enumerate(groups, start=1)
    ]


def group_statements(group: PersonGroup) -> list[list[Claim]]:
    """Return the claims of one person that say the same: no two of them with other titles or addresses."""
    said: list[tuple[list[Claim], set[_Said]]] = []
    for claim in group.claims:
        one = _said(claim)
        known = (home for home in said if one in home[1] or all(_agree(one, other) for other in home[1]))
        claims, told = next(known, ([], set()))
        if not claims:
            said.append((claims, told))
        claims.append(claim)
        told.add(one)
    return [claims for claims, _ in said]


def succession(groups: Sequence[Group]) -> list[Difference]:
    """Return the pairs of groups that give one post of one organisation to two persons."""
    holders: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        post = _sole_post(group.best)
        if post and group.best.details.person and group.best.details.tenure != "former":
            holders[post].append(group)
    return [difference for posts in holders.values() for difference in _chain(posts)]


def _chain(posts: Sequence[Group]) -> Iterator[Difference]:
    """Yield each holder of a post with the one before at the same organisation: a chain tells as much as all pairs."""
    last: list[Group] = []
    for group in posts:
        for at, before in enumerate(last):
            if _other_holder(before.best, group.best):
                yield Difference(before.id, group.id, "person")
                last[at] = group
                break
        else:
            last.append(group)


def _compare(block: Sequence[PersonGroup]) -> list[Ambiguity]:
    doubts = []
    for a, b in combinations(block, 2):
        identity = same_person(a.person, b.person)
        if identity == "UNSURE":
            ids = sorted([*(c.id for c in a.claims), *(c.id for c in b.claims)], key=id_order)
            reason = f"{a.person.name} and {b.person.name} may be one person"
            doubts.append(Ambiguity(id="", claim_ids=ids, reason=reason))
            a.doubts.append(reason)
            b.doubts.append(reason)
        elif same_person(Person(a.person.name, "-"), Person(b.person.name, "-")) == "SAME":
            a.has_namesake = b.has_namesake = True
    return doubts


def _said(claim: Claim) -> _Said:
    details = claim.details
    return _Said(*((value or "").lower() for value in (details.email, details.phone, details.title)))


def _agree(a: _Said, b: _Said) -> bool:
    for one, other in ((a.email, b.email), (a.phone, b.phone)):
        if one and other and one != other:
            return False
    return not a.title or not b.title or fuzz.token_sort_ratio(a.title, b.title) >= SAME_TITLE


def _current_role(claims: Sequence[Claim], sources: Mapping[str, Source]) -> str | None:
    titled = [claim for claim in claims if claim.details.title]
    if not titled:
        return None

    def newest(claim: Claim) -> tuple[date, int, tuple[str, int, str]]:
        return (reported_on(claim, sources) or date.min, -claim.source_tier.rank, id_order(claim.id))

    return max(titled, key=newest).details.title


def _confidence(group: PersonGroup) -> Confidence:
    if group.resolution == "UNSURE":
        return Confidence.LOW
    return min((claim.confidence for claim in group.claims), key=list(Confidence).index)


def _sole_post(claim: Claim) -> str | None:
    title = " ".join((claim.details.title or "").lower().split())
    if not _SOLE_POST.fullmatch(title):
        return None
    post = re.sub(r"(?:^president\s+(?:and|&)\s+|\s+(?:and|&)\s+president$)", "", title)
    return _SHORT_POSTS.get(post, post)


def _other_holder(a: Claim, b: Claim) -> bool:
    one, other = a.details, b.details
    if not one.organization or not other.organization or not same_organization(one.organization, other.organization):
        return False
    return same_person(Person(one.person or "", "-"), Person(other.person or "", "-")) == "DIFFERENT"
