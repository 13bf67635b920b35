"""What the research steps share: reading the run's sources, asking, and making claims of the answer.

Here: one step's way from sources to a finding, and the artifact made of findings. Not here: what each step
asks for and what it concludes (`signals.py`, `entity_research.py`, `contact_research.py`, `enrichment.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dossier.answers import ANSWERS
from dossier.errors import StepFailed
from dossier.evidence.passages import DEFAULT_LIMIT, select_passages
from dossier.models import (
    ClaimDraft,
    ClaimSet,
    ContextPack,
    Document,
    JsonDict,
    Model,
    Passage,
    Research,
    Signal,
    Source,
    SourceSet,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.claims import PREFIXES, Extracted, extract_claims
from dossier.steps.draft_faults import draft_faults

# What a step looks for, in the words in which a gap names it.
SUBJECTS = {
    "signal_discovery": "buying signals",
    "entity_research": "the organisation and its partners",
    "contact_discovery": "people to talk to",
    "enrich_lead": "figures and facts of the organisation",
    "enrich_opportunity": "the project and its procurement",
    "client_specific": "the client's own questions",
    "media": "a logo or a picture",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the steps of one asset read: the run's documents by id, and their passages about the lead.

    `left_out` is how many passages did not fit into what is read.
    """

    documents: Mapping[str, Document]
    passages: Sequence[Passage]
    left_out: int = 0

    @property
    def gaps(self) -> list[str]:
        """What to say of passages that did not fit."""
        were = "passage was" if self.left_out == 1 else "passages were"
        why = f"at most {DEFAULT_LIMIT:,} characters are read"
        return [f"{self.left_out} {were} left out or shortened: {why}."] if self.left_out else []


@dataclass(frozen=True, slots=True)
class Finding:
    """What one step found: its answer as data without the drafts (empty if it failed), and its claims."""

    step: str
    answer: JsonDict
    extracted: Extracted
    failed: bool = False
    gap: str | None = None


def read_sources(ctx: RunContext, sources: SourceSet) -> Reading:
    """Load the texts of `sources` and choose the passages that speak of the lead."""
    documents = ctx.documents([found.source.id for found in sources.found])
    passages, left_out = select_passages(ctx.lead, documents)
    return Reading({document.id: document for document in documents}, passages, left_out)


def investigate(ctx: RunContext, step: str, reading: Reading, **given: Variable) -> Finding:
    """Ask `step` about the reading, bind its claims, and say what is missing.

    Without a passage nothing is asked: the step run is `skipped`. A step without a usable answer is a finding
    with `failed`, so that the other steps go on.
    """
    variables = step_variables(ctx, reading, **given)
    if not reading.passages:
        ctx.exchange.skip(step, variables, "No source speaks of the lead.")
        return Finding(step, {}, _extract(ctx, step, [], reading), gap=nothing_said(step))
    try:
        answer = ctx.exchange.ask(step, variables, ANSWERS[step], drafts_checked(ctx, reading))
    except StepFailed as fault:
        return failed(step, fault)
    return concluded(ctx, step, reading, answer)


def drafts_checked(ctx: RunContext, reading: Reading) -> Callable[[Model], list[str]] | None:
    """Return the check of a model's answer: a quote that does not stand is asked for once more, then it is dropped."""
    if not ctx.by_model:
        return None
    return lambda answer: draft_faults(getattr(answer, "claims", []), reading.documents)


def concluded(ctx: RunContext, step: str, reading: Reading, answer: Model) -> Finding:
    """Return the finding that `answer` gives: its claims bound to the sources, and what is missing."""
    extracted = _extract(ctx, step, getattr(answer, "claims", []), reading)
    asked = step != "client_specific" or ctx.client.config.client_research_questions
    silent = step in PREFIXES and asked and not extracted.claims
    return Finding(step, _as_data(answer, reading), extracted, gap=nothing_said(step) if silent else None)


def sources_of(ctx: RunContext, claims: ClaimSet, sources: SourceSet) -> dict[str, Source]:
    """Return the sources by id, those included that a step found itself and that claims stand in."""
    known = {found.source.id: found.source for found in sources.found}
    more = sorted({claim.source_id for claim in claims.claims} - known.keys())
    return {**known, **{document.id: document for document in ctx.documents(more)}}


def failed(step: str, fault: StepFailed) -> Finding:
    """Return the finding of a step that gave no usable answer, or was not asked."""
    gap = f"The step for {SUBJECTS[step]} {fault.gap}, so this part is missing."
    return Finding(step, {}, Extracted(), failed=True, gap=gap)


def step_variables(ctx: RunContext, reading: Reading, **given: Variable) -> dict[str, Variable]:
    """Return the variables of a research step; those that a step does not get are null."""
    nothing = Variable(None, "computed")
    return ctx.variables(
        **{"search_plan": nothing, "context_pack": nothing, "primary_signal": nothing, **given},
        passages=Variable(list(reading.passages), "previous_step", "sources"),
    )


def nothing_said(step: str) -> str:
    """Return the gap for a step whose sources are silent."""
    return f"The sources say nothing about {SUBJECTS[step]}."


def _extract(ctx: RunContext, step: str, drafts: Sequence[ClaimDraft], reading: Reading) -> Extracted:
    return extract_claims(ctx, step, drafts, reading.documents) if step in PREFIXES else Extracted()


def _as_data(answer: Model, reading: Reading) -> JsonDict:
    """The answer without its drafts, and without sources that the run does not have."""
    data: dict[str, Any] = answer.model_dump(mode="json", exclude={"claims"})
    if "sources" in data:
        known = {document.url for document in reading.documents.values() if document.url}
        data["sources"] = [source for source in data["sources"] if source["url"] in known]
    return data


def as_research(
    findings: Sequence[Finding],
    pack: ContextPack | None = None,
    signals: Sequence[Signal] = (),
    gaps: Sequence[str] = (),
) -> Research:
    """Return the artifact of the research steps that made `findings`."""
    return Research(
        answers={finding.step: finding.answer for finding in findings if not finding.failed},
        claims=[claim for finding in findings for claim in finding.extracted.claims],
        refused=[claim for finding in findings for claim in finding.extracted.refused],
        set_aside=[claim for finding in findings for claim in finding.extracted.set_aside],
        pack=pack,
        signals=list(signals),
        gaps=[*(finding.gap for finding in findings if finding.gap), *gaps],
        failed_steps=[finding.step for finding in findings if finding.failed],
    )
