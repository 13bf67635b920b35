"""The promises of the format `dossier/v1`, each checked by code before a dossier is stored or handed out.

Here: what must hold between the parts of one dossier, its sources' texts and the store's raw claims, and a
sentence for each promise that is broken. Not here: repairs (a broken dossier is refused, never mended) and
the HTML page's own promise (`dossier/exports/page_safety.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from dossier.evidence.citations import cited_ids
from dossier.keys import digest, source_id
from dossier.models import SECTION_KEYS, Contact, ContactDetail, Dossier, DossierClaim, Precision, Section

_PERIOD_STARTS = {
    Precision.DAY: range(1, 13),
    Precision.MONTH: range(1, 13),
    Precision.QUARTER: (1, 4, 7, 10),
    Precision.HALF: (1, 7),
    Precision.YEAR: (1,),
}
_PERIOD_DAYS = {
    Precision.DAY: 0,
    Precision.MONTH: 31,
    Precision.QUARTER: 92,
    Precision.HALF: 184,
    Precision.YEAR: 366,
}
_YEAR = 366
_TIER_FLOORS = (("A", 80), ("B", 60), ("C", 40), ("D", 0))


def broken(dossier: Dossier, texts: Mapping[str, str], raw_claim_ids: Sequence[str]) -> list[str]:
    """Return one sentence for each promise that `dossier` breaks; an empty list where all hold.

    `texts` holds the stored text by source id; `raw_claim_ids` are all ids that the run's claims got in the
    store, refused ones included.
    """
    rules: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: _repeated_ids(dossier),
        lambda: _sources(dossier, texts),
        lambda: _claims(dossier, texts),
        lambda: _accounting(dossier, raw_claim_ids),
        lambda: _merged_sources(dossier),
        lambda: _citations(dossier),
        lambda: _conflicts_and_timelines(dossier),
        lambda: _sections(dossier),
        lambda: _contacts(dossier, texts),
        lambda: _score_and_why_now(dossier),
        lambda: _summary_fields(dossier),
    )
    return [fault for rule in rules for fault in rule()]


def _repeated_ids(dossier: Dossier) -> Iterator[str]:
    lists: dict[str, list[str]] = {
        "claims": [claim.id for claim in dossier.claims],
        "invalid_claims": [claim.id for claim in dossier.invalid_claims],
        "merged_claims": [claim.id for claim in dossier.merged_claims],
        "conflicts": [conflict.id for conflict in dossier.conflicts],
        "timelines": [timeline.id for timeline in dossier.timelines],
        "contacts": [contact.id for contact in dossier.contacts],
        "sources": [source.id for source in dossier.sources],
    }
    for name, ids in lists.items():
        for repeated in _repeats(ids):
            yield f"{name}: id {repeated} stands more than once."


def _sources(dossier: Dossier, texts: Mapping[str, str]) -> Iterator[str]:
    for source in dossier.sources:
        where = f"source {source.id}"
        if source.id not in texts:
            yield f"{where}: its text is not at hand."
        elif digest(texts[source.id]) != source.sha256:
            yield f"{where}: its text does not have the sha256 that the dossier names."
        if source.id != source_id(source.sha256):
            yield f"{where}: its id is not derived from its sha256."
        if source.published_at and source.published_at > dossier.reference_date:
            yield f"{where}: it was published after the reference date {dossier.reference_date}."
        yield from _period(where, source.published_at, source.published_precision)


def _claims(dossier: Dossier, texts: Mapping[str, str]) -> Iterator[str]:
    known = {source.id for source in dossier.sources}
    for claim in dossier.claims:
        where = f"claim {claim.id}"
        if claim.source_id not in known:
            yield f"{where}: its source {claim.source_id} is not among the dossier's sources."
        if not _quote_stands(claim, texts.get(claim.source_id)):
            yield f"{where}: its quote does not stand at {claim.start}:{claim.end} of {claim.source_id}."
        if len(claim.statement) > 500:
            yield f"{where}: its statement is longer than 500 characters."
        yield from _period(where, claim.event_date, claim.date_precision)


def _quote_stands(claim: DossierClaim, text: str | None) -> bool:
    return text is not None and 0 <= claim.start < claim.end and text[claim.start : claim.end] == claim.quote


def _accounting(dossier: Dossier, raw_claim_ids: Sequence[str]) -> Iterator[str]:
    raw = set(raw_claim_ids)
    merged = Counter(claim_id for merged in dossier.merged_claims for claim_id in merged.claim_ids)
    invalid = {claim.id for claim in dossier.invalid_claims}
    for repeated in _repeats(raw_claim_ids):
        yield f"raw claim {repeated}: the store holds it more than once."
    for claim_id in sorted(raw):
        places = merged[claim_id] + (claim_id in invalid)
        if places != 1:
            yield f"raw claim {claim_id}: it must be merged once or be invalid once, and stands {places} times."
    for claim_id in sorted((merged.keys() | invalid | {claim.id for claim in dossier.claims}) - raw):
        yield f"claim {claim_id}: the store holds no such raw claim."
    for claim in dossier.invalid_claims:
        if not claim.reason.strip():
            yield f"invalid claim {claim.id}: it gives no reason."


def _merged_sources(dossier: Dossier) -> Iterator[str]:
    claims = {claim.id: claim for claim in dossier.claims}
    for merged in dossier.merged_claims:
        if not merged.claim_ids:
            yield f"merged claim {merged.id}: it holds no claim."
        unknown = [claim_id for claim_id in merged.claim_ids if claim_id not in claims]
        for claim_id in unknown:
            yield f"merged claim {merged.id}: its claim {claim_id} is not in the dossier."
        union = {claims[claim_id].source_id for claim_id in merged.claim_ids if claim_id in claims}
        if not unknown and (union != set(merged.source_ids) or _repeats(merged.source_ids)):
            yield f"merged claim {merged.id}: its sources are not the union of its claims' sources."


def _citations(dossier: Dossier) -> Iterator[str]:
    merged = {claim.id for claim in dossier.merged_claims}
    raw = {claim.id for claim in dossier.claims}
    invalid = {claim.id for claim in dossier.invalid_claims}
    for where, claim_id, allowed in _all_citations(dossier, merged, merged | raw):
        if claim_id in invalid:
            yield f"{where}: it cites {claim_id}, which is invalid."
        elif claim_id not in allowed:
            yield f"{where}: it cites {claim_id}, which does not exist."
    for section in dossier.sections:
        for sentence in section.sentences:
            if sentence.kind == "fact" and not sentence.claim_ids:
                yield f"section {section.key}: the fact sentence {sentence.text[:80]!r} cites no claim."


def _all_citations(dossier: Dossier, merged: set[str], either: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    """Yield (place, cited id, ids allowed there) of the whole dossier."""
    for part in dossier.score.parts:
        yield from ((f"score part {part.name}", claim_id, merged) for claim_id in part.claim_ids)
    for aspect in dossier.score.aspects:
        yield from ((f"score aspect {aspect.name}", claim_id, merged) for claim_id in aspect.claim_ids)
    for reason in dossier.disqualifiers:
        yield from ((f"disqualifier {reason.name}", claim_id, merged) for claim_id in reason.claim_ids)
    if dossier.why_now:
        yield from (("why_now", claim_id, merged) for claim_id in dossier.why_now.claim_ids)
    for section in dossier.sections:
        for sentence in section.sentences:
            yield from ((f"section {section.key}", claim_id, merged) for claim_id in sentence.claim_ids)
        content = cited_ids(section.content)
        yield from ((f"content of section {section.key}", claim_id, either) for claim_id in content)
    for contact in dossier.contacts:
        yield from ((f"contact {contact.id}", claim_id, merged) for claim_id in contact.claim_ids)
    for conflict in dossier.conflicts:
        yield from ((f"conflict {conflict.id}", claim_id, merged) for claim_id in conflict.merged_claim_ids)
        yield from ((f"conflict {conflict.id}", side.claim_id, either) for side in conflict.values)
    for timeline in dossier.timelines:
        yield from ((f"timeline {timeline.id}", entry.claim_id, either) for entry in timeline.history)
    for doubt in dossier.ambiguous:
        yield from ((f"ambiguity {doubt.id}", claim_id, either) for claim_id in doubt.claim_ids)


def _conflicts_and_timelines(dossier: Dossier) -> Iterator[str]:
    known = {source.id for source in dossier.sources}
    for conflict in dossier.conflicts:
        where = f"conflict {conflict.id}"
        if len(conflict.values) < 2:
            yield f"{where}: it needs two sides, and has {len(conflict.values)}."
        if conflict.preferred not in {side.value for side in conflict.values}:
            yield f"{where}: the preferred value is none of its sides."
        for side in conflict.values:
            if side.source_id not in known:
                yield f"{where}: its source {side.source_id} is not among the dossier's sources."
    for timeline in dossier.timelines:
        if timeline.current not in {entry.value for entry in timeline.history}:
            yield f"timeline {timeline.id}: the current value is none of its history."


def _sections(dossier: Dossier) -> Iterator[str]:
    keys = tuple(section.key for section in dossier.sections)
    if keys != SECTION_KEYS:
        yield f"sections: they must be {', '.join(SECTION_KEYS)} in this order, and are {', '.join(keys)}."
    for section in dossier.sections:
        if not (section.sentences or section.gap or _says_something(section)):
            yield f"section {section.key}: it is empty and no gap says why."


def _says_something(section: Section) -> bool:
    return any(value not in (None, "", [], {}) for value in section.content.values())


def _contacts(dossier: Dossier, texts: Mapping[str, str]) -> Iterator[str]:
    primary = sum(contact.is_primary for contact in dossier.contacts)
    if dossier.contacts and primary != 1:
        yield f"contacts: exactly one must be primary, and {primary} are."
    for contact in dossier.contacts:
        for name, detail in _details(contact):
            where = f"contact {contact.id}: its {name}"
            if detail.source_id is not None and detail.source_id not in texts:
                yield f"{where} names the source {detail.source_id}, which is not at hand."
            elif detail.status == "published" and detail.value not in texts.get(detail.source_id or "", ""):
                yield f"{where} is called published and does not stand in its source."


def _details(contact: Contact) -> Iterator[tuple[str, ContactDetail]]:
    for name, detail in (("email", contact.email), ("phone", contact.phone), ("linkedin", contact.linkedin)):
        if detail is not None:
            yield name, detail


def _score_and_why_now(dossier: Dossier) -> Iterator[str]:
    tier = next(name for name, floor in _TIER_FLOORS if dossier.score.total >= floor)
    if not 0 <= dossier.score.total <= 100 or dossier.score.tier != tier:
        yield f"score: {dossier.score.total} is not tier {dossier.score.tier} of 0 to 100."
    why_now = dossier.why_now
    if why_now is None:
        return
    if not why_now.claim_ids:
        yield "why_now: it cites no claim."
    yield from _period("why_now", why_now.event_date, why_now.date_precision)
    last_day = why_now.event_date + timedelta(days=_PERIOD_DAYS[why_now.date_precision])
    if (dossier.reference_date - last_day).days > _YEAR:
        yield f"why_now: its event of {why_now.event_date} is older than 12 months."
    if why_now.url is not None and why_now.url not in {source.url for source in dossier.sources}:
        yield "why_now: its url is that of no source."


def _summary_fields(dossier: Dossier) -> Iterator[str]:
    check = dossier.fact_check
    if check.supported + len(check.unsupported) != check.sentences:
        yield "fact_check: supported and unsupported sentences do not add up to all sentences."
    if dossier.provider == "extractive" and (dossier.cost.llm_calls or dossier.cost.usd):
        yield "cost: the extractive engine makes no paid calls."
    data = dossier.model_dump(mode="json", by_alias=True)
    run_id = data.pop("run_id")
    if any(run_id in text for text in _strings(data)):
        yield "run_id: it stands in another field too, so two runs cannot be compared."


def _period(where: str, first_day: date | None, precision: Precision | None) -> Iterator[str]:
    if (first_day is None) != (precision is None):
        yield f"{where}: a date and its precision stand together or not at all."
    elif first_day and precision:
        right_day = precision is Precision.DAY or first_day.day == 1
        if not right_day or first_day.month not in _PERIOD_STARTS[precision]:
            yield f"{where}: {first_day} is not the first day of a {precision}."


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _repeats(ids: Iterable[str]) -> list[str]:
    return sorted(one for one, times in Counter(ids).items() if times > 1)
