"""Who of the organisations that a search came upon could be a lead, in which order, and why the others not."""

from datetime import date

import pytest

from dossier.evidence.organisations import Register
from dossier.keys import digest
from dossier.models import Claim, ClaimDetails, ClaimType, Confidence, Count, Lead, Money, Precision, Tier
from dossier.steps.candidates import Profile, rank_candidates
from dossier.testing import a_client, a_document

TODAY = date(2026, 6, 30)
SIGNALS = [
    {"name": "new_plant_announced", "tier": "hot", "weight": 25},
    {"name": "expansion_of_existing_site", "tier": "warm", "weight": 20},
    {"name": "general_commitment", "tier": "passive", "weight": 8},
]


def a_profile(known=(), sought=(), seed="", **icp):
    client = a_client(icp_config={"signals": SIGNALS, **icp})
    return Profile(
        client, TODAY, Register([(Lead(id="", name=name), "a lead already") for name in known]), sought, seed
    )


def told(
    name,
    when=date(2026, 6, 1),
    *,
    published=date(2026, 6, 2),
    tier=Tier.NEWS,
    text=None,
    publisher="Example Daily",
    **details,
):
    """A claim about an organisation with the document it stands in."""
    said = text or f"{name} will build a plant, as of {when} and {details}."
    document = a_document(said, published_at=published, tier=tier, publisher=publisher)
    claim = Claim(
        id=f"search_{int(digest(said)[:8], 16):03d}",
        type=ClaimType.SIGNAL,
        statement=said[:400],
        entities=[name],
        event_date=when,
        date_precision=Precision.DAY if when else None,
        source_id=document.id,
        quote=said,
        start=0,
        end=len(said),
        source_tier=tier,
        confidence=Confidence.MEDIUM,
        step="signal_discovery",
        details=ClaimDetails(**{"signal_type": "new_plant_announced", "organization": name, **details}),
    )
    return claim, document


def ranked(profile, *pairs):
    documents = {document.id: document for _, document in pairs}
    found, refused = rank_candidates([claim for claim, _ in pairs], documents, profile)
    return [one.name for one in found], {one.name: one.reason for one in refused}


def test_the_heavier_signal_comes_first_then_the_nearer_place_then_the_newer_event():
    profile = a_profile(geography={"tier1": ["Ohio"], "tier2": ["Texas"]})
    found, _ = ranked(
        profile,
        told("Old Foods", date(2025, 9, 1)),
        told("Far Foods", place="Fargo, North Dakota"),
        told("Ohio Foods", place="Dayton, Ohio"),
        told("Texan Foods", place="Austin, Texas"),
        told("Small Signal", signal_type="expansion_of_existing_site"),
    )
    assert found == ["Ohio Foods", "Texan Foods", "Far Foods", "Small Signal", "Old Foods"]


def test_a_better_source_and_a_figure_count_and_ties_go_by_name():
    money = Money(amount=5e7, text="$50 million")
    found, _ = ranked(
        a_profile(),
        told("Zeta Foods"),
        told("Beta Foods"),
        told("Filed Foods", tier=Tier.GOV),
        told("Paid Foods", amount=money),
    )
    assert found == ["Paid Foods", "Filed Foods", "Beta Foods", "Zeta Foods"]


def test_what_a_search_is_after_comes_first():
    pairs = told("Hot Foods"), told("Warm Foods", signal_type="expansion_of_existing_site", tier=Tier.GOV)
    assert ranked(a_profile(), *pairs)[0] == ["Hot Foods", "Warm Foods"]
    assert ranked(a_profile(sought=["expansion_of_existing_site"]), *pairs)[0] == ["Warm Foods", "Hot Foods"]


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (told("Harbor Foods"), "a lead already"),
        (told("Harbor Foods Diagnostics"), "a lead already"),
        (told("Department of Energy"), "a public body"),
        (told("Eastport Daily News"), "a newspaper or publisher"),
        (told("Smith & Jones LLP"), "a law firm"),
        (told("Steel Workers Association"), "an association"),
        (told("Project Sunrise"), "a programme, place or thing"),
        (told("New Foods", date(2025, 6, 1)), "its event is older than twelve months"),
        (told("New Foods", None, published=None), "its event has no date"),
        (told("New Foods", signal_type="general_commitment"), "a passive signal alone"),
        (told("New Foods", signal_type="alien_landing"), "its event is no signal of the profile"),
        (told("New Foods", text="Somebody will build a plant."), "its name does not stand in the source"),
        (told("New Foods", place="Tokyo, Japan"), "its event lies outside the places of the profile"),
        (told("New Foods", amount=Money(amount=1e5, text="$100,000")), "its amount is below the budget of the profile"),
        (told("New Foods", count=Count(number=7, unit="employee", text="7")), "fewer than 50 employees affected"),
    ],
)
def test_who_cannot_be_a_lead_is_refused_with_the_reason(pair, reason):
    profile = a_profile(
        known=["Harbor Foods"], geography={"tier1": ["Ohio"]}, budget_usd={"min": 5e6}, min_employees_affected=50
    )
    found, refused = ranked(profile, pair)
    assert found == []
    assert list(refused.values()) == [reason]


def test_who_reports_on_several_others_is_a_publisher_and_who_reports_on_itself_is_none():
    others = [told(name, publisher="Trade Letter") for name in ("Ann Foods", "Ben Foods")]
    found, refused = ranked(a_profile(), told("Trade Letter"), told("Own Foods", publisher="Own Foods"), *others)
    assert found == ["Ann Foods", "Ben Foods", "Own Foods"]
    assert refused == {"Trade Letter": "the publisher of what was read"}


def test_an_event_that_lies_ahead_counts_from_its_report():
    found, _ = ranked(a_profile(), told("New Foods", date(2027, 1, 1)))
    assert found == ["New Foods"]


def test_a_field_of_a_notice_is_as_small_as_the_whole_notice():
    few = told("New Foods", record="r1", count=Count(number=7, unit="employee", text="7"))
    rest = told("New Foods", record="r1", status="ANNOUNCED")
    found, refused = ranked(a_profile(min_employees_affected=50), few, rest)
    assert found == []
    assert refused == {"New Foods": "fewer than 50 employees affected"}


def test_passive_signals_make_a_lead_where_the_profile_has_no_others():
    profile = a_profile(signals=[{"name": "general_commitment", "tier": "passive"}])
    assert ranked(profile, told("New Foods", signal_type="general_commitment"))[0] == ["New Foods"]


def test_spellings_of_one_name_are_one_candidate_under_its_fullest_name():
    pairs = told("Lilly"), told("Eli Lilly and Company"), told("ELI LILLY"), told("Harbor Foods")
    assert ranked(a_profile(), *pairs)[0] == ["Eli Lilly and Company", "Harbor Foods"]


def test_divisions_that_file_notices_are_one_candidate_and_those_in_reports_are_not():
    filed = told("Harbor Foods Operations, LLC", record="r1"), told("Harbor Foods", record="r2")
    assert ranked(a_profile(), *filed)[0] == ["Harbor Foods"]
    reported = told("GE Aerospace"), told("GE Vernova")
    assert ranked(a_profile(), *reported)[0] == ["GE Aerospace", "GE Vernova"]


def test_public_buyers_are_found_only_for_who_sells_to_them_and_only_of_the_kinds_it_names():
    pairs = told("City of Eastport"), told("Harbor Foods"), told("Department of Energy"), told("Eastport County")
    assert ranked(a_profile(), *pairs)[0] == ["Harbor Foods"]
    found, refused = ranked(a_profile(buyer_types=["City", "County"]), *pairs)
    assert found == ["City of Eastport", "Eastport County"]
    assert set(refused.values()) == {"no buyer of a kind that the profile names"}


def test_a_seed_lets_nobody_else_through():
    found, refused = ranked(a_profile(seed="Harbor Foods"), told("Harbor Foods Inc."), told("Other Foods"))
    assert found == ["Harbor Foods Inc."]
    assert refused == {"Other Foods": "not the organisation that the client asked for (Harbor Foods)"}
