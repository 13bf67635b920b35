"""A small web of the tests' own: a server that answers by plain functions, and the wire formats of the vendors.

Here: what goes over the wire. Not here: what the product makes of it. Every word of the answers is made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

from resources.vendor_http import Wire

_LONGEST_DRIP = 250  # bytes, 5 s in all: for a test that fails, far over any deadline of a test that passes


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Reply:
    """What is sent back; `drip` goes on for seconds byte by byte, `hangs` sends nothing."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    drip: bool = False
    hangs: bool = False
    cuts: bool = False


class LocalServer:
    """Answers with the queued replies first, then with `answer`; remembers what was asked and who connected."""

    def __init__(self, answer: Callable[[Asked], Reply]) -> None:
        self.answer = answer
        self.queue: list[Reply] = []
        self.asked: list[Asked] = []
        self.connections = 0
        self.over = Event()
        outer = self

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def get_request(self) -> Any:
                outer.connections += 1
                return super().get_request()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                self._reply(b"")

            def do_POST(self) -> None:
                self._reply(self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def _reply(self, raw: bytes) -> None:
                parts = urlsplit(self.path)
                params = {name: values[-1] for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = json.loads(raw) if raw else None
                asked = Asked(self.command, parts.path, params, headers, body)
                outer.asked.append(asked)
                outer._send(self, outer.queue.pop(0) if outer.queue else outer.answer(asked))

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        Thread(target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True).start()

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.close_connection = True
        if reply.hangs:
            self.over.wait(5)
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if not reply.drip and "Content-Length" not in reply.headers:
            handler.send_header("Content-Length", str(len(reply.body) + (10 if reply.cuts else 0)))
        handler.end_headers()
        try:
            handler.wfile.write(reply.body)
            for _ in range(_LONGEST_DRIP if reply.drip else 0):
                if self.over.wait(0.02):
                    break
                handler.wfile.write(b"x")
        except OSError:
            pass  # whoever asked has gone

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving(answer: Callable[[Asked], Reply]) -> Iterator[LocalServer]:
    server = LocalServer(answer)
    try:
        yield server
    finally:
        server.close()


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def wire(pauses: list[float] | None = None) -> Wire:
    """A way to local servers that knows no proxy and does not sleep; `pauses` collects how long it would have."""
    return Wire(httpx2.HTTPTransport(), (pauses if pauses is not None else []).append)


@dataclass(frozen=True)
class Item:
    """A page of the made-up web, as each vendor tells of it."""

    url: str = "http://paper.example/1"
    title: str = "Acme Corp builds a plant"
    text: str = "Acme Corp builds a plant in Boise. " * 10
    day: str = "2026-05-04"


def exa(items: list[Item]) -> Any:
    results = [
        {"id": i.url, "url": i.url, "title": i.title, "publishedDate": f"{i.day}T08:00:00.000Z", "text": i.text}
        for i in items
    ]
    return {"requestId": "r1", "results": results, "costDollars": {"total": 0.006}}


def tavily(items: list[Item]) -> Any:
    results = [
        {
            "url": i.url,
            "title": i.title,
            "content": i.text[:100],
            "score": 0.9,
            "raw_content": i.text,
            "published_date": i.day,
        }
        for i in items
    ]
    return {"query": "q", "results": results, "response_time": 0.4, "request_id": "r1"}


def brave(items: list[Item], has_more: bool = False) -> Any:
    results = [
        {
            "url": i.url,
            "title": i.title,
            "description": i.text[:60],
            "extra_snippets": [i.text[60:200]],
            "page_age": f"{i.day}T00:00:00",
            "profile": {"name": "paper.example", "long_name": "The Paper"},
        }
        for i in items
    ]
    return {"type": "search", "query": {"more_results_available": has_more}, "web": {"results": results}}


def serpapi(items: list[Item], has_more: bool = False) -> Any:
    results = [
        {
            "position": n,
            "link": i.url,
            "title": i.title,
            "snippet": i.text[:150],
            "date": "May 4, 2026",
            "source": "The Paper",
        }
        for n, i in enumerate(items, start=1)
    ]
    answer = {"search_metadata": {"status": "Success"}, "organic_results": results}
    return answer | ({"serpapi_pagination": {"next": "https://serpapi.example/next"}} if has_more else {})


def edgar(items: list[Item]) -> Any:
    hits = [
        {
            "_id": f"0001234567-26-{n:06}:ex99.htm",
            "_source": {
                "ciks": ["0001234567"],
                "display_names": ["ACME CORP  (ACME)  (CIK 0001234567)"],
                "form": "8-K",
                "file_type": "EX-99.1",
                "file_date": i.day,
                "adsh": f"0001234567-26-{n:06}",
            },
        }
        for n, i in enumerate(items, start=1)
    ]
    return {"hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits}}


def usaspending(items: list[Item], has_more: bool = False) -> Any:
    results = [
        {
            "generated_internal_id": f"CONT_AWD_{n}/A",
            "Award ID": f"W{n}",
            "Recipient Name": i.title,
            "Award Amount": 1250000.5,
            "Description": i.text[:80],
            "Awarding Agency": "Department of Something",
            "Start Date": "2026-01-01",
            "End Date": "2027-01-01",
            "Base Obligation Date": "2025-12-20",
            "Last Modified Date": i.day,
            "Contract Award Type": "DELIVERY ORDER",
        }
        for n, i in enumerate(items, start=1)
    ]
    return {"limit": 50, "results": results, "page_metadata": {"page": 1, "hasNext": has_more}}


def sam(items: list[Item]) -> Any:
    notices = [
        {
            "noticeId": f"{n:032x}",
            "title": i.title,
            "solicitationNumber": f"S-{n}",
            "fullParentPathName": "DEPARTMENT OF SOMETHING.OFFICE OF THINGS",
            "postedDate": i.day,
            "type": "Solicitation",
            "responseDeadLine": "2026-06-30T17:00:00-04:00",
            "naicsCode": "236220",
            "placeOfPerformance": {"city": {"name": "Boise"}, "state": {"name": "Idaho"}},
            "pointOfContact": [{"fullName": "Pat Doe", "email": "pat.doe@something.example"}],
            "award": None,
        }
        for n, i in enumerate(items, start=1)
    ]
    return {"totalRecords": len(notices), "limit": 10, "offset": 0, "opportunitiesData": notices}


def page(item: Item, day: str | None = None) -> Reply:
    """The page of `item` as a site serves it, with its date in the head if `day` is given."""
    meta = f'<meta property="article:published_time" content="{day}T09:00:00Z">' if day else ""
    paragraphs = "".join(f"<p>{item.text}</p>" for _ in range(2))
    head = f'<title>{item.title}</title><meta property="og:site_name" content="The Paper">{meta}'
    markup = (
        f'<html lang="en"><head>{head}</head>'
        f"<body><nav>Home About</nav><article><h1>{item.title}</h1>{paragraphs}</article></body></html>"
    )
    return Reply(200, markup.encode(), {"Content-Type": "text/html; charset=utf-8"})
