"""The ledger of calls, on both databases: nothing is asked twice, no cap is passed, what is lost is booked."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text
from store_fixture import add_run, take

from dossier.ceiling import CEILING, PLANNED
from dossier.errors import BudgetExceeded, BudgetReached, NoCallLeft, Paused, Superseded
from dossier.models import RunStatus
from dossier.store import calls, limits, runs, step_runs
from dossier.store.budgets import USD, Budgets, Scope, passed_levels, scopes
from dossier.store.calls import Answered, Ask, Attempted, CallBook, Kept
from dossier.store.options import EVERY_STEP, Wishes, wish
from dossier.store.tables_money import BudgetHoldRow, LlmAttemptRow, LlmCallRow

CENT = USD // 100


@pytest.fixture
def run(store):
    return take(store, add_run(store), "dagster-1")


def book(store, taken, /, **caps):
    return CallBook(store, taken, Budgets(**caps))


def ask(step="media", key="k1", worst=10 * CENT, **more):
    return Ask(step, key.ljust(64, "0"), "claude-x", worst, **more)


def answer(cost=3 * CENT, text="hello"):
    return Answered({"content": text}, {"input_tokens": 7}, cost, 7, 5, "end_turn", "msg_1", "req_1", "prices 1", 12)


def answered(kept, asked, cost=3 * CENT, said="hello"):
    call_id = kept.hold(asked)
    kept.settle(call_id, answer(cost, said))
    return call_id


def rows(store, table):
    with store.reading() as session:
        return list(session.scalars(select(table)))


def test_a_call_is_held_at_its_worst_and_settled_at_its_cost(store, run):
    kept = book(store, run)
    call_id = kept.hold(ask())
    [held] = rows(store, BudgetHoldRow)
    assert (held.call_id, held.amount_nusd) == (call_id, 10 * CENT)
    kept.attempted(call_id, 1, Attempted(529, "overloaded_error", "req_0", 2.0, 5))
    kept.attempted(call_id, 2, Attempted(200, None, "req_1", None, 7))
    kept.settle(call_id, answer())
    [call] = rows(store, LlmCallRow)
    assert (call.state, call.cost_nusd, call.tokens_in, call.step, call.attempt) == (
        "answered",
        3 * CENT,
        7,
        "media",
        1,
    )
    assert rows(store, BudgetHoldRow) == []
    assert sorted(row.http_status for row in rows(store, LlmAttemptRow)) == [200, 529]
    with store.reading() as session:
        cost = step_runs.cost_of(session, run.run_id)
        [seen] = session.execute(text("SELECT state, attempts, cost, held FROM oracle_calls")).all()
    assert (cost.usd, cost.llm_calls, cost.input_tokens) == (0.03, 1, 7)
    assert tuple(seen) == ("answered", 2, 3 * CENT, 0)


def test_an_answer_of_this_run_outlives_a_crash_and_an_accepted_one_serves_every_run_of_the_client(store, run):
    kept = book(store, run)
    answered(kept, ask())
    other = take(store, add_run(store, "Beta", "beta.example"), "dagster-2")
    assert kept.kept(ask().key, "media") == Kept({"content": "hello"}, None)
    assert book(store, other).kept(ask().key, "media") is None, "nobody has checked it yet"
    kept.accept(ask().key)
    assert book(store, other).kept(ask().key, "media") == Kept({"content": "hello"}, None)
    foreign = replace(other, client_key="another", key="another")
    assert book(store, foreign).kept(ask().key, "media") is None, "never across clients"
    assert kept.kept("f" * 64, "media") is None


def test_fresh_answers_are_asked_for_and_kept_from_then_on(store, run):
    answered(book(store, run), ask())
    book(store, run).accept(ask().key)
    with store.transaction() as session:
        runs.finish(session, run.run_id, run.fence, RunStatus.FAILED, "x")
        runs.retry(session, run.run_id, order=())
        wish(session, run.run_id, Wishes(fresh=("media",)))
    again = take(store, run.run_id, "dagster-2")
    assert book(store, again).kept(ask().key, "media") is None
    assert book(store, again).kept(ask().key, "insight") is not None, "only this step was to be fresh"
    answered(book(store, again), ask(), said="newer")
    assert book(store, again).kept(ask().key, "media").response == {"content": "newer"}
    with store.transaction() as session:
        wish(session, run.run_id, Wishes(fresh=(EVERY_STEP,)))
        options = runs.get_run(session, run.run_id)
    assert options.attempt == 2


@pytest.mark.parametrize("scope", ["run", "client_day", "client_week", "day", "week"])
def test_no_budget_is_passed_and_before_the_first_answer_the_run_is_refused(store, run, scope):
    kept = book(store, run, **{scope: 25 * CENT})
    assert kept.hold(ask(worst=25 * CENT))
    other = book(store, run, **{scope: 24 * CENT})
    with pytest.raises((BudgetExceeded, BudgetReached), match=r"budget is reached"):
        other.hold(ask(worst=25 * CENT))


def test_refused_at_the_start_it_is_a_skipped_run_reached_midway_a_part_left_out(store, run):
    with pytest.raises(BudgetExceeded):
        book(store, run, run=5 * CENT).hold(ask())
    kept = book(store, run, run=12 * CENT)
    answered(kept, ask())
    with pytest.raises(BudgetReached) as reached:
        kept.hold(ask(step="insight", key="k2"))
    assert reached.value.step == "insight"
    assert "was not asked (The budget is reached: run" in reached.value.gap
    with store.reading() as session:
        reached = runs.get_run(session, run.run_id).budget_reached
    assert (reached.limit, reached.cap_usd) == ("run", 0.12)
    assert "The budget is reached: run." in reached.said


def test_holds_of_others_make_a_call_wait_and_not_fail(store, run):
    first, second = book(store, run, run=15 * CENT), book(store, run, run=15 * CENT)
    call_id = first.hold(ask())
    got: list[str] = []
    waiting = threading.Thread(target=lambda: got.append(second.hold(ask(key="k2"))))
    waiting.start()
    first.settle(call_id, answer(cost=1 * CENT))
    waiting.join(timeout=30)
    assert len(got) == 1


def test_many_threads_never_pass_a_cap_and_use_most_of_it(store, run):
    cap, worst, cost = 100 * CENT, 5 * CENT, 2 * CENT

    def spend(name):
        kept = book(store, run, client_day=cap)
        for n in range(40):
            try:
                answered(kept, Ask("writer_intro", f"{name}{n}".ljust(64, "0"), "m", worst, tier="standard"), cost)
            except (BudgetReached, BudgetExceeded):
                return

    threads = [threading.Thread(target=spend, args=(name,)) for name in "abcd"]
    previous, calls.CEILING = calls.CEILING, 10_000
    try:
        for one in threads:
            one.start()
        for one in threads:
            one.join(timeout=60)
    finally:
        calls.CEILING = previous
    spent = sum(row.cost_nusd for row in rows(store, LlmCallRow))
    assert 0.9 * cap <= spent <= cap


def test_what_a_dead_worker_left_open_is_booked_at_its_worst_when_the_next_one_calls(store, run):
    book(store, run).hold(ask())
    with store.transaction() as session:
        runs.requeue(session, run.run_id, run.fence, "gone", 0.0)
    again = take(store, run.run_id, "dagster-2")
    book(store, again).hold(ask(key="k2"))
    state = {row.key[:2]: (row.state, row.cost_nusd) for row in rows(store, LlmCallRow)}
    assert state == {"k1": ("unknown", 10 * CENT), "k2": ("inflight", 0)}
    with pytest.raises(Superseded):
        book(store, run).hold(ask(key="k3"))


def test_a_late_answer_of_a_lost_worker_is_booked_at_what_it_cost(store, run):
    late = book(store, run)
    call_id = late.hold(ask())
    with store.transaction() as session:
        runs.requeue(session, run.run_id, run.fence, "gone", 0.0)
    again = take(store, run.run_id, "dagster-2")
    book(store, again).hold(ask(key="k2"))
    late.settle(call_id, answer())
    assert {row.key[:2]: row.cost_nusd for row in rows(store, LlmCallRow)} == {"k1": 3 * CENT, "k2": 0}


def test_a_call_without_answer_is_free_or_booked(store, run):
    kept = book(store, run)
    kept.failed(kept.hold(ask()), "HTTP 500", 0, 3)
    kept.failed(kept.hold(ask(key="k2")), "reset", 10 * CENT, 3)
    assert {row.key[:2]: (row.state, row.cost_nusd) for row in rows(store, LlmCallRow)} == {
        "k1": ("failed", 0),
        "k2": ("unknown", 10 * CENT),
    }
    assert rows(store, BudgetHoldRow) == []


def test_the_ceiling_is_hard_and_repairs_leave_room_for_what_is_due(store, run):
    kept = book(store, run)
    spare = CEILING - sum(PLANNED.values())
    for n in range(spare):
        answered(kept, ask(key=f"r{n}-", is_repair=True))
    with pytest.raises(NoCallLeft):
        kept.hold(ask(key="one-more", is_repair=True))
    for step, times in PLANNED.items():
        for n in range(times):
            answered(kept, ask(step=step, key=f"{step}-{n}"))
    with pytest.raises(BudgetReached, match="ceiling"):
        kept.hold(ask(step="media", key="beyond"))
    assert len(rows(store, LlmCallRow)) == CEILING


def test_calls_that_a_crash_lost_cost_money_but_are_none_of_the_thirty(store, run):
    kept = book(store, run, run=10_000 * CENT)
    for n in range(CEILING - 1):
        kept.failed(kept.hold(ask(key=f"lost{n}-")), "reset", 10 * CENT, 3)
    for n in range(CEILING):
        answered(kept, ask(key=f"k{n}-"))
    with pytest.raises(BudgetReached, match="ceiling"):
        kept.hold(ask(key="beyond"))
    assert sum(row.cost_nusd for row in rows(store, LlmCallRow)) == (CEILING - 1) * 10 * CENT + CEILING * 3 * CENT


def test_a_dossier_whose_answers_get_lost_again_and_again_is_given_up(store, run):
    kept = book(store, run)
    for n in range(CEILING):
        kept.failed(kept.hold(ask(key=f"lost{n}-")), "reset", 10 * CENT, 3)
    with pytest.raises(BudgetReached, match="were lost"):
        kept.hold(ask(key="next"))


@pytest.mark.parametrize("steps", [(EVERY_STEP,), ("media",)])
def test_where_answers_are_wanted_anew_the_ceiling_begins_again_and_the_money_does_not(store, run, steps):
    first = book(store, run)
    for n in range(CEILING):
        answered(first, ask(key=f"k{n}"), cost=CENT)
    with store.transaction() as session:
        runs.finish(session, run.run_id, run.fence, RunStatus.FAILED, "x")
        runs.retry(session, run.run_id, order=())
    plain = take(store, run.run_id, "dagster-2")
    with pytest.raises(BudgetReached, match="ceiling"):
        book(store, plain).hold(ask(key="beyond"))
    with store.transaction() as session:
        runs.finish(session, run.run_id, plain.fence, RunStatus.FAILED, "x")
        runs.retry(session, run.run_id, order=())
        wish(session, run.run_id, Wishes(fresh=steps))
    anew = take(store, run.run_id, "dagster-3")
    with pytest.raises(BudgetReached, match="budget is reached: run"):
        book(store, anew, run=CEILING * CENT).hold(ask(key="beyond"))
    assert book(store, anew).hold(ask(key="beyond"))


def test_a_pause_refuses_every_call_until_it_ends(store, run):
    with store.transaction() as session:
        limits.pause(session, "The vendor says so.", 3600)
    with pytest.raises(Paused, match="The vendor says so"):
        book(store, run).hold(ask())
    with store.transaction() as session:
        limits.go_on(session)
    assert book(store, run).hold(ask())


def test_the_levels_of_a_budget_are_told_once_each():
    scope = Scope("run", 100, 49, 0)
    assert passed_levels([scope], 0) == []
    assert [level for _, level in passed_levels([scope], 1)] == [50]
    assert [level for _, level in passed_levels([scope], 40)] == [80]
    assert [level for _, level in passed_levels([Scope("run", 100, 94, 0)], 1)] == [95]
    assert passed_levels([Scope("run", None, 94, 0)], 1) == []


def test_caps_come_from_the_run_and_its_client_and_the_lower_holds():
    config = {"budgets": {"run_usd": 0.5, "day_usd": 2}, "timezone": "America/New_York"}
    found = Budgets.of(config, run=1.0, day=10.0)
    assert (found.run, found.client_day, found.client_week, found.day) == (USD // 2, 2 * USD, None, 10 * USD)
    assert Budgets.of({}, run=0.0).run == 0, "no money is a budget too"
    assert Budgets.of({}).run is None


def test_the_days_of_a_client_begin_at_its_own_midnight(store, run):
    answered(book(store, run), ask())
    with store.transaction() as session:
        session.execute(text("UPDATE v2_llm_calls SET created_at = '2020-01-01T00:00:00.000000Z'"))
        found = scopes(session, Budgets(client_day=USD), run.client_key, run.key)
    spent = {one.name: one.spent for one in found}
    assert spent["run"] == 3 * CENT, "a run's budget has no day"
    assert spent["client, today"] == spent["all clients, this week"] == 0


def test_the_buckets_of_a_model_are_shared_and_corrected(store):
    with store.transaction() as session:
        assert limits.turn(session, "m", 1000) == 0
        limits.learn(
            session,
            "m",
            {
                "anthropic-ratelimit-requests-limit": "60",
                "anthropic-ratelimit-requests-remaining": "1",
                "anthropic-ratelimit-input-tokens-limit": "6000",
                "anthropic-ratelimit-input-tokens-remaining": "5000",
            },
        )
        assert limits.turn(session, "m", 100) == 0
        wait = limits.turn(session, "m", 100)
        assert 0 < wait <= 1.0, "60 a minute is one a second"
        assert limits.turn(session, "other", 100) == 0
    with store.transaction() as session:
        limits.slow(session, "other", 30)
        assert 29 < limits.turn(session, "other", 1) <= 30
        limits.learn(session, "m", {"anthropic-ratelimit-requests-limit": "nonsense"})


def test_more_tokens_than_a_minute_takes_wait_for_a_full_bucket(store):
    with store.transaction() as session:
        limits.learn(session, "m", {"anthropic-ratelimit-input-tokens-limit": "1000"})
        assert limits.turn(session, "m", 50_000) == 0
        assert 0 < limits.turn(session, "m", 50_000) <= 60
