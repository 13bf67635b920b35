"""Ways to reach a person: e-mail, phone and profile, `published` only where they stand in a source.

Here: the check against the addresses that stand in the source's text, in its words, and a normal form beside them. Not
here: finding addresses in a text (`dossier/evidence/addresses.py`), and looking one up or guessing one, which nothing
does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from dossier.evidence.addresses import FoundAddress, find_emails, find_phones, find_urls
from dossier.models import ContactDetail, Document, MergedClaim

_AROUND = 60  # characters before and behind the last digits of a number in which the whole of it stands
_LAST_DIGITS = 4
_LINKEDIN = re.compile(r"(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/(in|pub)/([^/?#\s]+)", re.IGNORECASE)


def email_of(claims: Sequence[MergedClaim], documents: Mapping[str, Document]) -> ContactDetail | None:
    """Return the first e-mail address of `claims` that stands in a source, with its domain in lower case."""
    return _published(claims, documents, lambda claim: claim.details.email, find_emails, _normal_email)


def phone_of(claims: Sequence[MergedClaim], documents: Mapping[str, Document]) -> ContactDetail | None:
    """Return the first phone number of `claims` that stands in a source, as E.164 in `normalized`."""
    for claim in claims:
        last = "".join(re.findall(r"\d", claim.details.phone or ""))[-_LAST_DIGITS:]
        found = _published([claim], documents, lambda one: one.details.phone, _phones_with(last), _normal_phone)
        if found:
            return found
    return None


def _phones_with(last: str) -> Callable[[str], list[FoundAddress]]:
    """Return a finder of the numbers that end in the digits `last`: it looks only around these, texts are long."""

    def find(text: str) -> list[FoundAddress]:
        spots = (match.start() for match in re.finditer(r"\D?".join(last), text)) if last else ()
        around = (text[max(0, at - _AROUND) : at + _AROUND] for at in spots)
        return [found for part in around for found in find_phones(part)]

    return find


def linkedin_of(claims: Sequence[MergedClaim], documents: Mapping[str, Document]) -> ContactDetail | None:
    """Return the first LinkedIn profile of `claims` that stands in a source."""
    return _published(claims, documents, lambda claim: claim.details.linkedin, find_urls, _normal_linkedin)


def _published(
    claims: Sequence[MergedClaim],
    documents: Mapping[str, Document],
    read: Callable[[MergedClaim], str | None],
    find: Callable[[str], list[FoundAddress]],
    normal_form: Callable[[str], str | None],
) -> ContactDetail | None:
    """Return the first value that `find` meets in a source of its claim, in the source's words; others are not used."""
    for claim in claims:
        wanted = normal_form((read(claim) or "").strip())
        for source_id in claim.source_ids if wanted else ():
            document = documents.get(source_id)
            for found in find(document.text) if document else ():
                if normal_form(found.text) == wanted:
                    return ContactDetail(value=found.text, status="published", source_id=source_id, normalized=wanted)
    return None


def _normal_email(value: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(value, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


def _normal_phone(value: str) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _normal_linkedin(value: str) -> str | None:
    match = _LINKEDIN.fullmatch(value.rstrip("/"))
    return f"https://www.linkedin.com/{match[1].lower()}/{match[2]}" if match else None
