"""What all tables share: the declarative base, column types, and the columns that every owned row has.

Here: types that make SQLite and PostgreSQL store the same bytes and sort them alike, and mixins. Not here:
tables (`tables_*.py`), which are collected in `schema.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Dialect, Enum, ForeignKey, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

JsonDict = dict[str, Any]
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def plain_text(length: int | None = None) -> String:
    """Return a text type, of at most `length` characters, that sorts by code point in every database."""
    if length is None:
        return Text().with_variant(Text(collation="C"), "postgresql")
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class StoredText(TypeDecorator[str]):
    """Text of at most `length` characters; what no database can hold is stored written out, see `storable`."""

    impl = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Return the text type of the database."""
        return dialect.type_descriptor(plain_text(self.length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return `value` as it can be stored."""
        return storable(value)


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, stored as ISO text in UTC: sorts as text, reads the same in every database."""

    impl = plain_text(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return `value` as ISO text; a naive datetime is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without zone cannot be stored.")
        return value.astimezone(UTC).strftime(_TIME)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the stored text as an aware datetime."""
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    """Base of all tables: constraints are named by rule, so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map = {
        str: StoredText(),
        datetime: UtcTime(),
        JsonDict: JSON(none_as_null=True),
        list[str]: JSON(),
        list[JsonDict]: JSON(),
    }


def one_of(name: str, values: type[StrEnum] | Sequence[str]) -> Enum:
    """Return a text column type with a CHECK that only `values` stand in it."""
    if isinstance(values, type):
        return Enum(
            values,
            name=name,
            native_enum=False,
            create_constraint=True,
            length=30,
            values_callable=lambda enum: [member.value for member in enum],
        )
    return Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def storable(text: str | None) -> str | None:
    """Return `text` with what a database cannot hold written out: lone surrogates and NUL."""
    if text is None or (text.isascii() and "\x00" not in text):
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def new_id() -> str:
    """Return a fresh uuid: the key of a row, which users never see."""
    return str(uuid4())


def now_utc() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return `moment` as the ISO text in UTC that the store and the dossier show."""
    return moment.astimezone(UTC).strftime(_TIME)


class Row:
    """Every table's key and birth."""

    id: Mapped[str] = mapped_column(StoredText(36), primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(default=now_utc)


class ClientOwned(Row):
    """A row that belongs to a client and goes with it."""

    client_id: Mapped[str] = mapped_column(ForeignKey("v2_clients.id", ondelete="CASCADE"), index=True)


class RunOwned(ClientOwned):
    """A row that belongs to a run, therefore to its client, and goes with it."""

    pipeline_run_id: Mapped[str] = mapped_column(ForeignKey("v2_pipeline_runs.id", ondelete="CASCADE"), index=True)
