"""Reads records: runs of `Label: value` lines such as a notice, a register entry or the head of a letter.

Here: finding the organisation a record is about, and one claim per field that says something. Every field's
quote reaches from the line that names the organisation to the field, so that it stands alone. Not here: prose.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dossier.evidence.boilerplate import boilerplate
from dossier.evidence.dates import find_dates
from dossier.evidence.money import find_money
from dossier.evidence.names import aliases, match_name
from dossier.evidence.numbers import read_bound
from dossier.evidence.quantities import find_numbers
from dossier.evidence.records import cluster_records, same_records
from dossier.evidence.segments import Block, Record
from dossier.extractive.drafting import Desk, draft, tidy
from dossier.models import ClaimDetails, ClaimDraft, ClaimType, Count, EventDate, Passage, Precision

_SUBJECTS = re.compile(
    r"employer|company|sponsor|applicant|organi[sz]ation|firm|vendor|contractor|recipient|awardee|manufacturer|"
    r"buyer|agency|customer|owner|operator|business|issuer|registrant|grantee|permittee|licensee|developer",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"^(?:n/?a|none|not (?:stated|provided|available|applicable)|unknown|null|-+|—|tbd)\.?$", re.IGNORECASE
)
_PEOPLE = re.compile(r"contact|attention|attn|signed|signatory|from|by$|name$|director|officer", re.IGNORECASE)
_PLACES = re.compile(r"location|address|city|county|state|site|place", re.IGNORECASE)
_THINGS = re.compile(
    r"^(?:drug|product|device|project|proprietary|trade|brand)(?: (?:name|product|title|\(proposed\)))*$", re.IGNORECASE
)
_COUNTED = re.compile(r"(employee|worker|job|position|unit|site|people|staff)s?", re.IGNORECASE)
_IDENTIFIERS = re.compile(
    r"^(?:field|item|label|category|key|title|detail)s?$|\bagent\b|\bsign|division|office|review(?:er|ed)|contact|attention|naics|sic|number|id$|identifier|phone|fax|e-?mail|zip|code|fei",
    re.IGNORECASE,
)
_OF_OFFICES = re.compile(
    r"regulat\w+|statut\w+|^center|labell?ing|format|template|deadline|(?:submitted|prepared|signed|reviewed) by|"
    r"project manager|^name$|^from$",
    re.IGNORECASE,
)
_CITATION = re.compile(r"^\W*(?:\d+\s*(?:CFR|U\.?S\.?C)|section\s+\d|https?:|www\.)", re.IGNORECASE)
_YES_OR_NO = re.compile(r"(?:yes|no|true|false)\b", re.IGNORECASE)
_AMENDS = re.compile(r"amend|revis|supersed|updat", re.IGNORECASE)
_OWN_DAY = re.compile(
    r"\bdates?\b|^(?!notice)(?:\w+ )?(?:submi\w+|receipt|filing|filed)$|\b(?:received|issued)$",
    re.IGNORECASE,
)
_DECISION = re.compile(r"response|decision|action|outcome|approv\w+", re.IGNORECASE)
_STANDING = re.compile(r"status|type|letter", re.IGNORECASE)
_LETTER = re.compile(r"letter|notice|issued|signed", re.IGNORECASE)
_LATER = re.compile(
    r"effective|deadline|due|goal|proposed|planned|target|expir|resubmission|closing|end\b", re.IGNORECASE
)
_HAPPENED = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"response|decision|action|outcome|approval|letter date",
        r"notice|award|issued|posted",
        r"filed|received|submi",
        r"date",
    )
)
_EVENTS = {
    "LAYOFF": re.compile(r"\blayoffs?\b|\bclosure\b|\bemployees? affected\b|\bWARN\b|\bworkforce\b", re.IGNORECASE),
    "REGULATORY": re.compile(r"complete response|approv|licen[cs]e|permit|application|inspection", re.IGNORECASE),
    "AWARD": re.compile(r"award|contract|solicitation|order|grant", re.IGNORECASE),
}
MAX_SPAN = 500
LONGEST_NAME, LONGEST_PLACE = 80, 40
MOST_ALIKE = 50  # records of one thing that a further one is compared with, the last ones
MAX_AROUND = 16  # characters beside the number of a field: `approximately`
_LAYOFF_LEMMAS = frozenset({"layoff", "notice", "employee"})


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all fields of one record have in common; `key` names the record, `thing` what it is about."""

    record: Record
    subject: Block
    kind: str
    lemmas: frozenset[str]
    happened: EventDate | None
    key: str
    place: str | None
    thing: Block | None


def said_before(records: Sequence[Record]) -> frozenset[int]:
    """Return where the fields begin that say again what another record of the same document and thing has said.

    The head of a letter and the table below it name one application: what both say is one claim. `records` are those
    that are read: what stands in another is said nowhere.
    """
    values = [{field.label.lower(): field.value for field in record.fields} for record in records]
    clusters = cluster_records(values)
    again: list[int] = []
    met: dict[int, list[int]] = defaultdict(list)
    for at, record in enumerate(records):
        same = [one for one in met[clusters[at]][-MOST_ALIKE:] if _is_repeat(values[one], values[at])]
        met[clusters[at]].append(at)
        told = {tidy(value).casefold() for one in same for value in values[one].values()}
        again += [field.start for field in record.fields if tidy(field.value).casefold() in told]
    return frozenset(again)


def _is_repeat(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Return whether two records tell of one thing: alike as records, and no figure or date that both give differs."""
    figures = [label for label in one.keys() & other.keys() if re.search(r"\d", one[label] + other[label])]
    return same_records([(one, other)])[0] and all(tidy(one[label]) == tidy(other[label]) for label in figures)


def subject_of(record: Record, desk: Desk) -> Block | None:
    """Return the field that names the lead as what the record is about, or None."""
    names = aliases(desk.lead)
    for field in record.fields:
        if _SUBJECTS.search(field.label) and not _PEOPLE.search(field.label) and match_name(field.value, names).same:
            return field
    return None


def read_record(record: Record, desk: Desk, told: frozenset[int] = frozenset()) -> Iterator[ClaimDraft]:
    """Yield one claim per field of a record about the lead, the event it reports first.

    `told` are the offsets of fields that another record has said already (`said_before`).
    """
    subject = subject_of(record, desk)
    if subject is None:
        return
    kind = record_kind(record, desk.passage)
    shared = _Shared(
        record=record,
        subject=subject,
        kind=kind,
        lemmas=record_lemmas(record, desk.passage, kind),
        happened=_date_of(record, desk),
        key=f"{desk.passage.source_id}:{desk.passage.start + record.start}",
        place=_place(record),
        thing=_thing(record),
    )
    title = record.title
    if (
        kind
        and title
        and title.kind != "figures"
        and len(title.text) < 100
        and re.search(r"notice|letter|award|order|permit", title.text, re.IGNORECASE)
    ):
        named = Block("field", title.start, title.end, title.text, "Record", title.text.lstrip("# "), title.start)
        yield from _claim(named, shared, desk)
    said: set[str] = set()
    for field in record.fields:
        value = tidy(field.value).casefold()
        if field.start not in told and not _says_nothing(field, subject, value in said, desk):
            yield from _claim(field, shared, desk)
        said.add(value)


def record_kind(record: Record, passage: Passage) -> str:
    """Return the kind of event that a record reports, '' where its words tell of none."""
    whole = f"{_heading(record)}\n{passage.text[record.start : record.end]}\n{passage.title}"
    return next((kind for kind, words in _EVENTS.items() if words.search(whole)), "")


def record_lemmas(record: Record, passage: Passage, kind: str) -> frozenset[str]:
    """Return the words of a record by which a signal is matched; a layoff notice tells of employees in any case."""
    text = f"{_heading(record)} {passage.title} {passage.text[record.start : record.end]}"
    found = {w.lower() for w in re.findall(r"[A-Za-z]{3,}", text)}
    found -= {"amendment"} if not re.search(r"amendment:\s*(?:yes|true|1)", text, re.IGNORECASE) else set()
    return frozenset(found | (_LAYOFF_LEMMAS if kind == "LAYOFF" else set()))


def _heading(record: Record) -> str:
    """Return the words above a record, '' where they are the head of a table."""
    return record.title.text if record.title and record.title.kind != "figures" else ""


def _says_nothing(field: Block, subject: Block, said: bool, desk: Desk) -> bool:
    """Return whether a field tells a reader nothing of the lead: empty, a name or number of files, `said` before."""
    if field is subject or _EMPTY.match(field.value) or _IDENTIFIERS.search(field.label) or boilerplate(field.value):
        return True
    if _OF_OFFICES.search(field.label) or _CITATION.search(field.value):
        return True
    if _YES_OR_NO.match(field.value) and not _AMENDS.search(field.label):
        return True
    return (said and not find_dates(field.value)) or match_name(field.value, aliases(desk.lead)).same


def _date_of(record: Record, desk: Desk) -> EventDate | None:
    """Return when the record's event happened: a decision before the notice, that before what was filed, then any date.

    When it takes effect, and until when something is due, comes after the event.
    """
    dated = list(_single_dates(record, desk))
    for wanted in _HAPPENED:
        for field, date in dated:
            if wanted.search(field.label) and not _LATER.search(field.label):
                return date
    return None


def _single_dates(record: Record, desk: Desk) -> Iterator[tuple[Block, EventDate]]:
    """Yield the fields with one date, to the day if any is: of several nobody can tell which one counts."""
    read = [(field, find_dates(field.value, desk.passage.published_at)) for field in record.fields]
    dated = [(field, dates[0].value) for field, dates in read if len({found.value.value for found in dates}) == 1]
    yield from [(field, date) for field, date in dated if date.precision is Precision.DAY] or dated


def _day_of(field: Block, record: Record, desk: Desk, happened: EventDate | None) -> EventDate | None:
    """Return the day of what a field tells: its own, or of a decision that of the letter, else the record's.

    A paper was filed before the record's event, and nothing is decided on the day on which it is filed.
    """
    if _LATER.search(field.label):
        return happened
    own = {found.value.value: found.value for found in find_dates(field.value, desk.passage.published_at)}
    if own and _OWN_DAY.search(field.label):
        return next(iter(own.values())) if len(own) == 1 else None
    told = f"{field.label} {field.value if _STANDING.search(field.label) else ''}".lower()
    kind = set(_DECISION.findall(told))
    if not kind:
        return happened
    days = [(other, date) for other, date in _single_dates(record, desk) if not _LATER.search(other.label)]
    named = [date for other, date in days if kind & set(_DECISION.findall(other.label.lower()))]
    return next(iter([*named, *(date for other, date in days if _LETTER.search(other.label))]), None)


def _place(record: Record) -> str | None:
    for field in record.fields:
        if _PLACES.search(field.label) and not _EMPTY.match(field.value):
            return field.value
    return None


def _thing(record: Record) -> Block | None:
    """Return the field that names the product or project that a record is about: an applicant may have several."""
    named = (field for field in record.fields if _THINGS.search(field.label) and not _EMPTY.match(field.value))
    return next((field for field in named if len(field.value) <= LONGEST_NAME), None)


def _claim(field: Block, shared: _Shared, desk: Desk) -> Iterator[ClaimDraft]:
    kind, place = shared.kind, shared.place
    happened = _day_of(field, shared.record, desk, shared.happened)
    count = _bare_count(field)
    amounts = find_money(field.value)
    details = ClaimDetails(
        event=field.label.lower(),
        status="ANNOUNCED",
        amount=amounts[0].value if amounts else None,
        count=count,
        place=place,
        organization=desk.lead.name,
        record=shared.key,
        field=field.label,
        gate=match_name(shared.subject.value, aliases(desk.lead)).rule,
    )
    claim_type = _type(field, kind, count)
    quote_from, quote_to = _span(field, shared, happened)
    made = draft(
        desk,
        claim_type,
        _statement(field, shared, desk.passage.text[quote_from:quote_to], happened),
        (quote_from, quote_to),
        kind=kind or "REGULATORY",
        lemmas=shared.lemmas,
        entities=[desk.lead.name, *([place] if place and _PLACES.search(field.label) else [])],
        date=happened,
        details=details,
    )
    if made:
        yield made


def _unit(label: str) -> str:
    match = _COUNTED.search(label)
    return f"{match[1].lower()}s" if match else ""


def _bare_count(field: Block) -> Count | None:
    """Return the number that a field of people or sites holds: `1,088`, `about 120`, `ninety`."""
    found = find_numbers(field.value) if _COUNTED.search(field.label) and not _PLACES.search(field.label) else []
    if len(found) != 1 or found[0].number < 0 or find_dates(field.value):
        return None
    start, end = found[0].start, found[0].end
    around = re.sub(r"\([^)]*\)|[\s+]", "", field.value[:start] + field.value[end:])
    if len(around) > MAX_AROUND:
        return None
    said, bound = field.value[start:end], read_bound(field.value, start, end)
    return Count(number=found[0].number, unit=_unit(field.label).removesuffix("s"), bound=bound, text=said)


def _type(field: Block, kind: str, count: Count | None) -> ClaimType:
    label = field.label.lower()
    filed = re.match(r"(?:original )?(?:submission|application|product|filing|dosage)", label)
    if kind and (
        count is not None
        or (re.search(r"record|type|notice date|response|action|outcome|status|amendment", label) and not filed)
    ):
        return ClaimType.SIGNAL
    if count is not None or find_money(field.value):
        return ClaimType.METRIC
    if kind and (re.search(r"date", label) or _PLACES.search(label)):
        return ClaimType.OPPORTUNITY
    return ClaimType.ATTRIBUTE


def _span(field: Block, shared: _Shared, happened: EventDate | None) -> tuple[int, int]:
    """Return the stretch that shows whose record it is, of what and when, and what the field says.

    Where that is too long, it leaves out the day first, then of what the record is.
    """
    record, subject = shared.record, shared.subject
    dated = [f for f in record.fields if happened and happened.text in f.value][:1]
    thing = [shared.thing] if shared.thing else []
    headed = record.title is not None and (subject is record.fields[0] or record.title.kind == "figures")
    for more in ([*thing, *dated], thing or dated, dated):
        shown = [field, subject, *more]
        start, end = min(block.start for block in shown), max(block.end for block in shown)
        if headed and record.title and record.title.end <= start:
            start = record.title.start
        if end - start <= MAX_SPAN:
            return (start, end)
    return (min(field.start, subject.start), max(field.end, subject.end))


def _statement(field: Block, shared: _Shared, quote: str, happened: EventDate | None) -> str:
    """`Acme Inc, Eastport: 88 employees affected (notice of the state, 2026-01-31)`, of words that the quote holds."""
    said = f"{field.label}: {tidy(field.value)}"
    if _bare_count(field) and field.value != "1":
        said = f"{field.value} {field.label.lower()}"
    head = f"{tidy(shared.subject.value)}{_of_what(field, shared, quote)}"
    heading = _heading(shared.record)
    title = heading.strip(" #") if heading and quote.startswith(heading) else ""
    if field.label == "Record":
        said, title = tidy(field.value), ""
    dated = bool(find_dates(field.value)) and field.label.lower() != "effective date"
    when = happened.text if happened and happened.text in quote and not dated else ""
    aside = ", ".join(part for part in (title if len(title) < 80 and ":" not in title else "", when) if part)
    return f"{head}: {said}" + (f" ({aside})" if aside else "")


def _of_what(field: Block, shared: _Shared, quote: str) -> str:
    """Return what tells one record of an organisation from its others: a product or project, else a place."""
    thing, place = shared.thing, shared.place
    if thing and thing.value in quote and thing.value != field.value and ": " not in thing.value:
        return f", {tidy(thing.value)}"
    known = place and place in quote and place != field.value and len(place) < LONGEST_PLACE
    return f", {tidy(place)}" if place and known else ""
