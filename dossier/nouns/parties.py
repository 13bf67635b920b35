"""Who sells and who might buy: client configurations and leads.

Here: what an import gives the pipeline. Not here: rows of the queue.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dossier.nouns.words import JsonDict, Model


class IcpSignal(BaseModel):
    """One buying signal of a client's ideal customer profile; unknown fields are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str = Field(min_length=1)
    tier: Literal["hot", "warm", "planning", "passive"] | None = None
    weight: float | None = Field(default=None, ge=0, le=25)


class Disqualifier(BaseModel):
    """A reason not to sell; `strict` ones exclude the lead."""

    model_config = ConfigDict(extra="allow", frozen=True)
    name: str = Field(min_length=1)
    strict: bool = False


class Geography(BaseModel):
    """Places by preference; names or two-letter state codes."""

    model_config = ConfigDict(extra="allow", frozen=True)
    tier1: list[str] = []
    tier2: list[str] = []
    tier3: list[str] = []


class IcpConfig(BaseModel):
    """The ideal customer profile; unknown fields are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)
    signals: list[IcpSignal] = []
    disqualifiers: list[Disqualifier] = []
    target_titles: list[str] = []
    excluded_titles: list[str] = []
    scoring_weights: dict[str, float] = {}
    half_life_days: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = {}
    geography: Geography = Geography()


class ClientConfig(BaseModel):
    """A client's whole configuration; missing parts count as empty, unknown fields are kept."""

    model_config = ConfigDict(extra="allow", frozen=True)
    client: JsonDict
    icp_config: IcpConfig = IcpConfig()
    industry_research: JsonDict = {}
    research_context: JsonDict = {}
    seed_data: JsonDict = {}
    client_research_questions: list[str] = []
    scoring: str = "columnline"
    timezone: str = "UTC"


class Client(Model):
    """A company that sells: its slug is the slugified name."""

    slug: str
    name: str
    config: ClientConfig


class Lead(Model):
    """An organisation that might buy, as the pipeline sees it.

    `profile` holds the known descriptive columns of the import (headquarters, state, industry ...).
    Labels that came with the data are stored elsewhere and are not part of this model on purpose.
    """

    id: str
    name: str
    domain: str | None = None
    aliases: list[str] = []
    profile: dict[str, str] = {}
