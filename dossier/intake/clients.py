"""Client configurations, YAML or JSON: read, checked field by field, and given their slug.

Here: one file to one `Client`. Not here: storing it (`dossier/store/clients.py`). Unknown fields are kept.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import ValidationError

from dossier.errors import BadInput
from dossier.intake import strict_json
from dossier.intake.tables import check_file, decode
from dossier.keys import slugify
from dossier.models import Client, ClientConfig

MAX_BYTES = 1_000_000


def read_client(path: Path) -> Client:
    """Return the client that the file `path` describes. Raises BadInput naming the field and what is wrong."""
    check_file(path, MAX_BYTES)
    raw = path.read_bytes()
    document = _json(raw, path) if path.suffix.lower() == ".json" else _yaml(raw, path)
    return parse_client(document, path.name)


def parse_client(document: Any, where: str) -> Client:
    """Return the client that `document` describes; `where` names it in errors. Raises BadInput."""
    if not isinstance(document, dict):
        raise BadInput(f"{where} is no client configuration.", "It must be a mapping with the key `client`.")
    given = {str(key): value for key, value in document.items() if value is not None}
    try:
        config = ClientConfig.model_validate(given)
    except ValidationError as error:
        faults = "; ".join(f"{_place(e['loc'])}: {e['msg']}" for e in error.errors(include_url=False)[:5])
        raise BadInput(f"{where}: the client configuration has faults.", faults, "Correct these fields.") from error
    name = config.client.get("name")
    if not isinstance(name, str) or not name.strip():
        raise BadInput(f"{where}: client.name is missing.", "The name makes the client's slug.")
    _check_timezone(config.timezone, where)
    return Client(slug=slugify(name), name=" ".join(name.split()), config=config)


def _json(raw: bytes, path: Path) -> Any:
    try:
        return strict_json.loads(raw)
    except strict_json.BadJson as error:
        raise BadInput(f"{path.name} cannot be read.", f"It is {error}.", "Correct the file.") from error


def _yaml(raw: bytes, path: Path) -> Any:
    """Load plain YAML; aliases are refused: nested ones grow without bound."""
    text = decode(raw)
    if _depth(text) > strict_json.MAX_DEPTH:
        raise BadInput(f"{path.name} cannot be read.", "It is nested too deep.", "Correct the file.")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise BadInput(f"{path.name} uses YAML aliases.", "They are not taken.", "Write the values out.")
        value = yaml.safe_load(text)
        strict_json.check(value)
        return value
    except strict_json.BadJson as error:
        raise BadInput(f"{path.name} cannot be read.", f"In it {error}.", "Correct the file.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{path.name} is not YAML.", str(error)[:300], "Correct the file.") from error


def _depth(text: str) -> int:
    """Return how deep brackets open in `text`: YAML's own parser takes minutes for what is hostile."""
    deepest = depth = 0
    for sign in text:
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _check_timezone(name: str, where: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"{where}: unknown timezone {name[:60]!r}.", "", "Use a name like Europe/Berlin.") from error
