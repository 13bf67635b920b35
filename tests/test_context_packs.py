"""Context packs: their fields, their size, that their anchors exist, and that a step gets the newest."""

import json
from datetime import date

from dossier.models import (
    Claim,
    ClaimDetails,
    ClaimType,
    Confidence,
    ContextPack,
    Money,
    Precision,
    Research,
    Signal,
    SignalTier,
    SourceSet,
    Tier,
)
from dossier.steps.context_packs import (
    MAX_ANCHORS,
    MAX_PACK_CHARS,
    anchor_claims,
    collect_packs,
    confirmed_contacts,
    newest_pack,
    pack_contacts,
    pack_entity,
    pack_signals,
    pack_variable,
    partner_organizations,
    usable_claims,
    within_size,
)
from dossier.testing import a_client, a_lead, a_run

LEAD = a_lead(profile={"headquarters": "Erie, Ohio"})
CLIENT = a_client(
    icp_config={"target_titles": ["Plant Manager"], "excluded_titles": ["CEO"]},
    client_research_questions=["Who builds it?"],
)
PRIMARY = Signal(
    id="signal_001",
    signal_type="new_plant_announced",
    tier=SignalTier.HOT,
    headline="A plant in Ohio",
    event_date=date(2026, 5, 1),
    date_precision=Precision.MONTH,
    source_id="src_1",
    url="https://news.example/1",
    claim_ids=["search_001"],
)


def a_claim(claim_id, kind=ClaimType.SIGNAL, statement=None, *, when=None, sure="HIGH", entities=(), **details):
    return Claim(
        id=claim_id,
        type=kind,
        statement=statement or f"Fact {claim_id}.",
        entities=list(entities),
        event_date=when,
        date_precision=Precision.DAY if when else None,
        source_id="src_1",
        quote="q",
        start=0,
        end=1,
        source_tier=Tier.NEWS,
        confidence=Confidence(sure),
        step="signal_discovery",
        details=ClaimDetails(**details),
    )


CLAIMS = [
    a_claim("search_001", when=date(2026, 5, 1), place="Erie, Ohio", amount=Money(amount=4e7, text="$40 million")),
    a_claim("entity_001", ClaimType.RELATIONSHIP, entities=["Harbor Foods", "Stone Builders"], event="build"),
    a_claim("entity_002", ClaimType.RELATIONSHIP, entities=["Stone Builders", "Harbor Foods Inc."], event="supply"),
    a_claim("contact_001", ClaimType.CONTACT, person="Zoe Ray", title="CEO", organization="Harbor Foods"),
    a_claim("contact_002", ClaimType.CONTACT, person="Ann Lee", title="Plant manager", organization="Harbor Foods"),
    a_claim("contact_003", ClaimType.CONTACT, person="Al Fox", organization="Stone Builders", email="al@stone.example"),
    a_claim("contact_004", ClaimType.CONTACT, person="ann lee", organization="harbor foods"),
]


def a_context():
    return a_run(lead=LEAD, client=CLIENT)


def a_pack(kind, note):
    return ContextPack(pack_type=kind, data={"note": note}, anchor_claim_ids=[])


def test_signal_to_entity_has_its_fields():
    ctx, _, recorder = a_context()
    pack = pack_signals(ctx, CLAIMS, PRIMARY)
    assert set(pack.data) == {"signal_summary", "candidate_entity", "known_facts", "key_questions", "search_hints"}
    assert pack.data["signal_summary"] == {
        "signal_type": "new_plant_announced",
        "description": "A plant in Ohio",
        "date": "2026-05-01",
        "source": "https://news.example/1",
    }
    assert pack.data["candidate_entity"]["name"] == "Harbor Foods"
    assert pack.data["search_hints"] == ['"Harbor Foods" Erie, Ohio']
    assert recorder.closed("context_pack_signal_to_entity").counts == {"claims": 7, "anchors": 7}


def test_entity_to_contacts_has_its_fields():
    ctx, _, _ = a_context()
    pack = pack_entity(ctx, CLAIMS, PRIMARY, {"entity_type": "Subsidiary", "parent": "Big Corp"}, SourceSet(found=[]))
    assert set(pack.data) == {
        "canonical_target",
        "corporate_structure",
        "key_project",
        "partner_organizations",
        "anchor_claims",
        "key_questions",
        "do_not_repeat",
    }
    assert pack.data["canonical_target"] == {
        "name": "Harbor Foods",
        "entity_type": "Subsidiary",
        "domains": ["harborfoods.example"],
        "hq_location": "Erie, Ohio",
    }
    assert pack.data["corporate_structure"]["parent"] == "Big Corp"
    assert pack.data["key_project"]["location"] == "Erie, Ohio"
    assert pack.data["key_project"]["stage"] == "ANNOUNCED"
    assert "Plant Manager" in pack.data["key_questions"][0]


def test_contacts_to_enrichment_has_its_fields():
    ctx, _, _ = a_context()
    pack = pack_contacts(ctx, CLAIMS, PRIMARY, {}, SourceSet(found=[]))
    assert set(pack.data) == {
        "canonical_target",
        "corporate_structure",
        "key_project",
        "partner_organizations",
        "confirmed_contacts",
        "enrichment_questions",
        "do_not_repeat",
    }
    assert pack.data["enrichment_questions"]["client_specific"] == ["Who builds it?"]
    assert pack.data["canonical_target"]["entity_type"] is None, "what nobody said is not assumed"


def test_people_are_listed_once_wanted_titles_first_with_their_own_mail_domain():
    ctx, _, _ = a_context()
    people = confirmed_contacts(ctx, CLAIMS)
    assert [(p["name"], p["priority"], p["domain_for_email"]) for p in people] == [
        ("Ann Lee", 1, "harborfoods.example"),
        ("Al Fox", 2, "stone.example"),
        ("Zoe Ray", 3, "harborfoods.example"),
    ]


def test_a_partner_is_another_organisation_and_stands_once():
    (partner,) = partner_organizations(LEAD, CLAIMS)
    assert (partner["name"], partner["role"], partner["notes"]) == ("Stone Builders", "build", "entity_001")


def test_anchors_are_the_surest_then_the_newest_and_say_nothing_twice():
    claims = [
        a_claim("a", sure="LOW", when=date(2026, 6, 1)),
        a_claim("b", when=date(2026, 1, 1)),
        a_claim("c", when=date(2026, 2, 1)),
        a_claim("d", statement="FACT b."),
        a_claim("e"),
    ]
    assert [claim.id for claim in anchor_claims(claims)] == ["c", "b", "e", "a"]
    assert len(anchor_claims([a_claim(f"x{n}") for n in range(90)])) == MAX_ANCHORS


def test_every_anchor_exists_among_the_claims():
    ctx, _, _ = a_context()
    for pack in (pack_signals(ctx, CLAIMS, None), pack_contacts(ctx, CLAIMS, None, {}, SourceSet(found=[]))):
        assert set(pack.anchor_claim_ids) <= {claim.id for claim in CLAIMS}


def test_a_pack_never_outgrows_its_size():
    ctx, _, _ = a_context()
    long = [a_claim(f"search_{n:03d}", statement=f"{n} " + "é" * 490) for n in range(200)]
    pack = pack_signals(ctx, long, PRIMARY)
    assert len(json.dumps(pack.data, ensure_ascii=False)) <= MAX_PACK_CHARS
    assert len(pack.data["known_facts"]) > 5
    assert within_size({"text": "x" * 20_000}) == {"text": "x" * 20_000}, "no list, nothing to leave out"


def test_packs_of_nothing_hold_no_facts():
    ctx, _, _ = a_context()
    pack = pack_signals(ctx, [], None)
    assert (pack.data["signal_summary"], pack.data["known_facts"], pack.anchor_claim_ids) == (None, [], [])
    entity = pack_entity(ctx, [], None, {}, SourceSet(found=[]))
    assert entity.data["key_project"] is None


def test_a_step_gets_the_newest_pack_of_the_type_it_wants():
    researches = [
        Research(answers={}, claims=[], pack=a_pack("signal_to_entity", "old")),
        Research(answers={}, claims=[], pack=a_pack("entity_to_contacts", "other")),
        Research(answers={}, claims=[], pack=a_pack("signal_to_entity", "new")),
        Research(answers={}, claims=[]),
    ]
    assert newest_pack(researches, "contacts_to_enrichment") is None
    variable = pack_variable(researches, "signal_to_entity")
    assert (variable.value, variable.source_type) == ({"note": "new"}, "context_pack")
    assert variable.source_step == "context_pack_signal_to_entity"
    assert pack_variable(researches, "contacts_to_enrichment").value is None


def test_all_packs_are_collected_in_order():
    ctx, _, recorder = a_context()
    packs = [a_pack("signal_to_entity", "1"), a_pack("entity_to_contacts", "2")]
    researches = [Research(answers={}, claims=[], pack=pack) for pack in packs]
    assert collect_packs(ctx, [*researches, Research(answers={}, claims=[])]) == packs
    assert recorder.closed("context_packs").counts == {"packs": 2}


def test_claims_that_were_set_aside_are_not_handed_over():
    research = Research(answers={}, claims=CLAIMS, set_aside=[{"id": "contact_001", "reason": "other"}])
    assert "contact_001" not in {claim.id for claim in usable_claims([research])}
    assert len(usable_claims([research])) == 6
