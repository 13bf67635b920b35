"""Addresses and phone numbers in running text: found whole, and nothing else taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.addresses import find_emails, find_phones, find_urls


def words(found):
    return [one.text for one in found]


def test_emails():
    assert words(find_emails("Ask Ann@acme.example, or d.j@mail.acme.example.")) == [
        "Ann@acme.example",
        "d.j@mail.acme.example",
    ]


@pytest.mark.parametrize("text", ["Alice@abc is none", "see https://acme.example/CV/#cite_2", "j_9@129.126.118.1"])
def test_no_email(text):
    assert find_emails(text) == []


def test_pages_without_the_punctuation_of_the_sentence():
    text = "See https://acme.example/a?b=1, acme.example/news, or http://localhost:8080."
    assert words(find_urls(text)) == ["https://acme.example/a?b=1", "acme.example/news", "http://localhost:8080"]


@pytest.mark.parametrize(
    "text", ["https:// is none", "http://# too", "The DNS server is 8.8.8.8", "Ask ann@acme.example"]
)
def test_no_page(text):
    assert find_urls(text) == []


@pytest.mark.parametrize(
    "number", ["(202) 555-0143", "202-555-0143", "+1 202 555 0143", "+49 30 901820", "1(202)555-0143"]
)
def test_a_number_written_as_one_is_found_anywhere(number):
    assert words(find_phones(f"Ann Lee, {number}, Dayton")) == [number]


@pytest.mark.parametrize("number", ["0161 496 0537", "030 901820", "12 34 56 78", "00421123456789"])
def test_other_ways_need_a_word_that_says_so(number):
    assert words(find_phones(f"My phone number is {number}.")) == [number]
    assert words(find_phones(f"They made {number} of them.")) == []


@pytest.mark.parametrize(
    "text", ["Visa 5111 1111 1111 1111", "phone 112-3333", "from 2019 to 2023", "$202,555,014", "45+31-339243873"]
)
def test_no_phone(text):
    assert find_phones(text) == []


@given(st.text(max_size=80))
def test_finders_never_raise_and_spans_slice(text):
    for one in [*find_emails(text), *find_urls(text), *find_phones(text)]:
        assert text[one.start : one.end] == one.text


def test_what_stands_before_the_at_sign_has_at_most_64_characters():
    assert [found.text for found in find_emails(f"{'a' * 64}@example.com")] == [f"{'a' * 64}@example.com"]
    assert find_emails(f"{'a' * 65}@example.com") == []
    assert find_emails("ab.cd/" * 20_000) == []
