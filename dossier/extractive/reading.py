"""Reads the passages of a run once and keeps the claim drafts for the steps that ask for them by type.

Here: the order of readers (records, letterheads, tables, prose, people).
Not here: what each reader looks for. The same passages give the same drafts, in the order of the passages.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock

from dossier.evidence.datelines import behind_dateline
from dossier.evidence.names import aliases, match_name
from dossier.evidence.segments import Block, find_records, find_rows, split_blocks
from dossier.extractive.drafting import Desk, finder_for
from dossier.extractive.letterheads import letterhead_people
from dossier.extractive.lists import read_lists
from dossier.extractive.people import people_in
from dossier.extractive.prose import ProseReader, points_back
from dossier.extractive.records import read_record, said_before, subject_of
from dossier.extractive.tables import read_tables
from dossier.models import ClaimDraft, IcpConfig, Lead, Passage
from dossier.ports import Language

KEPT_READINGS = 4
SHORTEST_BLOCK, LONGEST_BLOCK = 30, 6_000  # a parse of more takes memory that no paragraph deserves
_SENTENCE_END = re.compile(r"[.!?][\"”’)\]]*\s+(?=[^\W\d_a-z])")


class Reader:
    """Reads passages, and keeps the last readings: six steps of a run read the same passages for their types."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._kept: OrderedDict[tuple[str, ...], list[ClaimDraft]] = OrderedDict()
        self._lock = Lock()

    def read(self, passages: Sequence[Passage], lead: Lead, icp: IcpConfig) -> list[ClaimDraft]:
        """Return all drafts of the passages. Safe to call from several threads."""
        where = (f"{p.source_id}:{p.start}:{p.end}:{p.published_at}" for p in passages)
        key = (lead.model_dump_json(), icp.model_dump_json(), *where)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = read_passages(passages, lead, icp, self._language)
                while len(self._kept) > KEPT_READINGS:
                    self._kept.popitem(last=False)
            return self._kept[key]


def read_passages(passages: Sequence[Passage], lead: Lead, icp: IcpConfig, language: Language) -> list[ClaimDraft]:
    """Return the drafts that the passages give, each once per source and statement."""
    finder = finder_for(lead)
    names = aliases(lead)
    drafts: list[ClaimDraft] = []
    seen: set[tuple[str, str, str]] = set()
    for passage in passages:
        own = bool(passage.publisher) and match_name(passage.publisher or "", names).same
        desk = Desk(lead, icp, passage, own, finder)
        for found in _read(desk, language):
            key = (found.source_id, found.statement, str(found.type))
            if key not in seen:
                seen.add(key)
                drafts.append(found)
    return drafts


def _read(desk: Desk, language: Language) -> Iterator[ClaimDraft]:
    blocks = [piece for block in split_blocks(desk.passage.text) for piece in in_pieces(block)]
    records = find_records(blocks)
    of_lead = [one for one in (*records, *find_rows(desk.passage.text)) if subject_of(one, desk)]
    told = said_before(of_lead)
    for record in of_lead:
        yield from read_record(record, desk, told)
    in_record = {field.start for record in records for field in record.fields}
    yield from letterhead_people(blocks, desk)
    if desk.own_voice:
        yield from read_tables(desk)
    prose = [
        _report(b)
        for above, b in zip([None, *blocks], blocks, strict=False)
        if b.start not in in_record and _worth_parsing(b, above, desk)
    ]
    reader = ProseReader(desk)
    yield from read_lists(blocks, desk, language)
    for block, sentences in zip(prose, language.parse([one_line(b.text) for b in prose]), strict=True):
        yield from reader.read(block, sentences)
        for sentence in sentences:
            yield from people_in(block, sentence, desk)


def in_pieces(block: Block) -> Iterator[Block]:
    """Yield a block as it is, prose that is too long to be parsed at once as pieces that end with a sentence."""
    start, text = 0, block.text
    while block.kind == "prose" and len(text) - start > LONGEST_BLOCK:
        within = text[start : start + LONGEST_BLOCK]
        ends = [match.end() for match in _SENTENCE_END.finditer(within)]
        end = start + (ends[-1] if ends else within.rfind(" ") + 1 or LONGEST_BLOCK)
        yield replace(block, start=block.start + start, end=block.start + end, text=text[start:end])
        start = end
    yield replace(block, start=block.start + start, text=text[start:]) if start else block


def _worth_parsing(block: Block, above: Block | None, desk: Desk) -> bool:
    """Return whether a block may speak of the lead: it names it, or points back to the block above that does."""
    if not SHORTEST_BLOCK <= len(block.text) <= LONGEST_BLOCK or block.kind not in ("prose", "field"):
        return False
    spoken = desk.own_voice or desk.finder.occurs(block.text)
    return spoken or (above is not None and points_back(block.text) and desk.finder.occurs(above.text))


def _report(block: Block) -> Block:
    """Return a block without the place and day at its head, which no sentence holds: `BOISE, Idaho, May 2, 2026 - `."""
    behind = behind_dateline(block.text)
    return replace(block, start=block.start + behind, text=block.text[behind:]) if behind else block


def one_line(text: str) -> str:
    """Return `text` with blanks for line breaks and tabs, one for one, so that offsets stay."""
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
