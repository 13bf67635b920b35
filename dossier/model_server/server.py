"""A server that speaks the wire format of the model's vendor (API of 2026-10-21) over loopback, for tests.

Here: the server in this process (`ModelServer`) or as one of its own (`python -m dossier.model_server`), what it
served, and what it is told to answer. Not here: what a sensible answer says (`answers.py`), the replies and
faults by name (`faults.py`), tokens and bodies (`wire.py`). It knows no organisation: its answers come
from the documents in the prompt. Streaming is not offered.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from dossier.model_server.answers import answer_text, read_request
from dossier.model_server.batches import BatchBook, Outcome, item_fault, wire_batch
from dossier.model_server.faults import Fault, Mode, Reply, by_name
from dossier.model_server.http import Exchanged, ModelHandler, Sent
from dossier.model_server.limits import RateBook
from dossier.model_server.search import Page, load_pages, one_more_search, page_of, tool, use_tools
from dossier.model_server.wire import (
    MAX_CONTEXT_TOKENS,
    MODELS,
    PrefixCache,
    Refused,
    body_key,
    check_request,
    error_body,
    input_tokens,
    message_of,
    model_info,
    page,
    text_block,
    tokens_of,
    usage_of,
)

JsonDict = dict[str, Any]
_BATCHES = "/v1/messages/batches"


@dataclass(frozen=True, slots=True)
class Served:
    """One request as the server saw it. `status` 0: the connection broke before a whole answer.

    `at` is in seconds since 1970; `usage` stands where tokens were counted, also for answers that got lost.
    Items of a batch are served one by one when it ends, with their `custom_id`, under the path of the batch.
    """

    at: float
    path: str
    body: Any
    body_key: str
    status: int
    usage: JsonDict | None
    message_id: str | None
    headers: Mapping[str, str]
    custom_id: str | None = None


class ModelServer:
    """A model server on 127.0.0.1, running while the `with` block lasts.

    `documents` (a folder, a JSONL file, or rows with `url`, `title`, `text`, `published_at`) are what the search
    tools find; `latency_s` is how long the model thinks about each message; `batch_seconds` how long a batch
    takes, None until `end_batches`; `requests_per_minute` and `input_tokens_per_minute` hold for each model, None
    is no limit; `mode` is how it answers unless told otherwise. Where a proxy is set, clients need NO_PROXY=127.0.0.1.
    """

    def __init__(
        self,
        documents: Path | str | Sequence[Mapping[str, Any]] | None = None,
        latency_s: float = 0.0,
        *,
        port: int = 0,
        mode: Mode = "sensible",
        batch_seconds: float | None = 0.0,
        requests_per_minute: int | None = None,
        input_tokens_per_minute: int | None = None,
    ) -> None:
        self.latency_s = latency_s
        self.mode: Mode = mode
        self.batches = BatchBook(self._batch_item, batch_seconds)
        self.closing = threading.Event()
        self._pages = _pages(documents)
        self._cache = PrefixCache()
        self._rates = RateBook(requests_per_minute, input_tokens_per_minute)
        self._lock = threading.Lock()
        self._served: list[Served] = []
        self._script: dict[str, deque[Reply | Fault]] = {}
        self._always: dict[str, Reply | Fault] = {}
        self._instance, self._number = secrets.token_hex(4), 0
        self._http = _Http(("127.0.0.1", port), ModelHandler)
        self._http.model_server = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> ModelServer:
        """Begin to serve."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving; answers that hang or drip end at once."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """The base URL for a client: `http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def script(self, *actions: Reply | Fault, at: str = "messages") -> None:
        """Answer the next requests with `actions`, one each; afterwards sensibly again.

        `at` names the requests: `messages`, `count_tokens`, `models`, `batches` (create), `list`, `batch`,
        `results`, `cancel`, `delete`, or `item` (a request of a batch, which takes replies only).
        """
        with self._lock:
            self._script.setdefault(at, deque()).extend(actions)

    def always(self, action: Reply | Fault, at: str = "messages") -> None:
        """Answer every request with `action` once the script has run out, until `clear`."""
        with self._lock:
            self._always[at] = action

    def clear(self) -> None:
        """Forget script and standing orders; answer sensibly again. What was served is kept."""
        with self._lock:
            self._script.clear()
            self._always.clear()

    def end_batches(self, batch_id: str | None = None) -> None:
        """End this batch, or all batches, now."""
        self.batches.end(batch_id)

    def batch_outcome(self, custom_id: str, outcome: Outcome) -> None:
        """Let the item of this id end as `errored`, `canceled` or `expired`."""
        self.batches.outcomes[custom_id] = outcome

    @property
    def served(self) -> list[Served]:
        """Every request so far, in the order of their answers; a copy."""
        with self._lock:
            return list(self._served)

    def count(self, path: str = "/v1/messages", status: int | None = None) -> int:
        """Return how many requests to `path` were served, with `status` if given."""
        return sum(one.path == path and status in (None, one.status) for one in self.served)

    def repeated(self) -> list[str]:
        """Return the keys of the bodies that were answered with 200 more than once."""
        answered = Counter(one.body_key for one in self.served if one.path == "/v1/messages" and one.status == 200)
        return sorted(key for key, times in answered.items() if times > 1)

    def usage(self) -> Counter[str]:
        """Return the sums of the usage of all messages, by field; of lost answers too."""
        total: Counter[str] = Counter()
        for one in self.served:
            total.update({name: value for name, value in (one.usage or {}).items() if isinstance(value, int)})
            total.update((one.usage or {}).get("server_tool_use") or {})
        return total

    def action_for(self, name: str) -> Reply | Fault | None:
        """Take the next scripted action for requests of this name, or the standing one."""
        with self._lock:
            queue = self._script.get(name)
            return queue.popleft() if queue else self._always.get(name)

    def note(self, got: Exchanged, status: int, sent: Sent | None = None) -> None:
        """Keep a request in `served`."""
        body, message = got.body, (sent.data if sent else None) or {}
        usage = message.get("usage") if isinstance(message, dict) and message.get("type") == "message" else None
        message_id = message["id"] if usage is not None else None
        key = body_key(body)
        self._note(Served(time.time(), got.path, body, key, status, usage, message_id, got.headers))

    def _note(self, served: Served) -> None:
        with self._lock:
            self._served.append(served)

    def request_id(self) -> str:
        """Return an id that no other request has."""
        return f"req_{self._instance}{self._next():012d}"

    def _next(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def respond(self, got: Exchanged, reply: Reply | None = None) -> Sent:
        """Return the proper answer to a request. Raises Refused as the API would refuse it."""
        if got.path.startswith("/_"):
            return self._control(got)
        if not got.headers.get("authorization") and not got.headers.get("x-api-key"):
            raise Refused(401, "authentication: an API key is required")
        if not got.headers.get("anthropic-version"):
            raise Refused(400, "anthropic-version: header is required")
        answers = {
            "messages": lambda: self._messages(got.body, reply or Reply()),
            "count_tokens": lambda: Sent({"input_tokens": _counted(got.body)}),
            "models": lambda: Sent(_models(got)),
            "batches": lambda: Sent(wire_batch(self.batches.create(got.body), self.url)),
            "list": lambda: Sent(page([wire_batch(one, self.url) for one in self.batches.all()], got.query)),
            "batch": lambda: Sent(wire_batch(self.batches.get(got.item), self.url)),
            "results": lambda: Sent(lines=self.batches.lines(got.item)),
            "cancel": lambda: Sent(wire_batch(self.batches.cancel(got.item), self.url)),
            "delete": lambda: self._delete(got.item),
        }
        if got.name not in answers:
            raise Refused(404, f"Not found: {got.method} {got.path}")
        return answers[got.name]()

    def _delete(self, batch_id: str) -> Sent:
        self.batches.delete(batch_id)
        return Sent({"id": batch_id, "type": "message_batch_deleted"})

    def _messages(self, body: Any, reply: Reply) -> Sent:
        check_request(body)
        headers, wait = self._rates.take(str(body["model"]), input_tokens(body))
        if wait:
            raise RateExceeded(headers, wait)
        began = time.monotonic()
        message = self._message(body, reply)
        # what finding the answer took is part of the latency: a benchmark must not pay for this server's own work
        self.closing.wait(max(0.0, self.latency_s + reply.latency_s - (time.monotonic() - began)))
        return Sent(message, headers=headers)

    def _message(self, body: JsonDict, reply: Reply, tier: str = "standard") -> JsonDict:
        if input_tokens(body) > MAX_CONTEXT_TOKENS:
            raise Refused(400, f"prompt is too long: more than {MAX_CONTEXT_TOKENS} tokens")
        blocks, searches, fetches = self._content(body, reply)
        blocks, cut = _within(blocks, int(body["max_tokens"]))
        output = max(1, sum(tokens_of(str(block.get("text", ""))) for block in blocks))
        usage = usage_of(self._cache.price(body), output, searches=searches, fetches=fetches, tier=tier)
        stop = "max_tokens" if cut else reply.stop_reason
        message_id = f"msg_{self._instance}{self._next():012d}"
        return message_of(message_id, str(body["model"]), blocks, usage, stop, reply.stop_details)

    def _content(self, body: JsonDict, reply: Reply) -> tuple[list[JsonDict], int, int]:
        """Return the blocks of the answer, and how many searches and fetches it took."""
        if reply.asks_again:
            return one_more_search(self._next()), 1, 0
        blocks: list[JsonDict] = []
        searches = fetches = 0
        if tool(body, "web_search_") or tool(body, "web_fetch_"):
            found = use_tools(body, read_request(body).prompt, self._pages, reply.tool_error)
            blocks, searches, fetches = found.blocks, found.searches, found.fetches
        if reply.texts is not None:
            return [*blocks, *(text_block(text) for text in reply.texts)], searches, fetches
        if not blocks or (body.get("output_config") or {}).get("format"):
            text = answer_text(body, reply.mode or self.mode)
            blocks.append(text_block(text[: int(len(text) * reply.cut)]))
        return [*([text_block(reply.first)] if reply.first else []), *blocks], searches, fetches

    def _batch_item(self, batch_id: str, custom_id: str, params: JsonDict) -> JsonDict:
        """Answer one request of a batch that ends, and note it."""
        result = item_fault(params)
        if result is None:
            action = self.action_for("item")
            reply = action if isinstance(action, Reply) else Reply()
            result = {"type": "succeeded", "message": self._message(params, reply, "batch")}
        message = result.get("message") or {}
        self._note(
            Served(
                time.time(),
                f"{_BATCHES}/{batch_id}",
                params,
                body_key(params),
                200 if message else 400,
                message.get("usage"),
                message.get("id"),
                {},
                custom_id,
            )
        )
        return result

    def _control(self, got: Exchanged) -> Sent:
        """Serve the two addresses that are not the API's: what was served, and orders from another process."""
        if got.path == "/_served" and got.method == "GET":
            return Sent(lines=[asdict(one) | {"headers": dict(one.headers)} for one in self.served])
        if got.path == "/_script" and got.method == "POST":
            try:
                self._order(got.body or {})
            except (TypeError, ValueError, AttributeError) as error:
                raise Refused(400, str(error)) from error
            return Sent({"ok": True})
        raise Refused(404, f"Not found: {got.path}")

    def _order(self, order: JsonDict) -> None:
        at = order.get("at", "messages")
        if order.get("clear"):
            self.clear()
        self.script(*(by_name(one["name"], one.get("args")) for one in order.get("script") or ()), at=at)
        if order.get("always"):
            self.always(by_name(order["always"]["name"], order["always"].get("args")), at)
        if "latency_s" in order:
            self.latency_s = float(order["latency_s"])
        if "batch_seconds" in order:
            self.batches.seconds = order["batch_seconds"]
        self.batches.outcomes.update(order.get("outcomes") or {})
        if order.get("end_batches"):
            self.end_batches()


class RateExceeded(Refused):
    """429 of the server's own limits, with its headers."""

    def __init__(self, headers: Mapping[str, str], wait: float) -> None:
        super().__init__(429, "This request would exceed your organization's rate limit.")
        self.headers = {**headers, "retry-after": f"{wait:g}"}


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512
    model_server: ModelServer

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._connected: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, which its client may keep for more requests."""
        self._connected.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._connected.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the port and every connection that a client keeps: nobody is answered after the end."""
        super().server_close()
        for connection in list(self._connected):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _pages(documents: Path | str | Sequence[Mapping[str, Any]] | None) -> list[Page]:
    if documents is None:
        return []
    return load_pages(Path(documents)) if isinstance(documents, str | Path) else [page_of(row) for row in documents]


def _models(got: Exchanged) -> JsonDict:
    listed = [model_info(*one) for one in MODELS]
    if not got.item:
        return page(listed, got.query)
    found = next((one for one in listed if one["id"] == unquote(got.item)), None)
    if found is None:
        raise Refused(404, f"model: {got.item}")
    return found


def _counted(body: Any) -> int:
    if not isinstance(body, dict):
        raise Refused(400, "The request body is not a JSON object.")
    check_request({"max_tokens": 1, **body})
    return input_tokens(body)


def _within(blocks: list[JsonDict], max_tokens: int) -> tuple[list[JsonDict], bool]:
    """Cut the text blocks at the limit of tokens, as the model does; say whether anything was cut."""
    kept: list[JsonDict] = []
    for block in blocks:
        text = str(block.get("text", ""))
        if tokens_of(text) > max_tokens:
            start = text.encode("utf-8", "surrogatepass")[: max_tokens * 4].decode("utf-8", "ignore")
            return [*kept, {**block, "text": start}], True
        max_tokens -= tokens_of(text)
        kept.append(block)
    return kept, False


def refusal_body(refusal: Refused, request_id: str) -> JsonDict:
    """Return the error object of a refusal."""
    return error_body(refusal.status, str(refusal), request_id)
