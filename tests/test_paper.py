"""The printed dossier, as PDF and as Word file: the same content as the page, in its order, with links that work."""

import io
import re
import zipfile

import docx
import pypdf
import pytest
from docx.oxml.ns import qn
from lxml import etree

from dossier.exports import docx_file, html, pdf_file, phrases
from dossier.exports.paper_full import paper
from dossier.models import Sentence
from dossier.text_safety import web_address
from tests.dossier_fixture import PAYLOADS, documents, dossier, empty_dossier, poisoned
from tests.paper_text import docx_links, docx_text, missing, pdf_links, pdf_text, squeezed

RENDER = {"pdf": pdf_file.render, "docx": docx_file.render}
TEXT = {"pdf": pdf_text, "docx": docx_text}
LINKS = {"pdf": pdf_links, "docx": docx_links}
FORMS = pytest.mark.parametrize("form", ["pdf", "docx"])
SCRIPTS = "é ł ж Ω 中 か 한 😀 🚀 ไทย ∑ → ﬁ"


@pytest.fixture(scope="module")
def made():
    return {form: render(dossier(), documents()) for form, render in RENDER.items()}


def with_sentences(*texts):
    sentences = [Sentence(text=text, kind="fact", claim_ids=[]) for text in texts]
    sections = [
        one.model_copy(update={"sentences": sentences}) if one.key == "opportunity" else one
        for one in dossier().sections
    ]
    return dossier(sections=sections)


# ------------------------------------------------------------------------------- both


@FORMS
def test_everything_of_the_dossier_is_there(made, form):
    assert missing(dossier(), TEXT[form](made[form])) == []


@FORMS
def test_what_is_missing_is_seen(made, form):
    other = dossier(gaps=[*dossier().gaps, "Nobody knows the colour of the gates."])
    assert missing(other, TEXT[form](made[form])) == [("gap", "Nobody knows the colour of the gates.")]


@FORMS
def test_the_parts_stand_in_the_order_of_the_page(made, form):
    text = squeezed(TEXT[form](made[form]))
    order = [
        "Account brief for Harborline Steel",
        "Brightwater Cold Storage Cooperative",
        "Why now",
        "14 May 2026 · 47 days ago",
        "At a glance",
        "Suggested next step",
        "Who to talk to",
        "What to be careful with",
        "The full dossier",
        "What is known about them",
        "How to sell to them",
        "What to say",
        "Each number in the text points",
        "How this was made",
    ]
    places = [text.index(squeezed(one)) for one in order[:-1]] + [text.rindex(squeezed(order[-1]))]
    assert places == sorted(places)


@FORMS
def test_links_lead_to_the_addresses_of_the_sources_and_nowhere_else(made, form):
    addresses = {source.url for source in dossier().sources if source.url}
    channels = {"mailto:dwhitlock@brightwater.example", "mailto:icalloway@brightwater.example"}
    assert LINKS[form](made[form]) == addresses | channels | {"https://www.linkedin.example/in/ines-calloway"}


@FORMS
def test_the_same_dossier_gives_the_same_bytes(made, form):
    assert RENDER[form](dossier(), documents()[::-1]) == made[form]


@FORMS
def test_a_lead_about_which_nothing_is_found_gets_a_paper_of_gaps(form):
    text = squeezed(TEXT[form](RENDER[form](empty_dossier())))
    for said in ("No fact was found.", "No source was found.", "Nobody yet", "Nothing was found in the corpus"):
        assert squeezed(said) in text


@FORMS
def test_a_reason_not_to_sell_that_holds_is_told_before_what_is_not_known(form):
    said = f"A strict {phrases.REASON_HOLDS}: bankrupt."
    text = squeezed(TEXT[form](RENDER[form](dossier(gaps=[said, "Nobody knows the colour."]))))
    assert text.index(squeezed(said)) < text.index(squeezed(phrases.NOT_KNOWN)) < text.index(squeezed("Nobody knows"))


@FORMS
def test_a_partial_dossier_says_so(form):
    assert squeezed("This dossier is partial. A step did not finish") in squeezed(
        TEXT[form](RENDER[form](dossier(status="partial")))
    )


@FORMS
def test_letters_of_all_scripts_stay(form):
    assert missing(poisoned(SCRIPTS), TEXT[form](RENDER[form](poisoned(SCRIPTS)))) == []


@FORMS
def test_letters_that_are_written_from_the_right_stay(form):
    text = TEXT[form](RENDER[form](with_sentences("عرب שלום")))
    assert set("عربשלום") <= set(text)


@FORMS
def test_hostile_text_is_shown_and_leads_nowhere(form):
    whole = with_sentences(*PAYLOADS, '#read("/etc/passwd") $x$ <made> @ref', '{ MERGEFIELD x } <w:p/> "=cmd()"')
    data = RENDER[form](whole)
    assert missing(whole, TEXT[form](data)) == []
    assert LINKS[form](data) == LINKS[form](RENDER[form](dossier()))


@FORMS
@pytest.mark.parametrize("payload", ["javascript:alert(1)", "data:text/html,<script>alert(1)</script>", PAYLOADS[38]])
def test_hostile_addresses_are_shown_but_not_linked(form, payload):
    data = RENDER[form](poisoned(payload))
    assert missing(poisoned(payload), TEXT[form](data)) == []
    assert all(web_address(link) or link.startswith("mailto:") for link in LINKS[form](data))


@FORMS
def test_what_no_file_may_hold_is_written_out(form):
    text = TEXT[form](RENDER[form](with_sentences("a\ufffeb\ud800c\x00d\x1b[31me\u202ef")))
    assert r"a\ufffeb\ud800c\x00d\x1b[31me\u202ef" in text


def test_the_paper_says_what_the_page_says():
    page = etree.HTML(html.render(dossier(), documents())).find(".//main")
    for quotes in page.xpath(".//details[@class='cite']"):
        quotes.getparent().remove(quotes) if not quotes.tail else quotes.clear(keep_tail=True)
    headings = [" ".join("".join(one.itertext()).split()) for one in page.xpath(".//h1|.//h2")]
    pieces = [piece for piece in paper(dossier()).pieces if type(piece).__name__ in ("Heading", "Masthead", "Box")]
    flat = [inner for piece in pieces for inner in getattr(piece, "pieces", (piece,))]
    said = {one.text if hasattr(one, "level") else getattr(one, "title", "") for one in flat}
    columns = [piece for piece in paper(dossier()).pieces if type(piece).__name__ == "Columns"]
    said |= {one.text for piece in columns for one in (*piece.left, *piece.right) if hasattr(one, "level")}
    assert set(headings) <= said


# ------------------------------------------------------------------------------- PDF


def pdf(data):
    return pypdf.PdfReader(io.BytesIO(data))


def outline(entries):
    for entry in entries:
        yield from outline(entry) if isinstance(entry, list) else [entry.title]


def test_a_pdf_has_a_title_an_outline_a_language_and_numbered_pages(made):
    reader = pdf(made["pdf"])
    assert reader.metadata.title == "Brightwater Cold Storage Cooperative: account brief"
    assert str(reader.metadata.creation_date) == "2026-06-30 08:15:00+00:00"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    titles = list(outline(reader.outline))
    assert titles[:3] == ["Brightwater Cold Storage Cooperative", "Why now", "At a glance"]
    assert {"The full dossier", "Facts and quotes", "Sources", "How this was made"} <= set(titles)
    assert f"1 / {len(reader.pages)}" in reader.pages[0].extract_text()


def test_every_mark_of_a_pdf_leads_to_its_place(made):
    reader = pdf(made["pdf"])
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    inner = [note for note in notes if "/URI" not in note.get("/A", {})]
    assert len(inner) > 40
    named = reader.named_destinations
    for note in inner:
        target = note.get("/Dest", note.get("/A", {}).get("/D"))
        assert target in named if isinstance(target, str) else target[0] is not None


def test_a_pdf_runs_and_loads_nothing():
    reader = pdf(pdf_file.render(poisoned(PAYLOADS[0])))
    names = {name for page in reader.pages for note in page.get("/Annots", []) for name in note.get_object()}
    actions = {
        note.get_object()["/A"]["/S"] for page in reader.pages for note in page.get("/Annots", []) if "/A" in note
    }
    assert actions <= {"/URI", "/GoTo"}
    assert "/AA" not in names
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(reader.trailer["/Root"])
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(reader.trailer["/Root"].get("/Names", {}))


def with_long_words(word):
    """A dossier with `word` wherever room is small: heads, cards, columns, tables."""
    whole = with_sentences(word)
    row = {"signal_type": word, "headline": word, "amount": word, "relevance": word, "claim_ids": ["MERGED_003"]}
    person = whole.contacts[0].model_copy(update={"name": word, "title": word, "why": word, "organization": word})
    score = whole.score.model_copy(update={"parts": [whole.score.parts[0].model_copy(update={"name": word})]})
    sections = [
        one.model_copy(update={"content": {"why_theyll_buy_now": [row], word: {word: word}}})
        if one.key in ("signals", "strategy")
        else one
        for one in whole.sections
    ]
    sources = [one.model_copy(update={"title": word, "publisher": word}) for one in whole.sources[:2]]
    lead = whole.lead.model_copy(update={"name": word})
    return whole.model_copy(
        update={
            "lead": lead,
            "contacts": [person] * 3,
            "score": score,
            "sections": sections,
            "sources": [*sources, *whole.sources[2:]],
            "gaps": [word],
        }
    )


def test_nothing_of_a_pdf_stands_over_the_edge():
    word = f"{'W' * 70} https://example.com/{'a1b2' * 20} {'x.y_' * 18}"
    right = []

    def look(text, _, position, *__):
        if text.strip():
            right.append(position[4])

    for page in pdf(pdf_file.render(with_long_words(word))).pages:
        page.extract_text(visitor_text=look)
    assert max(right) < (8.5 - 0.8) * 72
    assert len(right) > 1000


def test_fonts_come_along_with_a_pdf(made):
    for page in pdf(made["pdf"]).pages:
        for font in page["/Resources"]["/Font"].values():
            [own] = font.get_object()["/DescendantFonts"]
            assert {"/FontFile2", "/FontFile3"} & set(own.get_object()["/FontDescriptor"])


# ------------------------------------------------------------------------------- Word


def word(data):
    return docx.Document(io.BytesIO(data))


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_word_file_has_a_title_real_headings_and_numbered_pages(made):
    opened = word(made["docx"])
    known = opened.core_properties
    assert (known.title, known.author) == ("Brightwater Cold Storage Cooperative: account brief", "Dossier")
    assert str(known.created) == "2026-06-30 08:15:00+00:00"
    levels = [(one.style.name, one.text) for one in opened.paragraphs if one.style.name.startswith(("Title", "Head"))]
    assert levels[:3] == [
        ("Title", "Brightwater Cold Storage Cooperative"),
        ("Heading 2", "Why now"),
        ("Heading 2", "At a glance"),
    ]
    assert ("Heading 1", "The full dossier") in levels
    assert "PAGE" in etree.tostring(opened.sections[0].footer._element).decode()


def test_every_mark_of_a_word_file_leads_to_its_place(made):
    body = word(made["docx"]).element.body
    names = [one.get(qn("w:name")) for one in body.iter(qn("w:bookmarkStart"))]
    wanted = {one.get(qn("w:anchor")) for one in body.iter(qn("w:hyperlink"))} - {None}
    assert len(names) == len(set(names))
    assert len(wanted) > 15
    assert wanted <= set(names)


def test_a_word_file_runs_and_loads_nothing():
    found = parts(docx_file.render(poisoned(PAYLOADS[0])))
    assert not [
        name for name in found if re.search(r"vba|ole|embed|activeX|media|\.(bin|png|gif|jpe?g)$", name, re.IGNORECASE)
    ]
    fields = re.findall(rb'w:instr="([^"]*)"', b"".join(found.values()))
    assert fields == [b"PAGE", b"NUMPAGES"]
    assert not re.search(rb"<w:(instrText|altChunk|object|control|attachedTemplate)", b"".join(found.values()))


@pytest.mark.parametrize(
    ("of", "order"),
    [
        ("tblPr", "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook"),
        ("pPr", "pStyle keepNext keepLines numPr pBdr shd tabs spacing ind contextualSpacing jc outlineLvl rPr"),
        ("rPr", "rStyle rFonts b bCs i iCs color spacing w kern sz szCs u shd vertAlign lang"),
        ("tcPr", "tcW gridSpan tcBorders shd vAlign"),
    ],
)
def test_word_finds_properties_in_the_order_that_it_wants(made, of, order):
    found = parts(made["docx"])
    places = {name: number for number, name in enumerate(order.split())}
    for name in ("word/document.xml", "word/styles.xml"):
        for one in etree.fromstring(found[name]).iter(qn(f"w:{of}")):
            named = [etree.QName(child).localname for child in one]
            known = [places[child] for child in named if child in places]
            assert known == sorted(known), (name, named)


def test_tables_of_a_word_file_keep_to_the_width_of_the_page(made):
    section = word(made["docx"]).sections[0]
    room = section.page_width - section.left_margin - section.right_margin
    for table in word(made["docx"]).tables:
        assert sum(column.width for column in table.columns) <= room
        assert table.autofit is False
