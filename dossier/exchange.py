"""The one door to an engine: render the prompt, ask, validate the answer, repair it once, leave one step run.

Here: the order of these acts, and what is recorded when one of them fails. Not here: engines with their cache, budget
and ledger (behind the port `Llm`), prompts (`dossier/prompt_files.py`), and where step runs are stored (behind
`StepRecorder`).
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Generic, TypeVar, cast

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from dossier import wire
from dossier.answers import ANSWERS
from dossier.errors import BudgetExceeded, BudgetReached, Parked, Permanent, StepFailed
from dossier.models import Cost, JsonDict, Model, StepStatus
from dossier.ports import Llm, LlmAnswer, LlmRequest, Repair, StepRecord, StepRecorder, Variable
from dossier.prompt_files import Filled, PromptFile

T = TypeVar("T")
Answer = TypeVar("Answer", bound=Model)
MAX_ANSWER_CHARS = 4_000_000
MAX_COMPLAINTS = 20
NOT_ASKED = "not_asked"  # the count of a step that a budget or the ceiling of calls left out
MODELS = frozenset({"anthropic"})  # engines that answer in the shapes of wire.py; the others speak in answers


class Ledger:
    """What the asks of one process cost, by asset. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._costs: dict[str, Cost] = {}

    def add(self, asset: str, answer: LlmAnswer) -> None:
        """Add what `answer` cost to `asset`."""
        with self._lock:
            self._costs[asset] = add_costs(self._costs.get(asset, Cost()), _cost_of(answer))

    def of(self, asset: str) -> Cost:
        """Return the cost of `asset` so far."""
        with self._lock:
            return self._costs.get(asset, Cost())


def add_costs(one: Cost, other: Cost) -> Cost:
    """Return the sum of two costs, in US dollars, calls and tokens."""
    return Cost(
        usd=one.usd + other.usd,
        llm_calls=one.llm_calls + other.llm_calls,
        cached_calls=one.cached_calls + other.cached_calls,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
    )


def _cost_of(answer: LlmAnswer) -> Cost:
    return Cost(
        usd=answer.cost_usd,
        llm_calls=answer.calls,
        cached_calls=int(answer.cached),
        input_tokens=answer.tokens_in,
        output_tokens=answer.tokens_out,
    )


@dataclass(slots=True)
class _StepRun:
    """An open step run: `record` is what it will be closed with, `replies` are the whole answers it got."""

    record: StepRecord = field(default_factory=lambda: StepRecord(StepStatus.COMPLETED))
    replies: list[LlmAnswer] = field(default_factory=list)

    def note(self, **known: Any) -> None:
        self.record = replace(self.record, **known)


@dataclass(frozen=True, slots=True)
class _Judged(Generic[Answer]):
    """A reply, what it says if it can be read, and what is wrong with it."""

    reply: LlmAnswer
    result: Answer | None
    complaints: Sequence[str] = ()
    fault: StepFailed | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """Asks an engine for one run. `versions` are the stored versions of `prompts`; `asset` owns the step runs."""

    llm: Llm
    prompts: Mapping[str, PromptFile]
    versions: Mapping[str, int]
    recorder: StepRecorder
    asset: str = ""
    ledger: Ledger = field(default_factory=Ledger)

    def within(self, asset: str) -> Exchange:
        """Return the same exchange with its step runs filed under `asset`."""
        return replace(self, asset=asset)

    @property
    def cost(self) -> Cost:
        """What the asks of this asset cost in this process."""
        return self.ledger.of(self.asset)

    def ask(
        self,
        step: str,
        variables: Mapping[str, Variable],
        answer: type[Answer],
        check: Callable[[Answer], Sequence[str]] | None = None,
    ) -> Answer:
        """Fill the prompt of `step`, ask the engine and return its answer as the model `answer`.

        Values may be models: they become JSON first. Every ask leaves one step run. An answer that is no `answer`, or
        of which `check` complains, is asked to be repaired, once, where somebody was asked; of two usable answers
        that with fewer complaints is kept. Raises TemplateError before any call (a variable is missing), StepFailed
        (no usable answer; its raw text is kept), Retryable, Parked and BudgetExceeded as the engine raises them.
        """
        prompt = self._prompt(step)
        given = _as_json(variables)
        values = {name: variable.value for name, variable in given.items()}
        with self._step_run(step, given, prompt, lambda: prompt.fill(values)) as (run, filled):
            request = _request(prompt, filled, values, self._schema(step, answer))
            first = self._reply(run, request, answer, check)
            best = self._repaired(run, request, answer, check, first) if first.complaints else first
            if best.result is None:
                raise best.fault or StepFailed(step, f"The step {step} gave no usable answer.")
            for reply in run.replies:
                self.llm.accept(reply)
            run.note(parsed_output=best.result.model_dump(mode="json"))
            if best.complaints:
                run.note(counts={**run.record.counts, "complaints": len(best.complaints)})
        return best.result

    def _reply(
        self,
        run: _StepRun,
        request: LlmRequest,
        answer: type[Answer],
        check: Callable[[Answer], Sequence[str]] | None,
    ) -> _Judged[Answer]:
        """Ask, add what it cost to the step run, and judge the answer."""
        try:
            reply = self.llm.complete(request)
        except StepFailed as fault:
            if isinstance(fault.reply, LlmAnswer):
                self._paid(run, fault.reply)
            raise
        self._paid(run, reply)
        run.replies.append(reply)
        try:
            result = self._read(request.step, reply.text, answer)
        except StepFailed as fault:
            return _Judged(reply, None, [fault.why], fault)
        return _Judged(reply, result, list(check(result)) if check else [])

    def _over_wire(self, step: str, answer: type[Model]) -> bool:
        return self.llm.provider in MODELS and ANSWERS.get(step) is answer

    def _schema(self, step: str, answer: type[Model]) -> JsonDict:
        return wire.schema(step) if self._over_wire(step, answer) else schema_of(answer)

    def _read(self, step: str, text: str, answer: type[Answer]) -> Answer:
        if not self._over_wire(step, answer):
            return parse_answer(step, text, answer)
        return cast(Answer, parsed(step, text, lambda: wire.read(step, text), wire.faults))

    def _paid(self, run: _StepRun, reply: LlmAnswer) -> None:
        self.ledger.add(self.asset, reply)
        run.note(**_reply_fields(reply, run.record))

    def _repaired(
        self,
        run: _StepRun,
        request: LlmRequest,
        answer: type[Answer],
        check: Callable[[Answer], Sequence[str]] | None,
        first: _Judged[Answer],
    ) -> _Judged[Answer]:
        """Return the better of `first` and of what one repair gives. Code that answers is not asked again."""
        if not (first.reply.calls or first.reply.cached):
            return first
        complaint = "\n".join(f"- {said}" for said in first.complaints[:MAX_COMPLAINTS])
        try:
            second = self._reply(run, replace(request, repair=Repair(first.reply.text, complaint)), answer, check)
        except StepFailed:
            if first.result is None:
                raise
            return first
        run.note(counts={**run.record.counts, "repairs": 1})
        if first.result is None or (second.result is not None and len(second.complaints) <= len(first.complaints)):
            return second
        return first

    def record(
        self,
        step: str,
        variables: Mapping[str, Variable],
        compute: Callable[[], T],
        counts: Callable[[T], Mapping[str, int]] | None = None,
    ) -> T:
        """Run `compute` as the step run of a step that code does, without a call; return its result.

        `counts` reads numbers worth showing from the result. Exceptions close the step run as failed and pass.
        """
        with self._step_run(step, _as_json(variables)) as (run, _):
            result = compute()
            run.note(parsed_output=to_jsonable_python(result), counts=counts(result) if counts else {})
        return result

    def skip(self, step: str, variables: Mapping[str, Variable], reason: str) -> None:
        """Leave the step run of a step that is not worth asking: `skipped`, with the reason."""
        with self._step_run(step, _as_json(variables)) as (run, _):
            run.note(status=StepStatus.SKIPPED, error_message=reason)

    def _prompt(self, step: str) -> PromptFile:
        if step not in self.prompts:
            raise Permanent(f"There is no prompt for the step {step!r}.", f"Known: {', '.join(self.prompts)}.")
        return self.prompts[step]

    @contextmanager
    def _step_run(
        self,
        step: str,
        variables: Mapping[str, Variable],
        prompt: PromptFile | None = None,
        fill: Callable[[], Filled] | None = None,
    ) -> Iterator[tuple[_StepRun, Filled]]:
        """Open a step run and close it once, whatever happens. A prompt that cannot be filled is a failed one."""
        filled, fault = _attempt(fill)
        opened = self.recorder.open(
            step,
            asset=self.asset,
            variables=_by_reference(variables),
            prompt_id=prompt.id if prompt else None,
            prompt_version=self.versions.get(prompt.id) if prompt else None,
            interpolated_prompt=filled.text if filled else None,
        )
        started = time.monotonic()
        run = _StepRun()
        try:
            if fault:
                raise fault
            yield run, filled or Filled("", 0)
        except BaseException as error:
            run.note(**_failure_fields(error))
            raise
        finally:
            run.note(duration_ms=round((time.monotonic() - started) * 1000))
            self.recorder.close(opened, run.record)


def _attempt(fill: Callable[[], Filled] | None) -> tuple[Filled | None, Permanent | None]:
    try:
        return (fill() if fill else None), None
    except Permanent as fault:
        return None, fault


def _request(prompt: PromptFile, filled: Filled, values: Mapping[str, Any], schema: JsonDict) -> LlmRequest:
    return LlmRequest(
        step=prompt.id,
        role=prompt.role,
        prompt=filled.text,
        system=prompt.system,
        variables=values,
        schema=schema,
        max_tokens=prompt.max_tokens,
        effort=prompt.effort,
        timeout_seconds=prompt.timeout_seconds,
        stable_chars=filled.stable_chars,
    )


def _as_json(variables: Mapping[str, Variable]) -> dict[str, Variable]:
    return {name: replace(variable, value=to_jsonable_python(variable.value)) for name, variable in variables.items()}


def _by_reference(variables: Mapping[str, Variable]) -> dict[str, Variable]:
    """Passages are stored as references: their text stands in the store and in the prompt already."""
    stored = dict(variables)
    if "passages" in stored and isinstance(stored["passages"].value, list):
        passages = stored["passages"]
        stored["passages"] = replace(
            passages,
            value=[{key: passage[key] for key in ("source_id", "start", "end")} for passage in passages.value],
        )
    return stored


@lru_cache(maxsize=64)
def schema_of(answer: type[Model]) -> JsonDict:
    """Return the JSON schema of an answer model."""
    return answer.model_json_schema()


def parse_answer(step: str, text: str, answer: type[Answer]) -> Answer:
    """Return `text` as `answer`. Raises StepFailed saying which fields are wrong, never what stood in them."""
    return parsed(step, text, lambda: answer.model_validate_json(text), _faults)


def parsed(step: str, text: str, read: Callable[[], T], faults: Callable[[ValidationError], str]) -> T:
    """Return what `read` makes of `text`. Raises StepFailed with what `faults` says of an answer that does not fit."""
    why = f"It has {len(text)} characters." if len(text) > MAX_ANSWER_CHARS else ""
    try:
        if not why:
            return read()
    except ValidationError as error:
        why = faults(error)
    except ValueError:
        why = "It is not text in UTF-8."
    raise StepFailed(
        step,
        f"The step {step} gave no usable answer.",
        why,
        "Its step run keeps the raw text.",
    )


def _faults(error: ValidationError) -> str:
    """Say what is wrong by place and rule. Places that the answer itself named are cut short."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    faults = [f"{'.'.join(str(part)[:40] for part in e['loc']) or 'answer'}: {e['type']}" for e in details]
    more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
    return "; ".join(faults[:5]) + more


def _reply_fields(reply: LlmAnswer, so_far: StepRecord) -> JsonDict:
    """What a step run says of its newest reply; what the replies cost adds up."""
    return {
        "raw_output": reply.text,
        "model": reply.model,
        "tokens_in": so_far.tokens_in + reply.tokens_in,
        "tokens_out": so_far.tokens_out + reply.tokens_out,
        "cost_usd": so_far.cost_usd + reply.cost_usd,
        "llm_calls": so_far.llm_calls + reply.calls,
        "cached_calls": so_far.cached_calls + int(reply.cached),
        "response_id": reply.response_id,
    }


def _failure_fields(error: BaseException) -> JsonDict:
    not_asked = isinstance(error, BudgetExceeded | BudgetReached | Parked)
    status = StepStatus.SKIPPED if not_asked else StepStatus.FAILED
    trace = "".join(traceback.format_exception(error))
    left_out = {"counts": {NOT_ASKED: 1}} if isinstance(error, BudgetReached) else {}
    return {
        **left_out,
        "status": status,
        "error_message": str(error) or type(error).__name__,
        "error_traceback": trace,
    }
