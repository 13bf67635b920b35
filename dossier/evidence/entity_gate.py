"""The entity gate: is this mention the lead itself, another organisation with the same name, or a bystander?

Here: the decision for one mention in one parsed sentence, with its reason and the part the lead plays.
Not here: by which names a lead goes (`names.py`) and what is claimed (`dossier/extractive`). The gate reads
words, entities and dependencies only; labels that come with data are never consulted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dossier.evidence.names import DESCRIPTORS, DIVISIONS, LEGAL_FORMS, Mention, words
from dossier.ports import ParsedSentence, Token

Role = Literal["subject", "passive", "object", "party", "owner", "modifier", "apposition", "alone"]
About = Literal["lead", "other", "unsure"]
_PLACE_OR_PERSON = {"PERSON", "GPE", "LOC", "FAC", "NORP", "WORK_OF_ART", "LANGUAGE"}
_OFFICES = frozenset("ceo cfo coo cto cio president chairman chairwoman chair chief vp svp evp director".split())
_OWNED = {"poss", "compound", "nmod", "amod", "nn"}


@dataclass(frozen=True, slots=True)
class Gate:
    """The decision on one mention: `head` is the index of the token that carries the name."""

    about: About
    reason: str
    role: Role
    head: int
    first: int
    last: int


def token_span(sentence: ParsedSentence, start: int, end: int) -> tuple[int, int] | None:
    """Return (first, behind last) token of the characters `start:end`, or None if there are none."""
    inside = [i for i, t in enumerate(sentence.tokens) if t.start < end and t.end > start]
    return (inside[0], inside[-1] + 1) if inside else None


def head_of(tokens: tuple[Token, ...], first: int, last: int) -> int:
    """Return the token of `first:last` whose head lies outside, the rightmost if there are several."""
    heads = [i for i in range(first, last) if not first <= tokens[i].head < last or tokens[i].head == i]
    return heads[-1] if heads else last - 1


def _entity_at(sentence: ParsedSentence, first: int, last: int) -> tuple[str, int, int] | None:
    for label, begin, end in sentence.entities:
        if begin < last and end > first:
            return label, begin, end
    return None


def _name_span(sentence: ParsedSentence, first: int, last: int) -> tuple[int, int]:
    """Widen a mention over the proper nouns that belong to the same name: `Apple` -> `Apple Federal Bank`."""
    tokens = sentence.tokens
    begin, end = first, last
    while end < len(tokens) and _goes_on(tokens[end]):
        end += 1
    while begin > 0 and tokens[begin - 1].pos == "PROPN" and tokens[begin - 1].dep == "compound":
        begin -= 1
    return begin, end


def _goes_on(token: Token) -> bool:
    """True for a proper noun that can belong to an organisation's name: no person, no office."""
    return token.pos == "PROPN" and token.ent != "PERSON" and token.text.lower() not in _OFFICES


def _another_name(sentence: ParsedSentence, mention: Mention, first: int, last: int) -> str | None:
    """Return why the mention belongs to another name, or None."""
    tokens = sentence.tokens
    entity = _entity_at(sentence, first, last)
    begin, end = _name_span(sentence, first, last)
    after = [w for t in tokens[last:end] for w in words(t.text)]
    before = [w for t in tokens[begin:first] for w in words(t.text)]
    if any(mention.alias.foreign(w) for w in after) or _unknown_addition(sentence, mention, last, end):
        return f"the name goes on with `{' '.join(after)}`: another kind of organisation"
    one_word = len(words(mention.alias.text)) == 1
    if one_word and _is_whole_name(after, mention):
        return f"the name goes on with `{' '.join(after)}`: another organisation's whole name"
    if (
        mention.alias.short
        and last < len(tokens)
        and tokens[last].ent == "PERSON"
        and tokens[last - 1].dep == "compound"
    ):
        return "part of a person's name"
    if entity and entity[0] == "PERSON" and one_word and entity[2] - entity[1] > last - first:
        return "part of a person's name"
    if mention.alias.strict and before and entity and entity[1] < first:
        return f"part of a longer name: {' '.join(t.text for t in tokens[begin:end])}"
    if mention.alias.strict and not _reads_as_name(tokens[first:last], entity):
        return "an ordinary word here, not a name"
    return None


def _unknown_addition(sentence: ParsedSentence, mention: Mention, last: int, end: int) -> bool:
    """True when a short name goes on with a proper name that is no division, place or legal form of the lead's.

    Only where the longer name is what the sentence speaks of: `the Acme Falcon rocket` is a product.
    """
    if not mention.alias.short or end == last or sentence.tokens[end - 1].dep == "compound":
        return False
    known = DIVISIONS | LEGAL_FORMS | DESCRIPTORS | mention.alias.own
    added = [t for t in sentence.tokens[last:end] if t.ent not in ("GPE", "LOC")]
    return any(word not in known for t in added for word in words(t.text) if len(word) > 1)


def _is_whole_name(after: list[str], mention: Mention) -> bool:
    """True for `Anchor Brewing Company`, said of Anchor: a trade that is not the lead's, up to the legal form."""
    known = DIVISIONS | LEGAL_FORMS | DESCRIPTORS | mention.alias.own
    return len(after) > 1 and after[-1] in ("company", "co") and any(word not in known for word in after[:-1])


def _division_end(sentence: ParsedSentence, first: int, last: int) -> int:
    """Return where the organisation's name ends when the text adds a division: `Acme Energy`, `Acme of Ohio`."""
    entity = _entity_at(sentence, first, last)
    if entity is None or entity[0] != "ORG" or entity[1] > first:
        return last
    end = entity[2]
    while end > last and sentence.tokens[end - 1].pos not in ("PROPN", "NOUN", "NUM"):
        end -= 1
    return end


def _reads_as_name(tokens: tuple[Token, ...], entity: tuple[str, int, int] | None) -> bool:
    if entity is not None:
        return entity[0] not in _PLACE_OR_PERSON
    return all(t.pos == "PROPN" for t in tokens)


def _role(tokens: tuple[Token, ...], head: int) -> Role:
    """Return the part that the name plays: its dependency, taken over from the first of coordinated names."""
    token, hops = tokens[head], 0
    while token.dep in ("conj", "appos") and hops < 4 and tokens[token.head].pos in ("PROPN", "NOUN"):
        token, hops = tokens[token.head], hops + 1
    roles: dict[str, Role] = {
        "nsubj": "subject",
        "nsubjpass": "passive",
        "csubj": "subject",
        "dobj": "object",
        "dative": "object",
        "attr": "apposition",
        "pobj": "party",
        "agent": "party",
        "appos": "apposition",
        "ROOT": "alone",
    }
    if token.dep in _OWNED:
        return "owner" if token.dep == "poss" else "modifier"
    return roles.get(token.dep, "alone")


def judge(sentence: ParsedSentence, mention: Mention) -> Gate | None:
    """Decide about one mention of the same text; None when it does not stand in `sentence`."""
    span = token_span(sentence, mention.start, mention.end)
    if span is None or not sentence.start <= mention.start < sentence.end:
        return None
    first, last = span
    tokens = sentence.tokens
    while (
        last < len(tokens) and words(tokens[last].text) and set(words(tokens[last].text)) <= LEGAL_FORMS - {"as", "the"}
    ):
        last += 1
    while last < len(tokens) and tokens[last].text in DESCRIPTORS and tokens[last].pos == "PROPN":
        last += 1
    reason = _another_name(sentence, mention, first, last)
    last = max(last, _division_end(sentence, first, last))
    head = head_of(tokens, first, last)
    role = _role(tokens, head)
    if reason:
        return Gate("other", reason, role, head, first, last)
    return Gate("lead", f"{mention.alias.rule} `{mention.alias.text}`", role, head, first, last)
