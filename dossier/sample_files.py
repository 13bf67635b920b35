"""Where the bundled samples lie: beside the code in a checkout, inside the package in a wheel.

Here: paths only. Not here: what is in them (`samples/README.md`) and what the demo does with them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dossier.errors import Permanent

# The day the notes were collected: the demo counts all ages to it, so that it does not grow stale.
COLLECTED = date(2026, 5, 31)


def samples_folder() -> Path:
    """Return the folder of the samples. Raises Permanent where the installation lost it."""
    package = Path(__file__).parent
    for folder in (package / "samples", package.parent / "samples"):
        if (folder / "documents.jsonl").is_file():
            return folder
    raise Permanent("The samples are missing.", "They ship with the package.", "Install Dossier again.")


def sample_clients() -> list[Path]:
    """Return the configurations of the sample clients; a file's stem is the client's slug."""
    return sorted((samples_folder() / "clients").iterdir())


def sample_leads(slug: str) -> Path:
    """Return the lead table of a sample client."""
    return samples_folder() / "leads" / f"{slug}.csv"


def sample_documents() -> Path:
    """Return the source notes."""
    return samples_folder() / "documents.jsonl"
