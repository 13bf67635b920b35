"""Chooses the people to talk to: by code, from all claims that name someone at the lead.

Here: who may become a contact and who may not, in which order, and the one to start with. Not here: resolving
people (`merged_claims.py`), titles (`titles.py`), addresses (`contact_details.py`), profiles and copy
(`contact_profiles.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dossier.evidence.names import aliases, match_name
from dossier.evidence.people import is_person_name
from dossier.exports.wording import date_in_words
from dossier.models import (
    ClaimType,
    Confidence,
    Contact,
    ContactSet,
    Document,
    DossierPlan,
    ExcludedPerson,
    MergedClaim,
    MergeResult,
    Precision,
    ResolvedContact,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.contact_details import email_of, linkedin_of, phone_of
from dossier.steps.events import YEAR_DAYS, live_claims, merged_ids
from dossier.steps.titles import fit, is_chief_executive, is_former, matches_any, spelled_out

MAX_CONTACTS = 15
MAX_TOLD = 3
LARGE = 1_000
STALE_DAYS = 2 * YEAR_DAYS
_SURE = {Confidence.HIGH: 0.9, Confidence.MEDIUM: 0.7, Confidence.LOW: 0.4}
_STALE_LOSS = 0.2
_SECOND_SOURCE = 0.05


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A resolved person with the live merged claims that name them, and when a source did so last."""

    person: ResolvedContact
    claims: tuple[MergedClaim, ...]
    last_named: tuple[date, Precision] | None

    @property
    def title(self) -> str:
        return self.person.current_role or ""


def find_contacts(ctx: RunContext, merged: MergeResult, plan: DossierPlan) -> ContactSet:
    """Choose the run's contacts as the step run `enrich_contacts`, without profiles yet."""
    return ctx.exchange.record(
        "enrich_contacts",
        ctx.variables(
            resolved_contacts=Variable([person.id for person in merged.contacts_resolved], "previous_step"),
            routed_claims=Variable(plan.section_routing["contacts"].claim_ids, "previous_step", "dossier_plan"),
        ),
        lambda: _chosen(ctx, merged),
        counts=lambda found: {"contacts": len(found.contacts), "excluded": len(found.excluded)},
    )


def _chosen(ctx: RunContext, merged: MergeResult) -> ContactSet:
    documents = _documents(ctx, merged)
    candidates, excluded = [], []
    for person in merged.contacts_resolved:
        candidate = _candidate(person, merged, documents)
        reason = _excluded(ctx, candidate, merged)
        if reason:
            excluded.append(ExcludedPerson(name=person.name, reason=reason))
        else:
            candidates.append(candidate)
    ranked = sorted(candidates, key=lambda candidate: _rank(ctx, candidate, documents))
    excluded += [
        ExcludedPerson(name=candidate.person.name, reason=f"More than {MAX_CONTACTS} people were found.")
        for candidate in ranked[MAX_CONTACTS:]
    ]
    excluded.sort(key=lambda one: (one.name, one.reason))
    contacts = [
        _contact(ctx, number, candidate, documents) for number, candidate in enumerate(ranked[:MAX_CONTACTS], 1)
    ]
    return ContactSet(
        contacts=contacts,
        excluded=excluded,
        gap=None if contacts else _nobody(excluded),
    )


def _nobody(excluded: Sequence[ExcludedPerson]) -> str:
    if not excluded:
        return "The sources name nobody at the organisation with a title."
    told = " ".join(f"{person.name}: {person.reason}" for person in excluded[:MAX_TOLD])
    more = f" And {len(excluded) - MAX_TOLD} more." if len(excluded) > MAX_TOLD else ""
    return f"Nobody that the sources name suits. {told}{more}"


def _documents(ctx: RunContext, merged: MergeResult) -> dict[str, Document]:
    """Return the sources that name people, by id."""
    claims = (claim for claim in merged.merged if claim.type is ClaimType.CONTACT)
    ids = sorted({source_id for claim in claims for source_id in claim.source_ids})
    return {document.id: document for document in ctx.documents(ids)}


def _candidate(person: ResolvedContact, merged: MergeResult, documents: Mapping[str, Document]) -> _Candidate:
    ids = set(merged_ids(person.evidence_claims, merged))
    claims = [claim for claim in live_claims(merged) if claim.id in ids]
    claims.sort(key=lambda claim: (claim.details.title != person.current_role, claim.id))
    dated = [
        (document.published_at, document.published_precision or Precision.DAY)
        for claim in claims
        for source_id in claim.source_ids
        if (document := documents.get(source_id)) and document.published_at
    ]
    return _Candidate(person, tuple(claims), max(dated, key=lambda pair: pair[0], default=None))


def _excluded(ctx: RunContext, candidate: _Candidate, merged: MergeResult) -> str | None:
    """Return why the person is no contact, None if they are one."""
    person, title = candidate.person, candidate.title
    icp = ctx.client.config.icp_config
    if not candidate.claims:
        return "No claim that holds now names this person."
    if not is_person_name(person.name):
        return "This is not the full name of a person."
    if not match_name(person.organization, aliases(ctx.lead)).same:
        return f"Works at {person.organization}, not at the organisation itself."
    if is_former(title):
        return "No longer holds the post."
    if unwanted := matches_any(title, icp.excluded_titles):
        return f"The profile leaves out the title {unwanted}."
    return _too_far_up(ctx, candidate) or _succeeded(person, merged)


def _too_far_up(ctx: RunContext, candidate: _Candidate) -> str | None:
    """The head of a large organisation is no contact unless an event names them or the profile wants the title."""
    wanted = matches_any(candidate.title, ctx.client.config.icp_config.target_titles)
    size = re.search(r"\d[\d,]*", ctx.lead.profile.get("employees", ""))
    large = size is not None and int(size[0].replace(",", "")) >= LARGE
    if not large or wanted or not is_chief_executive(candidate.title):
        return None
    in_event = any(claim.type is not ClaimType.CONTACT for claim in candidate.claims)
    return None if in_event else f"Heads an organisation of {LARGE:,} people or more; no event names them."


def _succeeded(person: ResolvedContact, merged: MergeResult) -> str | None:
    """Return who was named in the person's post later, where the merge found two people in one post."""
    own = {*person.evidence_claims, *merged_ids(person.evidence_claims, merged)}
    for conflict in merged.conflicts:
        sides = [side for side in conflict.values if conflict.kind == "person" and side.date_reported]
        newest = max(sides, key=lambda side: (side.date_reported, side.value), default=None)
        earlier = [side for side in sides if newest and side.date_reported != newest.date_reported]
        if newest and newest.claim_id not in own and any(side.claim_id in own for side in earlier):
            return f"A later source names another person in this post: {newest.value}."
    return None


def _rank(ctx: RunContext, candidate: _Candidate, documents: Mapping[str, Document]) -> tuple[object, ...]:
    """Sort key: the wanted title first, then the surest, those with an address, those named last; then by name."""
    return (
        fit(candidate.title, ctx.client.config.icp_config.target_titles),
        -_confidence(ctx, candidate),
        email_of(candidate.claims, documents) is None,
        -candidate.last_named[0].toordinal() if candidate.last_named else 0,
        candidate.person.name,
        candidate.person.id,
    )


def _contact(ctx: RunContext, number: int, candidate: _Candidate, documents: Mapping[str, Document]) -> Contact:
    return Contact(
        id=f"PERSON_{number:03d}",
        name=candidate.person.name,
        title=candidate.person.current_role,
        organization=candidate.person.organization,
        why=_why(ctx, candidate),
        claim_ids=[claim.id for claim in candidate.claims],
        is_primary=number == 1,
        email=email_of(candidate.claims, documents),
        phone=phone_of(candidate.claims, documents),
        linkedin=linkedin_of(candidate.claims, documents),
        confidence=_confidence(ctx, candidate),
    )


def _why(ctx: RunContext, candidate: _Candidate) -> str:
    """Say in plain words why this person: the wanted title, and how lately a source named them.

    The fact-check takes capitals for names that have to stand in a source, so the wanted title has none.
    """
    wanted = ctx.client.config.icp_config.target_titles
    degree, index = fit(candidate.title, wanted)
    if not wanted:
        reason = f"Holds a post there: {candidate.title}." if candidate.title else "Is named there."
    elif degree == 0:
        reason = f"Holds a post that you look for: {spelled_out(wanted[index])}."
    elif degree == 1:
        reason = f"Works in the field of a post that you look for: {spelled_out(wanted[index])}."
    else:
        reason = "Holds none of the posts that you look for, but can name who does."
    if candidate.last_named is None:
        return f"{reason} The source is undated: check that they still hold it."
    named = f"Last named in a source of {date_in_words(*candidate.last_named)}"
    return f"{reason} {named}{': check that they still hold it' if _is_stale(ctx, candidate) else ''}."


def _is_stale(ctx: RunContext, candidate: _Candidate) -> bool:
    last = candidate.last_named
    return last is None or (ctx.reference_date - last[0]).days > STALE_DAYS


def _confidence(ctx: RunContext, candidate: _Candidate) -> float:
    """Return 0 to 1: how sure it is that this person holds this post now."""
    person = candidate.person
    sources = {source_id for claim in candidate.claims for source_id in claim.source_ids}
    sure = _SURE[Confidence.LOW if person.resolution == "UNSURE" else person.confidence]
    sure += _SECOND_SOURCE * (len(sources) > 1) - _STALE_LOSS * _is_stale(ctx, candidate)
    return round(min(max(sure, 0.0), 1.0), 2)
