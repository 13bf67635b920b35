"""Identifiers that users see: slugs, lead ids and run ids, which are also Dagster's partition keys.

Here: making, parsing and refusing keys. Every key passes this gate before it becomes a partition, a folder
or a tag. Not here: database keys, which are uuids nobody sees.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NamedTuple

from dossier.errors import BadInput

MAX_RUN_ID = 100
MAX_SLUG = 40
_RUN_ID = re.compile(
    r"(?P<client>[a-z0-9]+(?:-[a-z0-9]+)*)--(?P<lead>[a-z0-9]+(?:-[a-z0-9]+)*)-(?P<hash>[0-9a-f]{8})-(?P<n>[1-9][0-9]{0,5})"
)


class RunKey(NamedTuple):
    """The parts of a run id: client slug, lead slug, 8 hex digits of the lead's identity, ordinal from 1."""

    client: str
    lead: str
    hash: str
    n: int


def slugify(text: str, limit: int = MAX_SLUG) -> str:
    """Return `text` as at most `limit` characters of `[a-z0-9-]`, without `--` or edge dashes.

    Text without a single usable character becomes `x-` and 6 hex digits of its hash, never an empty slug.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:limit].strip("-")
    return slug or "x-" + digest(text)[:6]


def digest(text: str) -> str:
    """Return the sha256 of `text` in UTF-8 as 64 hex digits; lone surrogates do not raise."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def lead_id(client_slug: str, identity: str) -> str:
    """Return the derived id of a lead: `identity` is its domain or, without one, its normalised name."""
    return "ld_" + digest(f"{client_slug}\n{identity}")[:20]


def source_id(sha256: str) -> str:
    """Return the derived id of a source: its identity is the sha256 of its stored text."""
    return "src_" + sha256[:16]


def make_run_id(client_slug: str, lead_name: str, lead_identity: str, n: int) -> str:
    """Return the run id `<client>--<lead slug>-<hash>-<n>` of the n-th dossier of a lead (n from 1)."""
    return check_run_id(f"{client_slug}--{slugify(lead_name)}-{digest(lead_identity)[:8]}-{n}")


def parse_run_id(run_id: str) -> RunKey:
    """Return the parts of `run_id`. Raises BadInput for anything that is not a run id."""
    match = _RUN_ID.fullmatch(run_id)
    if match is None or len(run_id) > MAX_RUN_ID:
        raise BadInput(
            f"Not a run id: {run_id[:120]!r}.",
            f"A run id reads <client>--<lead>-<hash>-<n>, only [a-z0-9-], at most {MAX_RUN_ID} characters.",
            "List the known ones with: dossier status",
        )
    return RunKey(match["client"], match["lead"], match["hash"], int(match["n"]))


def check_run_id(run_id: str) -> str:
    """Return `run_id` unchanged, or raise BadInput: the one gate before a key is registered anywhere."""
    parse_run_id(run_id)
    return run_id
