"""Searches with Exa, which sends the texts of the pages along: the port is behind `resources/web_sources.py`.

Here: Exa's request and answer. Not here: what is stored of an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dossier.models import JsonDict
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, needed, text_at
from resources.vendor_queries import Found, Question, WebHit, in_plain_words

KEY = "EXA_API_KEY"
MOST_HITS = 100
_MOST_TEXT = 100_000  # characters of a page


@dataclass(frozen=True, slots=True)
class Exa:
    """Asks Exa. It reads a query as a sentence; that a phrase occurs is checked afterwards."""

    key: str | None
    wire: Wire = DIRECT
    url: str = "https://api.exa.ai/search"
    name: str = "exa"

    def request(self, question: Question) -> JsonDict | None:
        """Return the body of the request."""
        body: JsonDict = {
            "query": in_plain_words(question, 1_000),
            "type": "auto",
            "numResults": min(question.limit, MOST_HITS),
            "contents": {"text": {"maxCharacters": _MOST_TEXT}},
        }
        if question.domains:
            body["includeDomains"] = list(question.domains)
        if question.since:
            body["startPublishedDate"] = f"{question.since}T00:00:00.000Z"
        if question.until:
            body["endPublishedDate"] = f"{question.until}T23:59:59.999Z"
        return body

    def ask(self, request: JsonDict) -> Found:
        """Ask once: Exa has no second page."""
        headers = {"x-api-key": needed(self.key, KEY, "Exa")}
        return VendorHttp("Exa", KEY, self.wire).call("POST", self.url, _read, headers=headers, body=request)


def _read(answer: Any) -> Found:
    hits = [
        WebHit(
            url=text_at(item, "url"),
            title=text_at(item, "title"),
            text=str(item.get("text") or ""),
            is_whole=True,
            published=text_at(item, "publishedDate") or None,
        )
        for item in listed(answer, "results")
    ]
    return Found(hits, cost_nusd=_nusd(answer.get("costDollars")))


def _nusd(cost: Any) -> int:
    total = cost.get("total") if isinstance(cost, dict) else None
    if not isinstance(total, int | float) or not 0 <= total < 1_000:
        return 0
    return round(total * 1_000_000_000)
