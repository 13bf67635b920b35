"""The page of a job: a row per run with its figures, an error in words, and names that do nothing."""

import json

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from dossier.cli import app
from dossier.errors import BadInput
from dossier.run_summary import MAX_CELL, MAX_ROWS, summarise

RUN = {
    "run_id": "seller--acme-0a1b2c3d-1",
    "client": "seller",
    "lead": "Acme",
    "status": "completed",
    "dossier_status": "complete",
    "score": 71,
    "tier": "B",
    "claims": 24,
    "cost_usd": 0.1,
    "wall_s": 12.34,
    "error": None,
}
FAILED = {**dict.fromkeys(RUN), "run_id": "seller--b-0a1b2c3d-1", "lead": "B", "status": "failed", "error": "No index."}


def cells(page, number=1):
    """The cells of a row of the page's table as a reader sees them; row 0 are the heads."""
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(page):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline" and found:
            assert {child.type for child in token.children} <= {"text", "text_special"}
            found[-1].append("".join(child.content for child in token.children))
    return found[number]


def test_a_run_is_a_row_with_its_figures():
    page = summarise({"runs": [RUN]})
    assert cells(page, 0) == ["run", "lead", "status", "score", "tier", "claims", "cost", "took", "error"]
    assert cells(page) == [RUN["run_id"], "Acme", "complete", "71", "B", "24", "0.10 USD", "12.3 s", ""]


def test_a_run_without_a_dossier_shows_how_it_ended_and_why():
    assert cells(summarise({"runs": [RUN, FAILED]}), 2) == [FAILED["run_id"], "B", "failed", *[""] * 5, "No index."]


def test_the_runs_are_counted_by_their_end_and_their_cost_is_summed():
    page = summarise({"runs": [RUN, RUN, {**RUN, "dossier_status": "partial"}, FAILED]})
    assert "Of 4 runs: 2 complete, 1 partial, 1 failed. Cost: 0.30 USD." in page


def test_nothing_flagged_is_said():
    assert "Nothing was flagged." in summarise({"runs": []})
    assert "nothing would be made" in summarise({"would_run": []})


def test_a_dry_run_lists_what_would_be_made():
    lead = {"client": "seller", "lead": "Acme", "domain": "acme.example", "run_id": None, "lead_id": "ld_1"}
    page = summarise({"would_run": [lead]})
    assert "1 would be made; nothing was." in page
    assert cells(page) == ["seller", "Acme", "acme.example", ""]


def test_an_error_is_said_with_what_to_do():
    page = summarise({"error": {"what": "Unknown lead.", "why": "None has this name.", "next": "List them."}})
    assert "Unknown lead. None has this name.\n\nNext: List them." in page


@pytest.mark.parametrize(
    "name",
    [
        "a | b",
        "<script>alert(1)</script>",
        "<!-- gone",
        "![x](https://evil.example/x.png)",
        "[x](javascript:alert(1))",
        "`code` *star* _under_ ~~gone~~ $x^2$ &amp;",
        "www.evil.example https://evil.example @everyone #1",
        "back\\slash \\| bar",
        "- - - # = 1. >",
    ],
)
def test_a_name_is_shown_as_it_is_and_does_nothing(name):
    assert cells(summarise({"runs": [{**RUN, "lead": name}]}))[1] == name


def test_addresses_become_no_links_where_bare_ones_do():
    page = summarise({"runs": [{**RUN, "lead": "https://evil.example WWW.evil.example me@evil.example"}]})
    assert not [bare for bare in ("https://", "WWW.", "me@") if bare in page]


def test_line_breaks_and_controls_cannot_leave_the_row():
    page = summarise({"runs": [{**RUN, "lead": "a\n\n## b\r\x1b[2J\u202ec"}]})
    assert "\n## b" not in page
    assert not set(page) & {"\r", "\x1b", "\u202e"}
    assert cells(page)[1].startswith("a ## b")


def test_long_texts_and_many_runs_are_cut_and_say_so():
    page = summarise({"runs": [{**RUN, "error": "x" * 5000}] * (MAX_ROWS + 7)})
    assert len(cells(page)[-1]) == MAX_CELL
    assert page.rstrip().endswith("7 more are not shown.")
    assert len(page.encode()) < 1_000_000


@pytest.mark.parametrize("answer", [{}, {"runs": "all"}, {"runs": [1]}, {"leads": []}])
def test_what_is_no_answer_of_a_run_is_refused(answer):
    with pytest.raises(BadInput):
        summarise(answer)


def call(*arguments):
    return CliRunner().invoke(app, ["summary", *map(str, arguments)])


def test_the_verb_prints_the_page_as_it_is(tmp_path):
    (tmp_path / "runs.json").write_text(json.dumps({"runs": [{**RUN, "lead": "[bold]Acme | :smile: " + "x" * 190}]}))
    said = call(tmp_path / "runs.json")
    assert said.exit_code == 0
    assert said.stdout == summarise(json.loads((tmp_path / "runs.json").read_text()))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000])
def test_the_verb_refuses_what_it_cannot_read(tmp_path, text):
    (tmp_path / "runs.json").write_text(text)
    assert call(tmp_path / "runs.json").exit_code == 2
    assert call(tmp_path / "nowhere.json").exit_code == 2


def test_a_run_that_failed_after_its_dossier_was_made_is_not_called_complete():
    page = summarise({"runs": [{**RUN, "status": "failed", "error": "The disk is full."}]})
    assert "Of 1 runs: 1 failed" in page
