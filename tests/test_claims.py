"""Claims: no quote, no claim. Ids, dates, confidence, and the reasons why a draft does not stand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import Permanent
from dossier.models import (
    ClaimDetails,
    ClaimDraft,
    ClaimType,
    Confidence,
    Count,
    Money,
    Precision,
    Research,
    SourceSet,
    Tier,
)
from dossier.steps.claims import PREFIXES, bind_drafts, collect_claims, confidence_of, extract_claims, first_day
from dossier.testing import a_document, a_run

TEXT = (
    "Harbor Foods will build a $40 million plant in Ohio. Ann Lee, plant manager, said so at ann@harborfoods.example."
)
DOC = a_document(TEXT, tier=Tier.GOV)
DOCS = {DOC.id: DOC}
QUOTE = "will build a $40 million plant"


def a_draft(**fields):
    basic = {"type": ClaimType.SIGNAL, "statement": "Harbor Foods will build a plant.", "source_id": DOC.id}
    return ClaimDraft.model_validate({**basic, "quote": QUOTE, **fields})


def bound(*drafts, step="signal_discovery", documents=DOCS):
    return bind_drafts(step, drafts, documents)


def a_contact(**details):
    whole = {"person": "Ann Lee", "organization": "Harbor Foods", **details}
    return a_draft(type=ClaimType.CONTACT, quote="Ann Lee, plant manager", details=ClaimDetails(**whole))


def test_a_claim_is_bound_to_the_very_words_of_its_source():
    (claim,) = bound(a_draft(entities=["Harbor Foods"])).claims
    assert claim.quote == QUOTE == TEXT[claim.start : claim.end]
    assert (claim.id, claim.source_tier, claim.step) == ("search_001", Tier.GOV, "signal_discovery")
    assert claim.entities == ["Harbor Foods"]


def test_the_quote_of_a_claim_is_the_sources_spelling_not_the_drafts():
    document = a_document("They said: “It’s  a\nplant.”")
    draft = a_draft(source_id=document.id, quote='"It\'s a plant."')
    (claim,) = bound(draft, documents={document.id: document}).claims
    assert claim.quote == "“It’s  a\nplant.”"


@given(st.integers(0, 60), st.integers(1, 60))
def test_whatever_stretch_is_quoted_the_claim_quotes_the_source(start, length):
    quote = TEXT[start : start + length]
    result = bound(a_draft(quote=quote, start=start))
    assert all(claim.quote == TEXT[claim.start : claim.end] for claim in result.claims)
    assert len(result.claims) + len(result.refused) == 1


@pytest.mark.parametrize(
    ("draft", "reason"),
    [
        (a_draft(quote="will build a $400 million plant"), "the quote does not stand in the source"),
        (a_draft(quote="will build a $4"), "the quote does not stand in the source"),
        (a_draft(quote=""), "the quote does not stand in the source"),
        (a_draft(quote=" . "), "the quote does not stand in the source"),
        (a_draft(quote="Harbor Foods will build ... said so"), "the quote does not stand in the source"),
        (a_draft(source_id="src_of_another_run"), "the source is not one of this run"),
        (a_draft(statement="x" * 501), "the statement is longer than 500 characters"),
        (a_draft(statement="  "), "the statement is empty"),
        (a_contact(organization=None), "a contact claim has to name an organisation"),
        (a_contact(person="Bob Lee"), "the person's name does not stand in the source"),
    ],
)
def test_a_draft_that_does_not_stand_is_refused_whole_with_the_reason(draft, reason):
    result = bound(draft)
    assert result.claims == []
    (refused,) = result.refused
    assert (refused.id, refused.reason, refused.draft) == ("search_001", reason, draft)


def test_a_reason_never_repeats_what_the_draft_said():
    result = bound(a_draft(quote="poison", statement="poison", source_id=DOC.id), a_draft(source_id="poison"))
    assert all("poison" not in refused.reason for refused in result.refused)


def test_ids_count_all_drafts_of_a_step_under_its_prefix():
    result = bound(a_draft(), a_draft(quote="absent"), a_draft(), step="enrich_opportunity")
    assert [claim.id for claim in result.claims] == ["opp_001", "opp_003"]
    assert [claim.id for claim in result.refused] == ["opp_002"]
    assert len(set(PREFIXES.values())) == len(PREFIXES) == 6


def test_an_id_grows_beyond_three_digits():
    assert bound(*[a_draft()] * 1000).claims[-1].id == "search_1000"


def test_a_claim_about_another_organisation_stands_and_is_set_aside():
    details = ClaimDetails(about="other", gate="a bank of the same name")
    result = bound(a_draft(details=details), a_draft())
    assert len(result.claims) == 2
    assert [(entry.id, entry.reason) for entry in result.set_aside] == [
        ("search_001", "about another organisation (a bank of the same name)")
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "bob@harborfoods.example"),
        ("phone", "+1 555 0100"),
        ("linkedin", "https://linkedin.example/in/ann"),
        ("amount", Money(amount=5e7, text="$50 million")),
        ("count", Count(number=300, unit="job", text="300 jobs")),
    ],
)
def test_a_value_whose_words_stand_nowhere_in_the_source_is_dropped(field, value):
    (claim,) = bound(a_draft(details=ClaimDetails(**{field: value, "place": "Ohio"}))).claims
    assert getattr(claim.details, field) is None
    assert claim.details.place == "Ohio"


def test_a_value_that_stands_in_the_source_is_kept():
    details = ClaimDetails(email="ann@harborfoods.example", amount=Money(amount=4e7, text="$40 million"))
    (claim,) = bound(a_draft(details=details)).claims
    assert claim.details == details


@pytest.mark.parametrize(
    ("value", "precision", "expected"),
    [
        (date(2026, 5, 17), Precision.DAY, date(2026, 5, 17)),
        (date(2026, 5, 17), Precision.MONTH, date(2026, 5, 1)),
        (date(2026, 5, 17), Precision.QUARTER, date(2026, 4, 1)),
        (date(2026, 12, 31), Precision.QUARTER, date(2026, 10, 1)),
        (date(2026, 8, 1), Precision.HALF, date(2026, 7, 1)),
        (date(2026, 5, 17), Precision.YEAR, date(2026, 1, 1)),
        (None, None, None),
    ],
)
def test_a_date_is_the_first_day_of_its_period(value, precision, expected):
    assert first_day(value, precision) == expected
    (claim,) = bound(a_draft(event_date=value, date_precision=precision)).claims
    assert (claim.event_date, claim.date_precision) == (expected, precision)


def test_a_date_without_precision_is_a_day_and_a_precision_without_date_is_nothing():
    dated, undated = bound(a_draft(event_date=date(2026, 5, 17)), a_draft(date_precision=Precision.YEAR)).claims
    assert dated.date_precision is Precision.DAY
    assert undated.date_precision is None


MONEY = ClaimDetails(amount=Money(amount=4e7, text="$40 million"))


@pytest.mark.parametrize(
    ("kind", "tier", "details", "dated", "entities", "expected"),
    [
        (ClaimType.SIGNAL, Tier.GOV, MONEY, False, [], Confidence.HIGH),
        (ClaimType.SIGNAL, Tier.PRIMARY, ClaimDetails(), True, [], Confidence.HIGH),
        (ClaimType.SIGNAL, Tier.PRIMARY, ClaimDetails(), False, ["a", "b"], Confidence.MEDIUM),
        (ClaimType.RELATIONSHIP, Tier.PRIMARY, ClaimDetails(), False, ["a", "b"], Confidence.HIGH),
        (ClaimType.RELATIONSHIP, Tier.PRIMARY, ClaimDetails(), False, ["a", "a"], Confidence.MEDIUM),
        (ClaimType.SIGNAL, Tier.NEWS, MONEY, True, [], Confidence.MEDIUM),
        (ClaimType.SIGNAL, Tier.OTHER, MONEY, True, [], Confidence.LOW),
        (ClaimType.NOTE, Tier.GOV, MONEY, True, [], Confidence.LOW),
        (ClaimType.SIGNAL, Tier.GOV, ClaimDetails(about="unsure", place="Ohio"), True, [], Confidence.LOW),
    ],
)
def test_confidence_follows_tier_and_specificity(kind, tier, details, dated, entities, expected):
    assert confidence_of(kind, tier, details, dated, entities) is expected


def test_extraction_is_a_step_run_of_its_own_with_counts():
    ctx, llm, recorder = a_run([DOC])
    extract_claims(ctx, "signal_discovery", [a_draft(), a_draft(quote="absent")], DOCS)
    assert recorder.steps() == ["signal_discovery_claims_extraction"]
    counts = recorder.closed("signal_discovery_claims_extraction").counts
    assert counts == {"drafted": 2, "claims": 1, "refused": 1, "set_aside": 0}
    assert llm.requests == []


def research(step, *drafts):
    extracted = bound(*drafts, step=step)
    return Research(answers={}, claims=extracted.claims, refused=extracted.refused, set_aside=extracted.set_aside)


def collected(*researches, documents=(DOC,)):
    ctx, _, recorder = a_run(list(documents))
    return collect_claims(ctx, researches, SourceSet(found=[])), recorder


def test_all_claims_are_collected_and_every_draft_is_accounted_for():
    other = a_draft(details=ClaimDetails(about="other"))
    result, recorder = collected(
        research("signal_discovery", a_draft(), other), research("enrich_lead", a_draft(quote="absent"), a_draft())
    )
    assert [claim.id for claim in result.claims] == ["search_001", "search_002", "lead_002"]
    assert [claim.id for claim in result.refused] == ["lead_001"]
    assert [claim.id for claim in result.invalid] == ["lead_001", "search_002"]
    assert result.drafted == 4
    assert recorder.closed("claims").counts == {"drafted": 4, "claims": 3, "refused": 1, "invalid": 2}


def test_a_claim_whose_quote_no_longer_stands_is_refused_when_collected():
    good = research("signal_discovery", a_draft())
    forged = good.claims[0].model_copy(update={"start": 1, "end": 1 + len(QUOTE)})
    result, _ = collected(good.model_copy(update={"claims": [forged]}))
    assert result.claims == []
    assert [(claim.id, claim.reason) for claim in result.invalid] == [
        ("search_001", "the quote no longer stands in the source")
    ]
    assert result.drafted == 1


def test_two_claims_of_one_id_are_a_fault_of_ours():
    with pytest.raises(Permanent, match="search_001"):
        collected(research("signal_discovery", a_draft()), research("signal_discovery", a_draft()))


def test_nothing_is_collected_from_nothing():
    result, _ = collected()
    assert (result.claims, result.invalid, result.drafted) == ([], [], 0)
