"""Dates with precision: what the words fix is read, what they do not fix is left alone."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.dates import find_dates, first_day, holds
from dossier.models import EventDate, Precision

MONTHS = "January February March April May June July August September October November December".split()
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31))


def found(text, published=None):
    return [(f.value.text, f.value.value.isoformat(), f.value.precision.value) for f in find_dates(text, published)]


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("Notice date: 2025-08-25", "2025-08-25", "day"),
        ("signed on May 7, 2024 in Ohio", "2024-05-07", "day"),
        ("signed on 7 May 2024", "2024-05-07", "day"),
        ("on the 2nd of May, 2023", "2023-05-02", "day"),
        ("Sept. 12, 2023", "2023-09-12", "day"),
        ("Monday, March 4, 2024", "2024-03-04", "day"),
        ("October 7,2019", "2019-10-07", "day"),
        ("filed 3/4/2024", "2024-03-04", "day"),
        ("filed 21/04/16", "2016-04-21", "day"),
        ("June 18-19, 2024", "2024-06-18", "day"),
        ("in May 2024", "2024-05-01", "month"),
        ("MAY 2024", "2024-05-01", "month"),
        ("since Dec ’24", "2024-12-01", "month"),
        ("in 2024-05", "2024-05-01", "month"),
        ("Q3 2025", "2025-07-01", "quarter"),
        ("the third quarter of 2023", "2023-07-01", "quarter"),
        ("2Q24 results", "2024-04-01", "quarter"),
        ("2025-Q2", "2025-04-01", "quarter"),
        ("in the first half of 2026", "2026-01-01", "half"),
        ("H2 2026", "2026-07-01", "half"),
        ("early 2027", "2027-01-01", "half"),
        ("by the end of 2030", "2030-07-01", "half"),
        ("mid-2027", "2027-01-01", "year"),
        ("summer of 2024", "2024-01-01", "year"),
        ("by 2030", "2030-01-01", "year"),
        ("in 2025", "2025-01-01", "year"),
        ("fiscal 2026", "2026-01-01", "year"),
        ("FY26", "2026-01-01", "year"),
    ],
)
def test_a_written_date_is_read_with_its_precision(text, value, precision):
    assert [(v, p) for _, v, p in found(text)] == [(value, precision)]


def test_a_fiscal_quarter_is_only_as_precise_as_its_year():
    assert found("in the second quarter of fiscal 2024")[0][1:] == ("2024-01-01", "year")


@pytest.mark.parametrize(
    "text",
    [
        "they may 2024 times and march 2000 miles",
        "March 5,000 people",
        "the Securities Act of 1933",
        "in 2000 jobs",
        "$2,025 and 2025 units",
        "Suite 2020, form 3M_2018_10K",
        "2024-13-45 and 2/30/2024",
        "the 2011-12 season",
        "in the late 1990s",
        "up 2.5% at 10:30 on lot 4-22",
        "March 4",
    ],
)
def test_what_only_looks_like_a_date_is_not_read(text):
    assert found(text) == []


def test_a_day_without_year_is_the_nearest_one_to_the_publication():
    assert found("on December 3 and on March 4", date(2024, 1, 10)) == [
        ("December 3", "2023-12-03", "day"),
        ("March 4", "2024-03-04", "day"),
    ]


def test_the_start_of_a_range_takes_the_year_of_its_end():
    assert [v for _, v, _ in found("from May 1 to May 5, 2024")] == ["2024-05-01", "2024-05-05"]


def test_both_years_of_a_range_are_read():
    assert [v[:4] for _, v, _ in found("between 2020 and 2024; from 2026 to 2028")] == ["2020", "2024", "2026", "2028"]


def test_every_date_of_a_sentence_is_read_in_order():
    assert [v for _, v, _ in found("Announced in Q1 2023, begun May 2, 2024, done by 2026.")] == [
        "2023-01-01",
        "2024-05-02",
        "2026-01-01",
    ]


@given(DAYS, st.sampled_from(range(4)))
def test_any_day_is_read_back_however_it_is_written(day, form):
    month = MONTHS[day.month - 1]
    written = [
        day.isoformat(),
        f"{month} {day.day}, {day.year}",
        f"{day.day} {month} {day.year}",
        f"{month[:3]}. {day.day}, {day.year}",
    ][form]
    values = find_dates(f"It was signed on {written}.")
    assert [(f.value.value, f.value.precision) for f in values] == [(day, Precision.DAY)]


@given(st.text(alphabet="0123456789/-., QHFY'aMMayJunofthe20 \n", max_size=60), st.none() | DAYS)
def test_finds_are_in_order_apart_and_word_for_word(text, published):
    finds = find_dates(text, published)
    assert all(text[f.start : f.end] == f.value.text for f in finds)
    assert all(a.end <= b.start for a, b in pairwise(finds))
    assert all(first_day(f.value.value, f.value.precision) == f.value.value for f in finds)


@given(DAYS, st.sampled_from(list(Precision)))
def test_a_period_holds_its_days_and_never_the_reverse(day, precision):
    period = EventDate(value=first_day(day, precision), precision=precision, text="")
    exact = EventDate(value=day, precision=Precision.DAY, text="")
    assert holds(period, exact)
    assert holds(exact, period) == (precision is Precision.DAY)


@pytest.mark.parametrize(
    ("text", "date_found"),
    [
        ("the twenty second of June 2017", ("the twenty second of June 2017", "2017-06-22", "day")),
        ("on 2019-Aug-1", ("2019-Aug-1", "2019-08-01", "day")),
        ("on 3/14, 2026", ("3/14, 2026", "2026-03-14", "day")),
        ("founded on 5 December 1891", ("5 December 1891", "1891-12-05", "day")),
        ("2016, the third quarter", ("2016, the third quarter", "2016-07-01", "quarter")),
        ("since 2018 May", ("2018 May", "2018-05-01", "month")),
    ],
)
def test_rarer_ways_to_write_a_date(text, date_found):
    assert found(text) == [date_found]
