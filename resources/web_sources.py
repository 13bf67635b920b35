"""From a vendor's hits to stored sources: the port `WebSearch` over any vendor of searches.

Here: which text a hit becomes (its page, else what the vendor sent of it), storing it as a source of the client, and
keeping the search so that it is made once a day. Not here: vendors (`exa.py`, `brave.py` ...), fetching (`fetch.py`).
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urldefrag

from dossier.intake.documents import checked_document, page_fields
from dossier.intake.rows import ParsedDocument
from dossier.intake.tables import decode
from dossier.keys import digest, source_id
from dossier.logging import get_logger
from dossier.models import Document, JsonDict, SearchHit, Source
from dossier.ranking import normal_form, parse_query, snippet
from dossier.steps.sources import is_on
from dossier.store import searches, sources
from dossier.store.database import Store
from dossier.text_safety import web_address
from resources.fetch import Fetcher, Page, shown
from resources.public_network import Refused
from resources.vendor_http import Unreadable
from resources.vendor_queries import Found, Question, Vendor, WebHit, as_written
from resources.web_dates import day_of

LEAST_TEXT = 200  # characters: less says nothing that a claim could stand on
MOST_HITS = 50  # of one search: each may cost a page
_READERS = 8
_MOST_TITLE = 500
_MOST_TAGS = 100_000  # seconds of reading; the largest annual reports have more and are left out
_LONG_TAG = re.compile(rb"<[^<>]{5000,}")
_MOST_LONG = 100_000  # bytes of such tags together: the parser compares each attribute of a tag with all others
_TAG = re.compile(r"<[^<>]{1,200}>")
log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What became of one hit: its document if it can be used, and what stood in the way."""

    hit: WebHit
    document: ParsedDocument | None
    reasons: list[str] = field(default_factory=list)

    def entry(self) -> JsonDict:
        """Return what is kept of it with the search."""
        kept: JsonDict = {"source_id": source_id(digest(self.document.text))} if self.document else {}
        if self.reasons:
            kept |= {"address": shown(self.hit.url), "reasons": self.reasons}
        return kept


class VendorSearch:
    """The port `WebSearch` over one vendor, for one client. Safe to share between threads.

    `until` is given where the run counts to a day before `today`: the vendor is then asked for no later pages.
    """

    def __init__(
        self, store: Store, client_slug: str, vendor: Vendor, fetcher: Fetcher, today: date, until: date | None = None
    ) -> None:
        self._store = store
        self._client_slug = client_slug
        self._vendor = vendor
        self._fetcher = fetcher
        self._today = today
        self._until = until

    def search(
        self, query: str, *, since: date | None = None, domains: Sequence[str] = (), limit: int = 20
    ) -> list[SearchHit]:
        """Return at most `limit` hits (50 at most) in the vendor's order, as the client's stored sources.

        Raises Retryable and Permanent as the vendor's faults are; an answer that cannot be read gives nothing.
        """
        phrases, words = as_written(query)
        question = Question(phrases, words, self._today, since, self._until, tuple(domains), min(limit, MOST_HITS))
        request = self._vendor.request(question) if phrases or words else None
        if request is None:
            return []
        key = self._key(request, question)
        found = self._kept(key)
        if found is None:
            found = self._made(key, query, request, question)
        usable = [d for d in found if (not domains or is_on(d.url, list(domains))) and not _is_older(d, since)]
        terms = parse_query(query)
        return [
            SearchHit(source=_without_text(d), snippet=snippet(d.text, terms), score=round(1 / place, 6))
            for place, d in enumerate(usable[:limit], start=1)
        ]

    def _key(self, request: JsonDict, question: Question) -> str:
        """Return the digest of what makes two searches the same one: what is sent, what is checked after, the day."""
        wanted = [sorted(map(normal_form, question.phrases)), sorted(question.domains), f"{question.since}"]
        named = [self._vendor.name, f"{self._today}", request, *wanted]
        return digest(json.dumps(named, sort_keys=True).casefold())

    def _kept(self, key: str) -> list[Document] | None:
        """Return the sources of the same search of today, None if it was not made or one of them is gone."""
        with self._store.reading() as session:
            entries = searches.known(session, self._client_slug, key)
            if entries is None or any("fault" in entry for entry in entries):
                return None
            ids = [entry["source_id"] for entry in entries if "source_id" in entry]
            try:
                return sources.documents(session, list(dict.fromkeys(ids)), self._client_slug)
            except KeyError:
                return None

    def _made(self, key: str, query: str, request: JsonDict, question: Question) -> list[Document]:
        """Ask the vendor, read the pages, store what can be used and keep the search, in one transaction."""
        try:
            found = self._vendor.ask(request)
        except Unreadable as fault:
            found = Found(fault=str(fault))
        readings = self._read(_each_once(found.hits), question)
        entries = [reading.entry() for reading in readings] + ([{"fault": found.fault}] if found.fault else [])
        documents = [reading.document for reading in readings if reading.document]
        with self._store.transaction() as session:
            sources.save_documents(session, documents, self._client_slug)
            searches.keep(
                session,
                self._client_slug,
                key,
                vendor=self._vendor.name,
                query=query,
                hits=entries,
                cost_nusd=found.cost_nusd,
            )
        counts = {"hits": len(readings), "left_out": len(readings) - len(documents)}
        log.info("searched", vendor=self._vendor.name, **counts, **({"fault": found.fault} if found.fault else {}))
        ids = dict.fromkeys(source_id(digest(document.text)) for document in documents)
        with self._store.reading() as session:
            return sources.documents(session, list(ids), self._client_slug)

    def _read(self, hits: Sequence[WebHit], question: Question) -> list[_Reading]:
        if not hits:
            return []
        phrases = [normal_form(phrase) for phrase in question.phrases]
        with ThreadPoolExecutor(min(len(hits), _READERS), thread_name_prefix="page") as pool:
            return list(pool.map(lambda hit: self._reading(hit, phrases), hits))

    def _reading(self, hit: WebHit, phrases: Sequence[str]) -> _Reading:
        """Take the first text of the hit that is long enough and holds one of the phrases, if there are any."""
        reasons: list[str] = []
        reference = {"found_by": self._vendor.name}
        for origin, fields in self._texts(hit, reasons):
            try:
                document = checked_document(fields, {**reference, "text_from": origin})
            except ValueError as fault:
                reasons.append(f"{origin}: {fault}")
                continue
            if fault_of := _shortcoming(document, phrases, hit.is_record):
                reasons.append(f"{origin}: {fault_of}")
            else:
                return _Reading(hit, document, reasons)
        return _Reading(hit, None, reasons)

    def _texts(self, hit: WebHit, reasons: list[str]) -> Iterator[tuple[str, JsonDict]]:
        """Yield the fields of a document from the page and from the vendor; a text sent whole saves the page."""
        if web_address(hit.url) is None:
            reasons.append("page: not a web address")
            return
        if not hit.is_record and not (hit.is_whole and len(hit.text) >= LEAST_TEXT):
            try:
                yield "page", _page_document(hit, self._fetcher.get(hit.url))
            except Refused as refusal:
                reasons.append(f"page: {refusal}")
        if hit.text.strip():
            yield "vendor", _vendor_document(hit)


def _each_once(hits: Sequence[WebHit]) -> list[WebHit]:
    """Return the hits without those whose address, fragment aside, came before."""
    return list({urldefrag(hit.url).url: hit for hit in reversed(hits)}.values())[::-1][:MOST_HITS]


def _page_document(hit: WebHit, page: Page) -> JsonDict:
    """Return the fields of the page; its own title, publisher and date go before the vendor's."""
    own: dict[str, str | None] = {"text": _plain(page)}
    if page.content_type != "text/plain":
        own = _extracted(page)
    return {
        **_named(hit),
        "url": page.url,
        "title": (own.get("title") or _named(hit)["title"])[:_MOST_TITLE],
        "text": own["text"],
        "publisher": own.get("publisher") or hit.publisher,
        "published": _iso(own.get("published")) or _iso(hit.published),
    }


def _extracted(page: Page) -> dict[str, str | None]:
    if page.body.count(b"<") > _MOST_TAGS or sum(map(len, _LONG_TAG.findall(page.body))) > _MOST_LONG:
        raise Refused("its markup would take too long to read")
    try:
        fields = page_fields(_plain(page) if page.charset else page.body)
    except Exception:  # noqa: BLE001 - a page made by strangers may break the parser in any way; it is left out
        fields = None
    if fields is None:
        raise Refused("no main text was found in it")
    return fields


def _plain(page: Page) -> str:
    try:
        return page.body.decode(page.charset or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode(page.body)


def _vendor_document(hit: WebHit) -> JsonDict:
    """Return the fields of what the vendor sent; the marks that search engines set around words go."""
    text = hit.text if hit.is_whole or hit.is_record else html.unescape(_TAG.sub("", hit.text))
    return {**_named(hit), "text": text}


def _named(hit: WebHit) -> JsonDict:
    return {
        "url": urldefrag(hit.url).url,
        "title": (html.unescape(_TAG.sub("", hit.title)) or shown(hit.url))[:_MOST_TITLE],
        "publisher": hit.publisher,
        "published": _iso(hit.published),
        "doc_type": hit.doc_type,
    }


def _iso(published: str | None) -> str | None:
    day = day_of(published)
    return day.isoformat() if day else None


def _shortcoming(document: ParsedDocument, phrases: Sequence[str], is_record: bool) -> str | None:
    if not is_record and len(document.text) < LEAST_TEXT:
        return f"its text is shorter than {LEAST_TEXT} characters"
    words = normal_form(f"{document.title}\n{document.text}") if phrases else ""
    if phrases and not any(phrase in words for phrase in phrases):
        return "it holds none of the phrases"
    return None


def _is_older(document: Document, since: date | None) -> bool:
    return since is not None and document.published_at is not None and document.published_at < since


def _without_text(document: Document) -> Source:
    return Source(**{name: getattr(document, name) for name in Source.model_fields})
