"""Amounts of money: currency, scale, bounds and exact words."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.money import find_current_money, find_money
from dossier.models import Bound


def found(text):
    return [(f.value.text, f.value.amount, f.value.currency, f.value.bound.value) for f in find_money(text)]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$4.2M", 4.2e6, "USD"),
        ("$1.2 billion", 1.2e9, "USD"),
        ("US$ 5bn", 5e9, "USD"),
        ("EUR 3 million", 3e6, "EUR"),
        ("€3m", 3e6, "EUR"),
        ("£3 billion", 3e9, "GBP"),
        ("361 million pounds", 361e6, "GBP"),
        ("CAD $1.5 billion", 1.5e9, "CAD"),
        ("C$20", 20, "CAD"),
        ("100 million dollars", 100e6, "USD"),
        ("five million U.S. dollars", 5e6, "USD"),
        ("half a billion dollars", 5e8, "USD"),
        ("1.5 billion USD", 1.5e9, "USD"),
        ("30 MUSD", 30e6, "USD"),
        ("$1,234.56", 1234.56, "USD"),
        ("$4,200,000,000", 4.2e9, "USD"),
        ("$100-billion", 1e11, "USD"),
        ("$1.2\nbillion", 1.2e9, "USD"),
        ("$.50", 0.5, "USD"),
        ("$ 1 000 000", 1e6, "USD"),
        ("$500K", 5e5, "USD"),
    ],
)
def test_an_amount_is_read_with_scale_and_currency(text, amount, currency):
    assert [f[1:3] for f in found(f"It costs {text}.")] == [(amount, currency)]


@pytest.mark.parametrize(
    "text", ["39 pounds of rice", "ALL 5 of them", "2 million jobs", "a dollar sign", "$", "EUR", ""]
)
def test_a_number_without_a_currency_is_no_money(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("up to $5 million", Bound.AT_MOST),
        ("not to exceed $5 million", Bound.AT_MOST),
        ("more than $5 million", Bound.AT_LEAST),
        ("$5+ million", Bound.AT_LEAST),
        ("$5 million or more", Bound.AT_LEAST),
        ("nearly $5 million", Bound.ABOUT),
        ("approximately $5 million", Bound.ABOUT),
        ("an additional $5 million", Bound.ADDITIONAL),
        ("another $5 million", Bound.ADDITIONAL),
        ("$5 million more for roads", Bound.ADDITIONAL),
        ("$5 million more than last year", Bound.EXACT),
        ("a $5 million plan", Bound.EXACT),
    ],
)
def test_the_words_around_an_amount_bound_it(text, bound):
    assert [f[3] for f in found(text)] == [bound.value]


@pytest.mark.parametrize(
    "text", ["$2 to $3 billion", "$2-3 billion", "between $2 billion and $3 billion", "$2 billion–$3 billion"]
)
def test_a_range_gives_both_ends_in_the_same_scale(text):
    assert [(a, b) for _, a, _, b in found(text)] == [(2e9, "at_least"), (3e9, "at_most")]


def test_a_change_from_one_amount_to_another_is_no_range():
    assert [(a, b) for _, a, _, b in found("raised from $1 billion to $2 billion")] == [(1e9, "exact"), (2e9, "exact")]


def test_two_amounts_joined_by_and_stay_two():
    assert [a for _, a, _, _ in found("$5 million and $7 million")] == [5e6, 7e6]


def test_a_percentage_after_an_amount_does_not_make_a_range():
    assert [a for _, a, _, _ in found("$5 - 10% of it")] == [5.0]


def test_figures_of_a_table_row_are_read_one_by_one():
    assert [a for _, a, _, _ in found("Net income $ 5,363 $ 4,869")] == [5363, 4869]


@given(
    st.integers(1, 999),
    st.integers(0, 9),
    st.sampled_from([("", 1), (" thousand", 1e3), (" million", 1e6), ("B", 1e9), (" trillion", 1e12)]),
    st.sampled_from(["$", "€", "USD ", "GBP "]),
)
def test_any_amount_is_read_back(whole, tenth, scale, sign):
    word, factor = scale
    finds = find_money(f"They pledged {sign}{whole}.{tenth}{word} in all.")
    assert [f.value.amount for f in finds] == [pytest.approx(float(f"{whole}.{tenth}") * factor)]


@given(st.text(alphabet="$€ 0123456789.,-–to and USDmillionbn\n", max_size=60))
def test_finds_are_in_order_apart_and_word_for_word(text):
    finds = find_money(text)
    assert all(text[f.start : f.end] == f.value.text for f in finds)
    assert all(a.end <= b.start for a, b in pairwise(finds))


def test_digits_without_end_are_no_amount():
    assert found("$" + "9" * 400 + " million") == []


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("Acme raised its investment from $90 million to $120 million.", ["$120 million"]),
        ("Acme raised it to $120 million from an initial $90 million.", ["$120 million"]),
        ("It costs $120 million, up from $90 million.", ["$120 million"]),
        ("Acme puts $90 million into a mill, then $30 million.", ["$90 million", "$30 million"]),
        ("Acme received a loan from $5 million to $7 million.", ["$5 million", "$7 million"]),
        ("It is up from $90 million.", ["$90 million"]),
    ],
)
def test_what_a_sum_was_before_is_no_amount_that_holds(text, amounts):
    assert [one.value.text for one in find_current_money(text)] == amounts
