"""Files and folders that appear whole or not at all, whatever stops the process in between.

Here: write beside, force to disk, rename. Not here: names and contents (`files.py`, `bundle.py`).
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def put_file(path: Path, content: bytes) -> None:
    """Write `content` to `path`, making its folders; a reader sees the old file or the new one, whole.

    A device or a pipe is written into and a link is followed: nothing but a regular file is ever replaced.
    """
    if _takes_a_stream(path):
        path.write_bytes(content)
        return
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _takes_a_stream(path: Path) -> bool:
    """Return whether `path` is a device or a pipe. Raises OSError where it is something that holds no file."""
    if not path.exists() or path.is_file():
        return False
    if path.is_char_device() or path.is_fifo():
        return True
    code = errno.EISDIR if path.is_dir() else errno.EINVAL
    raise OSError(code, "It is a folder" if path.is_dir() else "It is no file", str(path))


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target` to fill and then to rename; what is left of it goes afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}."))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def put_folder(filled: Path, target: Path) -> None:
    """Rename `filled` to `target`, which must be absent or empty: raises OSError where it holds anything."""
    _sync(filled)
    filled.rename(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
