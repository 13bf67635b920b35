"""A run that finds its lead: by the profile alone, each once, with the signal that made it one; or says why not."""

import json
from datetime import date
from pathlib import Path

import pytest

from dossier.errors import Permanent
from dossier.evidence.tiers import source_tier
from dossier.extractive.engine import ExtractiveLlm
from dossier.models import Attempt, ClaimType, Tier
from dossier.ports import Variable
from dossier.run_context import Hunt
from dossier.steps.attempts import NOT_HELD
from dossier.steps.discovery import find_signals
from dossier.steps.search_queries import plan_queries
from dossier.steps.sources import find_sources
from dossier.testing import FixedSearch, ScriptedLlm, a_client, a_document, a_hunt, a_lead, a_run

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "documents.jsonl"
ICP = {
    "signals": [
        {"name": "new_plant_announced", "tier": "hot", "weight": 25},
        {"name": "expansion_of_existing_site", "tier": "warm", "weight": 20},
    ],
    "geography": {"tier1": ["Ohio"], "tier2": ["Texas"]},
}
DAY = date(2026, 5, 20)
MICRON = a_document("Micron Technology will build a new plant in Columbus, Ohio, for $30 billion.", published_at=DAY)
LILLY = a_document("Eli Lilly will invest $5 billion in a new factory in Houston, Texas.", published_at=DAY)
GE = a_document("GE Aerospace will expand its plant in Evendale, Ohio, for $100 million.", published_at=DAY)
WEATHER = a_document("The weather in Ohio stays mild, and the harbour is calm.", published_at=DAY)


@pytest.fixture
def engine(language):
    return ExtractiveLlm(language)


def a_seller(**more):
    return a_client(icp_config={**ICP, **more.pop("icp", {})}, **more)


def searched(engine, documents, **more):
    """Plan, search and find the lead over `documents`; return the research and the recorder."""
    ctx, recorder = a_hunt(documents, engine, **{"client": a_seller(), **more})
    plan = plan_queries(ctx)
    return find_signals(ctx, plan, find_sources(ctx, plan)), recorder


def found_in(research):
    return research.attempt.lead.name if research.attempt.lead else None


def test_the_best_organisation_becomes_the_lead_with_the_claim_that_made_it_one(engine):
    research, recorder = searched(engine, [WEATHER, GE, LILLY, MICRON])
    assert found_in(research) == "Micron Technology"
    [claim_id] = research.attempt.claim_ids
    claim = next(claim for claim in research.claims if claim.id == claim_id)
    assert claim.type is ClaimType.SIGNAL
    assert claim.quote == MICRON.text
    assert research.signals[0].claim_ids == [claim_id]
    assert research.attempt.rationale == "new_plant_announced, 55 points; before Eli Lilly, GE Aerospace"
    assert recorder.steps()[-5:] == [
        "lead_selection",
        "lead_sources",
        "signal_discovery",
        "signal_discovery_claims_extraction",
        "context_pack_signal_to_entity",
    ]


def test_only_claims_about_the_lead_are_claims_of_the_run(engine):
    research, _ = searched(engine, [GE, LILLY, MICRON])
    assert {claim.source_id for claim in research.claims} == {MICRON.id}
    assert research.set_aside == []


def test_searches_one_after_another_find_others_until_nobody_is_left(engine):
    names, known, attempts = [], [], []
    for _ in range(4):
        research, _ = searched(engine, [GE, LILLY, MICRON], known=known, attempts=attempts)
        attempts.append(research.attempt)
        names.append(found_in(research))
        known += [research.attempt.lead] if research.attempt.lead else []
    assert names[:3] == ["Micron Technology", "Eli Lilly", "GE Aerospace"]
    assert names[3] is None
    assert attempts[3].reason == "None of 3 organisations can be a lead: a lead of this client already (3)."
    assert attempts[3].exhausted
    assert "exhausted" in attempts[3].recommendation


@pytest.mark.parametrize(
    "more",
    [
        {"known": [a_lead("Micron", "micron.example")]},
        {"known": [a_lead("Somebody Else", "x.example", aliases=["Micron Technology"])]},
        {"client": a_seller(research_context={"competitors": [{"name": "Micron Technology"}]})},
        {"client": a_seller(icp={"exclude_names": ["Micron"]})},
        {"client": a_seller(seed_data={"exclude_names": ["Micron Technology"]})},
        {"client": a_seller(icp={"exclude_domains": ["micron.com"]})},
    ],
)
def test_known_and_excluded_organisations_stay_out(engine, more):
    research, _ = searched(engine, [MICRON], **more)
    assert found_in(research) is None
    assert [one.name for one in research.attempt.refused] == ["Micron Technology"]


def test_sources_that_name_the_lead_are_added_and_an_older_report_of_its_event_rules_it_out(engine):
    older = a_document(
        "Micron Technology will build a new plant in Columbus, Ohio, for $30 billion, the company said.",
        published_at=date(2025, 2, 1),
    )
    research, _ = searched(engine, [MICRON, older, LILLY])
    assert found_in(research) == "Eli Lilly"
    assert research.attempt.refused[0].name == "Micron Technology"
    assert research.attempt.refused[0].reason == NOT_HELD


def test_who_was_looked_up_in_vain_is_not_looked_up_again(engine):
    older = a_document(MICRON.text + " It was first told then.", published_at=date(2025, 2, 1))
    first, _ = searched(engine, [MICRON, older])
    assert first.attempt.refused[0].reason == NOT_HELD
    ctx, recorder = a_hunt([MICRON, older], engine, client=a_seller(), attempts=[first.attempt])
    plan = plan_queries(ctx)
    again = find_signals(ctx, plan, find_sources(ctx, plan))
    assert "lead_sources" not in recorder.steps()
    assert found_in(again) is None


def test_the_domain_is_taken_from_what_names_the_lead(engine):
    own = a_document(
        "Micron Technology makes chips. Write to www.micron.com for more.",
        publisher="Micron Technology",
        url="https://www.micron.com/about",
        tier=Tier.PRIMARY,
        published_at=date(2024, 1, 1),
    )
    ctx, _ = a_hunt([MICRON, own], engine, client=a_seller())
    ctx.search.by_query = {}
    plan = plan_queries(ctx)
    research = find_signals(ctx, plan, find_sources(ctx, plan))
    assert research.attempt.lead.domain == "micron.com"
    assert [found.source.id for found in research.found] == [MICRON.id, own.id]


def test_who_turns_out_to_be_a_known_lead_by_its_domain_stays_out(engine):
    own = a_document(
        "Micron Technology makes chips. Write to ann@micron.com.", publisher="Micron Technology", published_at=DAY
    )
    research, _ = searched(engine, [MICRON, own, LILLY], known=[a_lead("Boise Semiconductor", "micron.com")])
    assert found_in(research) == "Eli Lilly"
    assert (research.attempt.refused[0].name, research.attempt.refused[0].reason) == (
        "Micron Technology",
        "a lead of this client already",
    )


def test_candidates_that_are_too_many_to_be_looked_up_wait_for_the_next_search(engine, monkeypatch):
    monkeypatch.setattr("dossier.steps.discovery.MOST_TRIES", 1)
    older = a_document(MICRON.text + " It was first told then.", published_at=date(2025, 2, 1))
    documents = [MICRON, older, LILLY]
    first, _ = searched(engine, documents)
    assert found_in(first) is None
    assert not first.attempt.exhausted
    second, _ = searched(engine, documents, attempts=[first.attempt])
    assert found_in(second) == "Eli Lilly"


@pytest.mark.parametrize("context", [{"competitors": "Micron", "client": "x"}, {"competitors": [7, None, {"name": 8}]}])
def test_a_profile_of_another_shape_excludes_nobody_by_accident(engine, context):
    research, _ = searched(engine, [MICRON], client=a_seller(research_context=context))
    assert found_in(research) == "Micron Technology"


def test_nothing_found_is_a_result_with_its_reason(engine):
    research, recorder = searched(engine, [WEATHER])
    assert research.attempt.reason == "No source that was found tells of an event that the profile looks for."
    assert research.gaps == [research.attempt.reason]
    assert research.attempt.exhausted
    assert research.claims == []
    assert "signal_discovery" not in recorder.steps()


def test_a_profile_without_signals_finds_nobody_and_says_so(engine):
    research, _ = searched(engine, [MICRON], client=a_client(icp_config={}))
    assert research.attempt.reason == "The profile names no signals to look for."
    assert research.attempt.exhausted


def test_without_a_usable_answer_there_is_no_lead():
    llm = ScriptedLlm({"search_builder": "no JSON", "signal_discovery": "no JSON"})
    ctx, _ = a_hunt([MICRON], llm, client=a_seller())
    plan = plan_queries(ctx)
    research = find_signals(ctx, plan, find_sources(ctx, plan))
    assert research.attempt.reason == "The step for buying signals gave no usable answer."


def a_draft(**more):
    return {
        "type": "SIGNAL",
        "statement": "Micron Technology will build a plant in Ohio.",
        "source_id": MICRON.id,
        "quote": MICRON.text,
        "details": {"signal_type": "new_plant_announced", "organization": "Micron Technology"},
        **more,
    }


def test_an_engine_that_writes_is_held_to_the_same_rules():
    """What a model proposes passes the same gate: the quote stands, the name stands, and it is no known lead."""
    invented = a_draft(quote="Acme will build a plant.", details={**a_draft()["details"], "organization": "Acme Foods"})
    unnamed = a_draft(details={**a_draft()["details"], "organization": "Brightwater Foods"})
    script = {
        "search_builder": {"objective": "o", "queries": [{"query": '"plant" Ohio'}]},
        "signal_discovery": lambda request: {"claims": [invented, unnamed, a_draft()]},
    }
    llm = ScriptedLlm(script)
    ctx, _ = a_hunt([MICRON], llm, client=a_seller(), known=[a_lead("Old Customer", None)])
    plan = plan_queries(ctx)
    research = find_signals(ctx, plan, find_sources(ctx, plan))
    assert found_in(research) == "Micron Technology"
    first, second = (request for request in llm.requests if request.step == "signal_discovery")
    assert first.variables["lead"] is None
    assert first.variables["excluded"] == ["Acme Steel", "Old Customer"]
    assert "Old Customer" in first.prompt
    assert second.variables["lead"]["name"] == "Micron Technology"
    assert [one.name for one in research.attempt.refused] == ["Brightwater Foods"]


def test_a_plan_that_was_tried_before_is_replaced():
    tried = Attempt(queries=['"plant" Ohio'], reason="nothing")
    llm = ScriptedLlm({"search_builder": {"objective": "o", "queries": [{"query": '"plant" Ohio'}]}})
    ctx, _ = a_hunt([MICRON], llm, client=a_seller(), attempts=[tried])
    plan = plan_queries(ctx)
    assert [query.query for query in plan.queries] != tried.queries
    [request] = llm.requests
    assert request.variables["attempt_log"][0]["reason"] == "nothing"
    assert "nothing" in request.prompt


def test_the_attempt_log_tells_what_was_found_or_why_not(engine):
    research, _ = searched(engine, [MICRON])
    vain, _ = searched(engine, [MICRON], known=[research.attempt.lead], attempts=[research.attempt])
    ctx, _ = a_hunt([MICRON], engine, attempts=[research.attempt, vain.attempt])
    first, second = ctx.attempt_log
    assert first["found"] == "Micron Technology"
    assert first["queries"] == research.attempt.queries
    assert second["found"] is None
    assert second["refused"] == ["Micron Technology: a lead of this client already"]
    assert "read" not in second
    assert first["signals"] != second["signals"] or first["places"] != second["places"]


def test_a_source_that_was_read_in_vain_is_not_read_again_on_the_same_basis(engine):
    vain, _ = searched(engine, [MICRON], known=[a_lead("Micron", None)])
    again, _ = searched(engine, [MICRON], attempts=[vain.attempt])
    assert found_in(again) is None
    assert again.attempt.read == []
    with_more, _ = searched(engine, [MICRON, GE], attempts=[vain.attempt])
    assert found_in(with_more) == "Micron Technology", "there are other documents now"


def test_a_seed_is_the_organisation_that_is_looked_for(engine):
    client = a_seller(seed_data={"mode": "seed", "seed": {"company_name": "Eli Lilly"}})
    research, _ = searched(engine, [GE, LILLY, MICRON], client=client)
    assert found_in(research) == "Eli Lilly"
    later, _ = searched(engine, [GE, LILLY, MICRON], client=client, known=[research.attempt.lead])
    assert found_in(later) == "Micron Technology", "the seed is spent"


def test_a_run_that_has_found_its_lead_keeps_it(engine):
    lead = a_lead("Eli Lilly", None)
    ctx, _ = a_hunt([LILLY, MICRON], engine, client=a_seller())
    ctx = ctx.about(lead)
    plan = plan_queries(ctx)
    research = find_signals(ctx, plan, find_sources(ctx, plan))
    assert research.attempt is None
    assert {claim.source_id for claim in research.claims} == {LILLY.id}


def test_a_step_after_the_search_cannot_run_without_a_lead(engine):
    ctx, _ = a_hunt([MICRON], engine)
    with pytest.raises(Permanent, match="has no lead yet"):
        _ = ctx.lead
    given, _, _ = a_run([MICRON])
    assert given.hunt is None
    assert given.attempt_log == []
    assert given.variables(x=Variable(1, "static"))["lead"].value is not None


def test_the_samples_show_leads_without_any_import_of_leads(engine):
    notes = [json.loads(line) for line in SAMPLES.read_text("utf-8").splitlines()]
    documents = [
        a_document(
            note["text"],
            title=note["title"],
            url=note["url"],
            publisher=note["publisher"],
            published_at=date.fromisoformat(note["published_at"]) if note["published_at"] else None,
            tier=source_tier(note["url"], note["publisher"], None, note.get("source_tier"))[0],
        )
        for note in notes
    ]
    known, names = [], []
    for _ in range(4):
        research, _ = searched(engine, documents, known=known, reference_date=date(2026, 5, 31))
        names.append(found_in(research))
        known += [research.attempt.lead] if research.attempt.lead else []
    assert {name.split()[0] for name in names[:3]} == {"Micron", "Eli", "GE"}
    assert names[3] is None


def test_hits_are_limited_in_time_as_long_as_there_is_no_lead():
    search = FixedSearch([MICRON])
    ctx, _, _ = a_run([MICRON], {"search_builder": "no JSON"}, search=search, client=a_seller())
    plan = plan_queries(ctx)
    find_sources(ctx, plan)
    assert search.asked[-1][1] is None
    ctx, _ = a_hunt([MICRON], ScriptedLlm({"search_builder": "no JSON"}), client=a_seller())
    find_sources(ctx, plan_queries(ctx))
    assert all(since is not None for _, since, _ in ctx.search.asked)
    assert isinstance(ctx.hunt, Hunt)
