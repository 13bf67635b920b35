"""Workers killed in paid calls of every asset that asks, and many leads under one cap with kills, on both databases."""

import random
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import psutil
import pytest
from kill_fixture import (
    CLIENT,
    IS_ASKING,
    IS_BEGUN,
    PATIENCE,
    SELLERS,
    Home,
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
from sqlalchemy import text
from test_kill_calls import CALLS_AT_ONCE, LATENCY, died_asking, spend_together

from benchmarks.leads import fill
from dossier.store import clients
from dossier.store.budgets import USD, Budgets, scopes
from dossier.store.columns import iso
from dossier_assets.definitions import ASSET_ORDER

CHAINS = 2  # a call that is settled at once may pass unseen
KILLS = 2  # of one dossier
CAP_USD = 0.25
LEADS, TWENTY = 20, "sample-steel-builders"
CHARS = 7_900  # some 2,000 tokens
CAP = 10_000_000  # nano-dollars: ten answers of so many tokens by the cheapest model
PLACE = "America/New_York"


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


def test_a_cap_of_ten_calls_for_twenty_leads_with_two_kills(tmp_path, new_url, seed):
    """Every answer costs at least a tenth of the cap, so that at most ten can be paid, whoever dies meanwhile."""
    with ModelProcess(LATENCY) as model:
        model.always("text", text="x" * CHARS)
        home = Home(tmp_path, new_url() or f"sqlite:///{tmp_path / 'dossier.db'}", variables=model.variables)
        with home.store() as store:
            store.upgrade()
            fill(store, LEADS)
            with store.transaction() as session:
                capped(session)
        hit = []
        for where in (IS_ASKING, IS_BEGUN):
            worker = home.run()
            hit.append(caught(home, worker, ASSET_ORDER, partial(died_asking, worker), where))
            assert hit[-1] or worker.communicate()
        home.run().communicate()
        after, bills = home.seen(), [row for row in model.served if row["usage"]]
    assert hit[0], "no worker was seen asking"
    assert violations(after, quiet=True) == []
    assert overpaid(after, bills, kills=2 * CALLS_AT_ONCE, caps={after.calls[0]["tenant_id"]: CAP}) == []
    answered = [row["cost"] for row in after.calls if row["state"] == "answered"]
    assert 10 * min(answered) >= CAP, "the cap has room for more than ten"
    assert 0 < len(bills) <= 10
    assert len(after.runs) == LEADS
    begun = {row["run_id"] for row in after.calls if row["state"] in ("answered", "unknown")}
    made = dossiers(home)
    for run in after.runs:
        if run["run_id"] in begun:
            assert (run["status"], made[run["run_id"]]["status"]) == ("completed", "partial")
            assert "The budget is reached: client, this week" in " ".join(made[run["run_id"]]["gaps"])
        else:
            assert run["status"] == "skipped"
            assert "The budget is reached: client, this week" in run["last_error"]
    assert {run["status"] for run in after.runs} == {"completed", "skipped"}
    assert spent_in_the_week_of(home, "just before it began") == 0
    assert spent_in_the_week_of(home, "as it began") == sum(row["cost"] for row in after.calls)


def capped(session):
    """Give the client a budget for its week, which begins at midnight on Monday where it is."""
    client = clients.get_client(session, TWENTY)
    more = {"budgets": {"week_usd": CAP / USD}, "timezone": PLACE}
    clients.save_client(session, client.model_copy(update={"config": client.config.model_copy(update=more)}))


def spent_in_the_week_of(home, moment):
    """What counts in the client's week if all its calls were made at this moment of its own Monday."""
    today = datetime.now(ZoneInfo(PLACE)).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    at = monday if moment == "as it began" else monday - timedelta(seconds=1)
    with home.store() as store, store.transaction() as session:
        session.execute(text("UPDATE v2_llm_calls SET created_at = :at"), {"at": iso(at.astimezone(UTC))})
        client = clients.get_client(session, TWENTY)
        found = scopes(session, Budgets.of(client.config.model_dump()), clients.client_row(session, TWENTY).id, None)
    [week] = [one for one in found if one.name == "client, this week"]
    assert week.cap == CAP
    return week.spent


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_four_processes_share_one_budget_on_either_database(request, tmp_path, database):
    url = f"sqlite:///{tmp_path / 'shared.db'}" if database == "sqlite" else request.getfixturevalue("postgres_url")
    spent, cap = spend_together(url)
    assert 0.9 * cap <= spent <= cap
