"""Checks all text that ships against the evidence, and takes out what its quotes do not hold.

Here: going through sections, contacts and outreach, what each text may rest on, verdicts, and the same check for a
writer before its answer is taken. Not here: the check of one sentence (`dossier/evidence/verdicts.py`). A sentence is
dropped whole, never reworded; the verdict keeps it with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dossier.evidence.citations import CITING_FIELDS
from dossier.evidence.modality import overstated
from dossier.evidence.sender_claims import references_in, unsupported_reference
from dossier.evidence.support import (
    Evidence,
    fold_words,
    free_words,
    join,
    read_evidence,
    unlike_number,
    unsupported_value,
)
from dossier.evidence.verdicts import SUPPORTED, Finding, verdict_on
from dossier.models import (
    Claim,
    ClaimSet,
    Client,
    Contact,
    ContactSet,
    Document,
    EventDate,
    ExcludedPerson,
    FactCheck,
    JsonDict,
    Lead,
    MergeResult,
    Outreach,
    OutreachSet,
    Section,
    Sentence,
    Source,
    Verdict,
)

NOTHING_LEFT = "No sentence of this part stood up to the fact-check."
_COMPUTED = frozenset(
    """
    title lead_score score_explanation timing_urgency signal_type tier status type date date_precision milestone_date
    url source_url linkedin_url domain question scope_relevant_to_client not_written quality used_in
    industry headquarters employees founded
    """.split()
)  # fields that code fills from configuration, import or computation; the rest is text somebody wrote
_STATED = frozenset("one_liner headline milestone company_intel entity_brief".split())  # fields that tell what is
_NO_TEXT = re.compile(r"[A-Z0-9_]+|\d{4}-\d\d-\d\d|https?://\S+")


Keep = Callable[[str, str, Evidence], bool]  # name of the field, its text, what it may rest on


@dataclass(slots=True)
class _Checker:
    """The evidence of one dossier, and what the check has found so far."""

    by_merged: Mapping[str, Evidence]
    context: frozenset[str]
    all_evidence: Evidence
    references: tuple[str, ...] = ()
    texts: int = 0
    found: list[Verdict] = field(default_factory=list)

    def passes(self, section: str, text: str, finding: Finding) -> bool:
        """Count `text`, keep the verdict where it is not supported, and say whether it may ship."""
        self.texts += 1
        if finding.verdict != "supported":
            self.found.append(Verdict(section=section, text=text, verdict=finding.verdict, reason=finding.reason))
        return finding.verdict == "supported"

    def evidence(self, claim_ids: Iterable[str]) -> Evidence:
        """Return what the cited claims hold together."""
        return join(self.by_merged[claim_id] for claim_id in claim_ids)

    def rule(self, sentence: Sentence) -> Finding:
        """Return the verdict on `sentence`."""
        unknown = next((claim_id for claim_id in sentence.claim_ids if claim_id not in self.by_merged), None)
        if unknown is not None:
            return _against(f"it cites {unknown}, which does not exist or does not stand")
        evidence = self.evidence(sentence.claim_ids)
        if sentence.kind == "interpretation":
            return _against(unsupported_value(sentence.text, evidence, self.context))
        if not sentence.claim_ids:
            return _against("it is stated as a fact and cites no claim")
        return verdict_on(sentence.text, evidence, self.context)


def _against(reason: str) -> Finding:
    return Finding("unsupported", reason) if reason else SUPPORTED


def check_facts(
    sections: Sequence[Section],
    contacts: ContactSet,
    outreach: OutreachSet,
    merged: MergeResult,
    claims: ClaimSet,
    sources: Mapping[str, Source],
    context_words: Iterable[str] = (),
    references: Iterable[str] = (),
) -> FactCheck:
    """Return verdicts on all text and the parts that may ship, unsupported text gone.

    `sources` are by id; where one is a `Document`, the quotes are checked against its text again. The names and
    numbers in `context_words` (lead, client, what the client offers) may stand anywhere. A message
    may tell of work for others only what the client's `references` tell. Pure; repeats give the same.
    """
    checker = _checker(merged, claims, sources, [merged.target_entity, *context_words], references)
    kept_contacts = _contacts(checker, contacts)
    return FactCheck(
        sections=[_section(checker, section) for section in sections],
        contacts=kept_contacts,
        outreach=_outreach(checker, outreach, kept_contacts),
        sentences=checker.texts,
        supported=checker.texts - len(checker.found),
        unsupported=checker.found,
    )


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Says what the fact-check will take out of a text, while its writer can still mend it. Safe for threads."""

    basis: _Checker

    @classmethod
    def of(
        cls,
        merged: MergeResult,
        claims: ClaimSet,
        sources: Mapping[str, Source],
        context_words: Iterable[str] = (),
        references: Iterable[str] = (),
    ) -> Rehearsal:
        """Return a rehearsal over the evidence that `check_facts` will be given."""
        return cls(_checker(merged, claims, sources, [merged.target_entity, *context_words], references))

    def section(self, section: Section) -> list[Verdict]:
        """Return what would be dropped from `section`."""
        checker = self._fresh()
        _section(checker, section)
        return checker.found

    def copy(self, item: Outreach, contact: Contact) -> list[Verdict]:
        """Return what would be dropped from the messages to `contact`."""
        checker = self._fresh()
        _copy(checker, item, contact)
        return checker.found

    def contact(self, contact: Contact) -> list[Verdict]:
        """Return what would be dropped of who `contact` is and why."""
        checker = self._fresh()
        _contacts(checker, ContactSet(contacts=[contact]))
        return checker.found

    def _fresh(self) -> _Checker:
        return replace(self.basis, texts=0, found=[])


def told(verdicts: Iterable[Verdict]) -> list[str]:
    """Return verdicts as complaints to the writer."""
    return [
        f"The fact-check drops this, because {verdict.reason}: {verdict.text[:200]!r}. Say only what the claims hold "
        "that it cites, or leave it out, in `content` too"
        for verdict in verdicts
    ]


def own_words(lead: Lead, client: Client) -> Iterator[str]:
    """Return what may be named without evidence: lead and client by their names, and what the client says of itself."""
    yield from (lead.name, *lead.aliases, client.name)
    yield from _all_texts(client.config.client)


def own_references(client: Client) -> list[str]:
    """Return what the client's configuration tells of its work for others."""
    config = client.config
    return [*references_in(config.client), *references_in(config.research_context)]


def _all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _all_texts(part)


def _checker(
    merged: MergeResult,
    claims: ClaimSet,
    sources: Mapping[str, Source],
    context_words: Iterable[str],
    references: Iterable[str],
) -> _Checker:
    standing = {claim.id: claim for claim in claims.claims if _stands(claim, sources)}
    aside = {invalid.id for invalid in claims.invalid}
    by_merged = {}
    for claim in merged.merged:
        raw = [standing[raw_id] for raw_id in claim.claim_ids if raw_id in standing and raw_id not in aside]
        if raw:
            by_merged[claim.id] = join(_evidence(one, sources) for one in raw)
    return _Checker(by_merged, free_words(context_words), join(by_merged.values()), tuple(references))


def _stands(claim: Claim, sources: Mapping[str, Source]) -> bool:
    """Return whether a quote stands in its source; one whose source cannot be read is not known to."""
    source = sources.get(claim.source_id)
    if isinstance(source, Document):
        return source.text[claim.start : claim.end] == claim.quote
    return source is not None


def _evidence(claim: Claim, sources: Mapping[str, Source]) -> Evidence:
    """Return what the quote holds, with its event date and, to attribute it, its source's title, name and day."""
    source = sources.get(claim.source_id)
    dates = []
    if claim.event_date and claim.date_precision:
        dates.append(EventDate(value=claim.event_date, precision=claim.date_precision, text=""))
    if source and source.published_at and source.published_precision:
        dates.append(EventDate(value=source.published_at, precision=source.published_precision, text=""))
    return read_evidence(claim.quote, dates, (source.title, source.publisher or "") if source else ())


def _section(checker: _Checker, section: Section) -> Section:
    dropped = [
        sentence
        for sentence in section.sentences
        if not checker.passes(section.key, sentence.text, checker.rule(sentence))
    ]
    kept = [sentence for sentence in section.sentences if sentence not in dropped]
    said = frozenset(sentence.text for sentence in kept)
    content = _content(checker, section.key, section.content, said, frozenset(s.text for s in dropped))
    gap = section.gap or (NOTHING_LEFT if dropped and not kept else None)
    return section.model_copy(update={"sentences": kept, "content": content, "gap": gap})


def _content(
    checker: _Checker, key: str, content: JsonDict, said: Collection[str], dropped: Collection[str]
) -> JsonDict:
    """Return the section's fields without text that repeats a dropped sentence or says more than the evidence."""

    def keep(name: str, text: str, evidence: Evidence) -> bool:
        if any(sentence in text for sentence in dropped):
            return False
        if text in said or _NO_TEXT.fullmatch(text):
            return True
        return checker.passes(key, text, _rule_field(name, text, evidence, checker.context))

    pruned = _pruned("", content, checker, checker.all_evidence, keep)
    return pruned if isinstance(pruned, dict) else {}


def _rule_field(name: str, text: str, evidence: Evidence, context: Collection[str]) -> Finding:
    """Return the verdict on a field: its values, and what it tells as done where it is one that tells what is."""
    if reason := unsupported_value(text, evidence, context):
        return _against(reason)
    beyond = (overstated(text, evidence.texts) or unlike_number(text, evidence)) if name in _STATED else ""
    return Finding("partly", beyond) if beyond else SUPPORTED


def _pruned(name: str, value: Any, checker: _Checker, evidence: Evidence, keep: Keep) -> Any:
    """Walk JSON: text that does not pass becomes None, in a list it goes; claim ids narrow what is around them.

    `name` is the field that `value` stands in.
    """
    if isinstance(value, str):
        return value if not value.strip() or keep(name, value, evidence) else None
    if isinstance(value, list):
        items = [_pruned(name, item, checker, evidence, keep) for item in value]
        return [new for item, new in zip(value, items, strict=True) if new is not None or item is None]
    if not isinstance(value, dict):
        return value
    cited = [one for field_name in CITING_FIELDS for one in value.get(field_name) or () if isinstance(one, str)]
    known = [claim_id for claim_id in cited if claim_id in checker.by_merged]
    scope = checker.evidence(known) if known else evidence
    return {inner: _field(inner, item, checker, scope, keep) for inner, item in value.items()}


def _field(name: str, item: Any, checker: _Checker, scope: Evidence, keep: Keep) -> Any:
    if name in CITING_FIELDS and isinstance(item, list):
        return [claim_id for claim_id in item if claim_id in checker.by_merged]
    if name in _COMPUTED and isinstance(item, str | list):
        return item
    return _pruned(name, item, checker, scope, keep)


def _contacts(checker: _Checker, contacts: ContactSet) -> ContactSet:
    """Return the people whose name stands in their claims; one of them stays primary."""
    kept: list[Contact] = []
    excluded = list(contacts.excluded)
    for contact in contacts.contacts:
        claim_ids = [claim_id for claim_id in contact.claim_ids if claim_id in checker.by_merged]
        evidence = checker.evidence(claim_ids)
        named = f"{contact.name}, {contact.title}" if contact.title else contact.name
        if not checker.passes("contacts", named, _against(_reason_against_person(named, evidence, checker.context))):
            excluded.append(ExcludedPerson(name=contact.name, reason=checker.found[-1].reason))
            continue
        why = contact.why
        if why and not checker.passes("contacts", why, _against(unsupported_value(why, evidence, checker.context))):
            why = ""
        kept.append(contact.model_copy(update={"claim_ids": claim_ids, "why": why}))
    if kept and not any(contact.is_primary for contact in kept):
        kept[0] = kept[0].model_copy(update={"is_primary": True})
    gap = contacts.gap or (NOTHING_LEFT if contacts.contacts and not kept else None)
    return contacts.model_copy(update={"contacts": kept, "excluded": excluded, "gap": gap})


def _reason_against_person(named: str, evidence: Evidence, context: Collection[str]) -> str:
    if not evidence.texts:
        return "no claim that stands names this person"
    strange = fold_words([named]) - evidence.words - set(context)
    return f"{min(strange)} stands in no quote about this person" if strange else ""


def _outreach(checker: _Checker, outreach: OutreachSet, contacts: ContactSet) -> OutreachSet:
    people = {contact.id: contact for contact in contacts.contacts}
    items = [_copy(checker, item, people[item.contact_id]) for item in outreach.items if item.contact_id in people]
    return outreach.model_copy(update={"items": items})


def _copy(checker: _Checker, item: Outreach, contact: Contact) -> Outreach:
    """Return the copy for one contact: a variant with unsupported text goes whole, an opening fact alone."""
    context = checker.context | fold_words([contact.name, contact.title or "", contact.organization])
    variants = {name: getattr(item, name) for name in ("email", "linkedin", "client_email", "client_linkedin")}
    kept: JsonDict = {name: copy if _copy_passes(checker, copy, context) else None for name, copy in variants.items()}
    facts = [s for s in item.opening_facts if checker.passes("outreach", s.text, checker.rule(s))]
    return item.model_copy(update={**kept, "opening_facts": facts})


def _copy_passes(checker: _Checker, copy: JsonDict | None, context: Collection[str]) -> bool:
    texts = [text for text in (copy or {}).values() if isinstance(text, str) and text.strip()]
    passed = [
        checker.passes("outreach", text, _against(_reason_against_copy(checker, text, context))) for text in texts
    ]
    return all(passed)


def _reason_against_copy(checker: _Checker, text: str, context: Collection[str]) -> str:
    reason = unsupported_value(text, checker.all_evidence, context)
    return reason or unsupported_reference(text, checker.references)
