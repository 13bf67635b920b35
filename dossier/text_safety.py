"""Text from outside made harmless for terminals, logs, web addresses and spreadsheets.

Here: what a control or bidi character, an address or a cell's first character could do, and how it is shown
instead. Not here: HTML and Markdown escaping, which belong to the writers in `dossier/exports/`.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Controls, line separators, bidi marks, overrides and isolates, tag characters and lone surrogates;
# not soft hyphens and zero-width spaces, which documents are full of and which steer nothing.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MAX_ADDRESS = 2000


def printable(text: str, *, multiline: bool = False) -> str:
    r"""Return `text` with every character that could steer a terminal or hide itself written out as `\x1b`.

    Covers ESC and all other controls, CR, OSC strings, bidi overrides, tag characters and lone
    surrogates, so that the result always encodes to UTF-8. With `multiline`, line feeds and tabs stay.
    """
    kept = "\n\t" if multiline else ""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in kept else _written_out(found[0]), text)


def csv_cell(value: str) -> str:
    """Return `value` as text that no spreadsheet takes for a formula: such a cell gets a leading apostrophe.

    Line breaks become line feeds; other characters that cannot be seen are written out.
    """
    text = value.replace("\r\n", "\n")
    prefix = "'" if is_formula(text) else ""
    return prefix + printable(text.replace("\r", "\n"), multiline=True)


def inert_cell(value: str) -> str:
    """Return `value` as one line that no spreadsheet takes for a formula and no CRM keeps an apostrophe of.

    A text that begins like a formula stands in quotation marks: nothing of it is lost, and nothing of it runs.
    """
    text = printable(" ".join(value.split()))
    return f"“{text}”" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet could take `text` for a formula: by its first character."""
    return text.startswith(_FORMULA_STARTS)


def web_address(url: str | None) -> str | None:
    """Return `url` if it is an absolute http or https address that can be linked to, else None.

    Refused are other schemes, addresses without a host or with user and password, with spaces, quotes or
    characters that cannot be seen, and longer than 2,000 characters.
    """
    if not url or len(url) > _MAX_ADDRESS or re.search(r"[\s\"'<>\\`^{|}]", url) or printable(url) != url:
        return None
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return None
    return url if usable else None


def _written_out(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
