"""How many documents an import takes in per second, from JSONL file to searchable row."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import make_documents
from dossier.intake.documents import read_documents
from dossier.store import sources
from dossier.store.database import Store

DOCUMENTS = 4_000


def measure(documents: int = DOCUMENTS) -> dict[str, float]:
    """Return documents per second of a first import and of its repetition."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "documents.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for made in make_documents(documents):
                fields = {"title": made.title, "text": made.text, "url": made.url, "publisher": made.publisher}
                out.write(json.dumps({**fields, "published_at": str(made.published_at)}) + "\n")
        store = Store.open(f"sqlite:///{Path(folder) / 'bench.db'}")
        store.upgrade()
        first, again = _take_in(store, file), _take_in(store, file)
        store.close()
    return {
        "documents": documents,
        "documents_per_s": round(documents / first),
        "documents_per_s_again": round(documents / again),
    }


def _take_in(store: Store, file: Path) -> float:
    began = time.perf_counter()
    for batch in read_documents([file]):
        assert not batch.rejected
        with store.transaction() as session:
            sources.save_documents(session, batch.documents, None)
    return time.perf_counter() - began
