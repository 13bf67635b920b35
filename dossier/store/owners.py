"""Who holds a run: the name of a worker process, and whether that process still lives.

Here: making and judging owner names. Not here: what becomes of a run whose owner died (`taking.py`). A worker of
another host, or of another container of this host, counts as alive: only its own place can tell, and its lease.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path


def current_owner() -> str:
    """Return this process's name: `<place>:<pid>:<start>`; the start tells a reused pid apart."""
    pid = os.getpid()
    return f"{place()}:{pid}:{_started(pid) or ''}"


def place() -> str:
    """Return where pids have one meaning: `<hostname>@<pid namespace>`, as containers may share a host's name."""
    try:
        namespace = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}@{namespace}"


def is_alive(owner: str) -> bool:
    """Return whether the process `owner` (`<place>:<pid>` with or without start) may still be working."""
    where, _, process = owner.partition(":")
    pid, _, started = process.partition(":")
    if where != place() or not pid.isdigit():
        return True
    if not _exists(int(pid)):
        return False
    now = _started(int(pid))
    return not (started and now and started != now)


def in_words(owner: str) -> str:
    """Return a worker's name as a person reads it: `process 4711 on hostname`."""
    where, _, process = owner.partition(":")
    return f"process {process.partition(':')[0]} on {where.partition('@')[0]}"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _stat(pid: int) -> list[str]:
    """Return the fields of the process's status line after its name, none where the system has no /proc."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return line.rpartition(")")[2].split()


def _state(pid: int) -> str | None:
    fields = _stat(pid)
    return fields[0] if fields else None


def _started(pid: int) -> str | None:
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else None
