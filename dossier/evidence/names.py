"""Names of organisations: by which names a lead is called, and whether two names mean the same one.

Here: aliases derived from a lead's name and domain, finding them in text, matching a filed name with a lead.
Every alias and match says by which rule it came. Not here: whether a sentence is about the lead
(`entity_gate.py`). No rule names an organisation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from dossier.evidence.legal_forms import BANK_FORMS, FORMS, is_empty_form
from dossier.models import Lead

# what names leave out as legal forms are left out, though it may be a part of what somebody is called
_LOOSE = "corporation co company se as pbc trust the"
_TRADES = """
technology technologies pharmaceuticals pharmaceutical pharma laboratories laboratory systems international
motor motors group holding holdings brands industries worldwide global enterprises scientific sciences
therapeutics biosciences solutions resorts restaurants stores services manufacturing works
"""
_OTHERS = """
bank banks bancorp university college school schools academy institute foundation endowment church hospital
clinic museum airport county township village street avenue road boulevard lane park stadium field farm farms
orchard orchards estate union federation association society league bottling bottlers bottler consolidated
dealer dealers dealership franchise franchisee franchisees authorized independent realty insurance vineyards
winery ministries
"""
_DIVISIONS = """
energy aerospace aeronautics space defense defence financial finance credit health healthcare care consumer medical
nutrition diagnostics vascular diabetes oncology neuroscience vaccines biologics foods beverages snacks cloud digital
software hardware devices electronics semiconductor foundry research labs capital ventures logistics supply chain retail
store stores supercenter plant factory headquarters campus center centre division unit group americas america usa us uk
canada mexico europe asia japan china india korea north south east west international global worldwide lng oil gas power
renewables solar grid automation motion robotics mobility automotive trucks engineering operations studios media
"""
_VAGUE = "american america national united general first north south east west new"
LEGAL_FORMS = (FORMS - BANK_FORMS) | frozenset(_LOOSE.split())
# words that describe a company's trade or structure and are dropped in everyday use
DESCRIPTORS = frozenset(_TRADES.split())
# heads that make another organisation out of a shared name: schools, banks, places, independent partners
OTHER_KINDS = frozenset(_OTHERS.split())
_SHORT = ("name without its trade", "word of the name that is the domain")
# what a division, site or branch of the same organisation is called
DIVISIONS = frozenset(_DIVISIONS.split())
_FAMILIES = frozenset("brothers bros sons".split())
# what only sells, lends or insures under a shared name
_ARMS = frozenset("sales title reit".split())
_COMPANIES = frozenset("group holdings companies".split())
_JOINED = re.compile(
    r"^[\w&.']+(?:-\s?|/)(?=[A-Z])[^,(]*?,?\s(?:inc|incorporated|corp|corporation|llc|ltd|lp|plc)\b", re.IGNORECASE
)
# between what a company is founded as and what it trades as, or was called
TRADES_AS = re.compile(
    r"(?<!\s)\s*(?:[(,]\s*)?\b(?:d/?b/?a|a/?k/?a|f/?k/?a|doing business as|trading as|formerly(?: known as)?)\b"
    r"[.:)]?\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GROUPS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Alias:
    """A name the lead goes by. `strict` ones are ordinary words too and need support from the text.

    `short` ones leave out the lead's trade, which other organisations may fill differently; `own` are all words
    of the lead's names.
    """

    text: str
    rule: str
    strict: bool = False
    short: bool = False
    own: frozenset[str] = frozenset()

    def foreign(self, word: str) -> bool:
        """True when `word` behind this name makes it another organisation's: `Acme Bank`, `Acme Solutions`."""
        other_trade = self.short and word in DESCRIPTORS and word not in self.own
        return word in OTHER_KINDS or other_trade


@dataclass(frozen=True, slots=True)
class Mention:
    """Where an alias stands in a text."""

    start: int
    end: int
    alias: Alias


@dataclass(frozen=True, slots=True)
class NameMatch:
    """Whether a filed name means the lead, by which rule, and how sure (0 to 1)."""

    same: bool
    rule: str
    score: float


def fold(text: str) -> str:
    """Return `text` without accents and case, `&` as `and`."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower().replace("&", " and ")


def words(text: str) -> list[str]:
    """Return the folded words of a name: `Coca-Cola Co.` -> `coca cola co`."""
    return _WORD.findall(fold(text))


def core_words(name: str) -> list[str]:
    """Return the words of a name without legal forms at its edges, `L.L.C.` included."""
    tokens = name.split()
    while len(tokens) > 1 and is_empty_form(tokens[-1]):
        tokens.pop()
    parts = words(" ".join(tokens))
    while len(parts) > 1 and parts[-1] in LEGAL_FORMS:
        parts.pop()
    while len(parts) > 1 and parts[0] == "the":
        parts.pop(0)
    return parts


@lru_cache(maxsize=20_000)
def is_common_word(word: str) -> bool:
    """True for a word of everyday English (Zipf frequency of at least 4, that is ten per million words)."""
    from wordfreq import zipf_frequency

    return bool(zipf_frequency(word.lower(), "en") >= 4.0)


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    import us

    return frozenset(s.name.lower() for s in us.states.STATES_AND_TERRITORIES) | frozenset(_VAGUE.split())


def _split_parts(name: str) -> list[tuple[str, str]]:
    """Return (part, rule) of a name that holds several: `A / B`, `A (B)`, `A d/b/a B`, `A, formerly B`."""
    founded, *others = TRADES_AS.split(name)
    known = [pair for other in others for pair in _split_parts(other if "(" in other else other.rstrip(") "))]
    return [*_slashed(founded), *((part, "trade name or former name") for part, _ in known)]


def _slashed(name: str) -> list[tuple[str, str]]:
    inner = [part for group in _GROUPS.findall(name) for part in re.split(r"\s*/\s*", group)]
    outer = re.split(r"\s+/\s+", _GROUPS.sub(" ", name))
    parts = [(p, "name") for p in outer[:1]] + [(p, "alternative name") for p in [*outer[1:], *inner]]
    return [(part.strip(" ,"), rule) for part, rule in parts if len(part.strip(" ,")) > 1]


def _plain(name: str) -> str:
    """Return a name without legal forms and leading article, its own spelling kept."""
    parts = name.replace(",", " ").split()
    while len(parts) > 1 and _says_form(parts[-1]):
        parts.pop()
    if len(parts) > 1 and parts[-1] in ("&", "and"):
        parts.pop()
    if len(parts) > 1 and parts[0].lower() == "the":
        parts.pop(0)
    return " ".join(parts)


def _says_form(token: str) -> bool:
    return is_empty_form(token) or (words(token) or [""])[-1] in LEGAL_FORMS - {"the"}


def _short_forms(plain: str) -> Iterator[tuple[str, str]]:
    parts = plain.split()
    stripped = list(parts)
    while len(stripped) > 1 and (words(stripped[-1]) or [""])[-1] in DESCRIPTORS:
        stripped.pop()
    if len(stripped) < len(parts) and (len(stripped) > 1 or fold(stripped[0]) not in _places()):
        yield " ".join(stripped), "name without its trade"
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    if spaced != plain and len(parts) == 1:
        yield spaced, "name written apart"


def _domain_label(domain: str | None) -> str:
    """Return the longest label of a domain before its ending: `shop.acme.com` -> `acme`."""
    labels = (domain or "").split(".")
    return max(labels[:-1] or labels, key=len)


def _domain_forms(name: str, plain: str, domain: str | None) -> Iterator[tuple[str, str]]:
    label = _domain_label(domain)
    if not label:
        return
    parts = plain.replace("-", " ").split()
    for part in parts:
        if len(parts) > 1 and len(part) > 2 and "".join(words(part)) == label:
            yield part, "word of the name that is the domain"
    initials = "".join(p[0] for p in name.replace("-", " ").split() if p[0].isalnum()).upper()
    if len(label) > 1 and label.upper() in (initials, initials[1:], "".join(p[0] for p in parts).upper()):
        yield label.upper(), "initials that are the domain"


def aliases(lead: Lead) -> list[Alias]:
    """Return the names that `lead` goes by, longest first, each with its rule; no two alike."""
    found: dict[str, Alias] = {}
    own = frozenset(words(" ".join([lead.name, *lead.aliases])))

    def add(text: str, rule: str) -> None:
        parts = words(text)
        if not parts or len("".join(parts)) < 2 or " ".join(parts) in found:
            return
        strict = len(parts) == 1 and (is_common_word(parts[0]) or len(parts[0]) <= 3)
        if strict and rule == "name without its trade" and parts[0] != _domain_label(lead.domain):
            return
        found[" ".join(parts)] = Alias(text, rule, strict, rule in _SHORT, own)

    for part, rule in [*_split_parts(lead.name), *((a, "alias of the import") for a in lead.aliases)]:
        plain = _plain(part)
        add(plain, rule)
        for form, form_rule in [*_short_forms(plain), *_domain_forms(part, plain, lead.domain)]:
            add(form, form_rule)
    return sorted(found.values(), key=lambda a: (-len(a.text), a.text))


def _pattern(alias: Alias) -> str:
    parts = [re.escape(p) for p in re.findall(r"[^\s&.\-]+", alias.text.replace(" and ", " & "))]
    joint = r"(?:\s*(?:&|and)\s*)" if "&" in alias.text else r"[\s\-–.]*"
    return joint.join(parts)


class MentionFinder:
    """Finds the aliases of one lead in text: whole words, a capital or digit first, no part of an address."""

    def __init__(self, names: list[Alias]) -> None:
        self.names = names
        body = "|".join(f"(?P<a{i}>{_pattern(alias)})" for i, alias in enumerate(names)) or "(?!)"
        self._regex = re.compile(rf"(?<![\w@/.])(?:{body})(?!\w|\.\w|@)", re.IGNORECASE)

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in `text`, left to right."""
        found = []
        for match in self._regex.finditer(text):
            first = match[0][0]
            if (first.isupper() or first.isdigit()) and match.lastgroup:
                found.append(Mention(match.start(), match.end(), self.names[int(match.lastgroup[1:])]))
        return found

    def occurs(self, text: str) -> bool:
        """True when any alias stands in `text`."""
        return bool(self.find(text))


def _starts_with(name: list[str], alias: list[str]) -> int:
    """Return how many words of `name` spell `alias` from the start, 0 if they do not."""
    wanted = "".join(alias)
    spelled = ""
    for used, word in enumerate(name, start=1):
        spelled += word
        if spelled == wanted:
            return used
        if not wanted.startswith(spelled):
            return 0
    return 0


def match_name(filed: str, names: list[Alias]) -> NameMatch:
    """Decide whether the filed name `filed` (an employer, a sponsor, a publisher) is the lead of `names`.

    The filed name has to begin with an alias; what follows may name a division, place or legal form, but no
    other kind of organisation. Initials spelled out count too.
    """
    parts = core_words(_GROUPS.sub(" ", filed)) or words(filed)
    best = NameMatch(False, "no name of the lead begins it", 0.0)
    for alias in names:
        used = _starts_with(parts, words(alias.text))
        rest = parts[used:] if used else []
        if used and (any(word in OTHER_KINDS for word in rest) or (rest and _is_another(filed, rest, alias))):
            best = max(best, NameMatch(False, f"another kind of organisation: {' '.join(rest)}", 0.1), key=_score)
        elif used:
            rule = f"{alias.rule} `{alias.text}`" + (f", then `{' '.join(rest)}`" if rest else "")
            best = max(best, NameMatch(True, rule, 1.0 if not rest else 0.9), key=_score)
        elif _spells_initials(parts, alias):
            best = max(best, NameMatch(True, f"initials spell `{alias.text}`", 0.8), key=_score)
    return best


def is_joined(filed: str) -> bool:
    """True for `Acme-Metro, Inc.` and `Acme/Bolt Optical LLC`: joined to a name with a legal form of its own."""
    return _JOINED.search(filed) is not None


def _is_another(filed: str, rest: list[str], alias: Alias) -> bool:
    """True where what follows the lead's name makes it another company's: a dealer, a family, a joined name.

    `Acme of Dayton`, `Acme Brothers`, `Acme-Metro, Inc.`; for an everyday word also `Apple Leisure Group`.
    """
    if alias.foreign(rest[0]) or rest[0] in _FAMILIES or rest[-1] in _ARMS:
        return True
    dealer = rest[0] == "of" and len(rest) > 1 and rest[1] not in DIVISIONS | {"the"}
    own_form = is_joined(filed) and len(words(alias.text)) == 1
    everyday = alias.strict and len(rest) > 1 and rest[0] not in DIVISIONS and bool(_COMPANIES & set(rest[1:]))
    return dealer or own_form or everyday


def _score(match: NameMatch) -> float:
    return match.score


def _spells_initials(parts: list[str], alias: Alias) -> bool:
    size = len(alias.text)
    spelled = "".join(p[0] for p in parts[:size])
    return size >= 3 and alias.text.isupper() and len(parts) >= size and spelled == alias.text.lower()
