"""Score, insight and the plan of the dossier, and the sentence that they all write.

Here: artifacts of the steps that judge. Not here: sections (`sections.py`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dossier.nouns.words import JsonDict, Model


class ScorePart(Model):
    """One part of a score: points reached of points possible, with the reason and its evidence (merged ids)."""

    name: str = Field(description="Which part of the formula.")
    weight: float = Field(description="Points that can be reached.")
    value: float = Field(description="Points that were reached.")
    reason: str = Field(description="Why, in words.")
    claim_ids: list[str] = Field(default=[], description="The merged claims behind it.")


class ScoreAspect(Model):
    """One side of a score, 0 to 100, with the reason and its evidence (merged ids): fit, timing or freshness."""

    name: Literal["fit", "timing", "freshness"] = Field(description="Which side.")
    value: int = Field(ge=0, le=100, description="Percent of what can be reached.")
    reason: str = Field(description="Why, in words.")
    claim_ids: list[str] = Field(default=[], description="The merged claims behind it.")


class Score(Model):
    """The artifact `score`: 0 to 100, itemised; tiers A >= 80, B >= 60, C >= 40, else D."""

    total: int = Field(ge=0, le=100)
    tier: Literal["A", "B", "C", "D"]
    formula: str
    timing_urgency: Literal["HIGH", "MEDIUM", "LOW"]
    parts: list[ScorePart]
    aspects: list[ScoreAspect] = Field(default=[], description="Fit, timing and freshness.")
    unread: list[str] = Field(
        default=[], description="Research steps whose events it could not count: they did not read."
    )


class Sentence(Model):
    """One sentence of the dossier. A `fact` needs merged claim ids; an `interpretation` is labelled as such."""

    text: str
    kind: Literal["fact", "interpretation"]
    claim_ids: list[str] = []


class Insight(Model):
    """The artifact `insight`: interpretation only, each sentence with the merged claims it rests on."""

    the_math: JsonDict = {}
    competitive_positioning: JsonDict = {}
    deal_strategy: JsonDict = {}
    sentences: list[Sentence] = []
    gap: str | None = None
    failed_steps: list[str] = []


class Routing(Model):
    """What a section gets: merged claim ids in order of priority, and what it lacks."""

    claim_ids: list[str]
    resolved_object_ids: list[str] = []
    coverage_notes: str = ""


class DossierPlan(Model):
    """The artifact `dossier_plan`: each merged claim is routed to sections, or unmapped with a reason."""

    section_routing: dict[str, Routing]
    unmapped_claims: dict[str, str] = {}
    conflicts_to_surface: list[JsonDict] = []
    coverage_gaps: list[JsonDict] = []
    section_readiness: dict[str, Literal["ready", "partial", "minimal", "empty"]] = {}
