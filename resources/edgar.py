"""Searches the full texts of filings at the SEC (EDGAR, from 2001 on); the port is behind `web_sources.py`.

Here: the request and the answer, which names documents but holds none of their words. Not here: fetching the
documents. No key; the SEC wants to know whom to write to, and no more than 10 requests a second from all of us.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from dossier.models import JsonDict
from resources.pace import SEC
from resources.vendor_http import DIRECT, VendorHttp, Wire, listed, needed, text_at
from resources.vendor_queries import Found, Question, WebHit

CONTACT = "DOSSIER_CONTACT"
_EARLIEST = "2001-01-01"
_MOST_PHRASES = 5
_ARCHIVE = "https://www.sec.gov/Archives/edgar/data"
_NAME = re.compile(r"^(.*?)\s*(?:\([^()]*\)\s*)*$")  # behind a name stand ticker and CIK, each in brackets


@dataclass(frozen=True, slots=True)
class Edgar:
    """Asks EDGAR for one page of at most 100 documents, of which the first are used."""

    contact: str | None
    wire: Wire = DIRECT
    url: str = "https://efts.sec.gov/LATEST/search-index"
    name: str = "edgar"

    def request(self, question: Question) -> JsonDict | None:
        """Return the parameters. None without a phrase: single words are in too many filings to mean anything."""
        if not question.phrases:
            return None
        sent = {"q": " OR ".join(f'"{phrase}"' for phrase in question.phrases[:_MOST_PHRASES])}
        if question.since or question.until:
            sent["dateRange"] = "custom"
            sent["startdt"] = f"{question.since or _EARLIEST}"
            sent["enddt"] = f"{question.until or question.today}"
        return {"params": sent, "limit": question.limit}

    def ask(self, request: JsonDict) -> Found:
        """Ask once."""
        headers = {"User-Agent": f"Dossier {needed(self.contact, CONTACT, 'EDGAR')}", "Accept": "application/json"}
        http = VendorHttp("EDGAR", CONTACT, self.wire, pace=SEC.wait)
        hits = http.call("GET", self.url, _read, headers=headers, params=request["params"])
        return Found(hits[: request["limit"]])


def _read(answer: Any) -> list[WebHit]:
    hits = [_hit(item) for item in listed(answer, "hits", "hits")]
    return [hit for hit in hits if hit is not None]


def _hit(item: JsonDict) -> WebHit | None:
    """Return the document that `item` names, None where its address cannot be told."""
    filing, _, file = text_at(item, "_id").partition(":")
    source = item.get("_source")
    fields = source if isinstance(source, dict) else {}
    ciks = [str(cik) for cik in fields.get("ciks") or [] if str(cik).isascii() and str(cik).isdigit()]
    if not ciks or not re.fullmatch(r"[0-9-]{18,22}", filing) or not re.fullmatch(r"[\w.-]{1,200}", file):
        return None
    names = [str(name) for name in fields.get("display_names") or []]
    company = _name(names[0]) if names else ""
    form = text_at(fields, "form") or text_at(fields, "file_type")
    return WebHit(
        url=f"{_ARCHIVE}/{int(ciks[0][:15])}/{filing.replace('-', '')}/{file}",
        title=f"{company}: {form} filed {text_at(fields, 'file_date')}".strip(": "),
        published=text_at(fields, "file_date") or None,
        publisher=company or None,
        doc_type=form or None,
    )


def _name(shown: str) -> str:
    match = _NAME.match(" ".join(shown.split())[:300])
    return match[1] if match else ""
