"""How fast news go stale: a half-life for each kind of signal, and the two ages that flag a claim and forbid it.

Here: the table of half-lives, a client's own, and the freshness of an age in days. Ages count to a reference date that
the caller names, never to a clock. Not here: what freshness is worth in a score (`steps/score_formulas.py`) and how an
event gets its date (`steps/events.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

OLD_DAYS = 183  # six months: an older claim is flagged
WHY_NOW_DAYS = 365  # twelve months: an older event is never the why-now
DEFAULT = "default"
DEFAULT_DAYS = 90.0
# Days in which the worth of such news halves. What is built takes years and is bought for until it stands; a vacancy, a
# notice of lay-offs or a deadline is over in weeks; a visit to a web page says something for days.
HALF_LIVES: Mapping[str, float] = {
    "EPCM_AWARD": 180,
    "PERMIT": 180,
    "EXPANSION": 180,
    "REGULATORY": 120,
    "FUNDING": 120,
    "HIRING": 45,
    "LAYOFF": 45,
    "PROCUREMENT": 45,
    "LEADERSHIP": 90,
    "INTENT": 14,
}
# Words in a profile's names of signals that tell the kind; the first kind with a word in the name counts.
_WORDS: Mapping[str, str] = {
    "LAYOFF": "layoff layoffs closure closing closures warn furlough restructuring employees",
    "PROCUREMENT": "rfp rfq rfi tender bid bids solicitation procurement deadline expiring renewal",
    "INTENT": "intent visit visits website traffic download webinar",
    "PERMIT": "permit permits zoning filing filings approval",
    "EPCM_AWARD": "epcm epc contractor award awards awarded",
    "REGULATORY": "regulatory regulation compliance inspection fine recall ruling",
    "HIRING": "hiring hire hires job jobs vacancy vacancies recruiting",
    "LEADERSHIP": "executive leadership ceo appointment appointed",
    "FUNDING": "funding funded grant grants loan round ipo budget",
    "EXPANSION": "plant plants factory facility site campus expansion investment construction building center",
}


def half_life(signal_type: str, own: Mapping[str, float] | None = None) -> float:
    """Return in how many days the worth of news of `signal_type` halves.

    `own` are the client's, by name of a signal, kind or `default`; they come before the table's. A name of a profile
    has the half-life of the kind that its words tell.
    """
    mine = {_folded(name): days for name, days in (own or {}).items()}
    names = [_folded(signal_type), _folded(kind_of(signal_type))]
    found = next((mine[name] for name in [*names, DEFAULT] if name in mine), None)
    return found if found is not None else HALF_LIVES.get(kind_of(signal_type), DEFAULT_DAYS)


def kind_of(signal_type: str) -> str:
    """Return the kind of `HALF_LIVES` that a signal's name tells, or `default`."""
    name = _folded(signal_type)
    if name.upper() in HALF_LIVES:
        return name.upper()
    words = set(name.split("_"))
    return next((kind for kind, telling in _WORDS.items() if words & set(telling.split())), DEFAULT)


def unknown_names(own: Mapping[str, float], signals: Iterable[str]) -> list[str]:
    """Return the names in a client's half-lives that are neither a signal of its profile nor a kind, sorted."""
    known = {_folded(name) for name in (*signals, *HALF_LIVES, DEFAULT)}
    return sorted(name for name in own if _folded(name) not in known)


def freshness(age_days: int | None, half_life_days: float) -> float:
    """Return 1 for news of today or of what lies ahead, a half after each half-life, 0 for what has no date."""
    if age_days is None:
        return 0.0
    return float(0.5 ** (max(age_days, 0) / half_life_days))


def age_of(event_date: date | None, reported: Iterable[date], reference_date: date) -> int | None:
    """Return the days since the event or, where no text dates it, since its last report; None without either.

    Negative for what lies ahead. A period counts from its first day.
    """
    day = event_date or max(reported, default=None)
    return (reference_date - day).days if day else None


def is_old(age_days: int | None) -> bool:
    """Return whether a claim is older than six months and has to be flagged."""
    return age_days is not None and age_days > OLD_DAYS


def may_open(age_days: int | None) -> bool:
    """Return whether an event of this age may be the why-now: dated, not ahead, at most twelve months old."""
    return age_days is not None and 0 <= age_days <= WHY_NOW_DAYS


def _folded(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())
