"""A client's configuration in short form: long texts said in fewer words, everything else as it is.

Here: which texts are long, holding short ones to the long ones, shortening without a model, and what it saves. Names,
numbers and lists are never touched, so that code reads the same from both. Not here: asking and approval
(`dossier/setup_flows.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dossier.models import JsonDict
from dossier.setup_answers import PrepInputs

PARTS = ("icp_config", "industry_research", "research_context", "batch_strategy")
LONG = 80  # characters: what is shorter has nothing to spare
AIM = 50  # percent of the length that a short text should have
TOKEN = 4  # characters, as the savings are counted
_NAMES = frozenset({"name", "domain", "url", "source_url", "company_name"})
_WORD = re.compile(r"[^\W_](?:[\w.,&'-]*[^\W_])?")
_SENTENCE_BEGIN = re.compile(r"^|[.!?:;]\s+|\n\s*(?:[-*•]\s+)?")
_SENTENCE_END = re.compile(r"[.!?](?=\s+[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Saving:
    """What the short form of one part saves; tokens are characters divided by four."""

    part: str
    tokens_before: int
    tokens_after: int

    @property
    def percent(self) -> int:
        """How much is saved, in whole percent."""
        return round(100 * (1 - self.tokens_after / self.tokens_before)) if self.tokens_before else 0


def thorough_parts(config: Mapping[str, Any]) -> JsonDict:
    """Return the parts that can be shortened; those that are missing are empty."""
    return {part: config.get(part) or {} for part in PARTS}


def long_texts(parts: Mapping[str, Any]) -> dict[str, str]:
    """Return the long texts by their place, such as `industry_research.personas[0].fears`."""
    return {place: text for place, text in _texts(parts, "") if len(text) >= LONG}


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _NAMES:
                yield from _texts(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{place}[{number}]")


def shorten(texts: Mapping[str, str]) -> PrepInputs:
    """Return each text's first sentences, at most AIM percent of it, where it has several. Needs no model."""
    short = {place: _first_sentences(text) for place, text in texts.items()}
    return PrepInputs.model_validate(
        {"texts": [{"place": place, "text": text} for place, text in short.items() if text]}
    )


def _first_sentences(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    end = max((end for end in ends if end <= len(text) * AIM / 100), default=0)
    return text[:end].strip()


def faults_of(answer: PrepInputs, texts: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the short texts: unknown places, longer ones, names and numbers that are new."""
    return [f"{one.place[:120]}: {said}" for one in answer.texts if (said := _fault(one.place, one.text, texts))]


def _fault(place: str, text: str, texts: Mapping[str, str]) -> str:
    if place not in texts:
        return "there is no such place"
    if not text.strip() or len(text) >= len(texts[place]):
        return "it is empty or not shorter"
    known = {word.casefold() for word in _WORD.findall(texts[place])}
    begins = {match.end() for match in _SENTENCE_BEGIN.finditer(text)}
    firm = [m[0] for m in _WORD.finditer(text) if m[0][0].isdigit() or (m[0][0].isupper() and m.start() not in begins)]
    new = [word for word in firm if word.casefold() not in known]
    return f"a name or number is new: {', '.join(new[:3])}" if new else ""


def compressed_parts(parts: Mapping[str, Any], texts: Mapping[str, str], answer: PrepInputs) -> JsonDict:
    """Return the parts with the short texts that stand in place of the long ones."""
    short = {one.place: one.text.strip() for one in answer.texts if not _fault(one.place, one.text, texts)}
    return {part: _replaced(value, part, short) for part, value in parts.items()}


def _replaced(value: Any, place: str, short: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return short.get(place, value)
    if isinstance(value, Mapping):
        return {key: _replaced(item, f"{place}.{key}", short) for key, item in value.items()}
    if isinstance(value, list):
        return [_replaced(item, f"{place}[{number}]", short) for number, item in enumerate(value)]
    return value


def savings(thorough: Mapping[str, Any], compressed: Mapping[str, Any]) -> list[Saving]:
    """Return what each part that says anything saves."""
    return [Saving(part, _tokens(thorough[part]), _tokens(compressed[part])) for part in thorough if thorough[part]]


def _tokens(value: Any) -> int:
    return -(-len(json.dumps(value, ensure_ascii=False)) // TOKEN)
