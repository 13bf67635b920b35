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
_BREAK = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[\"“(]?[A-Z0-9])|\n\s*\n|\n(?=\s*(?:[-*•#|]|[A-Z][\w ]{1,40}:\s))")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|No|vs|Jr|Sr|Gov|Sen|Rep|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$"
)
MONTHS = "january february march april may june july august september october november december".split()
_MONTH = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_DATES = (
    ("day", re.compile(r"\b(?P<y>\d{4})-(?P<mn>\d\d)-(?P<d>\d\d)\b")),
    ("day", re.compile(rf"\b(?P<m>{_MONTH}) (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b")),
    ("day", re.compile(rf"\b(?P<d>\d{{1,2}}) (?P<m>{_MONTH}) (?P<y>\d{{4}})\b")),
    ("month", re.compile(rf"\b(?P<m>{_MONTH})(?: of)?,? (?P<y>(?:19|20)\d\d)\b")),
    ("quarter", re.compile(r"\b(?P<q>first|second|third|fourth) quarter (?:of )?(?P<y>(?:19|20)\d\d)\b")),
    ("quarter", re.compile(r"\bQ(?P<q>[1-4]) (?P<y>(?:19|20)\d\d)\b")),
    ("half", re.compile(r"\b(?P<h>first|second) half (?:of )?(?P<y>(?:19|20)\d\d)\b")),
    ("half", re.compile(r"\bH(?P<h>[12]) (?P<y>(?:19|20)\d\d)\b")),
    ("year", re.compile(r"(?<![\d.,$-])(?P<y>(?:19|20)\d\d)(?![\d,]*\d|-)\b")),
)
_BOUNDS = {
    "about": "about", "around": "about", "nearly": "about", "almost": "about", "some": "about", "roughly": "about",
    "approximately": "about", "more than": "at_least", "over": "at_least", "at least": "at_least",
    "up to": "at_most", "as much as": "at_most", "as many as": "at_most",
}  # fmt: skip
_BOUND = r"(?:(?P<bound>about|around|nearly|almost|some|roughly|approximately|more than|over|at least|up to|as much as|as many as) )?"
_SCALE = {"thousand": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12}
_MONEY = re.compile(
    _BOUND
    + r"(?P<text>(?P<sign>US\$|[$€£]|USD |EUR |GBP )\s?(?P<n>\d[\d,]*(?:\.\d+)?)(?:[ -]?(?P<scale>thousand|million|billion|trillion|bn|m|b)\b)?)",
    re.IGNORECASE,
)
_CURRENCY = {"$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP"}
_COUNT = re.compile(
    _BOUND + r"(?P<text>(?P<n>\d[\d,]*(?:\.\d+)?) (?:(?:new|permanent|full-time|additional|construction|skilled) )*"
    r"(?P<unit>jobs|employees|workers|people|staff|positions|students|sites|plants|buildings|acres|hectares|megawatts|tons|units|rooms|beds|square feet))",
    re.IGNORECASE,
)
_NAME = r"(?:[A-Z][a-zà-ÿ]+(?:[-'’][A-Z]?[a-zà-ÿ]+)*)(?: [A-Z]\.)?(?: (?:Mc|Mac|De|Van|O['’])?[A-Z][a-zà-ÿ]+(?:[-'’][A-Z]?[a-zà-ÿ]+)*){1,2}"
_ROLE = (
    r"(?:chief|president|director|manager|head|officer|superintendent|engineer|chair(?:man|woman|person)?|CEO|CFO|COO|CTO|"
    r"founder|owner|principal|treasurer|dean|provost|supervisor|leader|executive|buyer|coordinator|VP)"
)
_TITLE_AFTER = re.compile(
    rf"(?P<name>{_NAME})(?:, | is | was | serves as | as |, who is )(?:now )?(?:the |a |an |its |their |our )?"
    rf"(?P<title>(?:[\w&/’'-]+ ){{0,5}}?{_ROLE}\b(?: (?:of|for|and|operating|executive|financial|technology|officer|president|manager|engineer|global|to)\b(?: [a-z&-]+| (?!The )[A-Z][a-z]+){{0,3}})*)"
)
_TITLE_BEFORE = re.compile(
    rf"(?P<title>(?:(?:[A-Z][a-z]+|of|and|&) ){{0,4}}(?:President|Director|Manager|Officer|Engineer|Superintendent|Head|CEO|CFO|COO|CTO|VP)) (?P<name>{_NAME})"
)
_POLITICAL = re.compile(
    r"\b(?:governor|senator|mayor|congress\w*|representative|minister|secretary|analyst|professor|reporter)\b",
    re.IGNORECASE,
)
_ORGANISED = re.compile(
    r"\b(?:Inc|Corp|Corporation|Company|Co|LLC|Ltd|Group|University|College|Department|Office|Agency|Park|County|City|State|"
    r"Bank|Institute|Association|Board|Council|Authority|Center|Centre|Foundation|Partners|Systems|Industries|Technologies|"
    r"Holdings|Services|Commission|Administration|House|Street|Avenue|January|February|March|April|May|June|July|August|"
    r"September|October|November|December|The|North|South|East|West|New|United)\b"
)
_PROPER = re.compile(r"(?:[A-Z][\w&.’'-]*|[A-Z]\.)(?:(?: (?:of|and|&|for|de))? (?:[A-Z][\w&’'-]*|[A-Z]\.))*")
_SUFFIX = re.compile(r",? (?:Inc|Corp|Corporation|Company|Co|LLC|Ltd|Limited|PLC|LP|and Company|Holdings|Group)\.?$")
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(r"(?<![\d.])(?:\+1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)")
_STEM = re.compile(r"[a-z]{4,}")
_DULL = frozenset(
    "that this with from have been will were their they what which when where about into over than then more most such "
    "your does each every some there here also only client lead company organisation project".split()
)


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


def as_day(text: str | None) -> date | None:
    """Return an ISO date, None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def lead_names(lead: JsonDict) -> list[str]:
    """Return the lead's name, its aliases, both without legal forms, and the one word that is also its domain."""
    given = [str(lead.get("name") or lead.get("company_name") or ""), *map(str, lead.get("aliases") or ())]
    names = [name for one in given for name in (one, _SUFFIX.sub("", one)) if len(name) > 1]
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", str(lead.get("domain") or "").lower())
    words = [word for name in names for word in name.split() if len(word) > 3 and word.lower() == host.split(".")[0]]
    return sorted(dict.fromkeys([*names, *words]), key=len, reverse=True)


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of `text`, verbatim."""
    start = 0
    for match in _BREAK.finditer(text):
        if "\n" not in match[0] and _ABBREVIATED.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        yield from _trimmed(text[start : match.end()])
        start = match.end()
    yield from _trimmed(text[start:])


def _trimmed(text: str) -> Iterator[str]:
    kept = text.strip()
    if kept:
        yield kept


_PRONOUN = re.compile(
    r"^(?:It|They|The (?:company|firm|group|maker|manufacturer|organi[sz]ation|business|university|college))\b(?!['’]s)"
)


def told_of(passage: Passage, names: Sequence[str]) -> Iterator[Said]:
    """Yield the sentences that name the lead, or go on about it right after one that does."""
    if not names:
        return
    pattern = re.compile(r"\b(?:" + "|".join(re.escape(name) for name in names) + r")\b")
    spoken = bool(pattern.search(passage.title))
    for text in sentences_of(passage.text):
        if pattern.search(text):
            spoken = True
            yield Said(passage, text, plain(text))
        elif spoken and _PRONOUN.match(text):
            yield Said(passage, text, plain(_PRONOUN.sub(lambda _: names[0], text, count=1)))
        else:
            spoken = spoken and len(text) < 200 and not _PROPER.match(text[1:])


def plain(text: str) -> str:
    """Return `text` on one line, without the dashes and semicolons that the style forbids."""
    joined = re.sub(r"\s+", " ", text).strip(" -*•#|")
    return re.sub(r"\s*(?:—|–(?=\s)|;)\s*", ", ", joined)


def dates_in(text: str) -> list[tuple[int, str, str, str]]:
    """Return (offset, ISO first day, precision, words) of the dates in `text`, by offset."""
    found: list[tuple[int, int, str, str, str]] = []
    for precision, pattern in _DATES:
        for match in pattern.finditer(text):
            inside = any(start <= match.start() < end for start, end, *_ in found)
            day = _first_day(match)
            if not inside and day:
                found.append((match.start(), match.end(), day.isoformat(), precision, match[0]))
    return [(start, day, precision, words) for start, _, day, precision, words in sorted(found)]


def _first_day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    month, day = 1, 1
    if parts.get("mn"):
        month = int(parts["mn"])
    elif parts.get("m"):
        month = next(n for n, name in enumerate(MONTHS, 1) if name.startswith(parts["m"][:3].lower()))
    elif parts.get("q"):
        month = _ORDINALS[parts["q"]] * 3 - 2
    elif parts.get("h"):
        month = _ORDINALS[parts["h"]] * 6 - 5
    if parts.get("d"):
        day = int(parts["d"])
    try:
        return date(int(parts["y"]), month, day)
    except ValueError:
        return None


def money_in(text: str) -> JsonDict | None:
    """Return the first amount of money in `text`."""
    match = _MONEY.search(text)
    if match is None:
        return None
    scale = _SCALE.get((match["scale"] or "").lower(), 1.0)
    return {
        "amount": float(match["n"].replace(",", "")) * scale,
        "currency": _CURRENCY.get(match["sign"].strip().lower(), "USD"),
        "bound": _BOUNDS.get((match["bound"] or "").lower(), "exact"),
        "text": match["text"],
    }


def count_in(text: str) -> JsonDict | None:
    """Return the first number of things in `text`."""
    match = _COUNT.search(text)
    if match is None:
        return None
    unit = match["unit"].lower()
    return {
        "number": float(match["n"].replace(",", "")),
        "unit": unit[:-1] if unit.endswith("s") else unit,
        "bound": _BOUNDS.get((match["bound"] or "").lower(), "exact"),
        "text": match["text"],
    }


def person_in(text: str) -> tuple[str, str] | None:
    """Return (name, title) of the first person with a title in `text`, None for politicians and organisations."""
    for pattern in (_TITLE_AFTER, _TITLE_BEFORE):
        for match in pattern.finditer(text):
            name, title = match["name"], re.sub(r"\s+", " ", match["title"]).strip()
            before = text[: match.start()]
            if (
                not _ORGANISED.search(name)
                and not _POLITICAL.search(title)
                and not _POLITICAL.search(before[-14:] + name)
            ):
                return name, title
    return None


def proper_names(text: str) -> list[str]:
    """Return the capitalised names of `text`; a lone word at a sentence's begin is none."""
    found = []
    for match in _PROPER.finditer(text):
        name = match[0].rstrip(".’'")
        if (match.start() and len(name) > 1) or " " in name:
            found.append(re.sub(r"^(?:The|In|On|At|By|For|A|An) ", "", name))
    return list(dict.fromkeys(found))


def stems(text: str) -> set[str]:
    """Return what is comparable of the words of `text`: their first six letters."""
    return {word[:6] for word in _STEM.findall(text.lower().replace("_", " ")) if word not in _DULL}


def addresses_in(text: str) -> tuple[list[str], list[str], list[str]]:
    """Return the URLs, e-mail addresses and telephone numbers that stand in `text`."""
    return [url.rstrip(".,;:") for url in _URL.findall(text)], _EMAIL.findall(text), _PHONE.findall(text)
