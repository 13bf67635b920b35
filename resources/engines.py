"""Which engine, search and library stand behind the ports of a run, by the settings of this process.

Here: the choice and its errors; each part is built once per process, when a run first needs it. Not here: the
parts themselves, which are adapters beside this module or the extractive engine in `dossier/extractive/`.
"""

from __future__ import annotations

from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from dossier.errors import BadInput

if TYPE_CHECKING:
    from dossier.ports import Library, Llm, WebSearch
    from dossier.store.database import Store
    from resources.settings import Settings

PROVIDERS = ("extractive",)
SEARCHES = ("corpus",)


def provider_of(settings: Settings, wanted: str | None = None) -> str:
    """Return the engine that writes: `wanted` by the run, else by the settings; `auto` is `extractive` here.

    Raises BadInput for an engine that this version does not have.
    """
    return _choice("engine", wanted or settings.provider, PROVIDERS, "DOSSIER_PROVIDER")


def search_of(settings: Settings) -> str:
    """Return where searches go; `auto` is the imported corpus. Raises BadInput for a search not had yet."""
    return _choice("search", settings.search, SEARCHES, "DOSSIER_SEARCH")


class AdapterChoice:
    """The ports of this process over one store. Safe to share between threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._lock = Lock()
        self._extractive: Llm | None = None

    def llm(self, provider: str | None) -> Llm:
        """Return the engine of a run. Raises BadInput if this version does not have it."""
        provider_of(self._settings, provider)
        with self._lock:
            if self._extractive is None:
                self._extractive = _extractive(self._store)
            return self._extractive

    def search(self, client_slug: str, reference_date: date) -> WebSearch:
        """Return the search over the imported documents that this client may see."""
        from resources.corpus_search import CorpusSearch

        search_of(self._settings)
        return CorpusSearch(self._store, client_slug)

    def library(self, client_slug: str) -> Library:
        """Return the stored source texts that this client may see."""
        from resources.corpus_search import StoredLibrary

        return StoredLibrary(self._store, client_slug)


def _extractive(store: Store) -> Llm:
    from dossier.extractive.engine import ExtractiveLlm
    from dossier.store.parses import StoredParses
    from resources.spacy_language import WEIGHTS_SHA256, SpacyLanguage

    return ExtractiveLlm(SpacyLanguage(StoredParses(store, WEIGHTS_SHA256)))


def _choice(role: str, wanted: str, known: tuple[str, ...], variable: str) -> str:
    if wanted == "auto":
        return known[0]
    if wanted not in known:
        raise BadInput(
            f"There is no {role} {wanted!r} in this version.",
            f"It has: {', '.join(known)}.",
            f"Choose one of these, or unset {variable}.",
        )
    return wanted
