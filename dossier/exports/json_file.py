"""The dossier as JSON, format `dossier/v1`: the same dossier always gives the same bytes.

Here: the one way in which a dossier becomes JSON text. Not here: reading it back, which is
`Dossier.model_validate_json`.
"""

from __future__ import annotations

from dossier.models import Dossier


def render(dossier: Dossier) -> str:
    """Return `dossier` as JSON with two spaces of indent, fields in the order of the format, one last newline."""
    return dossier.model_dump_json(by_alias=True, indent=2) + "\n"
