"""The plan: each merged claim is routed or unmapped, in a total order, with gaps, readiness and conflicts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.models import ClaimType, Confidence, Conflict, ConflictValue, ScorePart, Tier, Timeline, TimelineEntry
from dossier.steps.dossier_plan import ROUTED, plan_dossier, readiness, route_claims
from dossier.testing import a_run
from tests.evidence_fixture import a_claim, a_fact, a_merge, a_person, a_score

EIGHT = ("intro", "score", "signals", "contacts", "lead_intelligence", "strategy", "opportunity", "client_specific")


def fact(number, kind=ClaimType.SIGNAL, **fields):
    own = {name: fields.pop(name) for name in ("status", "supersedes") if name in fields}
    return a_fact(number, a_claim(number, f"Statement {number}.", kind, **fields), **own)


@pytest.mark.parametrize(
    ("kind", "sections"),
    [
        (ClaimType.SIGNAL, {"signals", "intro", "strategy", "client_specific"}),
        (ClaimType.CONTACT, {"contacts", "lead_intelligence"}),
        (ClaimType.ENTITY, {"lead_intelligence", "intro"}),
        (ClaimType.RELATIONSHIP, {"lead_intelligence", "strategy"}),
        (ClaimType.OPPORTUNITY, {"opportunity", "intro"}),
        (ClaimType.METRIC, {"opportunity", "strategy"}),
        (ClaimType.ATTRIBUTE, {"lead_intelligence"}),
        (ClaimType.NOTE, {"client_specific"}),
    ],
)
def test_a_claim_goes_to_the_sections_of_its_type(kind, sections):
    plan = route_claims(a_merge([fact(1, kind)]))
    assert {key for key, routing in plan.section_routing.items() if routing.claim_ids} == sections


def test_the_keys_are_the_eight_of_the_assignments_table():
    assert tuple(route_claims(a_merge()).section_routing) == EIGHT == ROUTED


def test_every_claim_is_routed_or_unmapped_and_never_both():
    claims = [fact(n, kind) for n, kind in enumerate(ClaimType, 1)]
    claims += [fact(20, status="superseded"), fact(21, details={"about": "unsure"})]
    plan = route_claims(a_merge(claims))
    routed = {claim_id for routing in plan.section_routing.values() for claim_id in routing.claim_ids}
    assert routed | plan.unmapped_claims.keys() == {claim.id for claim in claims}
    assert not routed & plan.unmapped_claims.keys()


def test_what_is_superseded_is_unmapped_and_names_what_holds():
    plan = route_claims(a_merge([fact(1, status="superseded"), fact(2, supersedes=["MERGED_001"])]))
    assert plan.unmapped_claims == {"MERGED_001": "A newer report holds: MERGED_002."}


def test_a_claim_that_may_be_about_another_is_unmapped():
    plan = route_claims(a_merge([fact(1, details={"about": "unsure"})]))
    assert plan.unmapped_claims == {"MERGED_001": "It may be about another organisation."}


def test_signals_stand_newest_first_and_undated_last():
    days = {1: date(2026, 1, 1), 2: None, 3: date(2026, 3, 1)}
    plan = route_claims(a_merge([fact(n, event_date=day) for n, day in days.items()]))
    assert plan.section_routing["signals"].claim_ids == ["MERGED_003", "MERGED_001", "MERGED_002"]


def test_elsewhere_the_surest_stands_first_then_the_better_source():
    claims = [
        fact(1, ClaimType.ENTITY, confidence=Confidence.LOW),
        fact(2, ClaimType.ENTITY, confidence=Confidence.HIGH, source_tier=Tier.PRIMARY),
        fact(3, ClaimType.ENTITY, confidence=Confidence.HIGH, source_tier=Tier.GOV),
    ]
    plan = route_claims(a_merge(claims))
    assert plan.section_routing["lead_intelligence"].claim_ids == ["MERGED_003", "MERGED_002", "MERGED_001"]


@given(st.permutations(range(1, 9)))
def test_the_order_of_claims_does_not_change_the_routing(order):
    claims = {n: fact(n, list(ClaimType)[n % 3], event_date=date(2026, 1, 1)) for n in range(1, 9)}
    expected = route_claims(a_merge(list(claims.values())))
    assert route_claims(a_merge([claims[n] for n in order])).section_routing == expected.section_routing


def test_claims_found_for_the_clients_questions_go_to_its_section():
    plan = route_claims(a_merge([fact(1, ClaimType.ATTRIBUTE, prefix="client_")]))
    assert plan.section_routing["client_specific"].claim_ids == ["MERGED_001"]


def test_without_notes_the_clients_section_gets_three_signals():
    claims = [fact(n, event_date=date(2026, n, 1)) for n in range(1, 6)]
    plan = route_claims(a_merge(claims))
    assert plan.section_routing["client_specific"].claim_ids == ["MERGED_005", "MERGED_004", "MERGED_003"]


def test_the_score_gets_the_claims_that_it_cites():
    parts = [
        ScorePart(name="signal", weight=25, value=25, reason="r", claim_ids=["MERGED_001"]),
        ScorePart(name="timing", weight=15, value=15, reason="r", claim_ids=["MERGED_001"]),
    ]
    plan = route_claims(a_merge([fact(1), fact(2)]), a_score(40, *parts))
    assert plan.section_routing["score"].claim_ids == ["MERGED_001"]


@pytest.mark.parametrize(
    ("claims", "word"), [(0, "empty"), (1, "minimal"), (2, "partial"), (3, "partial"), (4, "ready")]
)
def test_readiness_grows_with_the_claims(claims, word):
    assert readiness(claims) == word


def test_an_empty_merge_has_a_gap_for_every_section():
    plan = route_claims(a_merge())
    assert {gap["section"] for gap in plan.coverage_gaps} == set(EIGHT)
    assert set(plan.section_readiness.values()) == {"empty"}
    assert all(routing.coverage_notes for routing in plan.section_routing.values())


def a_conflict(*ids: str) -> Conflict:
    values = [
        ConflictValue(value=f"${n}", claim_id=one, source_id="s", tier=Tier.NEWS, date_reported=None)
        for n, one in enumerate(ids)
    ]
    return Conflict(
        id="CONFLICT_001",
        kind="amount",
        merged_claim_ids=list(ids),
        values=values,
        preferred="$0",
        rule="the newer report",
    )


def test_a_conflict_names_the_sections_it_touches_and_how_to_handle_it():
    merged = a_merge([fact(1, ClaimType.METRIC), fact(2, ClaimType.METRIC)], conflicts=[a_conflict("MERGED_001")])
    (surfaced,) = route_claims(merged).conflicts_to_surface
    assert surfaced["sections_affected"] == ["strategy", "opportunity"]
    assert "$0" in surfaced["handling"]
    assert "the newer report" in surfaced["handling"]


def test_a_section_names_the_people_timelines_and_conflicts_of_its_claims():
    metric = a_claim(1, "It costs $1.", ClaimType.METRIC)
    entry = TimelineEntry(date_reported=None, status="ANNOUNCED", value="$1", claim_id=metric.id)
    merged = a_merge(
        [a_fact(1, metric)],
        people=[a_person(1, "Ann Lee", "Buyer", [])],
        conflicts=[a_conflict("MERGED_001")],
        timelines=[Timeline(id="TIMELINE_001", subject="cost", current="$1", history=[entry])],
    )
    routing = route_claims(merged).section_routing
    assert routing["opportunity"].resolved_object_ids == ["TIMELINE_001", "CONFLICT_001"]
    assert routing["contacts"].resolved_object_ids == ["CONTACT_001"]


def test_planning_is_one_step_run_with_its_counts():
    ctx, llm, recorder = a_run()
    plan = plan_dossier(ctx, a_merge([fact(1)]), a_score())
    assert recorder.steps() == ["dossier_plan"]
    assert recorder.closed("dossier_plan").counts["claims"] == 1
    assert recorder.closed("dossier_plan").parsed_output == plan.model_dump(mode="json")
    assert llm.requests == []
