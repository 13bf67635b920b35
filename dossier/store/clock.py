"""The database's clock: the one that decides whether a lease is over and whether a waiting time has passed.

Here: one SQL expression for "now, and so many seconds later", in the text form of `columns.UtcTime`. Not here:
what is decided by it (`taking.py`, `runs.py`). Workers' own clocks may be wrong: they decide nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Double, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from dossier.store.columns import UtcTime


class _Now(FunctionElement[datetime]):
    """The clock of the database that runs the statement, so many seconds later."""

    name = "db_now"
    type = UtcTime()
    inherit_cache = True


def db_now(seconds: float = 0.0) -> ColumnElement[datetime]:
    """Return the SQL expression of the time `seconds` from the start of its statement, by the database's clock."""
    return _Now(literal(seconds, Double()))


@compiles(_Now, "sqlite")
def _on_sqlite(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    return f"strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', printf('%+.3f seconds', {seconds}))"


@compiles(_Now, "postgresql")
def _on_postgresql(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    moment = f"(statement_timestamp() AT TIME ZONE 'UTC') + make_interval(secs => {seconds})"
    return f"""to_char({moment}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
