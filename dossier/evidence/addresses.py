"""Ways to reach somebody, as they stand in a text: e-mail addresses, addresses of pages, phone numbers.

Here: finding them and their exact words. Not here: whether a source publishes one for a person
(`dossier/steps/contact_details.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# at most 64 characters, as the standard has it: without a bound a long path would be read again from each of its parts
_LOCAL = r"[A-Za-z0-9](?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|\.(?=[A-Za-z0-9!#$%&'*+/=?^_`{|}~-])){0,63}"
_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
_EMAIL = re.compile(rf"(?<![\x00-\x7f](?<=[\w.+-])){_LOCAL}@{_HOST}(?![\w-]|\.\w)")
_REST = r"(?:[/?#][^\s<>\"'\])]*)?"
_IP = r"\d{1,3}(?:\.\d{1,3}){3}"
_URL = re.compile(
    rf"(?:https?|ftp)://(?:{_HOST}|localhost|{_IP})(?::\d+)?{_REST}"
    rf"|(?<![@\w./-]){_HOST}(?::\d+)?{_REST}(?!\w|-|@|://)",
    re.I,
)
_AMERICAN = re.compile(r"(?<![\d(+])(?:1[\s-]?)?\(?\d{3}\)\s?\d{3}[-.]\d{4}(?!\d)")
_EXTENSION = r"(?:\s?(?:x|ext\.?\s?)\d{1,6})?"
_URL_END = ".,;:!?"
_DIGIT_RUN = re.compile(
    r"(?:(?<![\w.,/#$€£*-])|(?<=[a-z])(?=\+))(?<!\d\s)(?:\(?\+\s?)?(?:\(\s?)?\d(?:[\s./()-]{0,3}\d){6,16}"
    rf"{_EXTENSION}(?![\w%])(?![.,/-]\d)",
    re.I,
)
# words before a number that say it is one to call; with them it may be written in any country's way
_CALL = re.compile(
    r"\b(?:phones?|tele?phone|tel|call|fax|mobile|cell|dial|whatsapp|text|hotline)\b[^.;!?\n]{0,30}$", re.I
)
_PLAIN_PHONE = (8, 15)  # digits; shorter ones are local, longer ones no phone numbers
_MAX_CALL = 40


@dataclass(frozen=True, slots=True)
class FoundAddress:
    """An address at `text[start:end]`, in its own words."""

    start: int
    end: int
    text: str


def find_emails(text: str) -> list[FoundAddress]:
    """Return the e-mail addresses in `text`, in order."""
    return [FoundAddress(match.start(), match.end(), match[0]) for match in _EMAIL.finditer(text)]


def find_urls(text: str) -> list[FoundAddress]:
    """Return the addresses of pages in `text`, in order, without the sentence's punctuation."""
    found = ((match.start(), match[0].rstrip(_URL_END)) for match in _URL.finditer(text))
    return [FoundAddress(start, start + len(url), url) for start, url in found]


def find_phones(text: str) -> list[FoundAddress]:
    """Return the phone numbers in `text`, in order.

    Where a word says that a number is one to call, any country's way of writing is taken; elsewhere only an
    international number or one as the United States write it.
    """
    import phonenumbers

    found = [match.span() for match in _DIGIT_RUN.finditer(text) if _is_called(text, match)]
    found += [match.span() for match in _AMERICAN.finditer(text) if _is_free(match.span(), found)]
    for leniency in (phonenumbers.Leniency.VALID, phonenumbers.Leniency.POSSIBLE):
        for match in phonenumbers.PhoneNumberMatcher(text, "US", leniency=leniency):
            span, country = (match.start, match.end), match.raw_string.startswith("+")
            wanted = country or leniency == phonenumbers.Leniency.VALID
            if wanted and _is_free(span, found) and _stands_alone(text, match.start):
                found.append(span)
    return [FoundAddress(start, end, text[start:end]) for start, end in sorted(found)]


def _is_free(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return all(span[1] <= start or span[0] >= end for start, end in taken)


def _is_called(text: str, match: re.Match[str]) -> bool:
    digits = sum(c.isdigit() for c in re.split(r"[xX]|ext", match[0])[0])
    least, most = _PLAIN_PHONE
    before = text[max(0, match.start() - _MAX_CALL) : match.start()]
    balanced = match[0].count("(") == match[0].count(")")
    return least <= digits <= most and balanced and bool(_CALL.search(before))


def _stands_alone(text: str, start: int) -> bool:
    return start == 0 or (text[start - 1] not in "+-*/#=" and not text[start - 1].isdigit())
