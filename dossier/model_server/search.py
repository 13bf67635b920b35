"""The server tools of the model server: searches and fetches over documents on disk, and the answer that cites them.

Here: loading documents, finding them by their words, result blocks, citations. Not here: answers by schema
(`answers.py`). A document is found by its own words only; nothing is ranked by name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dossier.model_server.reading import blocks_of

JsonDict = dict[str, Any]
MAX_RESULTS = 10
MAX_CITED = 150
MAX_SEARCHES = 5
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r"[\"“]([^\"”\n]{2,120})[\"”]")
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_LINE_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+(.+)$", re.MULTILINE)
_SEARCH_FOR = re.compile(r"(?:search(?: the web)? for|query|queries)\s*[:\-]\s*(.+)", re.IGNORECASE)
_COMMON = frozenset(
    "the a an and or of for to in on at by with from as is are was were be this that it its what which who how about "
    "search find web news query queries today please use".split()
)


@dataclass(frozen=True, slots=True)
class Page:
    """A document that the tools can find: `published_at` is an ISO date or empty."""

    url: str
    title: str
    text: str
    published_at: str = ""

    @property
    def words(self) -> frozenset[str]:
        """The folded words of title and text."""
        return frozenset(_words(f"{self.title} {self.text}"))


def load_pages(path: Path) -> list[Page]:
    """Return the documents of a JSONL file, or of every JSONL, JSON, text, Markdown and HTML file of a folder."""
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    return [page for file in files for page in _pages_of(file)]


def _pages_of(file: Path) -> Iterator[Page]:
    text = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix == ".jsonl":
        yield from (page_of(json.loads(line)) for line in text.splitlines() if line.strip())
    elif file.suffix == ".json":
        found = json.loads(text)
        yield from (page_of(one) for one in (found if isinstance(found, list) else [found]))
    elif file.suffix in {".txt", ".md", ".html"}:
        yield page_of({"title": text.strip().splitlines()[0][:120] if text.strip() else "", "text": text})


def page_of(row: Mapping[str, Any]) -> Page:
    """Return a document of a mapping with `url`, `title`, `text` and `published_at`; a missing URL is made."""
    text = str(row.get("text") or row.get("content") or "")
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return Page(
        url=str(row.get("url") or f"https://documents.invalid/{digest}"),
        title=str(row.get("title") or ""),
        text=text,
        published_at=str(row.get("published_at") or ""),
    )


@dataclass(slots=True)
class Found:
    """What the tools did in one request: the blocks to answer with, and what was used."""

    blocks: list[JsonDict] = field(default_factory=list)
    searches: int = 0
    fetches: int = 0


def tool(body: JsonDict, prefix: str) -> JsonDict | None:
    """Return the server tool of `body` whose type begins with `prefix` (`web_search_`), or None."""
    tools = [one for one in body.get("tools") or () if isinstance(one, dict)]
    return next((one for one in tools if str(one.get("type", "")).startswith(prefix)), None)


def use_tools(body: JsonDict, prompt: str, pages: Sequence[Page], error: str | None = None) -> Found:
    """Search for what `prompt` asks, fetch what was found or named, and answer in text that cites it.

    `error` is the code that each tool reports instead. The bounds `max_uses` of the tools hold.
    """
    found = Found()
    hits: dict[str, Page] = {}
    search = tool(body, "web_search_")
    if search is not None:
        for query in queries_of(prompt)[: _uses(search, MAX_SEARCHES)]:
            hits |= {page.url: page for page in _search(found, search, query, pages, error)}
    fetch = tool(body, "web_fetch_")
    if fetch is not None:
        named = [url.rstrip(".,;:") for url in _URL.findall(prompt)] if search is None else list(hits)
        for url in named[: _uses(fetch, MAX_RESULTS)]:
            hits |= {page.url: page for page in _fetch(found, fetch, url, pages, error)}
    found.blocks += _cited(list(hits.values()))
    return found


def one_more_search(number: int) -> list[JsonDict]:
    """Return the block of a search that has been asked for and not made: what a paused turn ends with."""
    return [_use_block("web_search", {"query": f"one more search {number}"}, f"again {number}")]


def queries_of(prompt: str) -> list[str]:
    """Return the searches that `prompt` asks for.

    They stand in a block named after queries or searches, on a line `Search for: ...`, in a list, or are its words.
    """
    blocks = [text for label, text in blocks_of(prompt) if re.search(r"quer|search", label)]
    asked = [query for text in blocks for query in _listed(text)]
    asked = asked or [match.strip() for match in _SEARCH_FOR.findall(prompt) if match.strip()]
    asked = asked or [item.strip() for item in _LINE_ITEM.findall(prompt)]
    return list(dict.fromkeys(asked)) or [" ".join(list(dict.fromkeys(_words(prompt)))[-30:])]


def _listed(text: str) -> list[str]:
    """Return the queries of a block: those of a plan as JSON, or its lines."""
    try:
        plan = json.loads(text)
    except ValueError:
        return [re.sub(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", line).strip() for line in text.splitlines() if line.strip()]
    found = plan.get("queries", []) if isinstance(plan, dict) else plan if isinstance(plan, list) else []
    return [str(one.get("query", "")) if isinstance(one, dict) else str(one) for one in found]


def find_pages(query: str, pages: Iterable[Page]) -> list[Page]:
    """Return the pages that hold a quoted phrase of `query` (if it has any), those with most of its words first."""
    phrases = [phrase.lower() for phrase in _QUOTED.findall(query)]
    words = set(_words(query))
    ranked = []
    for page in pages:
        text = f"{page.title} {page.text}".lower()
        if phrases and not any(phrase in text for phrase in phrases):
            continue
        shared = len(words & page.words)
        if shared:
            ranked.append((-shared, page.url, page))
    return [page for _, _, page in sorted(ranked, key=lambda one: one[:2])]


def _words(text: str) -> list[str]:
    return [word for word in (match.lower() for match in _WORD.findall(text)) if word not in _COMMON]


def _uses(tool: JsonDict, default: int) -> int:
    return max(0, int(tool.get("max_uses") or default))


def _allowed(tool: JsonDict, url: str) -> bool:
    host = (urlsplit(url).hostname or "").removeprefix("www.")

    def among(domains: Iterable[str]) -> bool:
        return any(host == one or host.endswith("." + one) for one in (d.split("/")[0] for d in domains))

    if tool.get("allowed_domains"):
        return among(tool["allowed_domains"])
    return not among(tool.get("blocked_domains") or ())


def _search(found: Found, tool: JsonDict, query: str, pages: Sequence[Page], error: str | None) -> list[Page]:
    use = _use_block("web_search", {"query": query}, query)
    hits = [page for page in find_pages(query, pages) if _allowed(tool, page.url)][:MAX_RESULTS]
    content: Any = [_result(page) for page in hits]
    if error:
        content, hits = {"type": "web_search_tool_result_error", "error_code": error}, []
    else:
        found.searches += 1
    result = {"type": "web_search_tool_result", "tool_use_id": use["id"], "content": content}
    found.blocks += [use, {**result, "caller": {"type": "direct"}}]
    return hits


def _fetch(found: Found, tool: JsonDict, url: str, pages: Sequence[Page], error: str | None) -> list[Page]:
    use = _use_block("web_fetch", {"url": url}, url)
    page = next((one for one in pages if one.url == url), None)
    code = error or ("url_not_allowed" if not _allowed(tool, url) else None)
    code = code or ("url_not_accessible" if page is None else None)
    if code or page is None:
        content: JsonDict = {"type": "web_fetch_tool_result_error", "error_code": code}
    else:
        found.fetches += 1
        content = _fetched(page, tool)
    result = {"type": "web_fetch_tool_result", "tool_use_id": use["id"], "content": content}
    found.blocks += [use, {**result, "caller": {"type": "direct"}}]
    return [page] if page and not code else []


def _fetched(page: Page, tool: JsonDict) -> JsonDict:
    most = int(tool.get("max_content_tokens") or 0) * 4
    source = {"type": "text", "media_type": "text/plain", "data": page.text[:most] if most else page.text}
    return {
        "type": "web_fetch_result",
        "url": page.url,
        "retrieved_at": f"{page.published_at or '2026-01-01'}T00:00:00Z",
        "content": {
            "type": "document",
            "source": source,
            "title": page.title,
            "citations": tool.get("citations") or {"enabled": False},
        },
    }


def _use_block(name: str, given: JsonDict, seed: str) -> JsonDict:
    digest = hashlib.sha256(f"{name} {seed}".encode("utf-8", "replace")).hexdigest()[:20]
    return {
        "type": "server_tool_use",
        "id": f"srvtoolu_{digest}",
        "name": name,
        "input": given,
        "caller": {"type": "direct"},
    }


def _result(page: Page) -> JsonDict:
    return {
        "type": "web_search_result",
        "url": page.url,
        "title": page.title,
        "page_age": _age(page.published_at),
        "encrypted_content": _sealed(page.text),
    }


def _age(published_at: str) -> str | None:
    """Return a date as the API writes page ages (`April 30, 2025`)."""
    try:
        day = date.fromisoformat(published_at)
    except ValueError:
        return None
    return f"{day:%B} {day.day}, {day.year}"


def _sealed(text: str) -> str:
    """Return something opaque that stands for `text`, as the API's encrypted fields do."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "replace")).digest()).decode()


def _cited(pages: Sequence[Page]) -> list[JsonDict]:
    """Return the closing text: one cited sentence of each page, or that nothing was found."""
    if not pages:
        return [{"type": "text", "text": "The search found no page that answers.", "citations": None}]
    blocks: list[JsonDict] = [{"type": "text", "text": "I found these pages.", "citations": None}]
    for page in pages:
        said = next(iter(re.split(r"(?<=[.!?])\s", page.text.strip(), maxsplit=1)), "")
        citation = {
            "type": "web_search_result_location",
            "url": page.url,
            "title": page.title,
            "cited_text": said[:MAX_CITED],
            "encrypted_index": _sealed(said),
        }
        blocks.append({"type": "text", "text": said or page.title, "citations": [citation]})
    return blocks
