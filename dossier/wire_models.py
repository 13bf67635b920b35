"""The shapes in which a model answers, one for each step: small, flat, every field typed and required.

Here: models for the grammar of the vendor. What is not known is an empty string or an empty list: no field is optional
and none is a union, because both make the grammar large, and a large one is refused. No limits of length or number
either, a grammar cannot hold them; code checks them afterwards. Not here: how the shapes become answers (`wire.py`).
Names and descriptions of these classes are not sent.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["", "ANNOUNCED", "IN_PROGRESS", "APPROVED", "COMPLETED"]


class Wire(BaseModel):
    """Base: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Claim(Wire):
    """A claim, its proof first. `event_date` is as exact as its form: 2026-05-14, 2026-05, 2026-Q2, 2026-H1, 2026."""

    source_id: str
    quote: str
    statement: str
    type: Literal["SIGNAL", "CONTACT", "ENTITY", "RELATIONSHIP", "OPPORTUNITY", "METRIC", "ATTRIBUTE", "NOTE"]
    event_date: str
    entities: list[str]
    about: Literal["lead", "other", "unsure"]
    gate: str


class Figures(Wire):
    """The words of the quote that name a place, an amount of money or a number of things; code reads them."""

    place: str
    amount_text: str
    count_text: str


class SignalClaim(Figures, Claim):
    """A claim of `signal_discovery`."""

    signal_type: str
    status: Status
    organization: str


class EntityClaim(Claim):
    """A claim of `entity_research`: `event` is the tie with `organization`."""

    organization: str
    event: str
    place: str


class ContactClaim(Claim):
    """A claim of `contact_discovery`."""

    person: str
    title: str
    organization: str
    email: str
    phone: str
    linkedin: str


class LeadClaim(Figures, Claim):
    """A claim of `enrich_lead`."""


class OpportunityClaim(Figures, Claim):
    """A claim of `enrich_opportunity`."""

    status: Status
    organization: str


class SourceUse(Wire):
    """A source that the answer rests on."""

    url: str
    title: str
    used_for: str


class Query(Wire):
    """One planned search."""

    query: str
    rationale: str
    target_signals: list[str]
    priority: int
    expected_sources: list[str]


class SearchStrategy(Wire):
    """What the plan looks for."""

    primary_signals: list[str]
    geographies: list[str]
    recency: Literal["week", "month", "year", "any"]
    source_types: list[str]


class SearchPlan(Wire):
    """Answer of `search_builder`."""

    objective: str
    queries: list[Query]
    search_strategy: SearchStrategy
    domains_to_exclude: list[str]


class PrimarySignal(Wire):
    """The strongest event."""

    signal_type: str
    headline: str
    description: str
    date: str
    source_url: str
    source_name: str


class Assessment(Wire):
    """A first judgement of a lead."""

    estimated_score: int
    timing_urgency: Literal["HIGH", "MEDIUM", "LOW"]
    geographic_fit: Literal["TIER_1", "TIER_2", "OTHER"]
    signal_tier: Literal["HOT", "WARM", "PLANNING", "PASSIVE"]
    confidence: Literal["HIGH", "MEDIUM", "LOW"]


class FoundLead(Wire):
    """The lead; without a name there is none."""

    company_name: str
    company_domain: str
    primary_signal: PrimarySignal
    initial_assessment: Assessment
    next_research_questions: list[str]


class SearchExecution(Wire):
    """How the choice was made."""

    results_evaluated: int
    signals_found: int
    selection_rationale: str


class SignalDiscovery(Wire):
    """Answer of `signal_discovery`."""

    claims: list[SignalClaim]
    lead: FoundLead
    failure_reason: str
    retry_recommendation: str
    search_execution: SearchExecution
    sources: list[SourceUse]


class Identity(Wire):
    """Who an organisation is."""

    names: list[str]
    domains: list[str]
    headquarters: str
    entity_type: Literal["", "Standalone", "Subsidiary", "Parent", "JV"]
    parent: str
    subsidiaries: list[str]


class Party(Wire):
    """An organisation in a project."""

    name: str
    role: str


class EntityResearch(Wire):
    """Answer of `entity_research`."""

    claims: list[EntityClaim]
    identity: Identity
    opportunity: str
    company_profile: str
    project_ecosystem: list[Party]
    further_signals: list[str]
    network: list[str]
    sources: list[SourceUse]


class Person(Wire):
    """Somebody to talk to. `evidence` are source ids."""

    name: str
    title: str
    organization: str
    tier: Literal["1", "2", "partner"]
    why: str
    evidence: list[str]


class ContactDiscovery(Wire):
    """Answer of `contact_discovery`."""

    claims: list[ContactClaim]
    contacts: list[Person]
    sources: list[SourceUse]


class Phone(Wire):
    """A number and what it reaches."""

    number: str
    label: str


class DeepDive(Wire):
    """The organisation in figures."""

    description: str
    domain: str
    founded_year: str
    employees: str
    revenue: str
    full_address: str
    coordinates: str
    phones: list[Phone]
    emails: list[str]


class Network(Wire):
    """Where the organisation meets others."""

    associations: list[str]
    conferences: list[str]
    awards: list[str]
    partnerships: list[str]


class WarmPath(Wire):
    """Somebody outside who has a tie to the lead."""

    name: str
    title: str
    organization: str
    connection_to_target: str
    why_theyd_help: str
    approach: str
    linkedin_url: str
    source_url: str


class EnrichLead(Wire):
    """Answer of `enrich_lead`."""

    claims: list[LeadClaim]
    company_deep_dive: DeepDive
    network_intelligence: Network
    warm_paths: list[WarmPath]
    sources: list[SourceUse]


class Project(Wire):
    """What is built or bought."""

    name: str
    type: str
    location: str


class Scope(Wire):
    """How much of it."""

    total_value: str
    size: str
    phases: list[str]
    specifications: list[str]


class Milestone(Wire):
    """A step of a project."""

    milestone: str
    date: str
    status: Literal["COMPLETED", "PLANNED"]


class ProjectTimeline(Wire):
    """Where a project stands."""

    current_phase: str
    milestones: list[Milestone]


class Procurement(Wire):
    """How it is bought."""

    status: str
    process: str
    scopes_being_procured: list[str]
    timeline: str


class Player(Wire):
    """Who does what."""

    role: str
    organization: str


class Relevance(Wire):
    """What of it the client could do."""

    relevant_scope: str
    estimated_value: str
    requirements_match: list[str]


class EnrichOpportunity(Wire):
    """Answer of `enrich_opportunity`."""

    claims: list[OpportunityClaim]
    project: Project
    scope: Scope
    timeline: ProjectTimeline
    procurement: Procurement
    key_players: list[Player]
    client_relevance: Relevance
    sources: list[SourceUse]


class Proof(Wire):
    """A statement and where it stands."""

    statement: str
    source_url: str


class ResearchResult(Wire):
    """One of the client's questions."""

    question: str
    evidence: list[Proof]
    answer: str
    confidence: Literal["HIGH", "MEDIUM", "LOW", "NOT_FOUND"]
    implications: str


class ClientSpecific(Wire):
    """Answer of `client_specific`."""

    claims: list[Claim]
    research_results: list[ResearchResult]
    unexpected_findings: list[str]
    research_gaps: list[str]
    sources: list[SourceUse]


class Logo(Wire):
    """A logo."""

    url: str
    source: str
    quality: str
    fallback: str


class Picture(Wire):
    """A picture of the project."""

    url: str
    alt_text: str
    caption: str
    source_url: str
    quality_score: int


class Fallback(Wire):
    """What to take where there is no picture."""

    needed: bool
    industry_category: str
    reason: str


class Media(Wire):
    """Answer of `media`."""

    logo: Logo
    project_image: Picture
    fallback_recommendation: Fallback


class Sentence(Wire):
    """A sentence and the merged claims that it rests on."""

    claim_ids: list[str]
    text: str
    kind: Literal["fact", "interpretation"]


class Part(Wire):
    """What every writer gives: its sentences, and the reason where there are none."""

    sentences: list[Sentence]
    gap: str


class TheMath(Wire):
    """The value to the lead."""

    their_reality: str
    the_opportunity: str
    translation: str
    bottom_line: str


class HiddenInsight(Wire):
    """What the lead may not know."""

    insight: str
    advantage: str


class Landmine(Wire):
    """What not to speak of."""

    topic: str
    reason: str


class Positioning(Wire):
    """How to stand out."""

    insights_they_dont_know: list[HiddenInsight]
    landmines_to_avoid: list[Landmine]


class DealStrategy(Wire):
    """How they buy."""

    how_they_buy: str
    unique_value_props: list[str]


class Insight(Part):
    """Answer of `insight`."""

    the_math: TheMath
    competitive_positioning: Positioning
    deal_strategy: DealStrategy


class IntroContent(Wire):
    """The opening; title, score and urgency are code's."""

    one_liner: str
    the_angle: str


class Intro(Part):
    """Answer of `writer_intro`."""

    content: IntroContent


class SignalRow(Wire):
    """What a writer says of a signal; its date, status and address are code's."""

    signal_type: str
    headline: str
    claim_ids: list[str]
    relevance: str


class SignalsContent(Wire):
    """The rows."""

    why_theyll_buy_now: list[SignalRow]


class Signals(Part):
    """Answer of `writer_signals`."""

    content: SignalsContent


class NetworkRow(Wire):
    """Somebody outside the lead."""

    type: Literal["partner", "association", "former_employer", "award_co_recipient", "vendor"]
    name: str
    connection: str
    approach: str
    claim_ids: list[str]


class IntelligenceContent(Wire):
    """What is known of them."""

    company_intel: str
    entity_brief: str
    network_intelligence: list[NetworkRow]
    quick_reference: list[str]


class LeadIntelligence(Part):
    """Answer of `writer_lead_intelligence`."""

    content: IntelligenceContent


class Objection(Wire):
    """What they may say, and what to answer."""

    objection: str
    response: str


class StrategyContent(Wire):
    """How to sell to them."""

    deal_strategy: str
    common_objections: list[Objection]
    competitive_positioning: str


class Strategy(Part):
    """Answer of `writer_strategy`."""

    content: StrategyContent


class DatedStep(Wire):
    """A step of the project."""

    date: str
    milestone: str


class OpportunityDetails(Wire):
    """The project, from the claims named in `claim_ids`."""

    project_name: str
    project_type: str
    location: str
    coordinates: str
    estimated_value: str
    timeline: list[DatedStep]
    scope_relevant_to_client: str
    procurement_status: str
    key_players: list[Player]
    claim_ids: list[str]


class OpportunityContent(Wire):
    """The project."""

    opportunity_details: OpportunityDetails


class Opportunity(Part):
    """Answer of `writer_opportunity`."""

    content: OpportunityContent


class AnsweredQuestion(Wire):
    """A question and its answer."""

    question: str
    evidence_claims: list[str]
    answer: str


class QuestionsContent(Wire):
    """The client's questions."""

    client_specific: list[AnsweredQuestion]


class Questions(Part):
    """Answer of `writer_client_specific`."""

    content: QuestionsContent


class Mail(Wire):
    """An e-mail; without a body there is none."""

    subject: str
    body: str
    ps: str


class Note(Wire):
    """A short message; an empty one is none."""

    message: str


class Profile(Wire):
    """One contact."""

    contact_id: str
    claim_ids: list[str]
    why: str
    interesting_facts: list[str]
    opening_facts: list[Sentence]
    email: Mail
    linkedin: Note
    client_email: Mail
    client_linkedin: Note
    adjustments_made: list[str]


class EnrichContact(Wire):
    """Answer of `enrich_contact`."""

    profiles: list[Profile]
    gap: str
