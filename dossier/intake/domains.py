"""Web domains in one normal form, so that one organisation's spellings are one lead.

Here: normalising what people type or paste. Not here: finding out whether a domain answers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
_RESERVED = ("example", "test")  # kept free for documents and tests, no public suffix
_SCHEME = re.compile(r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def normal_domain(text: str) -> str | None:
    """Return `text` (a domain, an address, an e-mail's right side) as a lower-case host in punycode.

    Scheme, user, `www.`, port, path and trailing dots go. None for anything that is not a registrable name
    under a public suffix: a bare word, an IP address, a name with a blank.
    """
    host = _SCHEME.sub("", text.strip(), count=1)
    host = re.split(r"[/?#\\]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    host = re.sub("[。．｡]", ".", host).rstrip(".")
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    ascii_host = ascii_host.removeprefix("www.") if ascii_host.count(".") > 1 else ascii_host
    return ascii_host if _is_registrable(ascii_host) else None


def registrable_domain(text: str) -> str | None:
    """Return the part of a domain that somebody registered: `investors.acme.com` -> `acme.com`; None without one."""
    host = normal_domain(text)
    if host is None:
        return None
    if host.rpartition(".")[2] in _RESERVED:
        return ".".join(host.split(".")[-2:])
    return _suffixes().privatesuffix(host)


def _is_registrable(host: str) -> bool:
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or labels[-1].isdigit():
        return False
    if not all(_LABEL.fullmatch(label) for label in labels):
        return False
    return labels[-1] in _RESERVED or _suffixes().publicsuffix(host) is not None


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False)
