"""Dossiers written by a model: calls, tokens and dollars of each, and what we add to the model's own time.

Here: the whole graph with the real SDK against the wire-compatible local server, plain, with the vendor's prompt cache,
and in batches; wall over the longest chain of dependent calls at one second a call; twenty dossiers at once. Not here:
how good the answers are: the server's are simple. Prices are those of the day.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any

from benchmarks.alone import alone, peak_mb
from benchmarks.leads import fill
from benchmarks.places import Place, place
from dossier.store import runs, spending
from dossier.store.options import Wishes, wish
from dossier_assets.launch import run_dossiers
from resources.runs import open_runs
from resources.settings import Settings

# Calls that wait for one another: plan, signals, entity, contacts, enrichment, insight, and the writers.
CHAIN = 7
LATENCY_S = 1.0
MANY = 20


def measure(whole: bool) -> dict[str, Any]:
    """Return the figures of each way, every one from a process of its own."""
    return {
        "plain": alone("benchmarks.model:cost", ttl="off", leads=4, batch=False),
        "prompt_cache": alone("benchmarks.model:cost", ttl="5m", leads=4, batch=False),
        "batches": alone("benchmarks.model:cost", ttl="5m", leads=4, batch=True),
        "overhead": alone("benchmarks.model:overhead", database="sqlite"),
        "many_at_once": alone("benchmarks.model:many_at_once", database="sqlite"),
    }


def cost(ttl: str, leads: int, batch: bool) -> dict[str, Any]:
    """Make a few dossiers without waiting; return what each took."""
    with _served(0.0) as url, place("sqlite") as here, _runs(here, url, leads, ttl, batch) as (settings, run_ids):
        _make(settings, run_ids)
        return _figures(here, run_ids)


def overhead(database: str) -> dict[str, Any]:
    """Make dossiers one by one with a model that thinks a second about each call; the median of five.

    The process has made two before, as one that works through a queue.
    """
    with _served(0.0) as url, place(database) as here, _runs(here, url, 7, "5m", False) as (settings, run_ids):
        for run_id in run_ids[:2]:
            _make(settings, [run_id])
        _think(url, LATENCY_S)
        spent = [_timed(partial(_make, settings, [run_id])) for run_id in run_ids[2:]]
    walls, cpus = zip(*spent, strict=True)
    return {
        "wall_s": round(median(walls), 2),
        "walls_s": [round(wall, 2) for wall in walls],
        "cpu_s": round(median(cpus), 2),
        "chain_s": CHAIN * LATENCY_S,
        "wall_to_chain": round(median(walls) / (CHAIN * LATENCY_S), 3),
    }


def many_at_once(database: str) -> dict[str, Any]:
    """Make twenty dossiers at once under the shared limits, ten calls open at most."""
    with _served(LATENCY_S) as url, place(database) as here, _runs(here, url, MANY, "5m", False) as (settings, run_ids):
        wall, cpu = _timed(lambda: _make(settings, run_ids))
        figures = _figures(here, run_ids)
        calls = figures["calls_each"] * MANY
        return {
            "dossiers": MANY,
            "wall_s": round(wall, 1),
            "cpu_s_each": round(cpu / MANY, 2),
            "least_wall_s_by_ten_open_calls": round(calls * LATENCY_S / 10, 1),
            "peak_mb": peak_mb(),
            **figures,
        }


@contextmanager
def _served(latency: float) -> Iterator[str]:
    """Give the address of a model server in a process of its own."""
    command = [sys.executable, "-m", "dossier.model_server", "--port", "0", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield next(word for word in server.stdout.readline().split() if word.startswith("http"))
        finally:
            server.terminate()


def _think(url: str, seconds: float) -> None:
    """Let the server think so long about each message from now on."""
    told = json.dumps({"latency_s": seconds}).encode()
    urllib.request.urlopen(f"{url}/_script", data=told).close()


@contextmanager
def _runs(here: Place, url: str, count: int, ttl: str, batch: bool) -> Iterator[tuple[Settings, list[str]]]:
    with here.store() as store:
        run_ids = fill(store, count)
        with store.transaction() as session:
            for run_id in run_ids if batch else ():
                wish(session, run_id, Wishes(batch=True))
    settings = Settings(
        home=here.home,
        database_url=here.url,
        provider="anthropic",
        search="corpus",
        anthropic_api_key="benchmark",
        anthropic_base_url=url,
        claude_cache=ttl,
    )
    yield settings, run_ids
    open_runs(settings).store.close()


def _make(settings: Settings, run_ids: list[str]) -> None:
    """Make all dossiers together; those that wait for a batch go on together when it is there."""
    while True:
        run_dossiers(settings, run_ids)
        with open_runs(settings).store.reading() as session:
            views = [runs.get_run(session, run_id) for run_id in run_ids]
        if not any(view.waiting_for for view in views):
            break
        while not open_runs(settings).advance_batches():
            time.sleep(0.05)
    if bad := [view for view in views if (view.status, view.dossier_status) != ("completed", "complete")]:
        raise RuntimeError(f"{bad[0].run_id} is {bad[0].status}, {bad[0].error}: the figures would mean nothing.")


def _figures(here: Place, run_ids: list[str]) -> dict[str, Any]:
    with here.store() as store, store.reading() as session:
        spent = spending.by_model_and_step(session, None, None, 1)
    each = len(run_ids)
    return {
        "calls_each": round(sum(one.calls for one in spent) / each, 1),
        "tokens_in_each": round(sum(one.tokens_in for one in spent) / each),
        "tokens_out_each": round(sum(one.tokens_out for one in spent) / each),
        "usd_each": round(sum(one.usd for one in spent) / each, 4),
    }


def _timed(act: Any) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - wall, time.process_time() - cpu
