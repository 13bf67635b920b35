"""Hostile text in terminals, logs, links and spreadsheet cells (FAULTS F40, F45)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.text_safety import csv_cell, printable, web_address


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b[31mred", r"\x1b[2J\x1b[31mred"),
        ("\x1b]52;c;ZXZpbA==\x07", r"\x1b]52;c;ZXZpbA==\x07"),
        ("safe\rEVIL", r"safe\x0dEVIL"),
        ("invoice\u202efdp.exe", r"invoice\u202efdp.exe"),
        ("a\u2066b\u2069c", r"a\u2066b\u2069c"),
        ("two\u2028lines", r"two\u2028lines"),
        ("\x9b31m", r"\x9b31m"),
        ("nul\x00", r"nul\x00"),
        ("\udc80", r"\udc80"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_could_steer_a_terminal_is_written_out(hostile, shown):
    assert printable(hostile) == shown


def test_ordinary_text_in_any_script_stays_as_it_is():
    text = "Müller & Søn, 東京, “quoted” – naïve 👩‍🔧"
    assert printable(text) == text


def test_line_feeds_stay_only_where_several_lines_are_wanted():
    assert printable("a\n\tb", multiline=True) == "a\n\tb"
    assert printable("a\n\tb") == r"a\x0a\x09b"


@given(st.text(st.characters(codec=None)))
def test_the_result_is_one_line_that_encodes_and_does_not_change_again(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1
    assert printable(shown) == shown
    assert "\n" not in json.dumps(shown)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_cell_never_begins_like_a_formula(start):
    assert csv_cell(f"{start}cmd|' /C calc'!A0").startswith("'")


def test_ordinary_cells_stay_as_they_are():
    for text in ("NA", "01234", "Acme, Inc.", "", "a=b", "2026-06-30"):
        assert csv_cell(text) == text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " https://a.example",
        "data:text/html,x",
        "//a.example/x",
        "https:///x",
        "https://user:pass@a.example/",
        'https://a.example/"onmouseover="x',
        "https://a.example/\nx",
        "https://a.example/\u202e",
        "https://[::1",
        "file:///etc/passwd",
        "https://a.example/" + "x" * 2000,
        "",
        None,
    ],
)
def test_only_plain_web_addresses_become_links(url):
    assert web_address(url) is None


def test_a_plain_web_address_is_kept():
    url = "https://www.example.org/news/2026/05?id=7&x=%20#top"
    assert web_address(url) == url
