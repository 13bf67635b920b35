"""What the research assets hold: signals, context packs, answers.

Here: artifacts of the steps that read. Not here: what an engine answers (`dossier/answers.py`).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from dossier.nouns.claims import Claim, InvalidClaim, RefusedClaim
from dossier.nouns.parties import Lead
from dossier.nouns.sources import FoundSource
from dossier.nouns.values import Money
from dossier.nouns.words import JsonDict, Model, Precision, SignalTier


class Signal(Model):
    """A dated public event that suggests a purchase. `claim_ids` are raw claim ids."""

    id: str = Field(description="signal_ and a counter.")
    signal_type: str = Field(description="The client's own buying signal that matches, else a general one.")
    tier: SignalTier = Field(description="How strongly it suggests a purchase.")
    headline: str = Field(description="What happened, in one sentence.")
    event_date: date | None = Field(description="First day of the period of the event.")
    date_precision: Precision | None = Field(description="How exact the date is.")
    source_id: str = Field(description="The source that reports it.")
    url: str | None = Field(description="Where the source was published.")
    amount: Money | None = Field(default=None, description="Money that the event names, with the matched text.")
    status: Literal["ANNOUNCED", "IN_PROGRESS", "APPROVED", "COMPLETED"] = Field(
        default="ANNOUNCED", description="How far it has come."
    )
    claim_ids: list[str] = Field(description="The raw claims that it rests on.")


class ContextPack(Model):
    """A short handover between stages; `anchor_claim_ids` exist in the run."""

    pack_type: Literal["signal_to_entity", "entity_to_contacts", "contacts_to_enrichment"] = Field(
        description="From which stage to which."
    )
    data: JsonDict = Field(description="What the next stage should know.")
    anchor_claim_ids: list[str] = Field(description="The claims of the run that it rests on.")


class NoLead(Model):
    """An organisation that was looked at and does not become a lead, and why."""

    name: str
    reason: str


class Attempt(Model):
    """One search for a lead that nobody named: what was asked, and the lead that it found or why there is none.

    `claim_ids` are the claims that made the lead one. `read` are the sources whose words on events were read, `basis`
    is a digest of all that the search depends on but what is asked. `left` are, after a search in vain, the objectives
    of those plans of the profile that bring a source which was not read yet.
    """

    queries: list[str]
    signals: list[str] = []
    places: list[str] = []
    source_types: list[str] = []
    lead: Lead | None = None
    claim_ids: list[str] = []
    rationale: str = ""
    reason: str | None = None
    recommendation: str | None = None
    refused: list[NoLead] = []
    read: list[str] = []
    basis: str = ""
    left: list[str] = []

    @property
    def exhausted(self) -> bool:
        """True where the search was in vain and no other one is left."""
        return self.lead is None and not self.left


class Research(Model):
    """What a research asset holds: the step's answer as data, its claims, its pack, and gaps by step.

    `found` are the sources that it found itself, `attempt` what a search for a lead came to.
    """

    answers: dict[str, JsonDict]
    claims: list[Claim]
    refused: list[RefusedClaim] = []
    set_aside: list[InvalidClaim] = []
    pack: ContextPack | None = None
    signals: list[Signal] = []
    gaps: list[str] = []
    failed_steps: list[str] = []
    found: list[FoundSource] = []
    attempt: Attempt | None = None
