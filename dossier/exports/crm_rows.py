"""Rows for a CRM: what a dossier holds, column by column, and what had to stay out, with the reason.

Here: from dossiers to rows by a profile. Not here: the profiles (`crm_profiles.py`) and the file (`csv_files.py`).
Nothing is invented: what no source states is an empty cell; an address that was inferred stays out. A text that
begins like a formula stands in quotation marks, because a CRM would keep an apostrophe as part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from dossier.errors import Permanent
from dossier.evidence.people import split_name
from dossier.exports import phrases
from dossier.exports.crm_profiles import Column, Profile, TableRules, broken, fault_of
from dossier.exports.unread import no_event, no_person, score_note
from dossier.exports.wording import date_in_words, detail_hint
from dossier.models import Contact, ContactDetail, Dossier
from dossier.text_safety import inert_cell

_SURE = ("verified", "published")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row or a value that is not in the table, and why."""

    run_id: str
    table: str
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class CrmTable:
    """A finished table: rows by the profile's names of columns."""

    name: str
    rows: list[dict[str, str]]
    rules: TableRules

    @property
    def without_key(self) -> int:
        """How many rows lack the column by which the CRM knows a record again."""
        return sum(not row[self.rules.unique] for row in self.rows)

    def parts(self) -> Iterator[list[dict[str, str]]]:
        """Yield the rows, as many at a time as one file may have; nothing at all is one empty file."""
        for start in range(0, len(self.rows) or 1, self.rules.most_rows):
            yield self.rows[start : start + self.rules.most_rows]


def tables(profile: Profile, dossiers: Iterable[Dossier]) -> tuple[list[CrmTable], list[LeftOut]]:
    """Return the tables of `profile` for `dossiers`, rows in their order, and all that is not in them.

    Where two rows would be one record, the one of the newer dossier stays. Raises Permanent where a row breaks the
    rules of its CRM: such a file is never handed out.
    """
    fillers = [_Filler(name, rules) for name, rules in profile.items()]
    for dossier in dossiers:
        for filler in fillers:
            filler.add(dossier)
    return [filler.finished() for filler in fillers], [one for filler in fillers for one in filler.left_out]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row that may go in: whose it is, and how new its dossier is."""

    row: dict[str, str]
    run_id: str
    who: str
    age: tuple[date, str]


class _Filler:
    """Fills one table, dossier by dossier; only rows are kept, so that memory does not grow with dossiers."""

    def __init__(self, name: str, rules: TableRules) -> None:
        self._name, self._rules = name, rules
        self._candidates: list[_Candidate] = []
        self.left_out: list[LeftOut] = []

    def add(self, dossier: Dossier) -> None:
        """Take the rows of `dossier`."""
        if self._rules.row == "dossier":
            self._add(dossier, _of_dossier(dossier), dossier.lead.name)
            return
        for contact in dossier.contacts:
            self._note_guesses(dossier, contact)
            self._add(dossier, {**_of_dossier(dossier), **_of_contact(contact, dossier)}, contact.name)
        if not dossier.contacts:
            self._leave_out(dossier.run_id, dossier.lead.name, f"{no_person(dossier)} A row here is a person.")

    def finished(self) -> CrmTable:
        """Return the table, each record once, checked."""
        table = CrmTable(self._name, [one.row for one in self._each_once()], self._rules)
        faults = [fault for part in table.parts() for fault in broken(self._rules, part)]
        if faults:
            raise Permanent(f"The table {self._name} was not written.", " ".join(faults[:5]), "Report this text.")
        return table

    def _each_once(self) -> list[_Candidate]:
        """Return the candidates in their order, of those for one record only the newest."""
        newest: dict[tuple[str, ...], _Candidate] = {}
        for one in sorted(self._candidates, key=lambda one: one.age, reverse=True):
            if newest.setdefault(self._key(one.row), one) is not one:
                self._leave_out(one.run_id, one.who, "The same record stands in the table already.")
        kept = {id(one) for one in newest.values()}
        return [one for one in self._candidates if id(one) in kept]

    def _key(self, row: Mapping[str, str]) -> tuple[str, ...]:
        unique = row[self._rules.unique]
        key = (unique,) if unique else tuple(row[name] for name in _identity(self._rules))
        return tuple(part.casefold() for part in key)

    def _add(self, dossier: Dossier, known: Mapping[str, str], who: str) -> None:
        row = {}
        for name, column in self._rules.columns.items():
            row[name], why = _cell(column, known)
            if why:
                self._leave_out(dossier.run_id, f"{name} of {who}", why)
        missing = [name for name in self._rules.needs if not row[name]]
        if missing:
            self._leave_out(dossier.run_id, who, f"No {missing[0]} is known, and a row needs one.")
        else:
            age = (dossier.reference_date, dossier.created_at)
            self._candidates.append(_Candidate(row, dossier.run_id, who, age))

    def _note_guesses(self, dossier: Dossier, contact: Contact) -> None:
        for name, detail in (("E-mail", contact.email), ("Phone", contact.phone), ("LinkedIn", contact.linkedin)):
            if detail is not None and detail.status not in _SURE:
                reason = f"It is {detail.status}: {detail_hint(detail)}."
                self._leave_out(dossier.run_id, f"{name} of {contact.name}", reason)

    def _leave_out(self, run_id: str, what: str, reason: str) -> None:
        self.left_out.append(LeftOut(run_id, self._name, what, reason))


def _identity(rules: TableRules) -> list[str]:
    """Return the columns that tell rows apart where the unique one is empty: who it is and where."""
    return [name for name, column in rules.columns.items() if column.field in ("first_name", "last_name", "company")]


def _cell(column: Column, known: Mapping[str, str]) -> tuple[str, str]:
    """Return what stands in the cell, and why it is not what was known, or nothing."""
    raw = column.always or known.get(column.field, "")
    value = inert_cell(column.values.get(raw, raw)) if column.kind == "text" else " ".join(raw.split())
    if column.kind == "text" and not column.choices and len(value) > column.most:
        return value[
            : column.most - 1
        ].rstrip() + "…", f"It is longer than {column.most} characters: the rest is left out."
    fault = fault_of(column, value)
    return ("", f"{value[:80]!r} {fault}.") if fault else (value, "")


def _of_dossier(dossier: Dossier) -> dict[str, str]:
    why_now = dossier.why_now
    intro = next((section.content for section in dossier.sections if section.key == "intro"), {})
    return {
        "run_id": dossier.run_id,
        "company": dossier.lead.name,
        "domain": dossier.lead.domain or "",
        "employees": _number(intro.get("employees")),
        "founded": _number(intro.get("founded")),
        "score": str(dossier.score.total),
        "tier": dossier.score.tier,
        "why_now": why_now.text if why_now else "",
        "why_now_date": why_now.event_date.isoformat() if why_now else "",
        "why_now_url": (why_now.url or "") if why_now else "",
        "story": _story(dossier),
    }


def _of_contact(contact: Contact, dossier: Dossier) -> dict[str, str]:
    first, last = _first_and_last(contact.name)
    return {
        "first_name": first,
        "last_name": last,
        "title": contact.title or "",
        "email": _sure(contact.email),
        "phone": _phone(contact.phone),
        "linkedin": _sure(contact.linkedin),
        "why": contact.why,
        "person_story": f"{contact.name}: {contact.why} {_story(dossier)}" if contact.why else _story(dossier),
    }


def _story(dossier: Dossier) -> str:
    """Return why now, in a paragraph: the event, its date, where it stands, and the score."""
    score = f"Score {dossier.score.total} of 100, tier {dossier.score.tier}, as of {dossier.reference_date}."
    score = " ".join(filter(None, (score, score_note(dossier))))
    run = f"Dossier {dossier.run_id}."
    event = dossier.why_now
    if event is None:
        return f"{no_event(dossier)} {score} {run}"
    when = date_in_words(event.event_date, event.date_precision)
    source = f" ({event.url})" if event.url else ""
    return f"{phrases.WHY_NOW}, {when}: {event.text}{source} {score} {run}"


def _first_and_last(name: str) -> tuple[str, str]:
    """Return a name in two parts; a name of one part, or one that cannot be parted, is a last name."""
    parts = split_name(name)
    last = " ".join(filter(None, (parts.last, parts.suffix)))
    first = " ".join(filter(None, (parts.first, parts.middle)))
    return (first, last) if parts.last else ("", " ".join(name.split()))


def _sure(detail: ContactDetail | None) -> str:
    return detail.value if detail is not None and detail.status in _SURE else ""


def _phone(detail: ContactDetail | None) -> str:
    """Return a phone in its normal form, `+15550142`, or as the source writes it where it has none."""
    sure = _sure(detail)
    return (detail.normalized or sure) if detail is not None and sure else ""


def _number(value: object) -> str:
    text = str(value).strip() if isinstance(value, str | int) else ""
    return text if text.isdecimal() and text.isascii() else ""
