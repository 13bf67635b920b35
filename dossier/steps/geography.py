"""Places a lead in its client's geography: which of the three tiers a place belongs to.

Here: reading a place as people write it (`De Soto, Kansas`, `KS`) and comparing it with the profile's tiers. Not
here: the points for it (`score_formulas.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dossier.evidence.names import fold
from dossier.models import Geography

_COUNTRY_WIDE = re.compile(
    r"(?:(?:other|rest of|anywhere in|elsewhere in|all of)\s+)?(?:the\s+)?(?:united states|usa|us|u\.s\.)"
    r"(?:\s+of\s+america)?",
    re.IGNORECASE,
)
_ZIP_CODE = re.compile(r"\s+\d{5}(?:-\d{4})?$")
UNITED_STATES = "united states"
# countries and regions under the names by which reports call them; a state of the same name is the state
_COUNTRIES = frozenset(
    """afghanistan albania algeria angola argentina armenia australia austria azerbaijan bahrain bangladesh belarus
    belgium bolivia bosnia botswana brazil britain bulgaria cambodia cameroon canada chile china colombia congo croatia
    cuba cyprus czechia denmark ecuador egypt england estonia ethiopia finland france germany ghana greece guatemala
    haiti honduras hungary iceland india indonesia iran iraq ireland israel italy jamaica japan kazakhstan kenya kuwait
    laos latvia lebanon libya lithuania luxembourg malaysia malta mexico moldova mongolia morocco mozambique myanmar
    namibia nepal netherlands nicaragua niger nigeria norway oman pakistan panama paraguay peru philippines poland
    portugal qatar romania russia rwanda scotland senegal serbia singapore slovakia slovenia somalia spain sudan sweden
    switzerland syria taiwan tanzania thailand tunisia turkey uganda ukraine uruguay uzbekistan venezuela vietnam wales
    yemen zambia zimbabwe africa asia europe""".split()
) | {
    "south korea",
    "north korea",
    "korea",
    "saudi arabia",
    "united arab emirates",
    "united kingdom",
    "uk",
    "uae",
    "eu",
    "european union",
    "south africa",
    "new zealand",
    "costa rica",
    "sri lanka",
    "hong kong",
    "southeast asia",
    "latin america",
    "middle east",
    "czech republic",
    "dominican republic",
    "el salvador",
    "the netherlands",
    "the philippines",
    "the united kingdom",
}
_PROVINCES = frozenset("""alberta manitoba newfoundland ontario quebec saskatchewan""".split()) | {
    "british columbia",
    "new brunswick",
    "nova scotia",
    "prince edward island",
}
# of these no list of countries is kept: only what lies in North America surely lies outside of them
_REGIONS = frozenset("africa asia europe eu".split()) | {
    "european union",
    "latin america",
    "middle east",
    "southeast asia",
}
_KINGDOM = frozenset({"britain", "uk", "united kingdom"})
_IN_THE_KINGDOM = frozenset("england scotland wales".split())
_CANADA = frozenset({"canada"})
_MEMBERS = {
    "north america": frozenset({UNITED_STATES, "mexico"}) | _CANADA | _PROVINCES,
    "canada": _CANADA | _PROVINCES,
    **dict.fromkeys(_KINGDOM, _KINGDOM | _IN_THE_KINGDOM),
    **dict.fromkeys(("korea", "south korea"), frozenset({"korea", "south korea"})),
    **dict.fromkeys(("uae", "united arab emirates"), frozenset({"uae", "united arab emirates"})),
    **dict.fromkeys(("czechia", "czech republic"), frozenset({"czechia", "czech republic"})),
}


def tier_of_place(place: str, geography: Geography) -> int | None:
    """Return 1, 2 or 3 for the best tier that `place` lies in, None if it lies in none."""
    parts = set(_parts(place))
    for number, names in enumerate((geography.tier1, geography.tier2, geography.tier3), 1):
        if any(_wanted(name) in parts for name in names):
            return number
    return None


def lies_in(place: str, area: str) -> bool | None:
    """Return whether `place` lies in `area`, a continent, country or state; None where that cannot be told.

    Of an area that is not known by name (`the midwest`) nothing can be told but of a place that names it.
    """
    parts, wanted = {part.removeprefix("the ") for part in _parts(place)}, _wanted(area)
    if parts & _MEMBERS.get(wanted, frozenset({wanted})):
        return True
    if wanted in _REGIONS:
        return False if parts & ({UNITED_STATES} | _CANADA | _PROVINCES) else None
    known = wanted in _COUNTRIES | _PROVINCES | _MEMBERS.keys() | {UNITED_STATES} or wanted in _states().values()
    return False if known and _tells_apart(parts, wanted) else None


def _tells_apart(parts: set[str], wanted: str) -> bool:
    """Return whether `parts` name a country, and where `wanted` lies in it, also another part of it."""
    countries = (
        (frozenset({UNITED_STATES}), frozenset(_states().values())),
        (_CANADA, _PROVINCES),
        (_KINGDOM, _IN_THE_KINGDOM),
    )
    vague = any(wanted in inside and parts & country and not parts & inside for country, inside in countries)
    return not vague and bool(parts & ((_COUNTRIES - _REGIONS) | _PROVINCES | {UNITED_STATES}))


def is_abroad(place: str) -> bool:
    """True for a place that names a country other than the United States, and no state of theirs."""
    parts = set(_parts(place))
    return bool(parts & _COUNTRIES) and UNITED_STATES not in parts


def place_of_profile(profile: dict[str, str]) -> str:
    """Return the home of a lead as its import gives it: headquarters or city, and state; '' without any."""
    home = profile.get("headquarters") or profile.get("place") or profile.get("city") or ""
    state = profile.get("state", "")
    known = {part for part in _parts(home) if part != UNITED_STATES}
    return home if not state or _canonical(state) in known else ", ".join(filter(None, (home, state)))


def _wanted(name: str) -> str:
    return UNITED_STATES if _COUNTRY_WIDE.fullmatch(name.strip()) else _canonical(name)


def _parts(place: str) -> Sequence[str]:
    """Return the places named in `place`, from the right until the first state; a US state adds its country."""
    found: list[str] = []
    for part in reversed(re.split(r"[,;/()]", place)):
        if not part.strip():
            continue
        name = UNITED_STATES if _COUNTRY_WIDE.fullmatch(part.strip()) else _canonical(part)
        found.append(name)
        if name in _states().values():
            found.append(UNITED_STATES)
            break
    return found


def _canonical(name: str) -> str:
    """Return the full name of a US state in lower case, for its code or name; other names folded."""
    bare = _ZIP_CODE.sub("", name.strip()).removesuffix(" State").strip()
    code = bare.replace(".", "")
    if len(code) == 2 and code.isupper():
        return _states().get(code, fold(code))
    return _states().get(fold(bare), fold(bare))


@lru_cache(maxsize=1)
def _states() -> dict[str, str]:
    """Return the lower-case name of each US state, territory and D.C. by its code and by its name."""
    import us

    known = [*us.states.STATES_AND_TERRITORIES, us.states.DC]
    return {key: state.name.lower() for state in known for key in (state.abbr, state.name.lower())}
