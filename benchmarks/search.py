"""How long a corpus query takes, snippets included, by the number of documents."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks.alone import alone
from benchmarks.corpus import make_documents, organisation
from benchmarks.places import DATABASES, place
from dossier.models import Client, ClientConfig
from dossier.store import clients, sources
from resources.corpus_search import CorpusSearch

QUICK = (20_000,)
WHOLE = (20_000, 100_000)
BATCH = 2_000
REPEATS = 40
QUERIES = {
    "phrase": '"{name}" expansion plant investment 2026',
    "names": '"{name}" OR "{other}" data center new facility',
    "broadest": '"{name}"',
    "words": "new plant announced data center investment",
}


def measure(whole: bool) -> dict[str, Any]:
    """Return the figures of each number of documents on each database."""
    return {
        database: {
            str(count): alone("benchmarks.search:queries", database=database, count=count)
            for count in (WHOLE if whole else QUICK)
        }
        for database in DATABASES
    }


def queries(database: str, count: int) -> dict[str, float]:
    """Return wall (median, 95th percentile) and CPU (median) of this process in milliseconds per kind of query.

    20 hits each, 200 for `broadest`.
    """
    result: dict[str, float] = {}
    with place(database) as here, here.store() as store:
        with store.transaction() as session:
            client = Client(slug="bench", name="Bench", config=ClientConfig(client={"name": "Bench"}))
            clients.save_client(session, client)
        made = make_documents(count)
        for first in range(0, count, BATCH):
            with store.transaction() as session:
                sources.save_documents(session, made[first : first + BATCH], None)
        search = CorpusSearch(store, "bench")
        for kind, pattern in QUERIES.items():
            asked = [_ask(search, pattern, kind, number) for number in range(REPEATS)]
            wall = sorted(wall for wall, _ in asked)
            result[f"{kind}_median_ms"] = round(statistics.median(wall), 2)
            result[f"{kind}_p95_ms"] = round(wall[int(0.95 * REPEATS)], 2)
            result[f"{kind}_cpu_ms"] = round(statistics.median(cpu for _, cpu in asked), 2)
    return result


def _ask(search: CorpusSearch, pattern: str, kind: str, number: int) -> tuple[float, float]:
    query = pattern.format(name=organisation(number * 7), other=organisation(number * 11 + 3))
    wall, cpu = time.perf_counter(), time.thread_time()
    hits = search.search(query, limit=200 if kind == "broadest" else 20)
    if not hits:
        raise RuntimeError(f"Nothing found for {query!r}: the figures would mean nothing.")
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000
