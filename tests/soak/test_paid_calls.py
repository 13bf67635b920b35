"""Workers killed in paid calls of every asset that asks, and many leads under one cap with kills, on both databases."""

import random
import time
from contextlib import suppress
from functools import partial

import psutil
import pytest
from kill_fixture import (
    CLIENT,
    IS_ASKING,
    PATIENCE,
    SELLERS,
    ModelProcess,
    caught,
    comparable,
    differing,
    dossiers,
    ended,
    faults,
    killed,
    prepared,
    remade,
)
from oracle import overpaid, violations
from test_kill_calls import CALLS_AT_ONCE, LATENCY, died_asking, spend_together

from dossier_assets.definitions import ASSET_ORDER

CHAINS = 2  # a call that is settled at once may pass unseen
KILLS = 2  # of one dossier
CAP_USD = 0.25


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The dossiers of one lead that nobody disturbed, by run, and the assets that asked for it."""
    with ModelProcess(0.0) as model, prepared(tmp_path_factory.mktemp("calm"), most=1, **model.variables) as home:
        ended(home.run())
        seen = home.seen()
        asked = {row["step"] for row in seen.calls}
        assets = {row["asset"] for row in seen.step_runs if row["step"] in asked}
        return {run: comparable(made) for run, made in dossiers(home).items()}, assets


def test_a_worker_killed_in_a_paid_call_of_each_asset_in_turn_pays_for_nothing_else_again(
    tmp_path, new_url, written, seed
):
    expected, assets = written
    wanted = [asset for asset in ASSET_ORDER if asset in assets]
    random.Random(seed).shuffle(wanted)
    for number in range(CHAINS * len(wanted)):
        folder = tmp_path / str(number)
        with ModelProcess(LATENCY) as model, prepared(folder, new_url(), most=1, **model.variables) as home:
            hit = killed_asking(home, wanted[:KILLS])
            before = home.seen()
            ended(home.run())
            after = home.seen()
            assert not remade(before, after)
            assert not faults(home, after)
            assert overpaid(after, model.served, kills=CALLS_AT_ONCE * len(hit)) == []
            assert differing(home, expected) == []
        wanted = [asset for asset in wanted if asset not in hit]
        if not wanted:
            break
    assert not wanted, "no worker was seen asking in these"


def killed_asking(home, assets):
    """Kill a worker in a paid call of each of the assets, in their order in the graph; return where it was seen."""
    hit = []
    for asset in sorted(assets, key=ASSET_ORDER.index):
        worker, before = home.run(), home.seen()
        hit.append(caught(home, worker, [asset], partial(died_asking, worker), IS_ASKING))
        assert hit[-1] or worker.wait(PATIENCE) == 0
        assert not remade(before, home.seen())
    return hit


def test_many_leads_under_one_cap_with_two_kills_stay_below_it(tmp_path, new_url, seed):
    draw = random.Random(seed)
    with ModelProcess(LATENCY) as model:
        variables = model.variables | {"DOSSIER_BUDGET_USD_DAY": str(CAP_USD)}
        with prepared(tmp_path / "home", new_url(), sellers=SELLERS, **variables) as home:
            for _ in range(2):
                worker = home.run()
                caught(home, worker, ASSET_ORDER, lambda _: None, IS_ASKING)
                time.sleep(draw.uniform(0, 2))  # where this falls is chance: the cap has to hold anywhere
                with suppress(psutil.NoSuchProcess):  # it may have come to its end meanwhile
                    killed(worker)
            home.run().communicate()
            after = home.seen()
        assert violations(after, quiet=True) == []
        assert overpaid(after, model.served, kills=2 * CALLS_AT_ONCE) == []
        assert sum(row["cost"] + row["held"] for row in after.calls) <= CAP_USD * 1e9
        left = {run["status"] for run in after.runs}
        assert left <= {"completed", "skipped"}
        assert all(run["last_error"] for run in after.runs if run["status"] == "skipped")
        assert CLIENT in {row["tenant_id"] for row in after.calls}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_four_processes_share_one_budget_on_either_database(request, tmp_path, database):
    url = f"sqlite:///{tmp_path / 'shared.db'}" if database == "sqlite" else request.getfixturevalue("postgres_url")
    spent, cap = spend_together(url)
    assert 0.9 * cap <= spent <= cap
