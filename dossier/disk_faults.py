"""What an error of the operating system means: a full disk passes, a wrong path has to be mended.

Here: the errors that a person mends without touching the run, and the words for them. Not here: what a database says
of its own disk (`dossier/store/faults.py`).
"""

from __future__ import annotations

import errno

from dossier.errors import BadInput, DossierError, Retryable

_SAID = {
    errno.ENOSPC: "No space is left on the disk.",
    errno.EDQUOT: "The user's share of the disk is used up.",
    errno.EROFS: "The disk can only be read.",
    errno.EIO: "The disk did not take what was written.",
}
_MENDABLE = {
    errno.ENAMETOOLONG: ("A path is too long.", "Name a shorter one."),
    errno.EROFS: ("A folder can only be read.", "Name another place, or another home: --home DIR"),
    errno.EACCES: ("A file may not be used.", "Let the user who runs this read and write it, or name another place."),
    errno.EPERM: ("A file may not be used.", "Let the user who runs this read and write it, or name another place."),
    errno.ENOTDIR: ("A part of a path is no folder.", "Check the path."),
    errno.EISDIR: ("A folder stands where a file is wanted.", "Check the path."),
    errno.ELOOP: ("Links lead in a circle.", "Check the path."),
}


def of_the_system(error: OSError) -> DossierError:
    """Return what to tell a person of an error that ended a command: BadInput for what is wrong with a path."""
    where = str(error.filename or "")[:300]
    if error.errno in _MENDABLE:
        what, next_step = _MENDABLE[error.errno]
        return BadInput(what, f"{error.strerror}: {where}" if where else str(error), next_step)
    passing = as_passing(error)
    if isinstance(passing, DossierError):
        return passing
    return DossierError(f"{error.strerror or type(error).__name__}: {where or error}", "The system said so.")


def as_passing(error: Exception) -> Exception:
    """Return Retryable for a disk that does not take a file for now, any other error as it is."""
    said = _SAID.get(error.errno or 0) if isinstance(error, OSError) else None
    if said is None:
        return error
    where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    return Retryable(
        f"{said[:-1]}{where}.", "A file could not be written.", "Free some space; the work is taken again later."
    )
