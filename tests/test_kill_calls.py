"""Workers killed while the model works for them, and budgets that several processes draw on at once.

The model server is a process of its own, takes a while for each answer and outlives every worker: what it was asked
twice is what was under way when a worker died. `make soak` kills in every asset, on both databases.
"""

import json
import random
import subprocess
import sys
import time
from functools import partial

import pytest
from kill_fixture import (
    IS_ASKING,
    ROOT,
    ModelProcess,
    caught,
    ended,
    faults,
    finished,
    killed,
    prepared,
    remade,
)
from oracle import overpaid
from sqlalchemy import text
from store_fixture import add_run

from dossier.store.database import Store

pytestmark = pytest.mark.whole
SEED = 7
ASKING = ("signals", "entity_research", "contact_research", "enrichment", "insight", "sections")
SPENDERS = 4
LATENCY = 0.2
CALLS_AT_ONCE = 10


def test_a_worker_killed_in_paid_calls_goes_on_there_and_pays_for_nothing_else_again(tmp_path):
    draw = random.Random(SEED)
    with ModelProcess(LATENCY) as model, prepared(tmp_path / "home", most=1, **model.variables) as home:
        worker = home.run()
        hit = caught(home, worker, [draw.choice(ASKING)], partial(died_asking, worker), IS_ASKING)
        before = home.seen()
        ended(home.run())
        after = home.seen()
        assert hit
        assert finished(before)
        assert not remade(before, after)
        assert not faults(home, after)
        served = model.served
        assert overpaid(after, served, kills=CALLS_AT_ONCE) == []
        assert {row["status"] for row in served} == {200}
        lost = [row for row in after.calls if row["state"] == "unknown"]
        assert lost, "no worker died in a call"
        assert {row["cost"] > 0 for row in lost} == {True}


def died_asking(worker, _):
    """Let a call that was held a moment ago arrive, and its answer wait for a store that takes nothing; then kill."""
    time.sleep(2 * LATENCY)
    killed(worker)


def test_four_processes_never_pass_one_budget_and_use_nearly_all_of_it(postgres_url):
    spent, cap = spend_together(postgres_url)
    assert 0.9 * cap <= spent <= cap


def spend_together(url):
    """Let four processes ask until the budget refuses them; return what the ledger says then, and the cap."""
    store = Store.open(url)
    store.upgrade()
    run_ids = [add_run(store, f"Lead {n}", f"lead{n}.example") for n in range(SPENDERS)]
    with ModelProcess(0.01) as model:
        model.always("text", text="x" * 3_960)  # nearly all that may be answered, so that little is held in vain
        words = [sys.executable, str(ROOT / "tests" / "spender.py"), url, model.url]
        workers = [
            subprocess.Popen([*words, run_id], cwd=ROOT, stdout=subprocess.PIPE, text=True) for run_id in run_ids
        ]
        ends = [json.loads(worker.communicate(timeout=120)[0].splitlines()[-1]) for worker in workers]
        bills = {row["body_key"] for row in model.served if row["usage"]}
    with store.reading() as session:
        rows = session.execute(text("SELECT * FROM oracle_calls")).mappings().all()
    store.close()
    assert {end["end"] for end in ends} <= {"BudgetReached", "BudgetExceeded"}
    [cap] = {end["cap"] for end in ends}
    assert {row["key"] for row in rows if row["state"] == "answered"} == bills
    assert {row["held"] for row in rows} == {0}
    return sum(row["cost"] for row in rows), cap
