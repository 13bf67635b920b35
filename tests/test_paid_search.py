"""Requests to a search vendor are money: held before, settled after, none of the thirty calls of a dossier."""

from dataclasses import replace

import pytest
from sqlalchemy import select, text
from store_fixture import add_run, take

from dossier.ceiling import CEILING
from dossier.errors import BadInput, BudgetExceeded, BudgetReached, Permanent, Retryable
from dossier.store import limits, spending
from dossier.store.budgets import USD, Budgets
from dossier.store.calls import Ask, CallBook
from dossier.store.tables_money import BudgetHoldRow, LlmCallRow
from resources.engines import AdapterChoice
from resources.paid_search import MOST_REQUESTS, PaidVendor, price_of
from resources.settings import Settings
from resources.vendor_queries import Found

CENT = USD // 100


class Scripted:
    """A vendor that gives `found`, or raises it, and sees what is held meanwhile."""

    def __init__(self, store, found, name="brave"):
        self.name, self._store, self._found, self.held, self.asked = name, store, found, [], 0

    def request(self, question):
        return {"q": question}

    def ask(self, request):
        self.asked += 1
        with self._store.reading() as session:
            self.held = list(session.scalars(select(BudgetHoldRow.amount_nusd)))
        if isinstance(self._found, Exception):
            raise self._found
        return self._found


@pytest.fixture
def run(store):
    return take(store, add_run(store), "dagster-1")


def paid(store, run, vendor, price=CENT, **caps):
    return PaidVendor(vendor, CallBook(store, run, Budgets(**caps)), price)


def ledger(store):
    with store.reading() as session:
        rows = session.scalars(select(LlmCallRow).order_by(LlmCallRow.created_at, LlmCallRow.id))
        return [(row.step, row.model, row.state, row.cost_nusd) for row in rows]


def test_the_most_is_held_and_what_was_asked_is_booked(store, run):
    vendor = Scripted(store, Found(requests=2))
    assert paid(store, run, vendor).ask({"q": "a"}) == Found(requests=2)
    assert vendor.held == [MOST_REQUESTS["brave"] * CENT]
    assert ledger(store) == [("vendor_search", "brave", "answered", 2 * CENT)]
    with store.reading() as session:
        assert list(session.scalars(select(BudgetHoldRow.amount_nusd))) == []
        [spent] = spending.by_model_and_step(session, None, None, 7)
    assert (spent.step, spent.calls, spent.usd) == ("vendor_search", 1, 0.02)


def test_what_the_vendor_says_of_its_cost_goes_before_the_price(store, run):
    paid(store, run, Scripted(store, Found(cost_nusd=7), "exa")).ask({})
    assert ledger(store) == [("vendor_search", "exa", "answered", 7)]


@pytest.mark.parametrize(
    ("fault", "end"), [(Permanent("no"), ("failed", 0)), (Retryable("lost"), ("unknown", CENT))], ids=["no", "lost"]
)
def test_a_refusal_costs_nothing_and_a_lost_answer_its_price(store, run, fault, end):
    with pytest.raises(type(fault)):
        paid(store, run, Scripted(store, fault)).ask({})
    assert [row[2:] for row in ledger(store)] == [end]


def test_a_budget_refuses_the_first_search_and_ends_later_ones_before_anybody_is_asked(store, run):
    vendor = Scripted(store, Found())
    with pytest.raises(BudgetExceeded):
        paid(store, run, vendor, day=2 * CENT).ask({})
    assert vendor.asked == 0
    search = paid(store, run, vendor, day=4 * CENT)
    search.ask({"q": "a"})
    search.ask({"q": "b"})
    with pytest.raises(BudgetReached, match="all clients, today"):
        search.ask({"q": "c"})
    assert vendor.asked == 2


def test_searches_are_none_of_the_thirty_calls_and_no_pause_of_the_model_holds_them(store, run):
    search = paid(store, run, Scripted(store, Found()))
    for n in range(CEILING):
        search.ask({"q": n})
    book = CallBook(store, run, Budgets())
    assert book.hold(Ask("media", "k".ljust(64, "0"), "claude-x", CENT))
    with store.transaction() as session:
        limits.pause(session, "No more.", 3600)
    search.ask({"q": "last"})


def test_a_price_that_is_not_known_is_refused_only_where_something_is_limited():
    assert price_of("brave", None, Budgets()) == 0
    assert price_of("brave", 0.005, Budgets(day=1)) == 5_000_000
    assert price_of("brave", 0.0, Budgets(day=1)) == 0
    with pytest.raises(BadInput, match="DOSSIER_SEARCH_USD"):
        price_of("brave", None, Budgets(client_week=1))


def test_the_search_of_a_run_is_paid_by_the_settings(sqlite_store, monkeypatch):
    monkeypatch.setenv("BRAVE_API_KEY", "k-1")
    taken = take(sqlite_store, add_run(sqlite_store), "dagster-1")
    run = replace(taken, config={"client": {"config": {}}})
    with pytest.raises(BadInput, match="DOSSIER_SEARCH_USD"):
        AdapterChoice(Settings(search="brave", budget_usd_day=1.0), sqlite_store).search(run)
    settings = Settings(search="brave", budget_usd_day=0.001, search_usd=0.005)
    with pytest.raises(BudgetExceeded):
        AdapterChoice(settings, sqlite_store).search(run).search('"Acme"')
    with sqlite_store.reading() as session:
        assert session.execute(text("SELECT COUNT(*) FROM v2_llm_calls")).scalar() == 0
