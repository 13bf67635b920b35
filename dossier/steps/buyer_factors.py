"""The six-factor score of buyers: what is counted of each, set against the most of any in the same run.

Here: the factors, their weights, the score to four decimals and the order of buyers. Not here: reading the factors of a
lead from its evidence, and the score of a dossier made of them (`score_formulas.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dossier.steps.events import YEAR_DAYS

PLACES = 4
WEIGHTS: Mapping[str, float] = {
    "buyer_type": 0.25,
    "signal_count": 0.20,
    "recency": 0.20,
    "urgency": 0.15,
    "dollars": 0.10,
    "keywords": 0.10,
}


@dataclass(frozen=True, slots=True)
class BuyerFactors:
    """What is counted of one buyer; `newest_age` in days, None without a dated signal of the past."""

    wanted_type: bool = False
    signals: int = 0
    newest_age: int | None = None
    urgent: bool = False
    dollars: float = 0.0
    keywords: int = 0


@dataclass(frozen=True, slots=True)
class Maxima:
    """The most of any buyer in a run. A maximum of zero counts as one, so that nothing is divided by it."""

    signals: float = 1
    dollars: float = 1
    keywords: float = 1

    @classmethod
    def of(cls, buyers: Sequence[BuyerFactors]) -> Maxima:
        """Return the maxima of a run."""
        return cls(
            max((one.signals for one in buyers), default=0) or 1,
            max((one.dollars for one in buyers), default=0) or 1,
            max((one.keywords for one in buyers), default=0) or 1,
        )


def shares(buyer: BuyerFactors, most: Maxima) -> dict[str, float]:
    """Return each factor as a share, 0 to 1, by the names of `WEIGHTS`."""
    age = buyer.newest_age
    return {
        "buyer_type": float(buyer.wanted_type),
        "signal_count": buyer.signals / most.signals,
        "recency": max(0, YEAR_DAYS - age) / YEAR_DAYS if age is not None else 0.0,
        "urgency": float(buyer.urgent),
        "dollars": buyer.dollars / most.dollars,
        "keywords": buyer.keywords / most.keywords,
    }


def six_factor_score(buyer: BuyerFactors, most: Maxima) -> float:
    """Return the score, 0 to 1, to four decimals."""
    found = shares(buyer, most)
    return round(sum(weight * found[name] for name, weight in WEIGHTS.items()), PLACES)


def rank_buyers(buyers: Sequence[BuyerFactors]) -> list[tuple[int, float]]:
    """Return (position in `buyers`, score) of each, the best first; equal scores stay in the order they came in."""
    most = Maxima.of(buyers)
    scored = [(at, six_factor_score(buyer, most)) for at, buyer in enumerate(buyers)]
    return sorted(scored, key=lambda pair: -pair[1])
