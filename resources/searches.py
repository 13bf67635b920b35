"""Which search a run uses: the imported corpus or a vendor of searches, and the public registers beside it.

Here: the choice, the variables of keys, and joining registers to a search. Not here: how each is asked. Keys are
asked for when a search is made, so that a run without searches needs none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dossier.errors import BadVariable, Retryable
from dossier.logging import get_logger
from dossier.models import SearchHit
from dossier.ports import WebSearch
from dossier.store.columns import now_utc
from dossier.store.database import Store
from resources.brave import Brave
from resources.corpus_search import CorpusSearch
from resources.edgar import Edgar
from resources.exa import Exa
from resources.fetch import Fetcher
from resources.sam import Sam
from resources.serpapi import SerpApi
from resources.tavily import Tavily
from resources.usaspending import UsaSpending
from resources.vendor_http import DIRECT, Wire
from resources.vendor_queries import Vendor
from resources.web_sources import VendorSearch

VENDORS = ("exa", "tavily", "brave", "serpapi")
REGISTERS = ("edgar", "usaspending", "sam")
REGISTER_HITS = 10  # of each register, for each search
_KEYED: Mapping[str, Callable[..., Vendor]] = {
    "exa": Exa,
    "tavily": Tavily,
    "brave": Brave,
    "serpapi": SerpApi,
    "sam": Sam,
}
log = get_logger(__name__)


class SearchSettings(BaseSettings):
    """Keys, registers and the contact, from the environment. Raises BadVariable that names the one at fault."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )
    exa_api_key: SecretStr | None = None
    tavily_api_key: SecretStr | None = None
    brave_api_key: SecretStr | None = None
    serpapi_api_key: SecretStr | None = None
    sam_api_key: SecretStr | None = None
    contact: str | None = Field(default=None, validation_alias="DOSSIER_CONTACT", pattern=r"^[ -~]{3,200}$")
    registers: str = Field(default="", validation_alias="DOSSIER_REGISTERS")

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            faults = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)]
            raise BadVariable(
                "A variable has a value it cannot have.", "; ".join(faults), "Correct or unset it; see .env.example."
            ) from None

    @field_validator("registers")
    @classmethod
    def _are_known(cls, given: str) -> str:
        if unknown := [name for name in _names(given) if name not in REGISTERS]:
            raise ValueError(f"there is no register {unknown[0][:40]!r}; there are {', '.join(REGISTERS)}")
        return given

    @property
    def register_names(self) -> list[str]:
        """The registers that are asked beside the search, in their order."""
        return _names(self.registers)

    def key(self, vendor: str) -> str | None:
        """Return the key of a vendor or register, None if it is not set."""
        secret: SecretStr | None = getattr(self, f"{vendor}_api_key")
        return secret.get_secret_value().strip() or None if secret else None


@dataclass(frozen=True, slots=True)
class Web:
    """The way to the outside; tests give their own. Without a fetcher, one that names the contact is made."""

    wire: Wire = DIRECT
    fetcher: Fetcher | None = None
    now: Callable[[], datetime] = now_utc
    addresses: Mapping[str, str] | None = None

    def vendor(self, name: str, settings: SearchSettings) -> Vendor:
        """Return the vendor or register `name`."""
        more = {"url": self.addresses[name]} if self.addresses else {}
        if name == "edgar":
            return Edgar(settings.contact, self.wire, **more)
        if name == "usaspending":
            return UsaSpending(self.wire, **more)
        return _KEYED[name](settings.key(name), self.wire, **more)


class WithRegisters:
    """The port `WebSearch`: the hits of `main`, then those of public registers, which never fail a run by silence."""

    def __init__(self, main: WebSearch, registers: Mapping[str, WebSearch]) -> None:
        self._main = main
        self._registers = registers

    def search(
        self, query: str, *, since: date | None = None, domains: Sequence[str] = (), limit: int = 20
    ) -> list[SearchHit]:
        """Return at most `limit` hits; each register adds ten at most, behind the others.

        A register that does not answer is left out and logged; a refused key raises Permanent.
        """
        main = self._main.search(query, since=since, domains=domains, limit=limit)
        more = [hit for name in self._registers for hit in self._of(name, query, since, domains, limit)]
        known = {hit.source.id for hit in main}
        fresh = list({hit.source.id: hit for hit in reversed(more) if hit.source.id not in known}.values())[::-1]
        kept = main[: max(limit - len(fresh), 0)]
        lowest = kept[-1].score if kept else 1.0
        behind = [
            hit.model_copy(update={"score": round(lowest / (place + 1), 6)})
            for place, hit in enumerate(fresh[: limit - len(kept)], start=1)
        ]
        return [*kept, *behind]

    def _of(self, name: str, query: str, since: date | None, domains: Sequence[str], limit: int) -> list[SearchHit]:
        try:
            return self._registers[name].search(query, since=since, domains=domains, limit=min(limit, REGISTER_HITS))
        except Retryable as fault:
            log.warning("register_left_out", register=name, reason=str(fault))
            return []


def make_search(
    choice: str,
    store: Store,
    client_slug: str,
    reference_date: date,
    *,
    settings: SearchSettings | None = None,
    others: Mapping[str, Callable[[], WebSearch]] | None = None,
    web: Web | None = None,
    paid: Callable[[Vendor], Vendor] = lambda vendor: vendor,
) -> WebSearch:
    """Return the search `choice` of a client's run: `corpus`, one of VENDORS, or a name of `others`.

    What was published after `reference_date` may be among its hits: the step `sources` leaves it out and counts it.
    `paid` puts a price on the vendor; registers cost nothing.
    """
    settings, web = settings or SearchSettings(), web or Web()

    def asked(name: str) -> VendorSearch:
        vendor = web.vendor(name, settings) if name in REGISTERS else paid(web.vendor(name, settings))
        return over(vendor, store, client_slug, reference_date, settings=settings, web=web)

    if others and choice in others:
        main = others[choice]()
    else:
        main = asked(choice) if choice in VENDORS else CorpusSearch(store, client_slug)
    registers = {name: asked(name) for name in settings.register_names}
    return WithRegisters(main, registers) if registers else main


def over(
    vendor: Vendor,
    store: Store,
    client_slug: str,
    reference_date: date,
    *,
    settings: SearchSettings | None = None,
    web: Web | None = None,
) -> VendorSearch:
    """Return the search of a client's run over `vendor`."""
    settings, web = settings or SearchSettings(), web or Web()
    today = web.now().date()
    until = reference_date if reference_date < today else None
    fetcher = web.fetcher or Fetcher(f"Dossier {settings.contact or ''}".strip())
    return VendorSearch(store, client_slug, vendor, fetcher, today, until)


def _names(given: str) -> list[str]:
    return list(dict.fromkeys(name for part in given.split(",") if (name := part.strip().lower())))
