"""What Dagster's pages show: plottable numbers, what fits at once, details, and text from outside that does nothing."""

import html
import re
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dossier.models import Claim, ClaimDraft, Cost, Signal
from dossier_assets.columns import table_schema
from dossier_assets.metadata import AT_ONCE, MAX_DETAILS, Shown, bullets, clipped, link, metadata_of, plain, table

PAGES = MarkdownIt("gfm-like", {"html": False, "linkify": False})
HOME = Path("home").absolute()
HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/beacon.png)",
    "[click](javascript:alert(1))",
    "a | b | c",
    "line\nbreak\r\n# heading",
    "# heading",
    "- item",
    "1234. item",
    "> quote",
    "`code` **bold** _it_ ~~no~~",
    "<https://evil.example>",
    "[ref]: https://evil.example",
    "\x1b]52;c;AAAA\x07 \u202egnp.exe",
]


def render(markdown):
    return PAGES.render(markdown)


def made_of(shown):
    return metadata_of(shown, 1.23456, Cost(usd=0.5, llm_calls=2, input_tokens=10, output_tokens=3), HOME)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_says_itself_and_does_nothing(text):
    page = render(f"before {plain(text)} after")
    assert page.startswith("<p>before ")
    assert page.endswith("after</p>\n")
    assert "<a" not in page
    assert "<img" not in page
    assert "<strong>" not in page
    assert "\x1b" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_never_leaves_its_cell(text):
    page = render(table(("a", "b"), [(plain(text), "second")], tuple))
    assert page.count("<td>") == 2
    assert "<td>second</td>" in page
    assert "<img" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_never_leaves_its_item_of_a_list(text):
    page = render(bullets([text, "second"], plain))
    assert page.count("<li>") == 2
    assert page.count("<ul>") == 1
    assert "<h1>" not in page


@given(st.text(max_size=300) | st.text("0123456789.)-+=#*_~`[]()<>!|&:/\\ \n@w", max_size=60))
def test_no_text_makes_markup(text):
    for before in ("", "x "):
        tags = set(re.findall(r"<(\w+)", render(before + plain(text))))
        assert tags <= {"p"}, plain(text)


# What Dagster's pages make links of after they took the escapes away (GitHub's bare addresses).
BARE = re.compile(r"(https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(\.[-\w]+)+", re.ASCII | re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    ["see https://evil.example/x", "HTTP://EVIL.EXAMPLE", "www.evil.example", "Www.evil.example", "a.b@evil.example"],
)
def test_a_bare_address_in_text_from_outside_is_no_link_on_the_pages(text):
    assert BARE.search(text)
    shown = html.unescape(re.sub("<[^>]*>", "", render(f"x {plain(text)}")))
    assert not BARE.search(shown)
    assert shown.replace("\u200b", "").strip() == f"x {text}"


def test_links_go_only_to_web_addresses():
    assert "href=" in render(link("Press release", "https://example.com/a_(b)?c=[d]".replace("[d]", "d")))
    assert "href=" not in render(link("Press release", "javascript:alert(1)"))
    assert "href=" not in render(link("Press release", None))
    assert "href=" not in render(link("Press release", "https://user:pass@example.com"))


def test_a_table_shows_ten_rows_and_says_how_many_more_there_are():
    shown = table(("n",), range(25), lambda n: (str(n),))
    assert render(shown).count("<tr>") == 11
    assert "15 more in the artifact." in shown


def test_a_list_shows_some_items_and_says_how_many_more_there_are():
    assert bullets("ab", str) == "- a\n- b"
    assert bullets(range(8), str).splitlines()[-1] == "- and 3 more"
    assert bullets([], str) == ""


def test_what_is_not_shown_is_never_formed():
    formed = []
    table(("n",), range(300), lambda n: formed.append(n) or ("x",))
    bullets(range(300), lambda n: formed.append(n) or "x", 5)
    assert len(formed) == 15


LONG = table(("text",), ["ü" * 160] * 10, lambda text: (plain(text),)) + "\n\n" + "\n".join(["wörter " * 20] * 100)


@pytest.mark.parametrize("limit", [AT_ONCE, MAX_DETAILS])
def test_what_is_too_long_is_cut_between_lines_and_says_where_the_rest_is(limit):
    short = clipped(LONG, limit, "There.")
    assert len(short.encode()) <= limit
    assert short.endswith("There.")
    assert all(line in LONG or line in ("", "There.") for line in short.splitlines())


def test_what_fits_exactly_is_not_cut_and_a_table_never_ends_with_its_head():
    text = "ä" * 400 + "\n" + "b" * 198
    assert clipped(text, len(text.encode()), "There.") == text
    head_only = clipped("word\n\n" + table(("a", "b"), [("x" * 90, "y")], tuple), 60, "There.")
    assert head_only.split("\n") == ["word", "", "There."]


def test_the_numbers_about_time_and_cost_are_the_same_keys_for_every_asset():
    made = made_of(Shown({"claims": 3}))
    assert {name: value.value for name, value in made.items()} == {
        "claims": 3,
        "latency_s": 1.235,
        "llm_calls": 2,
        "cost_usd": 0.5,
        "input_tokens": 10,
        "output_tokens": 3,
    }
    assert all(isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) for value in made.values())


def test_the_preview_stands_first_and_the_tables_behind_it():
    made = made_of(Shown({"claims": 3}, ["hello"], [], [table(("a",), ["b"], tuple)]))
    assert list(made)[:2] == ["preview", "details"]
    assert made["preview"].value == "hello"
    assert made["details"].value.startswith("| a |")


def test_a_preview_is_always_short_enough_to_be_shown_at_once_and_what_it_lacks_stands_in_the_details():
    made = made_of(Shown({}, [LONG], [], ["the tables"]))
    assert len(made["preview"].value.encode()) <= AT_ONCE < 1000
    assert made["preview"].value.endswith("More under *details*.")
    assert made["details"].value.startswith(LONG.splitlines()[0])
    assert len(made["details"].value.encode()) <= MAX_DETAILS


def test_an_artifact_with_nothing_more_to_show_has_no_details():
    assert "details" not in made_of(Shown({}, ["hello"], ["- item"]))


def test_items_that_do_not_fit_stand_in_the_details_once():
    repeated = made_of(Shown({}, ["hello"], [LONG], ["the tables"]))
    assert repeated["details"].value == "the tables", "the tables hold what the items are the best of"
    alone = made_of(Shown({}, ["hello"], [LONG]))
    assert alone["details"].value.startswith(LONG.splitlines()[0])
    assert "hello" not in alone["details"].value


def test_files_are_paths_that_can_be_copied():
    value = made_of(Shown({}, files={"dossier.html": "runs/a/v1/dossier.html"}))["dossier.html"]
    assert isinstance(value, dg.PathMetadataValue)
    assert value.value == str(HOME / "runs/a/v1/dossier.html")


def columns(model):
    return {column.name: column for column in table_schema(model).columns}


def test_columns_are_the_fields_of_the_model_in_their_order():
    assert list(columns(Claim)) == list(Claim.model_fields)
    assert columns(Claim)["quote"].description == Claim.model_fields["quote"].description


def test_a_column_says_its_type_in_words_whether_it_may_be_empty_and_which_words_may_stand_there():
    found = columns(Claim) | {f"signal.{name}": column for name, column in columns(Signal).items()}
    assert {name: found[name].type for name in ("quote", "start", "entities", "event_date", "type")} == {
        "quote": "text", "start": "integer", "entities": "list of text", "event_date": "date", "type": "text",
    }  # fmt: skip
    assert found["event_date"].constraints.nullable
    assert not found["quote"].constraints.nullable
    assert found["confidence"].constraints.other == ["one of HIGH, MEDIUM, LOW"]
    assert found["signal.status"].constraints.other == ["one of ANNOUNCED, IN_PROGRESS, APPROVED, COMPLETED"]
    assert columns(ClaimDraft)["details"].type == "ClaimDetails"
