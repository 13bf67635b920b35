"""The HTTP side of the model server: requests are read whole, answers and faults are written byte by byte.

Here: routes, headers, broken connections. Not here: what is answered (`server.py`).
"""

from __future__ import annotations

import json
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dossier.model_server.faults import Fault, Reply
from dossier.model_server.wire import Refused, error_body

JsonDict = dict[str, Any]
ORGANIZATION = "00000000-0000-4000-8000-000000000001"
MAX_BODY = 300_000_000
_ROUTES = (
    ("POST", re.compile(r"/v1/messages"), "messages"),
    ("POST", re.compile(r"/v1/messages/count_tokens"), "count_tokens"),
    ("POST", re.compile(r"/v1/messages/batches"), "batches"),
    ("GET", re.compile(r"/v1/messages/batches"), "list"),
    ("GET", re.compile(r"/v1/messages/batches/([^/]+)"), "batch"),
    ("DELETE", re.compile(r"/v1/messages/batches/([^/]+)"), "delete"),
    ("GET", re.compile(r"/v1/messages/batches/([^/]+)/results"), "results"),
    ("POST", re.compile(r"/v1/messages/batches/([^/]+)/cancel"), "cancel"),
    ("GET", re.compile(r"/v1/models(?:/([^/]+))?"), "models"),
)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A request: `name` is its route, `item` the id in its path, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    name: str
    item: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A proper answer: one JSON value, or lines of them."""

    data: Any = None
    lines: list[JsonDict] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def payload(self) -> bytes:
        """The body as it goes over the wire."""
        if self.lines is not None:
            return b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)
        return json.dumps(self.data).encode()

    @property
    def content_type(self) -> str:
        """Of the body."""
        return "application/json" if self.lines is None else "application/x-jsonl"


def route(method: str, target: str, headers: Mapping[str, str], body: Any) -> Exchanged:
    """Return the request with the name of its route; a path that the API does not have gets the name ''."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query))
    for wanted, pattern, name in _ROUTES:
        match = pattern.fullmatch(parts.path)
        if match and method == wanted:
            item = match[1] if match.groups() and match[1] else ""
            return Exchanged(method, parts.path, query, headers, body, name, item)
    return Exchanged(method, parts.path, query, headers, body, "")


class ModelHandler(BaseHTTPRequestHandler):
    """Reads a request, asks the server behind it, and writes what it or a fault says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "dossier-model-server"

    def do_GET(self) -> None:
        """Serve a GET."""
        self._serve()

    def do_POST(self) -> None:
        """Serve a POST."""
        self._serve()

    def do_DELETE(self) -> None:
        """Serve a DELETE."""
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: tests read `served`."""

    def _serve(self) -> None:
        self.request_id = self._model.request_id()
        try:
            self._answer(route(self.command, self.path, self._headers(), self._body()))
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True

    @property
    def _model(self) -> Any:
        return getattr(self.server, "model_server")  # noqa: B009 - set on the server after it is made

    def _headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _body(self) -> Any:
        """Read the whole body; what is no JSON is kept as text, which no route takes."""
        length = min(int(self.headers.get("content-length") or 0), MAX_BODY)
        raw = self.rfile.read(length) if length else b""
        try:
            return json.loads(raw) if raw else None
        except ValueError:
            return raw.decode("utf-8", "replace")

    def _answer(self, got: Exchanged) -> None:
        action = None if got.path.startswith("/_") else self._model.action_for(got.name)
        if isinstance(action, Fault) and not action.counts:
            self._model.note(got, action.status if action.kind in {"status", "bytes"} else 0)
            self._break(action, Sent())
            return
        try:
            sent = self._model.respond(got, action if isinstance(action, Reply) else None)
        except Refused as refusal:
            self._model.note(got, refusal.status)
            body = error_body(refusal.status, str(refusal), self.request_id)
            self._send(refusal.status, json.dumps(body).encode(), getattr(refusal, "headers", {}))
            return
        if not got.path.startswith("/_"):
            self._model.note(got, 0 if isinstance(action, Fault) and action.kind == "reset" else 200, sent)
        if isinstance(action, Fault):
            self._break(action, sent)
        else:
            self._send(200, sent.payload(), sent.headers, sent.content_type)

    def _send(
        self,
        status: int,
        payload: bytes,
        headers: Mapping[str, str],
        content_type: str = "application/json",
        declared: int | None = None,
    ) -> None:
        self._head(status, len(payload) if declared is None else declared, headers, content_type)
        self.wfile.write(payload)

    def _head(self, status: int, length: int, headers: Mapping[str, str], content_type: str) -> None:
        self.send_response(status)
        given = {
            "content-type": content_type,
            "content-length": str(length),
            "request-id": self.request_id,
            "anthropic-organization-id": ORGANIZATION,
            **headers,
        }
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()

    def _break(self, fault: Fault, sent: Sent) -> None:
        """Do what `fault` says with the proper answer `sent`, which is empty unless the request counts."""
        if fault.kind == "status":
            body = error_body(fault.status, fault.message, self.request_id, fault.error_type, fault.error_code)
            self._send(fault.status, json.dumps(body).encode(), fault.headers)
        elif fault.kind == "bytes":
            whole = sent.payload()
            cut = whole[: int(len(whole) * fault.keep)] if fault.keep is not None else whole
            payload = cut if fault.payload is None else fault.payload
            headers = {**sent.headers, **fault.headers}
            self._send(fault.status, payload, headers, fault.content_type)
        elif fault.kind == "reset":
            self._reset(fault, sent)
        elif fault.kind == "hang":
            self._model.closing.wait(min(fault.seconds, 86_400))
            self.close_connection = True
        else:
            self._drip(fault, sent)

    def _reset(self, fault: Fault, sent: Sent) -> None:
        if fault.after_bytes:
            payload = sent.payload()
            self._send(200, payload[: fault.after_bytes], sent.headers, sent.content_type, len(payload))
        # without lingering, closing sends a reset instead of an orderly end
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()
        self.connection.close()

    def _drip(self, fault: Fault, sent: Sent) -> None:
        payload = sent.payload()
        self._head(200, len(payload), sent.headers, sent.content_type)
        size = max(1, len(payload) // 200)
        for start in range(0, len(payload), size):
            self.wfile.write(payload[start : start + size])
            if self._model.closing.wait(fault.seconds * size / len(payload)):
                break
