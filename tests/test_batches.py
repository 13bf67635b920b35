"""Batches: made once whatever happens to the answer, collected as often as one likes, runs let go on. Real SDK."""

import pytest
from sqlalchemy import select
from store_fixture import add_run, take

from dossier.cli_batches import BatchNews, say_how_it_goes_on
from dossier.cli_words import reason
from dossier.errors import Parked
from dossier.models import RunStatus
from dossier.ports import LlmRequest
from dossier.store import batches, runs
from dossier.store.budgets import Budgets
from dossier.store.calls import CallBook
from dossier.store.options import Wishes, wish
from dossier.store.tables_money import BatchItemRow, BatchRow, BudgetHoldRow, LlmCallRow
from dossier.testing import Fault, ModelServer
from resources import claude_batches
from resources.claude import Calls, Claude, ClaudeLlm, ClaudeSettings

SCHEMA = {"type": "object", "properties": {"gap": {"type": "string"}}, "required": ["gap"]}
MODEL = "claude-sonnet-5-5"


@pytest.fixture
def server():
    with ModelServer(batch_seconds=None) as running:
        yield running


@pytest.fixture
def claude(store, server):
    return Claude(ClaudeSettings("key", server.url, "claude-haiku-5-5", MODEL), store)


def a_run(store, name="Acme Corp", domain="acme.example", worker="dagster-1"):
    run_id = add_run(store, name, domain)
    with store.transaction() as session:
        wish(session, run_id, Wishes(batch=True))
    return take(store, run_id, worker)


def llm(claude, run):
    return ClaudeLlm(Calls(claude, CallBook(claude.store, run, Budgets())))


def request(step="media", about="the lead"):
    return LlmRequest(step, "smart", f"# Task\n\nSay what is missing of {about}.", "Be brief.", {}, SCHEMA, 500)


def let_wait(claude, run, *steps):
    for step in steps:
        with pytest.raises(Parked):
            llm(claude, run).complete(request(step, step))
    with claude.store.transaction() as session:
        batches.park(session, run.run_id, run.fence, steps[-1])


def rows(store, table):
    with store.reading() as session:
        return list(session.scalars(select(table)))


def again(store, run, worker="dagster-9"):
    return take(store, run.run_id, worker)


def test_a_stage_of_two_runs_goes_as_one_batch_at_half_the_price(store, claude, server):
    first, second = a_run(store), a_run(store, "Beta", "beta.example", "dagster-2")
    let_wait(claude, first, "media", "insight")
    with store.reading() as session:
        assert runs.get_run(session, first.run_id).waiting_for == "batch"
        assert [due.run_id for due in runs.due_runs(session)] == []
    assert claude_batches.advance(claude) == 0
    assert rows(store, BatchRow) == [], "a run of the client is still at work on more of it"
    let_wait(claude, second, "media")
    claude_batches.advance(claude)
    [batch] = rows(store, BatchRow)
    assert (batch.state, batch.requests) == ("created", 3)
    assert claude_batches.advance(claude) == 0, "it has not ended"
    server.end_batches()
    assert claude_batches.advance(claude) == 2
    assert claude_batches.advance(claude) == 0
    with store.reading() as session:
        assert {due.run_id for due in runs.due_runs(session)} == {first.run_id, second.run_id}
    resumed = again(store, first)
    assert (resumed.attempt, resumed.fresh_from) == (2, 1)
    reply = llm(claude, resumed).complete(request("insight", "insight"))
    assert reply.text.startswith("{")
    calls = rows(store, LlmCallRow)
    assert {call.state for call in calls} == {"answered"}
    assert {call.tier for call in calls} == {"batch"}
    for call in calls:
        assert call.cost_nusd == (call.tokens_in * 2_000 + call.tokens_out * 10_000) // 2
    assert rows(store, BudgetHoldRow) == []
    assert server.count() == 0, "no message was asked for singly"


def test_asking_again_while_it_waits_adds_no_second_call(store, claude):
    run = a_run(store)
    for _ in range(3):
        with pytest.raises(Parked):
            llm(claude, run).complete(request())
    assert len(rows(store, BatchItemRow)) == len(rows(store, LlmCallRow)) == 1


def test_a_batch_is_made_once_even_when_the_answer_to_the_making_is_lost(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media")
    server.script(Fault.lost_answer(), at="batches")
    claude_batches.advance(claude)
    [batch] = rows(store, BatchRow)
    assert (batch.state, batch.vendor_id) == ("intended", None)
    claude_batches.advance(claude)
    [batch] = rows(store, BatchRow)
    assert batch.state == "created"
    server.end_batches()
    assert claude_batches.advance(claude) == 1
    made = [served for served in server.served if served.path.endswith("/batches") and served.body]
    assert len(made) == 1


def test_a_batch_that_the_vendor_never_got_is_made_again_after_a_minute(store, claude, server, monkeypatch):
    run = a_run(store)
    let_wait(claude, run, "media")
    server.script(Fault.reset_before(), at="batches")
    claude_batches.advance(claude)
    claude_batches.advance(claude)
    assert rows(store, BatchRow)[0].state == "intended", "it may still arrive"
    monkeypatch.setattr(claude_batches, "SEEN_AFTER_SECONDS", -1.0)
    claude_batches.advance(claude)
    claude_batches.advance(claude)
    assert rows(store, BatchRow)[0].state == "created"


@pytest.mark.parametrize("outcome", ["errored", "expired", "canceled"])
def test_what_fails_in_a_batch_goes_alone(store, claude, server, outcome):
    run = a_run(store)
    let_wait(claude, run, "media", "insight")
    bad = next(row.id for row in rows(store, LlmCallRow) if row.step == "media")
    server.batch_outcome(bad, outcome)
    claude_batches.advance(claude)
    server.end_batches()
    assert claude_batches.advance(claude) == 1
    resumed = again(store, run)
    assert llm(claude, resumed).complete(request("media", "media")).calls == 1
    brought = llm(claude, resumed).complete(request("insight", "insight"))
    assert (brought.calls, brought.cached) == (1, False), "paid for this run, and told by its step run"
    assert server.count() == 1
    states = sorted((row.step, row.tier, row.state) for row in rows(store, LlmCallRow))
    assert states == [("insight", "batch", "answered"), ("media", "batch", "failed"), ("media", "standard", "answered")]


def test_results_that_break_off_are_collected_again(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media", "insight")
    claude_batches.advance(claude)
    server.end_batches()
    server.script(Fault.cut_json(), at="results")
    assert claude_batches.advance(claude) == 0
    assert claude_batches.advance(claude) == 1
    assert {row.state for row in rows(store, LlmCallRow)} == {"answered"}


def test_a_batch_that_is_refused_for_good_lets_its_calls_go_alone(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media")
    server.script(Fault.of_status(400), at="batches")
    claude_batches.advance(claude)
    assert rows(store, BatchRow)[0].state == "failed"
    resumed = again(store, run)
    assert llm(claude, resumed).complete(request("media", "media")).calls == 1


def test_a_cancelled_run_takes_no_answer_but_its_cost_is_booked(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media")
    claude_batches.advance(claude)
    with store.transaction() as session:
        runs.cancel(session, run.run_id)
    server.end_batches()
    claude_batches.advance(claude)
    with store.reading() as session:
        assert runs.get_run(session, run.run_id).status is RunStatus.CANCELLED
    assert rows(store, LlmCallRow)[0].cost_nusd > 0


def without_batches(store, run):
    with store.transaction() as session:
        wish(session, run.run_id, Wishes(batch=False))
    with store.reading() as session:
        return runs.get_run(session, run.run_id)


def test_a_run_that_waits_counts_its_calls_and_says_so(store, claude):
    run = a_run(store)
    let_wait(claude, run, "media", "insight")
    with store.reading() as session:
        assert reason(runs.get_run(session, run.run_id)) == "waits for a batch (2 calls waiting)"
    claude_batches.advance(claude)
    with store.reading() as session:
        assert reason(runs.get_run(session, run.run_id)) == "waits for a batch (2 calls sent)"


def test_the_wish_for_batches_is_taken_back_and_what_was_not_sent_goes_alone(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media")
    view = without_batches(store, run)
    assert (view.in_batches, view.waiting_for) == (False, None)
    assert rows(store, BudgetHoldRow) == []
    assert claude_batches.advance(claude) == 0
    assert rows(store, BatchRow) == []
    assert llm(claude, again(store, run)).complete(request("media", "media")).calls == 1
    assert server.count() == 1


def test_what_was_sent_already_is_waited_for_and_not_asked_twice(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media")
    claude_batches.advance(claude)
    view = without_batches(store, run)
    assert (view.in_batches, view.waiting_for) == (False, "batch")
    server.end_batches()
    assert claude_batches.advance(claude) == 1
    assert llm(claude, again(store, run)).complete(request("media", "media")).text
    assert server.count() == 0


class Told:
    """A desk that keeps what it is told, over a store."""

    def __init__(self, store):
        self.store, self.lines, self.now = store, [], 0.0

    def tell(self, line):
        self.lines.append(line)


def test_whoever_waits_is_told_when_a_batch_goes_and_comes_and_once_a_minute_between(store, claude, server):
    run = a_run(store)
    let_wait(claude, run, "media", "insight")
    desk = Told(store)
    news = BatchNews(desk, lambda: desk.now)
    claude_batches.advance(claude)
    for second in (1, 2, 60, 61, 62, 100, 121):
        desk.now = second
        news.tell()
    server.end_batches()
    claude_batches.advance(claude)
    news.tell()
    assert desk.lines == [
        "A batch is sent: 2 calls. Its answers come within a day, mostly within an hour.",
        "Waiting for a batch since 1 min: 2 calls sent.",
        "Waiting for a batch since 2 min: 2 calls sent.",
        "A batch came back: 2 calls.",
    ]


def test_a_run_that_goes_on_in_batches_says_so_unless_it_was_just_wished(store, claude):
    run, desk = a_run(store), Told(store)
    say_how_it_goes_on(desk, [run.run_id], True)
    assert desk.lines == []
    say_how_it_goes_on(desk, [run.run_id], None)
    [line] = desk.lines
    assert line.startswith("1 run goes on in batches")
    assert "--no-batch" in line
