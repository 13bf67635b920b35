"""Lead tables: which column means what, and which rows can be used.

Here: names, domains and descriptive columns of one row. Not here: reading the file (`tables.py`) and deciding
which stored lead a row means (`dossier/store/leads.py`). Columns that nobody named here are kept unread.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from dossier.intake.domains import normal_domain
from dossier.intake.rows import LeadFile, LeadInput, Rejected
from dossier.intake.strict_json import text_fault
from dossier.intake.tables import RawRow, read_table

MAX_NAME = 200
MAX_VALUE = 2_000
NAME = """name company company_name organization organisation organization_name organisation_name account
account_name employer employer_name firm firma firm_name business business_name legal_name lead lead_name""".split()
DOMAIN = """domain company_domain web_domain website company_website website_url web_site web_page_url
homepage home_page site web url domain_name""".split()
ALIASES = "aliases alias aka also_known_as other_names former_name former_names".split()
PROFILE = frozenset(
    """industry sector headquarters hq address city state place county country region postal_code zip ticker
    exchange founded naics sic buyer_type sub_organisation sub_organization web_page employees revenue phone
    parent description""".split()
)
_NOTHING = frozenset({"", "-", "n/a", "na", "none", "null", "unknown"})
_SPLIT = re.compile(r"[;|]")


def read_leads(path: Path) -> LeadFile:
    """Read the CSV or JSONL file `path`: usable rows, and rejected ones with number and reason.

    Raises BadInput if the file cannot be read or no column holds names.
    """
    rows: list[LeadInput] = []
    rejected: list[Rejected] = []
    for raw in read_table(path, must_have=NAME):
        if isinstance(raw, Rejected):
            rejected.append(raw)
            continue
        read = _lead(raw)
        rows.append(read) if isinstance(read, LeadInput) else rejected.append(read)
    return LeadFile(rows, rejected)


def _lead(raw: RawRow) -> LeadInput | Rejected:
    values = {key: text for key, value in raw.values.items() if (text := _text(value))}
    if fault := _fault(values):
        return Rejected(raw.row, fault)
    name_column = next((column for column in NAME if column in values), None)
    if name_column is None or not any(c.isalnum() for c in values[name_column]):
        return Rejected(raw.row, "no name")
    domain_column = next((column for column in DOMAIN if _says_something(values.get(column))), None)
    domain = normal_domain(values[domain_column]) if domain_column else None
    if domain_column and domain is None:
        return Rejected(raw.row, f"{domain_column} is not a domain: {values[domain_column][:80]!r}")
    used = {name_column, domain_column, *ALIASES}
    return LeadInput(
        row=raw.row,
        name=values[name_column],
        domain=domain,
        aliases=_aliases(raw.values),
        profile={key: text for key, text in values.items() if key in PROFILE and key not in used},
        extra={
            key: value for key, value in raw.values.items() if key in values and key not in PROFILE and key not in used
        },
    )


def _text(value: Any) -> str:
    """Return a cell as text in one line; numbers of JSON as they are written, structures as nothing."""
    if isinstance(value, str):
        return " ".join(value.split())
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _fault(values: dict[str, str]) -> str | None:
    for key, text in values.items():
        if len(text) > (MAX_NAME if key in NAME else MAX_VALUE):
            return f"{key[:40]} is longer than {MAX_NAME if key in NAME else MAX_VALUE} characters"
        if fault := text_fault(key) or text_fault(text):
            return f"{key[:40]!r}: {fault}"
    return None


def _says_something(text: str | None) -> bool:
    return text is not None and text.casefold() not in _NOTHING


def _aliases(values: dict[str, Any]) -> tuple[str, ...]:
    """Return the other names of the row: a list of JSON, or text with `;` or `|` between them."""
    found: dict[str, None] = {}
    for column in ALIASES:
        given = values.get(column)
        parts = map(_text, given if isinstance(given, list) else _SPLIT.split(_text(given)))
        found.update(dict.fromkeys(part for part in parts if _says_something(part) and len(part) <= MAX_NAME))
    return tuple(found)
