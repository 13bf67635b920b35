"""Searches with Tavily, which sends the texts of most pages along; the port is behind `resources/web_sources.py`.

Here: Tavily's request and answer. Not here: what is stored of an answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dossier.models import JsonDict
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, needed, text_at
from resources.vendor_queries import Found, Question, WebHit, in_plain_words

KEY = "TAVILY_API_KEY"
MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class Tavily:
    """Asks Tavily. It reads a query as a sentence; that a phrase occurs is checked afterwards."""

    key: str | None
    wire: Wire = DIRECT
    url: str = "https://api.tavily.com/search"
    name: str = "tavily"

    def request(self, question: Question) -> JsonDict | None:
        """Return the body of the request."""
        body: JsonDict = {
            "query": in_plain_words(question, 400),
            "search_depth": "basic",
            "max_results": min(question.limit, MOST_HITS),
            "include_raw_content": "text",
            "include_answer": False,
        }
        if question.domains:
            body["include_domains"] = list(question.domains)
        if question.since:
            body["start_date"] = f"{question.since}"
        if question.until:
            body["end_date"] = f"{question.until}"
        return body

    def ask(self, request: JsonDict) -> Found:
        """Ask once: Tavily has no second page."""
        headers = {"Authorization": f"Bearer {needed(self.key, KEY, 'Tavily')}"}
        return VendorHttp("Tavily", KEY, self.wire).call("POST", self.url, _read, headers=headers, body=request)


def _read(answer: Any) -> Found:
    return Found([_hit(item) for item in listed(answer, "results")])


def _hit(item: JsonDict) -> WebHit:
    whole = item.get("raw_content")
    is_whole = isinstance(whole, str) and bool(whole.strip())
    return WebHit(
        url=text_at(item, "url"),
        title=text_at(item, "title"),
        text=str(whole) if is_whole else str(item.get("content") or ""),
        is_whole=is_whole,
        published=text_at(item, "published_date") or None,
    )
