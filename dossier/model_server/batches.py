"""The message batches of the model server: created, ended after a time or when told, read, cancelled, deleted.

Here: the state of batches and their wire form. Not here: how one request is answered (`server.py`).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from dossier.model_server.wire import Refused, check_request

JsonDict = dict[str, Any]
Outcome = Literal["succeeded", "errored", "canceled", "expired"]
MAX_REQUESTS = 100_000
_CUSTOM_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(slots=True)
class Batch:
    """One batch. `results` are the lines of its result file, once it has ended; `due` is in clock seconds."""

    id: str
    requests: list[JsonDict]
    created_at: datetime
    due: float | None
    cancelled_at: datetime | None = None
    ended_at: datetime | None = None
    results: list[JsonDict] = field(default_factory=list)


@dataclass(slots=True)
class BatchBook:
    """All batches, newest last. Safe to use from several threads.

    `answer` makes the result of a request (`custom_id`, params) with a batch's price; `seconds` is how long a
    batch takes, None until `end` is called; `outcomes` says by custom_id which items do not succeed.
    """

    answer: Callable[[str, str, JsonDict], JsonDict]
    seconds: float | None = 0.0
    clock: Callable[[], float] = time.monotonic
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    _batches: dict[str, Batch] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def create(self, body: Any) -> Batch:
        """Take a batch. Raises Refused for a body that the API would not take."""
        requests = _checked(body)
        with self._lock:
            number = len(self._batches) + 1
            due = None if self.seconds is None else self.clock() + self.seconds
            batch = Batch(f"msgbatch_{number:024d}", requests, datetime.now(UTC), due)
            self._batches[batch.id] = batch
            return batch

    def get(self, batch_id: str) -> Batch:
        """Return a batch, ended if its time has come. Raises Refused (404) for an unknown one."""
        with self._lock:
            if batch_id not in self._batches:
                raise Refused(404, f"Message batch {batch_id} not found.")
            batch = self._batches[batch_id]
            if batch.due is not None and self.clock() >= batch.due:
                self._finish(batch)
            return batch

    def all(self) -> list[Batch]:
        """Return all batches, newest first."""
        with self._lock:
            return [self.get(batch_id) for batch_id in reversed(self._batches)]

    def end(self, batch_id: str | None = None) -> None:
        """End this batch, or all of them, now."""
        with self._lock:
            for batch in [self.get(batch_id)] if batch_id else self.all():
                self._finish(batch)

    def cancel(self, batch_id: str) -> Batch:
        """Begin to cancel: the batch is `canceling` until it is looked at again, then its items are canceled."""
        with self._lock:
            batch = self.get(batch_id)
            if batch.ended_at is None and batch.cancelled_at is None:
                batch.cancelled_at = datetime.now(UTC)
                batch.due = self.clock() if self.seconds is not None else None
            return batch

    def delete(self, batch_id: str) -> None:
        """Forget an ended batch. Raises Refused while it is in progress."""
        with self._lock:
            if self.get(batch_id).ended_at is None:
                raise Refused(400, "A batch in progress cannot be deleted. Cancel it first.")
            del self._batches[batch_id]

    def lines(self, batch_id: str) -> list[JsonDict]:
        """Return the result lines. Raises Refused while there are none."""
        batch = self.get(batch_id)
        if batch.ended_at is None:
            raise Refused(400, f"Message batch {batch_id} has no results yet: it has not ended.")
        return batch.results

    def _finish(self, batch: Batch) -> None:
        if batch.ended_at is not None:
            return
        lines = [self._line(batch, request) for request in batch.requests]
        batch.results = list(reversed(lines))  # the order of results is not that of the requests
        batch.ended_at = datetime.now(UTC)

    def _line(self, batch: Batch, request: JsonDict) -> JsonDict:
        custom_id = request["custom_id"]
        outcome = "canceled" if batch.cancelled_at else self.outcomes.get(custom_id, "succeeded")
        if outcome in {"canceled", "expired"}:
            return {"custom_id": custom_id, "result": {"type": outcome}}
        if outcome == "errored":
            return {"custom_id": custom_id, "result": errored("api_error", "Internal server error")}
        return {"custom_id": custom_id, "result": self.answer(batch.id, custom_id, request["params"])}


def errored(error_type: str, message: str) -> JsonDict:
    """Return the result of an item that failed."""
    error = {"type": error_type, "message": message}
    return {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}


def wire_batch(batch: Batch, base_url: str) -> JsonDict:
    """Return a batch as the API gives it: counts stay zero until it has ended."""
    ended = batch.ended_at is not None
    counts = dict.fromkeys(("succeeded", "errored", "canceled", "expired"), 0)
    for line in batch.results:
        counts[line["result"]["type"]] += 1
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if ended else "canceling" if batch.cancelled_at else "in_progress",
        "request_counts": {"processing": 0 if ended else len(batch.requests), **counts},
        "created_at": _stamp(batch.created_at),
        "expires_at": _stamp(batch.created_at + timedelta(hours=24)),
        "ended_at": _stamp(batch.ended_at),
        "cancel_initiated_at": _stamp(batch.cancelled_at),
        "archived_at": None,
        "results_url": f"{base_url}/v1/messages/batches/{batch.id}/results" if ended else None,
    }


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _checked(body: Any) -> list[JsonDict]:
    requests = body.get("requests") if isinstance(body, Mapping) else None
    if not isinstance(requests, list) or not requests:
        raise Refused(400, "requests: at least one request is required")
    if len(requests) > MAX_REQUESTS:
        raise Refused(413, f"requests: at most {MAX_REQUESTS} are allowed")
    seen: set[str] = set()
    for n, request in enumerate(requests):
        custom_id = request.get("custom_id") if isinstance(request, dict) else None
        if not isinstance(custom_id, str) or not _CUSTOM_ID.fullmatch(custom_id):
            raise Refused(400, f"requests.{n}.custom_id: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'")
        if custom_id in seen:
            raise Refused(400, f"requests.{n}.custom_id: duplicate custom_id {custom_id}")
        seen.add(custom_id)
        if not isinstance(request.get("params"), dict):
            raise Refused(400, f"requests.{n}.params: Field required")
    return requests


def item_fault(params: JsonDict) -> JsonDict | None:
    """Return the errored result of an item whose params are wrong: the API checks them when it works on it."""
    try:
        check_request(params)
    except Refused as refusal:
        return errored("invalid_request_error", str(refusal))
    return None
