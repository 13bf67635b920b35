"""From what a client told to a configuration: every value stands on words of the intake, the rest stays empty.

Here: the documents of an intake, reading them without a model (lines with a label), holding any answer to the intake,
and the configuration made of what stands. Not here: asking a model, and approval (`dossier/setup_flows.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from dossier.evidence.quotes import bind
from dossier.models import JsonDict
from dossier.setup_answers import Grounded, GroundedSignal, Onboarding

# Where each field of the answer stands in a configuration
PLACES: Mapping[str, tuple[str, ...]] = {
    "domain": ("client", "domain"),
    "offer": ("client", "offer"),
    "differentiators": ("client", "differentiators"),
    "signals": ("icp_config", "signals"),
    "disqualifiers": ("icp_config", "disqualifiers"),
    "target_titles": ("icp_config", "target_titles"),
    "excluded_titles": ("icp_config", "excluded_titles"),
    "best_places": ("icp_config", "geography", "tier1"),
    "good_places": ("icp_config", "geography", "tier2"),
    "other_places": ("icp_config", "geography", "tier3"),
    "industries": ("industry_research", "industries"),
    "buying_window": ("industry_research", "buying_window"),
    "competitors": ("research_context", "competitors"),
    "notable_projects": ("research_context", "notable_projects"),
    "goals": ("research_context", "goals"),
    "brand_voice": ("research_context", "brand_voice"),
    "research_questions": ("client_research_questions",),
    "strategy": ("batch_strategy", "notes"),
}
# The labels by which a line, or the lines below it, are about a field; without a model nothing else is read
LABELS: Mapping[str, str] = {
    "domain": "domain|website|web",
    "offer": "offer|we sell|what we sell|products|services",
    "differentiators": "differentiators|why us|strengths",
    "signals": "signals|buying signals|events|triggers",
    "disqualifiers": "disqualifiers|not a fit|no fit",
    "target_titles": "target titles|titles|buyers|decision makers|whom to ask",
    "excluded_titles": "excluded titles|not to contact",
    "best_places": "places|best places|regions|territory|geography",
    "good_places": "good places|second places",
    "other_places": "other places",
    "industries": "industries|markets|verticals",
    "buying_window": "buying window",
    "competitors": "competitors",
    "notable_projects": "projects|notable projects|references",
    "goals": "goals",
    "brand_voice": "brand voice|tone",
    "research_questions": "questions|research questions",
    "strategy": "strategy|batch strategy",
}
_SINGLE = frozenset({"domain"})
_TIERS = ("hot", "warm", "planning", "passive")
_LABEL = re.compile(r"^\s*(?:[#*_>-]+\s*)?([A-Za-z][A-Za-z ]{1,40}?)\s*[*_]*:\s*[*_]*(.*)$")
_HEADING = re.compile(r"^\s*#+\s*([A-Za-z][A-Za-z ]{1,40}?)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+(.*\S)\s*$")
_WORD = re.compile(r"[^\W_]+")
_WHOLE_LINES = frozenset({"goals", "brand_voice", "research_questions", "strategy", "buying_window"})


@dataclass(frozen=True, slots=True)
class Note:
    """One document of an intake."""

    id: str
    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What stands of an answer, field by field with its words, and what was dropped, with the reason."""

    fields: list[JsonDict]
    dropped: list[str]


def consolidate(files: Sequence[tuple[str, str]]) -> list[Note]:
    """Return the documents of (file, text): empty ones and repeated texts are left out."""
    kept: dict[str, tuple[str, str]] = {}
    for file, text in files:
        kept.setdefault(" ".join(text.split()), (file, text.replace("\r\n", "\n").strip()))
    kept.pop("", None)
    return [Note(f"note_{number}", file, text) for number, (file, text) in enumerate(kept.values(), 1)]


def read_labels(notes: Sequence[Note]) -> Onboarding:
    """Return what the notes say on lines with a label, and in the lists below one. Needs no model."""
    found: dict[str, list[Grounded]] = {name: [] for name in PLACES}
    for note in notes:
        for field, tier, line, item in _labelled(note.text):
            entry = {"value": item, "words": line, "document": note.id}
            found[field].append(GroundedSignal(**entry, tier=tier) if field == "signals" else Grounded(**entry))
    gap = "" if any(found.values()) else "No line of the intake has a label such as `Offer:` or `Signals:`."
    return Onboarding.model_validate({**found, "gap": gap})


def _labelled(text: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield field, tier, line and item of each labelled line and of the list below it."""
    current: tuple[str, str] | None = None
    for line in text.splitlines():
        named = _LABEL.match(line) or _HEADING.match(line)
        if named:
            current = _field(named[1])
            rest = named[2] if current and named.re is _LABEL else ""
            yield from _entries(current, line, rest) if current else ()
        elif current and (item := _ITEM.match(line)):
            yield (*current, line.strip(), item[1])
        elif line.strip():
            current = None


def _entries(current: tuple[str, str], line: str, rest: str) -> Iterator[tuple[str, str, str, str]]:
    field, tier = current
    return ((field, tier, line.strip(), item) for item in _items(rest, field))


def _field(label: str) -> tuple[str, str] | None:
    words = label.casefold().split()
    tier = words[0] if words and words[0] in _TIERS else ""
    plain = " ".join(words[1:] if tier else words)
    field = next((name for name, labels in LABELS.items() if plain in labels.split("|")), None)
    return (field, tier) if field else None


def _items(rest: str, field: str) -> list[str]:
    parts = [rest] if field in _WHOLE_LINES else re.split(r"[,;]", rest)
    return [part.strip().rstrip(".") for part in parts if part.strip()]


def hold_to_intake(answer: Onboarding, notes: Sequence[Note]) -> Held:
    """Return what of `answer` stands: its words are in the document it names, and its value is made of them."""
    texts = {note.id: note.text for note in notes}
    fields: list[JsonDict] = []
    dropped: list[str] = []
    for name in PLACES:
        for entry in getattr(answer, name):
            fault = _fault(entry, texts)
            if fault:
                dropped.append(f"{name}: {fault}")
            elif not any(one["field"] == name and _same(one["value"], entry.value) for one in fields):
                fields.append({"field": name, **_as_data(entry)})
    return Held(fields, dropped)


def _as_data(entry: Grounded) -> JsonDict:
    """Return an entry as data, its value and words without white space around them."""
    return {**entry.model_dump(mode="json"), "value": entry.value.strip(), "words": entry.words.strip()}


def _fault(entry: Grounded, texts: Mapping[str, str]) -> str:
    """Return why an entry does not stand, "" if it does. What it says is not repeated: it may be invented."""
    if not entry.value.strip():
        return "an entry without a value"
    if entry.document not in texts:
        return "a value of an unknown document"
    if bind(texts[entry.document], entry.words) is None:
        return "its words do not stand in the document"
    return "" if _words(entry.value) <= _words(entry.words) else "its value says more than its words"


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _same(one: str, other: str) -> bool:
    return _WORD.findall(one.casefold()) == _WORD.findall(other.casefold())


def make_config(name: str, fields: Sequence[Mapping[str, str]]) -> JsonDict:
    """Return the configuration that the fields make; a part that nothing is known of is empty."""
    config: JsonDict = {"client": {"name": name}, "icp_config": {}, "industry_research": {}, "research_context": {}}
    for field in fields:
        *path, last = PLACES[field["field"]]
        part = config
        for key in path:
            part = part.setdefault(key, {})
        if field["field"] in _SINGLE:
            part.setdefault(last, _domain(field["value"]))
        else:
            part.setdefault(last, []).append(_entry(field))
    return config


def _entry(field: Mapping[str, str]) -> JsonDict | str:
    if field["field"] == "signals":
        name = "_".join(_WORD.findall(field["value"].casefold()))
        return {"name": name, **({"tier": field["tier"]} if field.get("tier") else {})}
    if field["field"] == "disqualifiers":
        return {"name": "_".join(_WORD.findall(field["value"].casefold()))}
    return field["value"]


def _domain(value: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", value.strip().casefold()).split("/")[0]


def unknown_parts(fields: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the places of a configuration of which the intake says nothing."""
    said = {field["field"] for field in fields}
    return [".".join(place) for name, place in PLACES.items() if name not in said]


def notes_as_data(notes: Sequence[Note]) -> list[JsonDict]:
    """Return the notes as a prompt's variable."""
    return [asdict(note) for note in notes]
