"""What readers are spared in every format: rows of tables, datelines in questions, a sentence twice, empty praise."""

import pytest
from dossier_fixture import dossier, empty_dossier
from lxml import html as lxml_html
from paper_text import docx_links, docx_text, pdf_links, pdf_text, squeezed

from dossier.evidence.datelines import without_dateline
from dossier.exports import docx_file, html, markdown, pdf_file
from dossier.exports.brief import UNUSED_ON_PAGE_ONE, build_brief
from dossier.exports.footnotes import Footnotes
from dossier.exports.readable import readable, taken_out
from dossier.models import Section


def page_text(whole):
    return " ".join(lxml_html.fromstring(html.render(whole)).itertext())


FORMS = pytest.mark.parametrize(
    "text_of",
    [
        page_text,
        lambda whole: markdown.render(whole).replace("\\", ""),
        lambda whole: pdf_text(pdf_file.render(whole)),
        lambda whole: docx_text(docx_file.render(whole)),
    ],
    ids=["html", "md", "pdf", "docx"],
)


def silent(**changes):
    """A dossier without facts for which seven sources were read."""
    sources = [source.model_copy(update={"used_in": []}) for source in dossier().sources]
    return empty_dossier().model_copy(update={"sources": sources, **changes})


def with_sentences(key, *texts):
    whole = dossier()
    [told] = [one for one in whole.sections if one.key == "strategy"]
    fact = next(one for section in whole.sections for one in section.sentences if one.kind == "fact")
    sentences = [fact.model_copy(update={"text": text}) for text in texts]
    section = Section(key=key, title=told.title, sentences=sentences)
    return whole.model_copy(update={"sections": [section if one.key == key else one for one in whole.sections]})


# ------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("| a | b |", "a · b"),
        ("| Site | Jobs | |---|---:| | Reno | 40 |", "Site · Jobs · Reno · 40"),
        ("Site | Jobs | Year", "Site · Jobs · Year"),
        ("first\n| a | b |", "first\na · b"),
        ("How far has this come: | a | b |", "How far has this come: a · b"),
        ("either | or", "either | or"),
        ("a||b", "a||b"),
        ("|", "|"),
    ],
)
def test_rows_of_tables_are_shown_as_their_cells(written, shown):
    assert readable(written) == shown
    assert readable(shown) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("TACOMA, Wash. — Pier 7 opens.", "Pier 7 opens."),
        ("How far has this come: TACOMA, Wash. — Pier 7 opens.", "How far has this come: Pier 7 opens."),
        ("BOISE, Idaho, June 12, 2025 (Made Wire) -- A plant opens.", "A plant opens."),
        ("NEW YORK (Made Wire) – A plant opens.", "A plant opens."),
        ("BOISE, Idaho--(MADE WIRE)--A plant opens.", "A plant opens."),
        ("Boise, Idaho, June 12, 2025 – A plant opens.", "A plant opens."),
        ("General Gates Corp, June 12, 2025 - A plant opens.", "General Gates Corp, June 12, 2025 - A plant opens."),
        ("WASHINGTON — The department agreed.", "The department agreed."),
        ("ACME — the maker of gates — opens a plant.", "ACME — the maker of gates — opens a plant."),
        ("GENERAL GATES, Inc. - the maker - grows.", "GENERAL GATES, Inc. - the maker - grows."),
        ("Who signs: the buyer - or the plant?", "Who signs: the buyer - or the plant?"),
    ],
)
def test_a_dateline_is_left_out_and_a_company_in_capitals_stays(written, shown):
    assert without_dateline(written) == shown


def test_questions_to_ask_have_no_dateline():
    asked = "How far has this come: TACOMA, Wash. — Pier 7 opens."
    whole = dossier()
    content = {"quick_reference": [asked]}
    sections = [
        one.model_copy(update={"content": content}) if one.key == "lead_intelligence" else one for one in whole.sections
    ]
    whole = whole.model_copy(update={"sections": sections})
    assert build_brief(whole).next_step.question == "How far has this come: Pier 7 opens."
    assert "TACOMA" not in markdown.render(whole)


# ------------------------------------------------------------------------------- every format


@FORMS
def test_without_facts_no_sentence_is_said_to_stand_on_a_quote(text_of):
    counted = empty_dossier().fact_check.model_copy(update={"sentences": 2, "supported": 2})
    said = squeezed(text_of(silent(fact_check=counted)))
    assert squeezed("No fact was found, so nothing here stands on a quote.") in said
    assert squeezed("stand on quotes") not in said


@FORMS
def test_with_facts_the_count_is_told(text_of):
    check = dossier().fact_check
    assert squeezed(f"{check.supported} of {check.sentences} sentences stand on quotes.") in squeezed(
        text_of(dossier())
    )


@FORMS
def test_sources_that_were_read_in_vain_are_named_and_the_rest_is_counted(text_of):
    whole = silent()
    said = squeezed(text_of(whole))
    start = said.index(squeezed("Read, and nothing found in it"))
    assert said.index(squeezed("2 further sources")) > start
    named = [one for one in whole.sources if said[start:].count(squeezed(one.title)) == 2]
    assert len(named) == UNUSED_ON_PAGE_ONE


@FORMS
def test_beside_facts_no_source_is_called_read_in_vain(text_of):
    assert squeezed("nothing found in it") not in squeezed(text_of(dossier()))


def test_sources_that_were_read_in_vain_are_linked():
    whole = silent()
    wanted = {source.url for source in whole.sources if source.url}
    care = lxml_html.fromstring(html.render(whole)).xpath("//section[@id='care']//a[starts-with(@href, 'http')]/@href")
    assert len(care) >= UNUSED_ON_PAGE_ONE - 1
    assert set(care) <= wanted
    assert pdf_links(pdf_file.render(whole)) >= wanted
    assert docx_links(docx_file.render(whole)) >= wanted


@FORMS
def test_a_row_of_a_table_is_readable_and_the_stored_text_stays(text_of):
    whole = with_sentences("strategy", "| Site of the mill | 40 jobs |")
    said = squeezed(text_of(whole))
    assert squeezed("Site of the mill · 40 jobs") in said
    assert "|40jobs|" not in said
    assert "| Site of the mill | 40 jobs |" in whole.model_dump_json()


@FORMS
def test_a_sentence_of_an_earlier_section_is_not_printed_again(text_of):
    once, new = "The mill on the north bank gets a third furnace.", "The gate of the mill is to be widened."
    whole = with_sentences("strategy", once)
    [earlier] = [one for one in whole.sections if one.key == "strategy"]
    again = [*earlier.sentences, earlier.sentences[0].model_copy(update={"text": new})]
    sections = [
        one.model_copy(update={"sentences": again, "content": {}}) if one.key == "opportunity" else one
        for one in whole.sections
    ]
    said = squeezed(text_of(whole.model_copy(update={"sections": sections})))
    assert said.count(squeezed(once)) == 1
    assert said.count(squeezed(new)) == 1
    assert squeezed("Told in a section above:") in said


def test_a_sentence_to_which_a_reading_refers_is_printed_again():
    whole = with_sentences("strategy", "The mill gets a third furnace.")
    [earlier] = [one for one in whole.sections if one.key == "strategy"]
    reading = earlier.sentences[0].model_copy(update={"text": "Lead with this.", "kind": "interpretation"})
    sections = [
        one.model_copy(update={"sentences": [*earlier.sentences, reading]}) if one.key == "opportunity" else one
        for one in whole.sections
    ]
    made = build_brief(whole.model_copy(update={"sections": sections}))
    [later] = [one for one in made.sections if one.key == "opportunity"]
    assert [line.text for line in later.lines] == ["The mill gets a third furnace.", "Lead with this."]
    assert all(line.notes for line in later.lines)


@pytest.mark.parametrize(
    ("dropped", "shown"),
    [
        ("Harbor hires 90 people.", "Harbor hires 90 people."),
        ('Harbor hires.", "kind": "fact", "claim_ids": ["MERGED_001"]}', "Harbor hires."),
        ('{"text": "Harbor hires.", "kind": "fact"}, {"text": "It', "Harbor hires."),
        ('Harbor hires.\\", \\"kind\\": \\"fact\\"', "Harbor hires."),
        ('Harbor calls it "the \n hall" and hires.', 'Harbor calls it "the hall" and hires.'),
        ("word " * 80, ("word " * 80)[:159].rstrip() + "…"),
    ],
)
def test_a_dropped_text_is_shown_short_and_without_json(dropped, shown):
    assert taken_out(dropped) == shown


@FORMS
def test_a_page_shows_no_json_of_a_dropped_text(text_of):
    raw = dossier().model_dump(mode="json")
    text = 'Harbor hires many.", "kind": "fact", "claim_ids": ["X_9"]'
    raw["fact_check"]["unsupported"] = [
        {"section": "intro", "text": text, "verdict": "unsupported", "reason": "it cites none"}
    ]
    shown = text_of(type(dossier()).model_validate(raw))
    assert "Harbor hires many." in shown
    assert "X_9" not in shown


def test_the_same_quote_of_the_same_source_stands_once_under_a_fact():
    raw = dossier().model_dump(mode="json")
    first = next(one for one in raw["merged_claims"] if one["claim_ids"])
    claim = next(one for one in raw["claims"] if one["id"] == first["claim_ids"][0])
    raw["claims"].append({**claim, "id": "search_998"})
    first["claim_ids"].append("search_998")
    notes = Footnotes(type(dossier()).model_validate(raw)).cite([first["id"]])[0].quotes
    said = [(quote.reference.id, quote.text) for quote in notes]
    assert len(said) == len(set(said))
    assert claim["quote"].split() in [text.split() for _, text in said]
