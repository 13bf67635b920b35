"""The research of entity, people and enrichment: what each step is given, hands on, and leaves when it fails."""

import threading

import pytest

from dossier.errors import Retryable, StepFailed
from dossier.models import ContextPack, FoundSource, Lead, Research, Signal, SourceSet, StepStatus
from dossier.steps.claims import PREFIXES
from dossier.steps.contact_research import discover_contacts
from dossier.steps.enrichment import STEPS, enrich, vetted_media
from dossier.steps.entity_research import research_entity
from dossier.testing import a_client, a_document, a_run, source_of

TEXT = (
    "Harbor Foods of Ohio will build a plant with Stone Builders. Ann Lee is plant manager at Harbor Foods. "
    "A picture: https://img.example/plant.jpg"
)
DOCUMENT = a_document(TEXT, url="https://news.example/1")
IMAGE = "https://img.example/plant.jpg"
SOURCES = SourceSet(found=[FoundSource(source=source_of(DOCUMENT), queries=[0], score=1.0, snippet="")])
PRIMARY = Signal.model_validate(
    {
        "id": "signal_001",
        "signal_type": "new_plant_announced",
        "tier": "HOT",
        "headline": "A plant",
        "event_date": "2026-05-01",
        "date_precision": "month",
        "source_id": DOCUMENT.id,
        "url": DOCUMENT.url,
        "claim_ids": [],
    }
)
QUESTIONS = a_client(client_research_questions=["Who builds it?"])


def a_research(pack_type=None, **fields):
    pack = ContextPack(pack_type=pack_type, data={"from": pack_type}, anchor_claim_ids=[]) if pack_type else None
    return Research(answers={}, claims=[], pack=pack, **fields)


SIGNALS = a_research("signal_to_entity", signals=[PRIMARY])
ENTITY = a_research("entity_to_contacts")
CONTACTS = a_research("contacts_to_enrichment")


def drafted(kind="NOTE", quote="will build a plant", **fields):
    draft = {"type": kind, "statement": "A fact.", "source_id": DOCUMENT.id, "quote": quote, **fields}
    return {"claims": [draft]}


ANSWERS = {
    "enrich_lead": drafted("ATTRIBUTE"),
    "enrich_opportunity": drafted("OPPORTUNITY"),
    "client_specific": drafted("NOTE"),
    "media": {"logo": {"url": "https://img.example/plant.jpg"}},
}


def enriched(client=QUESTIONS, **changes):
    ctx, llm, recorder = a_run([DOCUMENT], {**ANSWERS, **changes}, client=client)
    return enrich(ctx.within("enrichment"), SIGNALS, ENTITY, CONTACTS, SOURCES), llm, recorder


def test_entity_research_gets_the_signals_pack_and_hands_on_its_own():
    answer = drafted("RELATIONSHIP", "Stone Builders", entities=["Stone Builders"])
    ctx, llm, recorder = a_run([DOCUMENT], {"entity_research": {**answer, "identity": {"entity_type": "JV"}}})
    research = research_entity(ctx, SIGNALS, SOURCES)
    variables = llm.requests[0].variables
    assert variables["context_pack"] == {"from": "signal_to_entity"}
    assert variables["primary_signal"]["id"] == "signal_001"
    assert variables["search_plan"] is None
    assert [claim.id for claim in research.claims] == ["entity_001"]
    assert research.pack is not None
    assert research.pack.pack_type == "entity_to_contacts"
    assert research.pack.data["canonical_target"]["entity_type"] == "JV"
    assert research.pack.data["partner_organizations"][0]["name"] == "Stone Builders"
    assert recorder.steps() == [
        "entity_research",
        "entity_research_claims_extraction",
        "context_pack_entity_to_contacts",
    ]


def test_contact_discovery_gets_the_entity_pack_and_hands_on_the_people():
    details = {"person": "Ann Lee", "title": "plant manager", "organization": "Harbor Foods"}
    answer = drafted("CONTACT", "Ann Lee is plant manager", details=details)
    ctx, llm, _ = a_run([DOCUMENT], {"contact_discovery": answer})
    entity = Research(answers={"entity_research": {"identity": {"parent": "Big Corp"}}}, claims=[], pack=ENTITY.pack)
    research = discover_contacts(ctx, SIGNALS, entity, SOURCES)
    assert llm.requests[0].variables["context_pack"] == {"from": "entity_to_contacts"}
    assert [claim.id for claim in research.claims] == ["contact_001"]
    assert research.pack is not None
    assert [person["name"] for person in research.pack.data["confirmed_contacts"]] == ["Ann Lee"]
    assert research.pack.data["corporate_structure"]["parent"] == "Big Corp"


@pytest.mark.parametrize("step", ["entity_research", "contact_discovery"])
def test_a_failed_step_leaves_a_gap_and_still_a_pack(step):
    ctx, _, _ = a_run([DOCUMENT], {step: "no JSON"})
    entity = step == "entity_research"
    research = research_entity(ctx, SIGNALS, SOURCES) if entity else discover_contacts(ctx, SIGNALS, ENTITY, SOURCES)
    assert research.failed_steps == [step]
    assert len(research.gaps) == 1
    assert research.pack is not None


def test_the_four_branches_run_side_by_side_with_the_newest_pack():
    meet = threading.Barrier(4, timeout=10)

    def answered(request):
        meet.wait()
        return ANSWERS[request.step]

    research, llm, recorder = enriched(**dict.fromkeys(STEPS, answered))
    assert {request.variables["context_pack"]["from"] for request in llm.requests} == {"contacts_to_enrichment"}
    assert [claim.id for claim in research.claims] == ["lead_001", "opp_001", "client_001"]
    assert list(research.answers) == list(STEPS)
    extractions = {f"{step}_claims_extraction" for step in STEPS if step in PREFIXES}
    assert sorted(recorder.steps()) == sorted({*STEPS, *extractions})
    assert research.gaps == []


def test_a_failed_branch_leaves_the_others_and_names_its_gap():
    research, _, recorder = enriched(enrich_lead=StepFailed("enrich_lead", "No."), media="no JSON")
    assert research.failed_steps == ["enrich_lead", "media"]
    assert [claim.id for claim in research.claims] == ["opp_001", "client_001"]
    assert len(research.gaps) == 2
    assert "enrich_lead" not in research.answers
    assert recorder.closed("enrich_opportunity").status is StepStatus.COMPLETED


def test_a_passing_fault_of_a_branch_is_left_to_the_queue():
    with pytest.raises(Retryable):
        enriched(media=Retryable("busy"))


def test_silence_on_the_clients_questions_is_a_gap_only_if_it_asked():
    asked, _, _ = enriched(client_specific={})
    unasked, _, _ = enriched(client=a_client(), client_specific={})
    assert asked.gaps == ["The sources say nothing about the client's own questions."]
    assert unasked.gaps == []


LEAD = Lead(id="ld_1", name="Harbor Foods", profile={"industry": "Food"})


def test_a_picture_whose_address_stands_in_a_source_is_kept():
    media = {
        "logo": {"url": DOCUMENT.url, "source": "news"},
        "project_image": {"url": IMAGE, "alt_text": "The plant", "source_url": "https://made.up/of"},
    }
    vetted = vetted_media(media, [DOCUMENT], LEAD)
    assert vetted["project_image"] == {"url": IMAGE, "alt_text": "The plant"}
    assert vetted["logo"]["source"] == "news"
    assert vetted["fallback_recommendation"]["needed"] is False


NOWHERE = [
    "https://harborfoods.example/logo.png",
    "https://img.example/plant",
    "https://img.example",
    "h",
    "",
    None,
    7,
    [],
]


@pytest.mark.parametrize("url", NOWHERE)
def test_a_picture_whose_address_stands_nowhere_is_dropped_and_a_fallback_recommended(url):
    vetted = vetted_media({"logo": {"url": url, "source": "guess"}, "project_image": None}, [DOCUMENT], LEAD)
    assert vetted["logo"] == {}
    assert vetted["fallback_recommendation"] == {
        "needed": True,
        "industry_category": "Food",
        "reason": "No source gives an address of a picture.",
    }


def test_lineage_says_where_each_variable_came_from():
    _, _, recorder = enriched()
    variables = recorder.one("media").variables
    kinds = {name: (variable.source_type, variable.source_step) for name, variable in variables.items()}
    assert kinds["lead"] == ("seed", None)
    assert kinds["icp_config"] == ("client_config", None)
    assert kinds["context_pack"] == ("context_pack", "context_pack_contacts_to_enrichment")
    assert kinds["primary_signal"] == ("previous_step", "signal_discovery")
    assert kinds["passages"] == ("previous_step", "sources")
    assert kinds["current_date"] == ("static", None)
