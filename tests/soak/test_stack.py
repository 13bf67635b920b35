"""Workers of the real daemon killed, and the daemon with everything: nothing is lost, all goes on by itself."""

import random

import pytest
from kill_fixture import SELLERS, caught_while, differing, faults, prepared, remade
from stack_fixture import Stack, served

from dossier_assets.launch import ASSET_ORDER

ROUNDS = 5  # a short step may pass unseen: another backfill gives another chance
FINAL = {"completed", "failed", "blocked"}


@pytest.fixture
def home(tmp_path, new_url):
    with prepared(tmp_path, new_url(), SELLERS) as home:
        yield home


def all_ended(home):
    return {run["status"] for run in home.seen().runs} <= FINAL


def killed_in(stack: Stack, wanted, kill):
    """Kill in each of the `wanted` assets that is seen before all work has ended; return those that were not."""
    left, before = set(wanted), stack.home.seen()
    while left:
        hit = caught_while(lambda: not all_ended(stack.home), stack.home, sorted(left), kill)
        if hit is None:
            break
        left.remove(hit)
        now = stack.home.seen()
        assert not remade(before, now)
        before = now
    stack.until(lambda: all_ended(stack.home))
    assert not remade(before, stack.home.seen())
    return left


def test_workers_of_single_runs_and_of_backfills_killed_in_every_asset_lose_nothing(home, undisturbed, seed):
    with served(home) as stack:
        single = killed_in(stack, ASSET_ORDER, stack.kill)
        many, run_ids = set(ASSET_ORDER), sorted(run["run_id"] for run in home.seen().runs)
        for _ in range(ROUNDS):
            stack.backfill(run_ids)
            stack.until(lambda: not all_ended(home))
            many = killed_in(stack, many, stack.kill)
            if not many:
                break
        stack.stop()
    assert len(single) < len(ASSET_ORDER) / 2
    assert not many
    assert not faults(home, home.seen(), versions=None)
    assert differing(home, undisturbed) == []


def test_a_host_that_dies_in_the_middle_comes_back_and_finishes(home, undisturbed, seed):
    draw = random.Random(seed)
    stack = Stack(home)
    for asset in draw.sample(ASSET_ORDER, 3):
        stack.start()
        before = home.seen()
        later = ASSET_ORDER[ASSET_ORDER.index(asset) :]
        assert caught_while(lambda: not all_ended(home), home, later, lambda _: stack.kill_all())
        assert not remade(before, home.seen())
    before = home.seen()
    stack.start()
    stack.until(lambda: all_ended(home))
    stack.stop()
    assert not remade(before, home.seen())
    assert not faults(home, home.seen())
    assert differing(home, undisturbed) == []
