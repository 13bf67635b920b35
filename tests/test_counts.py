"""Counts: a number with one of the known units, never money, a year or a name's number."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.counts import UNITS, find_counts
from dossier.evidence.numbers import read_words
from dossier.models import Bound


def found(text):
    return [(f.value.number, f.value.unit) for f in find_counts(text)]


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("create 3,500 new, good-paying jobs", 3500, "job"),
        ("22,000 manufacturing and construction jobs", 22000, "job"),
        ("Employees affected: 1,204", 1204, "employee"),
        ("a 300-megawatt farm", 300, "megawatt"),
        ("1.2 GW", 1.2, "gigawatt"),
        ("a 450,000-square-foot plant", 450000, "square foot"),
        ("5 million square feet", 5e6, "square foot"),
        ("31 million doses", 31e6, "dose"),
        ("five hundred full-time jobs", 500, "job"),
        ("two plants", 2, "plant"),
        ("in 17 states", 17, "state"),
        ("15%", 15, "percent"),
        ("five percent", 5, "percent"),
        ("3 percentage points", 3, "percentage point"),
        ("loss of 2000 jobs", 2000, "job"),
        ("3,000\njobs", 3000, "job"),
        ("30 additional aircraft", 30, "aircraft"),
    ],
)
def test_a_number_is_read_with_its_unit(text, number, unit):
    assert found(text) == [(number, unit)]


@pytest.mark.parametrize(
    "text",
    [
        "$500 million employee fund",
        "a $329 million contract",
        "In 2025 employees were asked",
        "3M employees",
        "it ordered Boeing 787 jets",
        "the 420 mg dose",
        "the 2024 Federal Engineer",
        "1,474\nCompany pension",
        "100 of its stores",
        "20 years of jobs",
        "see /search?q=30%25%2020%",
    ],
)
def test_what_is_no_count_is_not_read(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("more than 900 workers", Bound.AT_LEAST),
        ("900+ workers", Bound.AT_LEAST),
        ("up to 900 workers", Bound.AT_MOST),
        ("nearly 900 workers", Bound.ABOUT),
        ("900 additional workers", Bound.ADDITIONAL),
        ("900 workers", Bound.EXACT),
    ],
)
def test_the_words_around_a_count_bound_it(text, bound):
    assert [f.value.bound for f in find_counts(text)] == [bound]


def test_a_range_gives_both_ends():
    assert [(f.value.number, f.value.bound.value) for f in find_counts("30-50 jobs")] == [
        (30, "at_least"),
        (50, "at_most"),
    ]


def test_a_change_is_no_range():
    assert [(f.value.number, f.value.bound.value) for f in find_counts("revised from 1.9% to 2.5%")] == [
        (1.9, "exact"),
        (2.5, "exact"),
    ]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("twenty-five", 25),
        ("three hundred and two", 302),
        ("two million", 2e6),
        ("half a million", 5e5),
        ("a dozen", 12),
    ],
)
def test_numbers_in_words_are_read(words, value):
    assert read_words(words) == value


def test_words_that_make_no_number_are_refused():
    assert read_words("twenty twenty") is None


@given(st.integers(1, 10**7), st.sampled_from(["jobs", "employees", "states", "square feet", "megawatts", "doses"]))
def test_any_count_is_read_back(number, unit):
    assert found(f"It will have {number:,} {unit} there.") == [(number, UNITS[unit])]


@given(st.text(alphabet="0123456789.,%-+ jobsnewtotwo\n:$", max_size=60))
def test_finds_are_in_order_apart_and_word_for_word(text):
    finds = find_counts(text)
    assert all(text[f.start : f.end] == f.value.text for f in finds)
    assert all(a.end <= b.start for a, b in pairwise(finds))
