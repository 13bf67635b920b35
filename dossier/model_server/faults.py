"""What the model server can be told to answer instead of a sensible answer, each by a name.

Here: replies (a 200 whose message is unusual) and faults (no proper 200 at all), as values. Not here: how they
reach the wire (`server.py`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any, Literal

JsonDict = dict[str, Any]
Mode = Literal["sensible", "obedient", "inventing"]
SPEND_LIMIT = "Your organization has reached its monthly spend limit for this usage tier."
USAGE_LIMIT = "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
MAX_SECONDS = 4_294_967


@dataclass(frozen=True, slots=True)
class Reply:
    """A 200 with a message of its own kind. Fields that are None keep what the sensible answer would have.

    `texts` are the text blocks, `mode` says how the answer is found, `cut` is the share of the text that is kept,
    `tool_error` the code that the server tools give instead of results, `input_tokens` overrides the count.
    """

    texts: tuple[str, ...] | None = None
    mode: Mode | None = None
    stop_reason: str = "end_turn"
    stop_details: JsonDict | None = None
    cut: float = 1.0
    first: str | None = None
    tool_error: str | None = None
    asks_again: bool = False
    latency_s: float = 0.0

    @classmethod
    def text(cls, text: str) -> Reply:
        """This text, word for word."""
        return cls(texts=(text,))

    @classmethod
    def data(cls, value: Any) -> Reply:
        """This value as JSON."""
        return cls(texts=(json.dumps(value, ensure_ascii=False),))

    @classmethod
    def sensible(cls) -> Reply:
        """The answer that an empty script gives: to place one between faults."""
        return cls()

    @classmethod
    def slow(cls, seconds: float) -> Reply:
        """The sensible answer after this many seconds more."""
        return cls(latency_s=seconds)

    @classmethod
    def refusal(cls, text: str | None = None, category: str | None = "general_harms") -> Reply:
        """The model declines: a normal 200, with `text` or with no content at all."""
        details = {"type": "refusal", "category": category, "explanation": "The request was declined."}
        return cls(texts=(text,) if text else (), stop_reason="refusal", stop_details=details)

    @classmethod
    def max_tokens(cls, cut: float = 0.5) -> Reply:
        """The answer stops within its JSON because the limit of tokens is reached."""
        return cls(stop_reason="max_tokens", cut=cut)

    @classmethod
    def context_exceeded(cls) -> Reply:
        """The whole answer stands there, but the model says that its context was full."""
        return cls(stop_reason="model_context_window_exceeded")

    @classmethod
    def pause_turn(cls) -> Reply:
        """The whole answer stands there, but the turn is paused."""
        return cls(stop_reason="pause_turn")

    @classmethod
    def more_searches(cls) -> Reply:
        """A model that never ends: one more search, then a paused turn."""
        return cls(texts=(), stop_reason="pause_turn", asks_again=True)

    @classmethod
    def two_blocks(cls, first: str = "Here is the answer as JSON:") -> Reply:
        """Talk in a first text block, the answer in a second one."""
        return cls(first=first)

    @classmethod
    def wrong_schema(cls) -> Reply:
        """Valid JSON that fits no schema of the product."""
        return cls.data({"unexpected_field": [1, 2, 3]})

    @classmethod
    def not_json(cls, text: str = "I am sorry, here is what I found: nothing.") -> Reply:
        """Prose where JSON was asked for."""
        return cls.text(text)

    @classmethod
    def empty_content(cls) -> Reply:
        """No content, and nothing that says why."""
        return cls(texts=())

    @classmethod
    def big(cls, megabytes: float = 10.0) -> Reply:
        """An answer of this size: JSON with one very long text."""
        return cls.data({"gap": "x" * int(megabytes * 1_000_000)})

    @classmethod
    def nul(cls) -> Reply:
        """JSON whose text holds a NUL and a lone surrogate."""
        return cls.text('{"gap": "before\\u0000after \\ud800"}')

    @classmethod
    def obedient(cls) -> Reply:
        """A model that follows every order standing in the documents, as far as its schema lets it."""
        return cls(mode="obedient")

    @classmethod
    def inventing(cls) -> Reply:
        """A model that makes up quotes, source and claim ids, people, e-mail addresses and URLs."""
        return cls(mode="inventing")

    @classmethod
    def tools_fail(cls, code: str = "unavailable") -> Reply:
        """A 200 in which every server tool reports `code` instead of results."""
        return cls(tool_error=code)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something other than a proper 200. `counts` says whether the request is processed and paid nevertheless."""

    kind: Literal["status", "bytes", "reset", "hang", "drip"]
    status: int = 200
    message: str = ""
    error_type: str | None = None
    error_code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    payload: bytes | None = None
    seconds: float = 0.0
    after_bytes: int = 0
    keep: float | None = None
    counts: bool = False

    @classmethod
    def of_status(cls, status: int, message: str = "", **more: Any) -> Fault:
        """An error of the API with its typed body: 400 401 402 403 404 408 409 413 422 429 500 503 504 529 ..."""
        return cls("status", status, message or f"The server was told to answer {status}.", **more)

    @classmethod
    def rate_limited(cls, retry_after: float | None = None) -> Fault:
        """429, with `retry-after` in seconds if given."""
        headers = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return cls.of_status(429, "This request would exceed your rate limit.", headers=headers)

    @classmethod
    def do_not_retry(cls, status: int = 429) -> Fault:
        """An error with `x-should-retry: false`."""
        return cls.of_status(status, headers={"x-should-retry": "false"})

    @classmethod
    def spend_limit(cls) -> Fault:
        """429 of the vendor's own cap: no retry-after, no use in trying again this month."""
        return cls.of_status(429, SPEND_LIMIT, error_code="enforced_spend_limit_reached")

    @classmethod
    def usage_limit(cls) -> Fault:
        """400 of the limit that the customer set; only its message tells."""
        return cls.of_status(400, USAGE_LIMIT)

    @classmethod
    def overloaded(cls) -> Fault:
        """529."""
        return cls.of_status(529, "Overloaded")

    @classmethod
    def bad_gateway(cls) -> Fault:
        """502 with a page of HTML, as a proxy gives it."""
        page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
        return cls("bytes", 502, payload=page, content_type="text/html")

    @classmethod
    def cut_json(cls, keep: float = 0.6) -> Fault:
        """200 whose JSON ends in the middle; the content length agrees with what is there."""
        return cls("bytes", keep=keep, counts=True)

    @classmethod
    def empty_body(cls) -> Fault:
        """200 without a body."""
        return cls("bytes", payload=b"", counts=True)

    @classmethod
    def html(cls) -> Fault:
        """200 with a page of HTML."""
        return cls("bytes", payload=b"<html><body>Sign in to continue</body></html>", content_type="text/html")

    @classmethod
    def wrong_shape(cls) -> Fault:
        """200 with JSON that is no message."""
        return cls("bytes", payload=b'{"id": "x", "type": "message", "content": "not-a-list", "usage": null}')

    @classmethod
    def reset_before(cls) -> Fault:
        """The connection breaks before any byte of an answer; nothing was processed."""
        return cls("reset")

    @classmethod
    def reset_during(cls, after_bytes: int = 64) -> Fault:
        """The connection breaks within the body; the request was processed and is paid."""
        return cls("reset", after_bytes=after_bytes, counts=True)

    @classmethod
    def lost_answer(cls) -> Fault:
        """The request is processed and paid, a batch created, and the connection breaks before the answer."""
        return cls("reset", counts=True)

    @classmethod
    def hang(cls, seconds: float = MAX_SECONDS) -> Fault:
        """No answer for this long, then the connection closes. The server's end cuts it short."""
        return cls("hang", seconds=seconds)

    @classmethod
    def drip(cls, seconds: float = 10.0) -> Fault:
        """A proper answer, byte by byte over this long: no read times out, but the call takes for ever."""
        return cls("drip", seconds=seconds, counts=True)

    def with_headers(self, **headers: str) -> Fault:
        """Return the same fault with more headers; `retry_after` becomes `retry-after`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **named})


REPLIES = (
    "text data sensible slow refusal max_tokens context_exceeded pause_turn more_searches two_blocks wrong_schema "
    "not_json empty_content big nul obedient inventing tools_fail"
).split()
FAULTS = (
    "of_status rate_limited do_not_retry spend_limit usage_limit overloaded bad_gateway cut_json empty_body html "
    "wrong_shape reset_before reset_during lost_answer hang drip"
).split()


def by_name(name: str, arguments: JsonDict | None = None) -> Reply | Fault:
    """Return the reply or fault of a constructor's name. Raises ValueError where there is none of that name."""
    if name in REPLIES:
        made = getattr(Reply, name)(**(arguments or {}))
    elif name in FAULTS:
        made = getattr(Fault, name)(**(arguments or {}))
    else:
        raise ValueError(f"There is no reply or fault {name!r}. Known: {', '.join([*REPLIES, *FAULTS])}.")
    if not isinstance(made, Reply | Fault):
        raise TypeError(f"{name} makes neither a reply nor a fault.")
    return made
