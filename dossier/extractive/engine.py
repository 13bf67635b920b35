"""`ExtractiveLlm`: the deterministic engine behind the `Llm` port. No key, no network, no invention.

Here: which answer belongs to which step. Not here: reading (`reading.py`) and arranging (`writing.py`). The same
request gives the same answer; whatever it writes stands in the sources or is labelled interpretation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dossier.errors import StepFailed
from dossier.extractive import discovery_plans, planning, research, writing
from dossier.extractive.reading import Reader
from dossier.models import IcpConfig, Lead, Model
from dossier.ports import Language, LlmAnswer, LlmRequest

MODEL = "extractive-1"


class ExtractiveLlm:
    """Answers every step of the pipeline from the request's variables alone."""

    provider = "extractive"

    def __init__(self, language: Language) -> None:
        self._language = language
        self._reader = Reader(language)

    def complete(self, request: LlmRequest) -> LlmAnswer:
        """Return the answer of `request.step` as JSON. Raises StepFailed for a step it does not know."""
        variables = dict(request.variables)
        if request.step == "search_builder":
            answer: Model = _plan(variables)
        elif request.step == "signal_discovery" and variables.get("lead") is None:
            answer = research.events_of_many(variables, self._language)
        elif request.step in _RESEARCH:
            answer = _RESEARCH[request.step](research.Desk(variables, self._reader))
        elif request.step in writing.WRITERS:
            answer = writing.WRITERS[request.step](writing.Brief(variables))
        else:
            raise StepFailed(request.step, f"The extractive engine has no answer for the step `{request.step}`.")
        return LlmAnswer(text=answer.model_dump_json(), model=MODEL)

    def accept(self, answer: LlmAnswer) -> None:
        """Keep nothing: the same request gives the same answer."""


_RESEARCH: dict[str, Callable[[research.Desk], Model]] = {
    "signal_discovery": research.signal_discovery,
    "entity_research": research.entity_research,
    "contact_discovery": research.contact_discovery,
    "enrich_lead": research.enrich_lead,
    "enrich_opportunity": research.enrich_opportunity,
    "client_specific": research.client_specific,
    "media": research.media,
}


def _plan(variables: dict[str, Any]) -> Model:
    if variables.get("lead") is None:
        return _plan_without_lead(variables)
    return planning.plan(
        lead=Lead.model_validate(variables["lead"]),
        icp=IcpConfig.model_validate(variables.get("icp_config") or {}),
        attempt_log=variables.get("attempt_log") or [],
        exclude=variables.get("exclude_domains") or [],
        year=str(variables.get("current_date") or "")[:4],
    )


def _plan_without_lead(variables: dict[str, Any]) -> Model:
    icp = IcpConfig.model_validate(variables.get("icp_config") or {})
    industries = discovery_plans.industries_of(
        icp, variables.get("industry_research") or {}, variables.get("research_context") or {}
    )
    return discovery_plans.plan_discovery(
        icp,
        industries,
        variables.get("attempt_log") or [],
        variables.get("exclude_domains") or [],
        str(variables.get("current_date") or "")[:4],
    )
