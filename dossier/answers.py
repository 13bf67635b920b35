"""What each step that asks an engine answers: the output models of DOMAIN B3, B8 and B9.

Here: one model per step id, used as JSON schema for a model and as check for every engine's answer.
Not here: what code makes of the answers (`dossier/models.py`). Missing facts are empty, never invented.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from dossier.models import ClaimDraft, Insight, JsonDict, Model, SearchPlan, Sentence


class SourceUse(Model):
    """A source the answer rests on."""

    url: str | None = None
    title: str = ""
    used_for: str = ""


class PrimarySignal(Model):
    """The event that makes the organisation a lead."""

    signal_type: str
    headline: str = Field(max_length=100)
    description: str
    date: str | None = None
    source_url: str | None = None
    source_name: str | None = None


class InitialAssessment(Model):
    """A first, coarse judgement of the lead."""

    estimated_score: int = 0
    timing_urgency: Literal["HIGH", "MEDIUM", "LOW"] = "LOW"
    geographic_fit: Literal["TIER_1", "TIER_2", "OTHER"] = "OTHER"
    signal_tier: Literal["HOT", "WARM", "PLANNING", "PASSIVE"] = "PASSIVE"
    confidence: Literal["HIGH", "MEDIUM", "LOW"] = "LOW"


class FoundLead(Model):
    """The lead of a discovery answer."""

    company_name: str
    company_domain: str | None = None
    primary_signal: PrimarySignal | None = None
    initial_assessment: InitialAssessment = InitialAssessment()
    next_research_questions: list[str] = []


class SearchExecution(Model):
    """How the search went, in numbers."""

    queries_run: int = 0
    results_evaluated: int = 0
    signals_found: int = 0
    selection_rationale: str = ""


class SignalDiscovery(Model):
    """Answer of `signal_discovery`: one lead, or none with the reason."""

    lead: FoundLead | None = None
    failure_reason: str | None = None
    retry_recommendation: str | None = None
    search_execution: SearchExecution = SearchExecution()
    sources: list[SourceUse] = []
    claims: list[ClaimDraft] = []


class EntityResearch(Model):
    """Answer of `entity_research`."""

    identity: JsonDict = {}
    opportunity: str = ""
    project_ecosystem: list[JsonDict] = []
    company_profile: str = ""
    further_signals: list[str] = []
    network: list[str] = []
    sources: list[SourceUse] = []
    claims: list[ClaimDraft] = []


class ContactDiscovery(Model):
    """Answer of `contact_discovery`: people with name, title, organisation, why and evidence."""

    contacts: list[JsonDict] = []
    sources: list[SourceUse] = []
    claims: list[ClaimDraft] = []


class EnrichLead(Model):
    """Answer of `enrich_lead`."""

    company_deep_dive: JsonDict = {}
    network_intelligence: JsonDict = {}
    warm_paths: list[JsonDict] = []
    sources: list[SourceUse] = []
    claims: list[ClaimDraft] = []


class EnrichOpportunity(Model):
    """Answer of `enrich_opportunity`."""

    project: JsonDict = {}
    scope: JsonDict = {}
    timeline: JsonDict = {}
    procurement: JsonDict = {}
    key_players: list[JsonDict] = []
    client_relevance: JsonDict = {}
    sources: list[SourceUse] = []
    claims: list[ClaimDraft] = []


class ResearchResult(Model):
    """One of the client's questions, answered or not found."""

    question: str
    answer: str = ""
    confidence: Literal["HIGH", "MEDIUM", "LOW", "NOT_FOUND"] = "NOT_FOUND"
    evidence: list[JsonDict] = []
    implications: str = ""


class ClientSpecific(Model):
    """Answer of `client_specific`."""

    research_results: list[ResearchResult] = []
    unexpected_findings: list[str] = []
    research_gaps: list[str] = []
    sources: list[SourceUse] = []
    claims: list[ClaimDraft] = []


class Media(Model):
    """Answer of `media`: addresses come from results only; otherwise a fallback is recommended."""

    logo: JsonDict = {}
    project_image: JsonDict = {}
    fallback_recommendation: JsonDict = {}


class Written(Model):
    """Answer of every `writer_*` step. Sentences cite merged claim ids; nothing found is a `gap`."""

    content: dict[str, Any] = {}
    sentences: list[Sentence] = []
    gap: str | None = None


class ContactProfile(Model):
    """What is known of one person beyond name and title, with the merged claims it rests on."""

    contact_id: str
    why: str = ""
    interesting_facts: list[str] = []
    claim_ids: list[str] = []
    email: JsonDict | None = None
    linkedin: JsonDict | None = None
    client_email: JsonDict | None = None
    client_linkedin: JsonDict | None = None
    adjustments_made: list[str] = []
    opening_facts: list[Sentence] = []


class EnrichContact(Model):
    """Answer of `enrich_contact`, one call for up to five contacts: profile, copy and client version."""

    profiles: list[ContactProfile] = []
    gap: str | None = None


ANSWERS: dict[str, type[Model]] = {
    "search_builder": SearchPlan,
    "signal_discovery": SignalDiscovery,
    "entity_research": EntityResearch,
    "contact_discovery": ContactDiscovery,
    "enrich_lead": EnrichLead,
    "enrich_opportunity": EnrichOpportunity,
    "client_specific": ClientSpecific,
    "media": Media,
    "insight": Insight,
    "enrich_contact": EnrichContact,
    "writer_intro": Written,
    "writer_signals": Written,
    "writer_lead_intelligence": Written,
    "writer_strategy": Written,
    "writer_opportunity": Written,
    "writer_client_specific": Written,
}
