"""Signals: which claims become one, their type and tier by the profile, their order, and the one to start from."""

from datetime import date

import pytest

from dossier.errors import StepFailed
from dossier.models import (
    Claim,
    ClaimDetails,
    ClaimType,
    Confidence,
    Count,
    FoundSource,
    IcpConfig,
    Money,
    Precision,
    SearchPlan,
    Signal,
    SignalTier,
    SourceSet,
    StepStatus,
    Tier,
)
from dossier.steps.signals import MAX_HEADLINE, build_signals, discover_signals, headline, primary_signal
from dossier.testing import a_document, a_run, source_of

ICP = IcpConfig.model_validate(
    {"signals": [{"name": "new_plant_announced", "tier": "hot"}, {"name": "site_search"}, {"name": "HIRING"}]}
)
TODAY = date(2026, 6, 30)
NEWS = a_document("Harbor Foods will build a plant in Ohio.", url="https://news.example/1")
FILED = a_document("Harbor Foods: plant in Ohio.", url="https://filed.example/1", tier=Tier.GOV)
SOURCES = {NEWS.id: NEWS, FILED.id: FILED}


def a_claim(number=1, *, source=NEWS, statement=None, when=date(2026, 5, 1), kind=ClaimType.SIGNAL, **details):
    return Claim(
        id=f"search_{number:03d}",
        type=kind,
        statement=statement or f"Harbor Foods will build a plant, report {number}.",
        entities=[],
        event_date=when,
        date_precision=Precision.MONTH if when else None,
        source_id=source.id,
        quote=source.text,
        start=0,
        end=len(source.text),
        source_tier=source.tier,
        confidence=Confidence.MEDIUM,
        step="signal_discovery",
        details=ClaimDetails(**{"signal_type": "new_plant_announced", **details}),
    )


def built(*claims):
    return build_signals(claims, SOURCES, ICP)


def test_a_signal_takes_its_values_from_its_claim_and_source():
    money = Money(amount=4e7, text="$40 million")
    (signal,), gaps = built(a_claim(amount=money, status="APPROVED"))
    assert signal == Signal(
        id="signal_001",
        signal_type="new_plant_announced",
        tier=SignalTier.HOT,
        headline="Harbor Foods will build a plant, report 1.",
        event_date=date(2026, 5, 1),
        date_precision=Precision.MONTH,
        source_id=NEWS.id,
        url=NEWS.url,
        amount=money,
        status="APPROVED",
        claim_ids=["search_001"],
    )
    assert gaps == []


@pytest.mark.parametrize(
    ("said", "name", "tier"),
    [
        ("new_plant_announced", "new_plant_announced", SignalTier.HOT),
        ("New plant-announced", "new_plant_announced", SignalTier.HOT),
        ("site_search", "site_search", SignalTier.PLANNING),
        ("HIRING", "HIRING", SignalTier.PLANNING),
        ("funding", "FUNDING", SignalTier.PASSIVE),
        ("EPCM_AWARD", "EPCM_AWARD", SignalTier.PASSIVE),
    ],
)
def test_type_and_tier_come_from_the_profile_and_else_from_the_domain(said, name, tier):
    (signal,), _ = built(a_claim(signal_type=said, signal_tier=SignalTier.WARM))
    assert (signal.signal_type, signal.tier) == (name, tier)


@pytest.mark.parametrize("said", ["alien_landing", "", None])
def test_a_type_that_nobody_knows_makes_a_gap_and_no_signal(said):
    signals, gaps = built(a_claim(7, signal_type=said))
    assert signals == []
    assert gaps == ["1 event was left out: of no kind that the profile or the product knows."]


def test_only_claims_of_type_signal_become_signals():
    assert built(a_claim(kind=ClaimType.OPPORTUNITY), a_claim(2, kind=ClaimType.METRIC)) == ([], [])


def test_signals_stand_newest_first_and_undated_ones_last():
    dates = [date(2025, 1, 1), None, date(2026, 6, 1), date(2026, 2, 1)]
    signals, _ = built(*(a_claim(number, when=when) for number, when in enumerate(dates, 1)))
    assert [signal.event_date for signal in signals] == [dates[2], dates[3], dates[0], None]
    assert [signal.id for signal in signals] == ["signal_001", "signal_002", "signal_003", "signal_004"]


def test_on_the_same_day_the_hotter_signal_comes_first():
    signals, _ = built(a_claim(1, signal_type="FUNDING"), a_claim(2, signal_type="site_search"), a_claim(3))
    assert [signal.tier for signal in signals] == [SignalTier.HOT, SignalTier.PLANNING, SignalTier.PASSIVE]


def test_the_same_event_in_two_sources_is_one_signal_and_the_better_source_speaks():
    (signal,), _ = built(a_claim(1), a_claim(2, source=FILED))
    assert signal.claim_ids == ["search_001", "search_002"]
    assert (signal.source_id, signal.url) == (FILED.id, FILED.url)


@pytest.mark.parametrize(
    "other",
    [
        {"when": date(2026, 4, 1)},
        {"place": "Texas"},
        {"signal_type": "site_search"},
        {"amount": Money(amount=1, text="$1")},
        {"count": Count(number=5, unit="job", text="5 jobs")},
    ],
)
def test_different_events_stay_two_signals(other):
    signals, _ = built(a_claim(1, place="Ohio"), a_claim(2, **{"place": "Ohio", **other}))
    assert len(signals) == 2


def test_undated_claims_are_one_signal_only_if_they_say_the_same():
    same, _ = built(a_claim(1, when=None, statement="A plant."), a_claim(2, when=None, statement="a plant."))
    different, _ = built(a_claim(1, when=None), a_claim(2, when=None))
    assert (len(same), len(different)) == (1, 2)


def test_a_long_statement_is_cut_between_words():
    text = headline("Harbor Foods " + "builds " * 40)
    assert len(text) <= MAX_HEADLINE
    assert text.endswith("builds…")
    assert headline("Short.") == "Short."


def test_the_primary_signal_is_hot_then_new_and_never_undated_or_older_than_a_year():
    signals, _ = built(
        a_claim(1, when=None),
        a_claim(2, when=date(2025, 6, 1)),
        a_claim(3, when=date(2026, 6, 1), signal_type="FUNDING"),
        a_claim(4, when=date(2025, 9, 1)),
        a_claim(5, when=date(2025, 12, 1)),
    )
    chosen = primary_signal(signals, TODAY)
    assert chosen is not None
    assert chosen.claim_ids == ["search_005"]
    assert primary_signal(signals, date(2030, 1, 1)) is None
    assert primary_signal([], TODAY) is None


# ---------------------------------------------------------------- the step

PLAN = SearchPlan.model_validate({"objective": "o", "queries": [{"query": '"Harbor Foods"'}]})
TEXT = "In May 2026 Harbor Foods announced a $40 million plant in Ohio. A bank of that name closed."


def an_answer(document, *more):
    draft = {
        "type": "SIGNAL",
        "statement": "Harbor Foods announced a plant in Ohio.",
        "source_id": document.id,
        "quote": "Harbor Foods announced a $40 million plant in Ohio",
        "event_date": "2026-05-01",
        "date_precision": "month",
        "details": {"signal_type": "new_plant_announced", "place": "Ohio"},
    }
    sources = [{"url": document.url, "title": "x"}, {"url": "https://invented.example"}]
    lead = {"company_name": "Harbor Foods"}
    return {"lead": lead, "sources": sources, "claims": [draft, *({**draft, **fields} for fields in more)]}


def a_source_set(*documents, **counts):
    found = [FoundSource(source=source_of(d), queries=[0], score=1.0, snippet="") for d in documents]
    return SourceSet(found=found, hits=len(found), **counts)


def discovered(document, answer, **counts):
    ctx, llm, recorder = a_run([document], {"signal_discovery": answer})
    sources = a_source_set(document, **counts)
    return discover_signals(ctx.within("signals"), PLAN, sources), llm, recorder


DOCUMENT = a_document(TEXT, url="https://news.example/2")


def test_signals_are_discovered_with_claims_pack_and_step_runs():
    research, llm, recorder = discovered(DOCUMENT, an_answer(DOCUMENT))
    assert [signal.claim_ids for signal in research.signals] == [["search_001"]]
    assert research.pack is not None
    assert research.pack.data["signal_summary"]["signal_type"] == "new_plant_announced"
    assert recorder.steps() == [
        "signal_discovery",
        "signal_discovery_claims_extraction",
        "context_pack_signal_to_entity",
    ]
    assert {row.asset for row in recorder.rows} == {"signals"}
    assert llm.requests[0].variables["search_plan"]["objective"] == "o"
    assert llm.requests[0].variables["context_pack"] is None
    assert (research.gaps, research.failed_steps) == ([], [])


def test_the_answer_is_kept_without_drafts_and_without_sources_that_the_run_does_not_have():
    research, _, _ = discovered(DOCUMENT, an_answer(DOCUMENT))
    answer = research.answers["signal_discovery"]
    assert "claims" not in answer
    assert [source["url"] for source in answer["sources"]] == [DOCUMENT.url]


def test_a_claim_about_another_organisation_is_no_signal():
    aside = {"details": {"signal_type": "new_plant_announced", "about": "other"}}
    research, _, _ = discovered(DOCUMENT, an_answer(DOCUMENT, aside))
    assert [signal.claim_ids for signal in research.signals] == [["search_001"]]
    assert [claim.id for claim in research.set_aside] == ["search_002"]
    assert research.pack is not None
    assert research.pack.anchor_claim_ids == ["search_001"]


def test_a_claim_without_a_quote_is_no_signal():
    research, _, _ = discovered(DOCUMENT, an_answer(DOCUMENT, {"quote": "Harbor Foods closed"}))
    assert [claim.id for claim in research.refused] == ["search_002"]
    assert len(research.signals) == 1


def test_a_step_that_failed_leaves_a_gap_and_the_pack_of_nothing():
    research, _, recorder = discovered(DOCUMENT, StepFailed("signal_discovery", "The model refused: secret."))
    assert research.failed_steps == ["signal_discovery"]
    assert research.gaps == ["The step for buying signals gave no usable answer, so this part is missing."]
    assert research.answers == {}
    assert research.pack is not None
    assert research.pack.anchor_claim_ids == []
    assert recorder.closed("signal_discovery").status is StepStatus.FAILED


def test_an_answer_without_claims_is_a_gap_and_no_failure():
    research, _, _ = discovered(DOCUMENT, {"lead": None, "failure_reason": "nothing", "claims": []})
    assert research.gaps == ["The sources say nothing about buying signals."]
    assert research.failed_steps == []


def test_claims_that_make_no_signal_are_a_gap():
    answer = an_answer(DOCUMENT)
    answer["claims"][0]["type"] = "METRIC"
    research, _, _ = discovered(DOCUMENT, answer)
    assert research.gaps == ["The sources tell of no event that suggests a purchase."]


def test_without_a_word_about_the_lead_nothing_is_asked():
    stranger = a_document("A long story about the weather in another country.")
    research, llm, recorder = discovered(stranger, {})
    assert llm.requests == []
    record = recorder.closed("signal_discovery")
    assert (record.status, record.error_message) == (StepStatus.SKIPPED, "No source speaks of the lead.")
    assert recorder.closed("signal_discovery_claims_extraction").counts["drafted"] == 0
    assert research.gaps == ["The sources say nothing about buying signals."]
    assert research.failed_steps == []


def test_what_was_left_out_is_a_gap_that_counts_it():
    research, _, _ = discovered(DOCUMENT, an_answer(DOCUMENT), left_out_after_reference=3, left_out_excluded=1)
    assert research.gaps == [
        "3 sources were left out: published after 2026-06-30.",
        "1 source was left out: on excluded domains.",
    ]


def test_no_source_at_all_is_said_so():
    ctx, _, _ = a_run([])
    research = discover_signals(ctx, PLAN, SourceSet(found=[]))
    assert research.gaps[-1] == "No source about Harbor Foods was found."


def test_a_headline_never_ends_with_a_number_whose_unit_is_cut_off():
    lead_in = "Harbor Foods and its many partners of the northern counties have announced a plant that is worth"
    assert headline(f"{lead_in} $500 million in all.").endswith("is worth…")
    assert headline("Short, $500 million.") == "Short, $500 million."
    assert len(headline(lead_in + " more than words can tell to anybody")) <= 100
