"""The extractive engine behind the `Llm` port: every step answered, nothing invented, gaps said."""

import json
from datetime import date

import pytest

from dossier.answers import ANSWERS
from dossier.errors import StepFailed
from dossier.extractive.engine import ExtractiveLlm
from dossier.extractive.icp import fits, match_signal
from dossier.models import IcpConfig, SignalTier
from dossier.ports import LlmRequest
from resources.spacy_language import SpacyLanguage

TEXT = "Northwind Steel announced a $40 million plant in Toledo, Ohio, creating 300 jobs."
PASSAGE = {
    "source_id": "src_1",
    "title": "A plant for Toledo",
    "publisher": "Daily Ledger",
    "url": "https://ledger.example/1",
    "tier": "NEWS",
    "published_at": "2026-03-02",
    "published_precision": "day",
    "start": 0,
    "end": len(TEXT),
    "text": TEXT,
}
CLAIM = {
    "id": "MERGED_001",
    "type": "SIGNAL",
    "statement": TEXT,
    "status": "current",
    "confidence": "MEDIUM",
    "claim_ids": ["search_001"],
    "source_ids": ["src_1"],
    "canonical_claim_id": "search_001",
    "entities": ["Northwind Steel"],
    "event_date": None,
    "date_precision": None,
    "reconciliation_type": "PASS_THROUGH",
    "sources": [],
}
EVENT = {
    "signal_type": "new_plant_announced",
    "tier": "HOT",
    "status": "ANNOUNCED",
    "date": "2026-03-02",
    "date_precision": "day",
    "dated_by": "report",
    "fresh": True,
    "claim_ids": ["MERGED_001"],
}
VARIABLES = {
    "lead": {"id": "ld_1", "name": "Northwind Steel", "domain": "northwind.example"},
    "client": {"name": "Beam Builders", "slug": "beam-builders", "offer": ["steel halls"]},
    "icp_config": {"signals": [{"name": "new_plant_announced", "tier": "hot", "weight": 25}]},
    "current_date": "2026-06-30",
}


def ask(language: SpacyLanguage, step: str, **more: object) -> dict:
    request = LlmRequest(
        step=step, role="fast", prompt="", system="", variables={**VARIABLES, **more}, schema={}, max_tokens=1
    )
    return json.loads(ExtractiveLlm(language).complete(request).text)


@pytest.mark.parametrize("step", sorted(ANSWERS))
def test_every_step_is_answered_in_its_own_model_even_when_there_is_nothing(language: SpacyLanguage, step: str) -> None:
    ANSWERS[step].model_validate(ask(language, step))


def test_an_unknown_step_fails(language: SpacyLanguage) -> None:
    with pytest.raises(StepFailed):
        ask(language, "fortune_telling")


def test_the_plan_goes_from_the_clients_signals_to_the_lead_alone(language: SpacyLanguage) -> None:
    queries = ask(language, "search_builder")["queries"]
    assert 3 <= len(queries) <= 5
    assert "plant" in queries[0]["query"]
    assert queries[0]["target_signals"] == ["new_plant_announced"]
    assert queries[-1]["query"] == '"Northwind Steel" OR "Northwind"'


def test_after_a_failed_attempt_the_plan_looks_for_something_else(language: SpacyLanguage) -> None:
    icp = {"signals": [{"name": "new_plant_announced"}, {"name": "permit_filed"}], "geography": {"tier1": ["TX", "OH"]}}
    first = ask(language, "search_builder", icp_config=icp)
    second = ask(language, "search_builder", icp_config=icp, attempt_log=[{"reason": "nothing found"}])
    for part in ("primary_signals", "geographies", "source_types"):
        assert first["search_strategy"][part] != second["search_strategy"][part]


def test_each_research_step_reads_its_own_types_of_claim(language: SpacyLanguage) -> None:
    found = {
        step: {c["type"] for c in ask(language, step, passages=[PASSAGE])["claims"]}
        for step in ("signal_discovery", "entity_research", "contact_discovery", "enrich_lead", "enrich_opportunity")
    }
    assert found["signal_discovery"] == {"SIGNAL"}
    assert found["enrich_lead"] == {"METRIC"}
    assert found["contact_discovery"] == set()


def test_a_question_of_the_client_is_answered_from_the_facts_or_not_found(language: SpacyLanguage) -> None:
    questions = ["How many jobs will the plant create?", "Who audits their books?"]
    answer = ask(language, "client_specific", passages=[PASSAGE], client_research_questions=questions)
    assert [r["confidence"] for r in answer["research_results"]] == ["LOW", "NOT_FOUND"]
    assert answer["claims"] == []
    assert answer["research_gaps"] == ["Who audits their books?"]


def test_a_question_is_answered_in_its_section_with_the_claims_it_rests_on(language: SpacyLanguage) -> None:
    questions = ["How many jobs will the plant create?", "Who audits their books?"]
    answer = ask(
        language, "writer_client_specific", claims=[CLAIM], routed_claims=[], client_research_questions=questions
    )
    rows = answer["content"]["client_specific"]
    assert [row["evidence_claims"] for row in rows] == [["MERGED_001"], []]
    assert rows[1]["answer"] == "No fact that was read answers this."


def test_no_picture_is_invented(language: SpacyLanguage) -> None:
    answer = ask(language, "media")
    assert answer["logo"] == {}
    assert answer["project_image"] == {}
    assert answer["fallback_recommendation"]["needed"] is True


@pytest.mark.parametrize("step", [s for s in sorted(ANSWERS) if s.startswith("writer_")])
def test_facts_are_the_statements_of_claims_with_their_ids(language: SpacyLanguage, step: str) -> None:
    answer = ask(language, step, claims=[CLAIM], routed_claims=[CLAIM], events=[EVENT])
    for sentence in answer["sentences"]:
        assert sentence["claim_ids"] == ["MERGED_001"]
        assert sentence["kind"] == "interpretation" or sentence["text"] == TEXT


@pytest.mark.parametrize("step", [s for s in sorted(ANSWERS) if s.startswith("writer_")])
def test_a_writer_without_claims_says_that_nothing_was_found(language: SpacyLanguage, step: str) -> None:
    answer = ask(language, step)
    assert answer["sentences"] == []
    assert answer["gap"].startswith("Nothing found")


def test_the_one_liner_has_month_and_year_and_at_most_a_hundred_characters(language: SpacyLanguage) -> None:
    line = ask(language, "writer_intro", claims=[CLAIM], routed_claims=[CLAIM], events=[EVENT])["content"]["one_liner"]
    assert line.startswith("March 2026: ")
    assert len(line) <= 100


def test_old_events_are_not_sold_as_reasons_to_call(language: SpacyLanguage) -> None:
    old = {**EVENT, "fresh": False, "date": date(2019, 1, 1).isoformat()}
    texts = [s["text"] for s in ask(language, "writer_strategy", claims=[CLAIM], events=[old])["sentences"]]
    assert any("None of this is recent" in text for text in texts)


def test_no_copy_is_written_without_a_model(language: SpacyLanguage) -> None:
    contact = {"id": "contact_001", "name": "Ann Lee", "claim_ids": ["MERGED_001"]}
    answer = ask(language, "enrich_contact", claims=[CLAIM], contacts=[contact], events=[EVENT])
    (profile,) = answer["profiles"]
    assert profile["email"] is None
    assert profile["opening_facts"][0]["text"] == TEXT
    assert answer["gap"]


@pytest.mark.parametrize(
    ("name", "lemmas", "kind", "fit"),
    [
        ("new_plant_announced", {"build", "factory"}, "EXPANSION", True),
        ("new_plant_announced", {"factory"}, "EXPANSION", False),
        ("new_plant_announced", {"new", "plant", "closure"}, "LAYOFF", False),
        ("plant_closure_notice", {"plant", "closure", "notice"}, "LAYOFF", True),
        ("grant_or_funding", {"loan"}, "FUNDING", True),
        ("general_commitment_without_site", {"invest", "pledge"}, "EXPANSION", True),
        ("general_commitment_without_site", {"pledge", "factory"}, "EXPANSION", False),
        ("hovercraft_parade", {"build", "plant"}, "EXPANSION", False),
    ],
)
def test_a_signals_name_is_read_as_concepts(name: str, lemmas: set[str], kind: str, fit: bool) -> None:
    assert bool(fits(name, frozenset(lemmas), kind)) is fit


def test_the_signal_with_most_concepts_wins_and_one_without_tier_is_planning() -> None:
    icp = IcpConfig.model_validate({"signals": [{"name": "expansion", "tier": "warm"}, {"name": "expansion_of_plant"}]})
    match = match_signal(frozenset({"expand", "plant"}), "EXPANSION", icp)
    assert (match.signal_type, match.tier) == ("expansion_of_plant", SignalTier.PLANNING)
