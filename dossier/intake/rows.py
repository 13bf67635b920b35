"""What intake hands to the store: checked rows, and rejected ones with number and reason.

Here: small values without behaviour. Not here: reading files and writing tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dossier.models import Precision, Tier


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not go in: its number in the file (the header of a table is row 1), and why."""

    row: int
    reason: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """Something to hear about a row that went in."""

    row: int
    note: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class LeadInput:
    """A checked row of a lead table. `extra` holds columns that the pipeline never reads."""

    row: int
    name: str
    domain: str | None = None
    aliases: tuple[str, ...] = ()
    profile: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A checked document. `reference` names where it came from; `extra` holds fields that nothing reads."""

    title: str
    text: str
    url: str | None
    publisher: str | None
    published_at: date | None
    published_precision: Precision | None
    tier: Tier
    tier_reason: str
    doc_type: str | None = None
    reference: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeadFile:
    """A lead table as read: usable rows and rejected ones."""

    rows: list[LeadInput]
    rejected: list[Rejected]


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """Documents as read: usable ones and rejected rows."""

    documents: list[ParsedDocument]
    rejected: list[Rejected]
