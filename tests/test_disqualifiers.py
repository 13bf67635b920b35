"""Reasons not to sell: each holds, does not hold or is not known, with the claims that answer it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from dossier.models import Disqualification, Money, Precision
from dossier.steps.disqualifiers import judge_disqualifiers, told
from dossier.steps.geography import lies_in
from dossier.steps.score_facts import ScoreFacts
from dossier.testing import a_client, a_lead
from tests.evidence_fixture import REFERENCE, a_claim, a_fact, a_merge, a_signal

MAY = date(2026, 5, 4)


def judged(
    reason: str, *statements: tuple[str, dict[str, Any]], lead: Any = None, **config: object
) -> Disqualification:
    claims = [
        a_claim(n, text, event_date=MAY - timedelta(days=n), details=details)
        for n, (text, details) in enumerate(statements, 1)
    ]
    client = a_client(icp_config={"disqualifiers": [{"name": reason, "strict": True}]}, **config)
    merged = a_merge([a_fact(n, claim) for n, claim in enumerate(claims, 1)])
    signals = [a_signal(claim) for claim in claims]
    facts = ScoreFacts(lead or a_lead(profile={}), client, merged, signals, REFERENCE, {"src": (MAY, Precision.DAY)})
    (found,) = judge_disqualifiers(facts)
    return found


PLAN = ("Harbor Foods will build a plant.", {"status": "ANNOUNCED", "place": "Salem, Oregon"})
OVERSEAS = ("Harbor Foods will build a plant.", {"status": "ANNOUNCED", "place": "Lyon, France"})
DONE = ("Harbor Foods completed its plant in Salem.", {"status": "COMPLETED", "place": "Salem, Oregon"})


@pytest.mark.parametrize(
    ("reason", "statements", "verdict"),
    [
        ("outside_north_america", [PLAN], "does_not_hold"),
        ("outside_north_america", [OVERSEAS], "holds"),
        ("outside_north_america", [OVERSEAS, PLAN], "does_not_hold"),
        ("outside_north_america", [], "unknown"),
        ("project_outside_of_texas", [PLAN], "holds"),
        ("construction_already_completed", [DONE], "holds"),
        ("construction_already_completed", [PLAN], "does_not_hold"),
        ("construction_already_completed", [DONE, PLAN], "does_not_hold"),
        ("construction_already_completed", [("Harbor Foods expects to have completed the plant.", {})], "unknown"),
        ("filed_for_bankruptcy", [("Harbor Foods filed for bankruptcy in May.", {})], "holds"),
        ("filed_for_bankruptcy", [("Harbor Foods never filed for bankruptcy.", {})], "unknown"),
    ],
)
def test_a_reason_is_answered_by_claims(reason, statements, verdict):
    found = judged(reason, *statements)
    assert found.verdict == verdict
    assert found.reason
    assert bool(found.claim_ids) == (verdict != "unknown")


def test_without_an_event_the_home_answers_where_it_is():
    abroad = a_lead(profile={"headquarters": "Lyon, France"})
    at_home = a_lead(profile={"headquarters": "Boise, Idaho"})
    assert judged("outside_north_america", lead=abroad).verdict == "holds"
    assert judged("outside_north_america", lead=at_home).verdict == "does_not_hold"
    assert judged("outside_north_america", OVERSEAS, lead=at_home).verdict == "holds"


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("fewer_than_50_employees", "holds"),
        ("fewer_than_20_employees", "does_not_hold"),
        ("more_than_1k_employees", "does_not_hold"),
        ("under_5_million_budget", "holds"),
        ("over_1m_project", "holds"),
    ],
)
def test_sizes_are_compared(reason, verdict):
    money = Money(amount=2_000_000, currency="USD", text="$2 million")
    lead = a_lead(profile={"employees": "about 30"})
    found = judged(reason, (PLAN[0], {**PLAN[1], "amount": money}), lead=lead)
    assert (found.verdict, bool(found.reason)) == (verdict, True)


def test_competitors_and_public_bodies_are_known_by_configuration_and_name():
    rivals = {"research_context": {"competitors": [{"name": "Harbor Foods, Inc."}]}}
    assert judged("is_a_competitor", **rivals).verdict == "holds"
    assert judged("is_a_competitor").verdict == "unknown"
    assert judged("government", lead=a_lead(name="City of Salem")).verdict == "holds"
    assert judged("government").verdict == "does_not_hold"


def test_what_holds_is_told_first_and_what_is_not_known_is_asked():
    mild = judged("filed_for_bankruptcy", ("Harbor Foods filed for bankruptcy.", {})).model_copy(
        update={"strict": False}
    )
    strict, open_one = judged("construction_already_completed", DONE), judged("sold_through_agents_only")
    said, unknown = told([mild, open_one, strict])
    assert [line.split(" holds")[0] for line in said] == ["A strict reason not to sell", "A reason not to sell"]
    assert "Harbor Foods completed its plant in Salem." in said[0]
    assert unknown == ["sold through agents only"]


@pytest.mark.parametrize(
    ("place", "area", "inside"),
    [
        ("De Soto, Kansas", "north america", True),
        ("Windsor, Ontario", "Canada", True),
        ("Windsor, Ontario", "united states", False),
        ("Lyon, France", "North America", False),
        ("Ohio", "Texas", False),
        ("United States", "Texas", None),
        ("Springfield", "United States", None),
        ("Columbus, Ohio", "midwest", None),
        ("Berlin, Germany", "Europe", None),
        ("Boise, Idaho", "Europe", False),
        ("Asia", "Japan", None),
        ("Leeds, England", "UK", True),
        ("Leeds, UK", "Scotland", None),
        ("Leeds, England", "Scotland", False),
        ("Toronto, Canada", "Ontario", None),
        ("Utrecht, the Netherlands", "Netherlands", True),
        ("Lyon, France", "Texas", False),
    ],
)
def test_a_place_lies_in_an_area_or_not_or_nobody_knows(place, area, inside):
    assert lies_in(place, area) is inside


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("no_budget", "Harbor Foods raised its budget."),
        ("not_hiring", "Harbor Foods is hiring."),
        ("no_completed_projects", DONE[0]),
        ("non_government", PLAN[0]),
        ("no_more_than_1m_project", PLAN[0]),
        ("fewer_than_3_projects", PLAN[0]),
        ("outside_service_area", PLAN[0]),
    ],
)
def test_what_a_reason_denies_or_means_otherwise_is_asked(reason, told):
    details = {**PLAN[1], "amount": Money(amount=2_000_000, currency="USD", text="$2 million")}
    assert judged(reason, (told, details)).verdict == "unknown"


@pytest.mark.parametrize(
    ("employees", "reason", "verdict"),
    [
        ("1,001-5,000", "fewer_than_2000_employees", "unknown"),
        ("1,001-5,000", "fewer_than_1000_employees", "does_not_hold"),
        ("1,001-5,000", "more_than_1000_employees", "holds"),
        ("5K", "fewer_than_50_employees", "does_not_hold"),
        ("10,001+", "more_than_50k_employees", "unknown"),
        ("10,001+", "fewer_than_10k_employees", "does_not_hold"),
        ("under 200", "fewer_than_250_employees", "holds"),
        ("under 200", "fewer_than_50_employees", "unknown"),
    ],
)
def test_a_range_answers_where_all_of_it_does(employees, reason, verdict):
    assert judged(reason, lead=a_lead(profile={"employees": employees})).verdict == verdict


def test_a_rival_of_a_like_name_is_no_competitor():
    rivals = {"research_context": {"competitors": ["Harbor Foods Federal Bank"]}}
    assert judged("is_a_competitor", **rivals).verdict == "unknown"
