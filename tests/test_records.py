"""Records of one thing, whatever their fields are called."""

import pytest

from dossier.evidence.records import cluster_records, likeness, same_records

DRILL = {"title": "acme hammer drill hd-2200 500 gb red", "brand": "acme", "price": "99.0"}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (DRILL, {"title": "acme hd2200 hammer drill", "brand": "acme", "price": "95.0"}, True),
        (DRILL, {"title": "acme hammer drill hd-3300 500gb red", "brand": "acme", "price": "240.0"}, False),
        (DRILL, DRILL | {"title": "acme hammer drill 500gb blue"}, False),
        ({"name": "mario's", "phone": "212/555-0143"}, {"name": "mario", "phone": "212-555-0143"}, True),
        ({"name": "mario's", "phone": "212/555-0143"}, {"name": "mario's", "phone": "212-555-0199"}, False),
        ({"name": "golden inn", "phone": "212/555-0143"}, {"name": "stefano's", "phone": "212-555-0143"}, False),
        (
            {"title": "joins on ranked inputs", "authors": "a lee , b kim", "year": "2001"},
            {"title": "joins on ranked inputs", "authors": "b. kim , a. lee", "year": "2001"},
            True,
        ),
        (
            {"title": "query processing", "authors": "a lee", "year": "1999"},
            {"title": "query processing in sensors", "authors": "c ott", "year": "2004"},
            False,
        ),
    ],
)
def test_two_records(a, b, same):
    assert same_records([(a, b)]) == [same]
    assert likeness(a, b) == pytest.approx(likeness(b, a))


def test_a_bare_number_is_no_evidence():
    one, other = {"name": "blue door", "class": "66"}, {"name": "red barn", "class": "66"}
    assert same_records([(one, other)]) == [False]
    assert likeness(one, other) == likeness(one, other | {"class": "67"})


def test_fields_may_have_any_name_and_any_value():
    odd = {"x": None, "y": "", "z": ["a", 1], "w": 3.5}
    assert same_records([(odd, odd), ({}, {})]) == [True, False]


def test_slips_are_clustered_whatever_their_order():
    rows = [
        {"name": "marian foster", "street": "12 mill road", "born": "19800102"},
        {"name": "hugo winter", "street": "4 lake drive", "born": "19751231"},
        {"name": "marian fosster", "street": "12 mill rd", "born": "19800102"},
        {"name": "hugo winter", "street": "9 hill way", "born": "19500101"},
    ]
    clusters = cluster_records(rows)
    assert clusters[0] == clusters[2]
    assert len(set(clusters)) == 3
    turned = cluster_records(rows[::-1])[::-1]
    assert [turned[0] == turned[i] for i in range(4)] == [clusters[0] == clusters[i] for i in range(4)]
