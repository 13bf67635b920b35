"""The HTML page: every sentence with its evidence, nothing hidden, nothing that runs or loads (FAULTS F44)."""

import re

import pytest
from dossier_fixture import PAYLOADS, documents, dossier, empty_dossier, poisoned
from lxml import html as lxml_html

from dossier.exports import html
from dossier.exports.brief import build_brief
from dossier.exports.page_safety import broken_page
from dossier.exports.wording import DATED_BY_REPORT
from dossier.models import Disqualification, Precision, Section, Sentence
from dossier.steps.disqualifiers import told


def page(changed=None):
    return lxml_html.document_fromstring(html.render(changed or dossier(), documents()))


def words(element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def section(tree, key):
    return tree.get_element_by_id(key)


def lines(tree, key):
    return section(tree, key).xpath(".//ul[@class='lines']/li")


def without_quotes(element) -> str:
    for quotes in element.xpath(".//div[@class='quotes']"):
        quotes.getparent().remove(quotes)
    return words(element)


def with_section(key, **changes):
    whole = dossier()
    sections = [one.model_copy(update=changes) if one.key == key else one for one in whole.sections]
    return whole.model_copy(update={"sections": sections})


def test_page_one_says_who_why_now_how_good_and_what_next_before_the_long_part():
    text = words(page().find(".//main"))
    order = [
        "Account brief for Harborline Steel",
        "Brightwater Cold Storage Cooperative",
        "78",
        "Why now",
        "14 May 2026 · 47 days ago",
        "Suggested next step",
        "Why they will buy now",
        "Who to talk to",
        "What to be careful with",
        "The full dossier",
    ]
    places = [text.index(one) for one in order]
    assert places == sorted(places)


def test_every_sentence_of_every_section_is_shown_with_a_mark():
    tree = page()
    shown = " ".join(words(one) for one in tree.iter("main"))
    for one in dossier().sections:
        for sentence in one.sentences:
            assert sentence.text in shown
    for key in ("intro", "lead_intelligence", "strategy", "opportunity"):
        for line in lines(tree, key):
            assert line.xpath(".//details[@class='cite']"), words(line)


def test_a_mark_opens_the_quotes_with_publisher_date_and_link():
    first = section(page(), "opportunity").xpath(".//ul[@class='lines']/li")[1]
    assert without_quotes(first) == "The cooperative will invest $61 million in the project. 7"
    again = section(page(), "opportunity").xpath(".//ul[@class='lines']/li")[1]
    quoted = again.xpath(".//blockquote")
    assert [words(one) for one in quoted] == ["The cooperative will invest $61 million in the project."]
    assert again.xpath(".//p[@class='from']/a/@href") == [
        "https://www.brightwater.example/news/quarry-landing?ref=home&lang=en"
    ]
    assert "First hand · 14 May 2026" in words(again)


def test_several_claims_in_one_sentence_open_together_by_number():
    line = lines(page(), "intro")[0]
    assert line.xpath(".//summary")[0].text == "2, 3"
    assert len(line.xpath(".//div[@class='quoted']")) == 2


def test_marks_count_in_reading_order_without_gaps():
    tree = page()
    marks = tree.xpath("//details[@class='cite']/summary/text()")
    first_seen = list(dict.fromkeys(int(one) for mark in marks for one in mark.split(", ")))
    numbers = [int(one.text) for one in tree.xpath("//ol[@class='facts']/li/span[@class='no']")]
    assert numbers == list(range(1, len(dossier().merged_claims) + 1))
    assert set(first_seen) <= set(numbers)
    assert first_seen[0] == 1


def test_every_link_inside_the_page_has_its_target_and_ids_are_unique():
    tree = page()
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for target in tree.xpath("//a[starts-with(@href, '#')]/@href"):
        assert target[1:] in ids, target


def test_every_fact_lists_all_its_quotes_word_for_word():
    facts = words(section(page(), "facts"))
    for claim in dossier().claims:
        if claim.id != "search_006":
            assert claim.quote in facts or f"{claim.statement} " in facts
    assert "1 further fact found and not used above" in facts


def test_text_set_aside_is_named_by_reason_and_its_quote_is_not_shown():
    text = words(page())
    assert "It is about another company: Brightwater Analytics." in text
    assert "hired 30 people" not in text


def test_conflicts_show_both_sides_and_the_rule():
    care = words(section(page(), "care"))
    assert "Sources disagree on the amount" in care
    assert "What the second site costs" in care
    assert "$58,000,000 preferred City of Fairhaven · government · 12 May 2026" in care
    assert "$61 million Brightwater Cold Storage Cooperative · first hand · 14 May 2026" in care
    assert "We take $58,000,000: A government source outranks the company's own." in care
    assert "Open: one project or two, nobody says" in care


def test_gaps_stand_on_page_one_and_in_their_section():
    gap = "The sources do not say which insulation standard they follow."
    assert gap in words(section(page(), "care"))
    assert gap in words(section(page(), "client_specific"))


def test_interpretation_is_called_our_reading_and_facts_are_not():
    readings = [line.get("class") == "reading" for line in lines(page(), "intro")]
    assert readings == [False, False, True, True]
    assert words(lines(page(), "intro")[2]).startswith("our reading")


def test_content_that_cites_nothing_is_called_our_reading():
    tree = page(with_section("strategy", content={"deal_strategy": "Be there first."}, sentences=[]))
    assert "Deal strategy our reading Be there first." in words(section(tree, "strategy"))


def test_content_that_repeats_a_sentence_is_shown_once():
    assert words(section(page(), "strategy")).count("Go through the designer first.") == 1


def test_an_item_that_repeats_a_sentence_keeps_its_name_and_its_mark():
    said = "Brightwater has engaged Tamarack Engineering for the design."
    item = {"name": "Tamarack Engineering", "type": "partner", "connection": said}
    [block] = next(
        one.blocks
        for one in build_brief(with_section("lead_intelligence", content={"network_intelligence": [item]})).sections
        if one.key == "lead_intelligence"
    )
    [entry] = block.entries
    assert (entry.title, entry.text, block.reading) == ("Tamarack Engineering", "", False)
    assert [note.id for note in entry.notes] == ["MERGED_005"]


def test_the_sentence_of_why_now_is_not_repeated_at_a_glance():
    assert all("announced plans" not in without_quotes(line) for line in lines(page(), "intro"))


def test_the_sentence_of_why_now_stays_where_a_reading_refers_to_it():
    first = dossier().sections[0].sentences[0]
    reading = Sentence(
        text="The first of these is the reason to call.", kind="interpretation", claim_ids=["MERGED_002"]
    )
    glance = build_brief(with_section("intro", sentences=[first, reading])).glance
    assert [line.text for line in glance.lines] == [first.text, reading.text]


def test_contacts_show_each_channel_with_its_status_and_source():
    dana = page().get_element_by_id("CON_001")
    assert "start here" in words(dana)
    assert "E-mail, from City of Fairhaven dwhitlock@brightwater.example published" in words(dana)
    assert dana.xpath(".//a[starts-with(@href, 'mailto:')]/@href") == ["mailto:dwhitlock@brightwater.example"]
    assert "icalloway@brightwater.example inferred" in words(page().get_element_by_id("CON_002"))
    assert "No e-mail, phone or profile was read in the sources." in words(page().get_element_by_id("CON_003"))


def test_without_a_recent_event_the_newest_one_is_named():
    assert "so there is no reason to write today. The newest that was found is of 14 May 2026." in words(
        section(page(dossier(why_now=None)), "why-now")
    )


def test_the_question_to_ask_is_a_short_one_where_there_is_one():
    questions = {"quick_reference": ["Long? " * 60, {"question": "Who signs?"}]}
    assert build_brief(with_section("lead_intelligence", content=questions)).next_step.question == "Who signs?"


def test_the_next_step_warns_of_what_is_not_settled():
    step = words(section(page(), "next-step"))
    assert "By e-mail: dwhitlock@brightwater.example" in step
    assert "Is the frame package still let separately?" in step
    assert "Do not state the amount as settled: sources say $58,000,000 or $61 million." in step
    assert "Do not use about $45 million: $58,000,000 is the value that holds now." in step


def test_a_lead_about_which_nothing_is_found_gets_a_page_of_gaps_not_of_filler():
    tree = page(empty_dossier())
    text = words(tree)
    assert "No event that is dated within the last 12 months was found" in text
    assert "No fact was found." in text
    assert "Nobody yet" in text
    assert not tree.xpath("//details[@class='cite']")
    for key in ("intro", "lead_intelligence", "strategy", "opportunity", "client_specific", "outreach"):
        assert "Nothing was found in the corpus" in words(section(tree, key))


def test_a_partial_dossier_says_so_at_the_top():
    assert "This dossier is partial." in words(page(dossier(status="partial")))
    assert "This dossier is partial." not in words(page())


@pytest.mark.parametrize(("provider", "name"), [("extractive", "Extractive engine"), ("anthropic", "Claude")])
def test_the_engine_is_named_at_the_top_and_at_the_end(provider, name):
    tree = page(dossier(provider=provider))
    assert name in words(tree.find(".//header"))
    assert name.lower() in words(tree.find(".//footer")).lower()


def test_dates_are_never_more_exact_than_their_source():
    history = section(page(), "opportunity").xpath(".//ol[@class='history']/li")
    assert words(history[0]).startswith("January 2026 about $45 million")
    assert "Q3 2026 Start of construction" in words(section(page(), "opportunity"))
    row = {"signal_type": "FUNDING", "headline": "Recipient", "date": "2026-01-01", "claim_ids": ["MERGED_003"]}
    tree = page(with_section("signals", content={"why_theyll_buy_now": [row]}))
    assert words(section(tree, "signals").xpath(".//td[@class='when']")[0]) == "Q1 2026"


def test_a_signal_row_without_ids_finds_its_fact_by_its_words():
    row = {
        "signal_type": "new_plant_announced",
        "headline": "Brightwater Cold Storage Cooperative today announced plans to build…",
        "date": "2026-05-14",
        "relevance": "HOT",
    }
    changed = with_section("signals", content={"why_theyll_buy_now": [row]})
    [shown] = build_brief(changed).signals
    assert [note.id for note in shown.notes] == ["MERGED_002"]
    assert (shown.tier, shown.relevance, shown.confidence) == ("HOT", "", "HIGH")
    assert (shown.headline, shown.detail) == (dossier().why_now.text, "")


def test_signals_beyond_five_and_people_beyond_four_stand_below():
    rows = [
        {"signal_type": "FUNDING", "headline": f"Event {n}", "date": f"2026-05-{n:02d}", "claim_ids": ["MERGED_003"]}
        for n in range(1, 9)
    ]
    people = [
        dossier().contacts[1].model_copy(update={"id": f"CON_{n:03d}", "name": f"Person {n}", "is_primary": n == 1})
        for n in range(1, 7)
    ]
    tree = page(with_section("signals", content={"why_theyll_buy_now": rows}).model_copy(update={"contacts": people}))
    assert len(section(tree, "signals").xpath(".//tbody/tr")) == 5
    assert len(section(tree, "all-signals").xpath(".//tbody/tr")) == 3
    assert len(section(tree, "contacts").xpath(".//article")) == 4
    assert len(section(tree, "all-people").xpath(".//article")) == 2


def test_content_of_any_shape_is_laid_out_without_failing():
    odd = {
        "deal_strategy": {"how_they_buy": "By tender.", "unique_value_props": ["a", {"x": {"y": [1, None, True]}}]},
        "common_objections": "none",
        "competitive_positioning": [[1, 2], 3, None, {"insight": "i", "advantage": "a"}],
        "claim_ids": ["MERGED_001", 7],
        "empty": {},
    }
    text = words(section(page(with_section("strategy", content=odd)), "strategy"))
    assert "By tender." in text
    assert "1, 2" in text


def test_what_an_engine_could_not_write_is_shown_as_a_gap():
    changed = with_section("strategy", content={"not_written": "Only a model can write this."})
    gaps = section(page(changed), "strategy").xpath(".//p[@class='gap']")
    assert [words(one) for one in gaps] == ["Only a model can write this."]


def test_the_same_dossier_gives_the_same_bytes():
    assert html.render(dossier(), documents()) == html.render(dossier(), documents()[::-1])


def test_all_nine_sections_are_there():
    ids = page().xpath("//section/@id")
    for one in dossier().sections:
        assert one.key in ids


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text_in_every_field(payload):
    rendered = html.render(poisoned(payload), documents())
    assert broken_page(rendered) == []
    assert "\x00" not in rendered
    assert "\u202e" not in rendered
    assert "\x1b" not in rendered


def test_template_syntax_in_text_is_shown_not_run():
    text = words(page(poisoned("{{ 7 * 7 }}")))
    assert "{{ 7 * 7 }}" in text
    assert " 49 " not in text


def test_the_page_declares_that_it_may_load_nothing():
    [policy] = page().xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_links_leave_no_trace_and_reach_no_opener():
    for link in page().xpath("//a[starts-with(@href, 'http')]"):
        assert link.get("rel") == "noopener noreferrer nofollow"


@pytest.mark.parametrize(
    "inserted",
    [
        "<script>1</script>",
        "<img src=x>",
        "<p onclick=x>",
        "<a href='javascript:x'>",
        "<a href='//evil.example'>",
        "<base href='https://evil.example'>",
        "<meta http-equiv=refresh content=0>",
        "<link rel=stylesheet href=x>",
        "<style>a{background:url(x)}</style>",
        "<style>@import 'x';</style>",
        "<iframe></iframe>",
        "<p style='color:red'>",
        "<svg><use href='https://evil.example/x'/></svg>",
        "<a href='mailto:a@b.example?bcc=c@d.example'>",
        "<?xml-stylesheet href='x'?>",
    ],
)
def test_the_page_check_sees_what_may_not_be_there(inserted):
    rendered = html.render(dossier(), documents())
    assert broken_page(rendered.replace("<main>", "<main>" + inserted))


def test_a_thousand_facts_are_laid_out_in_reasonable_size():
    sentences = [Sentence(text=f"Fact {n}.", kind="fact", claim_ids=["MERGED_002"]) for n in range(1000)]
    rendered = html.render(with_section("opportunity", sentences=sentences), documents())
    assert len(rendered) < 3_000_000


def test_numbers_in_the_dial_and_bars_match_the_score():
    tree = page()
    assert tree.xpath("//*[@class='arc']/@stroke-dasharray") == ["78 100"]
    shares = [int(re.sub("%", "", one)) for one in tree.xpath("//*[@class='fill']/@width")]
    assert shares == [100, 100, 50, 67, 100, 0]


def test_a_missing_section_does_not_break_the_page():
    assert page(dossier(sections=[Section(key="signals", title="Why they will buy now", gap="None.")])) is not None


def test_a_why_now_of_a_month_is_shown_as_a_month():
    why_now = dossier().why_now.model_copy(update={"date_precision": Precision.MONTH})
    assert "May 2026 · 47 days ago" in words(page(dossier(why_now=why_now)))


def test_a_signal_dated_by_its_report_says_so_and_a_table_without_amounts_has_no_column_for_them():
    row = {
        "signal_type": "FUNDING",
        "headline": "State award",
        "date": "2026-01-01",
        "dated_by": "report",
        "relevance": f"Fits the frame offer. {DATED_BY_REPORT}",
        "claim_ids": ["MERGED_003"],
    }
    table = section(page(with_section("signals", content={"why_theyll_buy_now": [row]})), "signals")
    assert words(table.xpath(".//td[@class='when']")[0]) == "Q1 2026 day of report"
    assert DATED_BY_REPORT not in words(table)
    assert "Fits the frame offer." in words(table)
    assert table.xpath(".//th/text()") == ["When", "What happened", "Source"]


def test_values_without_ids_get_the_facts_of_their_section_in_which_they_all_stand():
    held = {"opportunity_details": {"estimated_value": "$61 million", "jobs": "140 jobs"}}
    shown = section(page(with_section("opportunity", content=held)), "opportunity")
    assert "our reading" not in words(shown)
    assert len(shown.xpath(".//dl//details[@class='cite']//div[@class='quoted']")) == 2
    free = {"opportunity_details": {"estimated_value": "$61 million", "jobs": "9,000 jobs"}}
    assert "our reading" in words(section(page(with_section("opportunity", content=free)), "opportunity"))


def test_a_one_liner_that_only_begins_a_sentence_below_is_left_out():
    intro = dossier().sections[0]
    cut = intro.content | {"one_liner": "May 2026: The permit covers a new refrigerated…"}
    assert build_brief(with_section("intro", content=cut)).one_liner == ""
    assert build_brief(dossier()).one_liner == intro.content["one_liner"]


def test_bare_numbers_in_the_header_get_their_word():
    numbers = dossier().sections[0].content | {"employees": "12400", "founded": "1876", "size": None}
    assert build_brief(with_section("intro", content=numbers)).header_facts == (
        "Fairhaven",
        "12,400 employees",
        "founded 1876",
    )


def test_a_reason_not_to_sell_that_holds_is_known():
    said, _ = told([Disqualification(name="bankrupt", strict=True, verdict="holds", reason="A source says so.")])
    care = section(page(dossier(gaps=[*said, "Nobody knows the colour."])), "care")
    assert [words(one) for one in care.xpath(".//p[@class='gap']")] == said
    (unknown,) = care.xpath(".//h3[.='Not known']/following-sibling::ul[1]")
    assert words(unknown) == "Nobody knows the colour."


def test_gaps_beyond_six_stand_below():
    tree = page(dossier(gaps=[f"Gap {n}." for n in range(1, 10)]))
    assert words(section(tree, "care")).count("Gap ") == 6
    assert words(section(tree, "all-gaps")).count("Gap ") == 3


def test_a_letter_has_its_postscript_and_openers_are_not_repeated_as_sentences():
    whole = dossier()
    outreach = next(one for one in whole.sections if one.key == "outreach")
    item = outreach.content["ready_to_send_outreach"][0] | {"client_email": {"body": "Dana,", "ps": "Nice docks."}}
    opening = Sentence(text="Bids for the steel frame are due in August 2026.", kind="fact", claim_ids=["MERGED_016"])
    changed = with_section("outreach", content={"ready_to_send_outreach": [item]}, sentences=[opening])
    [letter] = build_brief(changed).letters
    assert letter.copies[0].body == "Dana,\n\nP.S. Nice docks."
    assert words(section(page(changed), "outreach")).count("Bids for the steel frame are due in August 2026. 4") == 1


def test_people_who_are_not_suggested_are_named_with_the_reason():
    excluded = {"excluded": [{"name": "Acme Inc", "reason": "A company is no contact."}]}
    more = words(section(page(with_section("contacts", content=excluded)), "contacts-more"))
    assert "Named in the sources, but not suggested" in more
    assert "Acme Inc A company is no contact." in more
    assert "our reading" not in more
