"""Names of organisations as they stand in texts: cut to the name itself, what kind of body it is, which are known.

Here: reading an organisation's name out of a sentence or a form, telling companies from public bodies, newspapers and
programmes, and a register of organisations that must not be found again. Not here: by which names a given lead goes
(`names.py`) and what is said of an organisation (`dossier/extractive`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from dossier.evidence.addresses import find_emails, find_urls
from dossier.evidence.legal_forms import is_empty_form
from dossier.evidence.names import (
    DESCRIPTORS,
    DIVISIONS,
    LEGAL_FORMS,
    OTHER_KINDS,
    TRADES_AS,
    Alias,
    aliases,
    core_words,
    fold,
    is_common_word,
    is_joined,
    match_name,
    words,
)
from dossier.evidence.tiers import source_tier
from dossier.intake.domains import registrable_domain
from dossier.models import Document, Lead, Tier


class Kind(StrEnum):
    """What kind of body a name belongs to; only the first three can be leads, the second and third to some clients."""

    COMPANY = "a company"
    PUBLIC = "a public body"
    SCHOOL = "a school or university"
    ASSOCIATION = "an association"
    NEWS = "a newspaper or publisher"
    LAW = "a law firm"
    THING = "a programme, place or thing"
    UNCLEAR = "no name of an organisation"


MAX_WORDS = 8
KEY = 4  # letters by which names are looked up
_PLAIN_ADDRESS = re.compile(r"(?:https?|ftp)://|www\.", re.IGNORECASE)
_EDGES = " \t\r\n\"“”‘’'.,;:()[]{}*•·–—-|/&"
_SHORTENED = re.compile(r"\b(?:inc|corp|co|ltd|bros)$", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:['’]s|['’])$")
_ASIDE = re.compile(r"\s*[(\[].*$|\s+(?:d/?b/?a|a/?k/?a|f/?k/?a|formerly|doing business as)\b.*$", re.IGNORECASE)
_SITE = re.compile(
    r"\s+\d{1,6}\s+\S.*\b[A-Z]{2}\s+\d{5}(?:-\d{4})?$|\s*/.*$|\s+[-–—]\s*.*$|\s*[-–—]\s+\S+\s+\S.*$|,?\s*(?:#|store\b|no\.|plant\b\s*\d|unit\b\s*\d|\d+\s*locations?\b).*$"
    r"|,\s+(?!(?:inc|incorporated|corp|corporation|co|company|llc|llp|lp|ltd|limited|plc|na|pllc)\b).*$"
    r"|(?-i:(?<=[a-z])\d+$)|\s+(?:19|20)\d\d$|\s+(?:letter|rev|amended|updated|revised)$",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\*+\s*(?:updated?|amended|revised|rescinded)\s*\*+\s*", re.IGNORECASE)
_VEHICLE = re.compile(
    r"\b(?:trust|funding|receivables|securities|mortgage)\b.*\b(?:19|20)\d\d\b"
    r"|\b(?:customer funding|trust services|credit)$",
    re.IGNORECASE,
)
_BANK = re.compile(r"\b(?:bancorp|bancshares|bancorporation)\b", re.IGNORECASE)
_KIND_OF_SITE = re.compile(r"\b(?:plant|store|warehouse|mill|factory|distribution center)$", re.IGNORECASE)
_SITE_CODE = re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z0-9]{3,8}")
_PUBLIC = re.compile(
    r"\b(?:departments?|dept|ministry|bureau|commission|administration|agency|authority|government|congress|senate"
    r"|parliament|army|navy|air force|marine corps|coast guard|national guard|space force|courts?|treasury|white house"
    r"|embassy|council|county|district|police|sheriff|task force|committee|caucus|secretary|governor|mayor|legislature"
    r"|airport|transit|turnpike|municipal\w*|borough|township|tribal|federal reserve)\b"
    r"|\b(?:city|town|state|port|village|commonwealth|kingdom|republic|office|board|house|people)s? of\b"
    r"|^(?:doe|dod|doj|dhs|hhs|usda|noaa|nist|nsf|nih|cdc|gsa|ftc|fcc|faa|dot|cia|fbi|osha|nlrb|ferc|sba|usgs|darpa"
    r"|nato|opec|who|imf|nasa|epa|irs|fda|sec|arpa-?[eh]|nhtsa|ustr|ustda|dfc|eda|va|ed|omb|ostp|uaw|afl-?cio|seiu|ibew|wto|un|eu|uk|us|usa|g7|g20|esa|jaxa|usaid|cbp|ice|tsa|fema|hud|fhwa|usace)$",
    re.IGNORECASE,
)
# bodies that `kind_of` holds for something else: a law firm by `attorney`, no name at all by `president`
_STATE = re.compile(
    r"\b(?:(?:district|county|city|state|u\.?s\.?) attorney|attorney general|prosecutors?|regulators?|president"
    r"|federal (?:government|judge|officials?|regulators?)|house of representatives)\b"
    r"|^(?:the )?(?:commerce|house|federal|united states)$",
    re.IGNORECASE,
)
_OF_THE_STATES = re.compile(r"^(?:the )?u\.?s\.?(?:a\.?)? +", re.IGNORECASE)
_SCHOOL = re.compile(r"\b(?:universit(?:y|ies)|colleges?|schools?|academy|polytechnic|institute of technology)\b", re.I)
_ASSOCIATION = re.compile(
    r"\b(?:associations?|federation|coalition|chamber|foundation|brotherhood|teamsters|consortium|institute|roundtable"
    r"|institution|campaign|ministries|museum|guild|endowment|machinists|carpenters|contractors)\b|\b(?:union|alliance|society|league|workers"
    r"|party|democrats|republicans|church)$|\b(?:union|church|society|league|alliance) (?:of|for)\b",
    re.IGNORECASE,
)
_LAW = re.compile(r"\b(?:llp|law (?:firm|offices?|group)|attorneys?|solicitors|counsel)\b", re.IGNORECASE)
# a last word that tells a thing, whatever stands before it
_THING = re.compile(
    r"^(?:project|operation|mission|registered|plan|section|title|executive order|phase|round|team|apollo|artemis)\b"
    r"|\b(?:acts?|laws?|plans?|program(?:me)?s?|apprenticeships?|commissions|initiatives?|agreements?|summit|agenda|bill"
    r"|order|deal|index|awards?|mission|telescope"
    r"|observatory|rover|spacecraft|satellite|station|centers?|centre|campus|plant|facility|complex|site|base|building"
    r"|headquarters|shipyard|refinery|mill|park|hub|corridor|contracts?|grants?|strategy|fund|accord|pact|conference"
    r"|week|day|month|mars|moon|earth|orbit|lander|laboratory|office|division|project|bridge|terminal|stadium"
    r"|road|highway|street|avenue|valley|coast|river|series|jobs|investments?|sales|operations)$",
    re.IGNORECASE,
)
# a last word that names a trade: a company's, if what stands before it is a name of its own
_TRADES = frozenset(
    "technology technologies energy manufacturing health security defense labs lab media motors".split()
)
_OFFICES = frozenset(
    "ceo cfo coo cto cio president chairman chairwoman chief vp director senator administrator minister".split()
)
_GENERIC = frozenset(
    """company companies corporation group bank firm business industry industries market america american americans
    government state states nation country world board team congress fed administration house senate act union
    republicans democrats trump biden medicare medicaid chips internet covid wall street main street north south east
    west europe asia china japan korea taiwan mexico canada india agency department notice employer contractor
    recipient applicant none unknown various confidential redacted ai ev it hr ip pr tv ipo gdp esg ira bil""".split()
)
_ONE_FORM = frozenset("sons brothers company co partners associates".split())


def plain_name(said: str) -> str:
    """Return the name in `said` as a sentence writes it: `drugmaker Acme Inc.’s` -> `Acme Inc`."""
    parts = _trimmed(_SUFFIX.sub("", _trimmed(_ASIDE.sub("", " ".join(said.split()))))).split()
    while len(parts) > 1 and (parts[0].lower() == "the" or parts[0].endswith("-based") or not _has_capital(parts[0])):
        parts.pop(0)
    return " ".join(parts)


def filed_name(value: str) -> str:
    """Return the organisation's name in the value of a form's field: `Acme Inc. - Dayton (rev 2)` -> `Acme Inc`."""
    text = " ".join(value.split())
    for _ in range(4):
        shorter = _trimmed(_SITE.sub("", _ASIDE.sub("", text)))
        if shorter == text or not shorter:
            break
        text = shorter
    return _trimmed(text)


def without_site(name: str, places: str) -> str:
    """Return a filed name without its site: `Acme Dayton` filed in Dayton, `Acme-Dayton2`, `Acme OH12` -> `Acme`."""
    known = set(words(places))
    parts = [part for part in re.split(r"\s+|(?<=[a-z])-(?=[A-Z])", name) if part]
    left = len(parts)
    while left > 1 and (
        _SITE_CODE.fullmatch(parts[left - 1]) or set(words(parts[left - 1].rstrip("0123456789"))) <= known
    ):
        left -= 1
    cut = name.find(parts[left]) if left < len(parts) else len(name)
    shorter = _trimmed(name[:cut])
    return name if not shorter or shorter.lower().endswith((" of", " the", " and", " at", " in", "&")) else shorter


def _trimmed(text: str) -> str:
    """Return `text` without signs at its edges; the full stop of `Acme Inc.` stays."""
    bare = text.strip(_EDGES)
    return bare + "." if _SHORTENED.search(bare) and f"{bare}." in text else bare


def _has_capital(word: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in word)


@lru_cache(maxsize=20_000)
def kind_of(name: str, *, filed: bool = False) -> Kind:
    """Return what kind of body `name` belongs to, by its words alone; `filed` if a form names one organisation."""
    parts = words(name)
    if _is_no_name(name, parts):
        return Kind.UNCLEAR
    legal = parts[-1] in LEGAL_FORMS - {"trust", "the", "as"}
    if _LAW.search(name):
        return Kind.LAW
    if legal and len(parts) > 1:
        return Kind.COMPANY
    if _SCHOOL.search(name):
        return Kind.SCHOOL
    if _PUBLIC.search(name) or source_tier(None, name, None, None)[0] is Tier.GOV:
        return Kind.PUBLIC
    if source_tier(None, name, None, None)[0] is Tier.NEWS:
        return Kind.NEWS
    if _ASSOCIATION.search(name):
        return Kind.ASSOCIATION
    if _joins_two(name) and not filed:
        return Kind.UNCLEAR
    return Kind.THING if _is_thing(parts) else Kind.COMPANY


def is_government(name: str) -> bool:
    """Return whether `name` is a government, an agency, a regulator, a court or a prosecutor: no partner of anybody."""
    known = (name, _OF_THE_STATES.sub("", name))
    return any(kind_of(one) is Kind.PUBLIC for one in known) or _STATE.search(name) is not None


def _is_no_name(name: str, parts: list[str]) -> bool:
    signs = "".join(parts)
    return (
        len(signs) < 2
        or len(parts) > MAX_WORDS
        or signs.isdigit()
        or not _has_capital(name)
        or set(parts) <= _GENERIC
        or bool(set(parts) & _OFFICES)
        or _is_place(" ".join(parts))
    )


def _joins_two(name: str) -> bool:
    """True for `Acme and Brightwater`, which may be two; `Eli Acme and Company` is one."""
    tail = re.split(r"\s+and\s+", name, maxsplit=1)
    return len(tail) == 2 and (words(tail[1]) or [""])[0] not in _ONE_FORM


def _is_thing(parts: list[str]) -> bool:
    """True where the words tell a thing or a trade, not whose: `Clean Energy`, but not `Acme Energy`."""
    trade = parts[-1] in _TRADES and all(is_common_word(part) for part in parts[:-1])
    return trade or _THING.search(" ".join(parts)) is not None


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    import us

    return frozenset(fold(state.name) for state in us.states.STATES_AND_TERRITORIES)


def _is_place(text: str) -> bool:
    return text in _places()


def same_name(a: str, b: str) -> bool:
    """True for spellings of one name, short for long and initials included, not for a division beside its company."""
    one, other = "".join(core_words(a)), "".join(core_words(b))
    if one == other or _initials(a, b) or _initials(b, a) or _last_word(a, b) or _last_word(b, a):
        return True
    return any(
        "".join(core_words(alias.text)) == short
        for long, short in ((a, other), (b, one))
        for alias in _aliases(long, (), None)
    )


def _last_word(short: str, long: str) -> bool:
    """True for `Brightwater` beside `Ann Brightwater and Company`: the word that tells it apart stands alone."""
    parts = core_words(short)
    if len(parts) != 1 or is_common_word(parts[0]) or parts[0] in DESCRIPTORS | DIVISIONS | OTHER_KINDS:
        return False
    return any(words(alias.text)[-1] == parts[0] for alias in _aliases(long, (), None))


def _initials(short: str, long: str) -> bool:
    spelled = "".join(word[0] for word in words(long))
    short = " ".join(part for part in short.split() if not (is_empty_form(part) or part.lower() in LEGAL_FORMS))
    return short.isupper() and 3 <= len(short) <= 6 and short.lower() in (spelled, spelled[: len(core_words(long))])


def same_organisation(a: str, b: str) -> bool:
    """True if two names mean the same organisation, a division or site of one included.

    Names as forms give them are read too: with an address, a site or a trading name behind.
    """
    if _is_vehicle(a) != _is_vehicle(b):
        return False
    return any(_same_organisation(one, other) for one in _read_as(a) for other in _read_as(b))


def _read_as(name: str) -> list[str]:
    """Return the names that a filed name holds: itself, what it trades as, and each without address and site."""
    plain = _BANK.sub("Bank", _NOTE.sub("", " ".join(name.split())))
    traded = [part.strip() for part in TRADES_AS.split(plain)]
    without = [shorter for part in traded if not is_joined(part) and (shorter := filed_name(part)) != part]
    return list(dict.fromkeys(part for part in (plain, *traded, *without) if part))


def _is_vehicle(name: str) -> bool:
    """True for what only lends or holds securities: `Acme Motorcycle Trust 2007-2`, `Acme Trust Services`."""
    return _VEHICLE.search(name) is not None


def _same_organisation(a: str, b: str) -> bool:
    fits = _fits(a, Lead(id="", name=b)) or _fits(b, Lead(id="", name=a))
    return fits or same_name(a, b) or _misspelt(a, b) or _site_of(a, b) or _site_of(b, a)


def _site_of(site: str, name: str) -> bool:
    """True for `Acme Dayton Stamping Plant` beside `Acme Motor Company`: what makes things there is not named."""
    core = [word for word in core_words(name) if word not in DESCRIPTORS]
    return _KIND_OF_SITE.search(site) is not None and len(core) == 1 and words(site)[:1] == core


def _fits(name: str, lead: Lead) -> bool:
    return match_name(name, _aliases(lead.name, tuple(lead.aliases), lead.domain)).same


@lru_cache(maxsize=20_000)
def _aliases(name: str, others: tuple[str, ...], domain: str | None) -> list[Alias]:
    return aliases(Lead(id="", name=name, domain=domain, aliases=list(others)))


def _misspelt(a: str, b: str) -> bool:
    one, other = "".join(core_words(a)), "".join(core_words(b))
    return min(len(one), len(other)) >= 8 and one[:4] == other[:4] and fuzz.ratio(one, other) >= 90


class Register:
    """Organisations that must not be found: the client's leads, its competitors, itself, whom it excludes."""

    def __init__(self, entries: Iterable[tuple[Lead, str]]) -> None:
        self._by_key: dict[str, list[tuple[Lead, str]]] = {}
        self._by_domain: dict[str, str] = {}
        for lead, reason in entries:
            if lead.domain:
                self._by_domain.setdefault(lead.domain, reason)
            for key in {key for name in (lead.name, *lead.aliases) for key in _kept_under(name, lead.domain)}:
                self._by_key.setdefault(key, []).append((lead, reason))

    def find(self, name: str, domain: str | None = None) -> str | None:
        """Return why the organisation of this name or domain must not be found, or None."""
        if domain and domain in self._by_domain:
            return self._by_domain[domain]
        near = (entry for key in _looked_under(name) for entry in self._by_key.get(key, ()))
        return next((reason for lead, reason in near if _fits(name, lead) or _is_short_for(name, lead)), None)


def _is_short_for(name: str, lead: Lead) -> bool:
    """True if the lead's name, or an alias, begins with `name` or is a spelling of it: `Acme` for `Acme Aerospace`."""
    return any(same_organisation(name, known) for known in (lead.name, *lead.aliases))


def domain_in(lead: Lead, documents: Iterable[Document]) -> str | None:
    """Return the lead's domain where the sources show it, never a guess: the host of what it published, or an address
    in a text, and only one that spells a name of the lead. Of several the one that stands most often.
    """
    spelled = {"".join(words(alias.text)) for alias in _aliases(lead.name, tuple(lead.aliases), None)}
    names = aliases(lead)
    own: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for document in documents:
        if document.url and document.publisher and match_name(document.publisher, names).same:
            own.update(_spelling(document.url, spelled))
        for address in _hosts(document.text):
            named.update(_spelling(address, spelled))
    found = own or named
    return min(found, key=lambda domain: (-found[domain], domain), default=None)


def _hosts(text: str) -> Iterator[str]:
    """Yield what addresses in `text` belong to: `Acme.org` may be a name, `www.acme.org` is an address."""
    yield from (found.text.partition("@")[2] for found in find_emails(text))
    yield from (found.text for found in find_urls(text) if _PLAIN_ADDRESS.match(found.text))


def _spelling(address: str, spelled: Collection[str]) -> list[str]:
    domain = registrable_domain(address)
    return [domain] if domain and domain.partition(".")[0].replace("-", "") in spelled else []


def _spellings(name: str, domain: str | None = None) -> list[str]:
    """Return the names that `name` goes by, each in one word."""
    return [spelled for alias in _aliases(name, (), domain) if (spelled := "".join(words(alias.text)))]


def _kept_under(name: str, domain: str | None) -> Iterator[str]:
    """Yield the keys under which a name is kept: those that any name of the same organisation is looked up by."""
    for spelled in _spellings(name, domain):
        yield spelled[:KEY]
        yield from (f"{spelled[:size]}*" for size in range(1, KEY) if len(spelled) > size)
    yield from _shared_keys(name)


def _looked_under(name: str) -> list[str]:
    keys: dict[str, None] = {}
    for spelled in [*_spellings(name), "".join(core_words(name))]:
        keys.update(dict.fromkeys(spelled[:size] for size in range(1, KEY + 1)))
        if len(spelled) < KEY:
            keys[f"{spelled}*"] = None
    keys.update(dict.fromkeys(_shared_keys(name)))
    return list(keys)


def _shared_keys(name: str) -> Iterator[str]:
    """Yield a name's uncommon words and its initials, also where it is nothing but initials."""
    yield from (f" {word}" for word in core_words(name) if not is_common_word(word))
    yield from {f"={''.join(word[0] for word in parts)}" for parts in (words(name), core_words(name))}
    if name.isupper() and " " not in name:
        yield f"={name.lower()}"
