"""The oracle: what must hold whatever happened, judged from what the store shows in its `oracle_` views.

`observe` reads the views and the delivered files, `violations` is a pure function over what was read, `overpaid` one
over that and the log of the model server. I1 to I5 and I7 to I9 are those of the list of invariants; the others come
with the tables that they speak of.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import text

from dossier.store.database import Store

Rows = Sequence[Mapping[str, Any]]

RUN_WORDS = {"pending", "running", "completed", "failed", "cancelled", "skipped", "blocked"}
STEP_WORDS = {"pending", "running", "completed", "failed", "skipped"}
LIVE = {"pending", "running"}
# What a lead may be while this is the state of the run that moved it last.
LEAD_WORDS = {
    None: {"new", "archived"},
    "pending": {"flagged", "processing"},
    "running": {"processing"},
    "completed": {"ready", "delivered", "archived"},
    "skipped": {"new", "archived"},
    "cancelled": {"new", "archived"},
    "failed": {"blocked", "archived"},
    "blocked": {"blocked", "archived"},
}
MAX_CRASHES = 3


@dataclass(frozen=True)
class Seen:
    """What the store showed at one moment. `files` are the delivered files by path, None for a missing one."""

    leads: Rows = ()
    runs: Rows = ()
    dossiers: Rows = ()
    step_runs: Rows = ()
    artifacts: Rows = ()
    calls: Rows = ()
    files: Mapping[str, bytes | None] = field(default_factory=dict)


def observe(store: Store, home: Path | None = None) -> Seen:
    """Read the views of the oracle in one snapshot; with `home` also the files that were delivered there."""
    views = ("leads", "runs", "dossiers", "step_runs", "artifacts", "calls")
    with store.reading() as session:
        rows = {view: session.execute(text(f"SELECT * FROM oracle_{view}")).mappings().all() for view in views}
    paths = [file["path"] for file in delivered(rows["artifacts"])] if home else []
    files = {path: _bytes(Path(home or "") / path) for path in paths}
    return Seen(**rows, files=files)


def violations(seen: Seen, *, acknowledged: Collection[str] = (), quiet: bool = False) -> list[str]:
    """Return every invariant that does not hold, in words. `acknowledged` are leads that somebody was promised.

    With `quiet` all work has ended, and what may still be under way at other times has to be final.
    """
    checks = [_nothing_lost(seen, acknowledged), _one_dossier(seen), _paths(seen), _digests(seen)]
    if quiet:
        checks.append(_final(seen))
    return [said for check in checks for said in check]


def overpaid(
    seen: Seen, served: Rows, *, kills: int = 0, caps: Mapping[str, int] | None = None, quiet: bool = True
) -> list[str]:
    """Return every invariant of money that does not hold, in words.

    `served` are the requests that the model server saw (`body_key`, `usage`), all of this store, none of them asked
    anew by wish. `kills` is how many workers died while a call was open, `caps` the nano-dollars of each client.
    """
    bills = Counter(row["body_key"] for row in served if row["usage"])
    checks = [_paid_once(seen.calls, bills, kills, quiet), _within_caps(seen.calls, caps or {})]
    return [said for check in checks for said in check]


def _paid_once(calls: Rows, bills: Mapping[str, int], kills: int, quiet: bool) -> Iterator[str]:
    states = {key: Counter(row["state"] for row in calls if row["key"] == key) for key in bills}
    for key, times in bills.items():
        lost, booked = states[key]["unknown"], states[key].total() - states[key]["failed"]
        if times > 1 + lost:
            yield f"I4: {key[:12]} was paid {times} times, {lost} answers of it were lost"
        if times > booked:
            yield f"I4: {key[:12]} was paid {times} times and booked {booked} times"
    extra = sum(bills.values()) - len(bills)
    if extra > kills:
        yield f"I5: {extra} calls were paid again, {kills} workers were killed while one was open"
    answered = Counter(row["key"] for row in calls if row["state"] == "answered")
    yield from (f"I4: the ledger holds {times} answers to {key[:12]}" for key, times in answered.items() if times > 1)
    yield from (f"I4: call {row['call_id']} is still held" for row in calls if quiet and row["held"])


def _within_caps(calls: Rows, caps: Mapping[str, int]) -> Iterator[str]:
    for tenant, cap in caps.items():
        mine = sum(row["cost"] + row["held"] for row in calls if row["tenant_id"] == tenant)
        if mine > cap:
            yield f"I8: {tenant} has spent and holds {mine} of {cap} nano-dollars"


def delivered(artifacts: Rows) -> list[dict[str, Any]]:
    """Return the files that the stored deliveries name."""
    payloads = [row["payload"] for row in artifacts if row["asset"] == "delivery"]
    return [file for payload in payloads for file in json.loads(bytes(payload)).get("files", [])]


def _nothing_lost(seen: Seen, acknowledged: Collection[str]) -> Iterator[str]:
    for lead in sorted(set(acknowledged) - {row["lead_id"] for row in seen.leads}):
        yield f"I1: lead {lead} was acknowledged and is gone"
    for lead, times in Counter(row["lead_id"] for row in seen.leads).items():
        if times > 1:
            yield f"I1: lead {lead} stands {times} times"


def _final(seen: Seen) -> Iterator[str]:
    for row in seen.runs:
        if row["status"] in LIVE:
            yield f"I2: run {row['run_id']} is still {row['status']}"
    for row in seen.leads:
        if row["status"] in ("flagged", "processing"):
            yield f"I2: lead {row['lead_id']} is still {row['status']}"


def _one_dossier(seen: Seen) -> Iterator[str]:
    versions: dict[str, list[int]] = {}
    for row in seen.dossiers:
        versions.setdefault(row["run_id"], []).append(row["version"])
    for run_id, found in versions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"I3: the versions of {run_id} are {sorted(found)}"
    for row in seen.runs:
        if row["status"] == "completed" and row["lead_id"] and row["run_id"] not in versions:
            yield f"I3: run {row['run_id']} is completed without a dossier"
    standing = Counter(row["lead_id"] for row in seen.dossiers if row["lead_id"] and row["status"] == "ready")
    for lead, number in standing.items():
        if number > 1:
            yield f"I3: {number} dossiers of lead {lead} are ready"


def _paths(seen: Seen) -> Iterator[str]:
    for lead in seen.leads:
        if lead["status"] not in LEAD_WORDS.get(lead["run_status"], set()):
            yield f"I7: lead {lead['lead_id']} is {lead['status']} while its run is {lead['run_status']}"
    for row in seen.runs:
        yield from _run_path(row)
    live = Counter(row["lead_id"] for row in seen.runs if row["lead_id"] and row["status"] in LIVE)
    for lead_id, number in live.items():
        if number > 1:
            yield f"I7: lead {lead_id} has {number} runs under way"
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(seen.step_runs, key=lambda row: row["seq"]):
        steps.setdefault(row["run_id"], []).append(row)
    runs = {row["run_id"]: row for row in seen.runs}
    for run_id, mine in steps.items():
        yield from _step_path(runs[run_id], mine)


def _run_path(row: Mapping[str, Any]) -> Iterator[str]:
    name, status = f"I7: run {row['run_id']}", row["status"]
    if status not in RUN_WORDS:
        yield f"{name} is {status!r}, which is no state"
    if status == "running" and not (row["owner"] and row["lease_until"]):
        yield f"{name} is running and held by nobody"
    if status in ("failed", "blocked") and not row["last_error"]:
        yield f"{name} is {status} and does not say why"
    if status in LIVE and row["crashes"] >= MAX_CRASHES:
        yield f"{name} is {status} after {row['crashes']} crashes"


def _step_path(run: Mapping[str, Any], steps: Rows) -> Iterator[str]:
    name = f"I7: run {run['run_id']}"
    for row in steps:
        if row["status"] not in STEP_WORDS:
            yield f"{name}: step {row['step']} is {row['status']!r}, which is no state"
        if row["attempt"] > run["attempt"]:
            yield f"{name}: step {row['step']} is of attempt {row['attempt']}, the run at {run['attempt']}"
        open_now = row["status"] == "running"
        if open_now != (row["completed_at"] is None):
            yield f"{name}: step {row['step']} is {row['status']}, completed at {row['completed_at']}"
        if open_now and not (run["lease_until"] and row["attempt"] == run["attempt"]):
            yield f"{name}: step {row['step']} is open, and nobody works on it"
    if [row["seq"] for row in steps] != list(range(1, len(steps) + 1)):
        yield f"{name}: its steps are numbered {[row['seq'] for row in steps]}"
    if any(before["attempt"] > after["attempt"] for before, after in pairwise(steps)):
        yield f"{name}: a step of an earlier attempt began after one of a later attempt"


def _digests(seen: Seen) -> Iterator[str]:
    for row in seen.artifacts:
        if _sha256(bytes(row["payload"])) != row["digest"]:
            yield f"I9: the artifact {row['asset']} of {row['run_id']} has another digest"
    for row in seen.dossiers:
        if _sha256(row["content"].encode()) != row["digest"]:
            yield f"I9: version {row['version']} of the dossier of {row['run_id']} has another digest"
    for file in delivered(seen.artifacts) if seen.files else []:
        content = seen.files[file["path"]]
        if content is None or _sha256(content) != file["sha256"]:
            yield f"I9: {file['path']} is {'missing' if content is None else 'not what was delivered'}"


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
