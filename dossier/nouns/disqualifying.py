"""Reasons not to sell, as the evidence answers them.

Here: one reason of the client's profile and whether it holds. Not here: the profile (`parties.py`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dossier.nouns.words import Model


class Disqualification(Model):
    """One reason of the profile not to sell, and what the evidence says of it."""

    name: str = Field(description="As the profile names it.")
    strict: bool = Field(description="Whether it excludes the lead by itself.")
    verdict: Literal["holds", "does_not_hold", "unknown"] = Field(
        description="Unknown where nothing that was read tells: then it is a question to ask, and a gap."
    )
    reason: str = Field(description="Why, in one sentence.")
    claim_ids: list[str] = Field(default=[], description="The merged claims that it rests on.")
