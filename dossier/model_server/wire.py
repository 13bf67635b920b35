"""What the model server and the vendor's SDK say to each other: tokens, prompt caching, errors, bodies of messages.

Here: the wire format as values and pure functions, and the store of cached prefixes. Not here: sockets
(`server.py`) and what an answer says (`answers.py`).
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

JsonDict = dict[str, Any]
MIN_CACHED_TOKENS = 1_024
MAX_BREAKPOINTS = 4
MAX_CONTEXT_TOKENS = 1_000_000
TTL_SECONDS = {"5m": 300.0, "1h": 3600.0}
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    501: "api_error",
    502: "api_error",
    503: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
MODELS = (
    ("claude-fable-5-2", "Claude Fable 5.2", "2026-10-21T00:00:00Z"),
    ("claude-haiku-5-5", "Claude Haiku 5.5", "2026-09-16T00:00:00Z"),
    ("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-02T00:00:00Z"),
    ("claude-opus-5-5", "Claude Opus 5.5", "2026-08-19T00:00:00Z"),
    ("claude-sonnet-5", "Claude Sonnet 5", "2026-03-18T00:00:00Z"),
    ("claude-haiku-4-5", "Claude Haiku 4.5", "2025-10-01T00:00:00Z"),
)
_NO_KEYWORDS = (
    "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems uniqueItems "
    "minProperties maxProperties patternProperties oneOf not if"
).split()


class Refused(Exception):
    """A request that the API answers with an error: `status` and what its error object says."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def canonical(body: Any) -> str:
    """Return JSON that is the same for the same value: keys in order, no blanks."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def body_key(body: Any) -> str:
    """Return the sha256 of the canonical JSON of `body`."""
    return hashlib.sha256(canonical(body).encode("utf-8", "surrogatepass")).hexdigest()


def tokens_of(text: str) -> int:
    """Return how many tokens `text` counts: a quarter of its UTF-8 bytes, rounded up. No tokenizer is public."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // 4)


def error_body(
    status: int, message: str, request_id: str, error_type: str | None = None, error_code: str | None = None
) -> JsonDict:
    """Return the error object of the API for `status`."""
    error: JsonDict = {"type": error_type or ERROR_TYPES.get(status, "api_error"), "message": message}
    if error_code:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error, "request_id": request_id}


def model_info(name: str, title: str, created_at: str) -> JsonDict:
    """Return a model as the Models API lists it."""
    return {
        "type": "model",
        "id": name,
        "display_name": title,
        "created_at": created_at,
        "lifecycle": "active",
        "deprecated_at": None,
        "retires_at": None,
        "line": name.split("-")[1],
        "capabilities": None,
        "max_input_tokens": MAX_CONTEXT_TOKENS,
        "max_tokens": 128_000,
    }


def page(items: Sequence[JsonDict], query: Mapping[str, str]) -> JsonDict:
    """Return the page of `items` (newest first) that `after_id`, `before_id` and `limit` ask for."""
    limit = max(1, min(1000, int(query.get("limit", "20"))))
    ids = [item["id"] for item in items]
    after, before = query.get("after_id"), query.get("before_id")
    if before is not None:
        end = ids.index(before) if before in ids else 0
        chosen, more = list(items[max(0, end - limit) : end]), end > limit
    else:
        start = ids.index(after) + 1 if after in ids else 0
        chosen, more = list(items[start : start + limit]), len(items) > start + limit
    return {
        "data": chosen,
        "has_more": more,
        "first_id": chosen[0]["id"] if chosen else None,
        "last_id": chosen[-1]["id"] if chosen else None,
    }


def text_blocks(content: Any) -> Iterator[JsonDict]:
    """Yield the blocks of a message's or system's content; a bare string is one text block."""
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    else:
        yield from (block for block in content or () if isinstance(block, dict))


def check_request(body: Any) -> None:
    """Raise Refused where the API of 2026-10-21 would not take `body` for POST /v1/messages."""
    if not isinstance(body, dict):
        raise Refused(400, "The request body is not a JSON object.")
    missing = next((name for name in ("model", "max_tokens", "messages") if name not in body), None)
    if missing:
        raise Refused(400, f"{missing}: Field required")
    if not isinstance(body["max_tokens"], int) or body["max_tokens"] < 0:
        raise Refused(400, "max_tokens: Input should be a valid integer greater than or equal to 0")
    sampled = next((name for name in ("temperature", "top_p", "top_k") if name in body), None)
    if sampled:
        raise Refused(400, f"{sampled}: Extra inputs are not permitted")
    if body.get("stream"):
        raise Refused(400, "stream: this server answers in one piece only")
    _check_messages(body["messages"])
    _check_schema(body)
    if len(_breakpoints(body)) > MAX_BREAKPOINTS:
        raise Refused(400, f"A maximum of {MAX_BREAKPOINTS} blocks with cache_control may be provided.")


def _check_messages(messages: Any) -> None:
    if not isinstance(messages, list) or not messages:
        raise Refused(400, "messages: at least one message is required")
    for n, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in {"user", "assistant", "system"}:
            raise Refused(400, f"messages.{n}.role: Input should be 'user' or 'assistant'")
        blocks = list(text_blocks(message.get("content")))
        if any(block.get("type") == "text" and not str(block.get("text", "")).strip() for block in blocks):
            raise Refused(400, f"messages.{n}: text content blocks must contain non-whitespace text")
    if messages[-1]["role"] == "assistant" and not _awaits_tools(messages[-1]):
        raise Refused(400, "This model does not support assistant message prefill.")


def _awaits_tools(message: JsonDict) -> bool:
    """Say whether an assistant turn may be the last one: a paused turn with server tools, sent back as it was."""
    return any(block.get("type") == "server_tool_use" for block in text_blocks(message.get("content")))


def _check_schema(body: JsonDict) -> None:
    form = (body.get("output_config") or {}).get("format")
    if form is None:
        return
    if form.get("type") != "json_schema" or not isinstance(form.get("schema"), dict):
        raise Refused(400, "output_config.format: a json_schema with its schema is required")
    if (body.get("tool_choice") or {}).get("type") in {"any", "tool"}:
        raise Refused(400, "tool_choice forces tool use, which is not compatible with this model.")
    for part in _parts(form["schema"]):
        keyword = next((name for name in _NO_KEYWORDS if name in part), None)
        if keyword:
            raise Refused(400, f"output_config.format.schema: '{keyword}' is not supported")
        if part.get("type") == "object" and part.get("additionalProperties") is not False:
            raise Refused(
                400, "output_config.format.schema: For 'object' type, 'additionalProperties' must be set to false"
            )


def _parts(schema: Any) -> Iterator[JsonDict]:
    """Yield every schema inside `schema`, itself first."""
    if not isinstance(schema, dict):
        return
    yield schema
    for name in ("properties", "$defs", "definitions"):
        for part in (schema.get(name) or {}).values():
            yield from _parts(part)
    for name in ("anyOf", "allOf"):
        for part in schema.get(name) or ():
            yield from _parts(part)
    yield from _parts(schema.get("items"))


def _pieces(body: JsonDict) -> Iterator[tuple[str, str | None]]:
    """Yield (text, ttl of the cache mark or None) of all that counts as input, in the order of the prefix."""
    marks_last = body.get("cache_control")
    pieces: list[tuple[str, str | None]] = []
    form = (body.get("output_config") or {}).get("format")
    if form:
        pieces.append((canonical(form), None))
    for block in [*(body.get("tools") or ()), *text_blocks(body.get("system"))]:
        pieces.append((_counted(block), _ttl(block)))
    for message in body.get("messages") or ():
        for block in text_blocks(message.get("content")):
            pieces.append((f"{message.get('role')}: {_counted(block)}", _ttl(block)))
    if marks_last and pieces:
        pieces[-1] = (pieces[-1][0], _ttl({"cache_control": marks_last}))
    yield from pieces


def _counted(block: Any) -> str:
    if not isinstance(block, dict):
        return str(block)
    if block.get("type") == "text":
        return str(block.get("text", ""))
    return canonical({name: value for name, value in block.items() if name != "cache_control"})


def _ttl(block: Any) -> str | None:
    mark = block.get("cache_control") if isinstance(block, dict) else None
    return str(mark.get("ttl") or "5m") if isinstance(mark, dict) else None


def _breakpoints(body: JsonDict) -> list[str]:
    return [ttl for _, ttl in _pieces(body) if ttl]


def input_tokens(body: JsonDict) -> int:
    """Return the input tokens of a request, cached or not."""
    return sum(tokens_of(text) for text, _ in _pieces(body))


@dataclass(slots=True)
class InputTokens:
    """The input of one request by price: uncached, written for five minutes or an hour, read."""

    uncached: int
    written_5m: int = 0
    written_1h: int = 0
    read: int = 0


@dataclass(slots=True)
class PrefixCache:
    """Prefixes kept by their digest until they expire; `clock` is in seconds."""

    clock: Callable[[], float] = time.monotonic
    _expiry: dict[str, tuple[float, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def price(self, body: JsonDict) -> InputTokens:
        """Return how the input of `body` is charged now, and keep what it marks.

        A mark below the minimum prefix of 1,024 tokens is ignored, as the API does, without an error.
        """
        marks, total = _marked_prefixes(body)
        with self._lock:
            now = self.clock()
            alive = [mark for mark in marks if self._expiry.get(mark.digest, (0.0, 0.0))[0] > now]
            read = alive[-1].tokens if alive else 0
            charged = InputTokens(uncached=total - max([read, *(mark.tokens for mark in marks)]), read=read)
            for mark in marks:
                self._keep(mark, now, charged)
        return charged

    def _keep(self, mark: _Mark, now: float, charged: InputTokens) -> None:
        """Begin or prolong the life of a prefix, and charge what of it was not there yet."""
        self._expiry[mark.digest] = (now + TTL_SECONDS.get(mark.ttl, 300.0), mark.tokens)
        new = mark.tokens - charged.read - charged.written_5m - charged.written_1h
        if new > 0 and mark.ttl == "1h":
            charged.written_1h += new
        elif new > 0:
            charged.written_5m += new


@dataclass(frozen=True, slots=True)
class _Mark:
    digest: str
    tokens: int
    ttl: str


def _marked_prefixes(body: JsonDict) -> tuple[list[_Mark], int]:
    seen = hashlib.sha256(str(body.get("model")).encode())
    marks: list[_Mark] = []
    total = 0
    for text, ttl in _pieces(body):
        seen.update(b"\0" + text.encode("utf-8", "surrogatepass"))
        total += tokens_of(text)
        if ttl and total >= MIN_CACHED_TOKENS:
            marks.append(_Mark(seen.hexdigest(), total, ttl))
    return marks, total


def usage_of(
    charged: InputTokens, output: int, *, searches: int = 0, fetches: int = 0, tier: str = "standard"
) -> JsonDict:
    """Return a usage object with every field of the SDK's model."""
    return {
        "input_tokens": charged.uncached,
        "cache_creation_input_tokens": charged.written_5m + charged.written_1h,
        "cache_creation": {
            "ephemeral_5m_input_tokens": charged.written_5m,
            "ephemeral_1h_input_tokens": charged.written_1h,
        },
        "cache_read_input_tokens": charged.read,
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": 0},
        "server_tool_use": {"web_search_requests": searches, "web_fetch_requests": fetches},
        "service_tier": tier,
        "inference_geo": "global",
        "speed": "standard",
    }


def message_of(
    message_id: str,
    model: str,
    content: list[JsonDict],
    usage: JsonDict,
    stop_reason: str = "end_turn",
    stop_details: JsonDict | None = None,
) -> JsonDict:
    """Return a message object with every field of the SDK's model."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "container": None,
        "diagnostics": None,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": stop_details,
        "usage": usage,
    }


def text_block(text: str, citations: list[JsonDict] | None = None) -> JsonDict:
    """Return a text block."""
    return {"type": "text", "text": text, "citations": citations}
