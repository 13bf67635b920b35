"""Connections to public addresses only: a name is resolved once, checked, and that very address is connected to.

Here: which addresses are public, resolving, and the network under `resources/fetch.py` with one deadline for all it
does. Not here: redirects, sizes and content types. An address found by a search is chosen by strangers: what it
points to inside this machine or its network must never be asked.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpcore2

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
# Ranges that `is_global` lets through although they lead to an IPv4 address of any kind, or to carriers' own nets.
_LEADS_ELSEWHERE = tuple(
    ipaddress.ip_network(text)
    for text in ("::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "100.64.0.0/10")
)


class Refused(Exception):
    """A page that is not fetched; the message is a reason for a person and holds no address."""


def is_public(address: str) -> bool:
    """Return whether `address` (of IPv4 or IPv6, as numbers) belongs to the public internet and to it alone."""
    try:
        ip: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    return not any(ip.version == net.version and ip in net for net in _LEADS_ELSEWHERE)


def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host` by the system's resolver, which also reads `127.1`, `0x7f000001` and the like."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicNetwork(httpcore2.NetworkBackend):
    """The network of one fetch: public addresses and those of `allowed`, until `deadline` on the monotonic clock.

    `allowed` holds (address, port) pairs that may be reached although they are not public: tests name theirs.
    """

    def __init__(self, deadline: float, resolve: Resolve, allowed: frozenset[tuple[str, int]]) -> None:
        self._deadline = deadline
        self._resolve = resolve
        self._allowed = allowed
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of `host` that answers. Raises Refused unless all of them may be reached."""
        addresses = _in_time(lambda: self._resolve(host, port), self._deadline)
        if not addresses:
            raise Refused("its host is not known")
        if not all((address, port) in self._allowed or is_public(address) for address in addresses):
            raise Refused("its host is not a public address")
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, socket_options)

    def _connect(self, address: str, port: int, options: Iterable[Any] | None) -> httpcore2.NetworkStream:
        left = _left(self._deadline, httpcore2.ConnectTimeout)
        return _DeadlineStream(self._inner.connect_tcp(address, port, left, None, options), self._deadline)


class _DeadlineStream(httpcore2.NetworkStream):
    """A stream whose reads and writes end at the deadline, however little arrives each time."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = _left(self._deadline, httpcore2.ConnectTimeout)
        return _DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float, timeout: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise timeout("the deadline has passed")
    return left


def _in_time(resolve: Callable[[], Sequence[str]], deadline: float) -> Sequence[str]:
    """Return what `resolve` gives, nothing for an unknown host; the system's resolver knows no deadline of its own."""
    answer: Queue[Sequence[str]] = Queue(1)

    def run() -> None:
        try:
            answer.put(resolve())
        except (OSError, UnicodeError):
            answer.put(())

    Thread(target=run, daemon=True, name="resolve").start()
    try:
        return answer.get(timeout=_left(deadline, httpcore2.ConnectTimeout))
    except Empty:
        raise httpcore2.ConnectTimeout("the host was not resolved in time") from None
