"""The command line killed in every asset in turn and at any moment, with one lead and many, on both databases.

A worker that oversleeps its lease, and two workers at once, are here too.
"""

import os
import random
import signal
import time
from functools import partial

import pytest
from kill_fixture import (
    caught,
    differing,
    dossiers,
    ended,
    faults,
    finished,
    killed,
    let_leases_pass,
    prepared,
    remade,
)

from dossier_assets.definitions import ASSET_ORDER, OPS

CHAINS = 6  # a short step may pass unseen: the next chain looks for what the ones before did not catch
KILLS_AT_ANY_MOMENT = 2
# The order in which Dagster makes them: of two that need the same, context_packs comes before enrichment.
AS_MADE = """
    search_queries sources signals entity_research contact_research context_packs enrichment claims merged_claims score
    dossier_plan insight contacts outreach sections fact_check dossier delivery
""".split()
SIDE_BY_SIDE = {made.name for branches in OPS.values() if len(branches) > 1 for chain in branches for made in chain}


@pytest.mark.parametrize("most", [None, 1], ids=["many", "one"])
def test_a_worker_killed_in_each_asset_in_turn_loses_nothing(tmp_path, new_url, undisturbed, most, seed):
    draw, wanted = random.Random(seed), list(AS_MADE)
    assert sorted(wanted) == sorted(ASSET_ORDER)
    for number in range(CHAINS):
        with prepared(tmp_path / str(number), new_url(), most=most) as home:
            hit = killed_in_turn(home, one_of_side_by_side(wanted), draw)
            wanted = [asset for asset in wanted if asset not in hit]
            after = home.seen()
            assert not faults(home, after)
            assert len(dossiers(home)) == len(after.runs)
            assert differing(home, undisturbed) == []
        if not wanted:
            break
    assert not wanted, "no worker was seen in these"


def one_of_side_by_side(wanted):
    """The wanted assets, of those that are made at the same time only the first: three deaths in one step block it."""
    beside = [asset for asset in wanted if asset in SIDE_BY_SIDE]
    return [asset for asset in wanted if asset not in beside[1:]]


def killed_in_turn(home, wanted, draw):
    """Kill a worker in each of the wanted assets, or in the first one after it that is seen; return where."""
    hit = []
    for asset in wanted:
        worker, before = home.run(), home.seen()
        spared = [one for one in from_here(asset) if hit.count(one) < 2]  # three deaths in one step block it
        hit.append(caught(home, worker, spared, partial(kill, worker, draw.uniform(0, 0.05))) if spared else None)
        assert hit[-1] or ended(worker)
        assert not remade(before, home.seen())
    before = home.seen()
    ended(home.run())
    assert not remade(before, home.seen())
    return hit


def from_here(asset):
    """The asset and all that are made after it, without those that are made at the same time."""
    later = AS_MADE[AS_MADE.index(asset) :]
    return [one for one in later if one == asset or not {one, asset} <= SIDE_BY_SIDE]


def kill(worker, pause, _):
    time.sleep(pause)  # so that some die with their work done and not yet stored
    killed(worker)


def test_workers_killed_at_any_moment_lose_nothing(home, undisturbed, seed):
    draw = random.Random(seed)
    for _ in range(KILLS_AT_ANY_MOMENT):
        worker, before = home.run(), home.seen()
        caught(home, worker, ASSET_ORDER, lambda _: None)
        time.sleep(draw.uniform(0, 4))  # where this falls is chance: everything has to hold anywhere
        killed(worker)
        assert not remade(before, home.seen())
    before = home.seen()
    ended(home.run())
    after = home.seen()
    assert not remade(before, after)
    assert not faults(home, after)
    assert differing(home, undisturbed) == []


def test_a_worker_that_sleeps_past_its_lease_in_each_asset_changes_nothing(tmp_path, new_url, undisturbed, seed):
    for asset in random.Random(seed).sample(ASSET_ORDER, 4):
        with prepared(tmp_path / asset, new_url()) as home:
            late = home.run()
            assert caught(home, late, from_here(asset), lambda pid: os.kill(pid, signal.SIGSTOP))
            let_leases_pass(home)
            ended(home.run())
            before = home.seen()
            os.kill(late.pid, signal.SIGCONT)
            ended(late)
            after = home.seen()
            assert (after.artifacts, after.step_runs, after.runs) == (before.artifacts, before.step_runs, before.runs)
            assert not faults(home, after)
            assert differing(home, undisturbed) == []


def test_two_workers_at_once_make_each_run_once(home, undisturbed, seed):
    workers = [home.run() for _ in range(2)]
    for worker in workers:
        ended(worker)
    after = home.seen()
    assert {run["attempt"] for run in after.runs} == {1}
    assert {attempt for _, attempt in finished(after).values()} == {1}
    assert not faults(home, after)
    assert differing(home, undisturbed) == []
