"""The score: points by formula, each with its reason and evidence; the events it counts; the place of a lead."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.models import (
    ClaimType,
    Conflict,
    ConflictValue,
    Geography,
    MergedClaim,
    Money,
    Precision,
    Score,
    ScorePart,
    Signal,
    SignalTier,
    Tier,
)
from dossier.steps.events import find_events, opening_order, strongest
from dossier.steps.geography import place_of_profile, tier_of_place
from dossier.steps.score import record_score, score_lead, tier_of, unknown_weights
from dossier.testing import a_client, a_document, a_lead, a_run
from tests.evidence_fixture import PAPER, REFERENCE, a_claim, a_fact, a_merge, a_signal

OREGON = {"geography": {"tier1": ["Oregon"], "tier2": ["Idaho"], "tier3": ["other United States"]}}


def part(score: Score, name: str) -> ScorePart:
    return next(one for one in score.parts if one.name == name)


def told(
    number: int,
    day: date | None,
    tier: SignalTier = SignalTier.HOT,
    kind: str = "new_plant_announced",
    **fields: object,
) -> tuple[MergedClaim, Signal]:
    claim = a_claim(number, f"Harbor Foods does the thing {number}.", event_date=day, **fields)
    return a_fact(number, claim), a_signal(claim, tier, kind)


def scored(*events: tuple[MergedClaim, Signal], profile: dict[str, str] | None = None, **config: object) -> Score:
    merged = a_merge([claim for claim, _ in events])
    lead = a_lead(profile=profile or {})
    return score_lead(lead, a_client(**config), merged, [signal for _, signal in events], REFERENCE)


@pytest.mark.parametrize(
    ("tier", "points"),
    [(SignalTier.HOT, 25), (SignalTier.WARM, 20), (SignalTier.PLANNING, 15), (SignalTier.PASSIVE, 10)],
)
def test_a_fresh_signal_gives_the_points_of_its_tier(tier, points):
    score = scored(told(1, date(2026, 5, 4), tier))
    assert part(score, "signal").value == points
    assert part(score, "signal").weight == 25
    assert part(score, "signal").claim_ids == ["MERGED_001"]
    assert "4 May 2026" in part(score, "signal").reason


@pytest.mark.parametrize(
    ("day", "urgency", "points"),
    [
        (date(2025, 6, 30), "HIGH", 15),
        (date(2025, 6, 29), "MEDIUM", 10),
        (date(2024, 6, 30), "MEDIUM", 10),
        (date(2024, 6, 29), "LOW", 0),
        (date(2026, 12, 1), "HIGH", 15),
    ],
)
def test_urgency_turns_at_twelve_and_twenty_four_months(day, urgency, points):
    score = scored(told(1, day))
    assert (score.timing_urgency, part(score, "timing").value) == (urgency, points)


def test_an_event_of_thirteen_months_ago_is_no_primary_signal_but_a_further_one():
    score = scored(told(1, date(2025, 5, 30)))
    assert part(score, "signal").value == 0
    assert "30 May 2025" in part(score, "signal").reason
    assert part(score, "further_signals").value == 5


def test_an_event_older_than_twenty_four_months_counts_for_nothing():
    score = scored(told(1, date(2024, 6, 29)))
    assert (part(score, "further_signals").value, score.total) == (0, 0)


def test_an_undated_event_counts_for_nothing_and_the_reason_says_so():
    score = scored(told(1, None))
    assert score.total == 0
    assert part(score, "signal").reason == "The events found have no date, so none counts."
    assert part(score, "timing").reason == "No dated event was found."


def test_an_event_that_no_text_dates_has_the_date_of_its_first_report():
    late = a_document("Harbor Foods builds.", published_at=date(2026, 4, 1))
    claims = [a_claim(1, "Harbor Foods builds."), a_claim(2, "Harbor Foods builds.", document=late)]
    merged = a_merge([a_fact(1, *claims)])
    published = {PAPER.id: (date(2026, 3, 1), Precision.MONTH), late.id: (date(2026, 4, 1), Precision.DAY)}
    (event,) = find_events(merged, [a_signal(claims[0])], published)
    assert (event.event_date, event.date_precision, event.reported) == (date(2026, 3, 1), Precision.MONTH, True)
    score = score_lead(a_lead(), a_client(), merged, [a_signal(claims[0])], REFERENCE, published)
    assert "reported March 2026" in part(score, "signal").reason


def test_the_step_run_of_the_score_reads_the_days_of_publication_itself():
    ctx, _, recorder = a_run([PAPER])
    claim = a_claim(1, PAPER.text)
    score = record_score(ctx, a_merge([a_fact(1, claim)]), [a_signal(claim)])
    assert part(score, "signal").value == 25
    assert recorder.closed("score").counts == {"score": score.total}


def test_further_signals_count_five_each_and_fifteen_at_most():
    events = [told(n, date(2026, n, 1)) for n in range(1, 7)]
    assert part(scored(*events[:3]), "further_signals").value == 10
    assert part(scored(*events), "further_signals").value == 15
    assert len(part(scored(*events), "further_signals").claim_ids) == 5


def test_two_claims_of_one_type_on_one_day_are_one_event():
    day = date(2026, 5, 4)
    assert part(scored(told(1, day), told(2, day)), "further_signals").value == 0
    assert part(scored(told(1, day), told(2, day, kind="HIRING")), "further_signals").value == 5


def test_the_fields_of_one_record_are_one_event_told_by_the_field_with_a_figure():
    day = date(2026, 5, 4)
    count = {"number": 120, "unit": "employee", "text": "120"}
    claims = [
        a_claim(1, "Type: closure", event_date=day, details={"record": "r1"}),
        a_claim(2, "Employees: 120", event_date=day, details={"record": "r1", "count": count}),
    ]
    merged = a_merge([a_fact(n, claim) for n, claim in enumerate(claims, 1)])
    (event,) = find_events(merged, [a_signal(claim) for claim in claims], {})
    assert event.claim_ids == ["MERGED_002", "MERGED_001"]


def test_superseded_and_doubtful_claims_tell_no_event():
    day = date(2026, 5, 4)
    old, other = a_claim(1, "Old.", event_date=day), a_claim(2, "Other.", event_date=day, details={"about": "unsure"})
    merged = a_merge([a_fact(1, old, status="superseded"), a_fact(2, other)])
    assert find_events(merged, [a_signal(old), a_signal(other)], {}) == []


@given(st.permutations(range(1, 7)))
def test_the_order_of_signals_does_not_change_the_score(order):
    tiers = list(SignalTier)
    events = [told(n, date(2026, 1 + n % 3, 1), tiers[n % 4]) for n in range(1, 7)]
    assert scored(*(events[n - 1] for n in order)) == scored(*events)


def test_the_strongest_tier_comes_before_the_newest_day():
    warm, hot = told(1, date(2026, 6, 1), SignalTier.WARM), told(2, date(2025, 9, 1))
    events = find_events(a_merge([warm[0], hot[0]]), [warm[1], hot[1]], {})
    assert strongest(events, REFERENCE).best.id == "MERGED_002"


def test_the_side_of_a_conflict_that_is_not_preferred_is_not_opened_with():
    ours, slip = told(1, date(2026, 5, 20)), told(2, date(2026, 5, 21))
    sides = [
        ConflictValue(
            value=value, claim_id=fact.claim_ids[0], source_id="src_1", tier=tier, date_reported=date(2026, 5, 20)
        )
        for fact, value, tier in ((ours[0], "$310 million", Tier.PRIMARY), (slip[0], "$310 billion", Tier.NEWS))
    ]
    conflict = Conflict(
        id="CONFLICT_001",
        kind="amount",
        subject="A mill",
        merged_claim_ids=["MERGED_001", "MERGED_002"],
        values=sides,
        preferred="$310 million",
        rule="better source: PRIMARY before NEWS",
    )
    events = find_events(a_merge([ours[0], slip[0]]), [ours[1], slip[1]], {})
    assert strongest(events, REFERENCE).best.id == "MERGED_002"
    contested = a_merge([ours[0], slip[0]]).model_copy(update={"conflicts": [conflict]})
    events = find_events(contested, [ours[1], slip[1]], {})
    assert strongest(events, REFERENCE).best.id == "MERGED_001"
    assert [event.best.id for event in opening_order(events, REFERENCE)] == ["MERGED_001", "MERGED_002"]


def test_an_event_ahead_is_not_opened_with():
    ahead = told(1, date(2026, 7, 1))
    assert strongest(find_events(a_merge([ahead[0]]), [ahead[1]], {}), REFERENCE) is None


CUTS = ("Employees affected: 78", "WARN Act notice", "It lays off people.", "It will cut about 2,000 jobs.")


@pytest.mark.parametrize("statement", CUTS)
def test_a_cut_that_the_profile_does_not_ask_for_is_no_reason_to_buy(statement):
    claim = a_claim(1, statement, event_date=date(2026, 5, 4))
    merged = a_merge([a_fact(1, claim)])
    for kind, points in (("REGULATORY", 0), ("mass_layoff_notice", 25)):
        signal = a_signal(claim, kind=kind)
        score = score_lead(a_lead(), a_client(), merged, [signal], REFERENCE)
        assert part(score, "signal").value == points
        assert (strongest(find_events(merged, [signal], {}), REFERENCE) is None) is (points == 0)


@pytest.mark.parametrize("statement", ["Officials warn of delays.", "It cuts the ribbon.", "It creates 500 jobs."])
def test_what_is_no_cut_stays_a_reason(statement):
    fact, signal = told(1, date(2026, 5, 4), kind="REGULATORY")
    event = find_events(a_merge([fact.model_copy(update={"statement": statement})]), [signal], {})[0]
    assert not event.shrinks


def test_a_cut_is_spoken_of_last():
    day = date(2026, 5, 4)
    cut = a_claim(1, "Employees affected: 78", event_date=day)
    old = a_claim(2, "Harbor Foods builds.", event_date=date(2020, 1, 1))
    merged = a_merge([a_fact(1, cut), a_fact(2, old)])
    signals = [a_signal(cut, kind="REGULATORY"), a_signal(old, SignalTier.PASSIVE)]
    ordered = opening_order(find_events(merged, signals, {}), REFERENCE)
    assert [event.best.id for event in ordered] == ["MERGED_002", "MERGED_001"]


def test_the_place_of_an_event_comes_before_the_home():
    event = told(1, date(2026, 5, 4), details={"place": "Boise, Idaho"})
    score = scored(event, profile={"headquarters": "Salem, Oregon"}, icp_config=OREGON)
    assert part(score, "geography").value == 5
    assert part(score, "geography").claim_ids == ["MERGED_001"]


def test_a_town_in_a_states_own_register_lies_in_that_state():
    fact, signal = told(1, date(2026, 5, 4), details={"place": "Salem"})
    register = [source.model_copy(update={"name": "State register (OR)"}) for source in fact.sources]
    assert part(scored((fact, signal), icp_config=OREGON), "geography").value == 0
    score = scored((fact.model_copy(update={"sources": register}), signal), icp_config=OREGON)
    assert part(score, "geography").reason == "The event is in Salem, OR, a place of tier 1."


def test_the_home_counts_where_no_event_names_a_place():
    score = scored(told(1, date(2026, 5, 4)), profile={"headquarters": "Salem", "state": "OR"}, icp_config=OREGON)
    assert part(score, "geography").value == 10
    assert part(score, "geography").claim_ids == []


@pytest.mark.parametrize(
    ("place", "tier"),
    [
        ("De Soto, Kansas", 3),
        ("Portland, OR", 1),
        ("12 Main Street Salem, Oregon 97301", 1),
        ("Boise, Idaho, United States", 2),
        ("Kansas", 3),
        ("the United States", 3),
        ("Oregon, Wisconsin", 3),
        ("Washington, D.C.", 3),
        ("Ontario, Canada", None),
        ("in", None),
        ("", None),
    ],
)
def test_a_place_is_read_from_the_right(place, tier):
    assert tier_of_place(place, Geography.model_validate(OREGON["geography"])) == tier


def test_the_same_state_may_be_written_as_code_or_name():
    assert tier_of_place("Austin, TX", Geography(tier1=["Texas"])) == 1
    assert tier_of_place("Austin, Texas", Geography(tier2=["TX"])) == 2


def test_a_home_is_put_together_without_saying_the_state_twice():
    assert place_of_profile({"headquarters": "Boise, Idaho", "state": "ID"}) == "Boise, Idaho"
    assert place_of_profile({"city": "Fertile", "state": "MN"}) == "Fertile, MN"
    assert place_of_profile({}) == ""


def test_an_engaged_contractor_and_earlier_work_give_their_points():
    partner = a_fact(2, a_claim(2, "Bolt Works is general contractor of the plant.", ClaimType.RELATIONSHIP))
    client = a_client(research_context={"notable_projects": [{"name": "Cold store for Harbor Foods"}]})
    score = score_lead(a_lead(), client, a_merge([partner]), [], REFERENCE)
    assert part(score, "epcm_engaged").value == 10
    assert part(score, "epcm_engaged").claim_ids == ["MERGED_002"]
    assert part(score, "prior_relationship").value == 15


def test_a_contractor_that_nobody_has_chosen_gives_no_points():
    for said in (
        "Harbor Foods has not yet selected a general contractor.",
        "It is looking for an architect of record.",
    ):
        sought = a_fact(1, a_claim(1, said, ClaimType.RELATIONSHIP))
        assert part(score_lead(a_lead(), a_client(), a_merge([sought]), [], REFERENCE), "epcm_engaged").value == 0


def test_a_claim_that_names_the_client_tells_of_earlier_work():
    named = a_fact(1, a_claim(1, "In 2020 Acme Steel built a hall for Harbor Foods.", ClaimType.RELATIONSHIP))
    other = a_fact(1, a_claim(1, "In 2020 Acme built a steel hall for Harbor Foods.", ClaimType.RELATIONSHIP))
    for fact, points in ((named, 15), (other, 0)):
        score = score_lead(a_lead(), a_client(), a_merge([fact]), [], REFERENCE)
        assert part(score, "prior_relationship").value == points


def test_a_chief_architect_is_no_engaged_designer():
    person = a_fact(1, a_claim(1, "Ann Lee, chief architect, Harbor Foods", ClaimType.CONTACT))
    assert part(score_lead(a_lead(), a_client(), a_merge([person]), [], REFERENCE), "epcm_engaged").value == 0


@pytest.mark.parametrize(
    ("day", "status", "urgency"),
    [
        (date(2025, 8, 1), "IN_PROGRESS", "HIGH"),
        (date(2025, 8, 1), "COMPLETED", "LOW"),
        (date(2025, 6, 1), "IN_PROGRESS", "LOW"),
        (None, "IN_PROGRESS", "LOW"),
    ],
)
def test_a_purchase_under_way_is_urgent(day, status, urgency):
    claim = a_claim(
        1,
        "Harbor Foods asks for offers.",
        ClaimType.OPPORTUNITY,
        event_date=day,
        details={"event": "solicitation", "status": status},
    )
    score = score_lead(a_lead(), a_client(), a_merge([a_fact(1, claim)]), [], REFERENCE)
    assert score.timing_urgency == urgency
    assert part(score, "timing").claim_ids == (["MERGED_001"] if urgency == "HIGH" else [])


def test_the_profiles_weights_replace_points_and_the_total_stays_within_100():
    config = {"icp_config": {"scoring_weights": {"signal_hot": 90, "Timing High": 90, "epcm_engaged": -5, "moon": 3}}}
    score = scored(told(1, date(2026, 5, 4)), **config)
    assert (part(score, "signal").value, part(score, "timing").value, score.total) == (90, 90, 100)
    assert part(score, "epcm_engaged").weight == 0
    assert unknown_weights(a_client(**config)) == ["moon"]


def test_the_default_parts_reach_ninety():
    weights = {one.name: one.weight for one in scored().parts}
    assert weights == {
        "signal": 25,
        "timing": 15,
        "geography": 10,
        "further_signals": 15,
        "epcm_engaged": 10,
        "prior_relationship": 15,
    }
    assert sum(weights.values()) == 90


@pytest.mark.parametrize(
    ("total", "tier"), [(100, "A"), (80, "A"), (79, "B"), (60, "B"), (59, "C"), (40, "C"), (39, "D"), (0, "D")]
)
def test_the_tier_follows_from_the_total(total, tier):
    assert tier_of(total) == tier


@pytest.mark.parametrize("name", ["hades_intent", "something new"])
def test_a_formula_that_is_not_there_is_replaced_and_named(name):
    event = told(1, date(2026, 5, 4))
    assert scored(event, scoring=name) == scored(event, scoring="columnline")
    assert scored(event, scoring=name).formula == "columnline"


def test_the_rubric_asks_for_market_and_budget():
    config = {
        "scoring": "rubric",
        "icp_config": {
            "target_markets": {"frozen_and_canned_foods": 1},
            "budget_usd": {"min": 1_000_000, "sweet_spot": [5_000_000, 50_000_000]},
        },
    }
    amount = Money(amount=2_000_000, text="$2 million")
    claim = a_claim(1, "A hall for canned foods.", event_date=date(2026, 5, 4), details={"amount": amount})
    merged = a_merge([a_fact(1, claim)])
    score = score_lead(a_lead(), a_client(**config), merged, [a_signal(claim, SignalTier.WARM)], REFERENCE)
    values = {one.name: one.value for one in score.parts}
    assert values == {
        "signal": 24,
        "timing": 20,
        "geography": 0,
        "project_type": 15,
        "budget": 5,
        "relationship": 0,
    }
    assert (score.total, score.tier) == (64, "B")


def test_the_six_factors_follow_their_formula():
    config = {
        "scoring": "starbridge_6_factor",
        "icp_config": {"buyer_types": ["School district"], "keywords": {"primary": ["permitting"]}},
    }
    claim = a_claim(
        1,
        "The board asks for permitting offers, due date in August.",
        event_date=date(2026, 6, 30),
        details={"amount": Money(amount=10.0, text="$10")},
    )
    lead = a_lead(profile={"buyer_type": "School District"})
    merged, signals = a_merge([a_fact(1, claim)]), [a_signal(claim, kind="budget_event")]
    score = score_lead(lead, a_client(**config), merged, signals, REFERENCE)
    assert {one.name: one.value for one in score.parts} == {
        "buyer_type": 25,
        "signal_count": 20,
        "recency": 20,
        "urgency": 15,
        "dollars": 10,
        "keywords": 10,
    }
    empty = score_lead(a_lead(), a_client(**config), a_merge(), [], REFERENCE)
    assert (empty.total, empty.tier, empty.formula) == (0, "D", "starbridge_6_factor")


def test_every_part_gives_a_reason_and_cites_only_claims_of_the_merge():
    for formula in ("columnline", "rubric", "starbridge_6_factor"):
        score = scored(told(1, date(2026, 5, 4)), told(2, date(2026, 4, 4)), scoring=formula)
        assert all(one.reason.strip() for one in score.parts)
        assert {claim_id for one in score.parts for claim_id in one.claim_ids} <= {"MERGED_001", "MERGED_002"}
