"""The engine's answers to the research steps: the drafts of each step's types and the fields they fill.

Here: which claim types a step reads, and its answer's fields where the sources fill them. Fields that no source
fills stay empty. Not here: how claims are read (`reading.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from dossier.answers import (
    ClientSpecific,
    ContactDiscovery,
    EnrichLead,
    EnrichOpportunity,
    EntityResearch,
    FoundLead,
    Media,
    PrimarySignal,
    ResearchResult,
    SearchExecution,
    SignalDiscovery,
    SourceUse,
)
from dossier.extractive.questions import find_answers
from dossier.extractive.reading import Reader
from dossier.extractive.subjects import read_subjects
from dossier.models import ClaimDraft, ClaimType, IcpConfig, JsonDict, Lead, Passage, SignalTier
from dossier.ports import Language


class Desk:
    """The inputs of a research step, taken from the request's variables."""

    def __init__(self, variables: JsonDict, reader: Reader) -> None:
        self.lead = Lead.model_validate(variables["lead"])
        self.icp = IcpConfig.model_validate(variables.get("icp_config") or {})
        self.passages = [Passage.model_validate(p) for p in variables.get("passages") or []]
        self.questions = [str(q) for q in variables.get("client_research_questions") or []]
        self._reader = reader

    def read(self, *types: ClaimType) -> list[ClaimDraft]:
        """Return the drafts of the given types."""
        return [d for d in self._reader.read(self.passages, self.lead, self.icp) if d.type in types]

    def sources(self, drafts: Sequence[ClaimDraft], used_for: str) -> list[SourceUse]:
        """Return the sources behind `drafts`, each once."""
        ids = dict.fromkeys(d.source_id for d in drafts)
        known = {p.source_id: p for p in self.passages}
        return [SourceUse(url=known[i].url, title=known[i].title, used_for=used_for) for i in ids if i in known]


def signal_discovery(desk: Desk) -> SignalDiscovery:
    """Answer `signal_discovery`: the SIGNAL claims and the strongest of them."""
    drafts = desk.read(ClaimType.SIGNAL)
    order = list(SignalTier)
    ranked = sorted(
        drafts,
        key=lambda d: (
            order.index(d.details.signal_tier or SignalTier.PASSIVE),
            -(d.event_date.toordinal() if d.event_date else 0),
            d.source_id,
            d.start or 0,
        ),
    )
    best = ranked[0] if ranked else None
    primary = _primary(best) if best else None
    return SignalDiscovery(
        lead=FoundLead(company_name=desk.lead.name, company_domain=desk.lead.domain, primary_signal=primary),
        failure_reason=None if best else "No source tells an event of the lead that the readers recognise.",
        retry_recommendation=None if best else "Import more sources that name the lead, or its newer ones.",
        search_execution=SearchExecution(
            results_evaluated=len(desk.passages),
            signals_found=len(drafts),
            selection_rationale="the highest tier of the client's profile, then the newest" if best else "",
        ),
        sources=desk.sources(drafts, "signals"),
        claims=drafts,
    )


def events_of_many(variables: JsonDict, language: Language) -> SignalDiscovery:
    """Answer `signal_discovery` where no lead is known: the client's signals of every organisation in the sources.

    Which of the organisations becomes the lead is not decided here.
    """
    icp = IcpConfig.model_validate(variables.get("icp_config") or {})
    passages = [Passage.model_validate(p) for p in variables.get("passages") or []]
    buyers = bool((icp.model_extra or {}).get("buyer_types"))
    drafts = read_subjects(passages, icp, language, buyers=buyers)
    named = {draft.details.organization for draft in drafts}
    return SignalDiscovery(
        failure_reason=None if drafts else "No source tells a signal of the profile of any organisation.",
        search_execution=SearchExecution(
            results_evaluated=len(passages),
            signals_found=len(drafts),
            selection_rationale=f"signals of {len(named)} organisations, to be ranked by the profile",
        ),
        claims=drafts,
    )


def _primary(draft: ClaimDraft) -> PrimarySignal:
    return PrimarySignal(
        signal_type=draft.details.signal_type or "EXPANSION",
        headline=draft.statement[:100],
        description=draft.statement,
        date=draft.event_date.isoformat() if draft.event_date else None,
    )


def entity_research(desk: Desk) -> EntityResearch:
    """Answer `entity_research`: who the lead is and with whom it works."""
    drafts = desk.read(ClaimType.ENTITY, ClaimType.RELATIONSHIP)
    partners = [d for d in drafts if d.type == ClaimType.RELATIONSHIP]
    named = dict.fromkeys(n for d in partners for n in d.entities if n != desk.lead.name)
    return EntityResearch(
        identity={
            "name": desk.lead.name,
            "domains": [desk.lead.domain] if desk.lead.domain else [],
            **desk.lead.profile,
        },
        network=list(named),
        sources=desk.sources(drafts, "identity and partners"),
        claims=drafts,
    )


def contact_discovery(desk: Desk) -> ContactDiscovery:
    """Answer `contact_discovery`: the people that sources name with a title at the lead."""
    drafts = desk.read(ClaimType.CONTACT)
    people = dict.fromkeys((d.details.person, d.details.title) for d in drafts)
    contacts = [{"name": name, "title": title, "organization": desk.lead.name} for name, title in people]
    return ContactDiscovery(contacts=contacts, sources=desk.sources(drafts, "people"), claims=drafts)


def enrich_lead(desk: Desk) -> EnrichLead:
    """Answer `enrich_lead`: attributes and figures."""
    drafts = desk.read(ClaimType.ATTRIBUTE, ClaimType.METRIC)
    return EnrichLead(
        company_deep_dive={"domain": desk.lead.domain, **desk.lead.profile},
        sources=desk.sources(drafts, "facts and figures"),
        claims=drafts,
    )


def enrich_opportunity(desk: Desk) -> EnrichOpportunity:
    """Answer `enrich_opportunity`: sites, dates and scope of what is planned."""
    drafts = desk.read(ClaimType.OPPORTUNITY)
    places = dict.fromkeys(d.details.place for d in drafts if d.details.place)
    dated = [{"milestone": d.statement, "date": d.event_date.isoformat()} for d in drafts if d.event_date]
    return EnrichOpportunity(
        project={"locations": list(places)},
        timeline={"milestones": dated},
        sources=desk.sources(drafts, "the opportunity"),
        claims=drafts,
    )


def client_specific(desk: Desk) -> ClientSpecific:
    """Answer `client_specific`: for each question the facts that share its words, else NOT_FOUND.

    The facts are claims of other steps already; this one adds none, so that no fact stands twice.
    """
    if not desk.questions:
        return ClientSpecific(research_gaps=["The client has asked no questions of its own."])
    drafts = desk.read(*ClaimType)
    results = []
    for question in desk.questions:
        hits = find_answers(question, drafts)
        results.append(
            ResearchResult(
                question=question,
                answer=hits[0].statement if hits else "",
                confidence="LOW" if hits else "NOT_FOUND",
                evidence=[{"statement": hit.statement, "source_id": hit.source_id} for hit in hits],
            )
        )
    return ClientSpecific(
        research_results=results, research_gaps=[r.question for r in results if r.confidence == "NOT_FOUND"]
    )


def media(desk: Desk) -> Media:
    """Answer `media`: no picture is invented; a fallback by industry is recommended."""
    industry = desk.lead.profile.get("industry") or desk.lead.profile.get("sector") or ""
    return Media(
        fallback_recommendation={
            "needed": True,
            "industry_category": industry,
            "reason": "The sources are texts and hold no address of a picture.",
        }
    )
