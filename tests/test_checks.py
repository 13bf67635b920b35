"""Every asset check can turn red: each is shown an artifact that breaks its promise, and one that keeps it."""

import hashlib
from datetime import date
from types import SimpleNamespace

import dossier_fixture
import pytest

from dossier.models import (
    Claim,
    ClaimDraft,
    ClaimSet,
    ClaimSource,
    ClaimType,
    Confidence,
    Contact,
    ContactSet,
    ContextPack,
    DeliveredFile,
    Delivery,
    DossierPlan,
    FactCheck,
    FoundSource,
    InvalidClaim,
    MergedClaim,
    MergeResult,
    MergeStats,
    Outreach,
    OutreachSet,
    RefusedClaim,
    Research,
    Routing,
    Score,
    ScorePart,
    Section,
    SectionSet,
    Sentence,
    Signal,
    SignalTier,
    SourceSet,
    Tier,
)
from dossier.testing import MemoryLibrary, a_document, source_of
from dossier_assets import checks
from dossier_assets.checks import Check
from dossier_assets.definitions import OPS

DOCUMENT = a_document("Harbor Foods will build a plant in Dayton.", published_at=date(2026, 5, 4))


def a_run(home=None, documents=(DOCUMENT,)):
    context = SimpleNamespace(reference_date=date(2026, 6, 30), library=MemoryLibrary(documents))
    return SimpleNamespace(context=context, home=home)


def complaints(check: Check, value, inputs=None, run=None):
    return list(check.look(run or a_run(), value, inputs or {}))


def a_claim(number=1, *, start=0, end=12, **more):
    fields = {
        "id": f"search_{number:03d}",
        "type": ClaimType.SIGNAL,
        "statement": "Harbor Foods will build a plant.",
        "entities": [],
        "event_date": None,
        "date_precision": None,
        "source_id": DOCUMENT.id,
        "quote": "Harbor Foods",
        "start": start,
        "end": end,
        "source_tier": Tier.NEWS,
        "confidence": Confidence.MEDIUM,
        "step": "signal_discovery",
    }
    return Claim(**{**fields, **more})


def refused(number=9):
    draft = ClaimDraft(type=ClaimType.NOTE, statement="x", source_id=DOCUMENT.id, quote="y")
    return RefusedClaim(id=f"search_{number:03d}", reason="no", draft=draft, step="signal_discovery")


def research(*claims, signals=()):
    return Research(answers={}, claims=list(claims), signals=list(signals))


def a_signal(*claim_ids):
    return Signal(
        id="signal_001", signal_type="new_plant", tier=SignalTier.HOT, headline="A plant", event_date=None,
        date_precision=None, source_id=DOCUMENT.id, url=None, claim_ids=list(claim_ids),
    )  # fmt: skip


def merged(*groups, sources=None):
    """A merge result whose n-th merged claim holds the claim ids of the n-th group."""
    stats = dict.fromkeys(MergeStats.model_fields, 0)
    made = [
        MergedClaim(
            id=f"MERGED_{n:03d}", type=ClaimType.SIGNAL, statement="x", status="current",
            confidence=Confidence.MEDIUM, claim_ids=list(group), source_ids=sources or [DOCUMENT.id],
            canonical_claim_id=group[0], entities=[], event_date=None, date_precision=None,
            reconciliation_type="PASS_THROUGH",
            sources=[
                ClaimSource(url=None, name="x", tier=Tier.NEWS, original_claim_id=group[0], source_id=DOCUMENT.id)
            ],
        )
        for n, group in enumerate(groups, 1)
    ]  # fmt: skip
    return MergeResult(target_entity="Harbor Foods", merged=made, stats=MergeStats(**stats))


ONE = {"merged_claims": merged(["search_001"])}


def fact(*claim_ids, kind="fact"):
    return Sentence(text="Harbor Foods builds.", kind=kind, claim_ids=list(claim_ids))


def a_section(*sentences):
    return Section(key="intro", title="", sentences=list(sentences))


def a_fact_check(*sentences, openings=()):
    items = [Outreach(contact_id="contact_001", opening_facts=list(openings))]
    return FactCheck(
        sentences=1, supported=1, unsupported=[], sections=[a_section(*sentences)],
        outreach=OutreachSet(items=items), contacts=ContactSet(contacts=[]),
    )  # fmt: skip


def person(number=1, *, primary=False, claim_ids=("MERGED_001",)):
    return Contact(
        id=f"contact_{number:03d}", name="Ada Fox", title=None, organization="Harbor Foods", why="",
        claim_ids=list(claim_ids), is_primary=primary, confidence=0.9,
    )  # fmt: skip


def a_plan(*claim_ids, unmapped=()):
    return DossierPlan(
        section_routing={"intro": Routing(claim_ids=list(claim_ids))}, unmapped_claims=dict.fromkeys(unmapped, "old")
    )


def a_score(*claim_ids):
    part = ScorePart(name="signal", weight=25, value=25, reason="hot", claim_ids=list(claim_ids))
    return Score(total=25, tier="D", formula="columnline", timing_urgency="LOW", parts=[part])


def found(document):
    return SourceSet(found=[FoundSource(source=source_of(document), queries=[0], score=1.0, snippet="")])


LATE = a_document("Too late.", published_at=date(2026, 7, 1))
UNDATED = a_document("Some day.", published_at=None)
PACK = ContextPack(pack_type="signal_to_entity", data={}, anchor_claim_ids=["search_001"])
CLAIMS = {"claims": ClaimSet(claims=[a_claim(1), a_claim(2)], drafted=2)}

KEPT = [
    (checks.NO_LATER_SOURCE, found(DOCUMENT), {}),
    (checks.NO_LATER_SOURCE, found(UNDATED), {}),
    (checks.SIGNALS_REST_ON_CLAIMS, research(a_claim(), signals=[a_signal("search_001")]), {}),
    (checks.QUOTES_STAND, ClaimSet(claims=[a_claim()]), {}),
    (
        checks.DRAFTS_COUNTED,
        ClaimSet(claims=[a_claim()], refused=[refused()], drafted=2),
        {"signals": research(a_claim())},
    ),
    (checks.ANCHORS_EXIST, [PACK], {"signals": research(a_claim())}),
    (checks.COUNTS, merged(["search_001", "search_002"]), CLAIMS),
    (
        checks.COUNTS,
        merged(["search_001"]),
        {"claims": ClaimSet(claims=[a_claim(1), a_claim(2)], invalid=[InvalidClaim(id="search_002", reason="other")])},
    ),
    (checks.NO_SOURCE_LOST, merged(["search_001"]), CLAIMS),
    (checks.SCORE_IDS, a_score("MERGED_001"), ONE),
    (checks.ALL_ROUTED, a_plan("MERGED_001"), ONE),
    (checks.ALL_ROUTED, a_plan(unmapped=["MERGED_001"]), ONE),
    (checks.CONTACT_IDS, ContactSet(contacts=[person()]), ONE),
    (checks.ONE_PRIMARY, ContactSet(contacts=[person(1, primary=True), person(2)]), ONE),
    (checks.ONE_PRIMARY, ContactSet(contacts=[]), ONE),
    (checks.SECTION_IDS, SectionSet(sections=[a_section(fact("MERGED_001"))]), ONE),
    (checks.FACTS_SUPPORTED, a_fact_check(fact("MERGED_001"), fact(kind="interpretation")), ONE),
]
BROKEN = [
    (checks.NO_LATER_SOURCE, found(LATE), {}, LATE.id),
    (checks.SIGNALS_REST_ON_CLAIMS, research(a_claim(), signals=[a_signal("search_002")]), {}, "search_002"),
    (checks.SIGNALS_REST_ON_CLAIMS, research(signals=[a_signal()]), {}, "nothing"),
    (checks.QUOTES_STAND, ClaimSet(claims=[a_claim(start=1, end=13)]), {}, "search_001"),
    (checks.QUOTES_STAND, ClaimSet(claims=[a_claim(quote="Harbor foods")]), {}, "search_001"),
    (checks.DRAFTS_COUNTED, ClaimSet(claims=[a_claim()], drafted=2), {}, "2 drafted"),
    (checks.DRAFTS_COUNTED, ClaimSet(claims=[a_claim(), a_claim()], drafted=2), {}, "2 times"),
    (checks.DRAFTS_COUNTED, ClaimSet(claims=[], drafted=0), {"signals": research(a_claim())}, "search_001 was lost"),
    (checks.ANCHORS_EXIST, [PACK], {"signals": research()}, "search_001"),
    (checks.COUNTS, merged(["search_001"]), CLAIMS, "search_002 is in 0"),
    (checks.COUNTS, merged(["search_001", "search_002"], ["search_002"]), CLAIMS, "search_002 is in 2"),
    (checks.COUNTS, merged(["search_001", "search_002", "search_777"]), CLAIMS, "search_777 is unknown"),
    (
        checks.COUNTS,
        merged(["search_001"]),
        {"claims": ClaimSet(claims=[a_claim(1)], invalid=[InvalidClaim(id="search_001", reason="other")])},
        "and invalid",
    ),
    (checks.NO_SOURCE_LOST, merged(["search_001"], sources=["src_other"]), CLAIMS, "MERGED_001"),
    (checks.NO_SOURCE_LOST, merged(["search_001"], sources=[DOCUMENT.id, "src_more"]), CLAIMS, "MERGED_001"),
    (checks.SCORE_IDS, a_score("MERGED_999"), ONE, "MERGED_999"),
    (checks.ALL_ROUTED, a_plan(), ONE, "MERGED_001 is neither"),
    (checks.ALL_ROUTED, a_plan("MERGED_001", "MERGED_999"), ONE, "MERGED_999 is unknown"),
    (checks.CONTACT_IDS, ContactSet(contacts=[person(claim_ids=["MERGED_999"])]), ONE, "contact_001 cites MERGED_999"),
    (checks.ONE_PRIMARY, ContactSet(contacts=[person(1), person(2)]), ONE, "0 contacts"),
    (checks.ONE_PRIMARY, ContactSet(contacts=[person(1, primary=True), person(2, primary=True)]), ONE, "2 contacts"),
    (checks.SECTION_IDS, SectionSet(sections=[a_section(fact("MERGED_999"))]), ONE, "intro cites MERGED_999"),
    (checks.FACTS_SUPPORTED, a_fact_check(fact()), ONE, "a fact without a claim"),
    (checks.FACTS_SUPPORTED, a_fact_check(fact("MERGED_999")), ONE, "MERGED_999"),
    (checks.FACTS_SUPPORTED, a_fact_check(openings=[fact()]), ONE, "outreach"),
]


@pytest.mark.parametrize(("check", "value", "inputs"), KEPT, ids=lambda part: getattr(part, "name", ""))
def test_a_kept_promise_is_green(check, value, inputs):
    assert complaints(check, value, inputs) == []


@pytest.mark.parametrize(("check", "value", "inputs", "said"), BROKEN, ids=lambda part: getattr(part, "name", ""))
def test_a_broken_promise_is_red_and_names_what_is_at_fault(check, value, inputs, said):
    assert said in "; ".join(complaints(check, value, inputs))


def test_a_dossier_that_breaks_an_invariant_is_red_and_a_sound_one_is_green():
    sound = dossier_fixture.dossier()
    ids = dossier_fixture.raw_claim_ids()
    raw = {"claims": SimpleNamespace(claims=[SimpleNamespace(id=claim_id) for claim_id in ids], refused=[])}
    run = a_run(documents=dossier_fixture.documents())
    assert complaints(checks.INVARIANTS, sound, raw, run) == []
    first = sound.claims[0]
    torn = sound.model_copy(update={"claims": [first.model_copy(update={"start": first.start + 1}), *sound.claims[1:]]})
    assert first.id in "; ".join(complaints(checks.INVARIANTS, torn, raw, run))


def test_a_file_that_is_missing_or_changed_is_red_and_a_whole_one_is_green(tmp_path):
    (tmp_path / "dossier.md").write_bytes(b"hello")
    file = DeliveredFile(path="dossier.md", bytes=5, sha256=hashlib.sha256(b"hello").hexdigest())
    gone = file.model_copy(update={"path": "gone.md"})
    run = a_run(home=tmp_path)
    assert complaints(checks.FILES_STAND, Delivery(version=1, files=[file]), run=run) == []
    assert "gone.md is missing" in complaints(checks.FILES_STAND, Delivery(version=1, files=[gone]), run=run)
    (tmp_path / "dossier.md").write_bytes(b"other")
    assert "not what was written" in complaints(checks.FILES_STAND, Delivery(version=1, files=[file]), run=run)[0]


def test_every_check_of_the_graph_is_turned_red_here():
    used = {check.name for branches in OPS.values() for branch in branches for one in branch for check in one.checks}
    elsewhere = {checks.INVARIANTS.name, checks.FILES_STAND.name}
    assert used == {check.name for check, *_ in BROKEN} | elsewhere


def test_what_must_not_ship_is_blocked():
    blocking = {check.name for check, *_ in BROKEN if check.blocking} | {checks.INVARIANTS.name}
    assert blocking >= {
        "every_quote_stands",
        "counts_in_are_counts_out",
        "no_source_is_lost",
        "no_fact_without_support",
        "invariants_hold",
    }
