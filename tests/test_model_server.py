"""The model server with the real SDK: the wire format, money-relevant counts, batches, tools, and what faults do."""

import contextlib
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import anthropic
import pytest
from anthropic.types import TextBlock
from model_fixture import STORY, block, body_of, client_of, no_settings_of_this_machine, passage, research_prompt

from dossier.answers import SearchPlan
from dossier.model_server.faults import FAULTS, REPLIES, by_name
from dossier.model_server.limits import RateBook
from dossier.model_server.search import find_pages, load_pages, queries_of
from dossier.model_server.wire import PrefixCache, Refused, check_request, input_tokens
from dossier.testing import Fault, ModelServer, Reply, Served

__all__ = ["no_settings_of_this_machine"]
HELLO = {"model": "claude-sonnet-5-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Good morning."}]}
PLAN = body_of(research_prompt(STORY), SearchPlan.model_json_schema())
PAGES = [
    {"url": "https://news.example/a", "title": "Mill", "text": "Lantern Mills closes.", "published_at": "2026-04-30"},
    {"url": "https://blog.example/b", "title": "Plant", "text": "Harbor Foods builds a plant. It is big."},
]
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 2}
FETCH = {"type": "web_fetch_20250910", "name": "web_fetch", "max_uses": 2}


@pytest.fixture
def server():
    with ModelServer(PAGES) as running:
        yield running


@pytest.fixture
def client(server):
    return client_of(server.url)


def test_a_message_has_every_field_of_the_sdk(client):
    message = client.messages.create(**HELLO)
    assert set(message.model_dump()) == set(type(message).model_fields)
    assert set(message.usage.model_dump()) == set(type(message.usage).model_fields)
    assert None not in message.usage.model_dump().values()
    assert isinstance(message.content[0], TextBlock)
    assert (message.stop_reason, message.model) == ("end_turn", "claude-sonnet-5-5")


def test_a_structured_answer_passes_the_sdks_own_parser(client):
    message = client.messages.parse(model="m", max_tokens=4000, messages=PLAN["messages"], output_format=SearchPlan)
    assert message.parsed_output.queries[-1].query == '"Harbor Foods"'


def test_headers_tell_request_and_limits(client):
    raw = client.messages.with_raw_response.create(**HELLO)
    assert raw.request_id.startswith("req_")
    for kind in ("requests", "tokens", "input-tokens", "output-tokens"):
        for name in ("limit", "remaining", "reset"):
            assert raw.headers[f"anthropic-ratelimit-{kind}-{name}"]
    assert raw.headers["anthropic-organization-id"]


def test_counting_agrees_with_what_a_message_is_charged(client):
    counted = client.messages.count_tokens(model="m", messages=PLAN["messages"]).input_tokens
    charged = client.messages.create(model="m", max_tokens=100, messages=PLAN["messages"]).usage
    assert counted == charged.input_tokens > 100


def test_the_same_body_gets_the_same_content_and_another_id(client, server):
    one, other = client.messages.create(**PLAN), client.messages.create(**PLAN)
    assert one.content == other.content
    assert one.id != other.id
    assert server.repeated() == [server.served[0].body_key]
    assert server.count() == 2


def test_models_are_listed_in_pages_and_found_one_by_one(client):
    first = client.models.list(limit=2)
    assert len(first.data) == 2
    assert first.has_more
    everything = [model.id for model in first]
    assert len(everything) == len(set(everything)) > 4
    assert client.models.retrieve(everything[1]).max_input_tokens
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("no-such-model")
    assert [model.id for model in client.models.list(before_id=everything[2], limit=1).data] == [everything[1]]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"extra_body": {"temperature": 0.5}}, "temperature"),
        ({"extra_body": {"stream": True}}, "stream"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": " "}]}, "non-whitespace"),
        ({"messages": [*HELLO["messages"], {"role": "assistant", "content": "x"}]}, "prefill"),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, "additionalProperties"),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "string", "maxLength": 3}}}},
            "maxLength",
        ),
    ],
)
def test_what_the_api_would_not_take_is_a_400_that_says_why(client, server, more, said):
    with pytest.raises(anthropic.BadRequestError, match=said) as caught:
        client.messages.create(**{**HELLO, **more})
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id
    assert server.served[-1].status == 400
    assert server.served[-1].usage is None


def test_more_than_four_cache_marks_are_refused():
    marked = {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}
    with pytest.raises(Refused, match="maximum of 4"):
        check_request({**HELLO, "system": [marked] * 5})


def test_a_request_without_a_key_is_refused(server):
    request = urllib.request.Request(f"{server.url}/v1/messages", b"{}", {"content-type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)
    assert caught.value.code == 401


def marked(text, ttl="5m"):
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", "ttl": ttl}}


def test_a_marked_prefix_is_written_once_and_then_read(client):
    stable = "word " * 2000

    def ask(rest, ttl="5m"):
        content = [marked(stable, ttl), {"type": "text", "text": rest}]
        return client.messages.create(**{**HELLO, "messages": [{"role": "user", "content": content}]}).usage

    first, second = ask("one"), ask("another one")
    assert first.cache_creation_input_tokens == first.cache_creation.ephemeral_5m_input_tokens > 2400
    assert first.cache_read_input_tokens == 0
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert second.cache_creation_input_tokens == 0
    assert second.input_tokens < 20


def test_a_prefix_lives_as_long_as_its_ttl_and_an_hour_is_booked_apart():
    now = [0.0]
    cache = PrefixCache(clock=lambda: now[0])
    body = {**HELLO, "system": [marked("word " * 2000, "1h")]}
    assert cache.price(body).written_1h > 2400
    now[0] = 3599
    assert cache.price(body).read > 2400
    now[0] = 3599 + 3601
    again = cache.price(body)
    assert (again.read, again.written_1h > 2400) == (0, True)
    assert again.written_1h + again.uncached == input_tokens(body)


def test_another_model_schema_or_system_shares_no_prefix():
    cache = PrefixCache()
    body = {**HELLO, "messages": [{"role": "user", "content": [marked("word " * 2000)]}]}
    cache.price(body)
    for other in ({"model": "claude-opus-5-5"}, {"system": "Be brief."}, {"output_config": PLAN["output_config"]}):
        assert cache.price({**body, **other}).read == 0
    assert cache.price(body).read


def test_a_short_prefix_is_not_cached_and_no_error():
    cache = PrefixCache()
    body = {**HELLO, "system": [marked("word " * 100)]}
    cache.price(body)
    assert cache.price(body).read == 0
    assert cache.price(body).uncached == input_tokens(body)


def test_two_marks_charge_what_lies_between_them_once():
    cache = PrefixCache()
    base = {**HELLO, "system": [marked("word " * 2000)]}
    cache.price(base)
    longer = {**base, "messages": [{"role": "user", "content": [marked("more " * 2000)]}]}
    charged = cache.price(longer)
    assert charged.read > 2400
    assert charged.written_5m > 2400
    assert charged.read + charged.written_5m + charged.uncached == input_tokens(longer)


def test_an_answer_longer_than_max_tokens_is_cut_and_says_so(client):
    message = client.messages.create(**{**PLAN, "max_tokens": 20})
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 20
    with pytest.raises(json.JSONDecodeError):
        json.loads(message.content[0].text)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (402, anthropic.PaymentRequiredError, "billing_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (408, anthropic.RequestTimeoutError, "timeout_error"),
        (409, anthropic.ConflictError, "conflict_error"),
        (413, anthropic.ContentTooLargeError, "request_too_large"),
        (422, anthropic.UnprocessableEntityError, "invalid_request_error"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (503, anthropic.ServiceUnavailableError, "api_error"),
        (504, anthropic.GatewayTimeoutError, "timeout_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
    ],
)
def test_each_status_is_its_typed_error(client, server, status, error, kind):
    server.script(Fault.of_status(status))
    with pytest.raises(error) as caught:
        client.messages.create(**HELLO)
    assert caught.value.type == kind
    assert caught.value.status_code == status
    assert [one.status for one in server.served] == [status]


def test_both_kinds_of_spend_limit_are_told_apart(client, server):
    server.script(Fault.spend_limit(), Fault.usage_limit())
    with pytest.raises(anthropic.EnforcedSpendLimitReachedError) as caught:
        client.messages.create(**HELLO)
    assert "retry-after" not in caught.value.response.headers
    with pytest.raises(anthropic.BadRequestError, match="You have reached your specified API usage limits"):
        client.messages.create(**HELLO)


def test_faults_that_the_sdk_retries_are_over_after_the_script(server):
    client = client_of(server.url, max_retries=2)
    for fault in (Fault.rate_limited(0.01), Fault.overloaded(), Fault.bad_gateway(), Fault.reset_before()):
        server.script(fault.with_headers(retry_after_ms="1"))
        assert client.messages.create(**HELLO).content
    assert [one.status for one in server.served] == [429, 200, 529, 200, 502, 200, 0, 200]


def test_do_not_retry_is_heard(server):
    server.always(Fault.do_not_retry(503))
    with pytest.raises(anthropic.ServiceUnavailableError):
        client_of(server.url, max_retries=2).messages.create(**HELLO)
    assert server.count() == 1
    server.clear()
    assert client_of(server.url).messages.create(**HELLO).content


@pytest.mark.parametrize("fault", [Fault.cut_json(), Fault.empty_body()])
def test_a_broken_body_is_a_bare_json_error(client, server, fault):
    server.script(fault)
    with pytest.raises(json.JSONDecodeError):
        client.messages.create(**HELLO)
    assert server.served[0].usage["input_tokens"] > 0


def test_html_and_a_wrong_shape_pass_the_sdk_without_an_error(client, server):
    server.script(Fault.html(), Fault.wrong_shape())
    assert isinstance(client.messages.create(**HELLO), str)
    assert client.messages.create(**HELLO).content == "not-a-list"


@pytest.mark.parametrize(
    ("fault", "paid"), [(Fault.reset_before(), False), (Fault.reset_during(), True), (Fault.lost_answer(), True)]
)
def test_a_reset_is_a_connection_error_and_says_whether_it_was_paid(client, server, fault, paid):
    server.script(fault)
    with pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**HELLO)
    assert (server.served[0].status, server.served[0].usage is not None) == (0, paid)
    assert server.repeated() == []


def test_a_hang_is_a_timeout(server):
    server.script(Fault.hang())
    with pytest.raises(anthropic.APITimeoutError):
        client_of(server.url, timeout=0.2).messages.create(**HELLO)


class Waits(threading.Event):
    """Stands for the server's end: keeps how long it was waited for, and waits only where told to."""

    def __init__(self, really=False):
        super().__init__()
        self.seconds = []
        self.waiting = threading.Event()
        self.really = really

    def wait(self, timeout=None):
        self.seconds.append(timeout)
        self.waiting.set()
        return super().wait(timeout) if self.really and timeout else False


def test_a_drip_comes_whole_over_the_time_told(client, server):
    server.closing = Waits()
    server.script(Fault.drip(100.0))
    assert client.messages.create(**HELLO).content
    assert len(server.closing.seconds) > 50
    assert sum(server.closing.seconds) == pytest.approx(100, rel=0.1)


def test_replies_of_their_own_kind(client, server):
    server.script(Reply.refusal(), Reply.refusal("No."), Reply.pause_turn(), Reply.context_exceeded())
    empty, spoken, paused, full = (client.messages.create(**PLAN) for _ in range(4))
    assert (empty.stop_reason, empty.content) == ("refusal", [])
    assert spoken.content[0].text == "No."
    assert spoken.stop_details.category == "general_harms"
    assert (paused.stop_reason, full.stop_reason) == ("pause_turn", "model_context_window_exceeded")
    assert json.loads(full.content[0].text)["queries"]
    server.script(Reply.max_tokens(), Reply.two_blocks(), Reply.wrong_schema(), Reply.not_json(), Reply.nul())
    cut, two, wrong, prose, nul = (client.messages.create(**PLAN) for _ in range(5))
    assert cut.stop_reason == "max_tokens"
    assert json.loads(two.content[-1].text)["queries"]
    assert list(json.loads(wrong.content[0].text)) == ["unexpected_field"]
    assert not prose.content[0].text.startswith("{")
    assert "\x00" in json.loads(nul.content[0].text)["gap"]


def test_a_big_answer_is_as_big_as_told(client, server):
    server.script(Reply.big(1))
    message = client.messages.create(**{**PLAN, "max_tokens": 400_000, "timeout": 60})
    assert len(message.content[0].text) > 1_000_000


def test_the_modes_reach_the_wire(client, server):
    server.script(Reply.inventing())
    assert client.messages.create(**PLAN).content
    with ModelServer(mode="inventing") as other:
        assert client_of(other.url).messages.create(**PLAN).content


def test_every_named_reply_and_fault_can_be_ordered_by_name():
    needed = {"text": {"text": "x"}, "data": {"value": 1}, "slow": {"seconds": 1}, "of_status": {"status": 500}}
    for name in (*REPLIES, *FAULTS):
        assert isinstance(by_name(name, needed.get(name)), Reply | Fault)
    with pytest.raises(ValueError, match="no reply or fault 'nonsense'"):
        by_name("nonsense")


def test_latency_is_the_models_time_and_finding_the_answer_is_part_of_it(client, server):
    server.closing = Waits()
    server.latency_s = 3600
    server.script(Reply.slow(60))
    client.messages.create(**HELLO)
    [waited] = server.closing.seconds
    assert 3600 < waited < 3660


def test_a_request_that_hangs_keeps_nobody_else_waiting(client, server):
    server.closing = Waits(really=True)
    server.script(Fault.hang())
    hanging = threading.Thread(target=_ignoring_errors, args=(client,), daemon=True)
    hanging.start()
    assert server.closing.waiting.wait(30)
    assert client.messages.create(**HELLO).content
    assert hanging.is_alive()


def _ignoring_errors(client):
    with contextlib.suppress(anthropic.APIConnectionError):
        client.messages.create(**HELLO)


def test_limits_are_held_for_each_model_and_told():
    with ModelServer(requests_per_minute=2) as server:
        client = client_of(server.url)
        remaining = [
            int(client.messages.with_raw_response.create(**HELLO).headers["anthropic-ratelimit-requests-remaining"])
            for _ in range(2)
        ]
        assert remaining == [1, 0]
        with pytest.raises(anthropic.RateLimitError) as caught:
            client.messages.create(**HELLO)
        assert 1 <= float(caught.value.response.headers["retry-after"]) <= 30
        assert client.messages.create(**{**HELLO, "model": "claude-opus-5-5"}).content


def test_buckets_refill_with_time():
    now = [0.0]
    book = RateBook(input_tokens_per_minute=600, clock=lambda: now[0])
    assert book.take("m", 600)[1] == 0
    assert book.take("m", 100)[1] == 10
    now[0] = 10
    assert book.take("m", 100)[1] == 0
    now[0] = 100
    assert book.take("m", 5000)[1] == 0, "larger than a minute's tokens: let in when the bucket is full"


def requests(count=3):
    return [{"custom_id": f"item-{n}", "params": {**HELLO, "max_tokens": 50 + n}} for n in range(count)]


def test_a_batch_ends_and_its_results_are_joined_by_custom_id(client, server):
    batch = client.messages.batches.create(requests=requests())
    assert batch.processing_status == "in_progress"
    assert batch.request_counts.processing == 3
    batch = client.messages.batches.retrieve(batch.id)
    assert (batch.processing_status, batch.request_counts.succeeded) == ("ended", 3)
    results = {line.custom_id: line.result for line in client.messages.batches.results(batch.id)}
    assert list(results) == ["item-2", "item-1", "item-0"], "in another order than asked"
    assert {one.message.usage.service_tier for one in results.values()} == {"batch"}
    items = [one for one in server.served if one.custom_id]
    assert {one.message_id for one in items} == {one.message.id for one in results.values()}
    assert all(one.status == 200 for one in items)


def test_a_batch_waits_until_told(server):
    server.batches.seconds = None
    client = client_of(server.url)
    batch = client.messages.batches.create(requests=requests())
    assert client.messages.batches.retrieve(batch.id).processing_status == "in_progress"
    with pytest.raises(anthropic.AnthropicError, match="No `results_url`"):
        list(client.messages.batches.results(batch.id))
    with pytest.raises(anthropic.BadRequestError):
        client.messages.batches.delete(batch.id)
    server.end_batches()
    assert client.messages.batches.retrieve(batch.id).ended_at


def test_items_fail_expire_and_are_wrong_one_by_one(client, server):
    server.batch_outcome("item-0", "expired")
    server.batch_outcome("item-1", "errored")
    wrong = {"custom_id": "wrong", "params": {**HELLO, "temperature": 1}}
    batch = client.messages.batches.create(requests=[*requests(), wrong])
    results = {line.custom_id: line.result for line in client.messages.batches.results(batch.id)}
    assert {name: result.type for name, result in results.items()} == {
        "item-0": "expired",
        "item-1": "errored",
        "item-2": "succeeded",
        "wrong": "errored",
    }
    assert results["wrong"].error.error.type == "invalid_request_error"


def test_a_batch_is_cancelled_then_deleted(client, server):
    server.batches.seconds = 1000
    batch = client.messages.batches.create(requests=requests())
    assert client.messages.batches.cancel(batch.id).processing_status == "canceling"
    assert client.messages.batches.retrieve(batch.id).request_counts.canceled == 3
    assert client.messages.batches.delete(batch.id).type == "message_batch_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.messages.batches.retrieve(batch.id)


def test_batches_are_listed_newest_first_in_pages(client):
    made = [client.messages.batches.create(requests=requests(1)).id for _ in range(5)]
    assert [batch.id for batch in client.messages.batches.list(limit=2)] == made[::-1]


def test_a_batch_of_twins_or_of_strange_ids_is_refused(client):
    [one] = requests(1)
    for wrong in ([one, one], [{**one, "custom_id": "a b"}], []):
        with pytest.raises(anthropic.BadRequestError):
            client.messages.batches.create(requests=wrong)


def test_a_lost_answer_to_create_leaves_the_batch_behind(server):
    server.script(Fault.lost_answer(), at="batches")
    client_of(server.url, max_retries=1).messages.batches.create(requests=requests())
    assert len(list(client_of(server.url).messages.batches.list())) == 2


def test_results_cut_in_the_middle_end_in_a_json_error_after_some_items(client, server):
    batch = client.messages.batches.create(requests=requests())
    client.messages.batches.retrieve(batch.id)
    server.script(Fault.cut_json(0.6), at="results")
    got = []
    with pytest.raises(json.JSONDecodeError):
        got.extend(line.custom_id for line in client.messages.batches.results(batch.id))
    assert len(list(client.messages.batches.results(batch.id))) == 3


def searched(client, text, *tools):
    return client.messages.create(
        model="m", max_tokens=4000, messages=[{"role": "user", "content": text}], tools=list(tools)
    )


def test_a_search_gives_results_with_their_age_and_text_that_cites_them(client):
    message = searched(client, "Search for: Lantern Mills closes", SEARCH)
    use, result, *texts = message.content
    assert (use.type, use.input) == ("server_tool_use", {"query": "Lantern Mills closes"})
    assert (result.tool_use_id, result.content[0].page_age) == (use.id, "April 30, 2026")
    assert result.content[0].url == "https://news.example/a"
    [citation] = [one for text in texts for one in text.citations or ()]
    assert citation.type == "web_search_result_location"
    assert citation.cited_text in PAGES[0]["text"]
    assert message.usage.server_tool_use.web_search_requests == 1


def test_a_fetch_gives_the_whole_text_of_what_was_found(client):
    message = searched(client, "Search for: Harbor plant", SEARCH, FETCH)
    [fetched] = [block for block in message.content if block.type == "web_fetch_tool_result"]
    assert fetched.content.content.source.data == PAGES[1]["text"]
    assert message.usage.server_tool_use.web_fetch_requests == 1


def test_a_fetch_of_an_unknown_page_is_an_error_inside_a_200(client):
    message = searched(client, "Read https://nowhere.example/x", FETCH)
    assert message.content[1].content.error_code == "url_not_accessible"


def test_a_failing_search_is_an_error_object_inside_a_200(client, server):
    server.script(Reply.tools_fail("max_uses_exceeded"))
    message = searched(client, "Search for: Harbor plant", SEARCH)
    assert message.content[1].content.error_code == "max_uses_exceeded"
    assert message.usage.server_tool_use.web_search_requests == 0


def test_searches_hold_their_bound_and_their_domains(client):
    listed = "Search for these:\n- Harbor plant\n- Lantern Mills\n- more plant\n"
    message = searched(client, listed, SEARCH)
    assert message.usage.server_tool_use.web_search_requests == 2
    blocked = searched(client, "Search for: plant mills", {**SEARCH, "blocked_domains": ["blog.example"]})
    assert [one.url for one in blocked.content[1].content] == ["https://news.example/a"]


def test_a_model_that_always_searches_on_never_ends_its_turn(client, server):
    server.always(Reply.more_searches())
    first = searched(client, "Search for: plant", SEARCH)
    assert first.stop_reason == "pause_turn"
    assert first.content[-1].type == "server_tool_use"
    turns = [{"role": "user", "content": "Search."}, {"role": "assistant", "content": first.content}]
    again = client.messages.create(model="m", max_tokens=100, messages=turns, tools=[SEARCH])
    assert again.stop_reason == "pause_turn"


def test_quoted_words_are_required_in_a_page(tmp_path):
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(page) for page in PAGES))
    (tmp_path / "b.txt").write_text("Harbor Foods in a text file.")
    pages = load_pages(tmp_path)
    assert len(pages) == 3
    assert [page.title for page in find_pages('"Lantern Mills" plant', pages)] == ["Mill"]
    assert next(page.title for page in find_pages("plant that builds", pages)) == "Plant"
    assert find_pages("nothing of the kind", pages) == []
    assert queries_of("Rules:\n- be kind\n\n" + block("queries", "- one\n- two")) == ["one", "two"]
    assert queries_of(block("search plan", json.dumps({"queries": [{"query": "q"}]}))) == ["q"]
    assert queries_of("Do this:\n1. first thing\n2. second thing") == ["first thing", "second thing"]


def test_what_was_served_says_who_asked_what(client, server):
    client.messages.create(**HELLO)
    [one] = server.served
    assert isinstance(one, Served)
    assert (one.path, one.status, one.body) == ("/v1/messages", 200, HELLO)
    assert one.headers["authorization"].startswith("Bearer ")
    assert one.headers["x-stainless-retry-count"] == "0"
    assert server.usage()["input_tokens"] == one.usage["input_tokens"]


def order(url, **what):
    data = json.dumps(what).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{url}/_script", data), timeout=10) as answer:
        return json.load(answer)


def test_another_process_gives_orders_and_reads_what_was_served(client, server):
    order(
        server.url, script=[{"name": "of_status", "args": {"status": 503}}, {"name": "text", "args": {"text": "Hi."}}]
    )
    with pytest.raises(anthropic.ServiceUnavailableError):
        client.messages.create(**HELLO)
    assert client.messages.create(**HELLO).content[0].text == "Hi."
    order(server.url, always={"name": "refusal"}, latency_s=0.0, batch_seconds=5, outcomes={"x": "expired"})
    assert client.messages.create(**HELLO).stop_reason == "refusal"
    order(server.url, clear=True, end_batches=True)
    assert client.messages.create(**HELLO).stop_reason == "end_turn"
    with urllib.request.urlopen(f"{server.url}/_served", timeout=10) as answer:
        lines = [json.loads(line) for line in answer]
    assert [line["status"] for line in lines] == [503, 200, 200, 200]
    with pytest.raises(urllib.error.HTTPError):
        order(server.url, script=[{"name": "nonsense"}])


@pytest.mark.whole
def test_it_runs_as_a_process_of_its_own(tmp_path):
    documents = tmp_path / "pages.jsonl"
    documents.write_text(json.dumps(PAGES[0]))
    command = [sys.executable, "-m", "dossier.model_server", "--port", "0", "--documents", str(documents)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        client = client_of(url)
        assert searched(client, "Search for: Lantern Mills", SEARCH).content[1].content
        prompt = passage(STORY) + research_prompt(STORY)
        assert client.messages.create(**body_of(prompt, SearchPlan.model_json_schema())).content
    finally:
        process.kill()
        process.communicate()


def test_after_its_end_a_connection_that_was_kept_is_not_answered_either():
    with ModelServer() as first:
        kept = client_of(first.url)
        kept.messages.create(**HELLO)
        port = int(first.url.rpartition(":")[2])
    with ModelServer(port=port) as second:
        kept.messages.create(**HELLO)
        assert (first.count(), second.count()) == (1, 1)
