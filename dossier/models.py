"""The nouns of the product as pydantic models: what the assets hold and what the dossier is made of.

Here: every artifact and the values inside it. Not here: what a model or the extractive engine answers
(`dossier/answers.py`) and how rows are stored (`dossier/store/schema.py`).
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

JsonDict = dict[str, Any]


class Model(BaseModel):
    """Base: unknown fields are errors, values are frozen; change one with `model_copy(update=...)`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(StrEnum):
    """How close a source stands to the fact, best first."""

    GOV = "GOV"
    PRIMARY = "PRIMARY"
    NEWS = "NEWS"
    OTHER = "OTHER"

    @property
    def rank(self) -> int:
        """0 for the best tier, 3 for the worst."""
        return list(Tier).index(self)


class ClaimType(StrEnum):
    """The eight kinds of claim."""

    SIGNAL = "SIGNAL"
    CONTACT = "CONTACT"
    ENTITY = "ENTITY"
    RELATIONSHIP = "RELATIONSHIP"
    OPPORTUNITY = "OPPORTUNITY"
    METRIC = "METRIC"
    ATTRIBUTE = "ATTRIBUTE"
    NOTE = "NOTE"


class Confidence(StrEnum):
    """HIGH: GOV or PRIMARY and specific. MEDIUM: NEWS, or vague PRIMARY. LOW: OTHER or conflicting."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Precision(StrEnum):
    """How exact a date is; the date itself is the first day of the period."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class SignalTier(StrEnum):
    """How strongly a signal suggests a purchase."""

    HOT = "HOT"
    WARM = "WARM"
    PLANNING = "PLANNING"
    PASSIVE = "PASSIVE"


class Bound(StrEnum):
    """What an amount or count says of the true value."""

    EXACT = "exact"
    ABOUT = "about"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ADDITIONAL = "additional"


class RunStatus(StrEnum):
    """Status of a dossier run; our tables are the authority, Dagster is the view."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    BLOCKED = "blocked"


class StepStatus(StrEnum):
    """Status of a step run."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


class LeadStatus(StrEnum):
    """Status of a lead in its queue."""

    NEW = "new"
    FLAGGED = "flagged"
    PROCESSING = "processing"
    READY = "ready"
    DELIVERED = "delivered"
    ARCHIVED = "archived"
    BLOCKED = "blocked"


# ---------------------------------------------------------------- values read from text


class EventDate(Model):
    """A date with its precision: `value` is the first day of the period, `text` what stood in the source."""

    value: date
    precision: Precision
    text: str


class Money(Model):
    """An amount in units of `currency` (ISO 4217), with the words it was read from."""

    amount: float
    currency: str = "USD"
    bound: Bound = Bound.EXACT
    text: str


class Count(Model):
    """A number of things (`unit` in the singular: job, employee, megawatt, site ...), with its words."""

    number: float
    unit: str
    bound: Bound = Bound.EXACT
    text: str


# ---------------------------------------------------------------- input: who sells, who might buy


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


# ---------------------------------------------------------------- search and sources


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

    id: str
    sha256: str
    url: str | None
    title: str
    publisher: str | None
    tier: Tier
    published_at: date | None
    published_precision: Precision | None
    retrieved_at: str
    doc_type: str | None = None


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
    """The artifact `sources`: what the searches found, and what was left out by rule."""

    found: list[FoundSource]
    left_out_after_reference: int = 0
    left_out_excluded: int = 0
    hits: int = 0


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


# ---------------------------------------------------------------- claims


class ClaimDetails(Model):
    """What code read in a claim. Merge, score and contacts compare these values, never the wording.

    `event` is the lemma of the main event or the label of a record's field; `record` groups the fields of one
    record (a notice, a letterhead); `about` and `gate` are the entity gate's decision and its reason.
    """

    event: str | None = None
    signal_type: str | None = None
    signal_tier: SignalTier | None = None
    status: Literal["ANNOUNCED", "IN_PROGRESS", "APPROVED", "COMPLETED"] | None = None
    amount: Money | None = None
    count: Count | None = None
    place: str | None = None
    person: str | None = None
    title: str | None = None
    organization: str | None = None
    email: str | None = None
    phone: str | None = None
    linkedin: str | None = None
    record: str | None = None
    field: str | None = None
    about: Literal["lead", "other", "unsure"] = "lead"
    gate: str = ""


class ClaimDraft(Model):
    """A claim as an engine proposes it; code binds the quote and decides whether it stands.

    `start` is a hint (offset in the source's text); the quote is looked for there first.
    """

    type: ClaimType
    statement: str
    source_id: str
    quote: str
    start: int | None = None
    entities: list[str] = []
    event_date: date | None = None
    date_precision: Precision | None = None
    details: ClaimDetails = ClaimDetails()


class Claim(Model):
    """One sourced fact: `quote == text[start:end]` of its source, checked again before every export."""

    id: str
    type: ClaimType
    statement: str = Field(max_length=500)
    entities: list[str]
    event_date: date | None
    date_precision: Precision | None
    source_id: str
    quote: str
    start: int
    end: int
    source_tier: Tier
    confidence: Confidence
    step: str
    details: ClaimDetails = ClaimDetails()


class RefusedClaim(Model):
    """A draft whose quote does not stand in its source: kept whole in the store, only id and reason shown."""

    id: str
    reason: str
    draft: ClaimDraft
    step: str


class InvalidClaim(Model):
    """A claim that is not used, and why."""

    id: str
    reason: str


class ClaimSet(Model):
    """The artifact `claims`: all raw claims whose quote stands, and every id set aside with its reason.

    An id in `invalid` that also stands in `claims` was set aside for another reason than its quote
    (about another company, say). Counts: drafted = len(claims) + len(refused).
    """

    claims: list[Claim]
    refused: list[RefusedClaim] = []
    invalid: list[InvalidClaim] = []
    drafted: int = 0


class ClaimSource(Model):
    """Where one of a merged claim's originals came from."""

    url: str | None
    name: str
    tier: Tier
    original_claim_id: str
    source_id: str


class MergedClaim(Model):
    """A fact after reconciliation. Its statement is one of its originals', never rewritten."""

    id: str
    type: ClaimType
    statement: str
    status: Literal["current", "superseded", "contested"]
    confidence: Confidence
    claim_ids: list[str]
    source_ids: list[str]
    canonical_claim_id: str
    entities: list[str]
    event_date: date | None
    date_precision: Precision | None
    reconciliation_type: Literal["DUPLICATE", "CONFLICT", "TIMELINE", "PASS_THROUGH"]
    sources: list[ClaimSource]
    details: ClaimDetails = ClaimDetails()
    supersedes: list[str] = []
    conflict_ids: list[str] = []


class ConflictValue(Model):
    """One side of a conflict."""

    value: str
    claim_id: str
    source_id: str
    tier: Tier
    date_reported: date | None


class Conflict(Model):
    """Sources that disagree. Both sides stay; `preferred` is one of the values, `rule` says why."""

    id: str
    kind: Literal["amount", "date", "place", "status", "person", "count"]
    merged_claim_ids: list[str]
    values: list[ConflictValue]
    preferred: str
    rule: str


class TimelineEntry(Model):
    """One report within a timeline."""

    date_reported: date | None
    status: Literal["ANNOUNCED", "REVISED", "ACTUAL", "SUPERSEDED"]
    value: str
    claim_id: str


class Timeline(Model):
    """How one figure or date changed: `current` is the value that holds now."""

    id: str
    subject: str
    current: str
    history: list[TimelineEntry]


class ResolvedContact(Model):
    """A person after reconciliation of all claims that name them."""

    id: str
    name: str
    current_role: str | None
    organization: str
    evidence_claims: list[str]
    resolution: Literal["SAME_PERSON", "DIFFERENT_PERSON", "UNSURE", "SINGLE"]
    confidence: Confidence


class Ambiguity(Model):
    """Claims that may or may not say the same; both are kept."""

    id: str
    claim_ids: list[str]
    reason: str


class MergeStats(Model):
    """Counts of what the merge did; they add up: input = invalid + sum of the clusters' sizes."""

    input_claims_count: int
    output_claims_count: int
    duplicates_merged: int
    conflicts_resolved: int
    timelines_resolved: int
    contacts_resolved: int
    ambiguous_items: int
    passed_through: int
    invalid_claims: int


class MergeResult(Model):
    """The artifact `merged_claims`."""

    target_entity: str
    merged: list[MergedClaim]
    contacts_resolved: list[ResolvedContact] = []
    timelines: list[Timeline] = []
    conflicts: list[Conflict] = []
    ambiguous: list[Ambiguity] = []
    stats: MergeStats


# ---------------------------------------------------------------- signals, packs, research


class Signal(Model):
    """A dated public event that suggests a purchase. `claim_ids` are raw claim ids."""

    id: str
    signal_type: str
    tier: SignalTier
    headline: str
    event_date: date | None
    date_precision: Precision | None
    source_id: str
    url: str | None
    amount: Money | None = None
    status: Literal["ANNOUNCED", "IN_PROGRESS", "APPROVED", "COMPLETED"] = "ANNOUNCED"
    claim_ids: list[str]


class ContextPack(Model):
    """A short handover between stages; `anchor_claim_ids` exist in the run."""

    pack_type: Literal["signal_to_entity", "entity_to_contacts", "contacts_to_enrichment"]
    data: JsonDict
    anchor_claim_ids: list[str]


class Research(Model):
    """What a research asset holds: the step's answer as data, its claims, its pack, and gaps by step."""

    answers: dict[str, JsonDict]
    claims: list[Claim]
    refused: list[RefusedClaim] = []
    set_aside: list[InvalidClaim] = []
    pack: ContextPack | None = None
    signals: list[Signal] = []
    gaps: list[str] = []
    failed_steps: list[str] = []


# ---------------------------------------------------------------- score, plan, contacts, sections


class ScorePart(Model):
    """One part of a score: points reached of points possible, with the reason and its evidence (merged ids)."""

    name: str
    weight: float
    value: float
    reason: str
    claim_ids: list[str] = []


class Score(Model):
    """The artifact `score`: 0 to 100, itemised; tiers A >= 80, B >= 60, C >= 40, else D."""

    total: int = Field(ge=0, le=100)
    tier: Literal["A", "B", "C", "D"]
    formula: str
    timing_urgency: Literal["HIGH", "MEDIUM", "LOW"]
    parts: list[ScorePart]


class Insight(Model):
    """The artifact `insight`: interpretation only, each sentence with the merged claims it rests on."""

    the_math: JsonDict = {}
    competitive_positioning: JsonDict = {}
    deal_strategy: JsonDict = {}
    sentences: list[Sentence] = []
    gap: str | None = None
    failed_steps: list[str] = []


class Sentence(Model):
    """One sentence of the dossier. A `fact` needs merged claim ids; an `interpretation` is labelled as such."""

    text: str
    kind: Literal["fact", "interpretation"]
    claim_ids: list[str] = []


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


class ContactDetail(Model):
    """An e-mail, phone or profile with its status; a `published` value stands verbatim in its source."""

    value: str
    status: Literal["verified", "published", "inferred", "unknown"]
    source_id: str | None = None
    normalized: str | None = None


class Contact(Model):
    """A person to talk to. `claim_ids` are merged claim ids."""

    id: str
    name: str
    title: str | None
    organization: str
    why: str
    claim_ids: list[str]
    is_primary: bool = False
    email: ContactDetail | None = None
    phone: ContactDetail | None = None
    linkedin: ContactDetail | None = None
    confidence: float = Field(ge=0, le=1)


class ExcludedPerson(Model):
    """A name that did not become a contact, and why."""

    name: str
    reason: str


class ContactSet(Model):
    """The artifact `contacts`: exactly one is primary, unless there are none, which `gap` then explains.

    `profiles` are the checked answers of `enrich_contact` (`dossier.answers.ContactProfile` as JSON): `outreach`
    is made of them. `failed_steps` name asks without a usable answer; the contacts stand without them.
    """

    contacts: list[Contact]
    excluded: list[ExcludedPerson] = []
    gap: str | None = None
    profiles: list[JsonDict] = []
    failed_steps: list[str] = []


class Outreach(Model):
    """Copy for one contact: generic and client version, or only the facts to open with, and why."""

    contact_id: str
    email: JsonDict | None = None
    linkedin: JsonDict | None = None
    client_email: JsonDict | None = None
    client_linkedin: JsonDict | None = None
    opening_facts: list[Sentence] = []
    adjustments_made: list[str] = []


class OutreachSet(Model):
    """The artifact `outreach`."""

    items: list[Outreach]
    gap: str | None = None


SECTION_KEYS = (
    "intro",
    "signals",
    "contacts",
    "lead_intelligence",
    "strategy",
    "opportunity",
    "client_specific",
    "outreach",
    "sources",
)
SECTION_TITLES = {
    "intro": "At a glance",
    "signals": "Why they will buy now",
    "contacts": "Who to talk to",
    "lead_intelligence": "What is known about them",
    "strategy": "How to sell to them",
    "opportunity": "The opportunity",
    "client_specific": "Your questions",
    "outreach": "What to say",
    "sources": "Sources",
}


class Section(Model):
    """One section: `content` holds the fields of DOMAIN B8, `sentences` the text with its evidence.

    A section without a supported sentence is declared empty: `gap` says that nothing was found, and why.
    """

    key: str
    title: str
    content: JsonDict = {}
    sentences: list[Sentence] = []
    gap: str | None = None


class SectionSet(Model):
    """The artifact `sections`: what the writers wrote, and which writers failed."""

    sections: list[Section]
    failed_steps: list[str] = []


class Verdict(Model):
    """The fact-check's finding on one sentence."""

    section: str
    text: str
    verdict: Literal["supported", "unsupported"]
    reason: str = ""


class FactCheck(Model):
    """The artifact `fact_check`: counts, findings, and the text that may ship (unsupported sentences gone)."""

    sentences: int
    supported: int
    unsupported: list[Verdict]
    sections: list[Section]
    outreach: OutreachSet
    contacts: ContactSet
    failed: str | None = None


# ---------------------------------------------------------------- the dossier (CONTRACT 5)


class DossierLead(Model):
    """The lead as the dossier names it."""

    id: str
    name: str
    domain: str | None


class WhyNow(Model):
    """The one event to open with: never undated, never older than 12 months."""

    text: str
    claim_ids: list[str]
    event_date: date
    date_precision: Precision
    url: str | None
    age_days: int


class DossierClaim(Model):
    """A raw claim as the file shows it."""

    id: str
    type: ClaimType
    statement: str
    entities: list[str]
    event_date: date | None
    date_precision: Precision | None
    source_id: str
    quote: str
    start: int
    end: int
    source_tier: Tier
    confidence: Confidence


class DossierMergedClaim(Model):
    """A merged claim as the file shows it."""

    id: str
    type: ClaimType
    statement: str
    status: Literal["current", "superseded", "contested"]
    confidence: Confidence
    claim_ids: list[str]
    source_ids: list[str]


class DossierSource(Model):
    """A source as the file shows it; `id` is derived from its sha256."""

    id: str
    url: str | None
    title: str
    publisher: str | None
    tier: Tier
    published_at: date | None
    published_precision: Precision | None
    retrieved_at: str
    sha256: str
    used_in: list[str] = []


class FactCheckSummary(Model):
    """Counts and findings of the fact-check."""

    sentences: int
    supported: int
    unsupported: list[Verdict]


class Cost(Model):
    """What the run cost; all zero when extractive."""

    usd: float = 0.0
    llm_calls: int = 0
    cached_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class DossierScore(Model):
    """The score as the file shows it."""

    total: int
    tier: Literal["A", "B", "C", "D"]
    formula: str
    parts: list[ScorePart]


class Dossier(BaseModel):
    """The product, format `dossier/v1`. Serialise with `model_dump_json(by_alias=True)`."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)
    schema_: Literal["dossier/v1"] = Field(default="dossier/v1", alias="schema")
    run_id: str
    client: str
    lead: DossierLead
    status: Literal["complete", "partial"]
    provider: str
    reference_date: date
    created_at: str
    score: DossierScore
    timing_urgency: Literal["HIGH", "MEDIUM", "LOW"]
    why_now: WhyNow | None
    sections: list[Section]
    claims: list[DossierClaim]
    invalid_claims: list[InvalidClaim]
    merged_claims: list[DossierMergedClaim]
    conflicts: list[Conflict]
    timelines: list[Timeline]
    contacts: list[Contact]
    sources: list[DossierSource]
    fact_check: FactCheckSummary
    gaps: list[str]
    cost: Cost


class DeliveredFile(Model):
    """One file of a run: path below the home folder, size in bytes, sha256."""

    path: str
    bytes: int
    sha256: str


class Delivery(Model):
    """The artifact `delivery`: the files of the run's newest version."""

    version: int
    files: list[DeliveredFile]


Insight.model_rebuild()
