"""A search vendor whose requests count against the budgets: held before, settled after, in the ledger of calls.

Here: what a search can cost at most, and what it did cost. Not here: asking (the vendor's own module) and the budgets
(`dossier/store/calls.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from dossier.errors import BadInput, Permanent
from dossier.keys import digest
from dossier.models import JsonDict
from dossier.store.budgets import Budgets, nano
from dossier.store.calls import Answered, Ask, CallBook
from dossier.store.tables_money import VENDOR_SEARCH
from resources import brave, serpapi
from resources.vendor_queries import Found, Question, Vendor

MOST_REQUESTS: Mapping[str, int] = {"brave": brave.MOST_PAGES, "serpapi": serpapi.MOST_PAGES}


@dataclass(frozen=True, slots=True)
class PaidVendor:
    """`vendor` with `price_nusd` nano-dollars for each request; what the vendor itself says of its cost goes before."""

    vendor: Vendor
    book: CallBook
    price_nusd: int

    @property
    def name(self) -> str:
        """The vendor's."""
        return self.vendor.name

    def request(self, question: Question) -> JsonDict | None:
        """Return what the vendor would be sent."""
        return self.vendor.request(question)

    def ask(self, request: JsonDict) -> Found:
        """Hold, ask and settle. Raises what the vendor and the budgets raise; a refusal costs nothing."""
        key = digest(json.dumps([self.name, request], sort_keys=True))
        most = self.price_nusd * MOST_REQUESTS.get(self.name, 1)
        call_id, begun = self.book.hold(Ask(VENDOR_SEARCH, key, self.name, most)), time.monotonic()
        try:
            found = self.vendor.ask(request)
        except BaseException as error:
            booked = 0 if isinstance(error, Permanent) else self.price_nusd
            self.book.failed(call_id, f"{type(error).__name__}: {error}", booked, _ms(begun))
            raise
        self.book.settle(call_id, self._paid(found, _ms(begun)))
        return found

    def _paid(self, found: Found, duration_ms: int) -> Answered:
        cost = found.cost_nusd or self.price_nusd * found.requests
        said = "as the vendor says" if found.cost_nusd else "DOSSIER_SEARCH_USD"
        return Answered({}, {"requests": found.requests}, cost, 0, 0, None, None, None, said, duration_ms)


def price_of(vendor: str, usd: float | None, budgets: Budgets) -> int:
    """Return the price of a request in nano-dollars, 0 where none is known and nothing is limited.

    Raises BadInput where a budget is set and the price is not: what cannot be held is not spent.
    """
    caps = (budgets.run, budgets.client_day, budgets.client_week, budgets.day, budgets.week)
    if usd is None and any(cap is not None for cap in caps):
        raise BadInput(
            f"The price of a search with {vendor} is not known.",
            "A budget is set, and what a request costs cannot be held in it.",
            "Set DOSSIER_SEARCH_USD to the vendor's price of one request in US dollars; 0 if it costs you nothing.",
        )
    return nano(usd) or 0


def _ms(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
