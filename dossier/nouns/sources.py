"""Search plans, sources, and the stretches of text that steps read.

Here: what is searched and found. Not here: the search itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import Field

from dossier.nouns.words import Model, Precision, Tier


class Query(Model):
    """One planned search: "quoted phrases" are required (any of them), bare words only rank."""

    query: str
    rationale: str = ""
    target_signals: list[str] = []
    priority: int = 1
    expected_sources: list[str] = []


class SearchStrategy(Model):
    """What the plan looks for, in general terms."""

    primary_signals: list[str] = []
    geographies: list[str] = []
    recency: Literal["week", "month", "year", "any"] = "any"
    source_types: list[str] = []


class SearchPlan(Model):
    """The artifact `search_queries`: 3 to 5 queries, most specific first, broadest last."""

    objective: str
    queries: list[Query] = Field(min_length=1, max_length=8)
    search_strategy: SearchStrategy = SearchStrategy()
    domains_to_exclude: list[str] = []


class Source(Model):
    """A source without its text. Its identity is the sha256 of the stored text; the URL only groups."""

    id: str = Field(description="Derived from the sha256.")
    sha256: str = Field(description="Of the stored text: it is what makes two sources the same.")
    url: str | None = Field(description="Where it was published; it only groups references.")
    title: str = Field(description="As published.")
    publisher: str | None = Field(description="Who published it.")
    tier: Tier = Field(description="How close it stands to the facts, decided by rule.")
    published_at: date | None = Field(description="First day of the period of publication; empty where unknown.")
    published_precision: Precision | None = Field(description="How exact that date is.")
    retrieved_at: str = Field(description="When its text was stored.")
    doc_type: str | None = Field(default=None, description="What kind of document it is, where the importer said so.")


class Document(Source):
    """A source with its text: offsets of quotes count in `text`, in code points."""

    text: str


class SearchHit(Model):
    """What a search returns: a source, the words around the match, and a score (higher is better)."""

    source: Source
    snippet: str
    score: float


class FoundSource(Model):
    """A source of this run, with the queries (by index) that found it and its best score."""

    source: Source
    queries: list[int]
    score: float
    snippet: str


class SourceSet(Model):
    """The artifact `sources`: what the searches found, and what was left out by rule.

    `not_searched` says why planned searches were not made, where a budget ended them.
    """

    found: list[FoundSource]
    left_out_after_reference: int = 0
    left_out_excluded: int = 0
    hits: int = 0
    not_searched: str = ""

    def plus(self, more: Sequence[FoundSource]) -> SourceSet:
        """Return the sources with those of `more` that are not among them, after them."""
        known = {found.source.id for found in self.found}
        fresh = [found for found in more if found.source.id not in known]
        return self.model_copy(update={"found": [*self.found, *fresh]}) if fresh else self


class Passage(Model):
    """A stretch of a source that a step reads: `text == document.text[start:end]`."""

    source_id: str
    title: str
    publisher: str | None
    url: str | None
    tier: Tier
    published_at: date | None
    published_precision: Precision | None
    start: int
    end: int
    text: str
