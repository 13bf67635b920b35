"""Ways to reach somebody, as they stand in a text: e-mail addresses, addresses of pages, phone numbers.

Here: finding them and their exact words. Not here: whether a source publishes one for a person
(`dossier/steps/contact_details.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOCAL = r"[A-Za-z0-9][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]*(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
_EMAIL = re.compile(rf"(?<![\x00-\x7f](?<=[\w.+-])){_LOCAL}@{_HOST}(?![\w-]|\.\w)")
_URL = re.compile(rf"\b(?:https?|ftp)://[^\s<>\"'\])]+|(?<![@\w.-]){_HOST}(?::\d+)?(?:/[^\s<>\"'\])]*)?(?![\w@-])")


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address at `text[start:end]`, in its own words."""

    start: int
    end: int
    text: str


def find_emails(text: str) -> list[FoundAddress]:
    """Return the e-mail addresses in `text`, in order."""
    return [FoundAddress(match.start(), match.end(), match[0]) for match in _EMAIL.finditer(text)]


def find_urls(text: str) -> list[FoundAddress]:
    """Return the addresses of pages in `text`, in order."""
    return [FoundAddress(match.start(), match.end(), match[0]) for match in _URL.finditer(text)]


def find_phones(text: str) -> list[FoundAddress]:
    """Return the phone numbers in `text`, in order."""
    import phonenumbers

    found = phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE)
    return [FoundAddress(match.start, match.end, match.raw_string) for match in found]
