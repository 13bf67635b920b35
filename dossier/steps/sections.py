"""Has the six writers write their sections, side by side, and holds each answer to the evidence.

Here: asking, checking what is cited, the fields that code fills itself, and a gap where a writer failed or found
nothing. Not here: the sections `contacts`, `outreach` and `sources`, which code assembles (`dossier.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dossier.answers import Written
from dossier.errors import StepFailed
from dossier.evidence.organisations import is_government
from dossier.exports.wording import label
from dossier.models import (
    SECTION_TITLES,
    ClaimSet,
    ContextPack,
    DossierPlan,
    Insight,
    JsonDict,
    MergeResult,
    Score,
    Section,
    SectionSet,
    Sentence,
    Signal,
)
from dossier.run_context import RunContext
from dossier.steps.events import publications
from dossier.steps.missing import said_missing
from dossier.steps.signal_table import signal_table
from dossier.steps.style import preferences_of, section_faults
from dossier.steps.writing import Checker, Evidence, faults_of, rehearse, told_events, writing_variables
from dossier.threads import side_by_side

WRITTEN = ("intro", "signals", "lead_intelligence", "strategy", "opportunity", "client_specific")
SUBJECTS = {
    "intro": "an event or a description of the organisation",
    "signals": "an event that suggests a purchase",
    "lead_intelligence": "what the organisation is and does",
    "strategy": "an event, a figure or a partner to build on",
    "opportunity": "a project, its value or its dates",
    "client_specific": "your questions",
}


def write_sections(
    ctx: RunContext,
    merged: MergeResult,
    plan: DossierPlan,
    score: Score,
    insight: Insight | None,
    signals: Sequence[Signal],
    pack: ContextPack | None = None,
    claims: ClaimSet | None = None,
) -> SectionSet:
    """Return the six written sections in the dossier's order; a writer without a usable answer leaves a gap.

    With `claims`, a model is told once what the fact-check would drop.
    """
    events, rehearsal = told_events(ctx, merged, signals), rehearse(ctx, merged, claims)
    evidence = Evidence(merged, signals, score, plan, insight, pack, events, rehearsal)
    answers = side_by_side({key: partial(_ask, ctx, evidence, key) for key in WRITTEN})
    return SectionSet(
        sections=[_section(ctx, evidence, key, answer) for key, answer in answers.items()],
        failed_steps=[f"writer_{key}" for key, answer in answers.items() if isinstance(answer, StepFailed)],
    )


def _ask(ctx: RunContext, evidence: Evidence, key: str) -> Written:
    variables = writing_variables(ctx, evidence, key)
    return ctx.exchange.ask(f"writer_{key}", variables, Written, _written_check(ctx, evidence, key))


def _written_check(ctx: RunContext, evidence: Evidence, key: str) -> Callable[[Written], list[str]] | None:
    if not ctx.by_model:
        return None
    wanted = preferences_of(ctx.client)
    return lambda written: [
        *faults_of(evidence, key, _shipped(key, written.content), written.sentences),
        *section_faults(key, written, wanted),
    ]


def _shipped(key: str, content: JsonDict) -> JsonDict:
    """Return what of a writer's fields is used: of a signal only the relevance, its row is code's."""
    rows = content.get("why_theyll_buy_now")
    if key != "signals" or not isinstance(rows, list):
        return content
    used = ("claim_ids", "relevance")
    dicts = [row for row in rows if isinstance(row, dict)]
    return {"why_theyll_buy_now": [{name: row[name] for name in used if name in row} for row in dicts]}


def _section(ctx: RunContext, evidence: Evidence, key: str, answer: Written | StepFailed) -> Section:
    written = Written() if isinstance(answer, StepFailed) else answer
    checker = Checker.of(evidence.merged)
    sentences = checker.sentences(written.sentences)
    content = checker.content(written.content)
    finish = _FINISH.get(key)
    if finish:
        content, sentences = finish(ctx, evidence, content, sentences)
    if isinstance(answer, StepFailed):
        gap = f"This part is missing: the writer {answer.gap}."
    else:
        nothing = "" if sentences else f"Nothing found: the sources do not tell {SUBJECTS[key]}."
        gap = said_missing(written.gap) or nothing
    told = " ".join(filter(None, (gap, checker.rejected())))
    return Section(key=key, title=SECTION_TITLES[key], content=content, sentences=sentences, gap=told or None)


Finish = Callable[[RunContext, Evidence, JsonDict, list[Sentence]], tuple[JsonDict, list[Sentence]]]


def _intro(
    ctx: RunContext, evidence: Evidence, content: JsonDict, sentences: list[Sentence]
) -> tuple[JsonDict, list[Sentence]]:
    """Score and urgency are computed, whatever a writer says; the import's own description heads the page."""
    score = evidence.score
    known = {name: ctx.lead.profile[name] for name in _PROFILE if ctx.lead.profile.get(name)}
    computed = {
        "lead_score": score.total,
        "timing_urgency": score.timing_urgency,
        "score_explanation": explain(score),
    }
    return {"title": ctx.lead.name, **content, **computed, **known}, sentences


_PROFILE = ("industry", "headquarters", "employees", "founded")


def explain(score: Score) -> str:
    """Return in one or two sentences what the score rests on most: its parts with points, largest first."""
    reached = sorted((part for part in score.parts if part.value > 0), key=lambda part: (-part.value, part.name))
    if not reached:
        why = "not all was read" if score.unread else "nothing was found that counts"
        return f"{score.total} of 100: {why}."
    parts = ", ".join(f"{label(part.name).lower()} {part.value:g} of {part.weight:g}" for part in reached[:3])
    return f"{score.total} of 100, most of it for: {parts}.{' Not all was read.' if score.unread else ''}"


def _signals(
    ctx: RunContext, evidence: Evidence, content: JsonDict, sentences: list[Sentence]
) -> tuple[JsonDict, list[Sentence]]:
    """The table is made by code: no event is left out, none is added, the newest stands first."""
    published = publications(ctx, evidence.merged)
    rows = signal_table(evidence.merged, evidence.signals, published, content.get("why_theyll_buy_now"))
    return {**content, "why_theyll_buy_now": rows}, sentences


def _strategy(
    ctx: RunContext, evidence: Evidence, content: JsonDict, sentences: list[Sentence]
) -> tuple[JsonDict, list[Sentence]]:
    """The insight belongs here: its fields where the writer left them empty, its sentences after the writer's."""
    insight = evidence.insight
    if insight is None:
        return content, sentences
    fields: Mapping[str, Any] = insight.model_dump(
        mode="json", include={"the_math", "competitive_positioning", "deal_strategy"}
    )
    said = {sentence.text for sentence in sentences}
    more = [sentence for sentence in insight.sentences if sentence.text not in said]
    return {**content, **{name: value for name, value in fields.items() if value and not content.get(name)}}, [
        *sentences,
        *more,
    ]


def _intelligence(
    ctx: RunContext, evidence: Evidence, content: JsonDict, sentences: list[Sentence]
) -> tuple[JsonDict, list[Sentence]]:
    """A regulator or a court is no partner, whatever a writer calls it."""
    rows = content.get("network_intelligence")
    if not isinstance(rows, list):
        return content, sentences
    return {**content, "network_intelligence": [row for row in rows if not _is_state_partner(row)]}, sentences


def _is_state_partner(row: Any) -> bool:
    if not isinstance(row, dict) or "partner" not in str(row.get("type")).lower():
        return False
    return is_government(str(row.get("name") or ""))


_FINISH: Mapping[str, Finish] = {
    "intro": _intro,
    "signals": _signals,
    "lead_intelligence": _intelligence,
    "strategy": _strategy,
}
