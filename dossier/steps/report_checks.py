"""Checks of the whole report: is it about the buyer, the product and this month, and can the people be reached.

Here: what a finished text must hold, whoever wrote it. Not here: its single sentences (`fact_check.py`). A finding
never holds a report back: it stands in the report itself, under how it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from dossier.evidence.addresses import find_emails
from dossier.evidence.names import fold
from dossier.exports import markdown
from dossier.models import Client, Contact, Dossier, ReportFinding

OPENING_CHARS, LEAST_CHARS = 500, 500
_SIGN = r"[^\s<>()\[\]\"“”,;|]"
_AT = re.compile(rf"(?<!{_SIGN}){_SIGN}*@{_SIGN}*")
_MADE_BY_CODE = ("contacts", "outreach")


def check_report(
    text: str, buyer: str, products: Sequence[str], month: date, contacts: Sequence[Contact], others: Iterable[str] = ()
) -> list[ReportFinding]:
    """Return what is wrong with a report: issues first, then warnings; an empty list is a pass.

    `products` are names of which one has to stand in the text, `others` further buyers that it should name.
    """
    folded = fold(text)
    return [
        *_missing(text, buyer, products, month),
        *(_issue("contact", f"{one.name} has neither e-mail nor phone.") for one in contacts if not _reachable(one)),
        *_addresses(text, contacts),
        *(_warning("other_buyer", f"{name} is not named.") for name in others if fold(name) not in folded),
    ]


def check_dossier(dossier: Dossier, client: Client) -> list[ReportFinding]:
    """Return what is wrong with a finished dossier as a whole, by its readable text."""
    offer = client.config.client.get("offer")
    products = [client.name, *(str(one) for one in (offer if isinstance(offer, list) else []))]
    told = markdown.render(dossier).replace("\\", "")
    found = check_report(told, dossier.lead.name, products, dossier.reference_date, dossier.contacts)
    # quotes may hold anybody's address: only what is shown for use has to be a contact's
    shown = " ".join(text for part in dossier.sections if part.key in _MADE_BY_CODE for text in _texts(part.content))
    return [*(one for one in found if one.name != "address"), *_addresses(shown, dossier.contacts)]


def _missing(text: str, buyer: str, products: Sequence[str], month: date) -> Iterator[ReportFinding]:
    folded, named = fold(text), month.strftime("%B %Y")
    if fold(buyer) not in fold(text[:OPENING_CHARS]):
        yield _issue("buyer", f"The first {OPENING_CHARS} characters do not name {buyer}.")
    if products and not any(fold(product) in folded for product in products):
        yield _issue("product", f"It names nothing of what is sold: {products[0]}.")
    if named.lower() not in text.lower():
        yield _issue("month", f"It does not say that it is of {named}.")
    if len(text) < LEAST_CHARS:
        yield _issue("length", f"It has {len(text)} characters, fewer than {LEAST_CHARS}.")


def _reachable(contact: Contact) -> bool:
    details = (contact.email, contact.phone)
    return any(detail is not None and detail.value for detail in details)


def _addresses(text: str, contacts: Sequence[Contact]) -> Iterator[ReportFinding]:
    known = {contact.email.value.lower() for contact in contacts if contact.email and contact.email.value}
    for token in dict.fromkeys(match[0].strip(".:'") for match in _AT.finditer(text)):
        found = [one.text.lower() for one in find_emails(token)]
        if found != [token.lower()]:
            yield _issue("address", f"{token} is no e-mail address.")
        elif token.lower() not in known:
            yield _issue("address", f"{token} belongs to no contact of the report.")


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of JSON at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _issue(name: str, text: str) -> ReportFinding:
    return ReportFinding(name=name, severity="issue", text=text)


def _warning(name: str, text: str) -> ReportFinding:
    return ReportFinding(name=name, severity="warning", text=text)
