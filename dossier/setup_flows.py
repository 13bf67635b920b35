"""The set-up flows from end to end: onboarding, prepared inputs, batch composer, with a model or without a key.

Here: the order of their acts, and whom they ask. A flow is a row from its first moment; what fails leaves its reason
there. Not here: what is read and checked (`dossier/steps/`), rows and approval (`dossier/store/setup.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from dossier.errors import BadInput
from dossier.exchange import Exchange
from dossier.intake.clients import parse_client
from dossier.models import JsonDict, Model
from dossier.ports import Llm, StepRecord, Variable
from dossier.prompt_files import load_prompts
from dossier.prompt_trials import OneStep
from dossier.setup_answers import BatchComposer, Onboarding, PrepInputs
from dossier.steps import batch_composer, onboarding, prep_inputs
from dossier.store import client_flows, clients, errands, prompt_choice, prompts, setup
from dossier.store.database import Store
from dossier.store.errands import Errand

Answer = TypeVar("Answer", bound=Model)
Check = Callable[[Answer], Sequence[str]]
BY_CODE = "extractive"
MAX_NOTE_CHARS = 400_000


@dataclass(frozen=True, slots=True)
class Scribe:
    """Who writes in a flow: an engine outside any run, with the prompts that the client's runs use."""

    llm: Llm
    chosen: prompt_choice.Chosen

    @property
    def by_code(self) -> bool:
        """Whether there is nobody to ask: code selects from the given words then."""
        return self.llm.provider == BY_CODE

    def ask(
        self, step: str, given: Mapping[str, Any], answer: type[Answer], check: Check[Answer] | None = None
    ) -> tuple[Answer, JsonDict]:
        """Return the answer, and in figures how it was made. Raises what the exchange raises."""
        kept = OneStep()
        exchange = Exchange(self.llm, self.chosen.prompts, self.chosen.versions, kept)
        today = {"current_date": Variable(datetime.now(UTC).date().isoformat(), "static")}
        variables = {name: Variable(value, "client_config") for name, value in given.items()} | today
        result = exchange.ask(step, variables, answer, check)
        return result, _made(step, self.chosen.versions[step], kept.records[-1])


@dataclass(frozen=True, slots=True)
class Desk:
    """What the flows work with: a store, and where engines for errands come from."""

    store: Store
    llm_of: Callable[[Errand], Llm]

    def scribe(self, slug: str, provider: str | None) -> Scribe:
        """Return who writes for the client. Raises BadInput for an engine that cannot be had."""
        files = load_prompts()
        with self.store.transaction() as session:
            of_files = prompts.sync_prompts(session, files.values())
            chosen = prompt_choice.choose_prompts(session, slug, files, of_files)
            errand = errands.errand_for(session, slug, provider)
        return Scribe(self.llm_of(errand), chosen)

    @contextmanager
    def flow(self, flow_id: str) -> Iterator[None]:
        """Write down why a flow failed, if it does."""
        try:
            yield
        except BaseException as error:
            with self.store.transaction() as session:
                setup.fail(session, flow_id, str(error) or type(error).__name__)
            raise


def onboard(desk: Desk, name: str, files: Sequence[tuple[str, str]], provider: str | None = None) -> setup.FlowView:
    """Make a configuration of a new client's documents (file, text); it waits for the approval of a person.

    Raises BadInput without a document, and for a client that stands already or waits for its approval.
    """
    notes = onboarding.consolidate(files)
    if not notes or sum(len(note.text) for note in notes) > MAX_NOTE_CHARS:
        raise BadInput("The notes cannot be used.", f"They are empty, or longer than {MAX_NOTE_CHARS} characters.")
    name = " ".join(name.split())
    given = {"name": name, "documents": onboarding.notes_as_data(notes)}
    with desk.store.transaction() as session:
        flow = setup.begin_onboarding(session, name, given)
    with desk.flow(flow.id):
        scribe = desk.scribe(flow.client, provider)
        answer, made = _intake(scribe, given, notes)
        held = onboarding.hold_to_intake(answer, notes)
        config = onboarding.make_config(name, held.fields)
        parse_client(config, "The intake")
        outputs = {"config": config, "fields": held.fields, "dropped": held.dropped, "gap": answer.gap, "made": made}
        outputs["unknown"] = onboarding.unknown_parts(held.fields)
        with desk.store.transaction() as session:
            return setup.offer(session, flow.id, outputs)


def _intake(scribe: Scribe, given: Mapping[str, Any], notes: Sequence[onboarding.Note]) -> tuple[Onboarding, JsonDict]:
    if scribe.by_code:
        return onboarding.read_labels(notes), {"provider": BY_CODE}

    def check(answer: Onboarding) -> list[str]:
        return onboarding.hold_to_intake(answer, notes).dropped

    return scribe.ask("onboarding", given, Onboarding, check)


def prepare(desk: Desk, slug: str, provider: str | None = None) -> setup.FlowView:
    """Say the long texts of a client's configuration in fewer words, beside the thorough ones; it waits for approval.

    Raises BadInput for an unknown client.
    """
    with desk.store.transaction() as session:
        config = clients.get_client(session, slug).config.model_dump(mode="json")
        parts = prep_inputs.thorough_parts(config)
        flow = client_flows.begin_prep(session, slug, parts)
    with desk.flow(flow.id):
        texts = prep_inputs.long_texts(parts)
        answer, made = _short(desk.scribe(slug, provider), config["client"], texts)
        compressed = prep_inputs.compressed_parts(parts, texts, answer)
        outputs = {
            "compressed": compressed,
            "savings": [{**asdict(one), "percent": one.percent} for one in prep_inputs.savings(parts, compressed)],
            "texts": len(texts),
            "dropped": prep_inputs.faults_of(answer, texts),
            "made": made,
        }
        with desk.store.transaction() as session:
            return setup.offer(session, flow.id, outputs)


def _short(scribe: Scribe, client: JsonDict, texts: Mapping[str, str]) -> tuple[PrepInputs, JsonDict]:
    if scribe.by_code or not texts:
        return prep_inputs.shorten(texts), {"provider": BY_CODE}
    listed = [{"place": place, "text": text} for place, text in texts.items()]
    given = {"client": client, "texts": listed, "percent": prep_inputs.AIM}
    return scribe.ask("prep_inputs", given, PrepInputs, lambda answer: prep_inputs.faults_of(answer, texts))


def compose(
    desk: Desk, slug: str, count: int, feedback: Sequence[str] = (), provider: str | None = None
) -> setup.FlowView:
    """Compose a batch of at most `count` directions to search in; nothing is started. Raises BadInput."""
    with desk.store.transaction() as session:
        config = clients.get_client(session, slug).config
        recent = client_flows.recent_directions(session, slug)
        leads = client_flows.known_leads(session, slug)
        told = [*feedback, *client_flows.search_feedback(session, slug)]
        given = {"count": count, "recent_directions": recent, "known_leads": leads, "feedback": told}
        flow = client_flows.begin_batch(session, slug, given)
    with desk.flow(flow.id):
        situation = batch_composer.Situation(config.icp_config, recent, leads, count)
        answer, made = _directions(desk.scribe(slug, provider), config.model_dump(mode="json"), given, situation)
        batch = batch_composer.hold(answer, situation)
        outputs = {**asdict(batch), "gap": answer.gap, "made": made}
        with desk.store.transaction() as session:
            return setup.complete(session, flow.id, outputs)


def _directions(
    scribe: Scribe, config: JsonDict, given: Mapping[str, Any], situation: batch_composer.Situation
) -> tuple[BatchComposer, JsonDict]:
    if scribe.by_code:
        return batch_composer.compose(situation), {"provider": BY_CODE}
    profile = {"client": config["client"], **prep_inputs.thorough_parts(config)}
    scores = {"least_score": batch_composer.LEAST_SCORE, "good_score": batch_composer.GOOD_SCORE}
    told = {"recent_directions": [batch_composer.in_words(one) for one in situation.recent]}
    return scribe.ask(
        "batch_composer",
        {**profile, **given, **scores, **told},
        BatchComposer,
        lambda answer: batch_composer.faults_of(answer, situation),
    )


def start(desk: Desk, flow: setup.FlowView, provider: str | None = None) -> tuple[setup.FlowView, list[str]]:
    """Queue runs for directions of a batch, as many as may be under way; return the batch and their run ids."""
    seeds = [batch_composer.seed_of(one) for one in flow.outputs.get("directions") or []]
    with desk.store.transaction() as session:
        return client_flows.start_directions(session, flow.id, seeds, provider)


def _made(step: str, version: int, record: StepRecord) -> JsonDict:
    told = ("model", "llm_calls", "cached_calls", "tokens_in", "tokens_out", "cost_usd", "duration_ms")
    return {"provider": "anthropic", "prompt": step, "prompt_version": version} | {
        name: getattr(record, name) for name in told
    }
