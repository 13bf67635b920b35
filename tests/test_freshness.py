"""How fast news go stale: half-lives by kind, a client's own, and the two ages that flag and forbid."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dossier.evidence.freshness import (
    DEFAULT_DAYS,
    HALF_LIVES,
    age_of,
    freshness,
    half_life,
    is_old,
    kind_of,
    may_open,
    unknown_names,
)
from dossier.intake.client_remarks import remarks
from dossier.models import Client, ClientConfig, IcpConfig

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "clients.md"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("EPCM_AWARD", "EPCM_AWARD"),
        ("hiring", "HIRING"),
        ("new_plant_announced", "EXPANSION"),
        ("plant_closure_notice", "LAYOFF"),
        ("federal_award_for_facility", "EPCM_AWARD"),
        ("rfp released", "PROCUREMENT"),
        ("website-visit", "INTENT"),
        ("something_else", "default"),
    ],
)
def test_the_words_of_a_name_tell_the_kind(name, kind):
    assert kind_of(name) == kind
    assert half_life(name) == HALF_LIVES.get(kind, DEFAULT_DAYS)


@pytest.mark.parametrize(
    ("own", "days"),
    [
        ({"New-Plant announced": 240, "EXPANSION": 30, "default": 5}, 240),
        ({"EXPANSION": 30, "default": 5}, 30),
        ({"default": 5}, 5),
        ({"HIRING": 5}, HALF_LIVES["EXPANSION"]),
    ],
)
def test_the_clients_own_half_lives_come_first(own, days):
    assert half_life("new_plant_announced", own) == days


def test_news_lose_half_of_their_worth_in_each_half_life():
    assert [freshness(age, 30) for age in (-5, 0, 30, 60)] == [1, 1, 0.5, 0.25]
    assert freshness(None, 30) == 0


@given(st.integers(-400, 4000), st.integers(0, 400), st.floats(1, 1000))
def test_older_news_are_never_worth_more(age, more, days):
    assert 0 <= freshness(age + more, days) <= freshness(age, days) <= 1


def test_an_age_counts_from_the_event_else_from_the_last_report():
    reference = date(2026, 6, 30)
    reports = [date(2026, 1, 1), date(2026, 6, 20)]
    assert age_of(date(2026, 6, 1), reports, reference) == 29
    assert age_of(None, reports, reference) == 10
    assert age_of(None, [], reference) is None
    assert age_of(date(2026, 7, 1), [], reference) == -1


def test_over_six_months_is_old_and_over_twelve_never_opens():
    assert [is_old(age) for age in (None, -3, 183, 184)] == [False, False, False, True]
    assert [may_open(age) for age in (None, -1, 0, 365, 366)] == [False, False, True, True, False]


@pytest.mark.parametrize("days", [0, -1, float("inf"), float("nan"), "soon"])
def test_a_half_life_that_is_no_number_of_days_is_refused(days):
    with pytest.raises(ValidationError, match="half_life_days"):
        IcpConfig.model_validate({"half_life_days": {"default": days}})


def test_a_half_life_of_no_signal_is_told_at_the_import():
    profile = {"signals": [{"name": "new_plant_announced"}], "half_life_days": {"new_plant_anounced": 5, "zzz": 1}}
    client = Client(slug="a", name="A", config=ClientConfig.model_validate({"client": {}, "icp_config": profile}))
    assert unknown_names(profile["half_life_days"], ["new_plant_announced"]) == ["new_plant_anounced", "zzz"]
    typo, other = [said for said in remarks(client) if "half_life_days" in said]
    assert "Did you mean new_plant_announced?" in typo
    assert "EXPANSION" in other


def test_the_guide_lists_the_half_lives_that_hold():
    rows = re.findall(r"^\| (\d+) \| ([A-Z_a-z, ]+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    stated = {kind: float(days) for days, kinds in rows for kind in kinds.split(", ")}
    assert stated == {**HALF_LIVES, "default": DEFAULT_DAYS}
