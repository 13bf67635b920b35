"""The fact-check of everything that ships: unsupported text goes, with its reason, and nothing else."""

from datetime import date

import pytest

from dossier.keys import digest
from dossier.models import (
    Claim,
    ClaimSet,
    ClaimType,
    Confidence,
    Contact,
    ContactSet,
    Document,
    InvalidClaim,
    Lead,
    Outreach,
    OutreachSet,
    Precision,
    Section,
    Sentence,
    Tier,
)
from dossier.steps.fact_check import NOTHING_LEFT, Rehearsal, check_facts
from dossier.steps.merged_claims import merge_claims
from dossier.steps.withheld import NOT_CHECKED, check_or_withhold

TEXT = (
    "Acme Corp will build a $3 billion plant in Ohio. The plant will hire 2,500 workers. "
    "Ann Lee, procurement director, leads the project. Acme Corp sold its boats in Maine."
)
DOCUMENT = Document(
    id="src_1", sha256=digest(TEXT), url="https://news.example/1", title="Acme grows", publisher="The Herald",
    tier=Tier.NEWS, published_at=date(2025, 3, 1), published_precision=Precision.DAY,
    retrieved_at="2026-01-01T00:00:00Z", text=TEXT,
)  # fmt: skip


def claim(number, quote, kind=ClaimType.SIGNAL):
    start = TEXT.index(quote)
    return Claim(
        id=f"search_{number:03d}", type=kind, statement=quote, entities=["Acme Corp"], event_date=None,
        date_precision=None, source_id="src_1", quote=quote, start=start, end=start + len(quote), source_tier=Tier.NEWS,
        confidence=Confidence.MEDIUM, step="signal_discovery",
    )  # fmt: skip


PLANT = claim(1, "Acme Corp will build a $3 billion plant in Ohio.")
JOBS = claim(2, "The plant will hire 2,500 workers.")
PERSON = claim(3, "Ann Lee, procurement director, leads the project.", ClaimType.CONTACT)
ASIDE = claim(4, "Acme Corp sold its boats in Maine.")
CLAIMS = ClaimSet(claims=[PLANT, JOBS, PERSON, ASIDE], invalid=[InvalidClaim(id=ASIDE.id, reason="another company")])
MERGED = merge_claims(CLAIMS, {"src_1": DOCUMENT}, Lead(id="ld_1", name="Acme Corp"))
IDS = {merged.claim_ids[0]: merged.id for merged in MERGED.merged}


def fact(text, *claims, kind="fact"):
    return Sentence(text=text, kind=kind, claim_ids=[IDS.get(one.id, one.id) for one in claims])


def section(*sentences, content=None, gap=None):
    return Section(key="intro", title="At a glance", sentences=list(sentences), content=content or {}, gap=gap)


def contact(name="Ann Lee", number=1, **more):
    fields = {"title": "procurement director", "organization": "Acme Corp", "why": "", "claim_ids": [IDS[PERSON.id]]}
    return Contact(**{"id": f"contact_{number}", "name": name, "confidence": 0.5, **fields, **more})


def check(*sections, contacts=(), outreach=(), document=DOCUMENT, words=("Bolt Builders",)):
    return check_facts(
        list(sections),
        ContactSet(contacts=list(contacts)),
        OutreachSet(items=list(outreach)),
        MERGED,
        CLAIMS,
        {"src_1": document},
        words,
    )


def test_supported_sentences_stay_as_they_are():
    written = section(
        fact("Acme Corp will build a $3 billion plant in Ohio.", PLANT),
        fact("Acme will hire 2,500 workers for its plant in Ohio.", PLANT, JOBS),
        fact("Ask how far it has come.", PLANT, kind="interpretation"),
    )
    checked = check(written)
    assert checked.sections == [written]
    assert (checked.sentences, checked.supported, checked.unsupported) == (3, 3, [])


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (fact("Acme Corp will build a $5 billion plant in Ohio.", PLANT), "$5 billion"),
        (fact("Acme Corp will build a $3 billion plant in Texas.", PLANT), "Texas"),
        (fact("Acme will hire 2,500 workers.", PLANT), "2,500"),
        (fact("Acme Corp will build a plant."), "cites no claim"),
        (Sentence(text="Acme Corp will build a plant.", kind="fact", claim_ids=["MERGED_999"]), "MERGED_999"),
        (fact("Acme Corp sold its boats.", ASIDE), "does not exist or does not stand"),
        (fact("They will need what Contoso sells.", PLANT, kind="interpretation"), "Contoso"),
    ],
)
def test_an_unsupported_sentence_goes_and_leaves_its_reason(sentence, reason):
    kept = fact("Acme Corp will build a $3 billion plant in Ohio.", PLANT)
    checked = check(section(kept, sentence))
    assert checked.sections[0].sentences == [kept]
    assert [v.text for v in checked.unsupported] == [sentence.text]
    assert reason in checked.unsupported[0].reason
    assert checked.supported + len(checked.unsupported) == checked.sentences == 2


def test_a_section_without_a_sentence_left_says_so():
    checked = check(section(fact("Contoso builds.", PLANT)))
    assert (checked.sections[0].sentences, checked.sections[0].gap) == ([], NOTHING_LEFT)


def test_an_empty_section_keeps_its_own_gap():
    assert check(section(gap="Nothing found.")).sections[0].gap == "Nothing found."


def test_a_quote_that_does_not_stand_supports_nothing():
    changed = DOCUMENT.model_copy(update={"text": TEXT.replace("$3", "$4")})
    checked = check(section(fact("Acme Corp will build a $3 billion plant in Ohio.", PLANT)), document=changed)
    assert checked.sections[0].sentences == []


def test_a_quote_whose_source_is_gone_supports_nothing():
    written = section(fact("Acme Corp will build a $3 billion plant in Ohio.", PLANT))
    checked = check_facts([written], ContactSet(contacts=[]), OutreachSet(items=[]), MERGED, CLAIMS, {})
    assert checked.sections[0].sentences == []


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Acme Corp has built a $3 billion plant in Ohio.", "partly"),
        ("Acme Corp will build a $5 billion plant in Ohio.", "unsupported"),
    ],
)
def test_what_is_taken_out_is_told_with_its_verdict(text, verdict):
    assert [one.verdict for one in check(section(fact(text, PLANT))).unsupported] == [verdict]


def test_a_field_that_tells_what_is_may_not_tell_a_plan_as_done():
    content = {
        "one_liner": "Acme Corp has built a $3 billion plant in Ohio",
        "why_theyll_buy_now": [{"headline": "Acme built a plant in Ohio", "claim_ids": [IDS[PLANT.id]]}],
        "the_angle": "A plant built in time is worth more.",
    }
    checked = check(section(content=content, gap="-"))
    assert checked.sections[0].content == {
        "one_liner": None,
        "why_theyll_buy_now": [{"headline": None, "claim_ids": [IDS[PLANT.id]]}],
        "the_angle": "A plant built in time is worth more.",
    }
    assert [one.verdict for one in checked.unsupported] == ["partly", "partly"]


def test_where_the_check_fails_nothing_written_ships_and_a_gap_says_so():
    written = section(fact("Acme Corp will build a $3 billion plant in Ohio.", PLANT), content={"one_liner": "Acme"})

    def check():
        raise ValueError("a defect")

    withheld = check_or_withhold(check, [written])
    assert withheld.sections == [section(gap=NOT_CHECKED)]
    assert (withheld.contacts.contacts, withheld.outreach.items, withheld.supported) == ([], [], 0)
    assert NOT_CHECKED in withheld.failed


def test_a_fault_of_the_store_is_no_defect_of_the_check():
    def check():
        raise OSError("the store is gone")

    with pytest.raises(OSError, match="gone"):
        check_or_withhold(check, [])


def test_fields_are_checked_and_dropped_sentences_vanish_from_them():
    bad = fact("Contoso builds a plant in Ohio.", PLANT)
    content = {
        "body": f"A start. {bad.text}",
        "one_liner": "Acme builds a $3 billion plant in Ohio",
        "facts": ["Acme hires 2,500 workers", "Acme hires 9,000 workers"],
        "rows": [
            {
                "headline": "A plant in Texas",
                "claim_ids": [IDS[PLANT.id], "MERGED_999"],
                "source_url": "https://x.example/9",
            }
        ],
        "lead_score": 71,
        "score_explanation": "71 of 100: tier 25, timing 15.",
    }
    checked = check(section(fact("Acme Corp will build a $3 billion plant in Ohio.", PLANT), bad, content=content))
    assert checked.sections[0].content == {
        "body": None,
        "one_liner": "Acme builds a $3 billion plant in Ohio",
        "facts": ["Acme hires 2,500 workers"],
        "rows": [{"headline": None, "claim_ids": [IDS[PLANT.id]], "source_url": "https://x.example/9"}],
        "lead_score": 71,
        "score_explanation": "71 of 100: tier 25, timing 15.",
    }
    assert {v.text for v in checked.unsupported} == {bad.text, "Acme hires 9,000 workers", "A plant in Texas"}


def test_claims_around_a_field_narrow_what_it_may_say():
    rows = [{"answer": "2,500 workers will be hired", "evidence_claims": [IDS[PERSON.id]]}]
    checked = check(section(content={"client_specific": rows}))
    assert checked.sections[0].content["client_specific"][0]["answer"] is None


def test_a_person_whose_name_stands_in_no_quote_is_excluded_and_another_becomes_primary():
    checked = check(contacts=[contact("Bo Ray", 1, is_primary=True), contact("Ann Lee", 2)])
    assert [(c.name, c.is_primary) for c in checked.contacts.contacts] == [("Ann Lee", True)]
    assert [e.name for e in checked.contacts.excluded] == ["Bo Ray"]


def test_a_reason_to_call_that_says_too_much_is_emptied():
    checked = check(
        contacts=[contact(why="She signed the Texas deal."), contact(number=2, why="She leads the project.")]
    )
    assert [c.why for c in checked.contacts.contacts] == ["", "She leads the project."]


def test_copy_with_an_invented_figure_goes_and_the_rest_stays():
    copy = Outreach(
        contact_id="contact_1",
        email={"subject": "Your Ohio plant", "body": "Hi Ann, you plan to hire 7,000 workers.", "word_count": 8},
        linkedin={"message": "Hi Ann, Bolt can help with the plant in Ohio."},
        opening_facts=[fact("The plant will hire 2,500 workers.", JOBS), fact("Contoso builds.", JOBS)],
    )
    checked = check(contacts=[contact()], outreach=[copy])
    [item] = checked.outreach.items
    assert (item.email, item.linkedin) == (None, copy.linkedin)
    assert [s.text for s in item.opening_facts] == ["The plant will hire 2,500 workers."]


def test_copy_that_tells_of_work_for_others_is_named_to_its_writer_and_goes_if_it_stays():
    told = "Hi Ann, we helped bakeries with a plant in Ohio before."
    copy = Outreach(contact_id="contact_1", linkedin={"message": told}, email={"body": "Hi Ann, can we talk?"})
    checked = check(contacts=[contact()], outreach=[copy])
    assert (checked.outreach.items[0].linkedin, checked.outreach.items[0].email) == (None, copy.email)
    for references, faults in (((), 1), (["We helped bakeries with plants in Ohio"], 0)):
        rehearsal = Rehearsal.of(MERGED, CLAIMS, {"src_1": DOCUMENT}, ["Bolt Builders"], references)
        assert len(rehearsal.copy(copy, contact())) == faults


def test_copy_for_an_excluded_person_goes():
    copy = Outreach(contact_id="contact_1", linkedin={"message": "Hello."})
    assert check(contacts=[contact("Bo Ray")], outreach=[copy]).outreach.items == []


def test_checking_what_was_checked_changes_nothing():
    first = check(
        section(fact("Contoso builds.", PLANT), fact("The plant will hire 2,500 workers.", JOBS)), contacts=[contact()]
    )
    again = check(*first.sections, contacts=first.contacts.contacts)
    assert (again.sections, again.contacts.contacts, again.unsupported) == (first.sections, first.contacts.contacts, [])
