"""The words that have a fixed list of values, and the base of all models.

Here: enumerations and the frozen base model. Not here: anything with more than one field.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

JsonDict = dict[str, Any]


class Model(BaseModel):
    """Base: unknown fields are errors, values are frozen; change one with `model_copy(update=...)`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(StrEnum):
    """How close a source stands to the fact, best first."""

    GOV = "GOV"
    PRIMARY = "PRIMARY"
    NEWS = "NEWS"
    OTHER = "OTHER"

    @property
    def rank(self) -> int:
        """0 for the best tier, 3 for the worst."""
        return list(Tier).index(self)


class ClaimType(StrEnum):
    """The eight kinds of claim."""

    SIGNAL = "SIGNAL"
    CONTACT = "CONTACT"
    ENTITY = "ENTITY"
    RELATIONSHIP = "RELATIONSHIP"
    OPPORTUNITY = "OPPORTUNITY"
    METRIC = "METRIC"
    ATTRIBUTE = "ATTRIBUTE"
    NOTE = "NOTE"


class Confidence(StrEnum):
    """HIGH: GOV or PRIMARY and specific. MEDIUM: NEWS, or vague PRIMARY. LOW: OTHER or conflicting."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Precision(StrEnum):
    """How exact a date is; the date itself is the first day of the period."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class SignalTier(StrEnum):
    """How strongly a signal suggests a purchase."""

    HOT = "HOT"
    WARM = "WARM"
    PLANNING = "PLANNING"
    PASSIVE = "PASSIVE"


class Bound(StrEnum):
    """What an amount or count says of the true value."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ADDITIONAL = "additional"


class RunStatus(StrEnum):
    """Status of a dossier run; our tables are the authority, Dagster is the view."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    BLOCKED = "blocked"


class StepStatus(StrEnum):
    """Status of a step run."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class LeadStatus(StrEnum):
    """Status of a lead in its queue."""

    NEW = "new"
    FLAGGED = "flagged"
    PROCESSING = "processing"
    READY = "ready"
    DELIVERED = "delivered"
    ARCHIVED = "archived"
    BLOCKED = "blocked"
