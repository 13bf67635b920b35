"""Binding a quote to its source: where the quote stands, to the character, or that it does not stand there.

Here: exact search and search through differences that mean nothing (white space, typographic quotes, dashes,
hyphenation at line ends). Not here: what becomes of a claim without a quote. A part of a word or of a number
is no quote: `5 million` does not stand in `$15 million`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        "…": "...",
    }
)
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_LINE_END_HYPHEN = re.compile(r"(?<=[^\W\d_])-[ \t]*\r?\n[ \t]*(?=[a-z])")
_KEPT_TEXTS = 64


class _Normal(NamedTuple):
    """A text without meaningless differences; `starts[i]` and `ends[i]` bound the original of character i."""

    text: str
    starts: list[int]
    ends: list[int]


def bind(text: str, quote: str, start_hint: int | None = None) -> tuple[int, int] | None:
    """Return (start, end) in code points with `text[start:end]` standing for `quote`, or None.

    Looks at `start_hint` first, then for the exact occurrence nearest to it (without hint: the first), then
    for the same words under other white space, quotation marks, dashes or line-end hyphens. White space
    at the quote's edges is not part of it. The caller keeps `text[start:end]` as the quote.
    """
    wanted = quote.strip()
    if not wanted:
        return None
    hint = None if start_hint is None else start_hint + len(quote) - len(quote.lstrip())
    if hint is not None and hint >= 0 and text.startswith(wanted, hint):
        end = hint + len(wanted)
        if _is_whole(text, hint, end, known_place=True):
            return hint, end
    exact = _nearest(((at, at + len(wanted)) for at in _occurrences(text, wanted)), text, hint)
    return exact or _bind_normal(text, wanted, hint)


def _bind_normal(text: str, quote: str, hint: int | None) -> tuple[int, int] | None:
    for join in (True, False):
        where, what = _normal(text, join), _normal(quote, join).text.strip()
        if not what:
            continue
        spans = ((where.starts[at], where.ends[at + len(what) - 1]) for at in _occurrences(where.text, what))
        found = _nearest(spans, text, hint)
        if found:
            return found
    return None


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _nearest(spans: Iterator[tuple[int, int]], text: str, hint: int | None) -> tuple[int, int] | None:
    whole = (span for span in spans if _is_whole(text, *span))
    if hint is None:
        return next(whole, None)
    return min(whole, key=lambda span: (abs(span[0] - hint), span[0]), default=None)


def _is_whole(text: str, start: int, end: int, known_place: bool = False) -> bool:
    """Return whether the stretch cuts no number and, unless its place is known, no word."""
    return not _cuts(text, start, known_place) and not _cuts(text, end, known_place)


def _cuts(text: str, at: int, known_place: bool) -> bool:
    if at <= 0 or at >= len(text):
        return False
    left, right = text[at - 1], text[at]
    if left.isdigit() and right.isdigit():
        return True
    if left in ".," and right.isdigit() and at >= 2 and text[at - 2].isdigit():
        return True
    if left.isdigit() and right in ".," and text[at + 1 : at + 2].isdigit():
        return True
    return not known_place and left.isalnum() and right.isalnum()


@lru_cache(maxsize=_KEPT_TEXTS)
def _normal(text: str, join_hyphens: bool) -> _Normal:
    """Return `text` with equal characters made one, and the way back to the original's offsets."""
    dropped = _hyphen_spans(text, join_hyphens)
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, character in enumerate(text):
        if at in dropped or character in _INVISIBLE:
            continue
        if character.isspace():
            if characters and characters[-1] == " ":
                ends[-1] = at + 1
                continue
            same = " "
        else:
            same = unicodedata.normalize("NFKC", character).translate(_SAME)
        characters.extend(same)
        starts.extend([at] * len(same))
        ends.extend([at + 1] * len(same))
    return _Normal("".join(characters), starts, ends)


def _hyphen_spans(text: str, join: bool) -> set[int]:
    """Return the offsets of line-end hyphens with their break (`join`), or of the breaks alone."""
    spans = (match.span() for match in _LINE_END_HYPHEN.finditer(text))
    return {at for start, end in spans for at in range(start if join else start + 1, end)}
