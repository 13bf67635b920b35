"""Addresses of databases: one normal form for our own tables and for Dagster's, however a person wrote it.

Here: schemes, the driver, a PostgreSQL schema as part of an address, and where Dagster's instance file looks for
its own. Not here: opening (`database.py`).
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from dossier.errors import BadInput

POSTGRESQL = "postgresql"
SQLITE = "sqlite"
DAGSTER_SCHEMA = "dagster"
DAGSTER_VARIABLE = "DOSSIER_DAGSTER_DATABASE_URL"
_FORMS = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
_NEXT = "Set DOSSIER_DATABASE_URL, in a password %40 for @, or leave it unset for a file in the home folder."


def normal_url(url: str) -> URL:
    """Return `url` with the driver that this version uses. Raises BadInput, which never shows the address.

    `postgres://`, `postgresql://` and any driver behind them become `postgresql+psycopg2://`: left alone,
    SQLAlchemy takes the bare scheme for a driver that nobody installed.
    """
    scheme, separator, rest = url.strip().partition("://")
    if scheme.lower() == "postgres":
        scheme = POSTGRESQL
    try:
        parsed = make_url(f"{scheme}{separator}{rest}")
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise BadInput("The database address cannot be read.", f"It must read {_FORMS}.", _NEXT) from error
    if backend == POSTGRESQL:
        _refuse_torn_password(rest)
        return _password_in_its_place(parsed.set(drivername="postgresql+psycopg2"))
    if backend != SQLITE:
        raise BadInput(
            f"The database {parsed.drivername!r} is not supported.",
            "This version keeps its data in SQLite or PostgreSQL.",
            f"Set DOSSIER_DATABASE_URL to {_FORMS}.",
        )
    return parsed


def sqlite_file(path: Path) -> str:
    """Return the address of the SQLite file `path`, whatever signs its name is made of."""
    return URL.create(SQLITE, database=str(path)).render_as_string()


def is_plain(path: Path) -> bool:
    """Return whether `path` stands for itself in an address that nobody quoted: no `?` and no `%41` is in it."""
    return make_url(f"{SQLITE}:///{path}").database == str(path)


def shown(url: URL) -> str:
    """Return `url` as it may be shown and logged: without its password, and that of a key."""
    return url.difference_update_query(["sslpassword"]).render_as_string(hide_password=True)


def is_postgresql(url: str) -> bool:
    """Return whether `url` names a PostgreSQL database. Raises BadInput for an address that cannot be read."""
    return normal_url(url).get_backend_name() == POSTGRESQL


def in_schema(url: str, schema: str) -> str:
    """Return the PostgreSQL address `url`, password included, such that every session looks in `schema` alone."""
    parsed = normal_url(url)
    given = parsed.query.get("options", "")
    options = " ".join([*([given] if isinstance(given, str) else given), f"-csearch_path={schema}"]).strip()
    return parsed.update_query_dict({"options": options}).render_as_string(hide_password=False)


def _refuse_torn_password(rest: str) -> None:
    """Raise BadInput where a sign of the password ends it too early: its rest would be shown as host or database."""
    place, _, options = rest.partition("?")
    if place.count("@") > 1 or any("@" in option.partition("=")[0] for option in options.split("&")):
        raise BadInput(
            "The database address has an @ too many.",
            "The user's password ends at the first @; what follows is the host.",
            "In DOSSIER_DATABASE_URL write %40 for each @ of the password.",
        )


def _password_in_its_place(url: URL) -> URL:
    """Return `url` with a password among its options where it is not shown."""
    password = url.query.get("password")
    return url if password is None else url.difference_update_query(["password"]).set(password=str(password))
