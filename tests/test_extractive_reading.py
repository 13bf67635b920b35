"""What the extractive engine reads: facts about the lead, word for word, and nothing else."""

from datetime import date

import pytest

from dossier.evidence.segments import Block
from dossier.extractive.reading import LONGEST_BLOCK, in_pieces, read_passages
from dossier.models import ClaimDraft, ClaimType, IcpConfig, Lead, Passage, Precision, SignalTier, Tier
from resources.spacy_language import SpacyLanguage

LEAD = Lead(id="ld_1", name="Northwind Steel", domain="northwind.example")
ICP = IcpConfig.model_validate(
    {
        "signals": [
            {"name": "new_plant_announced", "tier": "hot", "weight": 25},
            {"name": "plant_closure_notice", "tier": "hot", "weight": 24},
            {"name": "general_commitment_without_site", "tier": "passive", "weight": 10},
        ]
    }
)


def passage(text: str, publisher: str | None = "Daily Ledger", published: date | None = date(2026, 3, 2)) -> Passage:
    return Passage(
        source_id="src_1",
        title="A report",
        publisher=publisher,
        url=None,
        tier=Tier.NEWS,
        published_at=published,
        published_precision=Precision.DAY if published else None,
        start=100,
        end=100 + len(text),
        text=text,
    )


def read(language: SpacyLanguage, text: str, **more: object) -> list[ClaimDraft]:
    return read_passages([passage(text, **more)], LEAD, ICP, language)  # type: ignore[arg-type]


def of(drafts: list[ClaimDraft], claim_type: ClaimType) -> list[ClaimDraft]:
    return [d for d in drafts if d.type == claim_type]


def test_every_quote_stands_at_its_offset(language: SpacyLanguage) -> None:
    text = "On Monday, Northwind Steel announced a $40 million plant in Ohio, creating 300 jobs. It rained."
    drafts = read(language, text)
    assert drafts
    for draft in drafts:
        at = (draft.start or 0) - 100
        assert text[at : at + len(draft.quote)] == draft.quote


def test_an_announcement_gives_a_signal_with_amount_and_place_and_the_jobs_as_a_fact_of_their_own(
    language: SpacyLanguage,
) -> None:
    drafts = read(language, "Northwind Steel announced a $40 million plant in Toledo, Ohio, creating 300 jobs.")
    (signal,) = of(drafts, ClaimType.SIGNAL)
    assert signal.details.amount is not None
    assert signal.details.amount.amount == 40_000_000
    assert signal.details.place == "Toledo, Ohio"
    assert "300 jobs" not in signal.statement
    (jobs,) = of(drafts, ClaimType.METRIC)
    assert jobs.details.count is not None
    assert (jobs.details.count.number, jobs.details.count.unit) == (300, "job")
    assert jobs.statement == "[Northwind Steel announced a plant in Toledo, Ohio,] creating 300 jobs."


def test_a_paragraph_of_any_length_is_read(language: SpacyLanguage) -> None:
    text = "Rain fell on the town all day. " * 400 + "Northwind Steel will build a new plant in Ohio for $40 million."
    [signal] = read(language, text)
    assert signal.type is ClaimType.SIGNAL
    assert text[(signal.start or 0) - 100 :].startswith(signal.quote)


def test_a_long_paragraph_is_cut_into_pieces_that_are_all_of_it() -> None:
    for text in ("Rain fell. " * 2_000, "rain " * 3_000, "r" * 20_000, "One. Two."):
        [block] = [Block("prose", 5, 5 + len(text), text)]
        pieces = list(in_pieces(block))
        assert "".join(one.text for one in pieces) == text
        assert all(0 < len(one.text) <= LONGEST_BLOCK for one in pieces)
        assert pieces[0].start == 5
        assert all(text[one.start - 5 : one.end - 5] == one.text for one in pieces)


def test_signals_carry_the_type_and_tier_of_the_clients_profile(language: SpacyLanguage) -> None:
    (signal,) = of(read(language, "Northwind Steel will build a new plant in Ohio for $40 million."), ClaimType.SIGNAL)
    assert signal.details.signal_type == "new_plant_announced"
    assert signal.details.signal_tier is SignalTier.HOT


def test_a_signal_that_no_profile_names_is_passive_and_of_the_domains_types(language: SpacyLanguage) -> None:
    (signal,) = of(read(language, "Northwind Steel hired 40 workers in Ohio this year."), ClaimType.SIGNAL)
    assert signal.details.signal_type == "HIRING"
    assert signal.details.signal_tier is SignalTier.PASSIVE


@pytest.mark.parametrize(
    "text",
    [
        "Northwind Steel Bank announced a $40 million branch in Ohio.",  # another organisation
        "Companies such as Northwind Steel welcomed the weather on Monday.",  # in passing
        "“Northwind Steel will build the greatest plant of them all,” said the mayor.",  # somebody's words
        "Could Northwind Steel build a $40 million plant in Ohio?",  # a question
        "Northwind Steel could build a $40 million plant in Ohio one day.",  # only possible
        "Photo: Northwind Steel opens the $40 million plant in Ohio.",  # a caption
        "When Northwind Steel closed its plant in 2019, Ann Lee lost her job.",  # told in passing
        "The mayor built a $40 million hall near the Northwind Steel plant.",  # a place
        "Rivals announced a $40 million plant in Ohio.",  # not the lead
        "Northwind Steel will not build a $40 million plant in Ohio.",  # denied
        "Northwind Steel does not plan to build a $40 million plant in Ohio.",
        "Northwind Steel never built the $40 million plant in Ohio.",
        "Northwind Steel no longer plans a $40 million plant in Ohio.",
        "Residents fear that Northwind Steel will build a $40 million plant in Ohio.",  # somebody's view
        "It is false that Northwind Steel will build a $40 million plant in Ohio.",
        "A hoax website claimed that Northwind Steel announced a $40 million plant in Ohio.",
        "Northwind Steel declined to build a $40 million plant in Ohio.",  # undone
    ],
)
def test_what_is_not_a_fact_about_the_lead_gives_no_claim(language: SpacyLanguage, text: str) -> None:
    assert read(language, text) == []


def test_the_company_is_resolved_and_the_resolution_is_marked(language: SpacyLanguage) -> None:
    text = "Northwind Steel announced a $40 million plant in Ohio. The company will hire 300 workers there."
    resolved = [d for d in read(language, text) if "[Northwind Steel]" in d.statement]
    assert resolved
    assert resolved[0].quote.startswith("Northwind Steel announced")


def test_a_notice_gives_a_claim_per_field_whose_quote_names_the_employer(language: SpacyLanguage) -> None:
    notice = (
        "Closure notice - state of XY\nEmployer: Northwind Steel, Inc.\nLocation: Eastport\n"
        "Notice date: 2026-01-31\nEmployees affected: 1,088\nType: plant closure\nSite address: unknown"
    )
    drafts = read(language, notice)
    assert all("Northwind Steel, Inc." in d.quote for d in drafts)
    assert {d.details.field for d in drafts} == {"Record", "Location", "Notice date", "Employees affected", "Type"}
    (count,) = [d for d in drafts if d.details.field == "Employees affected"]
    assert count.details.count is not None
    assert count.details.count.number == 1088
    assert count.event_date == date(2026, 1, 31)
    assert count.details.signal_type == "plant_closure_notice"


LETTER = "Sponsor: Northwind Steel, Inc.\nSubmission date: June 22, 2024\n"
DAYS_OF_FIELDS = [
    ("Agency action: Complete response\n", "Agency action", None),  # not on the day on which it was filed
    ("Letter type: Complete response\n", "Letter type", None),
    ("Letter date: May 5, 2025\nAgency action: Complete response\n", "Agency action", date(2025, 5, 5)),
    ("Response dates: May 5, 2025; July 7, 2025\n", "Response dates", None),  # nobody can tell which
    (
        "Letter date: May 5, 2025\nTentative approval date: March 1, 2025\n",
        "Tentative approval date",
        date(2025, 3, 1),
    ),
    (
        "Tentative approval date: March 1, 2025\nInspection outcome: Deficiencies cited\n",
        "Inspection outcome",
        None,
    ),
]


@pytest.mark.parametrize(("fields", "label", "day"), DAYS_OF_FIELDS)
def test_a_field_is_dated_by_its_own_day_or_the_letters_and_never_by_a_filing(
    language: SpacyLanguage, fields: str, label: str, day: date | None
) -> None:
    [told] = [d for d in read(language, LETTER + fields) if d.details.field == label]
    assert told.event_date == day


def test_a_field_of_a_record_names_the_product_that_it_is_about(language: SpacyLanguage) -> None:
    told = {d.details.field: d for d in read(language, LETTER + "Product name: Boltol\nAgency action: Refused\n")}
    assert told["Agency action"].statement == "Northwind Steel, Inc., Boltol: Agency action: Refused"
    assert "Boltol" in told["Agency action"].quote
    assert told["Product name"].statement.startswith("Northwind Steel, Inc.: Product name: Boltol")


def test_a_closed_plant_is_no_new_plant(language: SpacyLanguage) -> None:
    notice = "Notice of layoff\nEmployer: Northwind Steel\nNotice date: 2026-01-31\nType: plant/site closure, new owner"
    assert all(d.details.signal_type != "new_plant_announced" for d in read(language, notice))


@pytest.mark.parametrize(
    ("text", "person", "title"),
    [
        ("Northwind Steel CEO Ann Lee spoke in Dallas on Monday about steel.", "Ann Lee", "CEO"),
        (
            "The plant opens in May, said Ann Lee, vice president of operations at Northwind Steel.",
            "Ann Lee",
            "vice president of operations",
        ),
        ("Ann Lee, 58, President of Northwind Steel, spoke in Dallas on Monday.", "Ann Lee", "President"),
        ("Ann Lee is Northwind Steel's chief operating officer.", "Ann Lee", "chief operating officer"),
        ("Ann Lee was named chief financial officer of Northwind Steel in May.", "Ann Lee", "chief financial officer"),
    ],
)
def test_people_are_read_with_their_title(language: SpacyLanguage, text: str, person: str, title: str) -> None:
    (contact,) = of(read(language, text), ClaimType.CONTACT)
    assert (contact.details.person, contact.details.title) == (person, title)


def test_an_e_mail_beside_a_person_goes_with_the_person_and_stands_in_the_quote(language: SpacyLanguage) -> None:
    text = "Contact Ann Lee, director of logistics at Northwind Steel, at ann.lee@northwind.example for details."
    (contact,) = of(read(language, text), ClaimType.CONTACT)
    assert contact.details.email == "ann.lee@northwind.example"
    assert "ann.lee@northwind.example" in contact.quote


def test_a_title_goes_on_behind_the_leads_name(language: SpacyLanguage) -> None:
    text = "Ann Lee, executive vice president of Northwind Steel and president of its mill operations, spoke on Monday."
    (contact,) = of(read(language, text), ClaimType.CONTACT)
    assert contact.details.title is not None
    assert contact.details.title.endswith("president of its mill operations")


def test_an_addressee_below_the_leads_name_is_a_contact(language: SpacyLanguage) -> None:
    letter = "Northwind Steel, Inc.\nAttention: Ann Lee\nDirector, Regulatory Affairs\n1 Main Street\nDear Ms. Lee:"
    (contact,) = of(read(language, letter), ClaimType.CONTACT)
    assert (contact.details.person, contact.details.title) == ("Ann Lee", "Director, Regulatory Affairs")


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee, a governor who visited the plant of Northwind Steel, was pleased.",
        "Northwind Steel, Governor Ann Lee and others were there.",
        "Ann Lee, vice president of construction at Northwind Steel competitor Zeta Mills, spoke.",
        "Ann Lee, posing as plant manager of Northwind Steel, took the money.",
    ],
)
def test_people_of_others_are_left_out(language: SpacyLanguage, text: str) -> None:
    assert of(read(language, text), ClaimType.CONTACT) == []


def test_the_leads_own_tables_give_figures_with_year_and_scale(language: SpacyLanguage) -> None:
    page = (
        "STATEMENTS OF INCOME\n(In millions)\nYear ended December 31, 2025 2024 2023\nNet sales $ 4,120 $ 3,900 $ 3,700"
    )
    (figure,) = of(read(language, page, publisher="Northwind Steel"), ClaimType.METRIC)
    assert figure.statement == "Northwind Steel, 2025: Net sales: $ 4,120 (millions)"
    assert figure.details.amount is not None
    assert figure.details.amount.amount == 4.12e9
    assert "2025" in figure.quote
    assert of(read(language, page, publisher="Somebody Else"), ClaimType.METRIC) == []


def test_the_same_passages_give_the_same_drafts(language: SpacyLanguage) -> None:
    text = "Northwind Steel announced a $40 million plant in Ohio, creating 300 jobs."
    assert read(language, text) == read(SpacyLanguage(), text)


@pytest.mark.parametrize(
    "dateline",
    [
        "DAYTON, Ohio, May 20, 2026 - ",
        "DAYTON, Ohio--(MADE WIRE)--",
        "Dayton, Ohio, May 20, 2026 – ",
        "NEW YORK (MW) — ",
    ],
)
def test_a_sentence_begins_behind_the_dateline(language: SpacyLanguage, dateline: str) -> None:
    told = "Northwind Steel, Inc. announced that it will invest $310 million to build a new mill in Lima, Ohio."
    (signal,) = of(read(language, dateline + told), ClaimType.SIGNAL)
    assert signal.statement == signal.quote == told
    assert signal.start == 100 + len(dateline)


@pytest.mark.parametrize(
    "text",
    [
        "Back in the '90s Northwind Steel announced a plant in Abilene, Texas.",
        "A decade ago Northwind Steel announced a new $20 million plant in Reno, Nevada.",
        "Northwind Steel announced a $20 million plant in Reno, Nevada, years ago.",
        "Northwind Steel once planned to build a $3 billion plant in Boise, Idaho.",
        "Northwind Steel had planned to build a $3 billion plant in Boise, Idaho.",
        "Northwind Steel terminated talks for a new plant in Erie, Pennsylvania.",
        "A former Northwind Steel plant in Elko, Nevada will become a $30 million data center.",
        "Imagine Northwind Steel announced a $3 billion plant in Boise, Idaho.",
    ],
)
def test_what_was_long_ago_is_given_up_or_only_imagined_gives_no_claim(language: SpacyLanguage, text: str) -> None:
    assert read(language, text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (
            "Ten years ago this week, Northwind Steel announced a $50 million plant in Mansfield, Ohio.",
            date(2016, 1, 1),
        ),
        ("Founded in 1950, Northwind Steel announced a $50 million plant in Mansfield, Ohio.", None),
        ("Northwind Steel planned a $50 million plant in Mansfield, Ohio in 2025.", date(2025, 1, 1)),
    ],
)
def test_an_event_has_the_day_of_its_own_words(language: SpacyLanguage, text: str, day: date | None) -> None:
    (signal,) = of(read(language, text), ClaimType.SIGNAL)
    assert signal.event_date == day


def test_a_day_in_digits_is_no_place(language: SpacyLanguage) -> None:
    text = "Northwind Steel announced on 01/04/2026 a new $60 million plant in Tyler, Texas."
    (signal,) = of(read(language, text), ClaimType.SIGNAL)
    assert signal.details.place == "Tyler, Texas"
