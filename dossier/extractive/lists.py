"""Reads lists: items that go on with the line above them, and items that begin with the lead's name.

Here: `Acme will:` with an item `build a mill in Ohio`, and `Acme: $5 million for a mill` in a list of many. Not here:
prose (`prose.py`) and records (`records.py`). The quote reaches from the line above the list to the item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dossier.evidence.boilerplate import boilerplate
from dossier.evidence.names import aliases, match_name
from dossier.evidence.segments import Block
from dossier.extractive.dating import event_date
from dossier.extractive.drafting import Desk, draft, first_count, first_money, tidy
from dossier.extractive.prose import ProseReader
from dossier.models import ClaimDetails, ClaimDraft, ClaimType
from dossier.ports import Language, ParsedSentence

LONGEST_LIST = 900  # characters from the line above a list to the end of an item
LONGEST_HEAD = 200


def read_lists(blocks: Sequence[Block], desk: Desk, language: Language) -> Iterator[ClaimDraft]:
    """Yield the claims that the items of lists give together with the line above their list."""
    head: Block | None = None
    going_on: list[tuple[Block, Block]] = []
    for block in blocks:
        if not block.bullet:
            head = block if block.text.endswith(":") and len(block.text) <= LONGEST_HEAD else None
        elif block.kind == "field":
            yield from _of_lead(block, head, desk)
        elif head is not None and block.kind == "prose" and desk.finder.occurs(head.text):
            going_on.append((head, block))
    alone = language.parse([item.text for _, item in going_on])
    going_on = [pair for pair, parsed in zip(going_on, alone, strict=True) if not _has_subject(parsed)]
    texts = [" ".join(f"{head.text.rstrip(' :')} {item.text}".split()) for head, item in going_on]
    for (head, item), text, sentences in zip(going_on, texts, language.parse(texts), strict=True):
        passage = desk.passage.model_copy(update={"text": text, "start": 0, "end": len(text)})
        whole = Block("prose", 0, len(text), text)
        for found in ProseReader(replace(desk, passage=passage)).read(whole, sentences):
            if len(found.quote) > len(head.text):
                yield from _put_back(found, head, item, desk)
                break


def _has_subject(sentences: Sequence[ParsedSentence]) -> bool:
    """Return whether an item is a sentence of its own: it does not go on with the line above."""
    return any(
        token.dep in ("nsubj", "nsubjpass") and sentence.tokens[token.head].dep == "ROOT"
        for sentence in sentences
        for token in sentence.tokens
    )


def _put_back(found: ClaimDraft, head: Block, item: Block, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield a draft of line and item with the words and the quote that the source has."""
    if item.end - head.start <= LONGEST_LIST:
        statement = f"[{tidy(head.text)}] {tidy(item.text)}"
        quote = desk.passage.text[head.start : item.end]
        start = desk.passage.start + head.start
        yield found.model_copy(update={"statement": statement, "quote": quote, "start": start})


def _of_lead(item: Block, head: Block | None, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield the claim of an item that begins with the lead's name: `Acme: $5 million for a mill in Ohio`."""
    amount, count = first_money(item.value), first_count(item.value)
    named = match_name(item.label, aliases(desk.lead))
    if not named.same or not (amount or count) or boilerplate(item.text):
        return
    begin = head.start if head and item.end - head.start <= LONGEST_LIST else item.start
    above = f"[{tidy(head.text)}] " if head and begin == head.start else ""
    details = ClaimDetails(
        event="listed", amount=amount, count=count, organization=desk.lead.name, field=item.label, gate=named.rule
    )
    kind = ClaimType.OPPORTUNITY if amount else ClaimType.METRIC
    date = event_date(item.value, desk)
    made = draft(desk, kind, f"{above}{tidy(item.text)}", (begin, item.end), date=date, details=details)
    if made:
        yield made
