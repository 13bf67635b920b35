"""The verdict on one sentence: supported, partly, unsupported, each with the reason against it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.support import fold_words, join, read_evidence
from dossier.evidence.verdicts import SUPPORTED, verdict_on

QUOTES = (
    "Harbor Foods announced on May 12, 2026 that it will invest $61 million in a cold store in Salem. The project is "
    "expected to create up to 140 jobs by the end of 2027.",
    "Ann Lee, chief operating officer of Harbor Foods, said the company plans to break ground in the third quarter.",
)
EVIDENCE = join(map(read_evidence, QUOTES))
OWN = fold_words(["Bolt Builders"])


@pytest.mark.parametrize(
    "text",
    [
        "Harbor Foods plans a $61 million cold store in Salem.",
        "In May 2026 Harbor Foods announced an investment of $61 million.",
        "The project is expected to create up to 140 jobs by the end of 2027.",
        "Ann Lee is chief operating officer of Harbor Foods.",
        "COO Ann Lee expects to break ground in the third quarter.",
        "will invest $61 million in a cold store in Salem",
    ],
)
def test_what_the_quotes_hold_is_supported(text):
    assert verdict_on(text, EVIDENCE, OWN) == SUPPORTED


@pytest.mark.parametrize(
    ("text", "verdict", "reason"),
    [
        ("Harbor Foods will invest $16 million in Salem.", "unsupported", "the amount $16 million"),
        ("Bob Lee announced the cold store.", "unsupported", "the name Bob"),
        ("The cold store opens in 2029.", "unsupported", "the date 2029"),
        ("Harbor Foods will not invest in Salem.", "unsupported", "denies"),
        ("The weather stayed rather pleasant all week.", "unsupported", "little to do"),
        ("Harbor Foods has built a cold store in Salem.", "partly", "as done"),
        ("Harbor Foods broke ground in Salem in the third quarter.", "partly", "only as planned: broke ground"),
        ("The project is expected to create 140 jobs by the end of 2027.", "partly", "140 jobs exactly"),
        (
            "The store in Salem runs on geothermal electricity and rainwater.",
            "partly",
            "beyond its quotes: rainwater, geothermal",
        ),
    ],
)
def test_what_goes_beyond_them_is_told_with_the_reason(text, verdict, reason):
    found = verdict_on(text, EVIDENCE, OWN)
    assert (found.verdict, reason in found.reason) == (verdict, True), found


def test_a_denial_in_every_quote_needs_a_denial_in_the_sentence():
    evidence = read_evidence("Acme cancelled its plant in Ohio.")
    assert "denies" in verdict_on("Acme plans its plant in Ohio.", evidence).reason
    assert verdict_on("Acme cancelled its Ohio plant.", evidence) == SUPPORTED


def test_nothing_supports_without_a_quote():
    assert verdict_on("Harbor Foods invests.", join([])).verdict == "unsupported"


@given(st.text(max_size=200))
def test_any_text_gets_a_verdict_and_a_quote_supports_itself(text):
    assert verdict_on(text, EVIDENCE).verdict in ("supported", "partly", "unsupported")
    if any(letter.isalnum() for letter in text):
        assert verdict_on(text, read_evidence(text)) == SUPPORTED
