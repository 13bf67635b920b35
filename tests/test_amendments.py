"""Notices: what surely amends, what may, what does not."""

from datetime import date

import pytest

from dossier.evidence.amendments import Notice, relation, same_event

FIRST = Notice("a", "Acme Inc.", "WA", "Everett", date(2020, 6, 1), date(2020, 8, 1), 50)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"reported": date(2020, 6, 20), "effective": date(2020, 8, 1), "count": 70}, "same"),
        ({"reported": date(2020, 8, 1), "effective": date(2020, 8, 1)}, "same"),
        ({"reported": date(2020, 6, 1), "effective": None, "count": 50}, "same"),
        ({"reported": date(2020, 7, 1), "effective": date(2020, 9, 1), "count": 70, "amends": True}, "same"),
        ({"reported": date(2020, 7, 1), "effective": date(2020, 9, 1), "count": 70}, "unsure"),
        ({"reported": date(2021, 7, 1), "effective": date(2021, 9, 1)}, "other"),
        ({"place": "Tacoma"}, "other"),
        ({"place": None}, "other"),
        ({"state": "OR"}, "other"),
        ({"employer": "Bolt LLC"}, "other"),
    ],
)
def test_what_notices_say_decides(changes, outcome):
    fields = {name: getattr(FIRST, name) for name in Notice.__slots__}
    other = Notice(**{**fields, "key": "b", **changes})
    assert relation(FIRST, other) == outcome
    assert relation(other, FIRST) == outcome
    assert same_event(FIRST, other) == (outcome != "other")
