"""What is asked of a vendor of searches, and our query language in the words that a vendor takes.

Here: the question, what a vendor gives back, and its queries. Not here: the language itself (`parse_query` in
`dossier/ranking.py`, whose rules hold here too) and the way to a vendor (`vendor_http.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from dossier.models import JsonDict
from dossier.ranking import normal_form

_PIECE = re.compile(r'"([^"]*)"|(\S+)')
_MAX_TERMS = 32
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


@dataclass(frozen=True, slots=True)
class Question:
    """One search: `phrases` (any must occur) and `words` as they were written, and its limits.

    `since` and `until` are days of publication; `until` is None where the run counts to `today`.
    """

    phrases: tuple[str, ...]
    words: tuple[str, ...]
    today: date
    since: date | None = None
    until: date | None = None
    domains: tuple[str, ...] = ()
    limit: int = 20


@dataclass(frozen=True, slots=True)
class WebHit:
    """What a vendor says of one page. `text` is the whole page if `is_whole`, else some words of it.

    An entry of a register (`is_record`) is its text: it has no page that is worth reading. `published` is a day in
    any of the forms that `day_of` reads; `doc_type` is known of registers only.
    """

    url: str
    title: str = ""
    text: str = ""
    is_whole: bool = False
    is_record: bool = False
    published: str | None = None
    publisher: str | None = None
    doc_type: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A vendor's answer, best first. `fault` says why it is empty where it could not be read; cost as it states it.

    `requests` is how many pages were asked for.
    """

    hits: list[WebHit] = field(default_factory=list)
    cost_nusd: int = 0
    fault: str | None = None
    requests: int = 1


class Vendor(Protocol):
    """Whoever is asked over HTTP."""

    @property
    def name(self) -> str:
        """One word, as the store and the logs name it."""
        ...

    def request(self, question: Question) -> JsonDict | None:
        """Return what will be sent, without the key; it names the search. None if this vendor cannot be asked that."""
        ...

    def ask(self, request: JsonDict) -> Found:
        """Ask. Raises Retryable or Permanent; see `vendor_http.py`."""
        ...


def as_written(query: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the phrases and the words of `query` as they were written, each once, without the word OR."""
    phrases: dict[str, str] = {}
    words: dict[str, str] = {}
    for quoted, bare in _PIECE.findall(query.translate(_QUOTES)):
        if quoted and (key := normal_form(quoted)).strip():
            phrases.setdefault(key, " ".join(quoted.split()))
        elif bare != "OR" and (key := normal_form(bare)).strip():
            words.setdefault(key, " ".join(bare.replace('"', " ").split()))
    return tuple(phrases.values())[:_MAX_TERMS], tuple(words.values())[:_MAX_TERMS]


def with_operators(question: Question, most_chars: int, most_words: int = 1_000) -> str:
    """Return `("A" OR "B") words (site:x OR site:y)`, the last words left out until it fits, then the last phrases."""
    sites = _any_of([f"site:{domain}" for domain in question.domains])
    return _fitting(question, most_chars, most_words, lambda phrases: _any_of([f'"{p}"' for p in phrases]), sites)


def in_plain_words(question: Question, most_chars: int) -> str:
    """Return `A or B words`, for engines that read a query as a sentence; shortened like `with_operators`."""
    return _fitting(question, most_chars, 1_000, " or ".join)


def _fitting(question: Question, most_chars: int, most_words: int, join: _Join, end: str = "") -> str:
    phrases, words = list(question.phrases), list(question.words)
    while True:
        text = " ".join(part for part in (join(phrases), *words, end) if part)
        if (len(text) <= most_chars and len(text.split()) <= most_words) or len(phrases) + len(words) <= 1:
            return text[:most_chars]
        (words or phrases).pop()


class _Join(Protocol):
    def __call__(self, phrases: Sequence[str], /) -> str: ...


def _any_of(parts: Sequence[str]) -> str:
    return f"({' OR '.join(parts)})" if len(parts) > 1 else "".join(parts)
