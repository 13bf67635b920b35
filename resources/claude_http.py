"""The wire under the SDK: a client with a deadline for the whole call, and what each HTTP attempt meant.

Here: the time left for reads and waits, the record of every attempt, and the answers that the SDK would take for good
or wait for too long. Not here: what is asked (`claude.py`). Imported lazily: it imports the SDK.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import anthropic
import httpx2
from anthropic import DefaultHttpxClient

from dossier import stopping
from dossier.store.calls import Attempted

CONNECT_SECONDS = 5.0
LONGEST_WAIT = 30.0  # a longer retry-after goes back to the queue
LONGEST_RETRY_AFTER = 86_400.0  # whatever else is said, after a day it is tried again
MAX_BODY = 32_000_000
SPEND_LIMIT_CODES = ("enforced_spend_limit_reached", "contract_spend_limit_reached")
SPEND_LIMIT_WORDS = ("you have reached your specified api usage limits", "you have reached your specified workspace")
_COUNTS = ("input_tokens", "output_tokens")
_CACHE_COUNTS = ("cache_creation_input_tokens", "cache_read_input_tokens")
_MOST = 2**31  # a count beyond it is no count
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
# nothing of the request has reached the vendor: it cannot be paid
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


class TooMany(Exception):
    """The vendor says 429, or wants a longer wait than a call may take."""

    def __init__(self, retry_after: float, status: int) -> None:
        super().__init__(f"HTTP {status}, retry after {retry_after:g} s")
        self.retry_after = retry_after


class TimeOver(Exception):
    """The call's time is over before another attempt: nothing more is sent."""


class WebPage(Exception):
    """A page for people came with status 200: a proxy, or a server that is not the vendor's, stands there."""


class SpendLimit(Exception):
    """The vendor's own limit of spending is reached: nothing is worth a retry."""


@dataclass(slots=True)
class Tracked:
    """One call as the wire sees it: its id in the ledger, who is told of attempts, and until when it may last.

    `is_open` while the last attempt is or may be paid and is not booked; `before_retry` is called before another one.
    `is_reached` once anything of it may have come to the vendor. `headers` are those of the last answer.
    """

    call_id: str
    tell: Callable[[str, int, Attempted], None]
    deadline: float = 0.0
    before_retry: Callable[[], None] = lambda: None
    attempts: int = 0
    is_open: bool = False
    is_reached: bool = False
    headers: dict[str, str] | None = None

    @property
    def request_id(self) -> str | None:
        """The vendor's id of the last attempt."""
        return (self.headers or {}).get("request-id")

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(self.deadline - time.monotonic(), 0.0)


_call: ContextVar[Tracked | None] = ContextVar("call", default=None)


@contextmanager
def tracked(call: Tracked) -> Iterator[Tracked]:
    """Let the wire work for `call`, in this thread, for the length of the block."""
    token = _call.set(call)
    try:
        yield call
    finally:
        _call.reset(token)


class DeadlineClient(DefaultHttpxClient):
    """The SDK's own HTTP client, whose reads together end at the deadline of the call and at MAX_BODY bytes.

    An answer that has begun and stalls may take the time that was left when it was asked for once more.
    """

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        """Send within the time that is left. Raises ReadTimeout when it is over."""
        call = _call.get()
        if call is None:
            return super().send(request, stream=stream, **options)
        left = call.left
        limits = {"connect": min(CONNECT_SECONDS, left), "read": left, "write": left, "pool": left}
        request.extensions = {**request.extensions, "timeout": limits}
        response = super().send(request, stream=True, **options)
        response.stream = _Bounded(response.stream, call, request)
        if not stream:
            response.read()
        return response


class _Bounded(httpx2.SyncByteStream):
    """A body that ends with an error at the deadline and beyond MAX_BODY."""

    def __init__(self, stream: Any, call: Tracked, request: httpx2.Request) -> None:
        self._stream, self._call, self._request = stream, call, request

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            size += len(chunk)
            if size > MAX_BODY or not self._call.left:
                self.close()
                raise httpx2.ReadTimeout("The answer is too long or too slow.", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()


def watch(request: Any, call_next: Callable[[Any], Any]) -> Any:
    """The SDK's middleware: runs once per HTTP attempt, records it, and says what it means.

    Raises TooMany, SpendLimit, WebPage and TimeOver, which leave the SDK, Stopped, and RetryableError for a 200 that is
    no message.
    """
    call = _call.get()
    if call is None:
        return call_next(request)
    stopping.pause(0)  # also after a wait for a place, or before another attempt
    if call.is_open and call.left:
        call.before_retry()  # it may wait for a budget
        call.is_open = False
    if not call.left:
        raise TimeOver
    call.attempts += 1
    call.is_open = True
    begun = time.monotonic()
    try:
        response = call_next(request)
        body = response.read()
    except Exception as error:  # whatever broke it is an attempt, which is written down and raised on
        call.is_open = not isinstance(error.__cause__, _UNSENT)
        call.is_reached |= call.is_open
        call.tell(call.call_id, call.attempts, Attempted(None, type(error).__name__, None, None, _ms(begun)))
        raise
    call.headers, call.is_reached = dict(response.headers), True
    retry_after, fault = _retry_after(call.headers), _fault(response.status_code, body)
    attempt = Attempted(response.status_code, fault, call.request_id, retry_after, _ms(begun))
    call.tell(call.call_id, call.attempts, attempt)
    call.is_open = response.status_code == 200
    _raise_what_ends_it(response.status_code, body, fault, retry_after, call)
    return response


def _raise_what_ends_it(status: int, body: bytes, fault: str | None, retry_after: float | None, call: Tracked) -> None:
    if fault == "spend_limit":
        raise SpendLimit(_message(body))
    if status == 429 or (status >= 400 and (retry_after or 0) > min(LONGEST_WAIT, call.left)):
        raise TooMany(retry_after or 0.0, status)
    if fault == "page" and status == 200:
        raise WebPage
    if fault == "malformed":
        raise anthropic.RetryableError("The answer is no message.")


def _fault(status: int, body: bytes) -> str | None:
    """Return the kind of fault that an answer is, None for a message."""
    told = _json(body)
    error = told.get("error") if isinstance(told, dict) else None
    error = error if isinstance(error, dict) else {}
    code = (error.get("details") or {}).get("error_code") if isinstance(error.get("details"), dict) else None
    said = str(error.get("message") or "").lower()
    if (status == 429 and code in SPEND_LIMIT_CODES) or (status == 400 and said.startswith(SPEND_LIMIT_WORDS)):
        return "spend_limit"
    if told is None and is_page(body):
        return "page"
    if status != 200:
        return str(error.get("type") or "http_error")[:100]
    return None if is_message(told) else "malformed"


def is_message(told: Any) -> bool:
    """Return whether a body is a message in which all that is relied on has the right type."""
    if not isinstance(told, dict) or told.get("type") != "message":
        return False
    content, usage = told.get("content"), told.get("usage")
    return (
        isinstance(content, list)
        and all(_is_block(block) for block in content)
        and isinstance(usage, dict)
        and all(_is_count(usage.get(name)) for name in _COUNTS)
        and all(usage.get(name) is None or _is_count(usage[name]) for name in _CACHE_COUNTS)
        and all(isinstance(told.get(name), str | None) for name in ("id", "model", "stop_reason"))
    )


def is_page(body: bytes) -> bool:
    """Return whether a body is a page for people, in HTML."""
    return body[:1000].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def _is_block(block: Any) -> bool:
    return isinstance(block, dict) and (block.get("type") != "text" or isinstance(block.get("text"), str))


def _is_count(number: Any) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < _MOST


def _message(body: bytes) -> str:
    told = _json(body)
    return str(told["error"].get("message") or "")[:300] if isinstance(told, dict) else ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _retry_after(headers: dict[str, str]) -> float | None:
    """Return the seconds, at most a day, that the vendor wants to be left alone, None if it does not say."""
    try:
        seconds = _seconds(headers.get("retry-after-ms"), headers.get("retry-after"))
    except (ValueError, OverflowError):
        return None
    return seconds if seconds is None else min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _seconds(milliseconds: str | None, said: str | None) -> float | None:
    """Read both headers; the second one may be seconds or a date."""
    if milliseconds is not None and _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    if said is None or _NUMBER.fullmatch(said):
        return None if said is None else float(said)
    return parsedate_to_datetime(said).timestamp() - time.time()


def _ms(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
