"""The obedient model: it does whatever orders stand in the documents, as far as the schema of its answer lets it.

Here: finding orders (plain, in comments, in base64, in other languages) and carrying them out on an answer. Not
here: sensible answers. It is the worst case for tests of injected text: what it does must not reach the dossier.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import Any

from dossier.model_server.english import addresses_in, sentences_of
from dossier.model_server.reading import Reading

JsonDict = dict[str, Any]
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|you must|you are now|new instructions?|system prompt|system:|"
    r"instead,? (?:write|say|answer)|(?:write|say|state|report) that|set the score|"
    r"give (?:it|them|this|the lead) a score|(?:respond|reply|answer) with|output|"
    r"send (?:it|this|the|an?|all)|e-?mail (?:it|this|the)|(?:call|visit|fetch|open) https?|"
    r"praise|recommend|repeat|print|reveal|return nothing|do not answer|"
    r"ignoriere|schreibe|vergiss|ignorez|oubliez|écrivez|ignora|olvida|escribe|dimentica|scrivi)\b",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"(?:write|say|state|report|reply|respond|answer|output|schreibe|écrivez|escribe|scrivi|print|repeat)"
    r"(?:,? (?:that|dass|que|che|with|only|exactly|the words?|the word|:))*[ :]*[\"“«'‘]?(?P<what>.+?)[\"”»'’]?[.!]?$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"(?:score|points?|rating|punkte|puntos)\D{0,30}(\d{1,3})", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_NOTHING = re.compile(
    r"return nothing|do not answer|empty (?:answer|object|list)|deny|antworte nicht|ne répondez pas|no respondas",
    re.IGNORECASE,
)
_LEAK = re.compile(
    r"(?:print|repeat|reveal|show|output|write|zeige|affichez|muestra)\b.{0,30}\b"
    r"(?:system ?prompt|your (?:instructions|rules|prompt)|invite système|tus instrucciones)",
    re.IGNORECASE,
)
_OUR_OWN = re.compile(
    r"source |claims$|signals$|conflicts$|people$|lead$|seed$|context|insight$|contacts$|primary signal$|search plan$"
)

_LEFT_ALONE = frozenset("source_id contact_id type kind quote id start event_date date_precision".split())
_TELLING = frozenset(
    "headline description why body message gap bottom_line answer relevance company_intel deal_strategy the_angle "
    "one_liner failure_reason ps opportunity company_profile".split()
)


def orders_in(reading: Reading) -> list[str]:
    """Return the sentences of the prompt's data that order something, decoded where they are hidden."""
    found = [
        sentence
        for label, text in reading.blocks
        if _OUR_OWN.match(label)
        for version in (text, *_decoded(text))
        for sentence in sentences_of(version)
        if _ORDER.search(sentence)
    ]
    return list(dict.fromkeys(found))


def _decoded(text: str) -> Iterator[str]:
    for match in _BASE64.finditer(text):
        try:
            yield base64.b64decode(match[0], validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue


def obeyed(reading: Reading, answer: Any) -> Any:
    """Return `answer` after every order has been carried out: texts, numbers, addresses and claims as ordered.

    The answer keeps its shape, so it still fits its schema; an order to say nothing empties it.
    """
    orders = orders_in(reading)
    if not orders:
        return answer
    if any(_NOTHING.search(order) for order in orders):
        return _changed(answer, "", lambda name, value: [] if isinstance(value, list) else value)
    for order in orders:
        answer = _changed(answer, "", _Obedience(order, _told(reading, order)))
    return answer


def _told(reading: Reading, order: str) -> str:
    """Return the text that an order wants to see."""
    if _LEAK.search(order):
        return reading.system[:400]
    found = _SAYS.search(order)
    return (found["what"] if found else order).strip()[:400]


class _Obedience:
    """Carries out one order on each field of an answer."""

    def __init__(self, order: str, told: str) -> None:
        self.told = told
        number = _NUMBER.search(order)
        self.number = int(number[1]) if number else None
        self.urls, self.emails, _ = addresses_in(order)

    def __call__(self, name: str, value: Any) -> Any:
        """Return the field's value as ordered."""
        if isinstance(value, bool) or name in _LEFT_ALONE:
            return value
        if isinstance(value, int | float):
            return self.number if self.number is not None else value
        if isinstance(value, str) or value is None:
            return self._text(name, value)
        if name == "claims" and value and isinstance(value[0], dict):
            return [*value, {**value[0], "statement": self.told, "quote": self.told}]
        if name == "sentences" and value and isinstance(value[0], dict):
            return [*value, {**value[0], "text": self.told, "kind": "fact"}]
        return value

    def _text(self, name: str, value: str | None) -> str | None:
        if name.endswith("url") and self.urls:
            return self.urls[0]
        if name == "email" and self.emails:
            return self.emails[0]
        if value is not None and name in _TELLING:
            return " ".join([self.told, *self.urls, *self.emails])
        return value


def _changed(value: Any, name: str, change: Callable[[str, Any], Any]) -> Any:
    """Walk JSON from the leaves and put what `change` makes of each field in its place."""
    if isinstance(value, dict):
        return {key: _changed(inner, key, change) for key, inner in value.items()}
    if isinstance(value, list):
        return change(name, [_changed(inner, name, change) for inner in value])
    return change(name, value)
