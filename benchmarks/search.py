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
    """Return median and 95th percentile in milliseconds per kind of query, 20 hits each (200 for `broadest`)."""
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
            times = [_ask(search, pattern, kind, number) for number in range(repeats)]
            result[f"{kind}_median_ms"] = round(statistics.median(times), 2)
            result[f"{kind}_p95_ms"] = round(sorted(times)[int(0.95 * repeats)], 2)
        store.close()
        return result


def _ask(search: CorpusSearch, pattern: str, kind: str, number: int) -> float:
    query = pattern.format(name=organisation(number * 7), other=organisation(number * 11 + 3))
    began = time.perf_counter()
    hits = search.search(query, limit=200 if kind == "broadest" else 20)
    assert hits, query
    return (time.perf_counter() - began) * 1000
