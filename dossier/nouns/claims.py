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
    record (a notice, a letterhead); `tenure` tells whether the person still holds the title; `about` and `gate`
    are the entity gate's decision and its reason.
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
    tenure: Literal["current", "former"] | None = None
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

    id: str = Field(description="Prefix of the step and a counter, as in search_001.")
    type: ClaimType = Field(description="Which of the eight kinds of claim it is.")
    statement: str = Field(max_length=500, description="The fact in one sentence that stands alone.")
    entities: list[str] = Field(description="Organisations, people and places that it names.")
    event_date: date | None = Field(
        description="First day of the period of the event; empty where the text does not date it."
    )
    date_precision: Precision | None = Field(description="How exact the date is.")
    source_id: str = Field(description="The source that holds the quote.")
    quote: str = Field(description="Verbatim: the source's text from `start` to `end`.")
    start: int = Field(description="Offset of the quote's first character, in code points.")
    end: int = Field(description="Offset after the quote's last character.")
    source_tier: Tier = Field(description="How close the source stands to the fact.")
    confidence: Confidence = Field(description="By the tier of the source and how specific the statement is.")
    step: str = Field(description="The step that proposed it.")
    details: ClaimDetails = Field(
        default=ClaimDetails(), description="What code read in it: amounts, counts, places, people."
    )


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
