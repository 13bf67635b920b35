"""Which stored lead a row of a table means: by domain, name, another name, or the name without its legal form.

Here: the rules, and what the rows of one import said so far. Not here: writing (`leads.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.evidence.names import LEGAL_FORMS, words
from dossier.intake.rows import LeadInput
from dossier.store.tables_queue import LeadRow

_FORMS = LEGAL_FORMS - {"the", "trust"}  # a trust is another organisation than its namesake
_ONE_FORM = {"incorporated": "inc", "corporation": "corp", "company": "co", "limited": "ltd"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a row means: a stored lead or a new one, and what a person should hear about it.

    `other_name`: the lead keeps its name, the row's is a further one. `first_wins`: where an earlier row of the
    import says otherwise, that one counts.
    """

    lead: LeadRow | None
    other_name: bool = False
    first_wins: bool = False
    note: str | None = None


def name_key(name: str) -> str:
    """Return the form of a name in which case, accents and punctuation do not count."""
    return " ".join(words(name)) or " ".join(name.split()).casefold()


def bare_name(name: str) -> tuple[str, frozenset[str]]:
    """Return a name without article and legal form, and the legal form: `The Acme Corporation` -> `acme`, `{corp}`."""
    parts = words(name)
    forms = set[str]()
    while len(parts) > 1 and parts[-1] in _FORMS:
        form = parts.pop()
        forms.add(_ONE_FORM.get(form, form))
    while len(parts) > 1 and parts[-1] == "and":
        parts.pop()
    while len(parts) > 1 and parts[0] == "the":
        parts.pop(0)
    return " ".join(parts), frozenset(forms)


class LeadIndex:
    """The client's leads by everything that they are called."""

    def __init__(self, rows: Sequence[LeadRow]) -> None:
        self._by_domain: dict[str, LeadRow] = {}
        self._by_name: dict[str, list[LeadRow]] = {}
        self._by_alias: dict[str, list[LeadRow]] = {}
        self._by_bare: dict[str, list[LeadRow]] = {}
        self._seen: dict[str, LeadInput] = {}
        for row in rows:
            self._file(row)

    @classmethod
    def of(cls, session: Session, client_id: str) -> LeadIndex:
        """Read the client's leads."""
        query = select(LeadRow).where(LeadRow.client_id == client_id).order_by(LeadRow.lead_id)
        return cls(session.scalars(query).all())

    def find(self, row: LeadInput) -> Found | str:
        """Return what `row` means, or why it cannot be used."""
        found = self._called(row)
        if isinstance(found, str) or found.lead is None:
            return found
        lead, earlier, key = found.lead, self._seen.get(found.lead.lead_id), name_key(row.name)
        if earlier and name_key(earlier.name) == key:
            clash = _clash(earlier, row)
            return f"Row {earlier.row} says otherwise: {clash}." if clash else Found(lead, key != lead.name_key)
        known = key == lead.name_key or key in map(name_key, lead.aliases)
        if earlier:
            return Found(lead, key != lead.name_key, True, None if known else _second_name(found, row, earlier))
        if known or found.other_name:
            renamed = name_key(lead.name) in map(name_key, row.aliases)
            return Found(lead, other_name=key != lead.name_key and not renamed, note=found.note)
        return Found(lead, note=f"{lead.name!r} is called {row.name!r} now (same domain); its old name is an alias.")

    def note(self, lead: LeadRow, row: LeadInput) -> None:
        """Remember that `row` became `lead`."""
        self._file(lead)
        self._seen.setdefault(lead.lead_id, row)

    def _called(self, row: LeadInput) -> Found | str:
        """Return the lead that is called as the row says, the surest rule first."""
        if row.domain and (lead := self._by_domain.get(row.domain)):
            return Found(lead)
        key = name_key(row.name)
        exact = [lead for lead in self._by_name.get(key, []) if _made_of_the_name(lead, row) or _may_be(lead, row)]
        if len(exact) > 1:
            return f"The name {row.name!r} fits {len(exact)} leads; give a domain."
        if exact:
            return Found(exact[0])
        by_alias = [lead for lead in self._by_alias.get(key, []) if _may_be(lead, row)]
        return Found(by_alias[0], other_name=True) if len(by_alias) == 1 else self._by_bare_name(row)

    def _by_bare_name(self, row: LeadInput) -> Found:
        bare, form = bare_name(row.name)
        alike = [lead for lead in self._by_bare.get(bare, []) if lead.name_key != name_key(row.name)]
        near = [lead for lead in alike if _may_be(lead, row)]
        same = [lead for lead in near if not form or not (other := bare_name(lead.name)[1]) or form == other]
        if len(same) == 1:
            note = f"{row.name!r} is taken as another name of {same[0].name!r}: the same but for the legal form."
            return Found(same[0], other_name=True, note=note)
        if not near:
            return Found(None)
        names = ", ".join(repr(lead.name) for lead in near[:3])
        return Found(None, note=f"{row.name!r} is a lead of its own, and may be the same as {names}: give a domain.")

    def _file(self, lead: LeadRow) -> None:
        if lead.domain:
            self._by_domain[lead.domain] = lead
        _add(self._by_name, lead.name_key, lead)
        _add(self._by_bare, bare_name(lead.name)[0], lead)
        for alias in lead.aliases:
            _add(self._by_alias, name_key(alias), lead)


def _add(index: dict[str, list[LeadRow]], key: str, lead: LeadRow) -> None:
    same = index.setdefault(key, [])
    if lead not in same:
        same.append(lead)


def _second_name(found: Found, row: LeadInput, earlier: LeadInput) -> str:
    """Return what is said of a row that names the lead of an earlier row otherwise."""
    why = "same domain" if row.domain and found.note is None else "the same but for the legal form"
    clash = _clash(earlier, row)
    left_out = f" The earlier row counts where they differ: {clash}." if clash else ""
    return f"{row.name!r} is taken as another name of {earlier.name!r} (row {earlier.row}): {why}.{left_out}"


def _made_of_the_name(lead: LeadRow, row: LeadInput) -> bool:
    """Return whether the lead was once made from the bare name: it keeps being that name's lead."""
    return not row.domain and lead.identity == lead.name_key


def _may_be(lead: LeadRow, row: LeadInput) -> bool:
    """Return whether a lead of the same name may be the row's: not with two domains, nor in two states."""
    states = {text for text in (lead.profile.get("state"), row.profile.get("state")) if text}
    return not (row.domain and lead.domain) and len(states) < 2


def _clash(earlier: LeadInput, row: LeadInput) -> str | None:
    for key in sorted(earlier.profile.keys() & row.profile.keys()):
        if earlier.profile[key] != row.profile[key]:
            return f"{key} is {earlier.profile[key]!r} there and {row.profile[key]!r} here"
    return None
