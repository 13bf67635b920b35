"""The HTML page's promise: no script, no remote resource, no link but plain ones.

Here: a parse of a finished page that names what breaks the promise. It allows what we write and refuses all
else, so a forgotten escape is found as a foreign element. Not here: rendering (`dossier/exports/html.py`).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from dossier.text_safety import web_address

_ELEMENTS = frozenset(
    "html head meta title style body header main section nav footer article aside div p span a b em strong small"
    " h1 h2 h3 h4 ul ol li dl dt dd table caption thead tbody tr th td blockquote cite q details summary time"
    " svg circle rect title sup hr br".split()
)
_ATTRIBUTES = frozenset(
    "lang charset name content http-equiv class id href rel target scope colspan role aria-label aria-hidden"
    " open datetime title viewbox width height x y rx r cx cy pathlength stroke-dasharray".split()
)
_STYLE_REQUEST = re.compile(r"url\s*\(|@import|image-set|expression|javascript|\\", re.IGNORECASE)


def broken_page(page: str) -> list[str]:
    """Return one sentence for each element, attribute or style of `page` that its promise does not allow."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return sorted(set(reader.faults))


class _Reader(HTMLParser):
    """Collects what is not on the lists; `faults` holds the sentences."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check an element and its attributes."""
        self._in_style = tag == "style"
        if tag not in _ELEMENTS:
            self.faults.append(f"The element <{tag[:40]}> is not allowed.")
        for name, value in attrs:
            if name not in _ATTRIBUTES:
                self.faults.append(f"The attribute {name[:40]!r} is not allowed.")
            elif name == "href" and not _may_link(value or ""):
                self.faults.append(f"The link {(value or '')[:80]!r} is not allowed.")
            elif name == "http-equiv" and value != "Content-Security-Policy":
                self.faults.append(f"The header {value!r} is not allowed.")

    def handle_endtag(self, tag: str) -> None:
        """Leave the style sheet."""
        if tag == "style":
            self._in_style = False

    def handle_data(self, data: str) -> None:
        """Check the style sheet for requests."""
        if self._in_style and _STYLE_REQUEST.search(data):
            self.faults.append("The style sheet loads or runs something.")

    def handle_pi(self, data: str) -> None:
        """Refuse processing instructions."""
        self.faults.append(f"The instruction <?{data[:40]}> is not allowed.")


def _may_link(address: str) -> bool:
    if address.startswith("#"):
        return True
    if address.startswith("mailto:"):
        return re.fullmatch(r"mailto:[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+", address) is not None
    return web_address(address) is not None
