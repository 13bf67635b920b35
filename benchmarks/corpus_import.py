"""How many documents an import takes in per second, from JSONL file to searchable row."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from benchmarks.alone import alone
from benchmarks.corpus import make_documents
from benchmarks.places import DATABASES, place
from dossier.intake.documents import read_documents
from dossier.store import sources
from dossier.store.database import Store

DOCUMENTS = 4_000


def measure(whole: bool) -> dict[str, Any]:
    """Return documents per second of a first import and of its repetition, on each database."""
    return {database: alone("benchmarks.corpus_import:rate", database=database) for database in DATABASES}


def rate(database: str) -> dict[str, int]:
    """Import one file twice."""
    with place(database) as here, here.store() as store:
        file = here.home / "documents.jsonl"
        with file.open("w", encoding="utf-8") as out:
            for made in make_documents(DOCUMENTS):
                fields = {"title": made.title, "text": made.text, "url": made.url, "publisher": made.publisher}
                out.write(json.dumps({**fields, "published_at": str(made.published_at)}) + "\n")
        first, again = _take_in(store, file), _take_in(store, file)
    return {
        "documents": DOCUMENTS,
        "documents_per_s": round(DOCUMENTS / first),
        "documents_per_s_again": round(DOCUMENTS / again),
    }


def _take_in(store: Store, file: Path) -> float:
    began = time.perf_counter()
    for batch in read_documents([file]):
        if batch.rejected:
            raise RuntimeError(f"{batch.rejected[0]}: the figures would mean nothing.")
        with store.transaction() as session:
            sources.save_documents(session, batch.documents, None)
    return time.perf_counter() - began
