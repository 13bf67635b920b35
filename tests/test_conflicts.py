"""What sources disagree on: each kind of conflict with both values, both sources, the preferred one and why."""

from datetime import date

import pytest
from test_merged_claims import Desk

from dossier.evidence import timelines
from dossier.evidence.conflicts import resolve
from dossier.evidence.facts import fact_of
from dossier.evidence.groups import Difference, make_group
from dossier.evidence.milestones import disagree, find_milestones
from dossier.models import ClaimType


@pytest.fixture
def desk():
    return Desk()


# kind, what both say, each one's own part, and both values: the second is of the better source
BOTH = [
    ("amount", "Acme will invest {} in its Dayton, Ohio plant.", "$500 million", "$600 million", None),
    ("amount", "Acme plans a {} transformer plant in Virginia.", "$457 billion", "$457 million", None),
    ("count", "Acme will put $80 million into its Ohio mill, creating {}.", "300 jobs", "250 jobs", None),
    ("date", "Acme will build an $80 million mill in Ohio that will open in {}.", "2027", "2029", None),
    ("place", "Acme will build an $80 million mill with 300 jobs in {}.", "Ohio", "Texas", None),
    (
        "status",
        "Acme {} its $80 million steel mill in Ohio.",
        "will build",
        "has cancelled",
        ("announced", "cancelled"),
    ),
]


@pytest.mark.parametrize(("kind", "told", "first", "second", "values"), BOTH)
def test_both_values_stay_with_their_sources_and_the_better_source_is_preferred(
    desk, kind, told, first, second, values
):
    desk.say(told.format(first), "news1", date(2025, 3, 1), status="ANNOUNCED")
    desk.say(told.format(second), "gov1", date(2025, 3, 1))
    result = desk.merge()
    [conflict] = result.conflicts
    worse, better = values or (first, second)
    assert conflict.kind == kind
    assert [(side.value, side.source_id) for side in conflict.values] == [(better, "gov1"), (worse, "news1")]
    assert (conflict.preferred, conflict.rule) == (better, "better source: GOV before NEWS")
    assert conflict.subject == told.format(second)
    assert {claim.status for claim in result.merged} == {"contested"}
    assert len(result.merged) == 2


def test_one_post_held_by_two_persons_at_the_same_time_is_a_conflict(desk):
    for name, where in (("Ann Lee", "news1"), ("Bo Ray", "gov1")):
        desk.say(
            f"{name}, CEO", where, date(2025, 3, 1), ClaimType.CONTACT, person=name, title="CEO", organization="Acme"
        )
    [conflict] = desk.merge().conflicts
    assert (conflict.kind, conflict.preferred) == ("person", "Bo Ray")


def test_who_held_a_post_before_is_in_no_conflict_with_who_holds_it(desk):
    for name, where, tenure in (("Ann Lee", "news1", "former"), ("Bo Ray", "gov1", "current")):
        post = {"person": name, "title": "CEO", "organization": "Acme", "tenure": tenure}
        desk.say(f"{name}, CEO", where, date(2025, 3, 1), ClaimType.CONTACT, **post)
    assert desk.merge().conflicts == []


def test_what_is_revised_in_two_ways_has_two_timelines(desk):
    desk.say(
        "Acme will build a $3.5 billion battery plant in Marshall, Michigan with 2,500 jobs.", "news1", date(2023, 2, 1)
    )
    desk.say(
        "Acme will build a $3 billion battery plant in Marshall, Michigan with 1,700 jobs.", "news2", date(2024, 7, 1)
    )
    result = desk.merge()
    assert {timeline.current for timeline in result.timelines} == {"$3 billion", "1,700 jobs"}
    assert [claim.status for claim in result.merged] == ["superseded", "current"]


def test_a_plan_called_off_later_is_a_timeline(desk):
    desk.say("Acme will build an $80 million steel mill in Ohio.", "news1", date(2025, 3, 1), status="ANNOUNCED")
    desk.say("Acme has cancelled its $80 million steel mill in Ohio.", "news2", date(2025, 6, 1))
    [timeline] = desk.merge().timelines
    assert (timeline.current, [entry.status for entry in timeline.history]) == ("cancelled", ["ANNOUNCED", "REVISED"])


def test_a_wrong_scale_is_a_conflict_however_late_the_other_comes(desk):
    desk.say("Acme plans a $457 billion transformer plant in Virginia.", "news1", date(2025, 3, 1))
    desk.say("Acme plans a $457 million transformer plant in Virginia.", "news2", date(2025, 9, 1))
    result = desk.merge()
    assert ([conflict.preferred for conflict in result.conflicts], result.timelines) == (["$457 million"], [])


def test_a_wrong_scale_is_found_behind_words_that_nobody_else_says(desk):
    desk.say("Acme plans a new $457 billion transformer facility in Virginia.", "news1", date(2025, 3, 1))
    desk.say(
        "Acme plans a $457 million Ashburn-area transformer facility in Virginia, creating bright careers, boosting "
        "data centers and breaking bottlenecks.",
        "news2",
        date(2025, 9, 1),
    )
    desk.say("Acme plans a transformer school.", "news3", date(2025, 9, 1))
    assert [conflict.preferred for conflict in desk.merge().conflicts] == ["$457 million"]


def test_what_points_to_a_thing_in_its_own_text_contradicts_nothing(desk):
    desk.say("This cost-plus contract [Acme] is valued at approximately $365 million.", "gov1")
    desk.say("This cost-plus contract [Acme] is valued at approximately $450 million.", "gov2")
    result = desk.merge()
    assert (len(result.merged), result.conflicts, result.timelines) == (2, [], [])


def test_the_newest_source_of_a_value_is_shown_beside_it(desk):
    desk.say("Acme will invest $500 million in its Dayton, Ohio plant.", "news1", date(2025, 3, 1))
    desk.say("Acme will invest $600 million in its Dayton, Ohio plant.", "news2", date(2025, 3, 2))
    desk.say("Acme will invest $600 million in its Dayton, Ohio plant.", "news3", date(2025, 3, 9))
    [conflict] = desk.merge().conflicts
    assert [(side.value, side.source_id) for side in conflict.values] == [
        ("$600 million", "news3"),
        ("$500 million", "news1"),
    ]
    assert "2025-03-09" in conflict.rule


def test_a_total_speaks_for_a_claim_that_also_tells_the_increase(desk):
    desk.say(
        "Acme announced a $28 billion increase in Ohio, for a total of $40 billion invested.", "news1", date(2023, 5, 1)
    )
    desk.say("Acme is increasing its total investment in Ohio to $65 billion.", "news2", date(2024, 4, 1))
    [timeline] = desk.merge().timelines
    assert [entry.value for entry in timeline.history] == ["$40 billion", "$65 billion"]


def test_a_town_that_both_name_ties_amounts_together(desk):
    desk.say(
        "Acme will build a $3.5 billion factory in Marshall, Michigan.",
        "news1",
        date(2023, 2, 1),
        place="Marshall, Michigan",
    )
    desk.say("Acme is investing $3 billion in its BlueVolt Park in Marshall.", "news2", date(2026, 7, 1))
    [timeline] = desk.merge().timelines
    assert timeline.current == "$3 billion"


def test_two_additions_are_not_one_revised(desk):
    desk.say("Acme will invest an additional $2.5 billion in its Ohio plant.", "news1", date(2022, 9, 1))
    desk.say("Acme will put an additional $8 billion into battery lines in Ohio.", "news2", date(2024, 4, 1))
    result = desk.merge()
    assert (result.timelines, result.conflicts) == ([], [])


def test_sites_in_other_countries_are_not_tied_together_by_one_without_a_country(desk):
    for place, amount, where in (("Japan", "2.9", "news1"), ("Malaysia", "2.2", "news3")):
        desk.say(
            f"In {place}, Acme will invest ${amount} billion in AI data centers.", where, date(2024, 6, 1), place=place
        )
    desk.say("Acme will invest $3.3 billion in an AI data center in Racine.", "news2", date(2024, 5, 1), place="Racine")
    result = desk.merge()
    assert (result.timelines, result.conflicts) == ([], [])


def test_two_values_of_one_source_are_two_things_even_where_others_tell_one_of_them(desk):
    desk.say("Acme announced a $500 million investment in its plants and training.", "news1", date(2025, 3, 1))
    desk.say("Acme announced a $600 million investment in its plants and training.", "news1", date(2025, 3, 1))
    desk.say("Acme announced a $600 million investment in its plants and training.", "news2", date(2025, 3, 1))
    assert desk.merge().conflicts == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The plant is expected to open in 2028.", [("opening", "2028")]),
        ("Production is scheduled to begin in May 2026.", [("production", "May 2026")]),
        ("Bids are due June 3, 2026", [("deadline", "June 3, 2026")]),
        ("The closing date is June 3, 2026", [("deadline", "June 3, 2026")]),
        ("It will be complete by 2030.", []),
        ("Acme announced on May 3, 2024 that it will open a plant.", []),
    ],
)
def test_a_date_belongs_to_the_milestone_before_it(text, found):
    assert [(one.what, one.date.text) for one in find_milestones(text)] == found


def test_milestones_disagree_only_where_no_date_can_be_the_same():
    may, year, later = (find_milestones(f"It will open in {when}.") for when in ("May 2027", "2027", "2028"))
    assert not disagree(may, year)
    assert disagree(may, later)
    assert not disagree(may, find_milestones("It will launch in 2028."))


def test_the_rule_says_why_the_preferred_value_goes_before_another_value(desk):
    for number, name in ((300, "gov1"), (300, "gov2"), (250, "news1")):
        desk.say(f"Acme will put $80 million into its Ohio mill, creating {number} jobs.", name, date(2025, 3, 1))
    groups = [
        make_group(f"MERGED_{n:03d}", [one], {one.id: fact_of(one)}, desk.sources)
        for n, one in enumerate(desk.claims, 1)
    ]
    differences = [Difference(group.id, groups[2].id, "count") for group in groups[:2]]
    [conflict], _ = resolve(groups, differences, desk.sources)
    assert (conflict.preferred, conflict.rule) == ("300 jobs", "better source: GOV before NEWS")


def test_a_history_judges_each_group_once_however_many_claims_it_has(desk, monkeypatch):
    judged = []
    real = timelines._is_actual
    monkeypatch.setattr(timelines, "_is_actual", lambda group: judged.append(group.id) or real(group))
    for n in range(20):
        desk.say("Acme plans a $500 million plant in Ohio.", f"news{n}", date(2025, 1, 1))
        desk.say("Acme raised its investment in the Ohio plant to $600 million.", f"news{n + 50}", date(2025, 6, 1))
    groups = [
        make_group(f"MERGED_00{n}", claims, {one.id: fact_of(one) for one in claims}, desk.sources)
        for n, claims in enumerate((desk.claims[::2], desk.claims[1::2]), 1)
    ]
    _, [timeline] = resolve(groups, [Difference(groups[0].id, groups[1].id, "amount")], desk.sources)
    assert [entry.status for entry in timeline.history] == ["ANNOUNCED"] * 20 + ["REVISED"] * 20
    assert len(judged) <= 2 * len(groups)


def test_a_sum_that_was_raised_is_revised_and_not_spent(desk):
    desk.say(
        "Acme will invest $90 million in a new plant in Lima, Ohio.", "news1", date(2025, 3, 1), status="ANNOUNCED"
    )
    raised = "Acme raised its investment in the Lima, Ohio plant from $90 million to $120 million."
    desk.say(raised, "news2", date(2025, 3, 3), status="COMPLETED")
    [timeline] = desk.merge().timelines
    assert (timeline.current, [entry.status for entry in timeline.history]) == (
        "$120 million",
        ["ANNOUNCED", "REVISED"],
    )
