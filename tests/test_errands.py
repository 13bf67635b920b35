"""Calls outside any run: in the client's budgets, under no ceiling, kept for others only once they are accepted."""

import pytest
from store_fixture import add_client, add_run, take

from dossier.ceiling import CEILING
from dossier.errors import BadInput, BudgetExceeded
from dossier.store.budgets import USD, Budgets
from dossier.store.calls import Answered, Ask, CallBook
from dossier.store.errands import errand_for
from dossier.store.tables_money import BudgetHoldRow, LlmCallRow

CENT = USD // 100
ANSWER = Answered({"content": "hello"}, {}, CENT, 5, 3, "end_turn", "msg_1", "req_1", "prices", 7)


def ask(key="k", *, is_repair=False, worst=2 * CENT):
    return Ask("prep_inputs", key.ljust(64, "0"), "model", worst, is_repair)


def book_of(store, **caps):
    with store.reading() as session:
        return CallBook(store, errand_for(session, "seller"), Budgets(**caps))


def test_an_errand_is_booked_on_its_client_and_on_no_run(store):
    add_client(store)
    book = book_of(store)
    call_id = book.hold(ask())
    book.settle(call_id, ANSWER)
    with store.reading() as session:
        row = session.query(LlmCallRow).one()
        assert (row.pipeline_run_id, row.run_id, row.state, row.cost_nusd) == (None, None, "answered", CENT)
        assert session.query(BudgetHoldRow).count() == 0


def test_its_answer_is_reused_only_once_it_is_accepted(store):
    add_client(store)
    book = book_of(store)
    book.settle(book.hold(ask()), ANSWER)
    assert book.kept(ask().key, "prep_inputs") is None
    book.accept(ask().key)
    assert book.kept(ask().key, "prep_inputs").response == {"content": "hello"}


def test_an_errand_may_reuse_what_a_run_was_answered(store):
    run = take(store, add_run(store))
    of_run = CallBook(store, run, Budgets())
    of_run.settle(of_run.hold(ask()), ANSWER)
    of_run.accept(ask().key)
    assert book_of(store).kept(ask().key, "prep_inputs").response == {"content": "hello"}


def test_the_clients_budget_refuses_it_and_no_ceiling_does(store):
    add_client(store)
    book = book_of(store, client_day=(CEILING + 2) * CENT)
    for number in range(CEILING + 1):
        book.settle(book.hold(ask(f"k{number}-", is_repair=number % 2 == 1, worst=CENT)), ANSWER)
    with pytest.raises(BudgetExceeded, match="client, today"):
        book.hold(ask("more"))


def test_an_unknown_client_has_no_errands(store):
    with pytest.raises(BadInput, match="Unknown client"), store.reading() as session:
        errand_for(session, "nobody")
