"""Chooses what a step reads: the stretches of the found sources that speak of the lead, or of events.

Here: a source's own words about the lead (its paragraphs, its records), whole short sources, and whole pages
that the lead published; and without a lead what tells of events. Not here: finding the sources
(`dossier/steps/sources.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from dossier.evidence.names import MentionFinder, aliases, match_name
from dossier.evidence.segments import Block, find_records, split_blocks
from dossier.models import Document, Lead, Passage

SHORT_SOURCE = 1_200
OWN_SOURCE_LIMIT = 9_000
LETTERHEAD_LINES = 4
LIST_ITEMS = 12
FOLLOWING = 900  # characters of a paragraph that goes on with what the one above told
DEFAULT_LIMIT = 240_000
_POINTS_BACK = re.compile(
    r"(?:This|These|The (?:award|agreement|company|contract|deal|investment|order|plant|project))\b"
)
SHARES = 8  # a document that alone is longer than the limit is cut to an eighth of it where many are looked through


def published_by_lead(document: Document, lead: Lead) -> bool:
    """True when the source's publisher is the lead itself: `we` and `the company` are the lead there."""
    return bool(document.publisher) and match_name(document.publisher or "", aliases(lead)).same


def _speaking_blocks(text: str, finder: MentionFinder) -> list[tuple[int, int]]:
    blocks = split_blocks(text)
    spans = [(r.start, r.end) for r in find_records(blocks) if finder.occurs(text[r.start : r.end])]
    for index, block in enumerate(blocks):
        if finder.occurs(block.text):
            spans.append((_lead_in(blocks, index), _reach(blocks, index)))
    return spans


def _lead_in(blocks: list[Block], index: int) -> int:
    """A record's title stands right above it and belongs to it."""
    previous = blocks[index - 1] if index else None
    wanted = previous is not None and previous.kind != "field" and blocks[index].kind == "field"
    return previous.start if wanted and previous else blocks[index].start


def _reach(blocks: list[Block], index: int) -> int:
    """A letterhead goes on below the name: take the short lines that follow a short line.

    A list belongs to the line above it, and a paragraph that opens with `This contract ...` goes on telling what the
    one above it began.
    """
    last = blocks[index]
    if last.text.endswith(":") and not last.bullet:
        for block in blocks[index + 1 : index + 1 + LIST_ITEMS]:
            if not block.bullet:
                break
            last = block
        return last.end
    below = blocks[index + 1] if index + 1 < len(blocks) else None
    if below and len(last.text) >= 80 and _POINTS_BACK.match(below.text) and len(below.text) <= FOLLOWING:
        return below.end
    if len(last.text) < 80 and not last.bullet:
        for block in blocks[index + 1 : index + 1 + LETTERHEAD_LINES]:
            if len(block.text) > 80 or block.start - last.end > 1:
                break
            last = block
    return last.end


def _merged(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """Join spans that overlap or have only white space and markers between them."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and (start <= joined[-1][1] or not text[joined[-1][1] : start].strip(" \t\r\n•-*|")):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _spans(document: Document, lead: Lead, finder: MentionFinder) -> list[tuple[int, int]]:
    text = document.text
    if published_by_lead(document, lead):
        return [(0, min(len(text), OWN_SOURCE_LIMIT))]
    if not finder.occurs(text):
        return []
    if len(text) <= SHORT_SOURCE:
        return [(0, len(text))]
    return _merged(_speaking_blocks(text, finder), text)


def select_passages(
    lead: Lead, documents: Sequence[Document], limit_chars: int = DEFAULT_LIMIT
) -> tuple[list[Passage], int]:
    """Return the passages of `documents` about `lead`, in their order, at most `limit_chars` code points.

    Also returns how many passages did not fit: they are left out, or cut at the end of a sentence.
    """
    finder = MentionFinder(aliases(lead))
    speaking = [(document, _spans(document, lead, finder)) for document in documents]
    left, left_out = limit_chars, 0
    share = _share([_size(spans) for _, spans in speaking], limit_chars)
    passages: list[Passage] = []
    for document, spans in speaking:
        fitting = _fitting(document.text, spans, min(share, left))
        left -= _size(fitting)
        left_out += len(set(spans) - set(fitting))
        passages += [_passage(document, start, end) for start, end in fitting]
    return passages, left_out


def select_event_passages(
    documents: Sequence[Document], tells: Callable[[str], bool], limit_chars: int = DEFAULT_LIMIT
) -> tuple[list[Passage], list[Document]]:
    """Return the passages of `documents` in which `tells(words)` is true, and the documents that fit in whole.

    For a search without a lead: short sources whole, of longer ones the paragraphs and records, in the order of the
    documents, at most `limit_chars` code points. A document that would never fit is cut.
    """
    passages: list[Passage] = []
    read: list[Document] = []
    left = limit_chars
    for document in documents:
        spans = _telling_spans(document.text, tells)
        if _size(spans) > limit_chars:
            spans = _fitting(document.text, spans, limit_chars // SHARES) or spans
        if _size(spans) > left:
            continue
        left -= _size(spans)
        passages += [_passage(document, start, end) for start, end in spans]
        read.append(document)
    return passages, read


def _size(spans: Sequence[tuple[int, int]]) -> int:
    return sum(end - start for start, end in spans)


def _share(sizes: Sequence[int], limit: int) -> int:
    """Return how much of one source is read so that all fit, but no less than of the lead's own: few are the best."""
    left = limit
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return max(share, OWN_SOURCE_LIMIT)
        left -= size
    return limit


def _fitting(text: str, spans: Sequence[tuple[int, int]], room: int) -> list[tuple[int, int]]:
    """Return those of `spans` that fit into `room` code points; a longer one is cut where a piece is worth reading."""
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if end - start > room:
            if room < SHORT_SOURCE:
                continue
            end = _sentence_end(text, start, start + room)
        room -= end - start
        kept.append((start, end))
    return kept


def _sentence_end(text: str, start: int, end: int) -> int:
    """Return where the last sentence or line ends in `text[start:end]`, else its last word, else `end`."""
    found = max(text.rfind(mark, start, end) for mark in (". ", "! ", "? ", ".\n", "\n"))
    if found <= start:
        found = text.rfind(" ", start, end) - 1
    return found + 1 if found > start else end


def _telling_spans(text: str, tells: Callable[[str], bool]) -> list[tuple[int, int]]:
    if len(text) <= SHORT_SOURCE:
        return [(0, len(text))] if tells(text) else []
    blocks = split_blocks(text)
    spans = [(r.start, r.end) for r in find_records(blocks) if tells(text[r.start : r.end])]
    spans += [(_lead_in(blocks, at), block.end) for at, block in enumerate(blocks) if tells(block.text)]
    return _merged(spans, text)


def _passage(document: Document, start: int, end: int) -> Passage:
    return Passage(
        source_id=document.id,
        title=document.title,
        publisher=document.publisher,
        url=document.url,
        tier=document.tier,
        published_at=document.published_at,
        published_precision=document.published_precision,
        start=start,
        end=end,
        text=document.text[start:end],
    )
