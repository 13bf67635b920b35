"""Notices: what surely amends, what may, what does not."""

from datetime import date

import pytest
from test_merged_claims import Desk

from dossier.evidence import amendments
from dossier.evidence.amendments import Notice, record_events, relation, same_event

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
        ({"employer": "Acme Inc. (Hall 2)"}, "other"),
        ({"employer": "Acme Inc. Childcare", "count": 20}, "other"),
        ({"employer": "Acme Inc. Childcare"}, "same"),
    ],
)
def test_what_notices_say_decides(changes, outcome):
    fields = {name: getattr(FIRST, name) for name in Notice.__slots__}
    other = Notice(**{**fields, "key": "b", **changes})
    assert relation(FIRST, other) == outcome
    assert relation(other, FIRST) == outcome
    assert same_event(FIRST, other) == (outcome != "other")


def test_a_place_that_is_not_stated_is_no_place():
    fields = {name: getattr(FIRST, name) for name in Notice.__slots__}
    nowhere, unstated = (Notice(**{**fields, "key": "b", "place": place}) for place in (None, "N/A"))
    assert relation(nowhere, unstated) == "same"


def test_what_changed_is_asked_of_a_pair_only(monkeypatch):
    asked = []
    real = amendments.changed_fields
    monkeypatch.setattr(amendments, "changed_fields", lambda a, b: asked.append((a.key, b.key)) or real(a, b))
    desk = Desk()
    for number in range(30):
        told = {"record": f"r{number}", "place": "Everett", "field": "Employees affected"}
        desk.say(f"Employees affected: {50 + number % 2}", event=date(2020, 6, 1), **told)
    found = record_events(desk.claims)
    assert asked == []
    assert len(set(found.event_of.values())) < 30
    same = [one for one in desk.claims if found.event_of[one.details.record] == found.event_of["r0"]]
    assert not found.amends(same[0], same[1])
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("here", "there", "outcome"),
    [("Бургас", "Варна", "other"), ("Zürich", "ZURICH", "same"), ("St. Paul", "St Paul", "same")],
)
def test_places_are_told_apart_in_any_script(here, there, outcome):
    fields = {name: getattr(FIRST, name) for name in Notice.__slots__}
    one, other = (Notice(**{**fields, "key": place, "place": place}) for place in (here, there))
    assert relation(one, other) == outcome
