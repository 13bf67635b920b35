"""Protocols named for roles: what the pure core needs from the outside world.

Here: the narrow interfaces and the small values that cross them. Not here: adapters, which are named for
brands and live in `resources/`, and test fakes (`dossier/testing.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

from dossier.models import Document, SearchHit, StepStatus


@dataclass(frozen=True, slots=True)
class Variable:
    """A prompt variable with its lineage: where the value came from."""

    value: Any
    source_type: Literal["client_config", "previous_step", "seed", "static", "computed", "context_pack"]
    source_step: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """What an engine answered first, and in words what was wrong with it."""

    answer: str
    complaint: str


@dataclass(frozen=True, slots=True)
class LlmRequest:
    """One question to an engine: the rendered prompt, the variables behind it, and the answer's JSON schema.

    The first `stable_chars` of the prompt are the same for every lead of a client. `repair` asks once more.
    """

    step: str
    role: Literal["fast", "smart"]
    prompt: str
    system: str
    variables: Mapping[str, Any]
    schema: Mapping[str, Any]
    max_tokens: int = 8000
    effort: Literal["low", "medium", "high"] | None = None
    timeout_seconds: float = 300.0
    stable_chars: int = 0
    repair: Repair | None = None


@dataclass(frozen=True, slots=True)
class LlmAnswer:
    """An engine's answer: `text` is JSON for the request's schema; `calls` is 0 where no request was paid.

    `key` names the exchange where answers are kept for reuse.
    """

    text: str
    model: str
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    cached: bool = False
    response_id: str | None = None
    key: str | None = None


class Llm(Protocol):
    """Whoever writes: Claude, or the deterministic extractive engine."""

    @property
    def provider(self) -> str:
        """`extractive` or `anthropic`; it stands on every page."""
        ...

    def complete(self, request: LlmRequest) -> LlmAnswer:
        """Answer `request`. Raises Retryable, StepFailed, BudgetExceeded or Parked."""
        ...

    def accept(self, answer: LlmAnswer) -> None:
        """Keep `answer` for whoever asks the same: it passed every check."""
        ...


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a parse. `start`/`end` are offsets in the parsed text; `head` is an index in the sentence."""

    start: int
    end: int
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    head: int
    ent: str


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """A sentence of a parse. `entities` are (label, first token, end token) in OntoNotes labels."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    entities: tuple[tuple[str, int, int], ...]


class Language(Protocol):
    """The parser: entities, lemmas and dependencies of English text."""

    @property
    def name(self) -> str:
        """Package, version and digest of the weights, as `doctor` prints it."""
        ...

    def parse(self, texts: Sequence[str]) -> list[tuple[ParsedSentence, ...]]:
        """Return the sentences of each text; the same text is parsed once and then kept by its digest."""
        ...


class ParseCache(Protocol):
    """Where parses are kept, by the digest of model and text."""

    def get_many(self, digests: Sequence[str]) -> dict[str, bytes]:
        """Return the kept parses among `digests`."""
        ...

    def put_many(self, parses: Mapping[str, bytes]) -> None:
        """Keep `parses`; a digest that is there already stays as it is."""
        ...


class WebSearch(Protocol):
    """A search engine over the web or over an imported corpus."""

    def search(
        self, query: str, *, since: date | None = None, domains: Sequence[str] = (), limit: int = 20
    ) -> list[SearchHit]:
        """Return at most `limit` hits, best first, ties by source id."""
        ...


class Library(Protocol):
    """Stored source texts, by source id."""

    def documents(self, source_ids: Sequence[str]) -> list[Document]:
        """Return the documents in the order of `source_ids`. Raises KeyError for an unknown id."""
        ...


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What is known of a step run when it ends."""

    status: StepStatus
    raw_output: str | None = None
    parsed_output: Any = None
    model: str | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    llm_calls: int = 0
    cached_calls: int = 0
    duration_ms: int = 0
    error_message: str | None = None
    error_traceback: str | None = None
    response_id: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


class StepRecorder(Protocol):
    """Where step runs are written: opened as `running`, closed once, visible in between."""

    def open(
        self,
        step: str,
        *,
        asset: str,
        variables: Mapping[str, Variable],
        prompt_id: str | None = None,
        prompt_version: int | None = None,
        interpolated_prompt: str | None = None,
    ) -> str:
        """Insert the step run as `running` with its inputs and lineage; return its id."""
        ...

    def close(self, step_run_id: str, record: StepRecord) -> None:
        """Close the step run. It is never changed afterwards."""
        ...
