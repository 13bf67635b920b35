"""Searches federal contract awards at USAspending; the port is behind `web_sources.py`.

Here: the request, and an award's fields as sentences, since its page is made in the browser. Not here: what is stored.
No key. An award is dated by its last change: what its text says was true that day, not the day it was signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from dossier.models import JsonDict
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, text_at
from resources.vendor_queries import Found, Question, WebHit

PAGE = 50
MOST_PAGES = 2
_EARLIEST = "2007-10-01"
_CONTRACTS = ["A", "B", "C", "D"]
_FIELDS = [
    "Award ID",
    "Recipient Name",
    "Award Amount",
    "Description",
    "Awarding Agency",
    "Awarding Sub Agency",
    "Start Date",
    "End Date",
    "Base Obligation Date",
    "Last Modified Date",
    "Contract Award Type",
]
_LEAST_KEYWORD = 3  # characters; shorter ones are refused


@dataclass(frozen=True, slots=True)
class UsaSpending:
    """Asks USAspending for contracts that hold any of the phrases, the last changed first."""

    wire: Wire = DIRECT
    url: str = "https://api.usaspending.gov/api/v2/search/spending_by_award/"
    name: str = "usaspending"

    def request(self, question: Question) -> JsonDict | None:
        """Return the body of the first page, and how many hits are wanted. None without a phrase to look for."""
        keywords = [phrase for phrase in question.phrases if len(phrase) >= _LEAST_KEYWORD]
        if not keywords:
            return None
        filters: JsonDict = {"keywords": keywords, "award_type_codes": _CONTRACTS}
        if question.since or question.until:
            start = max(f"{question.since or _EARLIEST}", _EARLIEST)
            filters["time_period"] = [{"start_date": start, "end_date": f"{question.until or question.today}"}]
        body = {
            "filters": filters,
            "fields": _FIELDS,
            "sort": "Last Modified Date",
            "order": "desc",
            "subawards": False,
        }
        return {"body": {**body, "limit": min(question.limit, PAGE)}, "limit": question.limit}

    def ask(self, request: JsonDict) -> Found:
        """Ask for page after page until there are enough awards or no more."""
        http = VendorHttp("USAspending", "DOSSIER_REGISTERS", self.wire)
        hits: list[WebHit] = []
        for number in range(1, MOST_PAGES + 1):
            page, has_more = http.call("POST", self.url, _read, body={**request["body"], "page": number})
            hits += page
            if not page or not has_more or len(hits) >= request["limit"]:
                break
        return Found(hits[: request["limit"]])


def _read(answer: Any) -> tuple[list[WebHit], bool]:
    awards = listed(answer, "results")
    meta = answer.get("page_metadata")
    has_more = isinstance(meta, dict) and meta.get("hasNext") is True
    return [_hit(award) for award in awards if text_at(award, "generated_internal_id")], has_more


def _hit(award: JsonDict) -> WebHit:
    title = f"Contract {text_at(award, 'Award ID')}: {text_at(award, 'Recipient Name')}"
    changed = text_at(award, "Last Modified Date") or text_at(award, "Base Obligation Date")
    return WebHit(
        url=f"https://www.usaspending.gov/award/{quote(text_at(award, 'generated_internal_id'), safe='')}",
        title=title,
        text=_as_text(award),
        is_record=True,
        published=changed or None,
        publisher=text_at(award, "Awarding Agency") or None,
        doc_type="award notice",
    )


def _as_text(award: JsonDict) -> str:
    """Return the fields of an award as lines of text; what is missing is left out."""
    agency = text_at(award, "Awarding Sub Agency") or text_at(award, "Awarding Agency")
    lines = (
        ("Recipient", text_at(award, "Recipient Name")),
        ("Contract", text_at(award, "Award ID")),
        ("Kind of contract", text_at(award, "Contract Award Type")),
        ("Awarded by", agency),
        ("Amount obligated", _dollars(award.get("Award Amount"))),
        ("First obligated on", text_at(award, "Base Obligation Date")),
        ("Period of performance", _span(text_at(award, "Start Date"), text_at(award, "End Date"))),
        ("Last changed on", text_at(award, "Last Modified Date")),
        ("Description", text_at(award, "Description")),
    )
    return "\n".join(f"{name}: {value}." for name, value in lines if value)


def _dollars(amount: Any) -> str:
    usable = isinstance(amount, int | float) and not isinstance(amount, bool) and abs(amount) < 1e15
    return f"${amount:,.2f}" if usable else ""


def _span(start: str, end: str) -> str:
    return f"{start} to {end}" if start and end else start or end
