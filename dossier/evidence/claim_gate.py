"""The entity gate of a whole claim: is what it says about the lead, about somebody else, or is that not certain?

Here: the decision on a proposed claim, whoever proposed it, by its statement, its quote and the source's words around
it, with the reason. Not here: mentions in a parse (`entity_gate.py`), by which names a lead goes (`names.py`), and
people, who are chosen by where they work (`dossier/steps/contacts.py`). Labels that come with data are never consulted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from dossier.evidence.entity_gate import About
from dossier.evidence.names import Alias, Mention, MentionFinder, aliases, match_name
from dossier.evidence.posts import at_a_party
from dossier.models import ClaimDraft, ClaimType, Document, Lead

OPENING = 600  # characters in which a source says whom it is about
AROUND = 40  # characters behind a quote in which the name that ends it may go on: `Acme` | `'s landlord`
PARAGRAPH = 1_500  # characters before a quote in which its paragraph may name whom it speaks of
_NAME_ON = re.compile(r"[\w&.’'-]+(?:[ \t]+(?:(?:of|and|&)[ \t]+)?[A-ZÀ-ÖØ-Þ][\w&.’'-]*){0,6}")
_BREAK = re.compile(r"\n[ \t]*\n")
_DISOWNS = re.compile(
    r"\b(?:not\s+(?:in\s+any\s+way\s+)?(?:affiliated|associated|connected|related|to\s+be\s+confused)\s+(?:with|to)"
    r"|unaffiliated\s+with|unrelated\s+to|(?:has\s+)?no\s+(?:relation|connection|ties?)\s+(?:to|with))\s+(?:the\s+)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom a claim is about, and why."""

    about: About
    reason: str


@dataclass(frozen=True, slots=True)
class _Names:
    """The names of one lead, and where they stand in texts."""

    known: list[Alias]
    finder: MentionFinder

    def find(self, text: str) -> tuple[str, str]:
        """Return (reason that `text` names the lead, reason that it names a look-alike), '' for what it does not."""
        own = look_alike = ""
        for mention in self.finder.find(text):
            said = _NAME_ON.match(text, mention.start)
            match = match_name(said[0] if said else mention.alias.text, self.known)
            if match.same or _is_possessed(text, mention):
                own = own or f"{mention.alias.rule} `{mention.alias.text}`"
            else:
                look_alike = look_alike or f"`{mention.alias.text}` begins another organisation's name"
        return own, look_alike

    def is_a_partys(self, text: str, start: int, draft: ClaimDraft) -> bool:
        """Return whether the words of a person name the lead, but only as somebody whom their employer deals with."""
        end = start + len(draft.quote)
        named = [one for one in self.finder.find(text[start : end + AROUND]) if start + one.start < end]
        words = text[start : end + AROUND]
        return bool(named) and all(at_a_party(words[: one.start], words[one.end :]) for one in named)

    def disowned(self, text: str) -> bool:
        """Return whether `text` says that it speaks of somebody else: `..., which is not affiliated with Acme, ...`."""
        ends = {match.end() for match in _DISOWNS.finditer(text)}
        return bool(ends) and any(mention.start in ends for mention in self.finder.find(text))


def decide(draft: ClaimDraft, document: Document, start: int, lead: Lead) -> Decision:
    """Return whom `draft` is about, whose quote stands at `start` of `document`.

    An engine that judged the mention itself (`details.gate`) is believed where the statement names the lead.
    """
    key = lead.model_dump_json()
    details, names = draft.details, _names(key)
    if details.about == "lead" and draft.type is ClaimType.CONTACT and names.is_a_partys(document.text, start, draft):
        return Decision("other", "a person at a supplier, customer or the like: the lead is only named beside it")
    if details.about != "lead" or draft.type is ClaimType.CONTACT:
        return Decision(details.about, details.gate or "a person: it counts where they work")
    if names.disowned(draft.quote):
        return Decision("other", "its own words say that it is another organisation")
    if details.gate and names.finder.occurs(draft.statement):
        return Decision("lead", details.gate)
    own, look_alike = names.find(draft.statement)
    if own:
        return Decision("lead", f"the statement names it: {own}")
    if look_alike:
        return Decision("other", look_alike)
    if details.gate and not details.record:
        return Decision("other", "the clause does not name the lead, which its sentence only mentions")
    return _by_source(draft, document, start, key)


def _by_source(draft: ClaimDraft, document: Document, start: int, lead: str) -> Decision:
    """Decide on a statement that names nobody: by its quote, its paragraph, and whom the source is about."""
    names = _names(lead)
    if document.publisher and match_name(document.publisher, names.known).same:
        return Decision("lead", "the lead's own publication")
    paragraph = _BREAK.split(document.text[max(0, start - PARAGRAPH) : start])[-1]
    places = (
        (draft.quote, "the quote names it"),
        (paragraph, "its paragraph names it before"),
        (document.title, "the source's title names it"),
        (document.text[:OPENING], "the source opens with it"),
    )
    look_alike = ""
    for text, where in places:
        own, other = names.find(text)
        if own:
            return Decision("lead", f"{where}: {own}")
        look_alike = look_alike or other
    if look_alike:
        return Decision("other", look_alike)
    if _is_named(lead, document.text):
        return Decision("unsure", "neither the claim nor the words before it name the lead, the source does elsewhere")
    return Decision("other", "the source does not name the lead")


def _is_possessed(text: str, mention: Mention) -> bool:
    """True for `Acme's University programme`: the name ends there, whatever follows."""
    return re.match(r"[’']s?\s", text[mention.end : mention.end + 3]) is not None


@lru_cache(maxsize=16)
def _is_named(lead: str, text: str) -> bool:
    """Return whether a whole source names the lead: asked once of each, however many claims rest on it."""
    return _names(lead).finder.occurs(text)


@lru_cache(maxsize=64)
def _names(lead: str) -> _Names:
    known = aliases(Lead.model_validate_json(lead))
    return _Names(known, MentionFinder(known))
