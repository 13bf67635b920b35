"""Metrics of labelled sets against counts made by hand."""

import pytest

from dossier.evaluate.metrics import bcubed, jaccard, macro_f1, measured, pair_up, pairwise, spearman, token_f1, yes_no

GOLD = {"a": 1, "b": 1, "c": 2, "d": 2}


def test_precision_recall_and_f1_of_the_positive_class():
    # two right of three found, two right of four wanted
    figures = yes_no([True, True, True, True, False], [True, True, False, False, True])
    assert figures.precision == pytest.approx(2 / 3)
    assert figures.recall == pytest.approx(1 / 2)
    assert figures.f1 == pytest.approx(4 / 7)


def test_nothing_found_or_wanted_is_zero_not_an_error():
    assert measured(0, 0, 0) == (0, 0, 0)
    assert yes_no([False], [False]).f1 == 0
    assert bcubed({}, {}).f1 == 0
    assert spearman([1, 1], [2, 3]) == 0


def test_macro_f1_is_the_mean_over_the_labels_of_the_gold():
    # x: precision 1/2, recall 1; y: nothing found; z stands in no gold row
    assert macro_f1(["x", "y"], ["x", "x"]) == pytest.approx((2 / 3 + 0) / 2)
    assert macro_f1(["x"], ["z"]) == 0


def test_bcubed_counts_item_by_item():
    # all in one cluster: precision 1/2 for each of four, recall 1
    figures = bcubed(GOLD, dict.fromkeys(GOLD, 0))
    assert (figures.precision, figures.recall) == (0.5, 1.0)
    # each alone: precision 1, recall 1/2
    figures = bcubed(GOLD, {item: item for item in GOLD})
    assert (figures.precision, figures.recall) == (1.0, 0.5)
    # a, b, c together: precision (2/3 + 2/3 + 1/3 + 1) / 4, recall (1 + 1 + 1/2 + 1/2) / 4
    figures = bcubed(GOLD, {"a": 0, "b": 0, "c": 0, "d": 1})
    assert figures.precision == pytest.approx(2 / 3)
    assert figures.recall == pytest.approx(3 / 4)


def test_pairwise_counts_pairs():
    # three pairs found, two wanted, one in both
    figures = pairwise(GOLD, {"a": 0, "b": 0, "c": 0, "d": 1})
    assert (figures.precision, figures.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 2))


def test_rank_correlation_with_ties():
    assert spearman([1, 2, 3], [10, 20, 30]) == pytest.approx(1)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4
    assert spearman([1, 2, 2, 4], [1, 2, 3, 4]) == pytest.approx(0.9486832980505138)


def test_claims_are_paired_once_best_first():
    gold = [frozenset("ab"), frozenset("abc")]
    found = [frozenset("abc"), frozenset("xyz")]
    assert pair_up(gold, found, 0.6, jaccard) == [(1, 0)]
    assert pair_up(gold, [frozenset("abc")] * 2, 0.6, jaccard) == [(1, 0), (0, 1)]


def test_overlap_of_tokens():
    assert jaccard(frozenset("ab"), frozenset("bc")) == pytest.approx(1 / 3)
    assert token_f1(frozenset("ab"), frozenset("bc")) == pytest.approx(1 / 2)
