"""Which engine, search and library stand behind the ports of a run, by the settings of this process.

Here: the choice and its errors; each part is built once per process, when a run first needs it. Not here: the
parts themselves, which are adapters beside this module or the extractive engine in `dossier/extractive/`.
"""

from __future__ import annotations

from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from dossier.errors import BadInput

if TYPE_CHECKING:
    from dossier.ports import Library, Llm, WebSearch
    from dossier.store.budgets import Budgets
    from dossier.store.database import Store
    from dossier.store.errands import Errand
    from dossier.store.taking import TakenRun
    from resources.claude import Calls, Claude, ClaudeSettings
    from resources.settings import Settings
    from resources.vendor_queries import Vendor

PROVIDERS = ("extractive", "anthropic")
SEARCHES = ("corpus", "exa", "tavily", "brave", "serpapi", "anthropic")


def provider_of(settings: Settings, wanted: str | None = None) -> str:
    """Return the engine that writes: `wanted` by the run, else by the settings; `auto` is Claude where a key is set.

    Raises BadInput for an engine that there is not, and for Claude without a key.
    """
    chosen = _choice("engine", wanted or settings.provider, PROVIDERS, "DOSSIER_PROVIDER", auto=_auto(settings))
    if chosen == "anthropic" and settings.claude_via == "api" and not settings.anthropic_api_key:
        raise BadInput(
            "ANTHROPIC_API_KEY is not set.",
            "The provider anthropic needs a key.",
            "Set it, or choose the engine that needs none: --provider extractive, DOSSIER_PROVIDER=extractive.",
        )
    return chosen


def _auto(settings: Settings) -> str:
    return "anthropic" if settings.anthropic_api_key else "extractive"


def search_of(settings: Settings) -> str:
    """Return where searches go; `auto` is the imported corpus. Raises BadInput for a search not had yet."""
    return _choice("search", settings.search, SEARCHES, "DOSSIER_SEARCH", auto="corpus")


def check_search(settings: Settings) -> None:
    """Raise BadInput where a search, or a register beside it, could not be asked because its key is not set."""
    chosen = search_of(settings)
    if chosen == "anthropic":
        provider_of(settings, chosen)
    if chosen == "corpus" and not settings.registers:
        return
    from resources.searches import SearchSettings

    keys = SearchSettings(registers=settings.registers)
    for name in (chosen, *keys.register_names):
        if f"{name}_api_key" in SearchSettings.model_fields and keys.key(name) is None:
            raise BadInput(
                f"{name.upper()}_API_KEY is not set.",
                f"The search {name} needs a key.",
                "Set it, or search the imported documents: DOSSIER_SEARCH=corpus, DOSSIER_REGISTERS unset.",
            )


class AdapterChoice:
    """The ports of this process over one store. Safe to share between threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._lock = Lock()
        self._extractive: Llm | None = None
        self._claude: Claude | None = None

    def llm(self, run: TakenRun | Errand) -> Llm:
        """Return the engine of a run, or of an errand outside any run. Raises BadInput if it cannot be had."""
        if provider_of(self._settings, run.provider) == "anthropic":
            from resources.claude import ClaudeLlm

            return ClaudeLlm(self._calls(run))
        with self._lock:
            if self._extractive is None:
                self._extractive = _extractive(self._store)
            return self._extractive

    def advance_batches(self) -> int:
        """Make, poll and collect batches of calls; return how many runs may go on."""
        from resources.claude_batches import advance

        provider_of(self._settings, "anthropic")
        return advance(self._claude_client())

    def _calls(self, run: TakenRun | Errand) -> Calls:
        """Return the calls of a run, over the one client of this process."""
        from dossier.store.calls import CallBook
        from resources.claude import Calls

        return Calls(self._claude_client(), CallBook(self._store, run, budgets_of(self._settings, run)))

    def _claude_client(self) -> Claude:
        from resources.claude import Claude

        with self._lock:
            if self._claude is None:
                self._claude = Claude(claude_settings(self._settings), self._store)
            return self._claude

    def search(self, run: TakenRun) -> WebSearch:
        """Return the search of a run: over the imported documents that its client may see, or over the web."""
        from resources.searches import SearchSettings, make_search

        chosen = search_of(self._settings)
        others = {"anthropic": lambda: self._claude_search(run)}
        keys = SearchSettings(registers=self._settings.registers)
        given = (chosen, self._store, run.client, run.reference_date)
        return make_search(*given, settings=keys, others=others, paid=partial(self._paid, run))

    def _paid(self, run: TakenRun, vendor: Vendor) -> Vendor:
        """Return the vendor with its price, which counts against the budgets of the run."""
        from dossier.store.calls import CallBook
        from resources.paid_search import PaidVendor, price_of

        budgets = budgets_of(self._settings, run)
        price = price_of(vendor.name, self._settings.search_usd, budgets)
        return PaidVendor(vendor, CallBook(self._store, run, budgets), price)

    def _claude_search(self, run: TakenRun) -> WebSearch:
        from resources.claude_search import ClaudeSearch
        from resources.searches import over

        return over(ClaudeSearch(self._calls(run)), self._store, run.client, run.reference_date)

    def library(self, client_slug: str) -> Library:
        """Return the stored source texts that this client may see."""
        from resources.corpus_search import StoredLibrary

        return StoredLibrary(self._store, client_slug)


def claude_settings(settings: Settings) -> ClaudeSettings:
    """Return how Claude is reached by `settings`."""
    from resources.claude import ClaudeSettings

    return ClaudeSettings(
        api_key=settings.anthropic_api_key,
        base_url=settings.anthropic_base_url,
        fast=settings.model_fast,
        smart=settings.model_smart,
        via=settings.claude_via,
        cache_ttl=settings.claude_cache,
    )


def budgets_of(settings: Settings, run: TakenRun | Errand) -> Budgets:
    """Return the budgets of a run: its own wish before that of the environment, beside its client's."""
    from dossier.store.budgets import Budgets

    wished = run.options.get("budget_usd")
    return Budgets.of(
        run.config["client"]["config"],
        run=settings.budget_usd_run if wished is None else wished,
        day=settings.budget_usd_day,
        week=settings.budget_usd_week,
    )


def _extractive(store: Store) -> Llm:
    from dossier.extractive.engine import ExtractiveLlm
    from dossier.store.parses import StoredParses
    from resources.spacy_language import WEIGHTS_SHA256, SpacyLanguage

    return ExtractiveLlm(SpacyLanguage(StoredParses(store, WEIGHTS_SHA256)))


def _choice(role: str, wanted: str, known: tuple[str, ...], variable: str, auto: str) -> str:
    if wanted == "auto":
        return auto
    if wanted not in known:
        raise BadInput(
            f"There is no {role} {wanted!r} in this version.",
            f"It has: {', '.join(known)}.",
            f"Choose one of these, or unset {variable}.",
        )
    return wanted
