"""What people can query of a run: claims, merged claims, packs, plan, contacts, sections and dossiers as rows."""

import dossier_fixture
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from store_fixture import add_run, document, save, take

from dossier.keys import digest, source_id
from dossier.models import (
    Ambiguity,
    Claim,
    ClaimDraft,
    ClaimSet,
    ClaimSource,
    ClaimType,
    Confidence,
    Conflict,
    ConflictValue,
    Contact,
    ContactDetail,
    ContactSet,
    ContextPack,
    DossierPlan,
    InvalidClaim,
    MergedClaim,
    MergeResult,
    MergeStats,
    Outreach,
    OutreachSet,
    RefusedClaim,
    Research,
    ResolvedContact,
    Routing,
    Score,
    StepStatus,
    Tier,
    Timeline,
    TimelineEntry,
)
from dossier.ports import StepRecord, Variable
from dossier.store import dossiers, runs, sources, step_runs
from dossier.store.tables_evidence import (
    ClaimAssignmentRow,
    ClaimRow,
    ContactRow,
    ContextPackRow,
    DossierRow,
    DossierSectionRow,
    DossierVersionRow,
    MergedClaimRow,
    MergeStatsRow,
    ResolvedObjectRow,
)

TEXT = "Acme Corp builds a plant in Boise."
SOURCE = source_id(digest(TEXT))
COUNTS = ("input_claims_count", "output_claims_count", "duplicates_merged", "conflicts_resolved")
MORE = ("timelines_resolved", "contacts_resolved", "ambiguous_items", "passed_through", "invalid_claims")


def claim(number: int = 1, **changes) -> Claim:
    fields = {
        "id": f"search_{number:03}",
        "type": ClaimType.SIGNAL,
        "statement": TEXT,
        "entities": ["Acme Corp"],
        "event_date": None,
        "date_precision": None,
        "source_id": SOURCE,
        "quote": "builds a plant",
        "start": 10,
        "end": 24,
        "source_tier": Tier.NEWS,
        "confidence": Confidence.MEDIUM,
        "step": "signal_discovery",
    }
    return Claim(**{**fields, **changes})


def merged(number: int, *claim_ids: str) -> MergedClaim:
    return MergedClaim(
        id=f"MERGED_{number:03}",
        type=ClaimType.SIGNAL,
        statement=TEXT,
        status="current",
        confidence=Confidence.MEDIUM,
        claim_ids=list(claim_ids),
        source_ids=[SOURCE],
        canonical_claim_id=claim_ids[0],
        entities=[],
        event_date=None,
        date_precision=None,
        reconciliation_type="DUPLICATE",
        sources=[
            ClaimSource(url=None, name="The Paper", tier=Tier.NEWS, original_claim_id=i, source_id=SOURCE)
            for i in claim_ids
        ],
    )


def merge_result(*claims: MergedClaim, **parts) -> MergeResult:
    stats = MergeStats(**dict.fromkeys((*COUNTS, *MORE), 1))
    return MergeResult(target_entity="Acme", merged=list(claims), stats=stats, **parts)


def contact(number: int = 1, **changes) -> Contact:
    fields = {
        "id": f"contact_{number}",
        "name": f"Dana Q. Whitlock{number}",
        "title": "Plant Manager",
        "organization": "Acme",
        "why": "runs the plant",
        "claim_ids": ["MERGED_001"],
        "is_primary": number == 1,
        "confidence": 0.8,
    }
    return Contact(**{**fields, **changes})


@pytest.fixture
def run(store):
    with store.transaction() as session:
        sources.save_documents(session, [document(TEXT, "Acme grows", url="https://paper.example/1")], None)
    return take(store, add_run(store))


def rows(store, table, *conditions):
    with store.reading() as session:
        return list(session.scalars(select(table).where(*conditions)))


def test_claims_are_rows_with_their_source_and_the_refused_ones_with_their_reason(store, run):
    draft = ClaimDraft(type=ClaimType.METRIC, statement="x" * 900, source_id="src_none", quote="invented")
    claims = ClaimSet(
        claims=[claim(1), claim(2)],
        refused=[
            RefusedClaim(id="search_003", reason="the quote does not stand", draft=draft, step="signal_discovery")
        ],
        invalid=[
            InvalidClaim(id="search_002", reason="about another company"),
            InvalidClaim(id="search_003", reason="q"),
        ],
        drafted=3,
    )
    save(store, run, "claims", claims)
    kept = {row.claim_id: row for row in rows(store, ClaimRow)}
    assert (kept["search_001"].source_name, kept["search_001"].source_url) == ("Acme grows", "https://paper.example/1")
    assert [kept[key].invalid_reason for key in sorted(kept)] == [
        None,
        "about another company",
        "the quote does not stand",
    ]
    assert kept["search_003"].start_char is None
    save(store, run, "claims", ClaimSet(claims=[claim(1)]))
    assert len(rows(store, ClaimRow)) == 1, "a second save replaces the first"


def test_originals_are_marked_with_what_they_were_merged_into(store, run):
    save(store, run, "claims", ClaimSet(claims=[claim(1), claim(2), claim(3)]))
    save(store, run, "merged_claims", merge_result(merged(1, "search_001", "search_002")))
    into = {row.claim_id: (row.is_merged, row.merged_into) for row in rows(store, ClaimRow)}
    assert into == {
        "search_001": (True, "MERGED_001"),
        "search_002": (True, "MERGED_001"),
        "search_003": (False, None),
    }
    save(store, run, "merged_claims", merge_result(merged(1, "search_003")))
    assert {row.claim_id for row in rows(store, ClaimRow, ClaimRow.is_merged)} == {"search_003"}
    [row] = rows(store, MergedClaimRow)
    assert (row.original_claim_ids, row.sources[0]["original_claim_id"]) == (["search_003"], "search_003")


def test_what_the_merge_found_is_kept_by_kind(store, run):
    value = ConflictValue(value="5", claim_id="search_001", source_id=SOURCE, tier=Tier.NEWS, date_reported=None)
    entry = TimelineEntry(date_reported=None, status="ANNOUNCED", value="5", claim_id="search_001")
    person = ResolvedContact(
        id="person_1",
        name="D",
        current_role=None,
        organization="A",
        evidence_claims=["search_002"],
        resolution="UNSURE",
        confidence=Confidence.LOW,
    )
    conflict = Conflict(
        id="conflict_1", kind="amount", merged_claim_ids=["MERGED_001"], values=[value], preferred="5", rule="tier"
    )
    result = merge_result(
        merged(1, "search_001"),
        contacts_resolved=[person],
        timelines=[Timeline(id="timeline_1", subject="plant", current="5", history=[entry])],
        conflicts=[conflict],
        ambiguous=[Ambiguity(id="ambiguous_1", claim_ids=["search_003"], reason="alike")],
    )
    save(store, run, "merged_claims", result)
    kept = {row.object_type: row for row in rows(store, ResolvedObjectRow)}
    assert {kind: row.evidence_claim_ids for kind, row in kept.items()} == {
        "CONTACT": ["search_002"],
        "TIMELINE": ["search_001"],
        "CONFLICT": ["search_001"],
        "AMBIGUOUS": ["search_003"],
    }
    assert (kept["CONTACT"].resolution, kept["CONFLICT"].resolution) == ("UNSURE", "tier")
    assert rows(store, MergeStatsRow)[0].invalid_claims == 1


def test_a_pack_is_kept_with_the_step_run_that_built_it(store, run):
    recorder = step_runs.SqlRecorder(store, run)
    built = recorder.open("context_pack_signal_to_entity", asset="signals", variables={"a": Variable(1, "computed")})
    pack = ContextPack(pack_type="signal_to_entity", data={"k": "v"}, anchor_claim_ids=["search_001"])
    save(store, run, "signals", Research(answers={}, claims=[claim()], pack=pack))
    [row] = rows(store, ContextPackRow)
    assert (row.pack_data, row.anchor_claim_ids, row.step_run_id) == ({"k": "v"}, ["search_001"], built)
    save(store, run, "signals", Research(answers={}, claims=[claim()]))
    assert rows(store, ContextPackRow) == []


def test_routed_claims_keep_their_order(store, run):
    plan = DossierPlan(section_routing={"intro": Routing(claim_ids=["MERGED_002", "MERGED_001", "MERGED_002"])})
    save(store, run, "dossier_plan", plan)
    kept = {(row.section_key, row.priority): row.merged_claim_id for row in rows(store, ClaimAssignmentRow)}
    assert kept == {("INTRO", 0): "MERGED_002", ("INTRO", 1): "MERGED_001"}


def test_the_dossier_row_stands_before_its_contacts_and_copy_stays_with_them(store, run):
    save(store, run, "score", Score(total=62, tier="B", formula="columnline", timing_urgency="HIGH", parts=[]))
    assert [(row.status, row.lead_score, row.version) for row in rows(store, DossierRow)] == [("skeleton", 62, 0)]
    mail = ContactDetail(value="d@acme.example", status="published", source_id=SOURCE)
    save(store, run, "contacts", ContactSet(contacts=[contact(1, email=mail), contact(2)]))
    save(store, run, "outreach", OutreachSet(items=[Outreach(contact_id="contact_1", email={"subject": "Hello"})]))
    save(store, run, "contacts", ContactSet(contacts=[contact(1, email=mail)]))
    [kept] = rows(store, ContactRow)
    assert (kept.first_name, kept.last_name, kept.is_verified) == ("Dana Q.", "Whitlock1", False)
    assert (kept.email["status"], kept.email_copy) == ("published", {"subject": "Hello"})
    assert rows(store, DossierRow)[0].status == "enriching"


def test_two_primary_contacts_are_refused_by_the_database(store, run):
    with pytest.raises(IntegrityError):
        save(store, run, "contacts", ContactSet(contacts=[contact(1), contact(2, is_primary=True)]))
    assert rows(store, ContactRow) == []


def test_each_saved_dossier_is_a_new_version_and_every_version_can_be_read(store, run):
    first = dossier_fixture.dossier()
    save(store, run, "dossier", first)
    save(store, run, "dossier", dossier_fixture.dossier(gaps=["something else"]))
    with store.reading() as session:
        assert dossiers.versions(session, run.run_id) == [1, 2]
        assert dossiers.get_dossier(session, run.run_id, 1) == first
        assert dossiers.get_dossier(session, run.run_id).gaps == ["something else"]
        assert dossiers.get_dossier(session, run.run_id, 3) is None
        view = runs.get_run(session, run.run_id)
    assert (view.dossier_version, view.dossier_status, view.score) == (2, first.status, first.score.total)
    assert len(rows(store, DossierVersionRow)) == 2
    assert sorted(row.section_key for row in rows(store, DossierSectionRow)) == sorted(s.key for s in first.sections)
    assert {row.name for row in rows(store, ContactRow)} == {c.name for c in first.contacts}


def test_a_run_without_dossier_has_none(store, run):
    with store.reading() as session:
        assert dossiers.get_dossier(session, run.run_id) is None
        assert dossiers.versions(session, run.run_id) == []


def test_a_newer_dossier_of_the_lead_supersedes_the_older_one(store, run):
    save(store, run, "dossier", dossier_fixture.dossier())
    with store.transaction() as session:
        runs.finish(session, run.run_id, run.fence, runs.RunStatus.COMPLETED)
    newer = take(store, add_run(store), "dagster-2")
    other = take(store, add_run(store, "Beta", "beta.example"), "dagster-3")
    save(store, newer, "dossier", dossier_fixture.dossier())
    lead = dossier_fixture.dossier().lead.model_copy(update={"domain": "beta.example"})
    save(store, other, "dossier", dossier_fixture.dossier(lead=lead))
    with store.reading() as session:
        status = {r.pipeline_run_id: r.status for r in session.scalars(select(DossierRow))}
    assert status == {run.key: "superseded", newer.key: "ready", other.key: "ready"}


def test_an_archived_dossier_stays_archived(store, run):
    save(store, run, "dossier", dossier_fixture.dossier())
    with store.transaction() as session:
        session.scalars(select(DossierRow)).one().status = "archived"
        runs.finish(session, run.run_id, run.fence, runs.RunStatus.COMPLETED)
    newer = take(store, add_run(store), "dagster-2")
    save(store, newer, "dossier", dossier_fixture.dossier())
    assert {row.pipeline_run_id: row.status for row in rows(store, DossierRow)}[run.key] == "archived"


def test_an_artifact_whose_rows_cannot_be_written_is_not_stored_either(store, run):
    long = claim(1).model_copy(update={"statement": "x" * 501})
    with pytest.raises(IntegrityError):
        save(store, run, "claims", ClaimSet(claims=[long]))
    with store.reading() as session:
        assert session.execute(text("SELECT count(*) FROM v2_artifacts")).scalar() == 0


def test_the_index_on_unmerged_claims_is_used(store, run):
    save(store, run, "claims", ClaimSet(claims=[claim(number) for number in range(1, 50)]))
    query = "SELECT id FROM v2_claims WHERE pipeline_run_id = :run AND "
    with store.reading() as session:
        if store.dialect == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan TO off"))
            plan = session.execute(text(f"EXPLAIN {query} NOT is_merged"), {"run": run.key})
        else:
            plan = session.execute(text(f"EXPLAIN QUERY PLAN {query} is_merged = 0"), {"run": run.key})
        assert "ix_v2_claims_" in " ".join(str(step) for step in plan)


def test_the_views_count_what_is_in_the_tables(store, run):
    recorder = step_runs.SqlRecorder(store, run)
    for step in ("search_builder", "signal_discovery", "search_builder"):
        last = recorder.open(step, asset="signals", variables={}, prompt_id=step)
    recorder.close(last, StepRecord(StepStatus.FAILED, llm_calls=2, cost_usd=0.5))
    low = claim(3, type=ClaimType.NOTE, confidence=Confidence.LOW)
    aside = [InvalidClaim(id="search_003", reason="about another company")]
    save(store, run, "claims", ClaimSet(claims=[claim(1), claim(2), low], invalid=aside))
    save(store, run, "merged_claims", merge_result(merged(1, "search_001", "search_002")))
    save(store, run, "dossier_plan", DossierPlan(section_routing={"intro": Routing(claim_ids=["MERGED_001"])}))
    with store.reading() as session:
        counts = session.execute(
            text("SELECT claim_type, total, active, merged, medium, low FROM v2_claim_counts")
        ).all()
        routed = session.execute(text("SELECT section_key, merged_claim_id FROM v2_section_claims")).all()
        newest = session.execute(text("SELECT prompt_id, step_run_id FROM v2_last_prompt_runs")).all()
        summary = session.execute(text("SELECT * FROM v2_run_summary")).mappings().one()
    assert sorted(counts) == [("NOTE", 1, 0, 0, 0, 1), ("SIGNAL", 2, 2, 2, 2, 0)]
    assert routed == [("INTRO", "MERGED_001")]
    assert ("search_builder", last) in newest
    assert len(newest) == 2
    wanted = {"steps": 3, "failed_steps": 1, "llm_calls": 2, "cost_usd": 0.5, "claims": 3, "merged_claims": 1}
    assert {key: summary[key] for key in wanted} == wanted
