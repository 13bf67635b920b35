"""Sentences cut into claims of one fact each, by the real parse."""

from itertools import pairwise

import pytest

from dossier.evidence.entities import find_entities
from dossier.evidence.legal_forms import is_legal_form, legal_tokens
from dossier.evidence.propositions import split_claims


@pytest.fixture
def cut(language):
    return lambda text: [claim.text for claim in split_claims(language.parse([text])[0])]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        (
            "Acme opened a plant in Ohio and hired 50 workers.",
            ["Acme opened a plant", "Acme opened a plant in Ohio", "Acme hired 50 workers"],
        ),
        (
            "The game was played on Sunday at the stadium.",
            ["The game was played on Sunday", "The game was played at the stadium"],
        ),
        ("The company built plants in Texas, Ohio and Utah.", ["The company built plants in Utah"]),
        ("Acme, a steel maker, bought Bolt.", ["Acme bought Bolt"]),
    ],
)
def test_each_fact_is_told_alone(text, claims, cut):
    assert set(claims) <= set(cut(text))


def test_no_claim_has_a_word_that_the_text_has_not(language):
    text = "Acme, which makes steel, will not close its mill in Dayton, Ohio, but it may sell the office."
    for claim in split_claims(language.parse([text])[0]):
        assert claim.text.split() == " ".join(text[a:b] for a, b in claim.spans).split()
        assert all(one[1] <= other[0] for one, other in pairwise(claim.spans))
    assert any("not" in claim.text for claim in split_claims(language.parse([text])[0]))


def test_a_list_of_lists_stays_within_bounds(cut):
    many = ", ".join(f"town{n}" for n in range(60))
    assert 0 < len(cut(f"Acme and Bolt built {many} and sold {many} in {many}.")) <= 80


def test_without_a_predicate_the_whole_is_the_claim(cut):
    assert cut("Plant in Ohio") == ["Plant in Ohio"]
    assert cut("") == []


def test_names_without_contract_terms_and_with_parties(language):
    text = "Borrower shall pay Microsoft Corporation. The Loan Documents bind Lender."
    found = [(text[one.start : one.end], one.kind) for one in find_entities(language.parse([text])[0])]
    assert ("Borrower", "party") in found
    assert ("Lender", "party") in found
    assert ("Microsoft Corporation", "organization") in found
    assert not [name for name, _ in found if "Documents" in name]


def test_legal_forms_of_a_name():
    assert legal_tokens("Acme Steel L.L.C. dba Bolt".split()) == {2}
    assert legal_tokens(["inc."]) == set()
    assert is_legal_form("GmbH")
    assert not is_legal_form("Steel")
