"""What a claim says: one fact each, readable alone, its added words in square brackets, bound to its quote."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.evidence import propositions
from dossier.evidence.boilerplate import boilerplate
from dossier.evidence.periods import find_event_periods
from dossier.evidence.segments import find_rows
from dossier.extractive import records
from dossier.extractive.reading import read_passages
from dossier.models import ClaimDraft, ClaimType, IcpConfig, Lead, Passage, Precision, Tier
from resources.spacy_language import SpacyLanguage

LEAD = Lead(id="ld_1", name="Northwind Steel", domain="northwind.example")
MONDAY = date(2026, 3, 2)


def read(
    language: SpacyLanguage,
    text: str,
    publisher: str | None = "Daily Ledger",
    published: date | None = MONDAY,
    precision: Precision = Precision.DAY,
) -> list[ClaimDraft]:
    passage = Passage(
        source_id="src_1",
        title="A report",
        publisher=publisher,
        url=None,
        tier=Tier.NEWS,
        published_at=published,
        published_precision=precision if published else None,
        start=0,
        end=len(text),
        text=text,
    )
    drafts = read_passages([passage], LEAD, IcpConfig(), language)
    assert all(text[d.start or 0 : (d.start or 0) + len(d.quote)] == d.quote for d in drafts)
    return drafts


def said(drafts: list[ClaimDraft]) -> list[str]:
    return [draft.statement for draft in drafts]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "Northwind Steel announced it will build a $40 million mill in Toledo, Ohio, that will employ 300 workers.",
            [
                "Northwind Steel announced it will build a $40 million mill in Toledo, Ohio",
                "[Northwind Steel announced it will build a mill in Toledo, Ohio, that] will employ 300 workers.",
            ],
        ),
        (
            "Northwind Steel opened a $40 million mill in Ohio, and it will hire 120 people in 2027.",
            ["Northwind Steel opened a $40 million mill in Ohio", "it [Northwind Steel] will hire 120 people in 2027."],
        ),
        (
            "Northwind Steel, the largest maker of steel doors, announced a $40 million plant in Ohio.",
            [
                "Northwind Steel [is] the largest maker of steel doors",
                "Northwind Steel announced a $40 million plant in Ohio.",
            ],
        ),
        (
            "Northwind Steel plans to invest $20 million in a mill in Ohio and up to $15 million in a plant in Texas.",
            [
                "Northwind Steel plans to invest $20 million in a mill in Ohio",
                "[Northwind Steel plans to invest] up to $15 million in a plant in Texas.",
            ],
        ),
        (
            "Northwind Steel will invest $40 million in its mills over two years, which will create 300 jobs.",
            [
                "Northwind Steel will invest $40 million in its mills over two years",
                "[Northwind Steel will invest in its mills over two years, which] will create 300 jobs.",
            ],
        ),
        (
            "The news that Northwind Steel plans to invest $4 million in a mill in Ohio is a sign of better times.",
            ["Northwind Steel plans to invest $4 million in a mill in Ohio"],
        ),
        (
            "The mayor will travel to Toledo to announce that Northwind Steel has won a $9 million order.",
            ["Northwind Steel has won a $9 million order"],
        ),
        (
            "Bolt Mills opened a $2 million plant, while Northwind Steel announced a $40 million plant in Ohio.",
            ["Northwind Steel announced a $40 million plant in Ohio"],
        ),
        (
            "For these projects, Northwind Steel established two new plants in Ohio.",
            ["Northwind Steel established two new plants in Ohio."],
        ),
        (
            "Labor Agreements: In Ohio, Northwind Steel hired 300 workers for a new plant.",
            ["In Ohio, Northwind Steel hired 300 workers for a new plant."],
        ),
    ],
)
def test_a_sentence_gives_one_statement_per_fact(language: SpacyLanguage, text: str, statements: list[str]) -> None:
    assert said(read(language, text)) == statements


@pytest.mark.parametrize(
    "text",
    [
        "The port authority selected Northwind Steel to build the dock.",
        "Northwind Steel was cited for safety violations at its Eastport mill.",
        "Northwind Steel has begun a $42 million expansion of its Eastport mill.",
        "Northwind Steel named Ann Lee director of operations on Tuesday.",
        "Northwind Steel completed the acquisition of a door maker in Ohio.",
    ],
)
def test_plain_announcements_are_signals(language: SpacyLanguage, text: str) -> None:
    assert ClaimType.SIGNAL in {draft.type for draft in read(language, text)}


def test_this_contract_is_that_of_the_paragraph_above_and_its_quote_shows_whose(language: SpacyLanguage) -> None:
    text = (
        "The port authority has selected Northwind Steel of Eastport to build the new dock for its ships.\n\n"
        "This five-year contract is valued at approximately $45 million."
    )
    value = read(language, text)[-1]
    assert value.statement == "This five-year contract [Northwind Steel] is valued at approximately $45 million."
    assert value.details.amount is not None
    assert value.details.amount.amount == 45_000_000
    assert "Northwind Steel" in value.quote


@pytest.mark.parametrize(
    "text",
    [
        "This builds upon a joint venture with Northwind Steel to build a $9 million plant in Ohio.",  # what does?
        "The commitment by Northwind Steel is a sign that the incentives are working in the region.",  # a remark
        "The president will stop in Toledo to praise an agreement with Northwind Steel to expand in the region.",
        "Up to $15 million to supply doors for large plants in collaboration with Northwind Steel.",  # no sentence
        "Daily Times: Northwind Steel announces a $40 million plant in Ohio.",  # a headline of others
        "Forward-looking statements: Northwind Steel expects to invest $40 million in a plant in Ohio.",
        "Northwind Steel announced a $40 million plant; for more information visit its pages.",
    ],
)
def test_what_reads_alone_as_nothing_gives_no_claim(language: SpacyLanguage, text: str) -> None:
    assert said(read(language, text)) == []


@pytest.mark.parametrize(
    ("words", "day", "precision", "mark"),
    [
        ("yesterday", date(2026, 3, 1), Precision.DAY, "yesterday [2026-03-01]"),
        ("last week", date(2026, 2, 1), Precision.MONTH, "last week [2026-02]"),
        ("two years ago", date(2024, 1, 1), Precision.YEAR, "two years ago [2024]"),
        ("in December 2025", date(2025, 12, 1), Precision.MONTH, "in December 2025"),
        ("in the fourth quarter of 2025", date(2025, 10, 1), Precision.QUARTER, "fourth quarter of 2025"),
    ],
)
def test_an_event_is_dated_by_its_words_and_the_day_of_the_source(
    language: SpacyLanguage, words: str, day: date, precision: Precision, mark: str
) -> None:
    (draft,) = read(language, f"Northwind Steel opened a $40 million plant in Ohio {words}.")
    assert (draft.event_date, draft.date_precision) == (day, precision)
    assert mark in draft.statement


def test_a_source_of_a_year_fixes_no_yesterday_but_holds_the_days_of_its_year(language: SpacyLanguage) -> None:
    text = "Northwind Steel opened a $40 million plant in Ohio "
    (loose,) = read(language, f"{text}yesterday.", published=date(2026, 1, 1), precision=Precision.YEAR)
    assert loose.event_date is None
    (dated,) = read(language, f"{text}on May 31, 2026.", published=date(2026, 1, 1), precision=Precision.YEAR)
    assert dated.event_date == date(2026, 5, 31)


@pytest.mark.parametrize("text", ["by 2030", "until the end of 2025", "under an agreement dated as of May 2, 2022"])
def test_a_target_and_the_date_of_a_paper_do_not_date_the_event(language: SpacyLanguage, text: str) -> None:
    assert {d.event_date for d in read(language, f"Northwind Steel will invest $40 million in Ohio {text}.")} == {None}


LIST = """In its plan for the region, Northwind Steel will:
- build a $40 million mill in Toledo, Ohio
- hire 300 workers by 2028
- Bolt Mills will open a $9 million store

The end."""
ROLL = """These companies announced investments:
- Bolt Mills: $3 million for a store in Texas
- Northwind Steel: $40 million for a mill in Ohio
"""
GRID = """Awards of the month

| Recipient | Project | Amount | Award date |
|---|:--|---|---|
| Bolt Mills | Gate | $2,000,000 | March 1, 2026 |
| Northwind Steel, Inc. | Dock roof | $4,500,000 | February 11, 2026 |
"""


def test_the_items_of_a_list_go_on_with_the_line_above(language: SpacyLanguage) -> None:
    lead_in = "[In its plan for the region, Northwind Steel will]"
    assert said(read(language, LIST)) == [
        f"{lead_in} build a $40 million mill in Toledo, Ohio",
        f"{lead_in} hire 300 workers by 2028",
    ]


def test_an_item_that_begins_with_the_leads_name_is_a_claim(language: SpacyLanguage) -> None:
    (item,) = read(language, ROLL)
    assert item.statement == "[These companies announced investments] Northwind Steel: $40 million for a mill in Ohio"
    assert item.details.amount is not None
    assert item.details.amount.amount == 40_000_000


def test_a_row_of_a_table_gives_a_claim_per_cell_under_its_head(language: SpacyLanguage) -> None:
    drafts = read(language, GRID)
    assert {d.details.field: d.event_date for d in drafts} == {
        "Project": date(2026, 2, 11),
        "Amount": date(2026, 2, 11),
        "Award date": date(2026, 2, 11),
    }
    (amount,) = [d for d in drafts if d.details.field == "Amount"]
    assert amount.details.amount is not None
    assert amount.details.amount.amount == 4_500_000
    assert all("| Amount |" in d.quote and "Northwind Steel, Inc." in d.quote for d in drafts)


LETTER = """Critical data
Applicant: Northwind Steel
Product: Ward door
Site: Eastport
Received: 2026-01-05
Response date: 2026-02-20
Response type: Complete response
Regulatory basis: 21 CFR 314.110
Resubmission required: Yes, within one year
Facility name: NORTHWIND STEEL

The office writes as follows.

Applicant: Northwind Steel
Product name: Ward door
Site: Eastport
Response date: 2026-02-20
Main finding: The seals leak
"""


def test_a_letter_is_dated_by_its_decision_and_says_nothing_twice(language: SpacyLanguage) -> None:
    drafts = read(language, LETTER)
    fields = [d.details.field for d in drafts]
    assert set(fields) == {"Product", "Site", "Received", "Response date", "Response type", "Main finding"}
    assert len(fields) == len(set(fields))
    dates = {d.details.field: d.event_date for d in drafts}
    assert dates.pop("Received") == date(2026, 1, 5)
    assert set(dates.values()) == {date(2026, 2, 20)}


@pytest.mark.parametrize(
    ("value", "number"), [("1,088", 1088), ("approximately 120", 120), ("ninety", 90), ("45 (estimated)", 45)]
)
def test_the_number_of_a_field_may_be_in_words(language: SpacyLanguage, value: str, number: float) -> None:
    notice = f"Layoff notice\nEmployer: Northwind Steel\nNotice date: 2026-01-31\nEmployees affected: {value}"
    (draft,) = [d for d in read(language, notice) if d.details.field == "Employees affected"]
    assert draft.details.count is not None
    assert draft.details.count.number == number


@pytest.mark.parametrize("value", ["12 of 40", "3 letters that went to the state", "2026-01-31"])
def test_a_field_with_several_numbers_or_a_date_counts_nothing(language: SpacyLanguage, value: str) -> None:
    notice = f"Layoff notice\nEmployer: Northwind Steel\nNotice date: 2026-01-31\nEmployees affected: {value}"
    assert [d.details.count for d in read(language, notice) if d.details.field == "Employees affected"] == [None]


def test_without_the_splitting_of_claims_the_further_facts_are_gone(
    language: SpacyLanguage, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Northwind Steel, a maker of steel doors, announced a $40 million plant in Ohio, creating 300 jobs."
    before = len(read(language, text))
    monkeypatch.setattr(propositions, "split_claims", lambda parse: [])
    assert len(read(language, text)) < before


@pytest.mark.parametrize(
    "text",
    [
        "Actual results may differ materially from those expected.",
        "The bylaws are incorporated herein by reference.",
        "Read more about our plants",
        "All rights reserved.",
        "Media contact: Ann Lee",
    ],
)
def test_boilerplate_is_recognised(text: str) -> None:
    assert boilerplate(text)


def test_a_fact_is_no_boilerplate() -> None:
    assert not boilerplate("Northwind Steel will open a plant in Home, Ohio, and search for 300 workers.")


@given(st.text(alphabet="|:- ab1\n", max_size=120))
def test_the_cells_of_a_table_stand_where_they_say(text: str) -> None:
    for row in find_rows(text):
        assert all(text[field.start : field.end] == field.text == field.value for field in row.fields)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_event_periods_never_raise_and_stand_in_the_text(text: str) -> None:
    assert isinstance(boilerplate(text), str)
    for found in find_event_periods(text, MONDAY):
        assert text[found.start : found.end] == found.value.text


def test_what_only_a_record_of_nobody_says_is_still_told_by_the_leads_own(language: SpacyLanguage) -> None:
    told = "Notice date: 2026-02-02\nLocation: Toledo, Ohio\nJobs affected: 88\n"
    text = f"Notice of layoff\n{told}\nThe state received this form and keeps it.\n\nEmployer: Northwind Steel\n{told}"
    assert any("88" in statement for statement in said(read(language, text)))
    twice = f"{text}\nThe state received this form and keeps it.\n\nEmployer: Northwind Steel\n{told}"
    assert len(read(language, twice)) == len(read(language, text))


def test_the_words_of_a_record_are_read_once(language: SpacyLanguage, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = records.record_lemmas
    monkeypatch.setattr(records, "record_lemmas", lambda *given: asked.append(1) or real(*given))
    text = "Employer: Northwind Steel\nNotice date: 2026-02-02\nJobs affected: 88\nType: closure\n"
    assert len(read(language, text)) > 1
    assert len(asked) == 1
