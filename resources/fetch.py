"""Fetches a page that a search found: from public addresses, of known types, within limits of size and time.

Here: what is refused, redirects, and the body. Not here: the network under it (`public_network.py`) and what a
page's text is (`web_sources.py`). Needs no key; nothing of the environment, proxies included, changes where it goes.
"""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2

from dossier.text_safety import printable, web_address
from resources.pace import wait_for
from resources.public_network import PublicNetwork, Refused, Resolve, system_resolve

MAX_BYTES = 5_000_000
MAX_SECONDS = 15.0
MAX_REDIRECTS = 3
TEXTS = ("text/html", "application/xhtml+xml", "text/plain")
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page: the address it came from in the end, its type, and its bytes as they are after unpacking."""

    url: str
    content_type: str
    charset: str | None
    body: bytes


class Fetcher:
    """Fetches pages by GET. Safe to share between threads.

    `allowed` are (address, port) pairs that may be asked although they are not public: for tests only.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        allowed: frozenset[tuple[str, int]] = frozenset(),
        resolve: Resolve = system_resolve,
        pace: Callable[[str], None] = wait_for,
        max_seconds: float = MAX_SECONDS,
    ) -> None:
        self._user_agent = user_agent
        self._allowed = allowed
        self._resolve = resolve
        self._pace = pace
        self._max_seconds = max_seconds

    def get(self, url: str, types: tuple[str, ...] = TEXTS) -> Page:
        """Return the page at `url`. Raises Refused with the reason for whatever is not a page of `types`."""
        deadline = time.monotonic() + self._max_seconds
        for _ in range(MAX_REDIRECTS + 1):
            target = _target(url)
            deadline += self._waited_for(target.host)
            with _faults_in_words(self._max_seconds), self._asked(target, types, deadline) as response:
                headers = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
                if response.status not in _MOVED:
                    return _page(url, response, headers, types)
                if not headers.get("location"):
                    raise Refused("it points elsewhere without saying where")
                url = _joined(url, headers["location"])
        raise Refused(f"more than {MAX_REDIRECTS} redirects")

    def _waited_for(self, host: str) -> float:
        """Wait for this process's turn at `host`; return how many seconds that took, which the page does not pay."""
        before = time.monotonic()
        self._pace(host)
        return time.monotonic() - before

    @contextmanager
    def _asked(self, target: httpx2.URL, types: tuple[str, ...], deadline: float) -> Iterator[httpcore2.Response]:
        """Ask once, over a connection of its own."""
        network = PublicNetwork(deadline, self._resolve, self._allowed)
        headers = {
            b"Host": target.netloc,
            b"User-Agent": self._user_agent.encode("ascii", "replace"),
            b"Accept": ", ".join(types).encode(),
            b"Accept-Encoding": b"gzip",
            b"Connection": b"close",
        }
        with (
            httpcore2.ConnectionPool(ssl_context=_tls(), network_backend=network) as pool,
            pool.stream("GET", _wire_url(target), headers=list(headers.items())) as response,
        ):
            yield response


def shown(url: str) -> str:
    """Return `url` as it may be written down: scheme, host and path, nothing that could hold a credential."""
    try:
        parts = urlsplit(url)
        host = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
        text = f"{parts.scheme}://{host}{parts.path}"
    except ValueError:
        text = "an address that cannot be read"
    return printable(text)[:200]


def _target(url: str) -> httpx2.URL:
    if web_address(url) is None:
        raise Refused("not a web address")
    try:
        target = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise Refused("not a web address") from None
    if not target.raw_host:
        raise Refused("not a web address")
    return target


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise Refused("it points to what is not a web address") from None


def _wire_url(target: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


@contextmanager
def _faults_in_words(seconds: float) -> Iterator[None]:
    try:
        yield
    except httpcore2.TimeoutException:
        raise Refused(f"took longer than {seconds:g} s") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        raise Refused(f"the connection failed ({type(error).__name__})") from None


def _page(url: str, response: httpcore2.Response, headers: Mapping[str, str], types: tuple[str, ...]) -> Page:
    if response.status != 200:
        raise Refused(f"HTTP {response.status}")
    content_type, charset = _type_of(headers.get("content-type", ""))
    if content_type not in types:
        raise Refused(f"its type {printable(content_type)[:60] or 'is not said'} is not read")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > MAX_BYTES:
        raise Refused(f"larger than {MAX_BYTES} bytes")
    return Page(url, content_type, charset, _body(response.iter_stream(), headers.get("content-encoding", "")))


def _type_of(header: str) -> tuple[str, str | None]:
    content_type, _, rest = header.partition(";")
    named = [part.partition("=")[2].strip(" \"'") for part in rest.split(";") if "charset=" in part.lower()]
    return content_type.strip().lower(), named[0] if named else None


def _body(chunks: Iterator[bytes], encoding: str) -> bytes:
    """Return the unpacked body; what unpacks to more than the limit is refused before it fills the memory."""
    packed = encoding.strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise Refused("it is packed in a way that was not asked for")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packed not in ("", "identity") else None
    body = bytearray()
    for chunk in chunks:
        try:
            body += unpack.decompress(chunk, MAX_BYTES + 1 - len(body)) if unpack else chunk
        except zlib.error:
            raise Refused("its packed body cannot be read") from None
        if len(body) > MAX_BYTES:
            raise Refused(f"larger than {MAX_BYTES} bytes")
    return bytes(body)
