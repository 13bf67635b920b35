"""Client configurations, YAML or JSON: read, checked field by field, and given their slug.

Here: one file to one `Client`. Not here: storing it (`dossier/store/clients.py`). Unknown fields are kept; what
`client_remarks.py` says of them is told, never refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from dossier.errors import BadInput
from dossier.exports import crm_profiles
from dossier.intake import strict_json, strict_yaml
from dossier.intake.tables import check_file, decode
from dossier.keys import slugify
from dossier.models import Client, ClientConfig

MAX_BYTES = 1_000_000
MAX_NAME = 200
SCORING = ("columnline", "rubric", "starbridge_6_factor", "hades_intent")
CRMS = ("hubspot", "salesforce")
SEED_MODES = ("seed", "discovery")
COPY_STYLE = {"ps": ("required", "optional", "never"), "length": ("50-60", "60-75", "<=100")}


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
    if len(name) > MAX_NAME:
        raise BadInput(f"{where}: client.name is longer than {MAX_NAME} characters.", "", "Give a shorter one.")
    _check_timezone(config.timezone, where)
    _check_choice("scoring", config.scoring, SCORING, where)
    _check_choice("seed_data.mode", config.seed_data.get("mode"), SEED_MODES, where)
    style = config.research_context.get("copy_style")
    for key, choices in COPY_STYLE.items():
        said = style.get(key) if isinstance(style, dict) else None
        _check_choice(f"research_context.copy_style.{key}", said, choices, where)
    extra = config.model_extra or {}
    _check_amounts("budgets", extra.get("budgets"), where)
    for profile in CRMS:
        crm_profiles.headers(profile, extra.get("crm"))
    return Client(slug=slugify(name), name=" ".join(name.split()), config=config)


def _json(raw: bytes, path: Path) -> Any:
    try:
        return strict_json.loads(raw)
    except strict_json.BadJson as error:
        raise BadInput(f"{path.name} cannot be read.", f"It is {error}.", "Correct the file.") from error


def _yaml(raw: bytes, path: Path) -> Any:
    try:
        return strict_yaml.loads(decode(raw))
    except strict_yaml.BadYaml as error:
        raise BadInput(f"{path.name} cannot be read.", f"{error}.", "Correct the file.") from error


def _place(location: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")


def _check_timezone(name: str, where: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInput(f"{where}: unknown timezone {name[:60]!r}.", "", "Use a name like Europe/Berlin.") from error


def _check_amounts(field: str, amounts: Any, where: str) -> None:
    """Refuse limits that are no amounts, which would stop a run only once it is under way."""
    if amounts is None:
        return
    if not isinstance(amounts, dict):
        raise BadInput(f"{where}: {field} is no mapping.", "It names a limit and its amount.", "See docs/clients.md")
    for name, amount in amounts.items():
        is_amount = isinstance(amount, int | float) and not isinstance(amount, bool) and amount >= 0
        if amount is not None and not is_amount:
            raise BadInput(f"{where}: {field}.{name} is {str(amount)[:60]!r}.", "It is no amount.", "Give US dollars.")


def _check_choice(field: str, value: Any, known: Sequence[str], where: str) -> None:
    """Refuse a value that selects something which does not exist; none given selects nothing."""
    if value is None or value in known:
        return
    near = get_close_matches(str(value).lower(), known, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}? " if near else ""
    raise BadInput(f"{where}: {field} is {str(value)[:60]!r}.", f"{hint}One of: {', '.join(known)}.", "Correct it.")
