"""Searches with Brave, which sends some words of each page; the port is behind `resources/web_sources.py`.

Here: Brave's request and answer. Not here: fetching the pages and what is stored of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dossier.models import JsonDict
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, needed, text_at
from resources.vendor_queries import Found, Question, WebHit, with_operators

KEY = "BRAVE_API_KEY"
PAGE = 20
MOST_PAGES = 3  # of ten: what stands further down is seldom about the lead
_EARLIEST = "1990-01-01"


@dataclass(frozen=True, slots=True)
class Brave:
    """Asks Brave, page by page."""

    key: str | None
    wire: Wire = DIRECT
    url: str = "https://api.search.brave.com/res/v1/web/search"
    name: str = "brave"

    def request(self, question: Question) -> JsonDict | None:
        """Return the parameters of the first page, and how many hits are wanted."""
        sent = {
            "q": with_operators(question, 400, 50),
            "count": f"{min(question.limit, PAGE)}",
            "result_filter": "web",
            "text_decorations": "false",
            "extra_snippets": "true",
        }
        if question.since or question.until:
            # Brave takes a span only with both ends
            sent["freshness"] = f"{question.since or _EARLIEST}to{question.until or question.today}"
        return {"params": sent, "limit": question.limit}

    def ask(self, request: JsonDict) -> Found:
        """Ask for page after page until there are enough hits or no more."""
        headers = {"X-Subscription-Token": needed(self.key, KEY, "Brave"), "Accept": "application/json"}
        http = VendorHttp("Brave", KEY, self.wire, is_key_fault=_is_key_fault)
        hits: list[WebHit] = []
        for number in range(MOST_PAGES):
            params = {**request["params"], "offset": f"{number}"}
            page, has_more = http.call("GET", self.url, _read, headers=headers, params=params)
            hits += page
            if not page or not has_more or len(hits) >= request["limit"]:
                break
        return Found(hits[: request["limit"]], requests=number + 1)


def _is_key_fault(status: int, body: bytes) -> bool:
    """Brave answers 422 to a key that it does not know, and to one that is missing."""
    return status == 422 and (b"SUBSCRIPTION_TOKEN" in body or b"x-subscription-token" in body)


def _read(answer: Any) -> tuple[list[WebHit], bool]:
    if isinstance(answer, dict) and answer.get("type") == "search" and "web" not in answer:
        return [], False  # nothing found: the part is left out
    query = answer.get("query") if isinstance(answer, dict) else None
    has_more = isinstance(query, dict) and query.get("more_results_available") is True
    return [_hit(item) for item in listed(answer, "web", "results")], has_more


def _hit(item: JsonDict) -> WebHit:
    more = item.get("extra_snippets")
    snippets = [
        text_at(item, "description"),
        *(s for s in (more if isinstance(more, list) else []) if isinstance(s, str)),
    ]
    return WebHit(
        url=text_at(item, "url"),
        title=text_at(item, "title"),
        text="\n".join(dict.fromkeys(snippet for snippet in snippets if snippet)),
        published=text_at(item, "page_age") or None,
        publisher=text_at(item, "profile", "long_name") or text_at(item, "profile", "name") or None,
    )
