"""Searches with Google through SerpApi, which sends some words of each page; the port is behind `web_sources.py`.

Here: SerpApi's request and answer. Not here: fetching the pages and what is stored of them. Its key stands in the
address of each request, which is why no message ever holds an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dossier.models import JsonDict
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, needed, text_at
from resources.vendor_queries import Found, Question, WebHit, with_operators

KEY = "SERPAPI_API_KEY"
PAGE = 10
MOST_PAGES = 3  # each is paid


@dataclass(frozen=True, slots=True)
class SerpApi:
    """Asks SerpApi for Google's hits, page by page."""

    key: str | None
    wire: Wire = DIRECT
    url: str = "https://serpapi.com/search.json"
    name: str = "serpapi"

    def request(self, question: Question) -> JsonDict | None:
        """Return the parameters of the first page, and how many hits are wanted."""
        sent = {"engine": "google", "q": with_operators(question, 2_000, 32), "hl": "en", "filter": "1"}
        span = [f"{name}:{_us(day)}" for name, day in (("cd_min", question.since), ("cd_max", question.until)) if day]
        if span:
            sent["tbs"] = ",".join(["cdr:1", *span])
        return {"params": sent, "limit": question.limit}

    def ask(self, request: JsonDict) -> Found:
        """Ask for page after page until there are enough hits or no more."""
        http = VendorHttp("SerpApi", KEY, self.wire)
        key = needed(self.key, KEY, "SerpApi")
        hits: list[WebHit] = []
        for number in range(MOST_PAGES):
            params = {**request["params"], "start": f"{number * PAGE}", "api_key": key}
            page, has_more = http.call("GET", self.url, _read, params=params)
            hits += page
            if not page or not has_more or len(hits) >= request["limit"]:
                break
        return Found(hits[: request["limit"]], requests=number + 1)


def _us(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _read(answer: Any) -> tuple[list[WebHit], bool]:
    # An empty result carries an `error` beside a search that succeeded
    if text_at(answer, "search_metadata", "status") == "Success" and "organic_results" not in answer:
        return [], False
    has_more = bool(text_at(answer, "serpapi_pagination", "next"))
    return [_hit(item) for item in listed(answer, "organic_results")], has_more


def _hit(item: JsonDict) -> WebHit:
    return WebHit(
        url=text_at(item, "link"),
        title=text_at(item, "title"),
        text=text_at(item, "snippet"),
        published=text_at(item, "date") or None,
        publisher=text_at(item, "source") or None,
    )
