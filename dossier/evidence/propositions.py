"""Cuts parsed sentences into claims of one fact each, readable alone, each bound to its words in the sentence.

Here: predicates of the parse with their subject, objects and one circumstance at a time; coordinations told one by
one; appositions. Not here: what type a claim has (`dossier/extractive`). No word is added that the text does not
have: a claim is a choice of tokens, in their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from dossier.ports import ParsedSentence, Token

MAX_CLAIMS = 40  # of one sentence: a list of lists would give their product
MAX_MEMBERS = 12
LEAST_TOKENS = 3
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_GROUP = frozenset({"aux", "auxpass", "neg", "prt", "advmod"})
_OBJECTS = frozenset({"dobj", "attr", "acomp", "oprd", "dative", "xcomp", "ccomp"})
_CIRCUMSTANCES = frozenset({"prep", "agent", "npadvmod", "advcl", "advmod"})
_CLAUSES = frozenset({"relcl", "acl", "advcl", "ccomp", "parataxis", "conj", "ROOT", "pcomp", "xcomp"})
_OWN_CLAIMS = frozenset({"relcl", "appos", "acl", "advcl", "parataxis", "cc", "punct", "conj", "preconj"})
_SAYING = frozenset("say tell announce report add state note claim believe think explain warn argue".split())


@dataclass(frozen=True, slots=True)
class Proposition:
    """A claim: its words, and the spans of the text that they come from, in order."""

    text: str
    spans: tuple[tuple[int, int], ...]


def split_claims(sentences: Iterable[ParsedSentence]) -> list[Proposition]:
    """Return the claims of a parse, in order, none twice."""
    return [claim for sentence in sentences for claim in _Clauses(sentence.tokens).claims()]


class _Clauses:
    """One sentence: its tokens with their children."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.children: dict[int, list[int]] = defaultdict(list)
        for at, token in enumerate(tokens):
            if token.head != at:
                self.children[token.head].append(at)

    def claims(self) -> list[Proposition]:
        """Return the claims of the sentence; the whole of it where no predicate is found."""
        found: dict[frozenset[int], None] = {}
        for at in range(len(self.tokens)):
            if self._is_predicate(at):
                found.update(dict.fromkeys(self._of_predicate(at)))
            found.update(dict.fromkeys(self._of_apposition(at)))
        kept = [tokens for tokens in found if len(tokens) >= LEAST_TOKENS][:MAX_CLAIMS]
        return [self._written(tokens) for tokens in kept or [frozenset(range(len(self.tokens)))]]

    def _is_predicate(self, at: int) -> bool:
        token = self.tokens[at]
        if token.pos not in ("VERB", "AUX") or token.dep not in _CLAUSES:
            return False
        return token.dep != "xcomp" or token.pos == "VERB"

    def _of_predicate(self, at: int) -> Iterator[frozenset[int]]:
        """Yield subject, verb and objects, then the same with each circumstance."""
        group = {at, *(child for child in self.children[at] if self.tokens[child].dep in _GROUP)}
        if self.tokens[at].dep == "xcomp":
            return
        objects = [child for child in self.children[at] if self._is_object(at, child)]
        around = [child for child in self.children[at] if self._is_circumstance(child)]
        for subject in self._subjects(at):
            for chosen in self._each([self._members(one) for one in objects]):
                core = frozenset(subject | group | chosen)
                if objects or not around:
                    yield core
                for circumstance in around:
                    for told in self._told(circumstance):
                        yield core | told

    def _is_object(self, at: int, child: int) -> bool:
        dep = self.tokens[child].dep
        return dep in _OBJECTS and not (dep == "ccomp" and self.tokens[at].lemma in _SAYING)

    def _is_circumstance(self, child: int) -> bool:
        token = self.tokens[child]
        return token.dep in _CIRCUMSTANCES and (token.dep != "advmod" or len(self._whole(child)) > 1)

    def _subjects(self, at: int) -> list[frozenset[int]]:
        """Return the subjects of a predicate, one by one; an empty one where the sentence gives none."""
        own = [child for child in self.children[at] if self.tokens[child].dep in _SUBJECTS]
        token = self.tokens[at]
        if own and not self._is_relative(own[0]):
            return self._members(own[0])
        if token.dep in ("relcl", "acl"):
            return [self._phrase(token.head)]
        if token.dep in ("conj", "advcl", "xcomp", "ccomp", "pcomp") and token.head != at:
            verb = self._verb_above(token.head)
            return self._subjects(verb) if verb is not None else [frozenset()]
        return [frozenset()]

    def _verb_above(self, at: int) -> int | None:
        while self.tokens[at].pos not in ("VERB", "AUX"):
            if self.tokens[at].head == at:
                return None
            at = self.tokens[at].head
        return at

    def _is_relative(self, at: int) -> bool:
        return self.tokens[at].tag in ("WDT", "WP", "WRB") or (
            self.tokens[at].lemma == "that" and self.tokens[at].dep in _SUBJECTS and self.tokens[at].pos == "PRON"
        )

    def _told(self, circumstance: int) -> list[frozenset[int]]:
        """Return a circumstance, once for each member of a list in it: `in Ohio` and `in Texas`."""
        noun = next((child for child in self.children[circumstance] if self.tokens[child].dep == "pobj"), None)
        if noun is None:
            return [self._whole(circumstance)]
        kept = {circumstance, *(child for child in self.children[circumstance] if self.tokens[child].dep == "advmod")}
        return [frozenset(kept | member) for member in self._members(noun)]

    def _members(self, at: int) -> list[frozenset[int]]:
        """Return the phrases of a coordination that begins at `at`, each without the others."""
        if self.tokens[at].pos in ("VERB", "AUX"):
            return [self._whole(at)]
        members = [at]
        for member in members:
            members += [child for child in self.children[member] if self.tokens[child].dep == "conj"]
            if len(members) >= MAX_MEMBERS:
                break
        return [self._phrase(member) for member in members]

    def _phrase(self, at: int) -> frozenset[int]:
        """Return a noun with what belongs to it: what is told of it in clauses of its own stays out."""
        kept = {at}
        for child in self.children[at]:
            if self.tokens[child].dep not in _OWN_CLAIMS or self._is_place_of(child, at):
                kept |= self._phrase(child)
        return frozenset(kept)

    def _is_place_of(self, at: int, place: int) -> bool:
        """Return whether an apposition only says where a place lies: `Dayton, Ohio`."""
        token = self.tokens[at]
        return token.dep == "appos" and token.ent == self.tokens[place].ent == "GPE"

    def _whole(self, at: int) -> frozenset[int]:
        kept = {at}
        for child in self.children[at]:
            kept |= self._whole(child)
        return frozenset(kept)

    def _each(self, parts: Sequence[Sequence[frozenset[int]]]) -> list[set[int]]:
        """Return one choice from each part, all combinations."""
        return [set().union(*chosen) for chosen in product(*parts)][:MAX_CLAIMS]

    def _of_apposition(self, at: int) -> Iterator[frozenset[int]]:
        if self.tokens[at].dep == "appos" and not self._is_place_of(at, self.tokens[at].head):
            named = self._phrase(self.tokens[at].head)
            for member in self._members(at):
                yield frozenset(named | member)

    def _written(self, chosen: frozenset[int]) -> Proposition:
        """Return the claim in words, with the signs that stand between two of its tokens."""
        signs = {at for at, token in enumerate(self.tokens) if token.pos == "PUNCT" and {at - 1, at + 1} <= chosen}
        ordered = [self.tokens[at] for at in sorted(chosen | signs)]
        while ordered and ordered[-1].pos == "PUNCT":
            ordered.pop()
        return Proposition(" ".join(t.text for t in ordered), tuple((t.start, t.end) for t in ordered))
