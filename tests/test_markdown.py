"""The Markdown text: complete, readable as it stands, and without markup that outside text brought."""

import pytest
from dossier_fixture import PAYLOADS, dossier, empty_dossier, poisoned
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from dossier.exports import markdown

OURS = {"h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "a", "blockquote", "div"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td"}


def shown(text: str):
    """The text as a renderer shows it that allows HTML and tables."""
    return lxml_html.fromstring(f"<div>{MarkdownIt('commonmark', {'html': True}).enable('table').render(text)}</div>")


def words(text: str) -> str:
    return " ".join(" ".join(shown(text).itertext()).split())


def test_every_sentence_quote_contact_conflict_and_gap_is_there():
    whole, text = dossier(), words(markdown.render(dossier()))
    for section in whole.sections:
        for sentence in section.sentences:
            assert sentence.text in text
    for claim in whole.claims:
        if claim.id != "search_006":
            assert claim.quote in text
    for contact in whole.contacts:
        assert contact.name in text
    for gap in whole.gaps:
        assert gap in text
    assert "Sources disagree on the amount" in text
    assert "Extractive engine" in text


def test_sentences_carry_the_numbers_of_their_facts():
    text = markdown.render(dossier())
    assert "- The permit covers a new refrigerated warehouse of 312,000 square feet. [2, 3]" in text
    assert "\n2. The permit covers a new refrigerated warehouse of 312,000 square feet. (opportunity" in text


def test_interpretation_is_called_our_reading():
    assert "- *Our reading:* You build such frames in one package. [4]" in markdown.render(dossier())


def test_sections_stand_in_order_and_page_one_first():
    headings = [line for line in markdown.render(dossier()).splitlines() if line.startswith("#")]
    assert headings[:8] == [
        "# Brightwater Cold Storage Cooperative",
        "## Why now",
        "## At a glance",
        "## Suggested next step",
        "## Why 78 of 100",
        "## Why they will buy now",
        "## Who to talk to",
        "## What to be careful with",
    ]
    assert headings[-3:] == ["## Facts and quotes", "## Sources", "## How this was made"]


def test_an_empty_dossier_is_made_of_gaps():
    text = markdown.render(empty_dossier())
    assert "> Nothing was found in the corpus about this organisation." in text
    assert "> No fact was found." in text
    assert "> No source was found." in text


def test_the_letter_keeps_its_paragraphs():
    assert "> Dana,\n> \n> the permit" in markdown.render(dossier())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_makes_no_markup(payload):
    text = markdown.render(poisoned(payload))
    tree = shown(text)
    assert {element.tag for element in tree.iter()} <= OURS
    for link in tree.xpath("//a/@href"):
        assert link.startswith(("https://", "http://"))
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    "text",
    [
        "# heading",
        "1. item",
        "12) item",
        "- item",
        "+ item",
        "--- rule",
        "=== rule",
        "> quote",
        "**bold** _em_ `code`",
        "<b>x</b>",
        "![a](https://evil.example/x.png)",
        "[a](javascript:x)",
        "[a]: https://evil.example",
        "a | b",
        "~~x~~",
        "R&D &copy; &#60;b&#62;",
        "C:\\temp\\x",
        "$58,000,000 or $61",
        "a    b\n\n    code",
    ],
)
def test_outside_text_is_shown_as_it_was_written(text):
    item = shown("- " + markdown.escaped(text))
    assert " ".join(item.text_content().split()) == " ".join(text.split())
    assert {element.tag for element in item.iter()} == {"div", "ul", "li"}


@given(st.text(max_size=60))
def test_no_text_makes_an_element(text):
    tree = shown("x " + markdown.escaped(text))
    assert {element.tag for element in tree.iter()} == {"div", "p"}


def test_plain_numbers_and_names_are_not_cluttered():
    for text in ("$61 million", "Smith & Sons, Inc.", "a 312,000-square-foot site (Phase 2)", "70% in Q3!"):
        assert markdown.escaped(text) == text
