"""Days and periods from the words alone and from a reference date."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.durations import find_durations
from dossier.evidence.periods import find_periods
from dossier.evidence.quantities import find_numbers
from dossier.evidence.relative_time import find_relative

TODAY = date(2024, 5, 15)  # a Wednesday


def read(text, reference=None):
    return [(text[one.start : one.end], str(one.first), str(one.behind)) for one in find_periods(text, reference)]


@pytest.mark.parametrize(
    ("text", "words", "first", "behind"),
    [
        ("Due in Q3 2026.", "Q3 2026", "2026-07-01", "2026-10-01"),
        ("The third week of 2027", "The third week of 2027", "2027-01-18", "2027-01-25"),
        ("in the 1970s", "the 1970s", "1970-01-01", "1980-01-01"),
        ("built from 2014 to 2018", "from 2014 to 2018", "2014-01-01", "2018-01-01"),
        ("a range of 2014-2018", "2014-2018", "2014-01-01", "2018-01-01"),
        ("between May 2015 and 2018", "between May 2015 and 2018", "2015-05-01", "2018-01-01"),
        ("from 4 to 22 January, 1995", "from 4 to 22 January, 1995", "1995-01-04", "1995-01-22"),
        ("twenty second of June 2017", "twenty second of June 2017", "2017-06-22", "2017-06-23"),
        ("2016, the third quarter", "2016, the third quarter", "2016-07-01", "2016-10-01"),
        ("since the middle of 2000", "middle of 2000", "2000-05-01", "2000-09-01"),
        ("on 2019-Aug-1", "2019-Aug-1", "2019-08-01", "2019-08-02"),
    ],
)
def test_the_words_alone_fix_a_period(text, words, first, behind):
    assert read(text) == [(words, first, behind)]


@pytest.mark.parametrize("text", ["a rate of 2.5 percent", "room 2015-17-3", "version 12.2.1"])
def test_what_is_no_date_gives_none(text):
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "words", "first", "behind"),
    [
        ("It closed yesterday.", "yesterday", "2024-05-14", "2024-05-15"),
        ("two weeks ago", "two weeks ago", "2024-05-01", "2024-05-02"),
        ("last month", "last month", "2024-04-01", "2024-05-01"),
        ("this quarter", "this quarter", "2024-04-01", "2024-07-01"),
        ("next Monday", "next Monday", "2024-05-20", "2024-05-21"),
        ("the last 3 days", "the last 3 days", "2024-05-12", "2024-05-15"),
        ("two days after tomorrow", "two days after tomorrow", "2024-05-18", "2024-05-19"),
        ("from 2019 to today", "from 2019 to today", "2019-01-01", "2024-05-15"),
    ],
)
def test_a_reference_date_fixes_the_rest(text, words, first, behind):
    assert read(text, TODAY) == [(words, first, behind)]
    assert words not in [found for found, *_ in read(text)]


def test_a_month_ago_stays_in_the_month():
    [found] = find_relative("a month ago", date(2024, 3, 31))
    assert found.first == date(2024, 2, 29)


def test_durations_and_numbers():
    assert [one.seconds for one in find_durations("two weeks, 3 days and half an hour")] == [1_209_600, 259_200, 1_800]
    assert [one.number for one in find_numbers("Of 1,234.5 units, -3 and twenty-one trillion")] == [1234.5, -3, 21e12]


@given(st.text(max_size=60) | st.from_regex(r"(?:[A-Za-z]{2,8} |\d{1,4}[-/., ]){1,8}", fullmatch=True))
def test_readers_never_raise_and_spans_slice(text):
    for one in [*find_periods(text, TODAY), *find_durations(text), *find_numbers(text)]:
        assert 0 <= one.start < one.end <= len(text)
    found = find_periods(text, TODAY)
    assert all(a.end <= b.start for a, b in pairwise(found))
