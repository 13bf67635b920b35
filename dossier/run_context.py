"""What every step of one dossier run is given: who sells to whom, as of which day, and the ports it may use.

Here: the context itself and the prompt variables that are the same in all steps. Not here: how a run begins
and where its parts come from (the composition root).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from dossier.exchange import Exchange
from dossier.models import Client, JsonDict, Lead
from dossier.ports import Library, Variable, WebSearch


@dataclass(frozen=True, slots=True)
class RunContext:
    """One run. `reference_date` is the day all ages count to; `attempt_log` holds what earlier tries gave."""

    run_id: str
    client: Client
    lead: Lead
    reference_date: date
    created_at: str
    exchange: Exchange
    search: WebSearch
    library: Library
    attempt_log: list[JsonDict] = field(default_factory=list)
    provider: str = "extractive"

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
            "lead": Variable(self.lead, "seed"),
            "client": Variable(client, "client_config"),
            "icp_config": Variable(config.icp_config, "client_config"),
            "industry_research": Variable(config.industry_research, "client_config"),
            "research_context": Variable(config.research_context, "client_config"),
            "client_research_questions": Variable(config.client_research_questions, "client_config"),
            "current_date": Variable(self.reference_date.isoformat(), "static"),
            **more,
        }
