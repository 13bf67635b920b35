"""Fit, timing and freshness of a score, and the six factors over the buyers of one run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.models import SignalTier
from dossier.steps.buyer_factors import WEIGHTS, BuyerFactors, Maxima, rank_buyers, shares, six_factor_score
from dossier.steps.score import score_lead
from dossier.steps.score_formulas import FORMULAS
from dossier.testing import a_client, a_lead
from tests.evidence_fixture import REFERENCE, a_claim, a_fact, a_merge, a_signal


def scored(*days: date, **config: object):
    told = []
    for number, day in enumerate(days, start=1):
        claim = a_claim(number, f"Harbor Foods builds the plant {number}.", event_date=day)
        told.append((a_fact(number, claim), a_signal(claim, SignalTier.HOT, "new_plant_announced")))
    merged = a_merge([claim for claim, _ in told])
    return score_lead(a_lead(profile={}), a_client(**config), merged, [signal for _, signal in told], REFERENCE)


def aspect(score, name):
    [found] = [one for one in score.aspects if one.name == name]
    return found


@pytest.mark.parametrize("formula", list(FORMULAS))
def test_every_formula_is_split_into_the_three_aspects_with_reasons(formula):
    score = scored(REFERENCE - timedelta(days=30), scoring=formula)
    assert [one.name for one in score.aspects] == ["fit", "timing", "freshness"]
    assert all(one.reason for one in score.aspects)
    assert aspect(score, "timing").claim_ids == aspect(score, "freshness").claim_ids == ["MERGED_001"]


def test_fit_and_timing_are_the_points_reached_of_those_that_can_be():
    score = scored(REFERENCE - timedelta(days=30))
    by_name = {part.name: part for part in score.parts}
    mine = [by_name[name] for name in ("signal", "timing", "further_signals")]
    wanted = round(100 * sum(part.value for part in mine) / sum(part.weight for part in mine))
    assert aspect(score, "timing").value == wanted > 0
    assert aspect(score, "fit").value == 0


def test_freshness_halves_with_each_half_life_and_the_client_s_own_counts():
    day = REFERENCE - timedelta(days=90)
    assert aspect(scored(REFERENCE), "freshness").value == 100
    own = {"icp_config": {"half_life_days": {"new_plant_announced": 90}}}
    assert aspect(scored(day, **own), "freshness").value == 50
    assert aspect(scored(day, icp_config={"half_life_days": {"HIRING": 1, "default": 45}}), "freshness").value == 25


def test_without_an_event_nothing_is_fresh():
    assert aspect(scored(), "freshness").value == 0
    assert aspect(scored(REFERENCE - timedelta(days=400)), "freshness").value == 0


# ---------------------------------------------------------------- six factors

FULL = BuyerFactors(wanted_type=True, signals=4, newest_age=0, urgent=True, dollars=2e6, keywords=6)
HALF = BuyerFactors(wanted_type=True, signals=2, newest_age=73, urgent=False, dollars=1e6, keywords=3)


def test_the_score_is_the_weighted_sum_to_four_decimals():
    most = Maxima.of([FULL, HALF])
    assert six_factor_score(FULL, most) == 1.0
    assert six_factor_score(HALF, most) == round(0.25 + 0.2 * 0.5 + 0.2 * 292 / 365 + 0.1 * 0.5 + 0.1 * 0.5, 4)
    assert six_factor_score(BuyerFactors(newest_age=121), most) == round(0.2 * 244 / 365, 4)
    assert sum(WEIGHTS.values()) == pytest.approx(1)


def test_a_maximum_of_zero_counts_as_one_and_old_news_as_nothing():
    assert set(shares(BuyerFactors(newest_age=500), Maxima.of([])).values()) == {0.0}
    assert six_factor_score(BuyerFactors(), Maxima.of([BuyerFactors()])) == 0


def test_the_best_buyer_comes_first_and_equals_keep_their_order():
    assert [at for at, _ in rank_buyers([HALF, FULL, HALF, BuyerFactors()])] == [1, 0, 2, 3]
    assert rank_buyers([]) == []


buyers = st.builds(
    BuyerFactors,
    wanted_type=st.booleans(),
    signals=st.integers(0, 50),
    newest_age=st.none() | st.integers(0, 2000),
    urgent=st.booleans(),
    dollars=st.floats(0, 1e12),
    keywords=st.integers(0, 50),
)


@given(st.lists(buyers, min_size=1, max_size=6))
def test_scores_lie_between_nothing_and_one_and_never_rise_down_the_list(run):
    ranked = rank_buyers(run)
    scores = [score for _, score in ranked]
    assert sorted(at for at, _ in ranked) == list(range(len(run)))
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


@given(buyers, st.integers(1, 50))
def test_more_of_a_factor_never_lowers_the_score(buyer, more):
    most = Maxima(signals=100, dollars=2e12, keywords=100)
    richer = BuyerFactors(
        wanted_type=True,
        signals=buyer.signals + more,
        newest_age=max(0, (buyer.newest_age or 0) - more) if buyer.newest_age is not None else 0,
        urgent=True,
        dollars=buyer.dollars + more,
        keywords=buyer.keywords + more,
    )
    assert six_factor_score(richer, most) >= six_factor_score(buyer, most)
