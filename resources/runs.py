"""The resource `runs`: the runs that this process has in hand, over the store that the settings name.

Here: putting store, engines and settings together, once per process and settings. Not here: what is done with a
run (`dossier/open_runs.py`) and what the parts are (`resources/engines.py`).
"""

from __future__ import annotations

import atexit
from functools import lru_cache

from dossier.open_runs import OpenRuns
from dossier.store.database import Store
from resources.engines import AdapterChoice
from resources.settings import Settings


@lru_cache(maxsize=8)
def open_store(database_url: str) -> Store:
    """Return this process's store at `database_url`, brought up to the newest schema."""
    store = Store.open(database_url)
    store.upgrade()
    atexit.register(store.close)  # the last connection folds the write-ahead log into the file
    return store


@lru_cache(maxsize=8)
def open_runs(settings: Settings) -> OpenRuns:
    """Return the runs of this process under `settings`, always the same object for the same settings."""
    store = open_store(settings.database_url)
    return OpenRuns(store, AdapterChoice(settings, store), settings.home)
