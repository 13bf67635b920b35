"""Makes claims of what an engine proposed, and collects those of all research: no quote, no claim.

Here: binding drafts to their sources, ids, dates, confidence, and the reasons why a draft does not stand. Not
here: drafting (the engines), what a model is told of its drafts (`draft_faults.py`) and merging (`merged_claims.py`).
Reasons never repeat what a draft said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dossier.errors import Permanent
from dossier.evidence.claim_gate import decide
from dossier.evidence.orders import is_stated, not_for_readers, states_nothing
from dossier.evidence.posts import as_held, tenure_in
from dossier.evidence.quotes import bind
from dossier.models import (
    Claim,
    ClaimDetails,
    ClaimDraft,
    ClaimSet,
    ClaimType,
    Confidence,
    Document,
    InvalidClaim,
    Lead,
    Model,
    Precision,
    RefusedClaim,
    Research,
    SourceSet,
    Tier,
)
from dossier.ports import Variable
from dossier.run_context import RunContext

PREFIXES = {
    "signal_discovery": "search_",
    "entity_research": "entity_",
    "contact_discovery": "contact_",
    "enrich_lead": "lead_",
    "enrich_opportunity": "opp_",
    "client_specific": "client_",
}
MAX_STATEMENT = 500
UNKNOWN_SOURCE = "the source is not one of this run"
NO_QUOTE = "the quote does not stand in the source"
_PERIOD_MONTHS = {Precision.QUARTER: 3, Precision.HALF: 6, Precision.YEAR: 12}


class Extracted(Model):
    """What became of one step's drafts: each is a claim or refused; `set_aside` names claims not to be used."""

    claims: list[Claim] = []
    refused: list[RefusedClaim] = []
    set_aside: list[InvalidClaim] = []


@dataclass(slots=True)
class _Sorting:
    """The drafts of one step while they are sorted."""

    claims: list[Claim] = field(default_factory=list)
    refused: list[RefusedClaim] = field(default_factory=list)


def extract_claims(
    ctx: RunContext, step: str, drafts: Sequence[ClaimDraft], documents: Mapping[str, Document]
) -> Extracted:
    """Bind the drafts of `step` to `documents` (by source id) as the step run `<step>_claims_extraction`."""
    return ctx.exchange.record(
        f"{step}_claims_extraction",
        {"drafts": Variable(list(drafts), "previous_step", step)},
        lambda: bind_drafts(step, drafts, documents, ctx.lead),
        counts=lambda result: {
            "drafted": len(drafts),
            "claims": len(result.claims),
            "refused": len(result.refused),
            "set_aside": len(result.set_aside),
        },
    )


def bind_drafts(
    step: str, drafts: Sequence[ClaimDraft], documents: Mapping[str, Document], lead: Lead | None = None
) -> Extracted:
    """Turn drafts into claims, numbered in their order under the prefix of `step`; pure.

    With `lead`, the entity gate decides of each whether it is about the lead; one about another is set aside.
    """
    sorting = _Sorting()
    for number, draft in enumerate(drafts, 1):
        claim_id = f"{PREFIXES[step]}{number:03d}"
        bound = bind_draft(draft, documents)
        if isinstance(bound, str):
            sorting.refused.append(RefusedClaim(id=claim_id, reason=bound, draft=draft, step=step))
        else:
            judged = _judged(draft, documents[draft.source_id], bound[0], lead) if lead else draft
            sorting.claims.append(_claim(claim_id, step, judged, documents[draft.source_id], bound))
    return Extracted(claims=sorting.claims, refused=sorting.refused, set_aside=_set_aside(sorting.claims))


def _judged(draft: ClaimDraft, source: Document, start: int, lead: Lead) -> ClaimDraft:
    """Return the draft with the gate's decision and reason, and of a person whether the post is still held."""
    decision = decide(draft, source, start, lead)
    update: dict[str, Any] = {"about": decision.about, "gate": decision.reason}
    person, title = draft.details.person, draft.details.title
    if draft.type is ClaimType.CONTACT and person and title and draft.details.tenure is None:
        tenure = tenure_in(draft.quote, person, title)
        update |= {"tenure": tenure, "title": as_held(title, tenure)}
    return draft.model_copy(update={"details": draft.details.model_copy(update=update)})


def _set_aside(claims: Sequence[Claim]) -> list[InvalidClaim]:
    return [
        InvalidClaim(
            id=claim.id, reason=f"about another organisation ({claim.details.gate[:120] or 'by the entity gate'})"
        )
        for claim in claims
        if claim.details.about == "other"
    ]


def bind_draft(draft: ClaimDraft, documents: Mapping[str, Document]) -> tuple[int, int] | str:
    """Return where the draft's quote stands, or the reason why the draft is refused."""
    if not draft.statement.strip():
        return "the statement is empty"
    if len(draft.statement) > MAX_STATEMENT:
        return f"the statement is longer than {MAX_STATEMENT} characters"
    if draft.source_id not in documents:
        return UNKNOWN_SOURCE
    text = documents[draft.source_id].text
    span = bind(text, draft.quote, draft.start)
    if span is None or not any(character.isalnum() for character in text[slice(*span)]):
        return NO_QUOTE
    faults = (states_nothing(text, *span), not_for_readers(draft.statement), _contact_fault(draft, text))
    return next(filter(None, faults), span)


def _contact_fault(draft: ClaimDraft, text: str) -> str:
    if draft.type is not ClaimType.CONTACT:
        return ""
    if not draft.details.organization:
        return "a contact claim has to name an organisation"
    if draft.details.person and any(bind(text, word) is None for word in draft.details.person.split()):
        return "the person's name does not stand in the source"
    return ""


def _claim(claim_id: str, step: str, draft: ClaimDraft, source: Document, span: tuple[int, int]) -> Claim:
    start, end = span
    precision = (draft.date_precision or Precision.DAY) if draft.event_date else None
    details = _only_what_stands(draft.details, source.text)
    event_date = first_day(draft.event_date, precision)
    return Claim(
        id=claim_id,
        type=draft.type,
        statement=draft.statement.strip(),
        entities=draft.entities,
        event_date=event_date,
        date_precision=precision,
        source_id=source.id,
        quote=source.text[start:end],
        start=start,
        end=end,
        source_tier=source.tier,
        confidence=confidence_of(draft.type, source.tier, details, event_date is not None, draft.entities),
        step=step,
        details=details,
    )


def _only_what_stands(details: ClaimDetails, text: str) -> ClaimDetails:
    """Drop addresses, numbers and amounts whose words do not stand in the source, or only in orders and unseen text."""
    words = {
        "email": details.email,
        "phone": details.phone,
        "linkedin": details.linkedin,
        "amount": details.amount and details.amount.text,
        "count": details.count and details.count.text,
    }
    invented = {name: None for name, said in words.items() if said and not is_stated(text, said)}
    return details.model_copy(update=invented) if invented else details


def first_day(value: date | None, precision: Precision | None) -> date | None:
    """Return the first day of the period that `value` lies in."""
    if value is None or precision in (None, Precision.DAY):
        return value
    months = _PERIOD_MONTHS.get(precision, 1) if precision else 1
    return date(value.year, (value.month - 1) // months * months + 1, 1)


def confidence_of(
    claim_type: ClaimType, tier: Tier, details: ClaimDetails, dated: bool, entities: Sequence[str] = ()
) -> Confidence:
    """Return HIGH for a specific claim from GOV or PRIMARY, MEDIUM for a vague one or NEWS, else LOW.

    Specific is what is dated or names a figure, a person, a place, a labelled field or two parties. Notes, and
    claims that may be about someone else, are LOW. Conflicts lower it later, in the merge.
    """
    if tier is Tier.OTHER or claim_type is ClaimType.NOTE or details.about != "lead":
        return Confidence.LOW
    if tier is Tier.NEWS:
        return Confidence.MEDIUM
    figures = (details.amount, details.count, details.person, details.place, details.field, details.email)
    parties = claim_type is ClaimType.RELATIONSHIP and len(set(entities)) > 1
    specific = dated or parties or any(value is not None for value in figures)
    return Confidence.HIGH if specific else Confidence.MEDIUM


def collect_claims(ctx: RunContext, researches: Sequence[Research], sources: SourceSet) -> ClaimSet:
    """Return all claims of `researches`, each quote checked once more, with every id that is set aside.

    A claim whose quote no longer stands becomes a refused one. Raises Permanent where two share an id.
    """
    return ctx.exchange.record(
        "claims",
        {"sources": Variable([found.source.id for found in sources.found], "previous_step", "sources")},
        lambda: _collected(ctx, researches),
        counts=lambda result: {
            "drafted": result.drafted,
            "claims": len(result.claims),
            "refused": len(result.refused),
            "invalid": len(result.invalid),
        },
    )


def _collected(ctx: RunContext, researches: Sequence[Research]) -> ClaimSet:
    proposed = [claim for research in researches for claim in research.claims]
    ids = list(dict.fromkeys(claim.source_id for claim in proposed))
    texts = {document.id: document.text for document in ctx.documents(ids)}
    claims: dict[str, Claim] = {}
    refused = [claim for research in researches for claim in research.refused]
    for claim in proposed:
        if claim.id in claims:
            raise Permanent(f"Two claims of this run are called {claim.id}.", "Each step numbers its own prefix.")
        if texts[claim.source_id][claim.start : claim.end] != claim.quote:
            refused.append(_as_refused(claim))
        else:
            claims[claim.id] = claim
    set_aside = [invalid for research in researches for invalid in research.set_aside if invalid.id in claims]
    return ClaimSet(
        claims=list(claims.values()),
        refused=refused,
        invalid=[*(InvalidClaim(id=claim.id, reason=claim.reason) for claim in refused), *set_aside],
        drafted=len(claims) + len(refused),
    )


def _as_refused(claim: Claim) -> RefusedClaim:
    draft = ClaimDraft.model_validate(claim.model_dump(include=set(ClaimDraft.model_fields)))
    return RefusedClaim(id=claim.id, reason="the quote no longer stands in the source", draft=draft, step=claim.step)
