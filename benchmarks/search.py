"""How long a corpus query takes at 20,000 documents, snippets included."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import make_documents, organisation
from dossier.models import Client, ClientConfig
from dossier.store import clients, sources
from dossier.store.database import Store
from resources.corpus_search import CorpusSearch

DOCUMENTS = 20_000
QUERIES = {
    "phrase": '"{name}" expansion plant investment 2026',
    "names": '"{name}" OR "{other}" data center new facility',
    "broadest": '"{name}"',
    "words": "new plant announced data center investment",
}


def measure(documents: int = DOCUMENTS, repeats: int = 40) -> dict[str, float]:
    """Return wall (median, 95th percentile) and CPU (median) in milliseconds per kind of query.

    20 hits each, 200 for `broadest`.
    """
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'bench.db'}")
        store.upgrade()
        with store.transaction() as session:
            client = Client(slug="bench", name="Bench", config=ClientConfig(client={"name": "Bench"}))
            clients.save_client(session, client)
            sources.save_documents(session, make_documents(documents), None)
        search = CorpusSearch(store, "bench")
        result: dict[str, float] = {"documents": documents}
        for kind, pattern in QUERIES.items():
            asked = [_ask(search, pattern, kind, number) for number in range(repeats)]
            wall = sorted(wall for wall, _ in asked)
            result[f"{kind}_median_ms"] = round(statistics.median(wall), 2)
            result[f"{kind}_p95_ms"] = round(wall[int(0.95 * repeats)], 2)
            result[f"{kind}_cpu_ms"] = round(statistics.median(cpu for _, cpu in asked), 2)
        store.close()
        return result


def _ask(search: CorpusSearch, pattern: str, kind: str, number: int) -> tuple[float, float]:
    query = pattern.format(name=organisation(number * 7), other=organisation(number * 11 + 3))
    wall, cpu = time.perf_counter(), time.thread_time()
    hits = search.search(query, limit=200 if kind == "broadest" else 20)
    if not hits:
        raise RuntimeError(f"Nothing found for {query!r}: the figures would mean nothing.")
    return (time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000
