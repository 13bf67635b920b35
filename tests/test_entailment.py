"""How far evidence bears out a claim, and which side a text takes."""

import pytest

from dossier.evidence.entailment import find_support, judge, missing_words, stance, support_score
from dossier.evidence.paraphrase import is_paraphrase, likeness
from dossier.evidence.support import Evidence, read_evidence
from dossier.evidence.words import overlap, share, weight, weighted_stems

TEXT = "Acme Steel announced a $500 million investment in its Ohio mills on May 7, 2024."


def test_rare_words_weigh_more():
    assert weight("the") < weight("mill") < weight("zirconium")
    assert share({"mill": 3.0, "the": 1.0}, {"mill"}) == pytest.approx(0.75)
    assert overlap({}, {}) == share({}, {}) == 0


def test_the_overlap_of_two_texts_is_the_same_both_ways_where_words_share_a_stem():
    one, other = weighted_stems("investing in money orders"), weighted_stems("investment of money")
    assert overlap(one, other) == overlap(other, one) < 1
    assert overlap(one, one) == pytest.approx(1)


def test_a_claim_is_borne_out_by_its_words_and_values():
    assert judge("Acme Steel invests $500 million in its Ohio mills.", read_evidence(TEXT)).label == "supported"
    assert judge("The painter of the bridge retired to Lisbon.", read_evidence(TEXT)).label == "neither"
    assert judge("Acme invests.", Evidence()).label == "neither"


@pytest.mark.parametrize(
    "worse",
    [
        "Acme Steel announced a $900 million investment in its Ohio mills.",
        "Bolt Motors announced a $500 million investment in its Ohio mills.",
        "Acme Steel announced a $500 million investment in its zirconium smelters.",
    ],
)
def test_what_the_evidence_does_not_hold_lowers_the_score(worse):
    good = "Acme Steel announced a $500 million investment in its Ohio mills."
    assert support_score(worse, read_evidence(TEXT)) < support_score(good, read_evidence(TEXT))


def test_another_amount_is_not_borne_out():
    assert (
        judge("Acme Steel announced a $900 million investment in its Ohio mills.", read_evidence(TEXT)).label
        == "neither"
    )


def test_words_that_anybody_may_use_take_nothing_off():
    told, known = "Bolt Builders can serve the Ohio mills of Acme Steel.", read_evidence(TEXT)
    assert support_score(told, known, {"bolt", "builders"}) > support_score(told, known)


def test_the_words_that_go_beyond_are_named_the_rarest_first():
    assert missing_words("Acme Steel smelts zirconium in Ohio.", read_evidence(TEXT)) == ["smelts", "zirconium"]
    assert missing_words("Acme Steel smelts zirconium.", read_evidence(TEXT), {"zirconium"}) == ["smelts"]


def test_what_stands_word_for_word_is_borne_out_whatever_else_is_said():
    told = "Acme did not open a mill, but it hired welders."
    for claim in (told, "it hired welders"):
        assert judge(claim, read_evidence(told)).label == "supported"
        assert stance(claim, told).label == "supported"
        assert find_support(claim, ["Barley grows.", told]) == [1]


def test_a_denial_beside_the_claim_is_another_matter():
    assert stance("Acme hired welders.", "Acme hired welders, but it does not smelt zirconium.").label == "supported"
    assert stance("Acme smelts zirconium.", "Acme hired welders, but it does not smelt zirconium.").label == "refuted"


def test_a_denial_in_another_line_of_a_record_is_another_matter():
    record = "Outcome: Cannot approve in this form\nReason: Exclusivity prevents a determination at this time"
    assert stance("Acme: Reason: Exclusivity prevents a determination (2021)", record).label == "supported"


def test_support_is_found_across_sentences():
    sentences = ["Barley grows well.", "Acme opened a mill.", "The mill lies in Ohio and employs fifty welders."]
    assert sorted(find_support("Acme opened a mill in Ohio with fifty welders.", sentences)) == [1, 2]
    assert find_support("Acme opened a mill.", []) == []


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Steel mills emit much carbon.", "supported"),
        ("Steel mills do not emit carbon.", "refuted"),
        ("Barley grows in Norway.", "neither"),
    ],
)
def test_a_text_takes_a_side(text, side):
    assert stance("Steel mills emit carbon.", text).label == side


def test_more_against_less():
    assert stance("Acme raises output, more steel.", "Acme steel output shrinks, lower each year.").label == "refuted"


def test_the_same_in_other_words():
    assert is_paraphrase("Acme opened a mill in Ohio.", "In Ohio, Acme opened a mill.")
    assert not is_paraphrase("Acme opened a mill in Ohio.", "Acme sued a bank in Utah.")
    assert likeness("a b", "b a") == likeness("b a", "a b")
    assert weighted_stems("The mills") == weighted_stems("mill") | weighted_stems("mills")
