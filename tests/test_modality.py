"""Plans that are told as done, and bounds that are told as exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.modality import overstated, unlike_bound
from dossier.models import Bound

PLAN = "Harbor Foods announced plans to build a cold store in Salem and expects to open it in 2027."


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Harbor Foods has built a cold store in Salem.", "built"),
        ("Harbor Foods opened a cold store.", "opened"),
        ("The cold store was opened in Salem.", "opened"),
        ("Harbor Foods completed its cold store.", "complete"),
        ("Harbor Foods broke ground in Salem.", "start"),
        ("Harbor Foods sold its store in Salem.", "sell"),
    ],
)
def test_what_is_planned_is_not_done(text, word):
    assert word in overstated(text, [PLAN])


@pytest.mark.parametrize(
    "text",
    [
        "Harbor Foods plans to build a cold store.",
        "Harbor Foods will build a cold store in Salem.",
        "The cold store is to be built in Salem.",
        "Once opened, the cold store serves Salem.",
        "A cold store is expected to be opened in 2027.",
        "Harbor Foods builds a cold store.",
        "Harbor Foods announced its investment in Salem.",
    ],
)
def test_a_plan_may_be_told_as_a_plan(text):
    assert overstated(text, [PLAN]) == ""


def test_what_is_only_weighed_is_no_plan():
    weighed = ["Harbor Foods may build a second store."]
    assert "only as possible" in overstated("Harbor Foods will build a second store.", weighed)
    assert overstated("Harbor Foods could build a second store.", weighed) == ""


def test_one_quote_that_tells_it_as_done_is_enough():
    assert overstated("Harbor Foods opened a store.", [PLAN, "Harbor Foods opened its store on May 2."]) == ""


def test_the_month_is_no_doubt():
    assert overstated("Harbor Foods opened a store.", ["In May opened the store of Harbor Foods."]) == ""


@pytest.mark.parametrize(
    ("said", "known", "fits"),
    [
        (Bound.EXACT, {Bound.AT_MOST}, False),
        (Bound.EXACT, {Bound.AT_LEAST}, False),
        (Bound.EXACT, {Bound.ABOUT}, False),
        (Bound.EXACT, {Bound.AT_MOST, Bound.EXACT}, True),
        (Bound.EXACT, {Bound.ADDITIONAL}, True),
        (Bound.ABOUT, {Bound.AT_MOST}, True),
        (Bound.AT_MOST, {Bound.EXACT}, True),
        (Bound.AT_MOST, {Bound.AT_LEAST}, False),
        (Bound.EXACT, set(), True),
    ],
)
def test_a_bound_may_be_vaguer_than_the_quotes_never_sharper(said, known, fits):
    assert (unlike_bound(said, known) == "") is fits


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_can_be_compared_and_no_text_overstates_itself(text, others):
    overstated(text, others)
    assert overstated(text, [text]) == ""


@pytest.mark.parametrize(
    ("text", "quote", "word"),
    [
        ("Harbor Foods cut 500 jobs.", "Harbor Foods will cut 500 jobs.", "cut"),
        ("Harbor Foods cut 500 jobs.", "Harbor Foods plans a cut of 500 jobs.", "cut"),
        ("Harbor Foods shut down its mill.", "Harbor Foods plans to shut down its mill.", "shut down"),
        ("Harbor Foods will cut 500 jobs.", "Harbor Foods plans layoffs of 500.", ""),
        ("Harbor Foods has cut 500 jobs.", "Harbor Foods cut 500 jobs in May.", ""),
    ],
)
def test_a_verb_with_one_form_for_plans_and_deeds_is_told_by_the_words_before_it(text, quote, word):
    found = overstated(text, [quote])
    assert found.endswith(word)
    assert bool(found) == bool(word)
