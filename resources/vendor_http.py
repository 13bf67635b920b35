"""The way to a vendor of searches over plain HTTP: one request, its retries, and what each fault means for the run.

Here: statuses as errors, short retries, reading JSON within a limit. Not here: what a vendor is asked
(`vendor_queries.py` and the vendors' own modules). No message holds a key, an address with a query, or a body.
"""

from __future__ import annotations

import json
import logging
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, TypeVar

import httpx2

from dossier import stopping
from dossier.errors import Permanent, Retryable
from dossier.models import JsonDict

T = TypeVar("T")
MAX_ANSWER = 32_000_000
MAX_SECONDS = 60.0
_PAUSES = (0.5, 1.5)  # before the second and the third try; what lasts longer is for the queue
_LONGEST_WAIT = 3_600.0


class Unreadable(Exception):
    """A vendor answered twice with what is not its documented form; the message says what was wrong."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What the way consists of; tests give a transport that ignores proxies and a sleep that does not."""

    transport: httpx2.BaseTransport | None = None
    sleep: Callable[[float], None] = stopping.pause


DIRECT = Wire()


@dataclass(frozen=True, slots=True)
class VendorHttp:
    """Requests to one vendor. `title` names it to a person, `variable` is where its key (or contact) is set.

    `is_key_fault` recognises a refused key where the vendor does not say so by 401 or 403.
    """

    title: str
    variable: str
    wire: Wire = DIRECT
    pace: Callable[[], None] = lambda: None
    is_key_fault: Callable[[int, bytes], bool] = lambda status, body: False

    def call(
        self,
        method: str,
        url: str,
        read: Callable[[Any], T],
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: JsonDict | None = None,
    ) -> T:
        """Return what `read` makes of the answer's JSON; it raises ValueError for what it cannot read.

        Raises Unreadable after two such answers, Permanent for a refused key and other refusals, Retryable for
        429 at once, for 5xx and faults of the connection after three tries.
        """
        _keep_addresses_out_of_logs()
        request = httpx2.Request(method, url, headers=headers, params=params, json=body)
        for is_last in (False, True):
            answer = self._answered(request)
            try:
                return read(_json(answer))
            except (ValueError, RecursionError) as error:
                if is_last:
                    raise Unreadable(f"{self.title} answered what cannot be read: {_reason(error)}") from None
        raise AssertionError("the loop ends by returning or raising")

    def _answered(self, request: httpx2.Request) -> bytes:
        """Return the body of a 200, after at most three tries. Raises Stopped if the process is told to end between."""
        fault = ""
        for pause in (*_PAUSES, None):
            self.pace()
            try:
                status, headers, body = self._sent(request)
            except (httpx2.TransportError, httpx2.DecodingError) as error:
                fault = type(error).__name__
            else:
                if status < 500:
                    return self._checked(status, headers, body)
                fault = f"HTTP {status}"
            if pause is not None:
                self.wire.sleep(pause)
        raise Retryable(f"{self.title} did not answer.", f"Last fault: {fault}.", "The run is tried again later.")

    def _sent(self, request: httpx2.Request) -> tuple[int, httpx2.Headers, bytes]:
        with (
            httpx2.Client(transport=self.wire.transport, verify=_tls(), timeout=30.0) as client,
            _streamed(client, request) as response,
        ):
            return response.status_code, response.headers, _whole(response)

    def _checked(self, status: int, headers: httpx2.Headers, body: bytes) -> bytes:
        if status == 200:
            return body
        if status in (401, 403) or self.is_key_fault(status, body):
            raise Permanent(
                f"{self.title} refused the request.", f"HTTP {status}.", f"Check the value of {self.variable}."
            )
        if status == 429:
            raise Retryable(
                f"{self.title} asks for fewer requests.",
                "HTTP 429.",
                "The run is tried again later.",
                retry_after=_seconds(headers),
            )
        raise Permanent(f"{self.title} does not take the request.", f"HTTP {status}.", "Look at the vendor's account.")


def needed(value: str | None, variable: str, title: str) -> str:
    """Return `value`. Raises Permanent that names `variable` if it is not set or no header could hold it."""
    if not value:
        raise Permanent(f"{title} cannot be asked.", f"{variable} is not set.", f"Set {variable}; see .env.example.")
    if not (value.isascii() and value.isprintable()):
        raise Permanent(f"{title} cannot be asked.", f"{variable} has a value it cannot have.", f"Correct {variable}.")
    return value


def listed(value: Any, *path: str) -> list[JsonDict]:
    """Return the list of objects at `path` of an answer. Raises ValueError where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise ValueError(f"there is no list at {'.'.join(path)}")
    return [item for item in value if isinstance(item, dict)]


def text_at(item: Any, *path: str) -> str:
    """Return the text at `path` of an object in one line, empty where there is none; numbers become text."""
    for name in path:
        item = item.get(name) if isinstance(item, dict) else None
    return " ".join(str(item).split()) if isinstance(item, str | int | float) and not isinstance(item, bool) else ""


def _streamed(client: httpx2.Client, request: httpx2.Request) -> Any:
    return client.stream(
        request.method, request.url, headers=request.headers, content=request.content or None, follow_redirects=False
    )


def _whole(response: httpx2.Response) -> bytes:
    """Read the body; one that is too long or too slow counts as a fault of the connection."""
    deadline = time.monotonic() + MAX_SECONDS
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER or time.monotonic() > deadline:
            raise httpx2.ReadError("the answer is too long")
    return bytes(body)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg})"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:120]


def _seconds(headers: httpx2.Headers) -> float:
    """Return how long to wait: `Retry-After` in seconds or as a date, else the nearest of `X-RateLimit-Reset`."""
    told = headers.get("retry-after") or headers.get("x-ratelimit-reset", "").partition(",")[0]
    try:
        wait = float(told)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
    return min(max(wait, 0.0), _LONGEST_WAIT) if math.isfinite(wait) else 0.0


@lru_cache(maxsize=1)
def _keep_addresses_out_of_logs() -> None:
    """Let the client's own log lines show no query of an address: two vendors want their key there."""
    logging.getLogger("httpx2").addFilter(_without_queries)


def _without_queries(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        shown = (arg.copy_with(query=None) if isinstance(arg, httpx2.URL) else arg for arg in record.args)
        record.args = tuple(shown)
    return True


@lru_cache(maxsize=1)
def _tls() -> Any:
    return httpx2.create_ssl_context()
