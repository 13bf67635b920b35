"""Trying a prompt: what a step was given once, with another text, answered anew and kept by nobody.

Here: the inputs made whole again, one ask, and what it came to. Nothing of it reaches a run: its step run stays in
memory, and the answer is not offered for reuse. Not here: which step run and which text (`dossier/cli_prompts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dossier.errors import BadInput, StepFailed
from dossier.exchange import Exchange
from dossier.models import Document, JsonDict, Model, Passage, StepStatus
from dossier.ports import Library, Llm, LlmAnswer, LlmRequest, StepRecord, Variable
from dossier.prompt_files import PromptFile


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial came to: the filled prompt and how its step run was closed."""

    text: str
    record: StepRecord

    @property
    def failed(self) -> bool:
        """Whether there was no usable answer; the record says why."""
        return self.record.status is not StepStatus.COMPLETED


def try_prompt(llm: Llm, prompt: PromptFile, inputs: Mapping[str, Any], answer: type[Model]) -> Trial:
    """Ask `prompt` with the inputs of a stored step run.

    Raises TemplateError where the prompt wants a variable that the step run was not given, and what the engine raises,
    but no StepFailed: that is a result.
    """
    kept = OneStep()
    exchange = Exchange(_Unkept(llm), {prompt.id: prompt}, {}, kept)
    with suppress(StepFailed):  # the record holds it
        exchange.ask(prompt.id, {name: Variable(value, "static") for name, value in inputs.items()}, answer)
    [record] = kept.records
    return Trial(kept.text, record)


def whole_inputs(inputs: Mapping[str, Any], library: Library) -> JsonDict:
    """Return the inputs of a stored step run with the texts of its passages, which stand in it as references.

    Raises BadInput if a document is gone.
    """
    passages = inputs.get("passages")
    if not isinstance(passages, list):
        return dict(inputs)
    ids = list(dict.fromkeys(passage["source_id"] for passage in passages))
    try:
        documents = dict(zip(ids, library.documents(ids), strict=True))
    except KeyError as error:
        raise BadInput("A document that the step read is gone.", str(error.args[0]), "Take another run.") from error
    whole = [_passage(documents[one["source_id"]], one["start"], one["end"]) for one in passages]
    return {**inputs, "passages": [passage.model_dump(mode="json") for passage in whole]}


def _passage(document: Document, start: int, end: int) -> Passage:
    shared = document.model_dump(include=set(Passage.model_fields) - {"start", "end", "text", "source_id"})
    return Passage(source_id=document.id, start=start, end=end, text=document.text[start:end], **shared)


@dataclass
class _Unkept:
    """An engine whose answers nobody reuses: a trial does not check them as a step does."""

    llm: Llm

    @property
    def provider(self) -> str:
        return self.llm.provider

    def complete(self, request: LlmRequest) -> LlmAnswer:
        return self.llm.complete(request)

    def accept(self, answer: LlmAnswer) -> None:
        """Keep nothing."""


@dataclass
class OneStep:
    """The port `StepRecorder` for one ask outside any run: it stays in memory."""

    text: str = ""
    records: list[StepRecord] = field(default_factory=list)

    def open(self, step: str, *, interpolated_prompt: str | None = None, **_: Any) -> str:
        """Keep the filled prompt."""
        self.text = interpolated_prompt or ""
        return step

    def close(self, step_run_id: str, record: StepRecord) -> None:
        """Keep how it ended."""
        self.records.append(record)


def fields_beside(old: Any, new: Any) -> Sequence[tuple[str, Any, Any]]:
    """Return the fields of two outputs beside each other, in the order of the first; other outputs as one field."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [("output", old, new)]
    return [(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]
