"""What every step of one dossier run is given: who sells to whom, as of which day, and the ports it may use.

Here: the context itself and the prompt variables that are the same in all steps. Not here: how a run begins
and where its parts come from (the composition root).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from dossier.errors import Permanent
from dossier.evidence.tiers import tier_for
from dossier.exchange import MODELS, Exchange
from dossier.models import Attempt, Client, Document, JsonDict, Lead
from dossier.ports import Library, Variable, WebSearch


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a run that has to find its lead knows: the leads that the client has already, and how many texts there are.

    `attempts` is what the client's earlier searches gave, in their order.
    """

    known: Sequence[Lead] = ()
    attempts: Sequence[Attempt] = ()
    texts: int = 0


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run. `reference_date` is the day all ages count to.

    `target` is the lead, None as long as it has to be found; `hunt` is given where the run began without one. `brief`
    holds parts of the client's configuration in short form, which prompts are given in place of the thorough ones.
    """

    run_id: str
    client: Client
    target: Lead | None
    reference_date: date
    created_at: str
    exchange: Exchange
    search: WebSearch
    library: Library
    hunt: Hunt | None = None
    provider: str = "extractive"
    brief: Mapping[str, JsonDict] = field(default_factory=dict)

    @property
    def lead(self) -> Lead:
        """The lead of this run. Raises Permanent where it is not found yet."""
        if self.target is None:
            raise Permanent(
                f"Run {self.run_id} has no lead yet.",
                "Its search for one comes first.",
                "Make its asset `signals`, or the whole run.",
            )
        return self.target

    def documents(self, source_ids: Sequence[str]) -> list[Document]:
        """Return the sources with their texts as this run's lead makes them: its own pages are PRIMARY."""
        domain = self.target.domain if self.target else None
        found = self.library.documents(source_ids)
        return [one.model_copy(update={"tier": tier_for(one.tier, one.url, domain)}) for one in found]

    @property
    def by_model(self) -> bool:
        """True where a model writes: its answers are checked before they are taken, and mended once."""
        return self.provider in MODELS

    @property
    def attempt_log(self) -> list[JsonDict]:
        """What earlier searches for a lead gave, in words: their queries, and the lead or why there was none."""
        return [as_told(attempt) for attempt in (self.hunt.attempts if self.hunt else ())]

    def about(self, lead: Lead) -> RunContext:
        """Return the same context with its lead found."""
        return replace(self, target=lead)

    def within(self, asset: str) -> RunContext:
        """Return the same context with its step runs filed under `asset`."""
        return replace(self, exchange=self.exchange.within(asset))

    def variables(self, **more: Variable) -> dict[str, Variable]:
        """Return the variables that every prompt may use, and `more`.

        `lead`, `client` (the config's client with slug and name), `icp_config`, `industry_research`,
        `research_context`, `client_research_questions` and `current_date` (the reference date, ISO).
        """
        config = self.client.config
        client = {**config.client, "slug": self.client.slug, "name": self.client.name}
        return {
            "lead": Variable(self.target, "seed"),
            "client": Variable(client, "client_config"),
            "icp_config": Variable(self.brief.get("icp_config", config.icp_config), "client_config"),
            "industry_research": Variable(
                self.brief.get("industry_research", config.industry_research), "client_config"
            ),
            "research_context": Variable(self.brief.get("research_context", config.research_context), "client_config"),
            "client_research_questions": Variable(config.client_research_questions, "client_config"),
            "current_date": Variable(self.reference_date.isoformat(), "static"),
            **more,
        }


MOST_TOLD = 10


def as_told(attempt: Attempt) -> JsonDict:
    """Return an attempt as the next search is told of it: without the sources that were read."""
    told = attempt.model_dump(mode="json", include={"queries", "signals", "places", "source_types", "reason", "left"})
    refused = [f"{one.name}: {one.reason}" for one in attempt.refused[:MOST_TOLD]]
    found = attempt.lead.name if attempt.lead else None
    return {**told, "found": found, "recommendation": attempt.recommendation, "refused": refused}
