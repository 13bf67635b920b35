"""Searches by Claude's web tools, with the real SDK: pages become the client's sources, paid through the ledger."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from store_fixture import add_run, take

from dossier.errors import Retryable
from dossier.store import sources
from dossier.store.budgets import Budgets
from dossier.store.calls import CallBook
from dossier.store.tables_money import LlmCallRow
from dossier.testing import Fault, ModelServer, Reply
from resources.claude import Calls, Claude, ClaudeSettings
from resources.claude_search import ClaudeSearch, faults_in, hits_in
from resources.searches import SearchSettings, Web, over
from resources.vendor_queries import Question

DAY = date(2026, 6, 30)
ABOUT = "Harborline Cold Storage will build a freezer warehouse in Tacoma for 40 million dollars, its board said. " * 4
PAGES = [
    {"url": "https://news.example/a", "title": "A warehouse", "text": ABOUT, "published_at": "2026-05-04"},
    {"url": "https://news.example/b", "title": "Other news", "text": "A circus came to town. " * 20},
]


@pytest.fixture
def server():
    with ModelServer(documents=PAGES) as running:
        yield running


@pytest.fixture
def run(sqlite_store):
    return take(sqlite_store, add_run(sqlite_store), "dagster-1")


def vendor_of(store, server, run, **caps):
    claude = Claude(ClaudeSettings("key", server.url, "claude-haiku-5-5", "claude-sonnet-5-5"), store)
    return ClaudeSearch(Calls(claude, CallBook(store, run, Budgets(**caps))))


def search_of(store, server, run, **caps):
    vendor = vendor_of(store, server, run, **caps)
    web = Web(now=lambda: datetime(2026, 6, 30, tzinfo=UTC))
    return over(vendor, store, run.client, DAY, settings=SearchSettings(), web=web)


def calls(store):
    with store.reading() as session:
        return list(session.scalars(select(LlmCallRow)))


def test_found_pages_become_sources_of_the_client_and_are_asked_for_once_a_day(sqlite_store, server, run):
    search = search_of(sqlite_store, server, run)
    [hit] = search.search('"Harborline Cold Storage" warehouse')
    assert (hit.source.url, hit.source.published_at) == ("https://news.example/a", date(2026, 5, 4))
    with sqlite_store.reading() as session:
        [document] = sources.documents(session, [hit.source.id], run.client)
    assert document.text.strip() == ABOUT.strip()
    assert search.search('"Harborline Cold Storage" warehouse') == [hit]
    [call] = calls(sqlite_store)
    assert (call.step, call.state, call.model, call.accepted) == ("web_search", "answered", "claude-haiku-5-5", True)
    assert call.cost_nusd > 10_000_000, "a search costs a cent, beside its tokens"
    body = server.served[0].body
    assert {tool["name"]: tool["max_uses"] for tool in body["tools"]} == {"web_search": 3, "web_fetch": 6}
    assert "output_config" not in body, "structuring is a second call"


def test_domains_and_days_are_asked_for(sqlite_store, server, run):
    search = search_of(sqlite_store, server, run)
    assert search.search('"Harborline"', domains=["other.example"], since=date(2026, 1, 1)) == []
    body = server.served[0].body
    assert all(tool["allowed_domains"] == ["other.example"] for tool in body["tools"])
    assert "published since 2026-01-01" in body["messages"][0]["content"]


@pytest.mark.parametrize("code", ["unavailable", "too_many_requests", "max_uses_exceeded"])
def test_a_tool_that_fails_inside_an_answer_gives_nothing_and_is_asked_again(sqlite_store, server, run, code):
    server.script(Reply.tools_fail(code))
    search = search_of(sqlite_store, server, run)
    assert search.search('"Harborline Cold Storage"') == []
    assert server.count() == 1


def test_a_paused_turn_is_taken_up_again_but_not_for_ever(sqlite_store, server, run):
    server.always(Reply.more_searches())
    vendor = vendor_of(sqlite_store, server, run)
    found = vendor.ask(vendor.request(Question(("Harborline Cold Storage",), (), DAY)))
    assert not found.hits
    assert found.fault == "The search tool says: the search did not come to an end."
    assert server.count() == 3
    assert [len(served.body["messages"]) for served in server.served] == [1, 2, 3]


def test_a_rate_limit_goes_to_the_queue(sqlite_store, server, run):
    server.script(Fault.rate_limited(7))
    with pytest.raises(Retryable) as fault:
        search_of(sqlite_store, server, run).search('"Harborline Cold Storage"')
    assert fault.value.retry_after == 7


def test_what_is_no_well_formed_block_gives_no_page():
    odd = [
        {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error", "error_code": "x"}},
        {"type": "web_search_tool_result", "content": ["a", {"url": 7}, {"url": "https://a.example", "title": None}]},
        {"type": "web_fetch_tool_result", "content": {"url": "https://a.example", "content": {"source": "no"}}},
        {"type": "text", "text": "x", "citations": [{"url": "https://b.example", "cited_text": "words"}, None, "no"]},
        {"type": "unknown"},
    ]
    assert [hit.url for hit in hits_in(odd)] == ["https://a.example"]
    assert faults_in(odd) == ["x"]
