"""Makes the outreach of the contacts' profiles: copy in general form and in the client's, or facts to open with.

Here: the step runs `copy` and `copy_client_override`, which ask nobody, and what an outreach may hold. Not here:
writing copy (`contact_profiles.py` has it written together with the profile).
"""

from __future__ import annotations

from collections.abc import Sequence

from dossier.answers import ContactProfile
from dossier.models import ContactSet, JsonDict, MergeResult, Outreach, OutreachSet
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.writing import Checker

_EMAIL_FIELDS = ("subject", "body", "ps", "word_count")
_LINKEDIN_FIELDS = ("message",)


def write_outreach(ctx: RunContext, contacts: ContactSet, merged: MergeResult) -> OutreachSet:
    """Return one outreach per contact that something can be said to, in the order of the contacts."""
    profiles = _profiles(contacts, merged)
    given = {"contacts": Variable([contact.id for contact in contacts.contacts], "previous_step", "enrich_contact")}
    general = ctx.exchange.record(
        "copy", ctx.variables(**given), lambda: [_general(profile) for profile in profiles], counts=_written
    )
    finished = ctx.exchange.record(
        "copy_client_override",
        ctx.variables(**given),
        lambda: [_client_version(one, profile) for one, profile in zip(general, profiles, strict=True)],
        counts=_written,
    )
    items = [item for item in finished if says_something(item)]
    return OutreachSet(items=items, gap=_gap(contacts, items))


def says_something(item: Outreach) -> bool:
    """True for an outreach with copy or with a fact to open with."""
    return bool(item.opening_facts) or _has_copy(item)


def _profiles(contacts: ContactSet, merged: MergeResult) -> list[ContactProfile]:
    """Return the stored profiles of stored contacts, in the order of the contacts, checked once more."""
    checker = Checker.of(merged)
    stored = {profile["contact_id"]: ContactProfile.model_validate(profile) for profile in contacts.profiles}
    known = [stored[contact.id] for contact in contacts.contacts if contact.id in stored]
    return [one.model_copy(update={"opening_facts": checker.sentences(one.opening_facts)}) for one in known]


def _general(profile: ContactProfile) -> Outreach:
    return Outreach(
        contact_id=profile.contact_id,
        email=_only(profile.email, _EMAIL_FIELDS),
        linkedin=_only(profile.linkedin, _LINKEDIN_FIELDS),
        opening_facts=profile.opening_facts,
    )


def _client_version(item: Outreach, profile: ContactProfile) -> Outreach:
    return item.model_copy(
        update={
            "client_email": _only(profile.client_email, _EMAIL_FIELDS),
            "client_linkedin": _only(profile.client_linkedin, _LINKEDIN_FIELDS),
            "adjustments_made": profile.adjustments_made,
        }
    )


def _only(copy: JsonDict | None, fields: Sequence[str]) -> JsonDict | None:
    """Return the fields that a copy may have; None without a text. The word count is counted, not believed."""
    if not copy:
        return None
    kept = {name: copy[name].strip() for name in fields if isinstance(copy.get(name), str) and copy[name].strip()}
    text = kept.get("body") or kept.get("message")
    if not text:
        return None
    return {**kept, "word_count": len(text.split())} if "word_count" in fields else kept


def _has_copy(item: Outreach) -> bool:
    return any((item.email, item.linkedin, item.client_email, item.client_linkedin))


def _written(items: Sequence[Outreach]) -> dict[str, int]:
    return {"contacts": len(items), "with_copy": sum(_has_copy(item) for item in items)}


def _gap(contacts: ContactSet, items: Sequence[Outreach]) -> str | None:
    if not contacts.contacts:
        return "There is nobody to write to yet."
    if not items:
        return "Nothing to open with was found for any contact."
    if not any(_has_copy(item) for item in items):
        return "No message is written. These are facts from the sources to open with, word for word."
    return None
