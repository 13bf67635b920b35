"""What a dossier is assembled from: the artifacts of one run.

Here: their names and types in one place. Not here: how they are put together (`dossier.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dossier.models import (
    ClaimSet,
    ContactSet,
    Cost,
    FactCheck,
    Insight,
    MergeResult,
    Research,
    Score,
    SectionSet,
    Signal,
    Source,
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The artifacts of a run. `research` are those of the research assets in their order.

    What ships is in `fact_check`; `sections` and `contacts` are what went into it, with the steps that failed.
    `read` are the sources that were read, whether anything stands in them or not; `not_searched` says why searches
    were not made.
    """

    research: Sequence[Research]
    claims: ClaimSet
    merged: MergeResult
    score: Score
    insight: Insight
    sections: SectionSet
    contacts: ContactSet
    fact_check: FactCheck
    cost: Cost
    read: Sequence[Source] = ()
    not_searched: str = ""

    @property
    def signals(self) -> list[Signal]:
        """The signals of all research, in order."""
        return [signal for research in self.research for signal in research.signals]
