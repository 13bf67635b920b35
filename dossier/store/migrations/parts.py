"""Small parts that several revisions use: frozen with the first release, like the revisions themselves.

Here: shorthand for columns that many tables have. Not here: anything that follows later changes of
`dossier/store/schema.py`; a revision keeps the meaning it was released with.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def one_of(name: str, *values: str) -> sa.Enum:
    """Return a text type with a CHECK that only `values` stand in the column `name`."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=30)


def must(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that is never null."""
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: Any) -> sa.Column[Any]:
    """Return a column that may be null."""
    return sa.Column(name, kind, nullable=True)


def text(length: int | None = None) -> sa.String:
    """Return a text type, of at most `length` characters, that sorts by code point in every database."""
    if length is None:
        return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """Return a column for a time: ISO text in UTC."""
    return sa.Column(name, text(27), nullable=nullable)


def foreign(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    """Return the named foreign key from `table.column` to `target` (`table.column`)."""
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)
