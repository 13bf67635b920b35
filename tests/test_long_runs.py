"""Long runs of blanks, digits, letters or signs in what comes from outside are read in time that grows with them.

What is measured is processor time against a bound that a quadratic pattern misses by far.
"""

import time
from datetime import date

import pytest

from dossier.evidence import (
    addresses,
    counts,
    dates,
    entailment,
    facts,
    money,
    names,
    periods,
    posts,
    quotes,
    segments,
    support,
)
from dossier.extractive import people
from dossier.intake import documents, domains, front_matter, leads
from dossier.models import Lead
from dossier.steps import report_checks

LENGTH = 30_000
SECONDS = 20.0  # for all runs together: linear patterns need a second, one quadratic pattern minutes
RUNS = (
    " ",
    "\t",
    "\n",
    " \n",
    "\xa0",
    "1",
    "1,",
    "1 ",
    "a",
    "A",
    "a ",
    "A ",
    "A.",
    "_",
    "#",
    "# ",
    "-",
    ".",
    '"',
    "“",
    "a.b/",
)
FINDER = names.MentionFinder(names.aliases(Lead(id="ld_1", name="Brightwater Foods, Inc.", domain="b.example")))
READERS = {
    "heading": documents._HEADING.search,
    "head": lambda text: front_matter.split(text, documents._LINE_KEYS, is_markdown=True),
    "fenced head": lambda text: front_matter.split(f"---\n{text}", documents._LINE_KEYS, is_markdown=True),
    "domain": domains.normal_domain,
    "aliases": lambda text: leads._aliases({leads.ALIASES[0]: text}),
    "dates": dates.find_dates,
    "money": money.find_money,
    "counts": counts.find_counts,
    "mentions": FINDER.occurs,
    "blocks": lambda text: segments.find_records(segments.split_blocks(text)),
    "quotes": lambda text: quotes.bind(text, "We will build a plant here"),
    "denials": facts.denies,
    "names": lambda text: support.unsupported_value(f"{text} Zz", support.read_evidence("")),
    "e-mails": addresses.find_emails,
    "e-mails in paths": lambda text: addresses.find_emails(text.replace("A ", "a.b/")),
    "pages": addresses.find_urls,
    "phones": addresses.find_phones,
    "posts": lambda text: posts.held(text, text, text),
    "titles": people._trimmed,
    "title behind": people._AFTER_NAME.match,
    "trading names": names.TRADES_AS.split,
}


@pytest.mark.parametrize("reader", READERS)
def test_a_long_run_takes_no_longer_than_its_length_asks_for(reader):
    began = time.process_time()
    for run in RUNS:
        for before in ("", "x", "# x"):
            READERS[reader](before + (run * LENGTH)[:LENGTH] + "!")
            assert time.process_time() - began < SECONDS, f"{reader}: {before!r} and {LENGTH} of {run!r}"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Acme builds a plant ##  \n\nText", "Acme builds a plant"),
        ("Words\n###   Two  words\nText", "Two words"),
        ("# #1 in steel\n", "#1 in steel"),
        ("#  \n# \nText", "a file"),
        ("# ##\nText", "a file"),
        ("#NoHeading\n", "a file"),
        ("# x" + " " * 200_000 + "!\n", "x !"),
    ],
)
def test_the_first_heading_is_the_title(tmp_path, text, title):
    (tmp_path / "a_file.md").write_text(text, encoding="utf-8")
    [batch] = documents.read_documents([tmp_path / "a_file.md"])
    assert [document.title for document in batch.documents] == [title]


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (segments.find_rows, "| a | b | c |\n| x" + " " * 200_000 + "x | b | c |"),
        (entailment._CLAUSES.split, "x" + " " * 200_000 + "y"),
        (segments.split_blocks, "it went on and on, with many words on every line\n" * 20_000),
        (lambda text: periods.find_periods(text), "in May 2024 and " * 4_000),
        (lambda text: report_checks.check_report(text, "Acme", [], date(2026, 6, 30), []), "a" * 150_000),
    ],
    ids=("a wide cell", "a wide gap", "a long paragraph", "many dates", "a report of one word"),
)
def test_what_is_long_by_itself_takes_no_longer_than_its_length_asks_for(reader, text):
    began = time.process_time()
    assert reader(text)
    assert time.process_time() - began < SECONDS
