"""What a database's complaint means: a passing fault, something that a person has to mend, or a bug of ours.

Here: classification of driver errors, and the words for them. Not here: opening and transactions
(`database.py`). A message of the server is shown in one line and without the password.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

from dossier.errors import BadInput, DossierError, Retryable
from dossier.store.addresses import POSTGRESQL

_SQLITE_PASSING = ("locked", "busy", "disk is full", "disk i/o error", "unable to open database file")
# Lost connections (08) and resources (53); a transaction to be repeated; a lock or a statement that took too long;
# a server that stops, starts or is read-only for now; an error of its disk.
_PASSING_STATES = ("08", "53", "40001", "40P01", "55P03", "57014", "57P0", "25006", "25P03", "25P04", "58030")
# A connection that was not made has no state code, only words.
_PASSING_WORDS = re.compile(
    "too many (connections|clients)|connection slots|max ?clients|starting up|shutting down|temporary failure"
)
_MENDABLE_STATES = ("28", "3D000", "42501")
_MENDABLE = [
    (
        r"\[28|authentication failed|no password supplied|no pg_hba.conf entry|tenant or user not found",
        "The database server refused the user.",
        "Check user and password in DOSSIER_DATABASE_URL; in a password write %40 for @, %3A for :, %2F for /.",
    ),
    (
        r"role .* does not exist",
        "The database server does not know the user.",
        "Check the user in DOSSIER_DATABASE_URL.",
    ),
    (
        r"\[3d000|database .* does not exist",
        "The server has no such database.",
        "Check its name in DOSSIER_DATABASE_URL, or create it: createdb NAME",
    ),
    (
        r"\[42501|permission denied",
        "The database user lacks a right.",
        "Let its administrator run: CREATE SCHEMA dossier AUTHORIZATION the_user; and the same for dagster",
    ),
    (
        r"could not translate host name",
        "The database's host is not known.",
        "Check the host in DOSSIER_DATABASE_URL.",
    ),
    (
        r"certificate|does not support ssl",
        "No safe connection to the database server could be made.",
        "Check sslmode and sslrootcert in DOSSIER_DATABASE_URL.",
    ),
    (
        r"invalid (dsn|connection option|integer value|port|sslmode|uri|value)",
        "The database address says something that the driver does not know.",
        "Check what stands behind the host in DOSSIER_DATABASE_URL.",
    ),
]


@contextmanager
def database_faults(url: URL) -> Generator[None]:
    """Raise Retryable for a passing fault of the database at `url`, BadInput for one that a person has to mend.

    What is neither, such as a broken constraint, goes through, but without the row that broke it: names and
    addresses of people stand there, and errors are logged.
    """
    try:
        yield
    except NoneFree as error:
        raise _passing(url, "all connections of this process are in use") from error
    except DBAPIError as error:
        _drop_details(error)
        told = meaning(error, url)
        if told is None:
            raise
        raise told from error


def meaning(error: DBAPIError, url: URL) -> DossierError | None:
    """Return the error of ours that `error` means, None if it means a bug."""
    said = _in_one_line(str(error.orig), url)
    words = said.lower()
    if url.get_backend_name() != POSTGRESQL:
        if "readonly database" in words or ("unable to open" in words and not _may_write(url)):
            return BadInput(
                f"The database {url.database} can only be read.",
                f"It answered: {said}.",
                "Let the user who runs this write to the file and its folder, or name another home: --home DIR",
            )
        return _passing(url, said) if any(word in words for word in _SQLITE_PASSING) else None
    state = getattr(error.orig, "pgcode", None) or ""
    if state.startswith(_PASSING_STATES) or error.connection_invalidated or _PASSING_WORDS.search(words):
        return _passing(url, said)
    if state and not state.startswith(_MENDABLE_STATES):
        return None
    for pattern, what, next_step in _MENDABLE:
        if re.search(pattern, f"[{state.lower()}] {words}"):
            return BadInput(what, f"It answered: {said}.", next_step)
    return None if state or not _is_of_the_driver(error) else _passing(url, said)


def _may_write(url: URL) -> bool:
    folder = Path(url.database or "").parent
    return not folder.exists() or os.access(folder, os.W_OK)


def _drop_details(error: DBAPIError) -> None:
    """Take what PostgreSQL says beside its message, the values of rows, out of the error."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None and diagnosis.message_detail and error.orig is not None:
        error.orig.args = (str(diagnosis.message_primary),)
        error.args = (f"({type(error.orig).__name__}) {diagnosis.message_primary}",)


def _is_of_the_driver(error: DBAPIError) -> bool:
    """Without a state code: whether no connection was made, or one broke, or something else is wrong."""
    return type(error).__name__ in ("OperationalError", "InterfaceError")


def _passing(url: URL, said: str) -> Retryable:
    postgresql = url.get_backend_name() == POSTGRESQL
    look = "check that the server runs." if postgresql else "check for free disk space and for a process that hangs."
    return Retryable(
        "The database could not be used.", f"It answered: {said}.", f"The work is taken again later; {look}"
    )


def _in_one_line(said: str, url: URL) -> str:
    line = " ".join(said.split()).rstrip(".")
    if url.password:
        line = line.replace(str(url.password), "***")
    return line[:400]
