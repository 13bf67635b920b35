"""What Dagster's pages show: plottable numbers, at most 4 kB of Markdown, and text from outside that does nothing."""

import re
from datetime import date

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dossier.models import Cost, FoundSource, Precision, Signal, SignalTier, Source, SourceSet, Tier
from dossier_assets import previews
from dossier_assets.metadata import MAX_PREVIEW, Shown, clipped, link, metadata_of, plain, table

PAGES = MarkdownIt("gfm-like", {"html": False, "linkify": False})
HOSTILE = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/beacon.png)",
    "[click](javascript:alert(1))",
    "a | b | c",
    "line\nbreak\r\n# heading",
    "`code` **bold** _it_ ~~no~~",
    "<https://evil.example>",
    "[ref]: https://evil.example",
    "\x1b]52;c;AAAA\x07 \u202egnp.exe",
]


def render(markdown):
    return PAGES.render(markdown)


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
    page = render(table(("a", "b"), [(plain(text), "second")]))
    assert page.count("<td>") == 2
    assert "<td>second</td>" in page
    assert "<img" not in page


@given(st.text(max_size=300))
def test_no_text_makes_markup(text):
    tags = set(re.findall(r"<(\w+)", render("x " + plain(text))))
    assert tags <= {"p"}


def test_links_go_only_to_web_addresses():
    assert "href=" in render(link("Press release", "https://example.com/a_(b)?c=[d]".replace("[d]", "d")))
    assert "href=" not in render(link("Press release", "javascript:alert(1)"))
    assert "href=" not in render(link("Press release", None))
    assert "href=" not in render(link("Press release", "https://user:pass@example.com"))


def test_a_table_shows_ten_rows_and_says_how_many_more_there_are():
    shown = table(("n",), [(str(n),) for n in range(25)])
    assert render(shown).count("<tr>") == 11
    assert "15 more in the artifact." in shown


def test_a_preview_is_at_most_four_kilobytes_and_no_row_is_torn():
    long = table(("text",), [(plain("ü" * 160),) for _ in range(10)]) + "\n\n" + "\n".join(["wörter " * 20] * 100)
    short = clipped(long)
    assert len(short.encode()) <= MAX_PREVIEW
    assert short.endswith("More in the artifact.")
    assert all(line in long or line in ("", "More in the artifact.") for line in short.splitlines())


def test_the_numbers_about_time_and_cost_are_the_same_keys_for_every_asset():
    cost = Cost(usd=0.5, llm_calls=2, input_tokens=10, output_tokens=3)
    made = metadata_of(Shown({"claims": 3}), 1.23456, cost)
    assert {name: value.value for name, value in made.items()} == {
        "claims": 3,
        "latency_s": 1.235,
        "llm_calls": 2,
        "cost_usd": 0.5,
        "input_tokens": 10,
        "output_tokens": 3,
    }
    assert all(isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) for value in made.values())


def test_the_preview_stands_first():
    assert next(iter(metadata_of(Shown({"claims": 3}, ["hello"]), 0, Cost()))) == "preview"


def a_source(title, url):
    return Source(
        id="src_1", sha256="0" * 64, url=url, title=title, publisher=None, tier=Tier.NEWS,
        published_at=date(2026, 5, 4), published_precision=Precision.DAY, retrieved_at="2026-06-30T00:00:00Z",
    )  # fmt: skip


def test_sources_are_shown_with_links_that_can_be_clicked():
    found = [
        FoundSource(source=a_source("A [plant] | opens", "https://example.com/x"), queries=[0], score=1.0, snippet="")
    ]
    shown = previews.source_set(SourceSet(found=found, hits=4))
    page = render("\n\n".join(shown.markdown))
    assert 'href="https://example.com/x"' in page
    assert "A [plant] | opens" in page
    assert shown.numbers["sources"] == 1


@pytest.mark.parametrize(
    ("precision", "said"), [(Precision.DAY, "2026-04-01"), (Precision.MONTH, "2026-04"), (Precision.YEAR, "2026")]
)
def test_a_date_is_shown_as_exactly_as_it_is_known(precision, said):
    from dossier.models import Research

    signal = Signal(
        id="s", signal_type="new_plant", tier=SignalTier.HOT, headline="A plant", event_date=date(2026, 4, 1),
        date_precision=precision, source_id="src_1", url=None, claim_ids=["search_001"],
    )  # fmt: skip
    shown = previews.research(Research(answers={}, claims=[], signals=[signal]))
    assert f"| {said} |" in shown.markdown[0]
