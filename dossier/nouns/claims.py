"""Raw claims: drafted by an engine, bound to a quote by code, or refused.

Here: one sourced fact and its details. Not here: merged claims (`merging.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from dossier.nouns.values import Count, Money
from dossier.nouns.words import ClaimType, Confidence, Model, Precision, SignalTier, Tier


class ClaimDetails(Model):
    """What code read in a claim. Merge, score and contacts compare these values, never the wording.

    `event` is the lemma of the main event or the label of a record's field; `record` groups the fields of one
    record (a notice, a letterhead); `about` and `gate` are the entity gate's decision and its reason.
    """

    event: str | None = None
    signal_type: str | None = None
    signal_tier: SignalTier | None = None
    status: Literal["ANNOUNCED", "IN_PROGRESS", "APPROVED", "COMPLETED"] | None = None
    amount: Money | None = None
    count: Count | None = None
    place: str | None = None
    person: str | None = None
    title: str | None = None
    organization: str | None = None
    email: str | None = None
    phone: str | None = None
    linkedin: str | None = None
    record: str | None = None
    field: str | None = None
    about: Literal["lead", "other", "unsure"] = "lead"
    gate: str = ""


class ClaimDraft(Model):
    """A claim as an engine proposes it; code binds the quote and decides whether it stands.

    `start` is a hint (offset in the source's text); the quote is looked for there first.
    """

    type: ClaimType
    statement: str
    source_id: str
    quote: str
    start: int | None = None
    entities: list[str] = []
    event_date: date | None = None
    date_precision: Precision | None = None
    details: ClaimDetails = ClaimDetails()


class Claim(Model):
    """One sourced fact: `quote == text[start:end]` of its source, checked again before every export."""

    id: str
    type: ClaimType
    statement: str = Field(max_length=500)
    entities: list[str]
    event_date: date | None
    date_precision: Precision | None
    source_id: str
    quote: str
    start: int
    end: int
    source_tier: Tier
    confidence: Confidence
    step: str
    details: ClaimDetails = ClaimDetails()


class RefusedClaim(Model):
    """A draft whose quote does not stand in its source: kept whole in the store, only id and reason shown."""

    id: str
    reason: str
    draft: ClaimDraft
    step: str


class InvalidClaim(Model):
    """A claim that is not used, and why."""

    id: str
    reason: str


class ClaimSet(Model):
    """The artifact `claims`: all raw claims whose quote stands, and every id set aside with its reason.

    An id in `invalid` that also stands in `claims` was set aside for another reason than its quote
    (about another company, say). Counts: drafted = len(claims) + len(refused).
    """

    claims: list[Claim]
    refused: list[RefusedClaim] = []
    invalid: list[InvalidClaim] = []
    drafted: int = 0
