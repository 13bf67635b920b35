"""What a CRM takes: its tables, their columns and the rule of each, read from `profiles/*.yaml`.

Here: the profiles as data, a client's own headers, and the check of finished rows against the rules. Not here:
filling the rows (`crm_rows.py`). A client renames a column or leaves it out in its configuration, so:
`crm: {hubspot: {contacts: {Email: Email Address, Lifecycle Stage: null}}}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from dossier.errors import BadInput
from dossier.text_safety import is_formula, web_address

Kind = Literal["text", "email", "domain", "url", "phone", "date", "number"]
_PHONE = r"\+[1-9][0-9]{6,14}"
_SHAPES: dict[Kind, re.Pattern[str]] = {
    "email": re.compile(r"[A-Za-z0-9_][A-Za-z0-9._%+'-]*@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}"),
    "domain": re.compile(r"(?:[^\W_][\w-]*\.)+[^\W\d_][\w-]+"),
    "phone": re.compile(rf"{_PHONE}|[0-9(][0-9 ()./x-]{{4,39}}"),
    "number": re.compile(r"0|[1-9][0-9]{0,14}"),
}
_E164 = re.compile(_PHONE)


class Column(BaseModel):
    """A column: the field that fills it or the value that it always has, and what may stand in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    field: str = ""
    always: str = ""
    kind: Kind = "text"
    most: int = 2000
    choices: tuple[str, ...] = ()
    values: dict[str, str] = {}


class TableRules(BaseModel):
    """A table: what makes a row, what it needs, which column tells rows apart, how many rows a file may have."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    row: Literal["dossier", "contact"]
    needs: tuple[str, ...]
    unique: str
    most_rows: int
    columns: dict[str, Column]


Profile = dict[str, TableRules]
Headers = dict[str, dict[str, str]]


@cache
def profile(name: str) -> Profile:
    """Return the tables of the CRM called `name`: `hubspot` or `salesforce`."""
    text = (files("dossier.exports") / "profiles" / f"{name}.yaml").read_text("utf-8")
    return {table: TableRules.model_validate(rules) for table, rules in yaml.safe_load(text).items()}


def headers(name: str, own: object = None) -> Headers:
    """Return for each table the header of each column, with the client's `own`; columns left out are missing.

    Raises BadInput where `own` names a table or column that there is not, or leaves out what the CRM needs.
    """
    known = profile(name)
    wishes = _wishes(name, own)
    made = {}
    for table, rules in known.items():
        wished = wishes.pop(table, {})
        _check_wishes(f"crm.{name}.{table}", wished, rules)
        named = {column: wished.get(column, column) for column in rules.columns}
        made[table] = {column: header for column, header in named.items() if header is not None}
    if wishes:
        raise _bad_headers(f"crm.{name}", f"it has no table {next(iter(wishes))!r}", known)
    return made


def broken(rules: TableRules, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return one sentence for each cell, row or table that `rules` do not allow; columns have their own names."""
    faults = [fault for number, row in enumerate(rows, 1) for fault in _broken_row(number, rules, row)]
    keys = [row[rules.unique].casefold() for row in rows if row.get(rules.unique)]
    faults += [f"{rules.unique} {key!r} stands in two rows." for key in sorted(set(keys)) if keys.count(key) > 1]
    if len(rows) > rules.most_rows:
        faults.append(f"There are {len(rows):,} rows; a file may have {rules.most_rows:,}.")
    return faults


def fault_of(column: Column, value: str) -> str | None:
    """Return what is wrong with `value` in `column`, or None. An empty cell is never wrong."""
    if not value:
        return None
    if len(value) > column.most:
        return f"is longer than {column.most} characters"
    if is_formula(value) and not _E164.fullmatch(value):
        return "could be taken for a formula"
    if column.choices and value not in column.choices:
        return f"is none of {', '.join(column.choices)}"
    return None if _has_shape(column.kind, value) else f"is no {column.kind}"


def _has_shape(kind: Kind, value: str) -> bool:
    if kind == "url":
        return web_address(value) is not None
    if kind == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None and _is_day(value)
    return kind not in _SHAPES or _SHAPES[kind].fullmatch(value) is not None


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _broken_row(number: int, rules: TableRules, row: Mapping[str, str]) -> Iterator[str]:
    for name in rules.needs:
        if not row.get(name):
            yield f"Row {number} has no {name}."
    for name, value in row.items():
        if name not in rules.columns:
            yield f"Row {number} has a column {name!r} that the table does not know."
        elif fault := fault_of(rules.columns[name], value):
            yield f"Row {number}: {name} {fault}."


def _wishes(name: str, own: object) -> dict[str, dict[str, str | None]]:
    class Wishes(BaseModel):
        model_config = ConfigDict(extra="forbid")
        hubspot: dict[str, dict[str, str | None]] = {}
        salesforce: dict[str, dict[str, str | None]] = {}

    try:
        return dict(getattr(Wishes.model_validate(own or {}), name))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in ("crm", *fault["loc"]))
        raise _bad_headers(place, fault["msg"], ()) from error


def _check_wishes(place: str, wished: Mapping[str, str | None], rules: TableRules) -> None:
    for column, header in wished.items():
        if column not in rules.columns:
            raise _bad_headers(place, f"it has no column {column!r}", rules.columns)
        if header is None and column in (*rules.needs, rules.unique):
            raise _bad_headers(place, f"{column!r} cannot be left out", ())
        if header is not None and (not header.strip() or is_formula(header)):
            raise _bad_headers(place, f"{header!r} is no header for {column!r}", ())
    named = [wished.get(column, column) for column in rules.columns]
    twice = [header for header in named if header is not None and named.count(header) > 1]
    if twice:
        raise _bad_headers(place, f"two columns have the header {twice[0]!r}", ())


def _bad_headers(place: str, fault: str, known: Any) -> BadInput:
    there = f"Known: {', '.join(known)}. " if known else ""
    return BadInput(
        f"The client's {place} cannot be used.",
        f"There {fault}." if fault.startswith("it has") else f"{fault[:1].upper()}{fault[1:]}.",
        f"{there}Correct the client's configuration and import it again.",
    )
