"""Merges the raw claims of a run: duplicates, persons, timelines and contradictions, and loses nothing.

Here: the order of the merge and the finished `MergeResult`. Not here: the rules, which live in
`dossier/evidence` (`similarity.py`, `clusters.py`, `people.py`, `conflicts.py`, `timelines.py`). No statement is
rewritten: a merged claim speaks in the words of one of its originals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from dossier.evidence import clusters, similarity
from dossier.evidence.amendments import RecordEvents, record_events
from dossier.evidence.conflicts import resolve
from dossier.evidence.facts import Fact, fact_of
from dossier.evidence.groups import Difference, Group, id_order, make_group
from dossier.evidence.names import core_words
from dossier.evidence.person_groups import group_persons, group_statements, resolved_contacts, succession
from dossier.evidence.retold import retold
from dossier.models import (
    Ambiguity,
    Claim,
    ClaimDetails,
    ClaimSet,
    ClaimSource,
    ClaimType,
    Lead,
    MergedClaim,
    MergeResult,
    MergeStats,
    Source,
)

_FILLED = """
signal_type signal_tier status amount count place person title tenure organization email phone linkedin
""".split()


def merge_claims(claims: ClaimSet, sources: Mapping[str, Source], lead: Lead) -> MergeResult:
    """Return all valid claims of `claims` as merged claims, each raw claim in exactly one.

    Claims set aside (`claims.invalid`) stay out. The order of the input does not matter: claims are sorted
    by id first. `sources` are by id; one that is missing counts as undated. Pure and near-linear.
    """
    aside = {invalid.id for invalid in claims.invalid}
    valid = sorted((c for c in claims.claims if c.id not in aside), key=lambda claim: id_order(claim.id))
    records = record_events(valid)
    facts = _read(valid, lead, records.event_of)
    persons, namesakes = group_persons([c for c in valid if c.type is ClaimType.CONTACT], lead.name)
    named = [said for person in persons for said in group_statements(person)]
    in_persons = {claim.id for said in named for claim in said}
    others = [claim for claim in valid if claim.id not in in_persons]
    read = [facts[claim.id] for claim in others]
    clustered = clusters.cluster(read)
    groups = _number([*named, *([others[at] for at in members] for members in clustered.groups)], facts, sources)
    telling = _of_one_event(clustered.links, clusters.events(read, clustered))
    differences = [*_differences(groups, others, facts, telling, records), *succession(groups), *retold(groups)]
    ambiguous = [*namesakes, *_open_notices(valid, records.unsure)]
    conflicts, timelines = resolve(groups, differences, sources)
    merged = [_merged(group, sources) for group in groups]
    return MergeResult(
        target_entity=lead.name,
        merged=merged,
        contacts_resolved=resolved_contacts(persons, lead.name, sources),
        timelines=timelines,
        conflicts=conflicts,
        ambiguous=[a.model_copy(update={"id": f"AMBIGUOUS_{n:03d}"}) for n, a in enumerate(ambiguous, start=1)],
        stats=MergeStats(
            input_claims_count=len(claims.claims),
            output_claims_count=len(merged),
            duplicates_merged=len(valid) - len(merged),
            conflicts_resolved=len(conflicts),
            timelines_resolved=len(timelines),
            contacts_resolved=len(persons),
            ambiguous_items=len(ambiguous),
            passed_through=sum(m.reconciliation_type == "PASS_THROUGH" for m in merged),
            invalid_claims=len(claims.claims) - len(valid),
        ),
    )


def _read(claims: Iterable[Claim], lead: Lead, event_of: Mapping[str, str]) -> dict[str, Fact]:
    """Return the fact of each claim, by id; the lead's own names are left out, records are joined to events."""
    own_names = {word for name in (lead.name, *lead.aliases) for word in core_words(name)}
    return {claim.id: fact_of(claim, own_names, event_of.get(claim.details.record or "")) for claim in claims}


def _number(
    members: Iterable[Sequence[Claim]], facts: Mapping[str, Fact], sources: Mapping[str, Source]
) -> list[Group]:
    """Return the groups as MERGED_001 and on, in the order of their first raw id."""
    ordered = sorted(members, key=lambda claims: min(id_order(claim.id) for claim in claims))
    return [make_group(f"MERGED_{n:03d}", claims, facts, sources) for n, claims in enumerate(ordered, start=1)]


def _of_one_event(links: Iterable[clusters.Link], events: Iterable[Sequence[int]]) -> list[clusters.Link]:
    """Return the links within an event: one that only a chain of likes makes tells of two."""
    event_of = {at: number for number, members in enumerate(events) for at in members}
    return [link for link in links if event_of[link.first] == event_of[link.second]]


def _differences(
    groups: Iterable[Group],
    claims: Sequence[Claim],
    facts: Mapping[str, Fact],
    links: Iterable[clusters.Link],
    records: RecordEvents,
) -> list[Difference]:
    """Return what the groups that `links` join differ in; of notices only what the later one changed."""
    home = {claim.id: group.id for group in groups for claim in group.claims}
    found: dict[Difference, None] = {}
    for link in links:
        a, b = claims[link.first], claims[link.second]
        if home[a.id] == home[b.id] or not records.amends(a, b):
            continue
        for kind in similarity.differences(facts[a.id], facts[b.id]):
            if kind:
                found[Difference(home[a.id], home[b.id], kind)] = None
    return list(found)


def _open_notices(claims: Sequence[Claim], unsure: Iterable[tuple[str, str]]) -> list[Ambiguity]:
    """Return the pairs of notices that may amend each other or report two rounds: both are kept."""
    of_record: dict[str, list[Claim]] = {}
    for claim in claims:
        of_record.setdefault(claim.details.record or "", []).append(claim)
    return [
        Ambiguity(
            id="",
            claim_ids=sorted((claim.id for record in pair for claim in of_record[record]), key=id_order),
            reason="a further notice for the same place: it may amend the earlier one or be another event",
        )
        for pair in unsure
    ]


def _merged(group: Group, sources: Mapping[str, Source]) -> MergedClaim:
    best = group.best
    dated = next((claim for claim in group.claims if claim.event_date), best)
    return MergedClaim(
        id=group.id,
        type=ClaimType.SIGNAL if any(claim.type is ClaimType.SIGNAL for claim in group.claims) else best.type,
        statement=best.statement,
        status=group.status,
        confidence=group.confidence,
        claim_ids=[claim.id for claim in group.claims],
        source_ids=group.source_ids,
        canonical_claim_id=best.id,
        entities=list(dict.fromkeys(name for claim in group.claims for name in claim.entities)),
        event_date=dated.event_date,
        date_precision=dated.date_precision,
        reconciliation_type=_reconciliation(group),
        sources=[_source(claim, sources) for claim in group.claims],
        details=_details(group.claims),
        supersedes=group.supersedes,
        conflict_ids=group.conflict_ids,
    )


def _reconciliation(group: Group) -> Literal["DUPLICATE", "CONFLICT", "TIMELINE", "PASS_THROUGH"]:
    if group.conflict_ids:
        return "CONFLICT"
    if group.in_timeline:
        return "TIMELINE"
    return "DUPLICATE" if len(group.claims) > 1 else "PASS_THROUGH"


def _details(claims: Sequence[Claim]) -> ClaimDetails:
    """Return the best claim's details, its gaps filled from the others in order."""
    best = claims[0].details
    known = [claim.details for claim in claims]
    filled = {
        name: next((value for details in known if (value := getattr(details, name)) is not None), None)
        for name in _FILLED
        if getattr(best, name) is None
    }
    return best.model_copy(update=filled)


def _source(claim: Claim, sources: Mapping[str, Source]) -> ClaimSource:
    source = sources.get(claim.source_id)
    return ClaimSource(
        url=source.url if source else None,
        name=(source.publisher or source.title) if source else claim.source_id,
        tier=claim.source_tier,
        original_claim_id=claim.id,
        source_id=claim.source_id,
    )
