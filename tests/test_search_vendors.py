"""Each vendor of searches over its own wire format: what is sent, what is read, and what each fault means."""

import json
import logging
from datetime import date

import pytest
import search_servers as web
from hypothesis import given
from hypothesis import strategies as st
from search_servers import Item, Reply, as_json, serving

from dossier.errors import Permanent, Retryable
from dossier.ranking import normal_form, parse_query
from resources.brave import Brave
from resources.edgar import Edgar
from resources.exa import Exa
from resources.pace import SEC, Pace, wait_for
from resources.sam import Sam
from resources.serpapi import SerpApi
from resources.tavily import Tavily
from resources.usaspending import UsaSpending
from resources.vendor_http import Unreadable
from resources.vendor_queries import Question, as_written, in_plain_words, with_operators
from resources.web_dates import day_of

SECRET = "k-3141592653589793"
TODAY = date(2026, 6, 1)
VENDORS = {
    "exa": (Exa, web.exa, "EXA_API_KEY"),
    "tavily": (Tavily, web.tavily, "TAVILY_API_KEY"),
    "brave": (Brave, web.brave, "BRAVE_API_KEY"),
    "serpapi": (SerpApi, web.serpapi, "SERPAPI_API_KEY"),
    "edgar": (Edgar, web.edgar, "DOSSIER_CONTACT"),
    "usaspending": (UsaSpending, web.usaspending, "DOSSIER_REGISTERS"),
    "sam": (Sam, web.sam, "SAM_API_KEY"),
}
KEYED = [name for name in VENDORS if name != "usaspending"]
every_vendor = pytest.mark.parametrize("name", VENDORS)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(SEC, "_gap", 0.0)


@pytest.fixture
def server():
    with serving(lambda _: as_json({})) as made:
        yield made


def vendor(name, server, pauses=None, key=SECRET):
    made = VENDORS[name][0]
    given = {} if name == "usaspending" else {"contact" if name == "edgar" else "key": key}
    return made(wire=web.wire(pauses), url=server.url, **given)


def question(query='"Acme Corp" OR "Acme" plant', **more):
    phrases, words = as_written(query)
    return Question(phrases, words, TODAY, **more)


def ask(name, server, pauses=None, **more):
    ours = vendor(name, server, pauses)
    return ours.ask(ours.request(question(**more)))


def sent(name, server, **more):
    """What arrived at the vendor: the parameters and the body of the first request."""
    server.answer = lambda _: as_json(VENDORS[name][1]([Item()]))
    ask(name, server, **more)
    return server.asked[0]


@every_vendor
def test_an_answer_becomes_hits(name, server):
    server.answer = lambda _: as_json(VENDORS[name][1]([Item(), Item("http://paper.example/2", "Acme Corp hires")]))
    hits = ask(name, server).hits
    assert len(hits) == 2
    assert all(hit.url.startswith("http") and hit.title for hit in hits)
    assert {day_of(hit.published) for hit in hits} == {date(2026, 5, 4)}
    assert all("Acme" in hit.text for hit in hits if name != "edgar")


@every_vendor
def test_no_hit_is_no_fault(name, server):
    server.answer = lambda _: as_json(VENDORS[name][1]([]))
    found = ask(name, server)
    assert (found.hits, found.fault) == ([], None)


def test_empty_answers_that_leave_their_list_out():
    nothing = {
        "brave": {"type": "search", "query": {"original": "q"}},
        "serpapi": {
            "search_metadata": {"status": "Success"},
            "error": "Google hasn't returned any results for this query.",
        },
    }
    for name, answer in nothing.items():
        with serving(lambda _, answer=answer: as_json(answer)) as server:
            assert ask(name, server).hits == []


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("name", KEYED)
def test_a_refused_key_is_permanent_and_names_its_variable_not_the_key(name, status, server):
    server.answer = lambda asked: as_json({"error": f"bad key {SECRET}"}, status)
    with pytest.raises(Permanent, match=VENDORS[name][2]) as refused:
        ask(name, server)
    assert SECRET not in str(refused.value) + repr(refused.value.__cause__) + repr(refused.value.__context__)
    assert len(server.asked) == 1


def test_brave_says_422_to_a_key_that_it_does_not_know(server):
    server.answer = lambda _: as_json({"error": {"code": "SUBSCRIPTION_TOKEN_INVALID"}}, 422)
    with pytest.raises(Permanent, match="BRAVE_API_KEY"):
        ask("brave", server)
    server.answer = lambda _: as_json({"error": {"code": "VALIDATION"}}, 422)
    with pytest.raises(Permanent, match="HTTP 422"):
        ask("brave", server)


@pytest.mark.parametrize("name", KEYED)
def test_a_missing_key_is_said_before_anything_is_sent(name, server):
    ours = vendor(name, server, key=None)
    with pytest.raises(Permanent, match=f"{VENDORS[name][2]} is not set"):
        ours.ask(ours.request(question()))
    assert server.asked == []


@pytest.mark.parametrize("key", ["k-schlüssel", "k-1\nX-Evil: 1", "k-“quoted”"])
@pytest.mark.parametrize("name", KEYED)
def test_a_key_that_no_header_can_hold_is_refused_unseen(name, key, server):
    ours = vendor(name, server, key=key)
    with pytest.raises(Permanent, match=f"{VENDORS[name][2]} has a value") as refused:
        ours.ask(ours.request(question()))
    assert key not in str(refused.value)
    assert server.asked == []


@every_vendor
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"X-RateLimit-Reset": "2, 1419704"}, 2.0),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"Retry-After": "nan"}, 0.0),
        ({"Retry-After": "-4"}, 0.0),
        ({"Retry-After": "99999999"}, 3600.0),
        ({"Retry-After": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_too_many_requests_go_to_the_queue_with_the_time_to_wait(name, headers, wait, server):
    server.answer = lambda _: as_json({}, 429, **headers)
    pauses = []
    with pytest.raises(Retryable) as fault:
        ask(name, server, pauses)
    assert (fault.value.retry_after, len(server.asked), pauses) == (wait, 1, [])


@every_vendor
def test_a_passing_fault_is_tried_twice_again_and_then_goes_to_the_queue(name, server):
    good = as_json(VENDORS[name][1]([Item()]))
    server.queue = [as_json({}, 500), Reply(200, b"{", cuts=True), good]
    server.answer = lambda _: as_json(VENDORS[name][1]([]))
    pauses = []
    assert len(ask(name, server, pauses).hits) == 1
    assert pauses == [0.5, 1.5]
    asked_before = len(server.asked)
    server.answer = lambda _: as_json({"error": SECRET}, 503)
    with pytest.raises(Retryable, match="HTTP 503") as fault:
        ask(name, server)
    assert len(server.asked) - asked_before == 3
    assert SECRET not in str(fault.value)


def test_a_vendor_that_cannot_be_reached_goes_to_the_queue(server):
    server.close()
    with pytest.raises(Retryable, match="ConnectError") as fault:
        ask("serpapi", server)
    assert SECRET not in str(fault.value)
    assert fault.value.__cause__ is None


MALFORMED = [
    b"",
    b"{",
    b"<html>",
    b"null",
    b"[]",
    b'"text"',
    b"{}",
    b'{"results": 4}',
    b"\xff\xfe{",
    b"[" * 100_000,
    b"1" * 9_999,
]


@every_vendor
@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:12]))
def test_an_answer_that_cannot_be_read_is_asked_for_once_more(name, body, server):
    server.answer = lambda _: Reply(200, body)
    with pytest.raises(Unreadable):
        ask(name, server)
    assert len(server.asked) == 2
    server.queue = [Reply(200, body), as_json(VENDORS[name][1]([Item()]))]
    server.answer = lambda _: as_json(VENDORS[name][1]([]))
    assert len(ask(name, server).hits) == 1


@every_vendor
def test_strange_items_are_passed_over(name, server):
    answer = json.dumps(VENDORS[name][1]([Item()]))
    strange = json.loads(answer.replace("Acme Corp builds a plant", "").replace('"May 4, 2026"', "4"))
    (spot,) = [v for v in _lists(strange) if v]
    spot += [None, 4, "text", [], {}, {"url": 5, "link": None, "title": ["x"], "_id": {}, "noticeId": 1}]
    server.answer = lambda _: as_json(strange)
    for hit in ask(name, server).hits:
        assert isinstance(hit.url, str)
        assert isinstance(hit.title, str)
        assert isinstance(hit.text, str)


def _lists(answer):
    for path in (["results"], ["web", "results"], ["organic_results"], ["hits", "hits"], ["opportunitiesData"]):
        value = answer
        for step in path:
            value = value.get(step, {}) if isinstance(value, dict) else {}
        if isinstance(value, list):
            yield value


def many(count):
    return [Item(f"http://paper.example/{n}") for n in range(count)]


@pytest.mark.parametrize(
    ("name", "page", "steps"),
    [("brave", 20, ("offset", ["0", "1", "2"])), ("serpapi", 10, ("start", ["0", "10", "20"]))],
)
def test_pages_are_asked_for_until_there_is_enough(name, page, steps, server):
    parameter, values = steps
    server.answer = lambda _: as_json(VENDORS[name][1](many(page), True))
    assert len(ask(name, server, limit=page + 3).hits) == page + 3
    assert [asked.params[parameter] for asked in server.asked] == values[:2]
    server.asked.clear()
    assert len(ask(name, server, limit=1_000).hits) == 3 * page
    assert [asked.params[parameter] for asked in server.asked] == values
    server.asked.clear()
    server.answer = lambda _: as_json(VENDORS[name][1](many(page)))
    assert len(ask(name, server, limit=1_000).hits) == page
    assert len(server.asked) == 1


def test_usaspending_is_asked_for_two_pages_at_most(server):
    server.answer = lambda _: as_json(web.usaspending(many(50), True))
    assert len(ask("usaspending", server, limit=1_000).hits) == 100
    assert [asked.body["page"] for asked in server.asked] == [1, 2]


def test_what_exa_is_sent(server):
    asked = sent("exa", server, since=date(2026, 1, 2), domains=("paper.example",), limit=30)
    assert asked.headers["x-api-key"] == SECRET
    assert asked.body == {
        "query": "Acme Corp or Acme plant",
        "type": "auto",
        "numResults": 30,
        "contents": {"text": {"maxCharacters": 100_000}},
        "includeDomains": ["paper.example"],
        "startPublishedDate": "2026-01-02T00:00:00.000Z",
    }


def test_exa_states_what_a_search_cost(server):
    server.answer = lambda _: as_json(web.exa([Item()]))
    assert ask("exa", server).cost_nusd == 6_000_000
    for cost in (None, {"total": -1}, {"total": "4"}, {"total": 1e300}, [], {"total": float("nan")}):
        server.answer = lambda _, cost=cost: as_json({"results": [], "costDollars": cost})
        assert ask("exa", server).cost_nusd == 0


def test_what_tavily_is_sent(server):
    asked = sent("tavily", server, since=date(2026, 1, 2), until=date(2026, 3, 4), domains=("paper.example",), limit=50)
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    assert asked.body == {
        "query": "Acme Corp or Acme plant",
        "search_depth": "basic",
        "max_results": 20,
        "include_raw_content": "text",
        "include_answer": False,
        "include_domains": ["paper.example"],
        "start_date": "2026-01-02",
        "end_date": "2026-03-04",
    }


def test_what_brave_is_sent(server):
    asked = sent("brave", server, since=date(2026, 1, 2), domains=("paper.example", "b.example"), limit=50)
    assert asked.headers["x-subscription-token"] == SECRET
    assert asked.params["q"] == '("Acme Corp" OR "Acme") plant (site:paper.example OR site:b.example)'
    assert asked.params["freshness"] == "2026-01-02to2026-06-01"
    assert asked.params["count"] == "20"


def test_what_serpapi_is_sent(server):
    asked = sent("serpapi", server, since=date(2026, 1, 2), until=date(2026, 3, 4))
    assert asked.params["api_key"] == SECRET
    assert asked.params["q"] == '("Acme Corp" OR "Acme") plant'
    assert asked.params["tbs"] == "cdr:1,cd_min:1/2/2026,cd_max:3/4/2026"


def test_what_edgar_is_sent_and_where_its_documents_lie(server):
    server.answer = lambda _: as_json(web.edgar([Item()]))
    [hit] = ask("edgar", server, since=date(2026, 1, 2)).hits
    [asked] = server.asked
    assert asked.headers["user-agent"] == f"Dossier {SECRET}"
    assert asked.params == {
        "q": '"Acme Corp" OR "Acme"',
        "dateRange": "custom",
        "startdt": "2026-01-02",
        "enddt": "2026-06-01",
    }
    assert hit.url == "https://www.sec.gov/Archives/edgar/data/1234567/000123456726000001/ex99.htm"
    assert (hit.publisher, hit.doc_type, hit.title) == ("ACME CORP", "8-K", "ACME CORP: 8-K filed 2026-05-04")


@pytest.mark.parametrize(
    "_id", ["0001234567-26-000001:../../x", "1:a.htm", "0001234567-26-000001", "0001234567-26-000001:a/b", ""]
)
def test_a_filing_whose_address_cannot_be_told_is_passed_over(_id, server):
    answer = web.edgar([Item()])
    answer["hits"]["hits"][0]["_id"] = _id
    server.answer = lambda _: as_json(answer)
    assert ask("edgar", server).hits == []


def test_what_usaspending_is_sent_and_an_award_as_text(server):
    server.answer = lambda _: as_json(web.usaspending([Item(title="ACME CORP")]))
    [hit] = ask("usaspending", server, since=date(2001, 1, 2)).hits
    filters = server.asked[0].body["filters"]
    assert filters["keywords"] == ["Acme Corp", "Acme"]
    assert filters["time_period"] == [{"start_date": "2007-10-01", "end_date": "2026-06-01"}]
    assert hit.url == "https://www.usaspending.gov/award/CONT_AWD_1%2FA"
    assert hit.text.splitlines()[:5] == [
        "Recipient: ACME CORP.",
        "Contract: W1.",
        "Kind of contract: DELIVERY ORDER.",
        "Awarded by: Department of Something.",
        "Amount obligated: $1,250,000.50.",
    ]
    assert "Period of performance: 2026-01-01 to 2027-01-01." in hit.text


def test_what_sam_is_sent_and_a_notice_as_text(server):
    server.answer = lambda _: as_json(web.sam([Item()]))
    [hit] = ask("sam", server, since=date(2020, 1, 2), limit=10).hits
    first, second = (asked.params for asked in server.asked)
    assert first == {
        "title": "Acme Corp",
        "postedFrom": "06/02/2025",
        "postedTo": "06/01/2026",
        "limit": "10",
        "offset": "0",
        "api_key": SECRET,
    }
    assert second["title"] == "Acme"
    assert hit.url == f"https://sam.gov/opp/{1:032x}/view"
    assert "Published by: DEPARTMENT OF SOMETHING, OFFICE OF THINGS." in hit.text
    assert "Contact: Pat Doe, pat.doe@something.example." in hit.text
    assert "Awarded to" not in hit.text


@every_vendor
def test_no_log_line_holds_a_key_even_at_the_finest_level(name, server):
    lines = []

    class Kept(logging.Handler):
        def emit(self, record):
            lines.append(record.getMessage())

    handler, loggers = Kept(), [logging.getLogger(n) for n in ("httpx2", "httpcore2")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        server.answer = lambda _: as_json(VENDORS[name][1]([Item()]))
        ask(name, server)
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
    assert any("HTTP Request" in line for line in lines)
    assert not [line for line in lines if SECRET in line]


@pytest.mark.parametrize("name", ["edgar", "usaspending", "sam"])
def test_registers_are_not_asked_for_words_alone(name, server):
    assert vendor(name, server).request(question("new plant")) is None


@every_vendor
def test_the_name_of_a_search_holds_no_key(name, server):
    assert SECRET not in json.dumps(vendor(name, server).request(question()))


def test_a_query_keeps_its_spelling_and_loses_repetition():
    assert as_written('"AT&T Inc." OR “AT&T inc” plant, OR Plant "" site') == (("AT&T Inc.",), ("plant,", "site"))


@given(st.text(alphabet='ab&. "“”OR', max_size=40))
def test_a_query_as_written_asks_for_what_the_corpus_search_asks_for(query):
    phrases, words = as_written(query)
    terms = parse_query(query)
    assert [normal_form(phrase).strip() for phrase in phrases] == list(terms.phrases)
    assert list(dict.fromkeys(" ".join(map(normal_form, words)).split())) == list(terms.words)


def test_a_long_query_loses_its_last_words_first():
    asked = Question(("Acme Corp", "Acme"), ("plant", "site", "jobs"), TODAY, domains=("a.example",))
    assert with_operators(asked, 1_000) == '("Acme Corp" OR "Acme") plant site jobs site:a.example'
    assert with_operators(asked, 50) == '("Acme Corp" OR "Acme") plant site site:a.example'
    assert with_operators(asked, 1_000, 6) == '("Acme Corp" OR "Acme") plant site:a.example'
    assert with_operators(asked, 30) == '"Acme Corp" site:a.example'
    assert in_plain_words(asked, 20) == "Acme Corp or Acme"
    assert in_plain_words(Question(("A" * 50,), (), TODAY), 20) == "A" * 20


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-05-04", date(2026, 5, 4)),
        ("2026-05-04T23:59:59.000Z", date(2026, 5, 4)),
        ("2026-05-04 10:00:00", date(2026, 5, 4)),
        ("05/04/2026", date(2026, 5, 4)),
        ("May 4, 2026", date(2026, 5, 4)),
        ("4 May 2026", date(2026, 5, 4)),
        ("Mon, 04 May 2026 18:35:12 GMT", date(2026, 5, 4)),
        ("2026-13-04", None),
        ("2026-05-041", None),
        ("1970-01-01T00:00:00Z", None),
        ("3 days ago", None),
        ("yesterday, maybe", None),
        ("", None),
        (None, None),
    ],
)
def test_days_of_publication(text, day):
    assert day_of(text) == day


def test_turns_are_evenly_spaced():
    now, slept = [100.0], []
    pace = Pace(8, clock=lambda: now[0], sleep=slept.append)
    for _ in range(3):
        pace.wait()
    assert slept == pytest.approx([0.125, 0.25])
    now[0] = 200.0
    pace.wait()
    assert len(slept) == 2


def test_all_hosts_of_the_sec_share_one_pace(monkeypatch):
    turns = []
    monkeypatch.setattr(Pace, "wait", lambda pace: turns.append(pace))
    for host in ("sec.gov", "www.sec.gov", "notsec.gov", "sec.gov.example"):
        wait_for(host)
    assert turns == [SEC, SEC]


def test_edgar_waits_for_its_turn_before_each_request(server, monkeypatch):
    turns = []
    monkeypatch.setattr(Pace, "wait", lambda pace: turns.append(pace))
    server.queue = [as_json({}, 500), Reply(200, b"{"), as_json(web.edgar([Item()]))]
    ask("edgar", server)
    assert turns == [SEC] * 3
