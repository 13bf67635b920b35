"""Identity of persons: the same name at the same organisation, and nothing looser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.people import Person, is_person_name, same_organization, same_person, split_name


@pytest.mark.parametrize(
    ("a", "b", "identity"),
    [
        (("Ann Lee", "Acme"), ("Ann Lee", "Acme Corp."), "SAME"),
        (("Ann Lee", "Acme"), ("Ann B. Lee, PhD", "Acme"), "SAME"),
        (("ANN LEE", "ACME INC"), ("Ann Lee", "Acme"), "SAME"),
        (("José Díaz", "Acme"), ("Jose Diaz", "Acme"), "SAME"),
        (("Ann Lee", "Acme"), ("Ann Lee", "Bolt"), "DIFFERENT"),
        (("Ann B. Lee", "Acme"), ("Ann C. Lee", "Acme"), "DIFFERENT"),
        (("Ann Lee", "Acme"), ("Ann Li", "Acme"), "DIFFERENT"),
        (("John Lee Sr.", "Acme"), ("John Lee Jr.", "Acme"), "DIFFERENT"),
        (("A. Lee", "Acme"), ("Ann Lee", "Acme"), "UNSURE"),
        (("Bob Lee", "Acme"), ("Robert Lee", "Acme"), "UNSURE"),
        (("Ann Lee", None), ("Ann Lee", "Acme"), "UNSURE"),
        (("Bob Lee", "Acme"), ("Robert Lee", "Bolt"), "DIFFERENT"),
    ],
)
def test_identity_follows_name_and_organisation(a, b, identity):
    assert same_person(Person(*a), Person(*b)) == identity
    assert same_person(Person(*b), Person(*a)) == identity


@pytest.mark.parametrize(
    "name", ["Ann Lee", "Dr. Ann B. Lee-Ross, PhD", "Ludwig van Beethoven", "O’Neil Smith", "José García"]
)
def test_a_name_of_a_person_is_accepted(name):
    assert is_person_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Acme Inc",
        "Acme Holdings LLC",
        "Madonna",
        "Press Office",
        "Media Relations",
        "Vice President",
        "ann lee",
        "Ann 3",
        "",
    ],
)
def test_companies_offices_and_single_words_are_no_persons(name):
    assert not is_person_name(name)


def test_a_name_is_taken_apart_without_its_degrees():
    assert split_name("Dr. Ann B. Lee-Ross, PhD") == ("Ann", "B.", "Lee-Ross", "")


def test_a_vague_first_word_does_not_make_one_organisation():
    assert same_organization("Toyota", "Toyota Motor North America")
    assert not same_organization("American", "American Airlines")


NAMES = st.sampled_from(["Ann Lee", "A. Lee", "Ann B. Lee", "Bob Lee", "Robert Lee", "Ann Ray", "Lee", ""])
FIRMS = st.sampled_from(["Acme", "Acme Corp", "Bolt", None])


@given(NAMES, FIRMS, NAMES, FIRMS)
def test_identity_is_symmetric(one, firm, other, company):
    a, b = Person(one, firm), Person(other, company)
    assert same_person(a, b) == same_person(b, a)
