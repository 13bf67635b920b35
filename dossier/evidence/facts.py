"""What code reads in one statement: values, places, names and the words that carry its content.

Here: `Fact` and how it is read. Not here: comparing two of them (`similarity.py`). Place names come from a
closed list of states and countries, since only those can contradict each other without a gazetteer.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from dossier.evidence.counts import find_counts
from dossier.evidence.dates import find_dates
from dossier.evidence.milestones import Milestone, find_milestones
from dossier.evidence.money import FoundMoney, find_current_money, find_money
from dossier.evidence.record_fields import field_value
from dossier.models import Bound, Claim, ClaimDetails, ClaimType, Count, EventDate, Money

_STOP = frozenset(
    """
    a an and are as at be been being but by for from had has have he her his i in into is it its of on or our
    she that the their them they this those these to was we were which who whose will with would about after
    again all also among any because before between both can could did do does during each few first further
    here how if just last like made make many may more most much new next no nor not now off once only other out
    over own part same should so some such than then there through today total under up upon very via what when
    where while within year years you your million billion trillion thousand hundred percent announce announced
    announces announcement announcing said says say including include includes plan plans planned approximately
    nearly around additional another expected across recently dollars
    """.split()
)
_GENERIC_NAMES = frozenset(
    """
    us usa us-based u.s-based america american americans united states president vice administration mr mrs ms
    dr the a an and company corporation corp inc llc ltd co plc group january february march april may june july
    august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday
    wednesday thursday friday saturday sunday ceo cfo coo cto national federal government department secretary
    white house today new in on at for from with this it its we our they thanks after under as over an last
    earlier since by to of just project
    """.split()
)
_COUNTRIES = frozenset(
    """
    argentina australia austria belgium brazil canada chile china colombia denmark egypt finland france germany
    greece hungary india indonesia ireland israel italy japan kenya malaysia mexico morocco netherlands nigeria
    norway pakistan peru philippines poland portugal qatar romania singapore spain sweden switzerland taiwan
    thailand turkey ukraine vietnam
    """.split()
)
_WORD = re.compile(r"[A-Za-z][A-Za-z&'’.-]*[A-Za-z]|[A-Za-z]")
_ACRONYM_DOTS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_OFFICIAL = re.compile(
    r"\b(?:President|Secretary|Governor|Senator|Mayor|Minister|Ambassador|Administrator)\s+(?:of\s+[A-Z]\w+\s+)?"
    r"(?:[A-Z][\w.’'-]*\s+){0,2}(?P<surname>[A-Z][\w’'-]+)"
)  # who announces or visits does not tell one event from another
_LETTER_NAME = re.compile(r"\b([A-Z])\s(?=[A-Z][A-Za-z])(?<![.!?]\s[A-Z]\s)(?<!^[A-Z]\s)")  # `Q Cells` is one name
_SEAT = re.compile(r"\b[A-Z]\w+(?:\s[A-Z]\w+)?-based\b")  # where somebody sits is not where something happens
_BESIDE = re.compile(r",?\s+(?:while|whereas)\s+", re.I)
_TOTAL = re.compile(
    r"(?:\btotal(?:l?ing)?(?:\s+[\w.]+){0,5}\s+(?:of|to|is|at)|\b(?:rais|increas|expand|boost|br(?:ing|ought)|lift)\w*\s[^.;$]{0,80}\bto"
    r"|\btotal(?:l?ing)?|\bin\s+all,?)\s+(?:(?:about|nearly|over|some|approximately|around|up|to|more|than)\s+){0,3}$",
    re.I,
)
_ADDED_BEFORE = re.compile(
    r"\b(?:additional|another|further|extra)\s+(?:[a-z]+\s+){0,3}?(?:of\s+)?(?:(?:about|nearly|over|some|approximately|around|up|to|more|than)\s+){0,3}$",
    re.I,
)
_ADDED_AFTER = re.compile(r"\s+(?:more\b(?!\s+than\s+\d)|increase\b|on\s+top\b)", re.I)
_EVERYWHERE = frozenset(
    "us usa u.s united states america american domestic the of in and north south east west".split()
)
_LEAD_IN = re.compile(r"^\[[^\]]*\]\s*")  # what leads up to a further fact is that of the first one
_HEADLINE_SOURCE = re.compile(r"^[A-Z][\w.&’' ]{2,40}:\s")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NEGATION = re.compile(
    r"\b(?:(?:will|would|does|did|is|was|has|had|have|do|can)\s*(?:not|n['’]t)|cancel(?:l?ed|s)?|halt(?:ed|s)?|abandon(?:ed|s)?"
    r"|withdr[aoe]wn?|withdraws|scrap(?:ped|s)|shelve[ds]?|call(?:ed|s)?\s+off|denie[ds]|reject(?:ed|s)?|no\s+longer)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What code reads in one statement; `regions` are states and countries, `names` other proper names.

    `beside` are the amounts of a fact told beside it, `total` the one told as what all of it comes to; `added` says
    that all are told as coming on top. `officials` are the names with a public office: they announce what others do;
    `spots` the words of a place within a region. Of a record's field, values are read from what stands after the
    label: the rest names the record.
    """

    text: str
    kind: ClaimType | None
    amounts: tuple[Money, ...]
    beside: tuple[Money, ...]
    total: Money | None
    added: bool
    counts: tuple[Count, ...]
    dates: tuple[EventDate, ...]
    milestones: tuple[Milestone, ...]
    stems: frozenset[str]
    names: frozenset[str]
    officials: frozenset[str]
    regions: frozenset[str]
    spots: frozenset[str]
    numbers: frozenset[str]
    anchored: bool
    record: str | None
    negated: bool
    field: str | None
    field_value: str
    signal_type: str | None

    @property
    def family(self) -> ClaimType | None:
        """Its type, with opportunities among the signals: one step calls a plan an event, the next a chance."""
        return ClaimType.SIGNAL if self.kind is ClaimType.OPPORTUNITY else self.kind


def read_fact(
    statement: str,
    *,
    kind: ClaimType | None = None,
    details: ClaimDetails | None = None,
    event: EventDate | None = None,
    own_names: Collection[str] = (),
    record: str | None = None,
) -> Fact:
    """Return what code reads in `statement`. Values in `details` come before those found in the text.

    `own_names` are the lower-case words of the lead's names: all its claims share them, so they tell nothing.
    `record` is the key of the event that a record reports (`amendments.py`): other keys are other events.
    """
    details = details or ClaimDetails()
    told = _LEAD_IN.sub("", statement)
    text = _focus(_HEADLINE_SOURCE.sub("", told) if kind is None else told, own_names)
    plain = _LETTER_NAME.sub(r"\1", _ACRONYM_DOTS.sub(lambda match: match[0].replace(".", ""), text))
    words = [word.strip(".-'’&") for word in _WORD.findall(plain)]
    regions = _regions(f"{_SEAT.sub(' ', plain)} {details.place or ''}")
    named = [word.strip(".-'’&") for word in _WORD.findall(_OFFICIAL.sub(" ", plain))]
    proper = {_bare(w) for w in named if w[:1].isupper()} - _GENERIC_NAMES - _region_words() - set(own_names)
    lower = {_bare(w) for w in words} - _STOP - _GENERIC_NAMES - set(own_names)
    day = event.value if event else None
    value = field_value(text, details.field, day) if details.record and details.field else ""
    money, before = find_current_money(text), {found.value for found in find_money(text)}
    amounts = [found.value for found in money]
    if details.amount and details.amount not in before.difference(amounts):
        amounts = [details.amount, *amounts]
    found_dates = tuple(found.value for found in find_dates(value or text))
    found_counts = tuple(found.value for found in find_counts(value) or find_counts(text))
    return Fact(
        text=" ".join(statement.lower().split()),
        kind=kind,
        amounts=tuple(dict.fromkeys(amounts)),
        beside=() if len(text) == len(told) else tuple(found.value for found in find_money(told)),
        total=next(
            (found.value for found in money if _TOTAL.search(text[max(0, found.start - 120) : found.start])), None
        ),
        added=bool(money) and all(_is_added(text, found) for found in money),
        counts=tuple(dict.fromkeys((*filter(None, [details.count]), *found_counts))),
        dates=(event, *found_dates) if event and kind is ClaimType.METRIC else found_dates,
        milestones=find_milestones(value or text),
        stems=frozenset(stem(word) for word in lower if len(word) > 1),
        names=frozenset(proper),
        officials=frozenset(_bare(match["surname"]) for match in _OFFICIAL.finditer(plain)),
        regions=regions,
        spots=_spots(details.place),
        numbers=frozenset(_NUMBER.findall(text)),
        anchored=bool(own_names),
        record=record,
        negated=denies(text),
        field=details.field,
        field_value=value,
        signal_type=details.signal_type,
    )


def _is_added(text: str, found: FoundMoney) -> bool:
    told = _ADDED_BEFORE.search(text[max(0, found.start - 80) : found.start]) or _ADDED_AFTER.match(text, found.end)
    return bool(told) or found.value.bound is Bound.ADDITIONAL


def _focus(text: str, own_names: Collection[str]) -> str:
    """Return the part of `text` that tells the fact: `Acme plans $5 million, while Bolt plans $2 million` tells two.

    Without a lead it is the first part, else the one that names the lead; where both do, or none, it is the whole.
    """
    parts = _BESIDE.split(text)
    if len(parts) != 2 or not all(find_money(part) for part in parts):
        return text
    if not own_names:
        return parts[0]
    naming = [part for part in parts if set(own_names) & {_bare(word) for word in _WORD.findall(part)}]
    return naming[0] if len(naming) == 1 else text


def fact_of(claim: Claim, own_names: Collection[str] = (), record: str | None = None) -> Fact:
    """Return what code reads in `claim`."""
    event = None
    if claim.event_date and claim.date_precision:
        event = EventDate(value=claim.event_date, precision=claim.date_precision, text="")
    return read_fact(
        claim.statement, kind=claim.type, details=claim.details, event=event, own_names=own_names, record=record
    )


def denies(text: str) -> bool:
    """Return whether `text` says that something did not, does not or will no longer happen."""
    return bool(denial(text))


def denial(text: str) -> str:
    """Return the words of `text` that say so, or nothing."""
    found = _NEGATION.search(text)
    return found[0] if found else ""


def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the words that carry the content of `text`, names and numbers left out."""
    words = (_bare(word.strip(".-'’&")) for word in _WORD.findall(text))
    return frozenset(stem(word) for word in words if len(word) > 1 and word not in _STOP)


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.lower())


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return a crude stem, so that `investing` meets `investment` and `factories` meets `factory`."""
    for ending in (
        "izations",
        "ization",
        "ments",
        "ment",
        "ings",
        "ing",
        "ies",
        "ed",
        "es",
        "ions",
        "ion",
        "s",
        "e",
        "y",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _spots(place: str | None) -> frozenset[str]:
    """Return the words of a place that tell where in a region it is: `Marshall, Michigan` gives `marshall`."""
    words = {_bare(word.strip(".-'’&")) for word in _WORD.findall(_ACRONYM_DOTS.sub(" ", place or ""))}
    return frozenset(words - _EVERYWHERE - _region_words() - {abbr.lower() for abbr in _states()[1].values()})


@lru_cache(maxsize=1)
def _states() -> tuple[re.Pattern[str], dict[str, str]]:
    import us

    states = [*us.states.STATES, us.states.DC, *us.states.TERRITORIES]
    by_word = {state.name.lower(): state.abbr for state in states}
    by_word |= {country: country for country in _COUNTRIES}
    names = "|".join(re.escape(name) for name in sorted(by_word, key=len, reverse=True))
    codes = "|".join(state.abbr for state in states)
    # followed by a capital it is part of a name: Taiwan Semiconductor, New York Times
    return re.compile(rf"\b(?:(?i:{names})\b(?!\s+[A-Z][a-z])|(?<=,\s)(?:{codes})\b)"), by_word


def region_name(region: str) -> str:
    """Return a region of a fact in words: `OH` gives `Ohio`."""
    return next((name for name, code in _states()[1].items() if code == region), region).title()


@lru_cache(maxsize=1)
def _region_words() -> frozenset[str]:
    return frozenset(word for name in _states()[1] for word in name.split())


def _regions(text: str) -> frozenset[str]:
    pattern, by_word = _states()
    return frozenset(by_word.get(found.lower(), found) for found in pattern.findall(text))
