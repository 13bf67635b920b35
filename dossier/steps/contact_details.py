"""Ways to reach a person: e-mail, phone and profile, `published` only where they stand in a source.

Here: the check against the source's text, word for word, and a normal form beside the value. Not here: looking
an address up or guessing one, which nothing here does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from dossier.models import ContactDetail, Document, MergedClaim

_LINKEDIN = re.compile(r"(?:https?://)?(?:[a-z]{2,3}\.)?linkedin\.com/(in|pub)/([^/?#\s]+)", re.IGNORECASE)


def email_of(claims: Sequence[MergedClaim], documents: Mapping[str, Document]) -> ContactDetail | None:
    """Return the first e-mail address of `claims` that stands in a source, with its domain in lower case."""
    return _published(claims, documents, lambda claim: claim.details.email, _normal_email)


def phone_of(claims: Sequence[MergedClaim], documents: Mapping[str, Document]) -> ContactDetail | None:
    """Return the first phone number of `claims` that stands in a source, as E.164 in `normalized`."""
    return _published(claims, documents, lambda claim: claim.details.phone, _normal_phone)


def linkedin_of(claims: Sequence[MergedClaim], documents: Mapping[str, Document]) -> ContactDetail | None:
    """Return the first LinkedIn profile of `claims` that stands in a source."""
    return _published(claims, documents, lambda claim: claim.details.linkedin, _normal_linkedin)


def _published(
    claims: Sequence[MergedClaim],
    documents: Mapping[str, Document],
    read: Callable[[MergedClaim], str | None],
    normal_form: Callable[[str], str | None],
) -> ContactDetail | None:
    """Return the first value with a normal form; one that stands in no source of its claim is not used at all."""
    for claim in claims:
        value = (read(claim) or "").strip()
        normalized = normal_form(value) if value else None
        for source_id in claim.source_ids if normalized else ():
            document = documents.get(source_id)
            if document is not None and _stands(value, document.text):
                return ContactDetail(value=value, status="published", source_id=source_id, normalized=normalized)
    return None


def _stands(value: str, text: str) -> bool:
    """True if `value` stands in `text` by itself, not as a part of a longer address or number."""
    return re.search(rf"(?<![\w@+.-]){re.escape(value)}(?![\w@]|[.-]\w)", text) is not None


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
