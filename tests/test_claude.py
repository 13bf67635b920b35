"""Claude with the real SDK over loopback: what each fault comes to, what it costs, and what is never told."""

import io
import json
import logging
import socket
import threading
import time
import traceback
from dataclasses import replace

import pytest
from claude_fixture import FAST, KEY, PRICES, REQUEST, SCHEMA, SMART, by_hand, impatient, server, world_of

from dossier.errors import BadInput, BudgetReached, Paused, Permanent, Retryable, StepFailed
from dossier.ports import Repair
from dossier.store import limits
from dossier.store.budgets import Budgets
from dossier.store.calls import Ask, CallBook
from dossier.testing import Fault, Reply
from resources.claude import REPAIRED_CHARS, Claude, ClaudeSettings, body_of, canonical, key_of, make_client
from resources.prices import cost_nusd, worst_nusd

__all__ = ["impatient", "server"]
pytestmark = pytest.mark.usefixtures("impatient")
ANSWER = Reply.data({"gap": "nothing"})


@pytest.fixture
def world(sqlite_store, server):
    return world_of(sqlite_store, server.url)


@pytest.fixture
def world_on_both(store, server):
    return world_of(store, server.url)


def worst(model=SMART, **more):
    """The worst case of the one question of these tests: a token a byte, all of it written for an hour."""
    body = body_of(replace(REQUEST, **more), ClaudeSettings(None, None, FAST, SMART))
    _, out, _, for_an_hour, _ = PRICES[model]
    return len(canonical(body).encode()) * for_an_hour + body["max_tokens"] * out


def malformed(told):
    return Fault("bytes", payload=json.dumps(told).encode())


def message(**more):
    usage = {"input_tokens": 3, "output_tokens": 4}
    whole = {"type": "message", "id": "m", "model": SMART, "stop_reason": "end_turn", "usage": usage}
    return whole | {"content": [{"type": "text", "text": '{"gap": ""}'}]} | more


# --- what passes, and what is asked again -------------------------------------------------------------------------


def test_an_answer_is_booked_at_what_it_cost_and_kept_for_whoever_asks_the_same(world_on_both, server):
    answer = world_on_both.ask()
    [served] = server.served
    [call] = world_on_both.calls()
    assert (call.state, call.cost, call.held) == ("answered", by_hand(served.usage), 0)
    assert call.attempts == [(200, None)]
    assert call.key == served.body_key == answer.key
    assert (answer.calls, answer.cached, answer.response_id) == (1, False, served.message_id)
    assert (answer.tokens_in, answer.tokens_out) == (served.usage["input_tokens"], served.usage["output_tokens"])
    again = world_on_both.ask()
    assert (again.text, again.calls, again.cached, again.cost_usd, server.count()) == (answer.text, 0, True, 0.0, 1)


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 529])
def test_a_service_that_fails_is_asked_three_times_and_then_later_and_costs_nothing(world, server, status):
    server.always(Fault.bad_gateway() if status == 502 else Fault.of_status(status))
    with pytest.raises(Retryable, match=f"HTTP {status}"):
        world.ask()
    assert world.attempts() == [status] * 3 == [one.status for one in server.served]
    assert [(call.state, call.cost, call.held) for call in world.calls()] == [("failed", 0, 0)]


def test_a_service_that_recovers_gives_its_answer_within_the_call(world, server):
    server.script(Fault.overloaded(), Fault.of_status(500).with_headers(retry_after_ms="20"), ANSWER)
    assert world.ask().text == '{"gap": "nothing"}'
    assert world.attempts() == [529, 500, 200]
    assert world.booked() == by_hand(server.served[-1].usage)


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        (Fault.of_status(500).with_headers(x_should_retry="false"), [500]),
        (Fault.of_status(400).with_headers(x_should_retry="true"), [400] * 3),
        (Fault.do_not_retry(), [429]),
    ],
    ids=["never", "once more", "too many, never"],
)
def test_the_service_says_itself_whether_it_is_worth_another_attempt(world, server, fault, attempts):
    server.always(fault)
    with pytest.raises((Retryable, Permanent)):
        world.ask()
    assert world.attempts() == attempts
    assert world.booked() == 0


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_what_the_service_rejects_is_not_asked_again(world, server, status):
    server.always(Fault.of_status(status, "It does not like it."))
    with pytest.raises(Permanent, match=f"HTTP {status}") as rejected:
        world.ask()
    assert not isinstance(rejected.value, StepFailed)
    assert world.attempts() == [status]
    assert world.booked() == 0


# --- too many, and limits of spending -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "seconds"), [(429, None), (429, 1.0), (429, 86_400.0), (429, 1e300), (503, 31.0), (503, 1e300)]
)
def test_too_many_goes_back_to_the_queue_with_the_wait_that_was_asked_for(world, server, status, seconds):
    said = {} if seconds is None else {"retry_after": "9" * 400 if seconds > 1e9 else f"{seconds:g}"}
    server.always(Fault.of_status(status).with_headers(**said))
    with pytest.raises(Retryable) as later:
        world.ask()
    assert later.value.retry_after == min(seconds or 0.0, 86_400.0)
    assert world.attempts() == [status]
    assert world.booked() == 0
    with world.store.transaction() as session:
        assert limits.turn(session, SMART, 1) > min(seconds or 4.0, 86_000.0) - 1


@pytest.mark.parametrize("said", ["Fri, 31 Dec 1999 23:59:59 GMT", "soon", "nan", "inf", "-5"])
def test_a_wait_that_makes_no_sense_is_none(world, server, said):
    server.always(Fault.of_status(429).with_headers(retry_after=said, retry_after_ms="nan"))
    with pytest.raises(Retryable) as later:
        world.ask()
    assert later.value.retry_after == 0.0


def test_a_model_that_is_asked_too_much_is_left_alone_by_all_and_the_others_are_not(world, server):
    server.script(Fault.rate_limited(400))
    with pytest.raises(Retryable):
        world.ask()
    with pytest.raises(Retryable, match="takes no more calls now") as later:
        world.ask(prompt="Another question.")
    assert later.value.retry_after == pytest.approx(400, abs=5)
    assert world.ask(role="fast").model == FAST
    assert server.count() == 2
    assert [call.state for call in world.calls()] == ["failed", "failed", "answered"]


SPENT = {
    "of the vendor": Fault.spend_limit(),
    "of the contract": Fault.of_status(429, "No more.", error_code="contract_spend_limit_reached"),
    "of the customer": Fault.usage_limit(),
    "of the workspace": Fault.of_status(400, "You have reached your specified workspace API usage limits."),
}


@pytest.mark.parametrize("fault", SPENT.values(), ids=SPENT)
def test_a_limit_of_spending_pauses_everything_at_the_first_answer_that_tells_it(world_on_both, server, fault):
    server.always(fault)
    with pytest.raises(Paused, match="paused until"):
        world_on_both.ask()
    for run in (world_on_both.run, world_on_both.another_run()):
        with pytest.raises(Paused, match="paused until"):
            world_on_both.llm(run).complete(replace(REQUEST, prompt="Another question.", role="fast"))
    assert server.count() == 1
    assert [(call.state, call.cost) for call in world_on_both.calls()] == [("failed", 0)]


def test_midway_a_limit_of_spending_holds_the_run_and_what_is_kept_still_answers(world, server):
    answer = world.ask()
    server.always(Fault.spend_limit())
    with pytest.raises(Paused):
        world.ask(prompt="Another question.", step="insight")
    assert world.ask().text == answer.text
    assert server.count() == 2


# --- answers that got lost ----------------------------------------------------------------------------------------


LOST = {
    "cut": Fault.cut_json(),
    "empty": Fault.empty_body(),
    "another shape": Fault.wrong_shape(),
    "an error in a 200": malformed({"type": "error", "error": {"type": "overloaded_error", "message": "no"}}),
    "a list": malformed([message()]),
    "no usage": malformed(message(usage={})),
    "usage below nothing": malformed(message(usage={"input_tokens": -3, "output_tokens": 4})),
    "usage in words": malformed(
        message(usage={"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": "many"})
    ),
    "content in words": malformed(message(content=["hello"])),
    "text that is a number": malformed(message(content=[{"type": "text", "text": 5}])),
    "a numbered end": malformed(message(stop_reason=5)),
    "deep": Fault("bytes", payload=b"[" * 200_000),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
def test_a_200_that_is_no_message_is_asked_again_and_each_is_booked_at_its_worst(world, server, fault):
    server.always(fault)
    with pytest.raises(Retryable, match="lost"):
        world.ask()
    assert [call.attempts for call in world.calls()] == [[(200, "malformed")]] * 3
    assert [(call.state, call.cost, call.held) for call in world.calls()] == [("unknown", worst(), 0)] * 3


@pytest.mark.parametrize("fault", [Fault.reset_before(), Fault.reset_during(), Fault.lost_answer()])
def test_a_broken_connection_is_asked_again_and_each_is_booked_at_its_worst(world, server, fault):
    server.always(fault)
    with pytest.raises(Retryable, match="APIConnectionError after 3 attempts"):
        world.ask()
    assert world.attempts() == [None] * 3
    assert [(call.state, call.cost) for call in world.calls()] == [("unknown", worst())] * 3
    assert [one.status for one in server.served] == [0, 0, 0]


def test_after_a_lost_answer_the_next_one_is_booked_at_what_it_cost(world_on_both, server):
    server.script(Fault.lost_answer(), Fault.cut_json(), ANSWER)
    assert world_on_both.ask().text == '{"gap": "nothing"}'
    assert [call.state for call in world_on_both.calls()] == ["unknown", "unknown", "answered"]
    assert world_on_both.booked() == 2 * worst() + by_hand(server.served[-1].usage)


def test_lost_answers_do_not_pass_a_budget_that_has_room_for_one(world, server):
    server.always(Fault.lost_answer())
    with pytest.raises(BudgetReached):
        world.llm(run=2 * worst() - 1).complete(REQUEST)
    assert world.booked() == worst()
    assert server.count() == 1


def test_a_budget_that_others_hold_until_the_time_is_over_costs_no_second_attempt(world, server):
    server.always(Fault.lost_answer())
    other = CallBook(world.store, world.another_run(), Budgets())
    held = other.hold(Ask("media", "f" * 64, SMART, worst()))
    waiting = threading.Timer(0.8, other.failed, (held, "It failed.", 0, 1))
    waiting.start()
    with pytest.raises(Retryable, match="TimeOver after 1 attempts"):
        world.llm(day=3 * worst() - 1).complete(replace(REQUEST, timeout_seconds=0.5))
    waiting.join()
    assert server.count() == 1
    assert world.booked() == worst()


@pytest.mark.parametrize("fault", [Fault.hang(5), Fault.drip(60)], ids=["hangs", "drips"])
def test_a_call_ends_at_its_deadline_and_nothing_is_sent_after_it(world, server, fault):
    server.always(fault)
    begun = time.monotonic()
    with pytest.raises(Retryable, match="TimeOver after 1 attempts"):
        world.ask(timeout_seconds=0.4)
    assert time.monotonic() - begun < 3
    assert server.count() == 1
    assert world.attempts() == [None]
    assert [(call.state, call.cost) for call in world.calls()] == [("unknown", worst())]


def test_a_connection_that_nobody_takes_costs_nothing(sqlite_store):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        world = world_of(sqlite_store, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(Retryable, match="APIConnectionError after 3 attempts") as fault:
            world.ask()
    assert fault.value.what == "The model's service was never reached."
    assert f"at {world.claude.place}." in fault.value.why
    assert world.claude.place.startswith("127.0.0.1:")
    assert KEY not in str(fault.value)
    assert world.attempts() == [None] * 3
    assert [(call.state, call.cost, call.held) for call in world.calls()] == [("failed", 0, 0)]


@pytest.mark.parametrize(
    ("status", "kind", "attempts", "booked"), [(200, Retryable, 1, 1), (403, Permanent, 1, 0), (502, Retryable, 3, 0)]
)
def test_a_page_for_people_is_told_as_one_with_the_place_it_came_from(world, server, status, kind, attempts, booked):
    server.always(replace(Fault.html(), status=status))
    with pytest.raises(kind) as fault:
        world.ask()
    assert fault.value.what == "A web page came instead of the model's answer."
    assert fault.value.why == f"{world.claude.place} answered HTTP {status} with HTML."
    assert world.attempts() == [status] * attempts
    assert world.booked() == booked * worst()


# --- answers that are no answer -----------------------------------------------------------------------------------


NO_ANSWER = {
    "refused": (Reply.refusal("I will not."), "was refused by the model"),
    "refused without a word": (Reply.refusal(), "was refused by the model"),
    "cut off": (Reply.max_tokens(), "was cut off"),
    "context full": (Reply.context_exceeded(), "was cut off"),
    "paused": (Reply.pause_turn(), "gave no usable answer"),
    "empty": (Reply.empty_content(), "gave no usable answer"),
    "blank": (Reply.text(" \n"), "gave no usable answer"),
}


@pytest.mark.parametrize(("reply", "gap"), NO_ANSWER.values(), ids=NO_ANSWER)
def test_what_is_no_answer_is_paid_told_and_not_asked_again_in_this_run(world, server, reply, gap):
    server.script(reply)
    with pytest.raises(StepFailed) as failed:
        world.ask()
    [served] = server.served
    assert failed.value.gap == gap
    assert failed.value.reply.cost_usd * 1e9 == pytest.approx(by_hand(served.usage))
    assert [(call.state, call.cost) for call in world.calls()] == [("answered", by_hand(served.usage))]
    with pytest.raises(StepFailed) as again:
        world.ask()
    assert (again.value.gap, again.value.reply.calls, server.count()) == (gap, 0, 1)


def test_of_several_texts_the_last_is_the_answer(world, server):
    server.script(Reply(texts=("Here it is:", '{"gap": "last"}')))
    assert world.ask().text == '{"gap": "last"}'


def test_half_a_character_is_written_out_before_it_reaches_a_file_or_the_wire(world_on_both, server):
    server.script(malformed(message(content=[{"type": "text", "text": '{"gap": "a\ud800b\x00"}'}])))
    answer = world_on_both.ask()
    assert answer.text == '{"gap": "a?b\x00"}'
    asked = replace(REQUEST, repair=Repair(answer.text, "It is broken."))
    assert world_on_both.llm().complete(asked).calls == 1


def test_ten_megabytes_are_kept_and_not_sent_back_whole(world, server):
    server.script(Reply.big(10))
    answer = world.ask(max_tokens=4_000_000, role="fast")
    assert len(answer.text) > 10_000_000
    world.ask(repair=Repair(answer.text, "It is too long."))
    assert len(server.served[-1].body["messages"][1]["content"]) == REPAIRED_CHARS


# --- what goes over the wire, and what it costs -------------------------------------------------------------------


def test_a_repair_is_a_conversation_about_the_same_question(world, server):
    world.ask(stable_chars=4)
    world.ask(stable_chars=4, repair=Repair('{"gap": 5}', "- gap: string_type"))
    first, second = (one.body for one in server.served)
    assert second["messages"][:1] == first["messages"]
    assert [turn["role"] for turn in second["messages"]] == ["user", "assistant", "user"]
    assert second["messages"][1]["content"] == '{"gap": 5}'
    assert second["messages"][2]["content"].endswith("- gap: string_type")
    assert {**second, "messages": []} == {**first, "messages": []}
    assert [call.key for call in world.calls()] == [key_of(first), key_of(second)]


def test_what_is_the_same_for_every_lead_is_marked_for_the_cache_and_priced_by_it(sqlite_store, server):
    stable = "The rules. " * 800
    world = world_of(sqlite_store, server.url, cache_ttl="5m")
    world.ask(prompt=f"{stable}Question 0.", stable_chars=len(stable))
    world.ask(prompt=f"{stable}Question 1.", stable_chars=len(stable))
    hourly = Claude(replace(world.claude.settings, cache_ttl="1h"), sqlite_store)
    replace(world, claude=hourly).ask(prompt=f"New: {stable}Question 2.", stable_chars=len(stable))
    written, read, for_an_hour = (one.usage for one in server.served)
    assert written["cache_creation"]["ephemeral_5m_input_tokens"] > 1_024
    assert read["cache_read_input_tokens"] == written["cache_creation_input_tokens"]
    assert server.served[2].body["messages"][0]["content"][0]["cache_control"] == {"type": "ephemeral", "ttl": "1h"}
    assert [call.cost for call in world.calls()] == [by_hand(usage) for usage in (written, read, for_an_hour)]


@pytest.mark.parametrize(
    ("model", "usage", "nusd"),
    [
        (SMART, {"input_tokens": 1_000, "output_tokens": 100}, 3_000_000),
        (SMART, {"input_tokens": 1, "cache_creation_input_tokens": 1_000, "output_tokens": 0}, 2_502_000),
        (
            SMART,
            {
                "input_tokens": 1,
                "output_tokens": 1,
                "cache_creation_input_tokens": 30,
                "cache_creation": {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20},
                "cache_read_input_tokens": 7,
            },
            2_000 + 10_000 + 25_000 + 80_000 + 700,
        ),
        (SMART, {"input_tokens": 1_000, "output_tokens": 100, "inference_geo": "us"}, 3_300_000),
        (FAST, {"input_tokens": 100_000, "output_tokens": 1_000}, 10_500_000),
        (FAST, {"input_tokens": 100_001, "output_tokens": 1_000}, 52_500_500),
        (FAST, {"input_tokens": 1, "cache_read_input_tokens": 100_000, "output_tokens": 1}, 500 + 5_000_000 + 2_500),
        ("claude-opus-5-5", {"input_tokens": 10, "output_tokens": 10}, 240_000),
        ("anthropic.claude-sonnet-5-5", {"input_tokens": 1_000, "output_tokens": 100}, 3_300_000),
        (f"global.anthropic.{FAST}-v1:0", {"input_tokens": 1_000, "output_tokens": 100}, 150_000),
    ],
)
def test_costs_agree_with_a_count_by_hand_to_the_nano_dollar(model, usage, nusd):
    assert cost_nusd(model, {"usage": usage}) == nusd


def test_a_batch_costs_half_and_searches_cost_the_same(world):
    usage = {"input_tokens": 1_000, "output_tokens": 100, "server_tool_use": {"web_search_requests": 3}}
    assert cost_nusd(SMART, {"usage": usage}) == 3_000_000 + 30_000_000
    assert cost_nusd(SMART, {"usage": usage}, batch=True) == 1_500_000 + 30_000_000


@pytest.mark.parametrize("size", [1, 99_999, 100_001, 3_000_000])
def test_the_worst_case_is_never_below_a_usage_that_fits(size):
    for model in (SMART, FAST):
        written = {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": size}
        usage = {"input_tokens": 0, "cache_creation_input_tokens": size, "cache_creation": written}
        usage |= {"cache_read_input_tokens": 0, "output_tokens": 500}
        assert worst_nusd(model, size, 500) == cost_nusd(model, {"usage": usage}) == by_hand(usage, model)


def test_a_model_without_a_price_is_not_asked(sqlite_store, server):
    world = world_of(sqlite_store, server.url, smart="claude-of-tomorrow")
    with pytest.raises(Permanent, match="No price is known for the model 'claude-of-tomorrow'"):
        world.ask()
    assert (server.count(), world.calls()) == (0, [])


def test_an_answer_under_another_name_of_the_model_costs_what_was_asked_for(world, server):
    server.script(malformed(message(model="claude-sonnet-of-some-day")))
    answer = world.ask()
    assert (answer.model, answer.cost_usd) == ("claude-sonnet-of-some-day", 0.000046)
    assert world.booked() == 46_000


def test_many_calls_at_once_leave_no_hold_behind_and_pass_no_budget(world, server):
    cap = 10 * worst()
    ends = []

    def ask(number):
        try:
            world.llm(run=cap).complete(replace(REQUEST, prompt=f"Question {number:04d}.", step="writer_intro"))
        except StepFailed as fault:
            ends.append(fault)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.booked() <= cap
    assert {call.held for call in world.calls()} == {0}
    assert sum(by_hand(one.usage) for one in server.served) == world.booked()


# --- keys and platforms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 500])
def test_the_key_stands_in_no_error_no_log_and_no_database(sqlite_store, server, tmp_path, status, said_in_logs, capfd):
    world = world_of(sqlite_store, server.url)
    server.always(Fault.of_status(status, f"Your key {KEY} is wrong."))
    with pytest.raises((Permanent, Retryable)) as failed:
        world.ask()
    assert KEY in server.served[0].headers["authorization"]
    sqlite_store.close()
    told = "".join(traceback.format_exception(failed.value))
    assert (
        KEY not in f"{told} {failed.value!r} {world.claude.settings!r} {said_in_logs.getvalue()} {capfd.readouterr()}"
    )
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


@pytest.fixture
def said_in_logs():
    """What is logged at INFO and above, by whomever."""
    said = io.StringIO()
    handler, root = logging.StreamHandler(said), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield said
    root.setLevel(before)
    root.removeHandler(handler)


def test_a_limit_of_spending_tells_no_key_either(world, server, tmp_path):
    server.always(replace(Fault.usage_limit(), message=f"You have reached your specified API usage limits, {KEY}."))
    with pytest.raises(Paused) as refused:
        world.ask()
    world.store.close()
    assert KEY not in str(refused.value)
    assert [path for path in tmp_path.rglob("*.db*") if KEY.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("key", [None, "", "kéy", "key\nx-other: header", "two words"])
def test_a_key_that_cannot_be_sent_is_refused_before_it_is_used(key):
    with pytest.raises(BadInput, match="ANTHROPIC_API_KEY") as refused:
        make_client(ClaudeSettings(key, None, FAST, SMART))
    assert not key or key not in str(refused.value)


PLATFORMS = {
    "bedrock": ({"AWS_REGION": "us-east-1", "AWS_BEARER_TOKEN_BEDROCK": "x"}, "AnthropicBedrock"),
    "vertex": ({"CLOUD_ML_REGION": "us-east5", "ANTHROPIC_VERTEX_PROJECT_ID": "p"}, "AnthropicVertex"),
    "foundry": ({"ANTHROPIC_FOUNDRY_RESOURCE": "r", "ANTHROPIC_FOUNDRY_API_KEY": "x"}, "AnthropicFoundry"),
}


@pytest.mark.parametrize("via", PLATFORMS)
def test_another_platform_is_built_from_configuration_alone(monkeypatch, via):
    variables, made = PLATFORMS[via]
    settings = ClaudeSettings(None, None, FAST, SMART, via)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "CLOUD_ML_REGION", "ANTHROPIC_FOUNDRY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(BadInput, match=f"cannot be reached by {via}"):
        make_client(settings)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert type(make_client(settings)).__name__ == made


def test_the_schema_of_a_request_is_one_that_the_vendor_takes():
    body = body_of(REQUEST, ClaudeSettings(None, None, FAST, SMART))
    assert body["output_config"]["format"]["schema"] == SCHEMA | {"additionalProperties": False}
