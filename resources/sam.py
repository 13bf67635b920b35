"""Searches notices of federal purchases at SAM.gov; the port is behind `web_sources.py`.

Here: the request, and a notice's fields as sentences: its description would be one more request out of few. Not
here: what is stored. Contact persons of a notice are taken as it publishes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dossier.models import JsonDict
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, needed, text_at
from resources.vendor_queries import Found, Question, WebHit

KEY = "SAM_API_KEY"
_MOST_PHRASES = 2  # each is a request, of which an account has few
_LONGEST_SPAN = timedelta(days=364)  # a year at most


@dataclass(frozen=True, slots=True)
class Sam:
    """Asks SAM.gov for notices with a phrase in their title, of the last year at most."""

    key: str | None
    wire: Wire = DIRECT
    url: str = "https://api.sam.gov/opportunities/v2/search"
    name: str = "sam"

    def request(self, question: Question) -> JsonDict | None:
        """Return the parameters of each request, and how many hits are wanted. None without a phrase."""
        if not question.phrases:
            return None
        last = question.until or question.today
        first = max(question.since or last - _LONGEST_SPAN, last - _LONGEST_SPAN)
        span = {"postedFrom": _us(first), "postedTo": _us(last), "limit": f"{question.limit}", "offset": "0"}
        sent = [{"title": phrase, **span} for phrase in question.phrases[:_MOST_PHRASES]]
        return {"params": sent, "limit": question.limit}

    def ask(self, request: JsonDict) -> Found:
        """Ask once for each phrase."""
        key = needed(self.key, KEY, "SAM.gov")
        http = VendorHttp("SAM.gov", KEY, self.wire)
        hits: dict[str, WebHit] = {}
        for params in request["params"]:
            page = http.call("GET", self.url, _read, params={**params, "api_key": key})
            hits.update({hit.url: hit for hit in page if hit.url not in hits})
        return Found(list(hits.values())[: request["limit"]])


def _us(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _read(answer: Any) -> list[WebHit]:
    return [_hit(notice) for notice in listed(answer, "opportunitiesData") if _is_usable(notice)]


def _is_usable(notice: JsonDict) -> bool:
    notice_id = text_at(notice, "noticeId")
    return notice_id.isalnum() and notice_id.isascii() and bool(text_at(notice, "title"))


def _hit(notice: JsonDict) -> WebHit:
    return WebHit(
        url=f"https://sam.gov/opp/{text_at(notice, 'noticeId')}/view",
        title=text_at(notice, "title"),
        text=_as_text(notice),
        is_record=True,
        published=text_at(notice, "postedDate") or None,
        publisher=_agency(notice) or None,
        doc_type=(text_at(notice, "type") or "solicitation").lower(),
    )


def _agency(notice: JsonDict) -> str:
    return text_at(notice, "fullParentPathName").replace(".", ", ")


def _as_text(notice: JsonDict) -> str:
    """Return the fields of a notice as lines of text; what is missing is left out."""
    place = ", ".join(
        part for name in ("city", "state") if (part := text_at(notice, "placeOfPerformance", name, "name"))
    )
    lines = (
        ("Title", text_at(notice, "title")),
        ("Kind of notice", text_at(notice, "type")),
        ("Solicitation number", text_at(notice, "solicitationNumber")),
        ("Published by", _agency(notice)),
        ("Posted on", text_at(notice, "postedDate")),
        ("Responses are due on", text_at(notice, "responseDeadLine")[:10]),
        ("Place of performance", place),
        ("NAICS code", text_at(notice, "naicsCode")),
        ("Awarded to", text_at(notice, "award", "awardee", "name")),
        ("Awarded on", text_at(notice, "award", "date")),
        ("Amount of the award in US dollars", text_at(notice, "award", "amount")),
        *_contacts(notice.get("pointOfContact")),
    )
    return "\n".join(f"{name}: {value}." for name, value in lines if value)


def _contacts(persons: Any) -> list[tuple[str, str]]:
    listed_persons = [p for p in persons if isinstance(p, dict)] if isinstance(persons, list) else []
    return [
        ("Contact", ", ".join(part for name in ("fullName", "title", "email", "phone") if (part := text_at(p, name))))
        for p in listed_persons[:5]
    ]
