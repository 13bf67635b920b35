"""The words in which a page names dates, tiers, statuses and engines.

Here: small pure functions from values to plain English, shared by the HTML page and the Markdown text. Not
here: escaping, which each writer does for itself, and the choice of what is shown (`dossier/exports/brief.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from dossier.models import ContactDetail, Precision, Tier

MONTHS = "January February March April May June July August September October November December".split()
TIER_WORDS = {
    Tier.GOV: "Government",
    Tier.PRIMARY: "First hand",
    Tier.NEWS: "News",
    Tier.OTHER: "Other",
}
DATED_BY_REPORT = "No source states the day: it is that of the first report."
DETAIL_HINTS = {
    "verified": "checked with an outside service",
    "published": "stands word for word in a source",
    "inferred": "a guess from a pattern: check it before you use it",
    "unknown": "origin not known: check it before you use it",
}
_ENGINES = {
    "extractive": (
        "Extractive engine",
        "Facts stand here in the words of their sources: the extractive engine selects and arranges sentences,"
        " and no language model took part.",
    ),
    "anthropic": (
        "Claude",
        "Claude (Anthropic) wrote this text. Code bound every fact to a quote in a source and took out"
        " sentences that no quote supports.",
    ),
}
_ACRONYMS = frozenset({"EPCM", "RFP", "RFQ", "WARN", "IPO", "FDA", "ICP", "URL", "ID", "CEO", "PS", "HQ"})
_LABELS = {
    "quick_reference": "Questions to ask",
    "network_intelligence": "Who they work with",
    "common_objections": "What they may object",
    "opportunity_details": "The project in short",
    "company_intel": "The organisation",
    "entity_brief": "In short",
    "client_specific": "Answers",
    "the_angle": "The angle",
    "excluded": "Named in the sources, but not suggested",
    "the_math": "The value to them",
    "insights_they_dont_know": "What they may not know",
    "landmines_to_avoid": "What to steer clear of",
    "epcm_engaged": "Designer or contractor engaged",
}


def date_in_words(day: date | None, precision: Precision | None = Precision.DAY) -> str:
    """Return `14 May 2026`, `May 2026`, `Q2 2026`, `first half of 2026` or `2026`; "undated" without a day."""
    if day is None:
        return "undated"
    month = MONTHS[day.month - 1]
    return {
        Precision.DAY: f"{day.day} {month} {day.year}",
        Precision.MONTH: f"{month} {day.year}",
        Precision.QUARTER: f"Q{(day.month + 2) // 3} {day.year}",
        Precision.HALF: f"{'first' if day.month < 7 else 'second'} half of {day.year}",
        Precision.YEAR: f"{day.year}",
    }[precision or Precision.DAY]


def stated_date(value: Any, precision: Any = None) -> str:
    """Return a date of a section's content in words; text that is no ISO date stays, nothing is "undated"."""
    text = str(value or "").strip()
    try:
        known = Precision(precision) if precision else Precision.DAY
        return date_in_words(date.fromisoformat(text), known)
    except ValueError:
        return text or "undated"


def age_in_words(days: int) -> str:
    """Return how long ago an event was, counted to the reference date; negative ages lie ahead."""
    if days == 0:
        return "today"
    amount = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    return f"{amount} ago" if days > 0 else f"in {amount}"


def label(name: str) -> str:
    """Return a field or signal name as a label: `new_plant_announced` becomes `New plant announced`."""
    if name in _LABELS:
        return _LABELS[name]
    words = [word if word in _ACRONYMS else word.lower() for word in name.replace("_", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def site_name(url: str) -> str:
    """Return the host of a web address without `www.`."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def engine(provider: str) -> tuple[str, str]:
    """Return the short name of the engine that wrote a dossier and the sentence that explains it."""
    return _ENGINES.get(provider, (provider, f"This dossier was written by the engine {provider}."))


def detail_hint(detail: ContactDetail) -> str:
    """Return what the status of an e-mail, phone or profile means for its use."""
    return DETAIL_HINTS[detail.status]


def count(number: int, noun: str) -> str:
    """Return `1 source`, `3 sources`: a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
