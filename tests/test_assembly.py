"""The assembled dossier: nine sections, why-now, sources in use, gaps, status, and one order for everything."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date

import pytest

from dossier.evidence.invariants import broken
from dossier.exports import html, markdown, phrases
from dossier.exports.brief import build_brief
from dossier.models import (
    SECTION_KEYS,
    ClaimSet,
    ClaimType,
    Contact,
    ContactSet,
    Cost,
    ExcludedPerson,
    FactCheck,
    Insight,
    InvalidClaim,
    Outreach,
    OutreachSet,
    Precision,
    RefusedClaim,
    Research,
    Section,
    SectionSet,
    Sentence,
    SignalTier,
    Source,
    Verdict,
)
from dossier.steps.dossier import assemble
from dossier.steps.events import find_events
from dossier.steps.parts import Parts
from dossier.steps.research import nothing_said
from dossier.steps.score import score_lead
from dossier.steps.sections import WRITTEN
from dossier.steps.standing import Standing
from dossier.steps.why_now import choose_why_now
from dossier.testing import a_client, a_document, a_lead, a_run
from tests.evidence_fixture import (
    GOV,
    OTHER,
    REFERENCE,
    a_claim,
    a_claim_set,
    a_fact,
    a_merge,
    a_person,
    a_person_claim,
    a_signal,
)

NEWS_NOTE = a_document("Harbor Foods will build a plant in Salem.", url="https://news.example/1", title="A plant")
GOV_NOTE = a_document(
    "A permit for Harbor Foods was granted.",
    url="https://agency.example/p",
    title="Permit",
    tier=GOV,
    published_at=None,
)
LETTER = a_document("Ann Lee, Plant Manager, Harbor Foods", url=None, title="Letter", tier=OTHER)
DOCUMENTS = [NEWS_NOTE, GOV_NOTE, LETTER]
PLANT = a_claim(2, NEWS_NOTE.text, event_date=date(2026, 5, 1), document=NEWS_NOTE)
PERMIT = a_claim(10, GOV_NOTE.text, ClaimType.OPPORTUNITY, document=GOV_NOTE, prefix="opp_")
ANN = a_person_claim(1, "Ann Lee", "Plant Manager", LETTER)
CLAIMS = (PLANT, PERMIT, ANN)


def sentence(claim, merged_id):
    return Sentence(text=claim.statement, kind="fact", claim_ids=[merged_id])


def the_parts(**changes) -> Parts:
    merged = a_merge(
        [a_fact(n, claim, url=None) for n, claim in enumerate(CLAIMS, 1)],
        [a_person(1, "Ann Lee", "Plant Manager", [ANN])],
    )
    signals = [a_signal(PLANT)]
    contact = Contact(
        id="PERSON_001",
        name="Ann Lee",
        title="Plant Manager",
        organization="Harbor Foods",
        why="Runs it.",
        claim_ids=["MERGED_003"],
        is_primary=True,
        confidence=0.9,
    )
    contacts = ContactSet(contacts=[contact], excluded=[ExcludedPerson(name="Ben Ray", reason="Left.")])
    opening = sentence(PLANT, "MERGED_001")
    outreach = OutreachSet(items=[Outreach(contact_id="PERSON_001", opening_facts=[opening])], gap="Facts only.")
    sections = [Section(key=key, title=key, sentences=[opening]) for key in WRITTEN]
    sections[4] = Section(key="opportunity", title="o", sentences=[sentence(PERMIT, "MERGED_002")])
    parts = Parts(
        research=[Research(answers={}, claims=list(CLAIMS), signals=signals, gaps=["One gap.", "one  gap."])],
        claims=a_claim_set(*reversed(CLAIMS)),
        merged=merged,
        score=score_lead(a_lead(), a_client(), merged, signals, REFERENCE),
        insight=Insight(gap="No insight."),
        sections=SectionSet(sections=sections),
        contacts=contacts,
        fact_check=FactCheck(
            sentences=8, supported=8, unsupported=[], sections=sections, outreach=outreach, contacts=contacts
        ),
        cost=Cost(),
    )
    return replace(parts, **changes)


def made(parts=None, documents=DOCUMENTS, **run):
    ctx, _, _ = a_run(documents, **run)
    return assemble(ctx, parts or the_parts())


def section(dossier, key):
    return next(one for one in dossier.sections if one.key == key)


def test_searches_that_a_budget_ended_make_the_dossier_partial_and_are_its_first_gap():
    dossier = made(the_parts(not_searched="1 of 2 searches were not made."))
    assert (dossier.status, dossier.gaps[0]) == ("partial", "1 of 2 searches were not made.")


def test_the_assembled_dossier_keeps_every_promise():
    dossier = made()
    texts = {document.id: document.text for document in DOCUMENTS}
    assert broken(dossier, texts, [claim.id for claim in CLAIMS]) == []
    assert dossier.status == "complete"


def test_nine_sections_stand_in_their_order():
    assert tuple(one.key for one in made().sections) == SECTION_KEYS


def test_a_section_that_was_never_written_is_declared_missing():
    parts = the_parts()
    check = parts.fact_check.model_copy(update={"sections": []})
    dossier = made(replace(parts, fact_check=check))
    assert section(dossier, "intro").gap == "This part was not written."
    assert tuple(one.key for one in dossier.sections) == SECTION_KEYS


def test_people_and_what_to_say_to_them_come_from_the_fact_check():
    dossier = made()
    contacts, outreach = section(dossier, "contacts"), section(dossier, "outreach")
    assert [row["name"] for row in contacts.content["verified_contacts"]] == ["Ann Lee"]
    assert contacts.content["excluded"] == [{"name": "Ben Ray", "reason": "Left."}]
    assert [one.text for one in contacts.sentences] == [ANN.statement]
    (row,) = outreach.content["ready_to_send_outreach"]
    assert (row["contact_id"], row["contact_name"]) == ("PERSON_001", "Ann Lee")
    assert (outreach.gap, [one.claim_ids for one in outreach.sentences]) == ("Facts only.", [["MERGED_001"]])


def test_outreach_of_which_the_fact_check_left_nothing_is_a_gap():
    parts = the_parts()
    nothing = parts.fact_check.outreach.model_copy(update={"items": [Outreach(contact_id="PERSON_001")]})
    check = parts.fact_check.model_copy(update={"outreach": nothing})
    outreach = section(made(replace(parts, fact_check=check)), "outreach")
    assert (outreach.content, outreach.sentences) == ({"ready_to_send_outreach": []}, [])
    assert outreach.gap == "Nothing to say was left after the fact-check."


def test_a_statement_that_its_quote_does_not_hold_does_not_name_a_person():
    parts = the_parts()
    lie = ANN.model_copy(update={"statement": "Ann Lee, Plant Manager, Harbor Foods, paid $9 million"})
    facts = [*parts.merged.merged[:2], a_fact(3, lie)]
    dossier = made(replace(parts, merged=parts.merged.model_copy(update={"merged": facts})))
    assert section(dossier, "contacts").sentences == []


def test_sources_say_where_they_are_used_and_stand_best_first():
    dossier = made()
    assert [(one.title, one.used_in) for one in dossier.sources] == [
        ("Permit", ["opportunity"]),
        ("A plant", ["intro", "signals", "lead_intelligence", "strategy", "client_specific", "outreach"]),
        ("Letter", ["contacts"]),
    ]


def test_texts_of_one_address_are_one_entry_of_the_list():
    again = a_document("Harbor Foods hires.", url=NEWS_NOTE.url, title="A plant", published_at=date(2026, 1, 1))
    hire = a_claim(3, again.text, document=again)
    parts = the_parts()
    merged = parts.merged.model_copy(update={"merged": [*parts.merged.merged, a_fact(4, hire)]})
    dossier = made(replace(parts, claims=a_claim_set(*CLAIMS, hire), merged=merged), [*DOCUMENTS, again])
    rows = section(dossier, "sources").content["sources"]
    assert len(dossier.sources) == 4
    assert [row["source_ids"] for row in rows if row["url"] == NEWS_NOTE.url] == [[NEWS_NOTE.id, again.id]]
    assert len(rows) == 3


def test_claims_stand_in_the_order_of_their_numbers():
    dossier = made()
    assert [claim.id for claim in dossier.claims] == ["contact_001", "opp_010", "search_002"]
    assert [claim.id for claim in dossier.merged_claims] == ["MERGED_001", "MERGED_002", "MERGED_003"]


@pytest.mark.parametrize("seed", range(5))
def test_the_same_parts_in_another_order_give_the_same_bytes(seed):
    shuffle = random.Random(seed)
    parts, documents = the_parts(), list(DOCUMENTS)
    claims, facts = list(parts.claims.claims), list(parts.merged.merged)
    for one in (documents, claims, facts):
        shuffle.shuffle(one)
    other = replace(
        parts,
        claims=parts.claims.model_copy(update={"claims": claims}),
        merged=parts.merged.model_copy(update={"merged": facts}),
    )
    assert made(other, documents).model_dump_json() == made().model_dump_json()


def test_runs_differ_only_in_run_id_times_and_cost():
    later = [one.model_copy(update={"retrieved_at": "2027-01-01T00:00:00Z"}) for one in DOCUMENTS]
    ctx, _, _ = a_run(later)
    ctx = replace(ctx, run_id=ctx.run_id[:-1] + "2", created_at="2027-01-01T00:00:00Z")
    one = made().model_dump(mode="json")
    other = assemble(ctx, replace(the_parts(), cost=Cost(usd=1.0))).model_dump(mode="json")
    for dossier in (one, other):
        for field in ("run_id", "created_at", "cost"):
            dossier.pop(field)
        for source in dossier["sources"]:
            source.pop("retrieved_at")
    assert one == other


def test_assembling_is_one_step_run_with_its_counts():
    ctx, _, recorder = a_run(DOCUMENTS)
    dossier = assemble(ctx, the_parts())
    assert recorder.steps() == ["dossier"]
    assert recorder.closed("dossier").counts["claims"] == len(dossier.claims) == 3


# --------------------------------------------------------------------------------------- gaps and status


def test_gaps_are_told_once_in_plain_words():
    assert made().gaps == ["One gap.", "What to say: Facts only.", "No insight."]


def test_what_a_research_step_did_not_find_is_told_by_its_section():
    research = [Research(answers={}, claims=[], signals=[a_signal(PLANT)], gaps=[nothing_said("media"), "Kept."])]
    assert made(the_parts(research=research)).gaps[0] == "Kept."


def failed(name):
    parts = the_parts()
    return {
        "research": {"research": [Research(answers={}, claims=[], failed_steps=["media"], gaps=["No picture."])]},
        "insight": {"insight": Insight(gap="No.", failed_steps=["insight"])},
        "contacts": {"contacts": parts.contacts.model_copy(update={"failed_steps": ["enrich_contact"]})},
        "sections": {"sections": SectionSet(sections=[], failed_steps=["writer_intro"])},
        "fact_check": {"fact_check": parts.fact_check.model_copy(update={"failed": "It could not be checked."})},
    }[name]


@pytest.mark.parametrize("name", ["research", "insight", "contacts", "sections", "fact_check"])
def test_a_failed_branch_makes_the_dossier_partial(name):
    assert made(the_parts(**failed(name))).status == "partial"


def test_a_failed_check_is_a_gap():
    assert "It could not be checked." in made(the_parts(**failed("fact_check"))).gaps


def nothing_found(**changes) -> Parts:
    empty = a_merge()
    contacts = ContactSet(contacts=[], gap="The sources name nobody.")
    sections = [Section(key=key, title=key, gap="Nothing found.") for key in WRITTEN]
    outreach = OutreachSet(items=[], gap="There is nobody to write to yet.")
    parts = the_parts(
        research=[Research(answers={}, claims=[], gaps=["No source about Harbor Foods was found."])],
        claims=ClaimSet(claims=[]),
        merged=empty,
        score=score_lead(a_lead(), a_client(), empty, [], REFERENCE),
        contacts=contacts,
        fact_check=FactCheck(
            sentences=0, supported=0, unsupported=[], sections=sections, outreach=outreach, contacts=contacts
        ),
    )
    return replace(parts, **changes)


ABSENT = re.compile(r"nothing found|not? (?:event|person|one)|none|nothing|nobody|sources name no", re.IGNORECASE)


def unread(*steps) -> Parts:
    """Parts of a run that found nothing because `steps` were not asked."""
    gap = "The step for buying signals was not asked, so this part is missing."
    parts = nothing_found(research=[Research(answers={}, claims=[], failed_steps=list(steps), gaps=[gap])])
    score = score_lead(a_lead(), a_client(), a_merge(), [], REFERENCE, unread=steps)
    return replace(parts, read=[NEWS_NOTE, GOV_NOTE], score=score)


def test_what_was_not_read_is_unknown_and_nowhere_said_to_be_absent():
    dossier = made(unread("signal_discovery", "entity_research", "contact_discovery"))
    assert (dossier.status, dossier.why_now) == ("partial", None)
    assert dossier.unread == ["signal_discovery", "entity_research", "contact_discovery"]
    assert dossier.gaps[0] == (
        "2 sources were found about Harbor Foods, but the sources were not read for"
        " buying signals; the organisation and its partners; people to talk to."
    )
    assert section(dossier, "signals").gap == "Not known: the sources were not read for buying signals."
    assert section(dossier, "contacts").gap == "Not known: the sources were not read for people to talk to."
    reasons = {part.name: part.reason for part in dossier.score.parts}
    unknown = ("signal", "timing", "further_signals", "epcm_engaged")
    assert {reasons[name] for name in unknown} == {"Not known: the sources were not read for buying signals."}
    told = [*dossier.gaps, *(section(dossier, key).gap for key in ("intro", "signals", "contacts", "outreach"))]
    assert [text for text in told if ABSENT.search(text)] == []


def test_the_pages_of_what_was_not_read_say_so_in_place_of_nothing_found():
    dossier = made(unread("signal_discovery", "contact_discovery"))
    brief = build_brief(dossier)
    assert brief.score_note.startswith("Not all was read")
    assert "not read" in brief.next_step.who
    assert brief.unused == ()
    for page in (markdown.render(dossier), html.render(dossier)):
        assert phrases.EVENT_NOT_READ in page
        assert phrases.SCORE_OF_A_PART in page
        assert phrases.NO_EVENT not in page
        assert "the sources name no suitable person" not in page


def test_of_a_section_only_the_steps_behind_it_count():
    dossier = made(unread("contact_discovery"))
    assert section(dossier, "signals").gap == "Nothing found."
    assert phrases.NO_EVENT in markdown.render(dossier)
    assert build_brief(dossier).score_note == ""


def test_what_stands_stays_where_another_step_did_not_read():
    parts = the_parts()
    research = [*parts.research, Research(answers={}, claims=[], failed_steps=["signal_discovery"], gaps=["Gone."])]
    dossier, whole = made(replace(parts, research=research)), made()
    assert (dossier.why_now, dossier.score) == (whole.why_now, whole.score)
    assert section(dossier, "signals") == section(whole, "signals")


def test_nothing_found_is_complete_with_nine_declared_sections():
    dossier = made(nothing_found())
    assert (dossier.status, dossier.why_now, dossier.score.total, dossier.sources) == ("complete", None, 0, [])
    assert broken(dossier, {}, []) == []
    assert all(one.gap for one in dossier.sections)
    assert dossier.gaps == ["No source about Harbor Foods was found."]


def test_sources_that_were_read_in_vain_are_counted_and_listed():
    read = [Source(**document.model_dump(exclude={"text"})) for document in DOCUMENTS]
    dossier = made(nothing_found(research=[], read=read))
    assert dossier.gaps == [f"{len(read)} sources were read, none of them says anything about Harbor Foods."]
    assert {source.id for source in dossier.sources} == {source.id for source in read}
    assert not [source for source in dossier.sources if source.used_in]
    assert broken(dossier, {document.id: document.text for document in DOCUMENTS}, []) == []
    alone = made(nothing_found(research=[], read=read[:1]))
    assert alone.gaps == ["1 source was read, and it says nothing about Harbor Foods."]


def test_beside_facts_only_sources_with_claims_are_listed():
    read = [Source(**document.model_dump(exclude={"text"})) for document in DOCUMENTS]
    assert made(replace(the_parts(), read=read)).sources == made().sources


def test_what_was_left_out_is_counted():
    parts = the_parts()
    refused = [
        RefusedClaim(
            id=f"search_10{n}",
            reason="the quote does not stand in the source",
            draft={"type": "NOTE", "statement": "SECRET", "source_id": "s", "quote": "SECRET"},
            step="signal_discovery",
        )
        for n in (1, 2)
    ]
    aside = InvalidClaim(id="opp_010", reason="about another organisation")
    claims = parts.claims.model_copy(
        update={
            "refused": refused,
            "invalid": [*(InvalidClaim(id=one.id, reason=one.reason) for one in refused), aside],
        }
    )
    verdict = Verdict(section="intro", text="It costs $9.", verdict="unsupported", reason="no")
    check = parts.fact_check.model_copy(update={"unsupported": [verdict], "sentences": 9})
    dossier = made(replace(parts, claims=claims, fact_check=check))
    assert "2 statements were left out: the quote does not stand in the source." in dossier.gaps
    assert "1 statement was set aside, as told of another organisation." in dossier.gaps
    assert "1 sentence was taken out: not all of it stands in a source." in dossier.gaps
    assert [one.id for one in dossier.invalid_claims] == ["opp_010", "search_101", "search_102"]
    assert "SECRET" not in dossier.model_dump_json()


def test_what_of_the_profile_was_not_used_is_told():
    client = a_client(
        scoring="hades_intent",
        icp_config={"disqualifiers": [{"name": "sold_through_agents_only"}], "scoring_weights": {"x": 1}},
    )
    gaps = made(client=client).gaps
    assert "The formula hades_intent is not available: the score is by the default, columnline." in gaps
    assert "These weights of the profile belong to no part of the score: x." in gaps
    assert "Not known, so ask before you sell: sold through agents only." in gaps


def test_people_that_may_be_two_are_told():
    parts = the_parts()
    people = [a_person(1, "Ann Lee", "Buyer", [ANN], resolution="UNSURE")]
    merged = parts.merged.model_copy(update={"contacts_resolved": people})
    told = "It is not certain whether all that is said of Ann Lee is about one person."
    assert told in made(replace(parts, merged=merged)).gaps


# ---------------------------------------------------------------------------------------------- why now


def why(*claims, tiers=None, documents=DOCUMENTS, published=None):
    merged = a_merge([a_fact(n, claim) for n, claim in enumerate(claims, 1)])
    levels = tiers or [SignalTier.HOT] * len(claims)
    signals = [a_signal(claim, tier) for claim, tier in zip(claims, levels, strict=True)]
    by_id = {document.id: document for document in documents}
    standing = Standing.of(a_claim_set(*claims), by_id, a_lead(), a_client())
    return choose_why_now(find_events(merged, signals, published or {}), standing, by_id, REFERENCE)


def plant(number, day, **fields):
    return a_claim(number, NEWS_NOTE.text, event_date=day, document=NEWS_NOTE, **fields)


def test_why_now_is_the_claims_statement_with_its_date_and_address():
    now = why(plant(1, date(2026, 5, 1)))
    assert (now.text, now.claim_ids, now.url) == (NEWS_NOTE.text, ["MERGED_001"], NEWS_NOTE.url)
    assert (now.event_date, now.age_days) == (date(2026, 5, 1), 60)


def test_why_now_takes_the_strongest_tier_and_then_the_newest():
    claims = [plant(1, date(2026, 6, 1)), plant(2, date(2026, 2, 1)), plant(3, date(2026, 3, 1))]
    tiers = [SignalTier.WARM, SignalTier.HOT, SignalTier.HOT]
    assert why(*claims, tiers=tiers).claim_ids == ["MERGED_003"]


@pytest.mark.parametrize(
    ("day", "chosen"),
    [(date(2025, 6, 30), True), (date(2025, 6, 29), False), (date(2026, 6, 30), True), (date(2026, 7, 1), False)],
)
def test_why_now_is_never_older_than_twelve_months_nor_ahead(day, chosen):
    assert (why(plant(1, day)) is not None) is chosen


def test_why_now_counts_a_period_from_its_first_day():
    year = plant(1, date(2025, 1, 1), date_precision=Precision.YEAR)
    assert why(year) is None


def test_why_now_is_never_undated():
    assert why(plant(1, None)) is None


def test_an_undated_source_serves_only_if_its_text_states_the_day():
    silent = a_document("Harbor Foods builds.", published_at=None)
    stated = a_document("Harbor Foods builds since May 4, 2026.", published_at=None)
    for document, chosen in ((silent, False), (stated, True)):
        claim = a_claim(1, "Harbor Foods builds.", event_date=date(2026, 5, 4), document=document)
        assert (why(claim, documents=[document]) is not None) is chosen


def test_an_event_that_no_text_dates_is_opened_with_by_its_first_report():
    published = {NEWS_NOTE.id: (date(2026, 5, 4), Precision.DAY)}
    assert why(plant(1, None), published=published).event_date == date(2026, 5, 4)


def test_the_address_is_that_of_the_report_that_gives_the_day():
    first = a_document(NEWS_NOTE.text + " So it said.", url="https://news.example/first", tier=OTHER)
    claims = [a_claim(1, NEWS_NOTE.text, document=NEWS_NOTE), a_claim(2, NEWS_NOTE.text, document=first)]
    fact = a_fact(1, *claims)
    urls = {NEWS_NOTE.id: NEWS_NOTE.url, first.id: first.url}
    sources = [one.model_copy(update={"url": urls[one.source_id]}) for one in fact.sources]
    merged = a_merge([fact.model_copy(update={"sources": sources})])
    published = {NEWS_NOTE.id: (date(2026, 5, 4), Precision.DAY), first.id: (date(2026, 3, 1), Precision.DAY)}
    by_id = {one.id: one for one in (NEWS_NOTE, first)}
    standing = Standing.of(a_claim_set(*claims), by_id, a_lead(), a_client())
    now = choose_why_now(find_events(merged, [a_signal(claims[0])], published), standing, by_id, REFERENCE)
    assert (now.event_date, now.url) == (date(2026, 3, 1), first.url)


def test_a_statement_that_says_more_than_its_quote_is_no_opening():
    lie = plant(1, date(2026, 6, 1)).model_copy(update={"statement": "Harbor Foods will spend $9 billion."})
    assert why(lie) is None
    assert why(lie, plant(2, date(2026, 5, 1))).claim_ids == ["MERGED_002"]
