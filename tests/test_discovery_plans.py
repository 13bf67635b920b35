"""Plans without a lead: words of the profile's signals by its places, and another plan after each attempt."""

import pytest

from dossier.extractive.discovery_plans import discovery_plans, industries_of, near, plan_discovery, signal_words
from dossier.models import IcpConfig

ICP = IcpConfig.model_validate(
    {
        "signals": [
            {"name": "general_commitment_without_site", "tier": "passive", "weight": 8},
            {"name": "new_plant_announced", "tier": "hot", "weight": 25},
            {"name": "expansion_of_existing_site", "tier": "warm", "weight": 20},
            {"name": "site_selection_or_planning"},
            {"name": "plant_closure_notice", "tier": "hot", "weight": 22},
        ],
        "geography": {"tier1": ["TX", "Idaho"], "tier2": ["Ohio"], "tier3": ["other United States"]},
    }
)


def planned(attempts=(), icp=ICP, industries=()):
    return plan_discovery(icp, industries, attempts, ["spam.example"], "2026")


def told(plan, **more):
    strategy = plan.search_strategy
    return {
        "queries": [query.query for query in plan.queries],
        "signals": strategy.primary_signals,
        "places": strategy.geographies,
        "source_types": strategy.source_types,
        **more,
    }


def test_the_first_plan_asks_for_the_hottest_signals_in_the_nearest_places():
    plan = planned()
    assert plan.search_strategy.primary_signals == ["new_plant_announced", "plant_closure_notice"]
    assert plan.search_strategy.geographies == ["Texas", "Idaho"]
    first = plan.queries[0]
    assert '"plant"' in first.query
    assert "Texas Idaho" in first.query
    assert first.target_signals == ["new_plant_announced", "plant_closure_notice"]
    assert plan.domains_to_exclude == ["spam.example"]


def test_a_plan_has_three_to_five_queries_the_last_one_without_a_place():
    plan = planned(industries=["chips"])
    assert 3 <= len(plan.queries) <= 5
    assert [query.priority for query in plan.queries] == list(range(1, len(plan.queries) + 1))
    assert "Texas" not in plan.queries[-1].query
    assert any("chips" in query.query for query in plan.queries)
    assert len({query.query for query in plan.queries}) == len(plan.queries)


def test_after_each_attempt_the_plan_differs_in_signals_places_or_kind_of_source():
    attempts, seen = [], []
    for _ in discovery_plans(ICP, [], [], "2026"):
        plan = planned(attempts)
        seen.append((tuple(plan.search_strategy.primary_signals), tuple(plan.search_strategy.geographies)))
        attempts.append(told(plan))
    assert len(set(seen)) == len(seen) >= 3
    assert told(planned(attempts)) == attempts[0], "then the one that was tried longest ago"


def test_a_profile_of_one_signal_still_allows_several_plans():
    icp = IcpConfig.model_validate({"signals": [{"name": "new_plant_announced"}]})
    first = planned(icp=icp)
    second = planned([told(first)], icp=icp)
    assert first.search_strategy.source_types != second.search_strategy.source_types
    assert [query.query for query in first.queries] != [query.query for query in second.queries]


def test_after_a_search_in_vain_comes_a_plan_that_is_left():
    plans = discovery_plans(ICP, [], ["spam.example"], "2026")
    attempt = told(plans[0], left=[plans[2].objective])
    assert planned([attempt]).objective == plans[2].objective


def test_without_signals_and_places_there_is_still_a_plan():
    plan = planned(icp=IcpConfig())
    assert plan.queries
    assert plan.search_strategy.primary_signals == []


def test_a_signal_is_asked_for_by_its_words_and_by_words_of_the_same_meaning():
    words = signal_words("plant_closure_notice")
    assert words[:3] == ("plant", "closure", "notice")
    assert {"factory", "shutdown"} <= set(words)
    assert "announced" not in signal_words("new_plant_announced")
    assert "site" not in signal_words("general_commitment_without_site")


def test_codes_of_states_are_written_out_and_the_whole_country_is_no_place():
    assert near(["TX", "New York", "other United States", "USA"]) == ["Texas", "New York"]


@pytest.mark.parametrize("broken", [None, "chips", 7, [None, 7], {"x": 1}])
def test_industries_of_any_shape_are_read_or_left_out(broken):
    icp = IcpConfig.model_validate({"target_markets": {"data_centers": 0.6}, "keywords": broken})
    found = industries_of(icp, {"industries": broken}, {"notable_projects": broken})
    assert found[-2:] == ["data", "centers"] or "data" in found


def test_industries_markets_and_notable_projects_are_named():
    found = industries_of(
        IcpConfig(),
        {"industries": [{"name": "Food processing", "priority": 1}]},
        {"notable_projects": [{"name": "Hall 7", "significance": "largest freezer warehouse"}]},
    )
    assert found == ["food", "processing", "largest", "freezer", "warehouse"]
