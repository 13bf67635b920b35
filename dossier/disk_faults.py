"""What an error of the operating system means for a run: a full disk passes, a wrong path does not.

Here: the errors that a person mends without touching the run, and the words for them. Not here: what a database says
of its own disk (`dossier/store/faults.py`).
"""

from __future__ import annotations

import errno

from dossier.errors import Retryable

_SAID = {
    errno.ENOSPC: "No space is left on the disk.",
    errno.EDQUOT: "The user's share of the disk is used up.",
    errno.EROFS: "The disk can only be read.",
    errno.EIO: "The disk did not take what was written.",
}


def as_passing(error: Exception) -> Exception:
    """Return Retryable for a disk that does not take a file for now, any other error as it is."""
    said = _SAID.get(error.errno or 0) if isinstance(error, OSError) else None
    if said is None:
        return error
    where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    return Retryable(
        f"{said[:-1]}{where}.", "A file could not be written.", "Free some space; the work is taken again later."
    )
