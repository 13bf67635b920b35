"""What plain regular expressions read in English sentences: dates, money, counts, people with titles, names.

Here: pure functions over text. Not here: the layout of prompts (`reading.py`). It is a second reader on
purpose, apart from `dossier/evidence`: a model that reads as the product does would hide the product's mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

JsonDict = dict[str, Any]
_BREAK = re.compile(
    r"(?<=[.!?])[\"”’)]?\s+(?=[\"“(]?[A-Z0-9])|\n\s*\n|\n(?=\s*(?:[-*•#|]|[A-Z][\w ]{1,40}:\s))"
    r"|(?<=[\w’')])(?P<line>\n)(?=[\"“(]?[A-Z0-9])"
)
_LONGEST_HEADING = 45  # a longer line that breaks off goes on below
_ABBREVIATED = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|No|vs|Jr|Sr|Gov|Sen|Rep|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$"
)
MONTHS = "january february march april may june july august september october november december".split()
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.?"
)
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
    ("year", re.compile(r"(?<![\d.,$-])(?P<y>(?:19|20)\d\d)(?![\d,.]*\d|-)\b")),
)
_BOUNDS = {
    "about": "about", "around": "about", "nearly": "about", "almost": "about", "some": "about", "roughly": "about",
    "approximately": "about", "more than": "at_least", "over": "at_least", "at least": "at_least",
    "up to": "at_most", "as much as": "at_most", "as many as": "at_most",
}  # fmt: skip
_BOUND = rf"(?:(?P<bound>{'|'.join(_BOUNDS)}) )?"
_SCALE = {"thousand": 1e3, "million": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "b": 1e9, "trillion": 1e12}
_MONEY = re.compile(
    _BOUND + r"(?P<text>(?P<sign>US\$|[$€£]|USD |EUR |GBP )\s?(?P<n>\d[\d,]*(?:\.\d+)?)"
    r"(?:[ -]?(?P<scale>thousand|million|billion|trillion|bn|m|b)\b)?)",
    re.IGNORECASE,
)
_CURRENCY = {"$": "USD", "us$": "USD", "usd": "USD", "€": "EUR", "eur": "EUR", "£": "GBP", "gbp": "GBP"}
_COUNT = re.compile(
    _BOUND + r"(?P<text>(?P<n>\d[\d,]*(?:\.\d+)?) "
    r"(?:(?:new|permanent|full-time|additional|construction|skilled) )*"
    r"(?P<unit>jobs|employees|workers|people|staff|positions|students|sites|plants|buildings|acres|hectares|"
    r"megawatts|tons|units|rooms|beds|square feet))",
    re.IGNORECASE,
)
_FIRST_NAME = r"[A-Z][a-zà-ÿ]+(?:[-'’][A-Z]?[a-zà-ÿ]+)*"
_NAME = rf"{_FIRST_NAME}(?: [A-Z]\.)?(?: (?:Mc|Mac|De|Van|O['’])?{_FIRST_NAME}){{1,2}}"
_ROLE = (
    r"(?:chief|president|director|manager|head|officer|superintendent|engineer|chair(?:man|woman|person)?|CEO|CFO|COO|CTO|"
    r"founder|owner|principal|treasurer|dean|provost|supervisor|leader|executive|buyer|coordinator|VP)"
)
_NO_TITLE = r"(?!(?:at|who|said|says|to|with|by|in|on|is|was|has|the|from|told|for|and)\b)"
_TITLE_PLAIN = rf"{_NO_TITLE}[a-z&-]+"
_TITLE_WORD = rf"(?:{_NO_TITLE}|and )[\w&/’'-]+ "
_TITLE_AFTER = re.compile(
    rf"(?P<name>{_NAME})(?:, who is |, | is | was | serves as | as )(?:now )?(?:the |a |an |its |their |our )?"
    rf"(?P<title>(?:{_TITLE_WORD}){{0,5}}{_ROLE}\b(?: (?:of|for)(?: {_TITLE_PLAIN}){{1,3}}(?: and {_TITLE_PLAIN})?)?)"
)
_TITLE_BEFORE = re.compile(
    r"(?P<title>(?:(?:[A-Z][a-z]+|of|and|&) ){0,4}"
    r"(?:President|Director|Manager|Officer|Engineer|Superintendent|Head|CEO|CFO|COO|CTO|VP)) "
    rf"(?P<name>{_NAME})"
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
_CAPITAL = r"(?:(?:[A-Z]\.){2,}|[A-Z][\w&’'-]*|[A-Z]\.)"  # `U.S.` is one word
_PROPER = re.compile(rf"(?:(?:[A-Z]\.){{2,}}|[A-Z][\w&.’'-]*)(?:(?: (?:of|and|&|for|de))? {_CAPITAL})*")
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_EMAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_PHONE = re.compile(r"(?<![\d.])(?:\+1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)")
_STEM = re.compile(r"[a-z]{4,}")
_DULL = frozenset(
    "that this with from have been will were their they what which when where about into over than then more most such "
    "your does each every some there here also only client lead company organisation project".split()
)


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of `text`, verbatim."""
    start = 0
    for match in _BREAK.finditer(text):
        if match["line"] and _goes_on(text[start : match.start()].strip()):
            continue
        if "\n" not in match[0] and _ABBREVIATED.search(text[max(0, match.start() - 8) : match.start()]):
            continue
        yield from _trimmed(text[start : match.end()])
        start = match.end()
    yield from _trimmed(text[start:])


def _goes_on(said: str) -> bool:
    """True where `said`, which ends with its line and no full stop, is longer than a heading: it was only wrapped."""
    return len(said) > _LONGEST_HEADING or "\n" in said


def _trimmed(text: str) -> Iterator[str]:
    kept = text.strip()
    if kept:
        yield kept


def plain(text: str) -> str:
    """Return `text` on one line, without the dashes and semicolons that the style forbids."""
    joined = re.sub(r"\s+", " ", text).strip(" -*•#|")
    return re.sub(r"\s*(?:—|–(?=\s)|;)\s*", ", ", joined)


def as_day(text: str | None) -> date | None:
    """Return an ISO date, None for anything else."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


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
