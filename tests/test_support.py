"""One sentence against its quotes: no name, number or date of its own."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.support import fold_words, free_words, join, read_evidence, unlike_number, unsupported_value
from dossier.models import EventDate

QUOTE = (
    "Acme Corp. announced on March 15, 2024 a $3.5 billion plant in Marshall, Michigan that will employ at least "
    "2,500 workers, said Chief Executive Officer Ann Lee."
)
EVIDENCE = read_evidence(QUOTE, attribution=["Statement of the Governor", "The Daily Herald"])
OWN = fold_words(["Bolt Builders"])


@pytest.mark.parametrize(
    "text",
    [
        "Acme will spend $3.5B in Michigan.",
        "In March 2024 Acme announced a plant.",
        "Ann Lee announced a plant in 2024.",
        "The plant will employ 2,500 workers.",
        "CEO Ann Lee announced the plant.",
        "The Daily Herald reports on the plant that Acme announced.",
        "Bolt can supply steel for the plant Acme announced.",
        "that will employ at least 2,500 workers",
        "Today Acme announced a plant.",
    ],
)
def test_what_stands_in_the_quote_is_supported(text):
    assert unsupported_value(text, EVIDENCE, OWN) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Acme will spend $4 billion in Michigan.", "amount $4 billion"),
        ("Acme will spend EUR 3.5 billion in Michigan.", "amount EUR 3.5 billion"),
        ("On March 16, 2024 Acme announced a plant.", "date March 16, 2024"),
        ("In Q3 2024 Acme announced a plant.", "date Q3 2024"),
        ("The plant will employ 2,600 workers.", "number 2,600"),
        ("The plant will employ two workers.", "number 2"),
        ("Acme builds a plant in Ohio.", "name Ohio"),
        ("Bob Lee announced the plant.", "name Bob"),
        ("Stellantis announced the plant.", "name Stellantis"),
    ],
)
def test_what_goes_beyond_the_quote_is_named(text, reason):
    assert reason in unsupported_value(text, EVIDENCE, OWN)


def test_a_finer_date_than_the_evidence_is_not_supported():
    month = read_evidence("It opened in March 2024.")
    assert unsupported_value("It opened in 2024.", month) == ""
    assert "March 3, 2024" in unsupported_value("It opened on March 3, 2024.", month)


def test_a_year_that_was_resolved_stands_where_a_date_of_the_quote_lies_in_it():
    known = read_evidence(
        "Last year it hired 40 people.", [EventDate(value=date(2023, 1, 1), precision="year", text="")]
    )
    assert unsupported_value("Last year [2023] it hired 40 people.", known) == ""
    assert "2,022" in unsupported_value("Last year [2022] it hired 40 people.", known)
    assert "2,023" in unsupported_value("It hired 2023 people.", known)


def test_an_interpretation_may_go_beyond_its_quotes_in_words_only():
    assert unsupported_value("Offer help early, before the work is let.", EVIDENCE) == ""
    assert "Texas" in unsupported_value("Offer help as in Texas.", EVIDENCE)


SELLER = free_words(["We retrofit steel in 90 days to ISO 9001, with 1,500 crews and low CO2, for 3M."])


@pytest.mark.parametrize(
    "text",
    [
        "Offer a retrofit in 90 days.",
        "Offer a 90-day retrofit to ISO 9001.",
        "Offer 1,500 crews.",
        "Offer low CO2 to 3M.",
    ],
)
def test_the_numbers_of_the_client_s_own_text_are_free_with_what_they_count(text):
    assert unsupported_value(text, EVIDENCE, SELLER) == ""
    assert unsupported_value(text, EVIDENCE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Acme will hire 90 people.", "number 90"),
        ("Offer 500 crews.", "number 500"),
        ("Offer 2 crews.", "number 2"),
        ("Acme announced a low NO2 plant.", "name NO2"),
        ("Acme runs 9001 plants.", "number 9,001"),
    ],
)
def test_a_number_of_the_client_is_not_free_for_other_things(text, reason):
    assert reason in unsupported_value(text, EVIDENCE, SELLER)


def test_a_digit_inside_a_word_is_part_of_the_name():
    quote = read_evidence("Acme stores CO2 from a 50MW plant of 3M.")
    assert unsupported_value("The CO2 of the 50 megawatts of 3M is stored.", quote) == ""
    assert "number 2" in unsupported_value("Acme stores it in 2 plants.", quote)
    assert "name CO3" in unsupported_value("Acme stores CO3.", quote)


def test_quotes_support_together():
    both = join([read_evidence("Acme opens in Ohio."), read_evidence("The site will hire 40 people.")])
    assert unsupported_value("Acme will hire 40 people in Ohio.", both) == ""


@given(st.integers(1, 999), st.integers(1, 999))
def test_only_the_same_number_is_supported(said, known):
    reason = unsupported_value(
        f"The plant will employ {said} workers.", read_evidence(f"The plant employs {known} workers.")
    )
    assert (reason == "") == (said == known)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The plant will create 500 jobs.", "500 jobs exactly, its quotes as a most"),
        ("The plant will create up to 500 jobs.", ""),
        ("The plant costs $40 million.", "$40 million exactly, its quotes as a least"),
        ("The plant costs at least $40 million.", ""),
        ("The plant has 12 docks and 3 sites.", ""),
    ],
)
def test_a_bound_is_not_told_as_exact(text, reason):
    known = read_evidence("It creates up to 500 jobs, costs more than $40 million and has 3 sites.")
    assert reason in unlike_number(text, known)
    assert bool(reason) == bool(unlike_number(text, known))


@given(st.text(max_size=200))
def test_a_quote_always_supports_itself(text):
    assert not text.strip(" .\n") or unsupported_value(text, read_evidence(text)) == ""
