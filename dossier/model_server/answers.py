"""What the model server answers: JSON that fits the schema of the request, made of what the prompt holds.

Here: fitting values to any schema, and the three ways of answering (sensible, obedient, inventing). Not here:
reading the prompt (`reading.py`), what research finds (`research.py`), what writers write
(`prose.py`). The schema's field names are the guide; a field that nobody knows stays empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from dossier.model_server.faults import Mode
from dossier.model_server.inventions import invented
from dossier.model_server.orders import obeyed
from dossier.model_server.plans import planning_knowledge
from dossier.model_server.prose import writing_knowledge
from dossier.model_server.reading import Reading, blocks_of
from dossier.model_server.research import research_knowledge
from dossier.model_server.setup import setup_knowledge
from dossier.model_server.wire import text_blocks

JsonDict = dict[str, Any]
Known = Mapping[str, Any]
_LAST_CHOICES = ("NOT_FOUND", "PASSIVE", "OTHER", "LOW", "OTHER", "any", "NOTE", "unsure")
_LIMIT = re.compile(r"(maxLength|minLength|maxItems|minItems|maximum|minimum): (-?\d+)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
MAX_DEPTH = 12


def read_request(body: JsonDict) -> Reading:
    """Return what a request to /v1/messages holds."""
    system = "\n".join(str(block.get("text", "")) for block in text_blocks(body.get("system")))
    turns = [message for message in body.get("messages") or () if message.get("role") == "user"]
    said = ["".join(str(block.get("text", "")) for block in text_blocks(turn.get("content"))) for turn in turns]
    prompt = "\n\n".join(said)
    schema = ((body.get("output_config") or {}).get("format") or {}).get("schema") or {}
    return Reading(prompt, system, schema, list(blocks_of(prompt)))


def answer_text(body: JsonDict, mode: Mode = "sensible") -> str:
    """Return the answer to a request: JSON for its schema, or a line of prose where none is given. Pure."""
    reading = read_request(body)
    if not reading.schema:
        first = next((said.statement for said in reading.sentences), "")
        return first or "I have read it."
    known = knowledge(reading)
    if mode == "inventing":
        known = invented(reading, known)
    if "details" not in _fields(reading.schema, reading.schema):
        known = {**known, "claims": [_flat(claim) for claim in known.get("claims") or ()]}
    answer = fit(known, reading.schema, reading.schema)
    if mode == "obedient":
        answer = fit(obeyed(reading, answer), reading.schema, reading.schema)
    return json.dumps(answer, ensure_ascii=False)


def knowledge(reading: Reading) -> JsonDict:
    """Return what is known for the fields of the answer, by field name.

    Who lists claims wants writing, who gives passages wants research, who asks for queries wants a plan; what is
    left is about a client's own material.
    """
    fields = _fields(reading.schema, reading.schema)
    if "queries" in fields:
        return planning_knowledge(reading)
    if "claims" in [label for label, _ in reading.blocks] or "sentences" in fields or "profiles" in fields:
        return writing_knowledge(reading, fields)
    if reading.passages or fields & {"claims", "project_image", "research_results"}:
        return research_knowledge(reading, fields)
    return setup_knowledge(reading, lambda part: _resolved(part, reading.schema))


def _flat(claim: JsonDict) -> JsonDict:
    """Return a claim without nesting, for schemas that have its details beside it and dates as exact as their form."""
    details = claim.get("details") or {}
    words = {f"{name}_text": (details.get(name) or {}).get("text") for name in ("amount", "count")}
    day = _as_exact(claim.get("event_date"), str(claim.get("date_precision")))
    return {**details, **claim, **words, "event_date": day}


def _as_exact(day: str | None, precision: str) -> str | None:
    """Return a day in the form that says how exact it is: 2026-05-14, 2026-05, 2026-Q2, 2026-H1 or 2026."""
    if not day:
        return day
    year, month = day[:4], int(day[5:7])
    forms = {"year": year, "half": f"{year}-H{(month + 5) // 6}", "quarter": f"{year}-Q{(month + 2) // 3}"}
    return forms.get(precision, day[:7] if precision == "month" else day)


def _fields(schema: JsonDict, root: JsonDict, depth: int = 0) -> set[str]:
    """Return the names of all properties within `schema`."""
    part = _resolved(schema, root)
    found: set[str] = set()
    if depth > MAX_DEPTH:
        return found
    for name, inner in (part.get("properties") or {}).items():
        found |= {name, *_fields(inner, root, depth + 1)}
    for inner in [*(part.get("anyOf") or ()), part.get("items") or {}]:
        found |= _fields(inner, root, depth + 1)
    return found


def _resolved(schema: Any, root: JsonDict) -> JsonDict:
    part = schema if isinstance(schema, dict) else {}
    for _ in range(MAX_DEPTH):
        if "$ref" not in part:
            break
        found: Any = root
        for name in str(part["$ref"]).removeprefix("#/").split("/"):
            found = found.get(name, {}) if isinstance(found, dict) else {}
        part = {**found, **{key: value for key, value in part.items() if key != "$ref"}}
    for inner in part.get("allOf") or ():
        part = {**_resolved(inner, root), **{key: value for key, value in part.items() if key != "allOf"}}
    return part


def fit(value: Any, schema: JsonDict, root: JsonDict, depth: int = 0) -> Any:
    """Return `value` as the schema wants it; what is missing or does not fit becomes the emptiest value allowed."""
    part = _resolved(schema, root)
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return _among(value, part["enum"])
    branches = part.get("anyOf") or part.get("oneOf")
    if branches:
        return _branch(value, [_resolved(branch, root) for branch in branches], root, depth)
    kind = part.get("type")
    if isinstance(kind, list):
        return _branch(value, [{**part, "type": one} for one in kind], root, depth)
    fitter = _FITTERS.get(str(kind))
    if fitter is None:
        return _fit_object(value, part, root, depth) if "properties" in part else value
    return fitter(value, part, root, depth)


def _among(value: Any, choices: list[Any]) -> Any:
    if value in choices:
        return value
    folded = str(value).casefold()
    alike = next((choice for choice in choices if str(choice).casefold() == folded), None)
    if alike is not None:
        return alike
    return next((choice for choice in (None, "", *_LAST_CHOICES) if choice in choices), choices[-1])


def _branch(value: Any, branches: list[JsonDict], root: JsonDict, depth: int) -> Any:
    """Fit the branch that is of the value's kind; without a value null, if that is a branch."""
    if _is_nothing(value) and any(branch.get("type") == "null" for branch in branches):
        return None
    real = [branch for branch in branches if branch.get("type") != "null"]
    alike = [branch for branch in real if _is_of(value, branch)]
    chosen = max(alike or real, key=lambda branch: _overlap(value, branch))
    return fit(value, chosen, root, depth)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _overlap(value: Any, branch: JsonDict) -> int:
    return len(set(value) & set(branch.get("properties") or ())) if isinstance(value, dict) else 0


def _is_of(value: Any, branch: JsonDict) -> bool:
    kinds: dict[str, Any] = {
        "object": dict,
        "array": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
    }
    kind = "object" if "properties" in branch else str(branch.get("type"))
    return isinstance(value, kinds.get(kind, ())) or ("enum" in branch and value in branch["enum"])


def _fit_object(value: Any, part: JsonDict, root: JsonDict, depth: int) -> Any:
    given = value if isinstance(value, Mapping) else {}
    properties = part.get("properties") or {}
    if depth > MAX_DEPTH:
        return {}
    required = part.get("required") or ()
    fitted = {}
    for name, inner in properties.items():
        if name in given or name in required or depth == 0:
            fitted[name] = fit(given.get(name), inner, root, depth + 1)
    if not properties and part.get("additionalProperties") is not False:
        return dict(given)
    return fitted


def _fit_array(value: Any, part: JsonDict, root: JsonDict, depth: int) -> Any:
    items = _resolved(part.get("items") or {}, root)
    if isinstance(value, Mapping):
        listed = [_pair(items, name, inner) for name, inner in value.items() if not _is_nothing(inner)]
    else:
        listed = value if isinstance(value, list) else [] if _is_nothing(value) else [value]
    fitted = [fit(one, items, root, depth + 1) for one in listed]
    limits = _limits(part)
    while len(fitted) < limits.get("minItems", 0) and depth < MAX_DEPTH:
        fitted.append(fit(None, items, root, depth + 1))
    return fitted[: limits.get("maxItems", len(fitted))]


def _pair(items: JsonDict, name: str, value: Any) -> Any:
    """Return an entry of a dict as an object of two fields, where a schema has a list of pairs for it."""
    fields = list(items.get("properties") or {})
    if len(fields) < 2:
        return value
    said = value if isinstance(value, str | int | float | bool | list | dict) else ""
    return {fields[0]: name, fields[1]: said}


def _fit_string(value: Any, part: JsonDict, root: JsonDict, depth: int) -> Any:
    text = _as_text(value)
    if part.get("format") == "date":
        return text if _DAY.fullmatch(text) else "1970-01-01"
    limits = _limits(part)
    return text[: limits["maxLength"]] if "maxLength" in limits else text


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " ".join(_as_text(one) for one in value)
    if isinstance(value, Mapping):
        return " ".join(_as_text(one) for one in value.values())
    return "" if value is None or isinstance(value, bool) else str(value)


def _fit_number(value: Any, part: JsonDict, root: JsonDict, depth: int) -> Any:
    limits = _limits(part)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = 0.0
    number = max(limits.get("minimum", number), min(limits.get("maximum", number), number))
    return int(number) if part.get("type") == "integer" or number == int(number) else number


def _limits(part: JsonDict) -> dict[str, int]:
    """Return the limits of a schema: its keywords, and those that the SDK moved into the description."""
    said = {name: int(number) for name, number in _LIMIT.findall(str(part.get("description") or ""))}
    names = ("maxLength", "minLength", "maxItems", "minItems", "maximum", "minimum")
    return said | {name: int(part[name]) for name in names if isinstance(part.get(name), int)}


def _fit_boolean(value: Any, part: JsonDict, root: JsonDict, depth: int) -> Any:
    return bool(value)


def _fit_null(value: Any, part: JsonDict, root: JsonDict, depth: int) -> Any:
    return None


_FITTERS: dict[str, Callable[[Any, JsonDict, JsonDict, int], Any]] = {
    "object": _fit_object,
    "array": _fit_array,
    "string": _fit_string,
    "integer": _fit_number,
    "number": _fit_number,
    "boolean": _fit_boolean,
    "null": _fit_null,
}
