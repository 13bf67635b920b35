"""Every promise of `dossier/v1` can be broken, and is then named (CONTRACT 5, FAULTS F43)."""

from datetime import date

import pytest
from dossier_fixture import RUN_ID, dossier, empty_dossier, raw_claim_ids, texts

from dossier.evidence.citations import cited_ids
from dossier.evidence.invariants import broken
from dossier.models import Cost, Dossier, Precision, Sentence


def faults(changed: Dossier, raw=None, stored=None) -> list[str]:
    return broken(changed, stored or texts(), raw or raw_claim_ids())


def replaced(field: str, index: int, **changes) -> Dossier:
    """The dossier with changes in one entry of one of its lists."""
    whole = dossier()
    entries = list(getattr(whole, field))
    entries[index] = entries[index].model_copy(update=changes)
    return whole.model_copy(update={field: entries})


def with_sentence(sentence: Sentence) -> Dossier:
    section = dossier().sections[0]
    return replaced("sections", 0, sentences=[*section.sentences, sentence])


def test_the_fixture_keeps_every_promise():
    assert faults(dossier()) == []


def test_an_empty_dossier_with_gaps_keeps_every_promise():
    assert broken(empty_dossier(), {}, []) == []


def test_a_sound_dossier_survives_a_round_trip_through_json():
    again = Dossier.model_validate_json(dossier().model_dump_json(by_alias=True))
    assert faults(again) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "The permit was refused on May 12, 2026."},
        {"start": 0},
        {"start": -5},
        {"end": 10**9},
        {"source_id": "src_0000000000000000"},
    ],
    ids=["invented", "shifted", "negative", "beyond", "wrong document"],
)
def test_invented_evidence_is_found(changes):
    index = [claim.id for claim in dossier().claims].index("search_001")
    assert any("its quote does not stand" in fault for fault in faults(replaced("claims", index, **changes)))


def test_offsets_off_by_one_are_found():
    claim = dossier().claims[0]
    shifted = replaced("claims", 0, start=claim.start + 1, end=claim.end + 1)
    assert faults(shifted) == [
        f"claim {claim.id}: its quote does not stand at {claim.start + 1}:{claim.end + 1} of {claim.source_id}."
    ]


def test_offsets_count_code_points_not_bytes_or_utf16_units():
    claim = dossier().claims[0]
    stored = texts() | {claim.source_id: "𝄞é" + texts()[claim.source_id]}
    found = faults(replaced("claims", 0, start=claim.start + 2, end=claim.end + 2), stored=stored)
    assert not any(fault.startswith(f"claim {claim.id}:") for fault in found)


def test_a_changed_source_text_is_found():
    source = dossier().sources[0]
    assert any("sha256" in fault for fault in faults(dossier(), stored=texts() | {source.id: "other"}))


def test_a_missing_source_text_is_found():
    some = dict(list(texts().items())[1:])
    assert any("its text is not at hand" in fault for fault in faults(dossier(), stored=some))


def test_a_source_after_the_reference_date_is_found():
    assert any("after the reference date" in fault for fault in faults(dossier(reference_date=date(2026, 5, 19))))


@pytest.mark.parametrize("lost", ["opp_003", "search_007"])
def test_a_raw_claim_that_is_nowhere_is_found(lost):
    whole = dossier()
    kept = [one for one in whole.invalid_claims if one.id != lost]
    merged = [one for one in whole.merged_claims if lost not in one.claim_ids]
    found = faults(whole.model_copy(update={"invalid_claims": kept, "merged_claims": merged}))
    assert f"raw claim {lost}: it must be merged once or be invalid once, and stands 0 times." in found


def test_a_raw_claim_that_is_merged_twice_is_found():
    changed = replaced("merged_claims", 0, claim_ids=["search_001", "search_002"])
    assert any("search_002" in fault and "stands 2 times" in fault for fault in faults(changed))


def test_a_claim_that_the_store_does_not_hold_is_found():
    some = [one for one in raw_claim_ids() if one != "opp_001"]
    assert "claim opp_001: the store holds no such raw claim." in faults(dossier(), raw=some)


def test_a_lost_source_of_a_merged_claim_is_found():
    changed = replaced("merged_claims", 1, source_ids=dossier().merged_claims[1].source_ids[:1])
    assert any("not the union" in fault for fault in faults(changed))


def test_an_unknown_citation_is_found_wherever_it_stands():
    unknown = ["MERGED_999"]
    whole = dossier()
    row = whole.sections[1].content["why_theyll_buy_now"][0] | {"claim_ids": unknown}
    places = {
        "section intro": with_sentence(Sentence(text="x", kind="interpretation", claim_ids=unknown)),
        "score part signal_tier": whole.model_copy(
            update={
                "score": whole.score.model_copy(
                    update={"parts": [whole.score.parts[0].model_copy(update={"claim_ids": unknown})]}
                )
            }
        ),
        "why_now": whole.model_copy(update={"why_now": whole.why_now.model_copy(update={"claim_ids": unknown})}),
        "contact CON_001": replaced("contacts", 0, claim_ids=unknown),
        "conflict CONFLICT_001": replaced("conflicts", 0, merged_claim_ids=unknown),
        "content of section signals": replaced("sections", 1, content={"why_theyll_buy_now": [row]}),
    }
    for place, changed in places.items():
        assert f"{place}: it cites MERGED_999, which does not exist." in faults(changed)


def test_an_invalid_claim_is_never_cited():
    row = dossier().sections[1].content["why_theyll_buy_now"][0] | {"claim_ids": ["search_006"]}
    changed = replaced("sections", 1, content={"why_theyll_buy_now": [row]})
    assert "content of section signals: it cites search_006, which is invalid." in faults(changed)


def test_a_fact_sentence_without_support_is_found():
    changed = with_sentence(Sentence(text="They will buy.", kind="fact"))
    assert any("the fact sentence 'They will buy.' cites no claim" in fault for fault in faults(changed))


def test_sections_stand_in_their_order_and_none_is_silently_empty():
    whole = dossier()
    assert any("in this order" in fault for fault in faults(dossier(sections=whole.sections[::-1])))
    changed = replaced("sections", 4, sentences=[], content={"deal_strategy": "", "common_objections": []})
    assert "section strategy: it is empty and no gap says why." in faults(changed)


@pytest.mark.parametrize("primary", [[False, False, False], [True, True, False]])
def test_exactly_one_contact_is_primary(primary):
    people = [
        one.model_copy(update={"is_primary": flag}) for one, flag in zip(dossier().contacts, primary, strict=True)
    ]
    assert any("exactly one must be primary" in fault for fault in faults(dossier(contacts=people)))


def test_a_published_address_that_is_not_in_its_source_is_found():
    email = dossier().contacts[0].email.model_copy(update={"value": "dana.whitlock@brightwater.example"})
    assert any("called published" in fault for fault in faults(replaced("contacts", 0, email=email)))


def test_a_conflict_prefers_one_of_its_sides():
    assert any("none of its sides" in one for one in faults(replaced("conflicts", 0, preferred="$1")))
    assert any("needs two sides" in one for one in faults(replaced("conflicts", 0, values=[])))


def test_a_timeline_holds_its_current_value():
    assert any("none of its history" in one for one in faults(replaced("timelines", 0, current="$1")))


def test_a_tier_follows_from_the_total():
    score = dossier().score.model_copy(update={"tier": "A"})
    assert faults(dossier(score=score)) == ["score: 78 is not tier A of 0 to 100."]


def test_why_now_is_never_older_than_twelve_months():
    old = dossier().why_now.model_copy(update={"event_date": date(2025, 6, 1)})
    assert any("older than 12 months" in fault for fault in faults(dossier(why_now=old)))


@pytest.mark.parametrize(
    ("day", "precision"),
    [
        (date(2026, 5, 2), Precision.MONTH),
        (date(2026, 5, 1), Precision.QUARTER),
        (date(2026, 4, 1), Precision.HALF),
        (date(2026, 7, 1), Precision.YEAR),
        (None, Precision.DAY),
        (date(2026, 5, 2), None),
    ],
)
def test_a_date_is_the_first_day_of_its_period(day, precision):
    assert faults(replaced("claims", 0, event_date=day, date_precision=precision))


def test_repeated_ids_are_found():
    whole = dossier()
    assert "contacts: id CON_001 stands more than once." in faults(
        dossier(contacts=[*whole.contacts, whole.contacts[0].model_copy(update={"is_primary": False})])
    )


def test_the_run_id_stands_nowhere_else():
    assert any(fault.startswith("run_id:") for fault in faults(dossier(gaps=[f"See {RUN_ID}."])))


def test_the_extractive_engine_costs_nothing():
    assert any(fault.startswith("cost:") for fault in faults(dossier(cost=Cost(llm_calls=1))))


def test_counts_of_the_fact_check_add_up():
    check = dossier().fact_check.model_copy(update={"supported": 18})
    assert any(fault.startswith("fact_check:") for fault in faults(dossier(fact_check=check)))


def test_citations_are_found_at_any_depth_and_once():
    content = {"a": [{"claim_ids": ["M1", "M2"]}, {"b": {"evidence_claims": ["M2", "M3"]}}], "text": "M9"}
    assert cited_ids(content) == ["M1", "M2", "M3"]
