"""The product with an engine that ends its process, without a word, when it is asked about one lead.

As a file it is the command line; as a code location it serves the same graph.
"""

from __future__ import annotations

import os
from typing import Any

import resources.runs
from benchmarks.leads import names
from dossier.ports import LlmAnswer, LlmRequest
from dossier.store.taking import TakenRun
from dossier_assets.definitions import defs
from resources.engines import AdapterChoice

__all__ = ["defs"]

LEAD = names(2)[1]
STEP = "entity_research"


class Poisoned:
    """An engine that one lead is deadly for."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.provider = engine.provider

    def complete(self, request: LlmRequest) -> LlmAnswer:
        """Answer, or end the process."""
        if request.step == STEP and LEAD in str(request.variables["lead"]):
            os._exit(139)
        return self._engine.complete(request)

    def accept(self, answer: LlmAnswer) -> None:
        """Keep nothing."""


class PoisonedChoice(AdapterChoice):
    """The ports of the product, with the engine above."""

    def llm(self, run: TakenRun) -> Any:
        """Return the engine."""
        return Poisoned(super().llm(run))


resources.runs.AdapterChoice = PoisonedChoice

if __name__ == "__main__":
    from dossier.cli import main

    main()
