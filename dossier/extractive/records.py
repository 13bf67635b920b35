"""Reads records: runs of `Label: value` lines such as a notice, a register entry or the head of a letter.

Here: finding the organisation a record is about, and one claim per field that says something. Every field's
quote reaches from the line that names the organisation to the field, so that it stands alone. Not here: prose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dossier.evidence.dates import find_dates
from dossier.evidence.money import find_money
from dossier.evidence.names import aliases, match_name
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
_COUNTED = re.compile(r"(employee|worker|job|position|unit|site|people|staff)s?", re.IGNORECASE)
_IDENTIFIERS = re.compile(
    r"^(?:field|item|label|category|key|title|detail)s?$|\bagent\b|\bsign|division|office|review(?:er|ed)|contact|attention|naics|sic|number|id$|identifier|phone|fax|e-?mail|zip|code|fei",
    re.IGNORECASE,
)
_EVENTS = {
    "LAYOFF": re.compile(r"\blayoffs?\b|\bclosure\b|\bemployees? affected\b|\bWARN\b|\bworkforce\b", re.IGNORECASE),
    "REGULATORY": re.compile(r"complete response|approv|licen[cs]e|permit|application|inspection", re.IGNORECASE),
    "AWARD": re.compile(r"award|contract|solicitation|order|grant", re.IGNORECASE),
}
MAX_SPAN = 500
_LAYOFF_LEMMAS = frozenset({"layoff", "notice", "employee"})


def subject_of(record: Record, desk: Desk) -> Block | None:
    """Return the field that names the lead as what the record is about, or None."""
    names = aliases(desk.lead)
    for field in record.fields:
        if _SUBJECTS.search(field.label) and not _PEOPLE.search(field.label) and match_name(field.value, names).same:
            return field
    return None


def read_record(record: Record, desk: Desk) -> Iterator[ClaimDraft]:
    """Yield one claim per field of a record about the lead, the event it reports first."""
    subject = subject_of(record, desk)
    if subject is None:
        return
    kind = record_kind(record, desk.passage)
    happened = _date_of(record, desk)
    key = f"{desk.passage.source_id}:{desk.passage.start + record.start}"
    place = _place(record)
    title = record.title
    if (
        kind
        and title
        and len(title.text) < 100
        and re.search(r"notice|letter|award|order|permit", title.text, re.IGNORECASE)
    ):
        named = Block("field", title.start, title.end, title.text, "Record", title.text.lstrip("# "), title.start)
        yield from _claim(named, subject, record, desk, kind, happened, key, place)
    for field in record.fields:
        if _says_nothing(field, subject):
            continue
        yield from _claim(field, subject, record, desk, kind, happened, key, place)


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
    return record.title.text if record.title else ""


def _says_nothing(field: Block, subject: Block) -> bool:
    return field is subject or bool(_EMPTY.match(field.value)) or bool(_IDENTIFIERS.search(field.label))


def _date_of(record: Record, desk: Desk) -> EventDate | None:
    """The notice's own date comes before the date it takes effect."""
    dated = [(f, d[0].value) for f in record.fields if (d := find_dates(f.value, desk.passage.published_at))]
    dated = [(f, d) for f, d in dated if d.precision is Precision.DAY] or dated
    for wanted in (r"notice|filed|received|issued|action|response|award|posted", r"date"):
        for field, date in dated:
            if re.search(wanted, field.label, re.IGNORECASE):
                return date
    return None


def _place(record: Record) -> str | None:
    for field in record.fields:
        if _PLACES.search(field.label) and not _EMPTY.match(field.value):
            return field.value
    return None


def _claim(
    field: Block,
    subject: Block,
    record: Record,
    desk: Desk,
    kind: str,
    happened: EventDate | None,
    key: str,
    place: str | None,
) -> Iterator[ClaimDraft]:
    count = _bare_count(field)
    amounts = find_money(field.value)
    details = ClaimDetails(
        event=field.label.lower(),
        status="ANNOUNCED",
        amount=amounts[0].value if amounts else None,
        count=count,
        place=place,
        organization=desk.lead.name,
        record=key,
        field=field.label,
        gate=match_name(subject.value, aliases(desk.lead)).rule,
    )
    claim_type = _type(field, kind, count)
    lemmas = record_lemmas(record, desk.passage, kind)
    quote_from, quote_to = _span(field, subject, record, happened)
    made = draft(
        desk,
        claim_type,
        _statement(field, subject, _heading(record), desk.passage.text[quote_from:quote_to], place, happened),
        (quote_from, quote_to),
        kind=kind or "REGULATORY",
        lemmas=lemmas,
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
    plain = field.value.replace(",", "")
    if not _COUNTED.search(field.label) or _PLACES.search(field.label) or not plain.isdigit():
        return None
    return Count(number=float(plain), unit=_unit(field.label).removesuffix("s"), text=field.value)


def _type(field: Block, kind: str, count: Count | None) -> ClaimType:
    label = field.label.lower()
    if kind and (
        count is not None or re.search(r"record|type|notice date|response|action|outcome|status|amendment", label)
    ):
        return ClaimType.SIGNAL
    if count is not None or find_money(field.value):
        return ClaimType.METRIC
    if kind and (re.search(r"date", label) or _PLACES.search(label)):
        return ClaimType.OPPORTUNITY
    return ClaimType.ATTRIBUTE


def _span(field: Block, subject: Block, record: Record, happened: EventDate | None) -> tuple[int, int]:
    """Return the stretch that shows whose record it is, when it is from and what the field says."""
    dated = [f for f in record.fields if happened and happened.text in f.value]
    shown = [field, subject, *dated[:1]]
    start = min(block.start for block in shown)
    if record.title and record.title.end <= start and subject is record.fields[0]:
        start = record.title.start
    end = max(block.end for block in shown)
    return (start, end) if end - start <= MAX_SPAN else (min(field.start, subject.start), max(field.end, subject.end))


def _statement(
    field: Block, subject: Block, heading: str, quote: str, place: str | None, happened: EventDate | None
) -> str:
    """`Acme Inc, Eastport: 88 employees affected (notice of the state, 2026-01-31)`, of words that the quote holds."""
    said = f"{field.label}: {tidy(field.value)}"
    if _bare_count(field) and field.value != "1":
        said = f"{field.value} {field.label.lower()}"
    where = f", {tidy(place)}" if place and place in quote and place != field.value and len(place) < 40 else ""
    head = f"{tidy(subject.value)}{where}"
    title = heading.strip(" #") if heading and quote.startswith(heading) else ""
    if field.label == "Record":
        said, title = tidy(field.value), ""
    dated = bool(find_dates(field.value)) and field.label.lower() != "effective date"
    when = happened.text if happened and happened.text in quote and not dated else ""
    aside = ", ".join(part for part in (title if len(title) < 80 and ":" not in title else "", when) if part)
    return f"{head}: {said}" + (f" ({aside})" if aside else "")
