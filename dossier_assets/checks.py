"""The promises of the graph as asset checks: each is a pure look at an artifact, its inputs and the sources.

Here: what is promised, and the complaints that name the ids at fault. Not here: how Dagster reports them
(`graph.py`). A blocking check stops the run before its artifact is stored: what it guards must not ship.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dossier.evidence.invariants import broken
from dossier.models import (
    Claim,
    ClaimSet,
    ContactSet,
    ContextPack,
    Delivery,
    Dossier,
    DossierPlan,
    FactCheck,
    MergeResult,
    Research,
    Score,
    Section,
    SectionSet,
    SourceSet,
)
from dossier.open_runs import OpenRun

Inputs = Mapping[str, Any]
Look = Callable[[OpenRun, Any, Inputs], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One promise: `look(run, artifact, inputs)` returns a complaint for each time it is broken.

    `next_step` says in Markdown what a person does then; {run} stands for the run's id.
    """

    name: str
    says: str
    look: Look
    blocking: bool = False
    next_step: str = ""


def _no_later_source(run: OpenRun, sources: SourceSet, inputs: Inputs) -> Iterator[str]:
    for found in sources.found:
        published = found.source.published_at
        if published is not None and published > run.context.reference_date:
            yield f"{found.source.id} was published on {published}"


def _signals_rest_on_claims(run: OpenRun, research: Research, inputs: Inputs) -> Iterator[str]:
    known = {claim.id for claim in research.claims}
    for signal in research.signals:
        unknown = [claim_id for claim_id in signal.claim_ids if claim_id not in known]
        if unknown or not signal.claim_ids:
            yield f"{signal.id} rests on {unknown or 'nothing'}"


def _quotes_stand(run: OpenRun, claims: ClaimSet, inputs: Inputs) -> Iterator[str]:
    texts = _texts(run, claims.claims)
    for claim in claims.claims:
        if texts[claim.source_id][claim.start : claim.end] != claim.quote:
            yield f"{claim.id} does not stand in {claim.source_id}"


def _drafts_counted(run: OpenRun, claims: ClaimSet, inputs: Inputs) -> Iterator[str]:
    if claims.drafted != len(claims.claims) + len(claims.refused):
        yield f"{claims.drafted} drafted, {len(claims.claims)} kept, {len(claims.refused)} refused"
    ids = [claim.id for claim in claims.claims] + [claim.id for claim in claims.refused]
    yield from (f"{claim_id} stands {times} times" for claim_id, times in Counter(ids).items() if times > 1)
    proposed = {claim.id for research in inputs.values() for claim in getattr(research, "claims", ())}
    yield from (f"{claim_id} was lost" for claim_id in sorted(proposed - set(ids)))


def _anchors_exist(run: OpenRun, packs: list[ContextPack], inputs: Inputs) -> Iterator[str]:
    known = {claim.id for research in inputs.values() for claim in getattr(research, "claims", ())}
    for pack in packs:
        yield from (f"{pack.pack_type}: {claim_id}" for claim_id in pack.anchor_claim_ids if claim_id not in known)


def _counts_in_are_counts_out(run: OpenRun, merged: MergeResult, inputs: Inputs) -> Iterator[str]:
    claims: ClaimSet = inputs["claims"]
    held = Counter(claim_id for one in merged.merged for claim_id in one.claim_ids)
    invalid = {one.id for one in claims.invalid} | {one.id for one in claims.refused}
    for claim in claims.claims:
        if held[claim.id] + (claim.id in invalid) != 1:
            yield f"{claim.id} is in {held[claim.id]} merged claims{' and invalid' if claim.id in invalid else ''}"
    yield from (f"{claim_id} is unknown" for claim_id in sorted(held.keys() - {claim.id for claim in claims.claims}))


def _no_source_lost(run: OpenRun, merged: MergeResult, inputs: Inputs) -> Iterator[str]:
    source_of = {claim.id: claim.source_id for claim in inputs["claims"].claims}
    for one in merged.merged:
        expected = {source_of[claim_id] for claim_id in one.claim_ids if claim_id in source_of}
        if expected != set(one.source_ids):
            yield f"{one.id} has {len(set(one.source_ids))} sources of {len(expected)}"


def _known_in_score(run: OpenRun, score: Score, inputs: Inputs) -> Iterator[str]:
    return _unknown(((part.name, part.claim_ids) for part in score.parts), inputs)


def _all_routed(run: OpenRun, plan: DossierPlan, inputs: Inputs) -> Iterator[str]:
    routed = {claim_id for routing in plan.section_routing.values() for claim_id in routing.claim_ids}
    placed = routed | plan.unmapped_claims.keys()
    merged = _merged_ids(inputs)
    yield from (f"{claim_id} is neither routed nor unmapped" for claim_id in sorted(merged - placed))
    yield from (f"{claim_id} is unknown" for claim_id in sorted(placed - merged))


def _known_in_contacts(run: OpenRun, contacts: ContactSet, inputs: Inputs) -> Iterator[str]:
    return _unknown(((contact.id, contact.claim_ids) for contact in contacts.contacts), inputs)


def _one_primary(run: OpenRun, contacts: ContactSet, inputs: Inputs) -> Iterator[str]:
    primary = [contact.id for contact in contacts.contacts if contact.is_primary]
    if contacts.contacts and len(primary) != 1:
        yield f"{len(primary)} contacts are primary: {', '.join(primary)}"


def _known_in_sections(run: OpenRun, written: SectionSet, inputs: Inputs) -> Iterator[str]:
    return _unknown(_citations(written.sections), inputs)


def _facts_supported(run: OpenRun, checked: FactCheck, inputs: Inputs) -> Iterator[str]:
    sections = [*checked.sections, Section(key="outreach", title="", sentences=_openings(checked))]
    for section in sections:
        for sentence in section.sentences:
            if sentence.kind == "fact" and not sentence.claim_ids:
                yield f"{section.key}: a fact without a claim: {sentence.text[:80]}"
    yield from _unknown(_citations(sections), inputs)


def _openings(checked: FactCheck) -> list[Any]:
    return [sentence for item in checked.outreach.items for sentence in item.opening_facts]


def _invariants(run: OpenRun, dossier: Dossier, inputs: Inputs) -> Iterator[str]:
    raw = [claim.id for claim in inputs["claims"].claims] + [claim.id for claim in inputs["claims"].refused]
    documents = run.context.library.documents([source.id for source in dossier.sources])
    yield from broken(dossier, {document.id: document.text for document in documents}, raw)


def _files_stand(run: OpenRun, delivery: Delivery, inputs: Inputs) -> Iterator[str]:
    for file in delivery.files:
        path = run.home / file.path
        if not path.is_file():
            yield f"{file.path} is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            yield f"{file.path} is not what was written"


def _texts(run: OpenRun, claims: Iterable[Claim]) -> dict[str, str]:
    ids = list(dict.fromkeys(claim.source_id for claim in claims))
    return {document.id: document.text for document in run.context.library.documents(ids)}


def _merged_ids(inputs: Inputs) -> set[str]:
    return {one.id for one in inputs["merged_claims"].merged}


def _citations(sections: Iterable[Section]) -> Iterator[tuple[str, Sequence[str]]]:
    return ((section.key, sentence.claim_ids) for section in sections for sentence in section.sentences)


def _unknown(cited: Iterable[tuple[str, Sequence[str]]], inputs: Inputs) -> Iterator[str]:
    known = _merged_ids(inputs)
    for where, claim_ids in cited:
        yield from (f"{where} cites {claim_id}" for claim_id in claim_ids if claim_id not in known)


_DEFECT = (
    "this is a defect of ours: keep the run, and report the ids above. A retry may help: `dossier retry {run} --from "
)
_AGAIN = "nothing was stored. Find out what changed, then make it again: `dossier retry {run} --from "

NO_LATER_SOURCE = Check(
    "no_later_source",
    "No source is younger than the reference date.",
    _no_later_source,
    blocking=True,
    next_step=_DEFECT + "sources`",
)
SIGNALS_REST_ON_CLAIMS = Check(
    "signals_rest_on_claims",
    "Every signal has its claims.",
    _signals_rest_on_claims,
    next_step="do not use these signals; make them again: `dossier retry {run} --from signals`",
)
QUOTES_STAND = Check(
    "every_quote_stands",
    "Every claim's quote stands in its source.",
    _quotes_stand,
    blocking=True,
    next_step="a source's text was changed after it was read. Restore it (`dossier corpus import`), or read again:"
    " `dossier retry {run} --from signals`",
)
DRAFTS_COUNTED = Check(
    "every_draft_is_counted",
    "Drafted = kept + refused; none is lost.",
    _drafts_counted,
    blocking=True,
    next_step=_DEFECT + "claims`",
)
ANCHORS_EXIST = Check(
    "anchors_exist", "Every anchor of a pack is a claim of the run.", _anchors_exist, next_step=_DEFECT + "signals`"
)
COUNTS = Check(
    "counts_in_are_counts_out",
    "Every claim is merged once or invalid.",
    _counts_in_are_counts_out,
    blocking=True,
    next_step=_DEFECT + "merged_claims`",
)
NO_SOURCE_LOST = Check(
    "no_source_is_lost",
    "A merged claim keeps all its claims' sources.",
    _no_source_lost,
    blocking=True,
    next_step=_DEFECT + "merged_claims`",
)
SCORE_IDS = Check(
    "score_cites_known_ids",
    "Every id behind the score is a merged claim.",
    _known_in_score,
    next_step=_DEFECT + "score`",
)
ALL_ROUTED = Check(
    "every_claim_is_placed",
    "Every merged claim is routed or says why not.",
    _all_routed,
    next_step=_DEFECT + "dossier_plan`",
)
CONTACT_IDS = Check(
    "contacts_cite_known_ids",
    "Every id behind a contact is a merged claim.",
    _known_in_contacts,
    next_step="do not use what is said of these people; make it again: `dossier retry {run} --from contacts`",
)
ONE_PRIMARY = Check(
    "one_contact_is_primary",
    "Exactly one contact is primary, if there are any.",
    _one_primary,
    next_step=_DEFECT + "contacts`",
)
SECTION_IDS = Check(
    "sections_cite_known_ids",
    "Every id that a sentence cites is a merged claim.",
    _known_in_sections,
    next_step="the fact check drops these sentences. To write them again: `dossier retry {run} --from sections`",
)
FACTS_SUPPORTED = Check(
    "no_fact_without_support",
    "Every fact that ships cites claims.",
    _facts_supported,
    blocking=True,
    next_step=_DEFECT + "fact_check`",
)
INVARIANTS = Check(
    "invariants_hold", "Every invariant of dossier/v1 holds.", _invariants, blocking=True, next_step=_AGAIN + "claims`"
)
FILES_STAND = Check(
    "files_stand",
    "Every delivered file has its digest.",
    _files_stand,
    next_step="do not send these files: they were changed or removed after they were written. Write them again from"
    " the store: `dossier export {run} --format html --out dossier.html`",
)
