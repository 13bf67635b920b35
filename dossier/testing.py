"""Fakes for the ports, shipped so that tests of any step, asset or adapter are short.

Here: an engine that answers from a script, a recorder in memory, a search and a library over a list, a whole run
context made of them, and the names of the model server (`model_server/`). Not here: fixtures of one test file,
and anything the product itself uses.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from dossier import keys
from dossier.exchange import Exchange
from dossier.model_server.faults import Fault as Fault
from dossier.model_server.faults import Reply as Reply
from dossier.model_server.server import ModelServer as ModelServer
from dossier.model_server.server import Served as Served
from dossier.models import Attempt, Client, ClientConfig, Document, Lead, Precision, SearchHit, Source, Tier
from dossier.ports import Llm, LlmAnswer, LlmRequest, StepRecord, Variable
from dossier.prompt_files import PromptFile, load_prompts
from dossier.run_context import Hunt, RunContext

ScriptedReply = BaseModel | Mapping[str, Any] | str | LlmAnswer | BaseException
Script = ScriptedReply | Callable[[LlmRequest], ScriptedReply]


class ScriptedLlm:
    """Answers each step from `script`: a model, a dict, raw text, an exception to raise, or a function.

    What was asked stands in `requests`, in order, and what passed every check in `accepted`. A step without a script
    is an error that names it.
    """

    def __init__(self, script: Mapping[str, Script], provider: str = "scripted") -> None:
        self.script = dict(script)
        self._provider = provider
        self.requests: list[LlmRequest] = []
        self.accepted: list[str] = []

    @property
    def provider(self) -> str:
        """The name given."""
        return self._provider

    def complete(self, request: LlmRequest) -> LlmAnswer:
        """Answer from the script."""
        self.requests.append(request)
        if request.step not in self.script:
            raise AssertionError(f"The script has no answer for {request.step!r}: {sorted(self.script)}")
        reply = self.script[request.step]
        if callable(reply):
            reply = reply(request)
        if isinstance(reply, BaseException):
            raise reply
        if isinstance(reply, LlmAnswer):
            return reply
        return LlmAnswer(text=_as_text(reply), model="scripted", calls=1, tokens_in=10, tokens_out=5)

    def accept(self, answer: LlmAnswer) -> None:
        """Note the answer's text."""
        self.accepted.append(answer.text)

    def steps(self) -> list[str]:
        """The steps that asked, in order."""
        return [request.step for request in self.requests]


def _as_text(reply: BaseModel | Mapping[str, Any] | str) -> str:
    if isinstance(reply, str):
        return reply
    return reply.model_dump_json() if isinstance(reply, BaseModel) else json.dumps(reply)


@dataclass(slots=True)
class RecordedStep:
    """One step run as the recorder saw it; `record` is None while it is open."""

    step: str
    asset: str
    variables: Mapping[str, Variable]
    prompt_id: str | None
    prompt_version: int | None
    prompt: str | None
    record: StepRecord | None = None


class MemoryRecorder:
    """Keeps step runs in `rows`, in order of their opening. Closing twice, or what is not open, is an error."""

    def __init__(self) -> None:
        self.rows: list[RecordedStep] = []
        self._lock = threading.Lock()

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
        """Keep the step run as open; return its position as id."""
        with self._lock:
            self.rows.append(RecordedStep(step, asset, variables, prompt_id, prompt_version, interpolated_prompt))
            return str(len(self.rows) - 1)

    def close(self, step_run_id: str, record: StepRecord) -> None:
        """Close the step run."""
        row = self.rows[int(step_run_id)]
        if row.record is not None:
            raise AssertionError(f"The step run of {row.step} was closed twice.")
        row.record = record

    def steps(self) -> list[str]:
        """The steps that ran, in order."""
        return [row.step for row in self.rows]

    def one(self, step: str) -> RecordedStep:
        """Return the only step run of `step`."""
        (row,) = [row for row in self.rows if row.step == step]
        return row

    def closed(self, step: str) -> StepRecord:
        """Return how the only step run of `step` was closed."""
        record = self.one(step).record
        if record is None:
            raise AssertionError(f"The step run of {step} is still open.")
        return record


@dataclass
class FixedSearch:
    """Finds every document for every query, or only those listed for it in `by_query`; `asked` keeps the calls."""

    documents: Sequence[Document]
    by_query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: list[tuple[str, date | None, int]] = field(default_factory=list)

    def search(
        self, query: str, *, since: date | None = None, domains: Sequence[str] = (), limit: int = 20
    ) -> list[SearchHit]:
        """Return hits in the order of the documents, scores falling from 1."""
        self.asked.append((query, since, limit))
        wanted = self.by_query.get(query) if self.by_query else None
        found = [doc for doc in self.documents if self._fits(doc, wanted, since, domains)]
        if self.by_query and wanted is None:
            found = []
        return [SearchHit(source=source_of(d), snippet=d.text[:80], score=1 / n) for n, d in enumerate(found, 1)][
            :limit
        ]

    def _fits(self, doc: Document, wanted: Sequence[str] | None, since: date | None, domains: Sequence[str]) -> bool:
        host = urlsplit(doc.url or "").hostname or ""
        return (
            (wanted is None or doc.id in wanted)
            and (since is None or doc.published_at is None or doc.published_at >= since)
            and (not domains or host in domains)
        )


class MemoryLibrary:
    """Stored texts in a dict."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}

    def documents(self, source_ids: Sequence[str]) -> list[Document]:
        """Return the documents in order. Raises KeyError for an unknown id."""
        return [self._documents[source_id] for source_id in source_ids]


def source_of(document: Document) -> Source:
    """Return the document without its text."""
    return Source.model_validate(document.model_dump(exclude={"text"}))


def a_document(
    text: str,
    *,
    title: str = "A note",
    url: str | None = None,
    publisher: str | None = "Example Daily",
    tier: Tier = Tier.NEWS,
    published_at: date | None = date(2026, 5, 4),
) -> Document:
    """Return a document of `text`; its id and digest follow from the text, as in the store."""
    sha256 = keys.digest(text)
    return Document(
        id=keys.source_id(sha256),
        sha256=sha256,
        url=url,
        title=title,
        publisher=publisher,
        tier=tier,
        published_at=published_at,
        published_precision=Precision.DAY if published_at else None,
        retrieved_at="2026-06-30T00:00:00Z",
        doc_type=PurePosixPath(urlsplit(url or "").path).suffix or None,
        text=text,
    )


def a_lead(name: str = "Harbor Foods", domain: str | None = "harborfoods.example", **fields: Any) -> Lead:
    """Return a lead of the client `acme-steel`."""
    return Lead(id=keys.lead_id("acme-steel", domain or name.lower()), name=name, domain=domain, **fields)


def a_client(**config: Any) -> Client:
    """Return the client `acme-steel` with a small profile; `config` replaces parts of it."""
    parts: dict[str, Any] = {
        "client": {"name": "Acme Steel", "offer": ["steel buildings"]},
        "icp_config": {"signals": [{"name": "new_plant_announced", "tier": "hot", "weight": 25}]},
        **config,
    }
    return Client(slug="acme-steel", name="Acme Steel", config=ClientConfig.model_validate(parts))


def a_run(
    documents: Sequence[Document] = (),
    script: Mapping[str, Script] | None = None,
    *,
    lead: Lead | None = None,
    client: Client | None = None,
    search: FixedSearch | None = None,
    prompts: Mapping[str, PromptFile] | None = None,
    reference_date: date = date(2026, 6, 30),
) -> tuple[RunContext, ScriptedLlm, MemoryRecorder]:
    """Return a run context over fakes, with its engine and its recorder to look at afterwards."""
    llm, recorder = ScriptedLlm(script or {}), MemoryRecorder()
    known = load_prompts() if prompts is None else prompts
    who = lead or a_lead()
    context = RunContext(
        run_id=keys.make_run_id("acme-steel", who.name, who.domain or who.name, 1),
        client=client or a_client(),
        target=who,
        reference_date=reference_date,
        created_at="2026-06-30T09:00:00Z",
        exchange=Exchange(llm, known, dict.fromkeys(known, 1), recorder, "test"),
        search=search or FixedSearch(documents),
        library=MemoryLibrary(documents),
        provider=llm.provider,
    )
    return context, llm, recorder


def a_hunt(
    documents: Sequence[Document],
    llm: Llm,
    *,
    client: Client | None = None,
    known: Sequence[Lead] = (),
    attempts: Sequence[Attempt] = (),
    reference_date: date = date(2026, 6, 30),
) -> tuple[RunContext, MemoryRecorder]:
    """Return the context of a run that has to find its lead, over `documents`, and its recorder."""
    context, _, recorder = a_run(documents, client=client, reference_date=reference_date)
    exchange = replace(context.exchange, llm=llm)
    hunt = Hunt(known, attempts, len(documents))
    return replace(context, target=None, hunt=hunt, exchange=exchange, provider=llm.provider), recorder
