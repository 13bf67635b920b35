"""The fields of an artifact's rows as Dagster's pages list them, read off the row's own model.

Here: a pydantic model as a table schema: names, types, allowed words, descriptions, and which values are personal.
Not here: which model the rows of an artifact have (the `columns` of its `@artifact`) and any description: those
stand beside the fields (`dossier/nouns/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import dagster as dg
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dossier.models import Contact

PERSONAL: dict[type[BaseModel], frozenset[str]] = {Contact: frozenset({"name", "email", "phone", "linkedin"})}
_PLAIN = {str: "text", int: "integer", float: "number", bool: "boolean", date: "date"}


def table_schema(rows: type[BaseModel]) -> dg.TableSchema:
    """Return the fields of `rows` as columns, in their order."""
    return dg.TableSchema(columns=list(_columns(rows)))


def _columns(rows: type[BaseModel]) -> Iterator[dg.TableColumn]:
    for name, field in rows.model_fields.items():
        yield dg.TableColumn(
            name=name,
            type=_type(field.annotation),
            description=field.description,
            constraints=dg.TableColumnConstraints(nullable=_may_be_empty(field), other=_words(field.annotation)),
            tags={"personal": ""} if name in PERSONAL.get(rows, ()) else {},
        )


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of a type, without None."""
    is_one = isinstance(annotation, type) or get_origin(annotation) in (Literal, list, dict)
    return (annotation,) if is_one else tuple(part for part in get_args(annotation) if part is not NoneType)


def _type(annotation: Any) -> str:
    return " or ".join(dict.fromkeys(_type_of_one(part) for part in _parts(annotation)))


def _type_of_one(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is list:
        return f"list of {_type(inner[0])}"
    if origin is Literal or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return "text"
    if origin is dict:
        return "object"
    return _PLAIN.get(kind, getattr(kind, "__name__", "object"))


def _words(annotation: Any) -> list[str]:
    """The words that may stand there, where they are listed."""
    for part in _parts(annotation):
        if get_origin(part) is Literal:
            return [f"one of {', '.join(map(str, get_args(part)))}"]
        if isinstance(part, type) and issubclass(part, StrEnum):
            return [f"one of {', '.join(part)}"]
    return []


def _may_be_empty(field: FieldInfo) -> bool:
    return NoneType in get_args(field.annotation)
