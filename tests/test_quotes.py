"""Binding quotes: exact offsets or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.quotes import bind

TEXT = "It will invest $15 million in “Ohio” – the plant’s well-\nknown   site. Next: 5 million."


def bound(quote, hint=None, text=TEXT):
    span = bind(text, quote, hint)
    return None if span is None else text[slice(*span)]


def test_an_exact_quote_is_found_where_it_stands():
    assert bind(TEXT, "$15 million") == (15, 26)


def test_the_hint_decides_between_equal_places():
    text = "plant here, plant there, plant everywhere"
    assert bind(text, "plant", 12) == (12, 17)
    assert bind(text, "plant", 23) == (25, 30)
    assert bind(text, "plant") == (0, 5)


@pytest.mark.parametrize(
    ("quote", "original"),
    [
        ('"Ohio" - the plant\'s', "“Ohio” – the plant’s"),
        ("well-known site", "well-\nknown   site"),
        ("wellknown site", "well-\nknown   site"),
        ("  in “Ohio”\n", "in “Ohio”"),
        ("site. Next: 5 million.", "site. Next: 5 million."),
    ],
)
def test_differences_that_mean_nothing_are_read_over(quote, original):
    assert bound(quote) == original


@pytest.mark.parametrize("quote", ["", "  \n", "It will not invest", "invested", "$15 billion"])
def test_what_does_not_stand_there_is_not_bound(quote):
    assert bound(quote) is None


def test_a_part_of_a_number_is_no_quote():
    assert bind("It costs $15 million.", "5 million") is None
    assert bind("It costs 1.5 million.", "5 million", 11) is None
    assert bind("It costs 5,500.", "It costs 5") is None


def test_a_part_of_a_word_is_no_quote():
    assert bind("They restarted it.", "started it") is None


def test_a_soft_hyphen_and_a_ligature_are_read_over():
    text = "The o\ufb03ce re\u00adopened."
    assert text[slice(*bind(text, "office reopened"))] == "o\ufb03ce re\u00adopened"


WORDS = st.lists(st.sampled_from("alpha beta “gamma” it’s $1.5 2024 – x-ray".split()), min_size=1, max_size=30)


@given(WORDS, st.data())
def test_any_stretch_of_whole_words_is_bound_at_its_place(words, data):
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = len(" ".join(words[:first])) + (first > 0)
    quote = " ".join(words[first : last + 1])
    assert bind(text, quote, start) == (start, start + len(quote))


@given(WORDS, st.sampled_from(["\n", "  ", "\u00a0", "\t\n"]))
def test_other_white_space_and_quotes_bind_the_same_stretch(words, space):
    text, plain = space.join(words), " ".join(words)
    retyped = plain.translate({0x201C: '"', 0x201D: '"', 0x2019: "'", 0x2013: "-"})
    assert bind(text, retyped) == (0, len(text))


@given(st.text(max_size=80), st.text(max_size=20), st.none() | st.integers(-5, 90))
def test_a_bound_span_is_never_empty_and_always_inside(text, quote, hint):
    span = bind(text, quote, hint)
    assert span is None or 0 <= span[0] < span[1] <= len(text)
