"""Whom a text tells an event of, where no lead is known: who acts or is chosen, never who is only mentioned."""

from datetime import date

import pytest

from dossier.evidence.passages import select_event_passages
from dossier.extractive.icp import tells_of_signal
from dossier.extractive.subjects import read_subjects
from dossier.models import IcpConfig, Passage, SignalTier, Tier
from dossier.testing import a_document

ICP = IcpConfig.model_validate(
    {
        "signals": [
            {"name": "new_plant_announced", "tier": "hot", "weight": 25},
            {"name": "expansion_of_existing_site", "tier": "warm", "weight": 20},
            {"name": "site_selection_or_planning", "tier": "planning", "weight": 15},
            {"name": "federal_award_for_facility", "tier": "hot", "weight": 22},
            {"name": "mass_layoff_notice", "tier": "hot", "weight": 20},
        ]
    }
)


def passage(text, **more):
    document = a_document(text, **more)
    return Passage(
        source_id=document.id,
        title=document.title,
        publisher=document.publisher,
        url=document.url,
        tier=document.tier,
        published_at=document.published_at,
        published_precision=document.published_precision,
        start=0,
        end=len(text),
        text=text,
    )


def subjects(language, text, **more):
    drafts = read_subjects([passage(text, **more)], ICP, language)
    return [(draft.details.organization, draft.details.signal_type) for draft in drafts]


@pytest.mark.parametrize(
    ("text", "name", "signal"),
    [
        (
            "Micron Technology will build a new plant in Boise, Idaho, for $30 billion.",
            "Micron Technology",
            "new_plant_announced",
        ),
        (
            "A $300 million investment by AstraZeneca in a new factory in Rockville, Maryland, was welcomed.",
            "AstraZeneca",
            "new_plant_announced",
        ),
        (
            "Whirlpool Corporation announced a $300 million investment to expand its plant in Clyde, Ohio.",
            "Whirlpool Corporation",
            "expansion_of_existing_site",
        ),
        (
            "Belgium-based drugmaker UCB announced a $5 billion investment in a new factory in Georgia.",
            "UCB",
            "new_plant_announced",
        ),
    ],
)
def test_who_acts_in_an_event_of_the_profile_is_found(language, text, name, signal):
    assert (name, signal) in subjects(language, text)


@pytest.mark.parametrize(
    "text",
    [
        "Intel said that a new plant of another company in Ohio would create 3,000 jobs.",
        "Micron Technology will not build a new plant in Boise, Idaho.",
        "Micron Technology announced a $5 billion investment in a new plant that never materialized.",
        "Rockwell Automation, a maker of plant machines, will expand its training program in Ohio to 500 people.",
        "Intel is expanding its partnerships with 130 colleges to support new plants in Ohio.",
        "The Department of Energy (DOE) announced $5 billion in loans for new plants.",
        "Ford announced it will invest $5 billion in research to deliver a new truck.",
        "Analysts at Goldman Sachs expect that a new plant will open in Ohio for $2 billion.",
    ],
)
def test_who_is_only_mentioned_denied_or_does_something_else_is_not(language, text):
    found = {name for name, _ in subjects(language, text)}
    assert not found & {"Intel", "Micron Technology", "Rockwell Automation", "Ford", "Goldman Sachs", "DOE"}


def test_who_gives_an_award_is_not_found_but_who_gets_it(language):
    text = "Boeing was awarded a $120 million federal contract for a new facility in Huntsville, Alabama."
    assert subjects(language, text) == [("Boeing", "federal_award_for_facility")]
    text = "Boeing awarded a $120 million federal contract for a new facility in Huntsville, Alabama."
    assert "Boeing" not in {name for name, _ in subjects(language, text)}


def test_words_of_a_signal_have_to_stand_together(language):
    apart = "Ford will invest $5 billion across its plants in Kentucky to deliver a new truck."
    assert ("Ford", "new_plant_announced") not in subjects(language, apart)


def test_planning_alone_is_no_planning_of_a_site(language):
    assert subjects(language, "Google plans to invest $1 billion in undersea cables to Japan and Australia.") == []


def test_a_notice_is_about_its_employer_without_the_site(language):
    text = (
        "Layoff notice, State of Texas\nEmployer: Brightwater Foods - Dayton\nCity: Dayton\n"
        "Notice date: 2026-05-01\nEmployees affected: 120\nType: layoff"
    )
    found = read_subjects([passage(text, title="WARN notice", tier=Tier.GOV)], ICP, language)
    assert {draft.details.organization for draft in found} == {"Brightwater Foods"}
    assert {draft.details.signal_type for draft in found} == {"mass_layoff_notice"}
    assert {draft.details.signal_tier for draft in found} == {SignalTier.HOT}
    assert all(draft.quote in text for draft in found)


def test_of_an_award_notice_the_recipient_is_found_and_not_the_agency(language):
    icp = IcpConfig.model_validate({"signals": [{"name": "grant_or_award", "tier": "hot"}]})
    text = (
        "Award notice\nAgency: Rural Development Office\nRecipient: Brightwater Foods, Inc.\nAmount: $4,200,000\n"
        "Award date: 2026-05-01\nAward type: grant"
    )
    found = read_subjects([passage(text, title="Award notice")], icp, language)
    assert {draft.details.organization for draft in found} == {"Brightwater Foods, Inc."}
    buyers = read_subjects([passage(text, title="Award notice")], icp, language, buyers=True)
    assert {draft.details.organization for draft in buyers} == {"Rural Development Office"}


def test_in_its_own_release_a_company_is_we(language):
    text = "We will build a new plant in Fairhaven, Ohio, for $61 million. We expect 140 jobs there."
    own = subjects(language, text, publisher="Brightwater Foods Inc.", tier=Tier.PRIMARY)
    assert own == [("Brightwater Foods Inc.", "new_plant_announced")]
    assert subjects(language, text, publisher="Fairhaven Daily News") == []


def test_a_text_is_read_where_it_tells_of_an_event_and_what_does_not_fit_is_left_for_later():
    filler = "The weather stays mild, and the harbour is calm for the season, as people say here. " * 20
    long = a_document(f"{filler}\n\nBrightwater will build a plant in Ohio.\n\n{filler}", url="https://a.example")
    short = a_document("Nothing happened.", published_at=date(2026, 5, 1))

    def tells(text):
        return tells_of_signal(text, ICP)

    passages, read = select_event_passages([long, short], tells)
    assert [one.text for one in passages] == ["Brightwater will build a plant in Ohio."]
    assert passages[0].text == long.text[passages[0].start : passages[0].end]
    assert read == [long, short]
    assert select_event_passages([long, short], tells, limit_chars=10) == ([], [short])
