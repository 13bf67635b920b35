"""Reads the figures a company publishes in the tables of its own filings: revenue, income, assets, spending.

Here: rows of a known kind below a line of years. The quote reaches from the line of years to the row, so that the
year of the figure stands in it. Not here: prose and records. Only tables in the lead's own publications count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from dossier.evidence.numbers import scaled
from dossier.extractive.drafting import Desk, draft
from dossier.models import ClaimDetails, ClaimDraft, ClaimType, EventDate, Money, Precision

_ROWS = re.compile(
    r"^(?:total\s+)?(?:net\s+)?(?:operating\s+)?(?:revenues?|sales)\b|^net\s+(?:income|earnings|loss|sales|revenues?)\b|"
    r"^operating\s+(?:income|profit|earnings)\b|^total\s+assets\b|^research(?:,)?\s+(?:and\s+)?development|"
    r"^capital\s+(?:expenditures|spending)\b|^purchases?\s+of\s+property|^additions\s+to\s+property|"
    r"^number\s+of\s+(?:employees|stores)|^(?:total\s+)?employees\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBER = re.compile(r"\(?\$?\s?\d{1,3}(?:,\d{3})+(?:\.\d+)?\)?|\(?\$?\s?\d+\.\d+\)?")
_SCALE = re.compile(
    r"\b(?:in|dollars in)\s+(thousands|millions|billions)\b|\((thousands|millions|billions)\)", re.IGNORECASE
)
MAX_QUOTE = 700
MAX_ROW = 160
MAX_HEADER = 90
MAX_DATE = 24
Header = tuple[int, list[str]]
_NO_AMOUNT = re.compile(r"[\d:%]|\n|\bchange\b|\bmargin\b|\bper share\b|percent|organic", re.IGNORECASE)


def read_tables(desk: Desk) -> Iterator[ClaimDraft]:
    """Yield one claim per known row: the newest year's figure with its year, scale and currency."""
    text = desk.passage.text
    scale = _SCALE.search(text)
    if not scale or ("$" not in text and "dollars" not in text.lower()):
        return
    word = (scale[1] or scale[2]).lower()
    header: Header | None = None
    stacked: list[tuple[int, str]] = []
    for match in re.finditer(r"[^\n]+", text):
        line = match[0].strip()
        years = _YEAR.findall(line) if len(line) <= MAX_HEADER and not _NUMBER.search(line) else []
        start = match.start() + match[0].index(line)
        stacked = [*stacked, (start, years[0])] if len(years) == 1 and len(line) <= MAX_DATE else []
        if len(years) >= 2 or len(stacked) >= 2:
            header = _header(start, years, stacked, scale)
        elif header and _ROWS.match(line):
            yield from _row(desk, header, match.start(), word)


def _header(start: int, years: list[str], stacked: list[tuple[int, str]], scale: re.Match[str]) -> Header | None:
    """Return where the columns' years begin and what they are; None where a year stands twice: which is which then?"""
    begin = stacked[0][0] if stacked else start
    named = [year for _, year in stacked] if stacked else years
    if len(set(named)) < len(named):
        return None
    return (scale.start() if 0 <= begin - scale.end() <= 200 else begin, named)


def _row(desk: Desk, header: Header, start: int, word: str) -> Iterator[ClaimDraft]:
    text = desk.passage.text
    quote_start, years = header
    numbers = list(_NUMBER.finditer(text, start, min(len(text), start + MAX_ROW)))[: len(years)]
    if any(text[n.end() : n.end() + 2].lstrip().startswith("%") for n in numbers):
        return
    if len(numbers) < len(years) or text[start : numbers[-1].end()].count("\n") > len(years) + 1:
        return
    named = text[start : numbers[0].start()].strip(" \n$(:.")
    label = " ".join(named.split())
    end = numbers[-1].end()
    if end - quote_start > MAX_QUOTE or _NO_AMOUNT.search(named):
        return
    newest = max(range(len(years)), key=lambda i: years[i])
    figure = " ".join(numbers[newest][0].replace("$", "").split())
    digits = re.sub(r"[^\d.,]", "", figure)
    amount = scaled(digits, word.removesuffix("s")) * (-1 if figure.startswith("(") else 1)
    when = EventDate(value=date(int(years[newest]), 1, 1), precision=Precision.YEAR, text=years[newest])
    details = ClaimDetails(
        event=label.lower(),
        amount=Money(amount=amount, text=figure),
        organization=desk.lead.name,
        field=label,
        gate="the lead's own publication",
    )
    statement = f"{desk.lead.name}, {years[newest]}: {label}: $ {figure} ({word})"
    made = draft(desk, ClaimType.METRIC, statement, (quote_start, end), date=when, details=details)
    if made:
        yield made
