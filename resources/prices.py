"""What a call costs and can cost at most, in nano-dollars, by the dated prices of the package genai-prices.

Here: the price of a usage and of the worst case, with the factors that the package lacks. Not here: budgets. A model
without a price fails closed: nothing is asked that cannot be paid for knowingly.

Factors: a batch costs half of the tokens' price, `inference_geo: us` 1.1 times (the vendor's price page, 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_UP, Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from dossier.errors import Permanent
from dossier.store.budgets import USD

BATCH, US_ONLY = Decimal("0.5"), Decimal("1.1")
PROVIDER = "anthropic"
_BEDROCK = "anthropic."  # how models are named there, behind a region or not


@lru_cache(maxsize=1)
def price_table() -> str:
    """Return the name and version of the prices."""
    return f"genai-prices {version('genai-prices')}"


def cost_nusd(model: str, response: Mapping[str, Any], *, batch: bool = False, when: datetime | None = None) -> int:
    """Return what `response` (a whole message) cost in nano-dollars, rounded up, by the prices of the day `when`.

    Raises Permanent for a model without a price.
    """
    from genai_prices import extract_usage

    usage = extract_usage({"usage": response["usage"]}, provider_id=PROVIDER).usage
    return _nano(model, usage, batch=batch, geo=response["usage"].get("inference_geo"), when=when)


def worst_nusd(
    model: str, prompt_bytes: int, max_tokens: int, *, searches: int = 0, batch: bool = False, geo: str | None = None
) -> int:
    """Return what a call can cost at most: a token a byte, all written to the cache for an hour, all tokens used.

    Raises Permanent for a model without a price.
    """
    from genai_prices import Usage

    usage = Usage(
        input_tokens=prompt_bytes,
        cache_write_tokens=prompt_bytes,
        cache_write_1h_tokens=prompt_bytes,
        output_tokens=max_tokens,
        web_searches=searches,
    )
    return _nano(model, usage, batch=batch, geo=geo)


def _nano(model: str, usage: Any, *, batch: bool, geo: str | None = None, when: datetime | None = None) -> int:
    from genai_prices import calc_price

    seller = "aws" if _BEDROCK in model else PROVIDER
    try:
        price = calc_price(
            usage, model_ref=model, provider_id=seller, genai_request_timestamp=when or datetime.now(UTC)
        )
    except LookupError:
        raise Permanent(
            f"No price is known for the model {model!r}.",
            f"{price_table()} does not list it, and a call of unknown cost is not made.",
            "Choose another with DOSSIER_MODEL_FAST or DOSSIER_MODEL_SMART, or update genai-prices.",
        ) from None
    tokens = (price.input_price + price.output_price) * (BATCH if batch else 1) * (US_ONLY if geo == "us" else 1)
    searches = price.total_price - price.input_price - price.output_price
    return int(((tokens + searches) * USD).to_integral_value(ROUND_UP))
