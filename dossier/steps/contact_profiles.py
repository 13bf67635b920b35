"""Has the contacts' profiles and copy written, up to five people in one ask, and keeps what the evidence holds.

Here: the asks, the check of their answers, and what of a profile enters the contact. Not here: who is a contact
(`contacts.py`) and the copy's way into the dossier (`outreach.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from dossier.answers import ContactProfile, EnrichContact
from dossier.errors import StepFailed
from dossier.models import (
    ClaimSet,
    Contact,
    ContactSet,
    ContextPack,
    DossierPlan,
    Insight,
    MergeResult,
    Outreach,
    Score,
    Signal,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.contacts import find_contacts
from dossier.steps.fact_check import told
from dossier.steps.style import contact_faults, preferences_of
from dossier.steps.writing import Checker, Evidence, rehearse, told_events, writing_variables
from dossier.threads import side_by_side

AT_ONCE = 5
STEP = "enrich_contact"


def choose_contacts(
    ctx: RunContext,
    merged: MergeResult,
    plan: DossierPlan,
    score: Score,
    insight: Insight | None,
    signals: Sequence[Signal],
    pack: ContextPack | None = None,
    claims: ClaimSet | None = None,
) -> ContactSet:
    """Return the run's contacts with their profiles. A failed ask costs its people their profile, nothing else.

    With `claims`, a model is told once what the fact-check would drop.
    """
    found = find_contacts(ctx, merged, plan)
    events, rehearsal = told_events(ctx, merged, signals), rehearse(ctx, merged, claims)
    evidence = Evidence(merged, signals, score, plan, insight, pack, events, rehearsal)
    batches = [found.contacts[at : at + AT_ONCE] for at in range(0, len(found.contacts), AT_ONCE)]
    answers = side_by_side({str(n): partial(_ask, ctx, evidence, batch) for n, batch in enumerate(batches)})
    profiles: dict[str, ContactProfile] = {}
    for batch, answer in zip(batches, answers.values(), strict=True):
        if not isinstance(answer, StepFailed):
            profiles |= _checked(answer, batch, merged)
    faults = [answer for answer in answers.values() if isinstance(answer, StepFailed)]
    return found.model_copy(
        update={
            "contacts": [_with_profile(contact, profiles.get(contact.id), merged) for contact in found.contacts],
            "profiles": [profile.model_dump(mode="json") for _, profile in sorted(profiles.items())],
            "failed_steps": [STEP] if faults else [],
            "gap": found.gap or (f"Some people have no profile: their step {faults[0].gap}." if faults else None),
        }
    )


def _ask(ctx: RunContext, evidence: Evidence, contacts: Sequence[Contact]) -> EnrichContact:
    given = [
        contact.model_dump(mode="json", include={"id", "name", "title", "organization", "claim_ids"})
        for contact in contacts
    ]
    variables = writing_variables(ctx, evidence, "contacts")
    variables |= {"contacts": Variable(given, "previous_step", "enrich_contacts")}
    return ctx.exchange.ask(STEP, variables, EnrichContact, _check(ctx, evidence, contacts))


def _check(
    ctx: RunContext, evidence: Evidence, contacts: Sequence[Contact]
) -> Callable[[EnrichContact], list[str]] | None:
    if not ctx.by_model:
        return None
    wanted = preferences_of(ctx.client)

    def faults(answer: EnrichContact) -> list[str]:
        kept = _checked(answer, contacts, evidence.merged)
        strange = [one.contact_id[:40] for one in answer.profiles if one.contact_id not in kept]
        unknown = [f"No contact that was asked for has the id {name!r}" for name in strange]
        dropped = [fault for one in contacts if one.id in kept for fault in _dropped(evidence, one, kept[one.id])]
        return [*unknown, *dropped, *contact_faults(answer, wanted)]

    return faults


def _dropped(evidence: Evidence, contact: Contact, profile: ContactProfile) -> list[str]:
    """Return what the fact-check would take out of what is said of and to one person."""
    if evidence.rehearsal is None:
        return []
    copies = profile.model_dump(include={"email", "linkedin", "client_email", "client_linkedin"})
    item = Outreach(contact_id=contact.id, opening_facts=profile.opening_facts, **copies)
    described = _with_profile(contact, profile, evidence.merged)
    return told([*evidence.rehearsal.contact(described), *evidence.rehearsal.copy(item, contact)])


def _checked(answer: EnrichContact, contacts: Sequence[Contact], merged: MergeResult) -> dict[str, ContactProfile]:
    """Return the first profile of each contact that was asked for, without ids that do not exist."""
    asked = {contact.id for contact in contacts}
    checker = Checker.of(merged)
    kept: dict[str, ContactProfile] = {}
    for profile in answer.profiles:
        if profile.contact_id in asked and profile.contact_id not in kept:
            kept[profile.contact_id] = profile.model_copy(
                update={
                    "claim_ids": checker.known(profile.claim_ids),
                    "opening_facts": checker.sentences(profile.opening_facts),
                }
            )
    return kept


def _with_profile(contact: Contact, profile: ContactProfile | None, merged: MergeResult) -> Contact:
    """Put the profile's reason before that of the code, if it rests on claims and says more than they do."""
    why = profile.why.strip() if profile and profile.claim_ids else ""
    if profile is None or not why or any(claim.statement == why for claim in merged.merged):
        return contact
    cited = list(dict.fromkeys([*contact.claim_ids, *profile.claim_ids]))
    return contact.model_copy(update={"why": f"{why} {contact.why}", "claim_ids": cited})
