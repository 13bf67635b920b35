"""Reads what a prompt holds: its marked blocks, passages, claims, people, questions; and what sentences hold.

Here: plain regular expressions over a request's text. Not here: answers. The reader knows the layout of prompts
and the ways of English, and no organisation, person or place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from dossier.model_server.english import as_day, plain, sentences_of

JsonDict = dict[str, Any]
_OPEN = re.compile(r"\[\[(?P<code>\S{4,80}) (?P<label>(?!end\]\])[^\n]{1,300}?)\]\]\n")
_SOURCE = re.compile(
    r"source (?P<id>\S+?), from character (?P<start>\d+), tier (?P<tier>\w+)(?:, published (?P<day>\S+))?"
)
_CLAIM = re.compile(
    r"^- (?P<id>[A-Z]+_\d+), (?P<type>[A-Z]+), (?P<status>\w+), (?P<confidence>\w+)"
    r"(?:, (?P<day>\d{4}-\d\d-\d\d) \((?P<precision>\w+)\))?: (?P<text>.+)$",
    re.MULTILINE,
)
_SIGNAL = re.compile(
    r"^- (?P<id>\S+), (?P<type>\S+), (?P<tier>\w+), (?P<status>\w*), (?P<day>[\d-]*), (?P<url>\S*): (?P<headline>.+)$",
    re.MULTILINE,
)
_CONTACT = re.compile(
    r"^- (?P<id>\S+): (?P<name>[^,\n]+), (?P<title>.*?), (?P<organization>[^,\n]*?)\. Claims: (?P<claims>.*)$",
    re.MULTILINE,
)
_ITEM = re.compile(r"^- (.+)$", re.MULTILINE)
_TODAY = re.compile(r"Today is (\d{4}-\d\d-\d\d)")
_SUFFIX = re.compile(r",? (?:Inc|Corp|Corporation|Company|Co|LLC|Ltd|Limited|PLC|LP|and Company|Holdings|Group)\.?$")


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a source as the prompt gives it."""

    source_id: str
    start: int
    tier: str
    published: str | None
    title: str
    publisher: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A merged claim as the prompt lists it."""

    id: str
    type: str
    status: str
    day: str | None
    precision: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as the prompt lists it."""

    id: str
    name: str
    title: str
    organization: str
    claim_ids: list[str]


@dataclass(frozen=True)
class Reading:
    """What a request holds. `schema` is that of its answer, {} without one."""

    prompt: str
    system: str
    schema: JsonDict
    blocks: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def passages(self) -> list[Passage]:
        """The passages of sources, in order."""
        return [found for label, text in self.blocks if (found := _passage(label, text))]

    @cached_property
    def claims(self) -> list[ClaimLine]:
        """The merged claims, in order; each once."""
        found = [_claim(match) for text in self.texts("claims") for match in _CLAIM.finditer(text)]
        return list({claim.id: claim for claim in found}.values())

    @cached_property
    def people(self) -> list[Person]:
        """The contacts to write about."""
        return [_person(match) for text in self.texts("contacts") for match in _CONTACT.finditer(text)]

    @cached_property
    def signals(self) -> list[dict[str, str]]:
        """The signals as listed, with id, type, tier, status, day, url and headline."""
        return [match.groupdict("") for text in self.texts("signals") for match in _SIGNAL.finditer(text)]

    @cached_property
    def questions(self) -> list[str]:
        """The client's questions."""
        return [item for text in self.texts("questions") for item in _ITEM.findall(text)]

    @cached_property
    def lead(self) -> JsonDict:
        """The lead as given, {} where none is."""
        return self.data("lead")

    @cached_property
    def client(self) -> JsonDict:
        """The client as given."""
        return self.data("client")

    @cached_property
    def profile(self) -> JsonDict:
        """The ideal customer profile."""
        return self.data("ideal customer profile")

    @cached_property
    def today(self) -> date | None:
        """The day that the prompt gives as today's."""
        found = _TODAY.search(self.prompt)
        return as_day(found[1]) if found else None

    @cached_property
    def names(self) -> list[str]:
        """The names that the lead goes by, the longest first."""
        return lead_names(self.lead)

    @cached_property
    def sentences(self) -> list[Said]:
        """The sentences of all passages that speak of the lead."""
        return [said for passage in self.passages for said in told_of(passage, self.names)]

    def texts(self, label: str) -> list[str]:
        """The blocks of this label."""
        return [text for name, text in self.blocks if name == label]

    def items(self, label: str) -> list[str]:
        """The list items of the blocks of this label."""
        return [item for text in self.texts(label) for item in _ITEM.findall(text)]

    def data(self, label: str) -> JsonDict:
        """The JSON object in the block of this label, {} where there is none."""
        for text in self.texts(label):
            try:
                value = json.loads(text)
            except ValueError:
                value = {"name": text.strip().splitlines()[0]} if text.strip() else {}
            if isinstance(value, dict) and value:
                return value
        return {}


@dataclass(frozen=True)
class Said:
    """A sentence of a passage. `text` is verbatim; `statement` names the lead where the sentence says `it`."""

    passage: Passage
    text: str
    statement: str


def blocks_of(prompt: str) -> Iterator[tuple[str, str]]:
    """Yield (label, text) of the marked blocks; a block ends where its own code says so, whatever stands inside."""
    at = 0
    while match := _OPEN.search(prompt, at):
        end = prompt.find(f"[[{match['code']} end]]", match.end())
        if end < 0:
            at = match.end()
            continue
        yield match["label"].strip(), prompt[match.end() : end].rstrip("\n")
        at = end


def _passage(label: str, text: str) -> Passage | None:
    match = _SOURCE.match(label)
    if match is None:
        return None
    head, _, body = text.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return Passage(
        match["id"],
        int(match["start"]),
        match["tier"],
        match["day"],
        fields.get("title", ""),
        fields.get("publisher", ""),
        fields.get("address", ""),
        body,
    )


def _claim(match: re.Match[str]) -> ClaimLine:
    return ClaimLine(
        match["id"], match["type"], match["status"], match["day"], match["precision"], match["text"].strip()
    )


def _person(match: re.Match[str]) -> Person:
    ids = re.findall(r"[A-Z]+_\d+", match["claims"])
    return Person(match["id"], match["name"].strip(), match["title"].strip(), match["organization"].strip(), ids)


def lead_names(lead: JsonDict) -> list[str]:
    """Return the lead's name, its aliases, both without legal forms, and the one word that is also its domain."""
    given = [str(lead.get("name") or lead.get("company_name") or ""), *map(str, lead.get("aliases") or ())]
    names = [name for one in given for name in (one, _SUFFIX.sub("", one)) if len(name) > 1]
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", str(lead.get("domain") or "").lower())
    words = [word for name in names for word in name.split() if len(word) > 3 and word.lower() == host.split(".")[0]]
    return sorted(dict.fromkeys([*names, *words]), key=len, reverse=True)


_PRONOUN = re.compile(
    r"^(?:It|They|The (?:company|firm|group|maker|manufacturer|organi[sz]ation|business|university|college))\b(?!['’]s)"
)


def told_of(passage: Passage, names: Sequence[str]) -> Iterator[Said]:
    """Yield the sentences that name the lead, or go on about it right after one that does."""
    if not names:
        return
    called = "|".join(re.escape(name) for name in names)
    pattern, subject = re.compile(rf"\b(?:{called})\b"), re.compile(rf"(?:In [A-Z]\w+, )?(?:{called})\b")
    goes_on = False
    for text in sentences_of(passage.text):
        if pattern.search(text):
            goes_on = bool(subject.match(text))
            yield Said(passage, text, plain(text))
        elif goes_on and _PRONOUN.match(text):
            yield Said(passage, text, plain(_PRONOUN.sub(lambda _: names[0], text, count=1)))
        else:
            goes_on = False
