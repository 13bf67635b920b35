"""Organisations and persons named in parsed text, cut to the name itself, and the parties of a contract.

Here: what the parser calls an entity, trimmed; terms that a contract defines (`Collateral`, `Loan Documents`), which
name nobody; and its parties (`Borrower`), who stand for a name. Not here: which organisation a sentence is about
(`entity_gate.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dossier.ports import ParsedSentence, Token

Kind = Literal["organization", "person", "party"]
_KINDS: dict[str, Kind] = {"ORG": "organization", "PERSON": "person"}
# a contract's words for who signs it; the second line names an organisation by what it is
PARTIES = frozenset("borrower lender landlord tenant guarantor licensee licensor seller buyer purchaser".split())
_ORGANISATIONS = frozenset({"bank"})
_TERMS = frozenset(
    """
    account accounts act addendum administrator advance advances affiliate affiliates agent agreement agreements
    amendment appendix article assets assignment bankruptcy board bonds borrower borrowers business capital
    certificate claims closing code collateral commitment committed commodity commonwealth company contract
    control controller cooperation corporation counterparts credit date debt default deposit director documents
    duly employee equipment equity event exclusive executive exhibit expenses extension extensions facility fee
    fifth first financed financing fourth gaap guaranty indebtedness indenture insolvency intellectual interest
    inventory investment investments ip issuer landlord law laws lease lender lenders letter letters lien liens
    line loan loans maker material members mortgage name note notes notice obligations officer option parent
    party parties payment permitted plan pledge proceedings project property purchase receivables registrar
    revolving sale schedule second section secured securities security seller share shareholders shares state
    stock subsidiaries subsidiary supplemental tax tenant term third title trust trustee of the and to in for '
    ’ s - , & il
    """.split()
)
_NAMED = re.compile(r"[A-Za-z0-9]")
_TITLE_BEHIND = frozenset({"title", "name", "by", "its", "date"})


@dataclass(frozen=True, slots=True)
class Entity:
    """A name at `text[start:end]`, the tokens `first:last` of its sentence."""

    start: int
    end: int
    kind: Kind
    first: int
    last: int


def find_entities(sentences: Iterable[ParsedSentence]) -> list[Entity]:
    """Return the organisations, persons and parties in a parse, in order."""
    return [entity for sentence in sentences for entity in _entities(sentence)]


def named(sentence: ParsedSentence, kind: Kind) -> list[Entity]:
    """Return the entities of one kind in a sentence, in order."""
    return [entity for entity in find_entities([sentence]) if entity.kind == kind]


def _entities(sentence: ParsedSentence) -> Iterator[Entity]:
    tokens = sentence.tokens
    taken: set[int] = set()
    found: list[tuple[int, Entity]] = []
    for label, first, last in sentence.entities:
        kind = _KINDS.get(label)
        first, last = _trimmed(tokens, first, last)
        if kind and first < last and not _is_term(tokens[first:last]):
            taken.update(range(first, last))
            found.append((first, Entity(tokens[first].start, tokens[last - 1].end, kind, first, last)))
    for at, token in enumerate(tokens):
        kind = _role(token)
        if kind and at not in taken and not _is_part_of_a_name(tokens, at):
            found.append((at, Entity(token.start, token.end, kind, at, at + 1)))
    yield from (entity for _, entity in sorted(found, key=lambda one: one[0]))


def _trimmed(tokens: Sequence[Token], first: int, last: int) -> tuple[int, int]:
    """Return a span without articles and signs at its edges, and without the label of a signature's next line."""
    while first < last and (tokens[first].pos in ("DET", "PUNCT") or not _NAMED.search(tokens[first].text)):
        first += 1
    while first < last and (
        tokens[last - 1].tag in ("POS", ",", ".", ":")
        or not _NAMED.search(tokens[last - 1].text)
        or tokens[last - 1].text.lower() in _TITLE_BEHIND
    ):
        last -= 1
    return first, last


def _is_term(tokens: Sequence[Token]) -> bool:
    """True where every word is one that contracts define: `Loan Documents`, `Collateral Account`."""
    return all(token.text.lower() in _TERMS for token in tokens)


def _role(token: Token) -> Kind | None:
    if not token.text[:1].isupper():
        return None
    low = token.text.lower()
    return "party" if low in PARTIES else "organization" if low in _ORGANISATIONS else None


def _is_part_of_a_name(tokens: Sequence[Token], at: int) -> bool:
    """True for the `Bank` of `Bank Expenses` or `Acme Bank`: a capital stands right beside it."""
    beside = [tokens[i] for i in (at - 1, at + 1) if 0 <= i < len(tokens)]
    return tokens[at].text.lower() in _ORGANISATIONS and any(t.text[:1].isupper() and t.pos != "DET" for t in beside)
