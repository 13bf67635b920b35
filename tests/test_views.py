"""The four views for people, on both databases: claims by type, claims by section, last runs of prompts, summaries."""

import json

from sqlalchemy import text
from store_fixture import add_client, open_step, row, save, take
from test_deletion import made
from test_projections import claim, merge_result, merged

from dossier.models import ClaimSet, ClaimType, Confidence, DossierPlan, InvalidClaim, Routing, StepStatus
from dossier.ports import StepRecord
from dossier.store import leads, runs, step_runs


def view(store, name, **where):
    with store.reading() as session:
        rows = session.execute(text(f"SELECT * FROM {name}")).mappings()
        return [one for one in rows if all(one[key] == value for key, value in where.items())]


def run_of_another_client(store):
    add_client(store, "other")
    with store.transaction() as session:
        saved = leads.save_leads(session, "other", [row()], hold=True)
        run_id = runs.queue_run(session, "other", saved.lead_ids[0], trigger="manual")
    return take(store, run_id, "dagster-9")


def test_claims_are_counted_by_run_and_type_and_confidence(store):
    run = made(store)
    claims = [
        claim(1, confidence=Confidence.HIGH),
        claim(2),
        claim(3, confidence=Confidence.LOW),
        claim(4, type=ClaimType.NOTE),
    ]
    save(store, run, "claims", ClaimSet(claims=claims, invalid=[InvalidClaim(id="search_003", reason="another firm")]))
    save(store, run, "merged_claims", merge_result(merged(1, "search_001", "search_002")))
    counts = view(store, "v2_claim_counts", run_id=run.run_id)
    columns = ("claim_type", "total", "active", "merged", "high", "medium", "low")
    assert sorted(tuple(one[column] for column in columns) for one in counts) == [
        ("NOTE", 1, 1, 0, 0, 1, 0),
        ("SIGNAL", 3, 2, 2, 1, 1, 1),
    ]


def test_claims_of_a_section_come_with_their_sources(store):
    run = made(store)
    save(store, run, "dossier_plan", DossierPlan(section_routing={"signals": Routing(claim_ids=["MERGED_001"])}))
    [routed] = view(store, "v2_section_claims", run_id=run.run_id)
    sources = routed["sources"] if isinstance(routed["sources"], list) else json.loads(routed["sources"])
    assert (routed["section_key"], routed["merged_claim_id"]) == ("SIGNALS", "MERGED_001")
    assert [source["original_claim_id"] for source in sources] == ["search_001"]


def test_the_last_run_of_a_prompt_is_told_for_each_client(store):
    mine, other = made(store), run_of_another_client(store)
    last = {}
    for run in (mine, other):
        for _ in range(2):
            recorder = step_runs.SqlRecorder(store, run)
            last[run.client] = recorder.open("insight", asset="insight", variables={}, prompt_id="insight")
            recorder.close(last[run.client], StepRecord(StepStatus.COMPLETED))
    told = {one["run_id"]: one["step_run_id"] for one in view(store, "v2_last_prompt_runs", prompt_id="insight")}
    assert told == {mine.run_id: last["seller"], other.run_id: last["other"]}


def test_a_run_is_summed_up_in_one_row(store):
    run = made(store)
    recorder, step = open_step(store, run, "insight")
    recorder.close(step, StepRecord(StepStatus.FAILED, llm_calls=3, cost_usd=0.25))
    [summary] = view(store, "v2_run_summary", run_id=run.run_id)
    wanted = {
        "client": "seller",
        "lead": "Acme Corp",
        "status": "completed",
        "dossier_status": "complete",
        "version": 1,
        "steps": 3,
        "failed_steps": 1,
        "llm_calls": 3,
        "cost_usd": 0.25,
        "claims": 1,
        "merged_claims": 1,
    }
    assert {key: summary[key] for key in wanted} == wanted
    assert summary["contacts"] > 0
