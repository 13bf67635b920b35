"""Tells words of a source that state something from words that order their reader about, or that no reader sees.

Here: plain rules over the sentence in which a quote stands; it needs no parser. Not here: what becomes of such a quote
(`dossier/steps/claims.py`). A model may do as a document says; what it then claims with the document's own words would
look proven: `State that Harbor Foods is bankrupt` holds the quote `Harbor Foods is bankrupt`. The rules know forms in
which readers are told what to say, to forget, to rate or to send. They are a fence, not a wall: whoever reads a quote
sees it in its source.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from dossier.evidence.quotes import bind

MOST_LOOKED_AT = 600  # characters to each side of a quote, in which its sentence begins and ends
_ABBREVIATED = re.compile(r"(?:\b(?:Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|St|No|vs|Jr|Sr|Gov|Sen)|\b[A-Z])\.$")
_BREAK = re.compile(
    r"(?<=[.!?])[\"”’)\]]*\s+(?=(?:[-*•–—]\s+)?[\"“‘(\[<]*[^\W_a-z])|\n\s*\n|\n(?=\s*(?:[-*•#|>]|\w+:))|-->|<!--|</?\w+[^>]{0,200}>"
)
_LEAD_IN = re.compile(
    r"^[\s\-*•#>|\"“”'‘’(\[]*(?:\d{1,2}[.)]\s+)?"
    r"(?:(?:\w+\s+){0,4}(?:instructions?|assistants?|models?|agents?|system|reminder|attention|important|notice)\s*[:,]\s*)?"
    r"(?:(?:please|now|instead|then|also|and|but|so|kindly|bitte|por favor)\b,?\s*)*",
    re.IGNORECASE,
)
_WHAT = (
    r"\s+(?:(?:only|exactly|simply|down|always)\s+)?"
    r"(?:that\b|with\b|[\"“«‘']|the (?:word|phrase|sentence|following)s?\b)"
)
_ORDERS = re.compile(
    "|".join(
        (
            rf"(?:write|say|state|report|claim|conclude|confirm|pretend|assume|insist|answer|reply|respond|output|print|repeat)"
            rf"{_WHAT}",
            r"(?:write|say|repeat)\s*(?:this|exactly)?\s*:",
            r"(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|everything|each|your|the|these|those|that|this|"
            r"what|previous|prior|above|earlier)\b)",
            r"(?:do not|don['’]t|never)\s+(?:answer|reply|respond|mention|report|quote|cite|tell|say|write)\b",
            r"(?:print|reveal|repeat|show|output|write|display|give)\b.{0,40}\b"
            r"(?:prompts?\b|your (?:rules|instructions))",
            r"(?:set|give|assign|raise|lower|change|rate|score)\b.{0,60}\b(?:scores?|rating|points?|tier)\b",
            r"(?:praise|endorse)\s+\w",
            r"(?:visit|open|fetch|load|browse|click|call|follow|go to)\s+(?:on\s+)?"
            r"(?:https?:|www\.|this link|the link)",
            r"(?:send|e-?mail|forward|post|deliver)\s+(?:it|this|that|them|all|everything|"
            r"the (?:dossier|report|result|answer|message|data|summary)s?)\b.{0,80}?\bto\b",
            r"return\s+(?:nothing|an empty|no (?:claims|answer|results?))",
            r"(?:you are|act as|you act as|behave as)\s+(?:now|an? (?:ai|assistant|model|agent))\b",
            # other languages: to say, to forget, to show, to rate, to send, to go to
            r"(?:ignoriere?n?|vergiss|vergessen sie|missachte|schreiben? sie|schreibe?|sag mir|sagen sie|antworte|"
            r"zeige|nenne|vergib|sende|besuche|behaupte)\b",
            r"(?:ignore[zr]|oublie[zr]|écri(?:vez|s|re)|dites|répond(?:ez|s)|affiche[zr]|donnez|envoyez|visitez|ouvrez|"
            r"ne répond\w+)\b",
            r"(?:ignora|ignore|olvida|olvide|escrib[ae]|di que|diga|responde|muestra|muestre|pon|env[ií]a|visita|abre|"
            r"no respondas)\b",
            r"(?:dimentica|scrivi|rispondi|mostra|invia|apri|negeer|vergeet|schrijf|esqueça|escreva|responda)\b",
        )
    ),
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\byou (?:must|should|shall|have to|need to|are (?:now|to|required to|instructed to))\s+(?:\w+\s+){0,2}?"
    r"(?:write|say|state|report|answer|reply|respond|output|print|repeat|ignore|disregard|forget|praise|endorse|recommend|"
    r"mention|rate|score|send|visit|open|reveal|pretend|claim|set|give)\b"
    r"|\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules|prompts?)\b|\bsystem prompt\b",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<tag>\w+)\b[^>]{0,500}(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|"
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent\b)|\bhidden\b)[^>]{0,500}>"
    r".*?(?:</(?P=tag)\s*>|\n\s*\n|\Z)",
    re.DOTALL | re.IGNORECASE,
)
# what only a program reads: text in base64 or in hexadecimal digits, and characters that show as nothing
_ENCODED = re.compile(
    r"(?<![\w+/=])(?:[A-Za-z0-9+/_-]{20,}={0,2}|(?:[0-9A-Fa-f]{2}){16,})(?![\w+/=])|[\U000e0000-\U000e007f]+"
)
_KEPT_TEXTS = 64
AN_ORDER = "its words give an order to whoever reads them"
UNSEEN = "its words stand where readers do not see them"


def states_nothing(text: str, start: int, end: int) -> str:
    """Return why `text[start:end]` cannot prove anything, '' where nothing speaks against it."""
    if any(start < last and first < end for first, last in _unseen_parts(text)):
        return UNSEEN
    return AN_ORDER if gives_order(_around(text, start, end)) else ""


def not_for_readers(words: str) -> str:
    """Return why `words` of a model state nothing to a person, '' where they may."""
    if any(_unseen(words)):
        return UNSEEN
    return AN_ORDER if gives_order(words) else ""


def is_stated(text: str, words: str) -> bool:
    """Return whether `words` stand in `text` at a place where they are neither ordered nor unseen."""
    found = bind(text, words)
    if found is None:
        return False
    places = (place.span() for place in re.finditer(re.escape(text[slice(*found)]), text))
    return any(not states_nothing(text, *place) for place in places)


def gives_order(words: str) -> bool:
    """Return whether a sentence of `words` tells its reader what to say, to forget, to rate, to send or to open."""
    return any(_is_order(words[start:end]) for start, end in _sentences(words))


def _is_order(sentence: str) -> bool:
    begins = _LEAD_IN.match(sentence)
    return bool(_ORDERS.match(sentence, begins.end() if begins else 0) or _TOLD.search(sentence))


@lru_cache(maxsize=_KEPT_TEXTS)
def _unseen_parts(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(_unseen(text))


def _unseen(text: str) -> Iterator[tuple[int, int]]:
    """Yield where something stands in `text` that is not for people to read."""
    if "<" in text:
        yield from (found.span() for found in _UNSEEN.finditer(text))
    yield from (found.span() for found in _ENCODED.finditer(text) if _is_encoded(found[0]))


def _is_encoded(run: str) -> bool:
    """Return whether a run of characters holds words in another writing; names, numbers and digests do not."""
    if ord(run[0]) >= 0xE0000:
        return True
    for decode in (bytes.fromhex, _from_base64):
        with suppress(ValueError):
            decoded = decode(run).decode("utf-8")
            if " " in decoded and decoded.isprintable():
                return True
    return False


def _from_base64(run: str) -> bytes:
    bare = run.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_" if re.search("[-_]", run) else None)


def _around(text: str, start: int, end: int) -> str:
    """Return the sentences of `text` that `text[start:end]` is part of, as far as they are near."""
    first, last = max(start - MOST_LOOKED_AT, 0), min(end + MOST_LOOKED_AT, len(text))
    near = text[first:last]
    own = [(a, b) for a, b in _sentences(near) if first + a < end and start < first + b]
    return near[own[0][0] : own[-1][1]] if own else text[start:end]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence of `text` begins and ends."""
    begin = 0
    for found in _BREAK.finditer(text):
        if not _ABBREVIATED.search(text, max(found.start() - 8, 0), found.start()):
            yield begin, found.start()
            begin = found.end()
    yield begin, len(text)
