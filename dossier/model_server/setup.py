"""What the model server makes of a client's material: configurations, their short forms, directions to search in.

Here: answers of prompts that bring neither passages nor claims. A field is taken from the data of the same name, else
from the sentences that speak of it. Not here: research and writing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dossier.model_server.english import plain, sentences_of, stems
from dossier.model_server.reading import Reading

JsonDict = dict[str, Any]
Resolve = Callable[[Any], JsonDict]
MAX_ITEMS = 5
MAX_DEPTH = 8
MAX_TEXT = 400


def setup_knowledge(reading: Reading, resolve: Resolve) -> JsonDict:
    """Return what the prompt's data hold for the fields of its schema; `resolve` follows references."""
    material = Material(reading)
    made = material.of_object(resolve(reading.schema), resolve, 0)
    if "directions" in made:
        made["directions"] = _directions(reading, material)
    return made


class Material:
    """The data of a prompt: values of JSON by their name, and the sentences of all text."""

    def __init__(self, reading: Reading) -> None:
        self.values: JsonDict = {}
        self.sentences: list[str] = []
        self.blocks = list(reading.blocks)
        for _, text in reading.blocks:
            data = _json(text)
            if data is None:
                self.sentences += [plain(sentence) for sentence in sentences_of(text)]
            for name, value in _named(data):
                self.values.setdefault(name, value)

    def of_object(self, part: JsonDict, resolve: Resolve, depth: int) -> JsonDict:
        """Return a value for each field of an object's schema."""
        fields = part.get("properties") or {}
        return {name: self._of(name, resolve(inner), resolve, depth + 1) for name, inner in fields.items()}

    def _of(self, name: str, part: JsonDict, resolve: Resolve, depth: int) -> Any:
        if self.values.get(name) not in (None, "", [], {}):
            return self.values[name]
        branches = [resolve(branch) for branch in part.get("anyOf") or () if resolve(branch).get("type") != "null"]
        if branches:
            return self._of(name, branches[0], resolve, depth)
        if "properties" in part and depth < MAX_DEPTH:
            return self.of_object(part, resolve, depth)
        inner = resolve(part.get("items") or {}).get("properties") or {}
        if "words" in inner:
            return self.grounded(name)
        if "place" in inner:
            return self.shortened()
        if part.get("type") == "array" and not inner:
            return self.about(name)
        return " ".join(self.about(name)[:2])[:MAX_TEXT] if part.get("type") == "string" else None

    def about(self, name: str) -> list[str]:
        """Return the first sentences that share a word with a field's name."""
        wanted = stems(name)
        return [sentence for sentence in self.sentences if wanted & stems(sentence)][:MAX_ITEMS]

    def grounded(self, name: str) -> list[JsonDict]:
        """Return the lines of documents that speak of a field, as values with their words."""
        lines = [
            (label.removeprefix("document "), line.strip())
            for label, text in self.blocks
            if label.startswith("document ")
            for line in text.splitlines()
        ]
        spoken = [(document, line) for document, line in lines if stems(name) & stems(line)]
        return [{"value": line, "words": line, "document": document} for document, line in spoken[:MAX_ITEMS]]

    def shortened(self) -> list[JsonDict]:
        """Return the first half of each text that is to be shortened, to the end of a word."""
        texts = [(label.removeprefix("text "), text) for label, text in self.blocks if label.startswith("text ")]
        return [{"place": place, "text": text[: len(text) // 2].rpartition(" ")[0]} for place, text in texts]


def _json(text: str) -> Any:
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict | list) else None


def _named(data: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield every named value inside JSON, outer ones first."""
    if isinstance(data, Mapping):
        yield from ((str(name), value) for name, value in data.items())
    if depth < MAX_DEPTH:
        inner = data.values() if isinstance(data, Mapping) else data if isinstance(data, list) else ()
        for value in inner:
            yield from _named(value, depth + 1)


def _directions(reading: Reading, material: Material) -> list[JsonDict]:
    """Return one direction to search in for each event of the profile, place by place."""
    signals = [one for one in material.values.get("signals") or () if isinstance(one, dict) and one.get("name")]
    geography = material.values.get("geography") or {}
    places = [str(place) for name in ("tier1", "tier2") for place in geography.get(name) or ()] or [""]
    return [
        {
            "mode": "discovery",
            "entity": None,
            "hint": f"{str(signal['name']).replace('_', ' ')} {places[n % len(places)]}".strip(),
            "project_type": str(signal["name"]).replace("_", " "),
            "geography": places[n % len(places)],
            "signal_type": signal["name"],
            "estimated_score": 75,
            "reasoning": "The profile names this event and this place.",
        }
        for n, signal in enumerate(signals[:10])
    ]
