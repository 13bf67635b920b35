"""Writers and insight: what they get, what of their answers stays, and the gap where they fail."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from dossier.errors import Retryable, StepFailed
from dossier.exchange import Exchange
from dossier.exports.wording import DATED_BY_REPORT
from dossier.models import SECTION_KEYS, ContextPack, Insight, MergedClaim, SignalTier
from dossier.prompt_files import load_prompts
from dossier.steps.dossier_plan import route_claims
from dossier.steps.insight import derive_insight
from dossier.steps.sections import WRITTEN, write_sections
from dossier.steps.signal_table import NO_REASON
from dossier.testing import a_lead, a_run
from tests.evidence_fixture import PAPER, a_claim, a_fact, a_merge, a_score, a_signal, short_prompts

STEPS = [f"writer_{key}" for key in WRITTEN]
VARIABLES = set(
    """lead client icp_config industry_research research_context client_research_questions current_date claims
    routed_claims signals resolved_contacts conflicts timelines score insight events context_pack""".split()
)
OLD = a_claim(1, "Harbor Foods bought land.", event_date=date(2026, 1, 5))
NEW = a_claim(2, "Harbor Foods will build a plant.", event_date=date(2026, 5, 4))
NAKED = a_claim(3, "Harbor Foods hires.")
MERGED = a_merge([a_fact(n, claim) for n, claim in enumerate((OLD, NEW, NAKED), 1)])
SIGNALS = [a_signal(OLD, SignalTier.WARM), a_signal(NEW), a_signal(NAKED, SignalTier.PASSIVE, "HIRING")]


def sentence(text="Harbor Foods will build a plant.", kind="fact", ids=("MERGED_002",)):
    return {"text": text, "kind": kind, "claim_ids": list(ids)}


def write(script=None, *, insight=None, merged=MERGED, signals=SIGNALS, lead=None):
    answers = {**{step: {"sentences": [sentence()]} for step in STEPS}, **(script or {})}
    ctx, llm, recorder = a_run([PAPER], answers, prompts=short_prompts(*STEPS), lead=lead)
    pack = ContextPack(pack_type="contacts_to_enrichment", data={"note": "newest"}, anchor_claim_ids=[])
    written = write_sections(ctx, merged, route_claims(merged), a_score(40), insight, signals, pack)
    return {section.key: section for section in written.sections}, written, llm, recorder


def test_six_sections_come_in_the_order_of_the_dossier():
    _, written, _, recorder = write()
    keys = [section.key for section in written.sections]
    assert keys == [key for key in SECTION_KEYS if key in WRITTEN]
    assert sorted(recorder.steps()) == sorted(STEPS)
    assert written.failed_steps == []


def test_a_writer_gets_all_claims_its_own_and_the_newest_pack():
    _, _, llm, _ = write()
    request = next(one for one in llm.requests if one.step == "writer_signals")
    assert set(request.variables) == VARIABLES
    assert [claim["id"] for claim in request.variables["claims"]] == ["MERGED_001", "MERGED_002", "MERGED_003"]
    assert [one["id"] for one in request.variables["routed_claims"]] == ["MERGED_002", "MERGED_001", "MERGED_003"]
    assert request.variables["context_pack"] == {"note": "newest"}
    assert request.variables["insight"] is None


def test_a_writer_can_read_its_claims_as_they_are_in_the_merge():
    _, _, llm, _ = write()
    given = llm.requests[0].variables["claims"]
    assert [MergedClaim.model_validate(claim) for claim in given] == MERGED.merged
    assert all(None not in claim.get("details", {}).values() for claim in given)


def test_the_writers_work_at_the_same_time():
    gate = threading.Barrier(len(STEPS), timeout=20)

    def answer(request):
        gate.wait()
        return {"sentences": []}

    _, written, _, _ = write(dict.fromkeys(STEPS, answer))
    assert len(written.sections) == len(STEPS)


def test_unknown_ids_go_and_a_fact_without_a_known_one_goes_with_them():
    answer = {
        "sentences": [
            sentence(ids=("MERGED_002", "MERGED_404")),
            sentence("Made up.", ids=("MERGED_404",)),
            sentence("Made up too.", ids=()),
            sentence("Ask for the site.", "interpretation", ("MERGED_404",)),
            sentence("  "),
        ]
    }
    sections, _, _, _ = write({"writer_opportunity": answer})
    kept = sections["opportunity"]
    assert [(one.text, one.claim_ids) for one in kept.sentences] == [
        ("Harbor Foods will build a plant.", ["MERGED_002"]),
        ("Ask for the site.", []),
    ]
    assert "2 facts without a known claim" in kept.gap


def test_content_loses_unknown_ids_and_addresses_that_no_source_has():
    content = {
        "client_specific": [{"question": "Q?", "evidence_claims": ["MERGED_002", "MERGED_404", 7]}],
        "key": {"source_url": "https://evil.example/", "deep": [{"url": PAPER.url}]},
    }
    sections, _, _, _ = write({"writer_client_specific": {"content": content, "sentences": [sentence()]}})
    assert sections["client_specific"].content == {
        "client_specific": [{"question": "Q?", "evidence_claims": ["MERGED_002"]}],
        "key": {"source_url": None, "deep": [{"url": PAPER.url}]},
    }
    assert "an address that no source has" in sections["client_specific"].gap


@pytest.mark.parametrize(
    "reply", ["no JSON", "{}{}", '{"sentences": [{"text": 1}]}', StepFailed("writer_intro", "No.")]
)
def test_a_writer_without_a_usable_answer_leaves_a_gap_and_the_others_go_on(reply):
    sections, written, _, _ = write({"writer_intro": reply})
    assert written.failed_steps == ["writer_intro"]
    assert sections["intro"].sentences == []
    assert sections["intro"].gap == "This part is missing: the writer gave no usable answer."
    assert sections["signals"].sentences


def test_a_fault_that_may_pass_ends_the_step():
    with pytest.raises(Retryable):
        write({"writer_strategy": Retryable("busy")})


def test_a_silent_writer_leaves_a_gap_that_says_what_was_looked_for():
    sections, written, _, _ = write({"writer_opportunity": {}, "writer_strategy": {"gap": "Nothing here."}})
    assert sections["opportunity"].gap == "Nothing found: the sources do not tell a project, its value or its dates."
    assert sections["strategy"].gap == "Nothing here."
    assert written.failed_steps == []


def test_the_score_in_the_intro_is_the_computed_one():
    lie = {"content": {"lead_score": 99, "timing_urgency": "LOW", "title": "Harbor"}, "sentences": [sentence()]}
    sections, _, _, _ = write({"writer_intro": lie}, lead=a_lead(profile={"industry": "Food", "ticker": "HF"}))
    content = sections["intro"].content
    assert (content["lead_score"], content["timing_urgency"]) == (40, "HIGH")
    assert (content["title"], content["industry"]) == ("Harbor", "Food")
    assert "ticker" not in content
    assert content["score_explanation"] == "40 of 100: nothing was found that counts."


def test_a_regulator_is_no_partner_whatever_the_writer_calls_it():
    named = (("partner", "EPA"), ("partner", "Bolt"), ("regulator", "EPA"))
    rows = [{"type": kind, "name": name} for kind, name in named]
    reply = {"content": {"network_intelligence": rows}, "sentences": [sentence()]}
    sections, _, _, _ = write({"writer_lead_intelligence": reply})
    assert sections["lead_intelligence"].content["network_intelligence"] == rows[1:]


def test_the_table_of_signals_is_made_by_code_newest_first():
    rows = [
        {"headline": "Invented", "date": "2026-06-29", "relevance": "Buy!"},
        {"claim_ids": ["MERGED_001"], "relevance": "Land comes before steel.", "date": "1999-01-01"},
        {"headline": NEW.statement, "relevance": "HOT"},
    ]
    sections, _, _, _ = write({"writer_signals": {"content": {"why_theyll_buy_now": rows}}})
    table = sections["signals"].content["why_theyll_buy_now"]
    assert [(row["date"], row["claim_ids"]) for row in table] == [
        ("2026-05-04", ["MERGED_002"]),
        ("2026-05-04", ["MERGED_003"]),
        ("2026-01-05", ["MERGED_001"]),
    ]
    assert [row["relevance"] for row in table] == ["", DATED_BY_REPORT, "Land comes before steel."]
    assert [row["dated_by"] for row in table] == ["text", "report", "text"]
    assert {row["source_url"] for row in table} == {PAPER.url}


def test_a_cut_stands_in_the_table_and_says_that_it_does_not_count():
    cut = a_claim(1, "Harbor Foods, May 4: Employees affected: 78", event_date=date(2026, 5, 4))
    merged = a_merge([a_fact(1, cut)])
    sections, _, _, _ = write(merged=merged, signals=[a_signal(cut, SignalTier.PASSIVE, "REGULATORY")])
    (row,) = sections["signals"].content["why_theyll_buy_now"]
    assert row["relevance"] == NO_REASON


def test_the_insight_fills_the_strategy_where_the_writer_left_it_empty():
    insight = Insight(
        the_math={"bottom_line": "Time is short."},
        deal_strategy={"how_they_buy": "By committee."},
        sentences=[sentence("Time is short.", "interpretation"), sentence(kind="interpretation")],
    )
    answer = {"content": {"deal_strategy": "Ask the plant."}, "sentences": [sentence()]}
    sections, _, _, _ = write({"writer_strategy": answer}, insight=insight)
    strategy = sections["strategy"]
    assert strategy.content == {"deal_strategy": "Ask the plant.", "the_math": {"bottom_line": "Time is short."}}
    assert [one.text for one in strategy.sentences] == [sentence()["text"], "Time is short."]


def test_the_prompts_of_the_house_take_the_variables_as_they_are():
    answers = {**{step: {"sentences": []} for step in STEPS}, "insight": {}}
    ctx, llm, _ = a_run([PAPER], answers, prompts=load_prompts())
    assert isinstance(ctx.exchange, Exchange)
    insight = derive_insight(ctx, MERGED, a_score(), SIGNALS)
    write_sections(ctx, MERGED, route_claims(MERGED), a_score(), insight, SIGNALS)
    assert sorted(llm.steps()) == sorted([*STEPS, "insight"])
    assert all("Harbor Foods" in request.prompt for request in llm.requests)


def test_two_runs_write_the_same_sections():
    assert write()[1] == write()[1]


# --------------------------------------------------------------------------------------------------- insight


def ask_insight(reply):
    ctx, _, _ = a_run([PAPER], {"insight": reply}, prompts=short_prompts("insight"))
    return derive_insight(ctx, MERGED, a_score(), SIGNALS)


def test_insight_is_interpretation_whatever_it_calls_itself():
    insight = ask_insight({"sentences": [sentence(), sentence("Made up.", ids=())], "failed_steps": ["x"]})
    assert [(one.kind, one.claim_ids) for one in insight.sentences] == [("interpretation", ["MERGED_002"])]
    assert insight.failed_steps == []
    assert insight.gap == "Left out of the answer: a fact without a known claim."


def test_insight_that_fails_is_a_gap_and_a_failed_step():
    insight = ask_insight("no JSON")
    assert insight.failed_steps == ["insight"]
    assert insight.gap == "The insight is missing: its step gave no usable answer."


def test_insight_that_finds_nothing_is_a_gap_and_no_failure():
    insight = ask_insight({"gap": "Too little is known."})
    assert (insight.gap, insight.failed_steps) == ("Too little is known.", [])
