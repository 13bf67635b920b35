"""What a model answers in the set-up flows: a client's configuration from its own words, shorter texts, directions.

Here: one model for each prompt of these flows, flat, every field required: nothing known is an empty text or list.
Not here: answers of a run's steps (`answers.py`), and what code makes of these (`dossier/steps/onboarding.py`,
`prep_inputs.py`, `batch_composer.py`).
"""

from __future__ import annotations

from typing import Literal

from dossier.models import Model


class Grounded(Model):
    """A value and the words of the intake it rests on, copied character by character from `document`."""

    value: str
    words: str
    document: str


class GroundedSignal(Grounded):
    """An event that makes somebody a buyer; `tier` is empty where the intake does not rank it."""

    tier: Literal["", "hot", "warm", "planning", "passive"]


class Onboarding(Model):
    """Answer of `onboarding`: what the intake says for each part of a configuration."""

    domain: list[Grounded]
    offer: list[Grounded]
    differentiators: list[Grounded]
    signals: list[GroundedSignal]
    disqualifiers: list[Grounded]
    target_titles: list[Grounded]
    excluded_titles: list[Grounded]
    best_places: list[Grounded]
    good_places: list[Grounded]
    other_places: list[Grounded]
    industries: list[Grounded]
    buying_window: list[Grounded]
    competitors: list[Grounded]
    notable_projects: list[Grounded]
    goals: list[Grounded]
    brand_voice: list[Grounded]
    research_questions: list[Grounded]
    strategy: list[Grounded]
    gap: str


class ShortText(Model):
    """A text of a configuration in fewer words, by its place."""

    place: str
    text: str


class PrepInputs(Model):
    """Answer of `prep_inputs`."""

    texts: list[ShortText]


class Direction(Model):
    """A direction to search in. `entity` is empty where none is named."""

    mode: Literal["discovery", "seed"]
    entity: str
    hint: str
    project_type: str
    geography: str
    signal_type: str
    estimated_score: int
    reasoning: str


class BatchComposer(Model):
    """Answer of `batch_composer`."""

    directions: list[Direction]
    gap: str


SETUP_ANSWERS: dict[str, type[Model]] = {
    "onboarding": Onboarding,
    "prep_inputs": PrepInputs,
    "batch_composer": BatchComposer,
}
