"""What a field of a record says, apart from whose record it is and of which day."""

from datetime import date

import pytest
from test_merged_claims import Desk

from dossier.evidence.record_fields import field_value, state_of, whose_record
from dossier.models import ClaimType

DAY = date(2020, 6, 1)
HEAD = "Notice of closure - state of OH"


@pytest.mark.parametrize(
    ("statement", "label", "value"),
    [
        (
            "Acme, Everett: Effective date: 2020-08-01 (Notice - state of OH, 2020-06-01)",
            "Effective date",
            "2020-08-01",
        ),
        ("Acme, Everett: 88 employees affected (2020-06-01)", "Employees affected", "88 employees affected"),
        ("Acme: Product: Bolt (June 1, 2020)", "Product", "Bolt"),
        ("Acme: Product: Bolt (renewed May 4, 2021)", "Product", "Bolt (renewed May 4, 2021)"),
        ("Acme: Product: Bolt (for export)", "Product", "Bolt (for export)"),
        ("Acme: Notice of closure (2020-06-01)", "Record", "Acme: Notice of closure (2020-06-01)"),
    ],
)
def test_the_day_of_the_record_is_no_part_of_what_its_field_says(statement, label, value):
    assert field_value(statement, label, DAY) == value


def test_whose_record_it_is_and_of_which_state():
    assert whose_record("Acme Inc., Everett: Type: closure", "Everett") == "Acme Inc."
    assert state_of(f"Acme: Type: closure ({HEAD}, 2020-06-01)") == "OH"
    assert state_of("Acme states of matter") is None


def notice(desk, name, day, employer="Acme", place="Everett", number=50, effective="2020-08-01", state="OH"):
    """Tell the fields of one notice as the reader of records words them."""
    aside = f"(Closure notice - state of {state}, {day})"
    shared = {"event": day, "record": f"{name}:0", "place": place}
    desk.say(f"{employer}: Location: {place} {aside}", name, day, ClaimType.OPPORTUNITY, field="Location", **shared)
    for field, said in (
        ("Type", "Type: closure"),
        ("Employees affected", f"{number} employees affected"),
        ("Effective date", f"Effective date: {effective}"),
    ):
        desk.say(f"{employer}, {place}: {said} {aside}", name, day, field=field, **shared)


def test_only_what_a_later_notice_changed_becomes_a_timeline():
    desk = Desk()
    notice(desk, "gov1", DAY)
    notice(desk, "gov2", date(2020, 6, 20), number=70)
    [timeline] = desk.merge().timelines
    assert timeline.current == "70 employees affected"
    assert [entry.value for entry in timeline.history] == ["50 employees affected", "70 employees affected"]


@pytest.mark.parametrize(
    "changed", [{"state": "TX"}, {"employer": "Acme (Hall 2)"}, {"employer": "Acme Childcare", "number": 70}], ids=str
)
def test_notices_of_one_day_for_two_sites_revise_nothing(changed):
    desk = Desk()
    notice(desk, "gov1", DAY)
    notice(desk, "gov2", DAY, **{"number": 70, **changed})
    assert desk.merge().timelines == []


def test_a_register_that_swaps_the_two_days_of_a_notice_revises_nothing():
    desk = Desk()
    notice(desk, "gov1", DAY, effective="2020-08-01")
    notice(desk, "gov2", date(2020, 8, 1), effective="2020-06-01")
    assert desk.merge().timelines == []
