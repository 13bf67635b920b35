"""What the writing steps share: the variables they get, and the checks that their answers have to pass.

Here: unknown claim ids, unknown addresses and unsupported facts are taken out of an answer, and a model is told of them
first. Not here: whether a sentence says what its claims say (`fact_check.py`), and style (`style.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from dossier.evidence.citations import CITING_FIELDS
from dossier.models import (
    ClaimSet,
    ContextPack,
    DossierPlan,
    Insight,
    JsonDict,
    MergeResult,
    Score,
    Section,
    Sentence,
    Signal,
)
from dossier.ports import Variable
from dossier.run_context import RunContext
from dossier.steps.events import Event, find_events, is_fresh, opening_order, publications
from dossier.steps.fact_check import Rehearsal, own_references, own_words, told


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the steps after the merge write from. `insight` is None before there is one.

    `rehearsal` is the fact-check to come; only what a model writes is held against it beforehand.
    """

    merged: MergeResult
    signals: Sequence[Signal]
    score: Score
    plan: DossierPlan | None = None
    insight: Insight | None = None
    pack: ContextPack | None = None
    events: Sequence[Event] = ()
    rehearsal: Rehearsal | None = None


def rehearse(ctx: RunContext, merged: MergeResult, claims: ClaimSet | None) -> Rehearsal | None:
    """Return the fact-check that the texts of this run will have to pass, None where no model writes them."""
    if claims is None or not ctx.by_model:
        return None
    ids = list(dict.fromkeys(claim.source_id for claim in claims.claims))
    sources = {document.id: document for document in ctx.library.documents(ids)}
    return Rehearsal.of(merged, claims, sources, own_words(ctx.lead, ctx.client), own_references(ctx.client))


def faults_of(evidence: Evidence, key: str, content: JsonDict, sentences: Sequence[Sentence]) -> list[str]:
    """Return in words what will be taken out of an answer: what it cites in vain, and what its claims do not hold."""
    checker = Checker.of(evidence.merged)
    drafted = Section(key=key, title="", content=checker.content(content), sentences=checker.sentences(sentences))
    rejected = checker.rejected()
    verdicts = evidence.rehearsal.section(drafted) if evidence.rehearsal else []
    return [*([f"{rejected} Only what the message lists may be cited"] if rejected else []), *told(verdicts)]


def writing_variables(ctx: RunContext, evidence: Evidence, section: str | None = None) -> dict[str, Variable]:
    """Return the variables of a writing step; `routed_claims` are those of `section`, or all without one.

    Claims go without the details that nobody read in them: a step run keeps them all, eight times a dossier.
    """
    merged, plan = evidence.merged, evidence.plan
    by_id = {claim.id: claim.model_dump(mode="json", exclude_defaults=True) for claim in merged.merged}
    routed = plan.section_routing[section].claim_ids if plan and section else list(by_id)
    return ctx.variables(
        claims=Variable(list(by_id.values()), "previous_step", "claims_merge"),
        routed_claims=Variable([by_id[claim_id] for claim_id in routed], "previous_step", "dossier_plan"),
        signals=Variable(list(evidence.signals), "previous_step", "signal_discovery"),
        resolved_contacts=Variable(merged.contacts_resolved, "previous_step", "claims_merge"),
        conflicts=Variable(merged.conflicts, "previous_step", "claims_merge"),
        timelines=Variable(merged.timelines, "previous_step", "claims_merge"),
        score=Variable(evidence.score, "previous_step", "score"),
        insight=Variable(evidence.insight, "previous_step", "insight"),
        events=Variable([_row(event, ctx) for event in evidence.events], "computed"),
        context_pack=Variable(evidence.pack and evidence.pack.data, "context_pack"),
    )


def told_events(ctx: RunContext, merged: MergeResult, signals: Sequence[Signal]) -> list[Event]:
    """Return the run's buying events in the order in which to speak of them."""
    return opening_order(find_events(merged, signals, publications(ctx, merged)), ctx.reference_date)


def _row(event: Event, ctx: RunContext) -> JsonDict:
    return {
        "signal_type": event.signal_type,
        "tier": event.tier.value,
        "status": event.status,
        "date": event.event_date.isoformat() if event.event_date else None,
        "date_precision": event.date_precision.value if event.date_precision else None,
        "dated_by": "report" if event.reported else "text",
        "fresh": is_fresh(event, ctx.reference_date),
        "claim_ids": event.claim_ids,
    }


@dataclass(slots=True)
class Checker:
    """Takes out of an answer what the run does not have, and counts it.

    `ids` are the merged claims that may be cited, `urls` the addresses of their sources.
    """

    ids: Collection[str]
    urls: Collection[str]
    unknown_ids: int = 0
    unsupported: int = 0
    unknown_urls: int = 0

    @classmethod
    def of(cls, merged: MergeResult) -> Checker:
        """Return a checker for the claims and sources of `merged`."""
        urls = {source.url for claim in merged.merged for source in claim.sources if source.url}
        return cls({claim.id for claim in merged.merged}, urls)

    def known(self, claim_ids: Sequence[str]) -> list[str]:
        """Return the ids that exist, each once."""
        kept = [claim_id for claim_id in dict.fromkeys(claim_ids) if claim_id in self.ids]
        self.unknown_ids += len(set(claim_ids)) - len(kept)
        return kept

    def sentences(self, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Return the sentences with known ids only; empty ones, and facts that no claim supports, are left out."""
        kept = []
        for sentence in sentences:
            claim_ids = self.known(sentence.claim_ids)
            if not sentence.text.strip():
                continue
            if sentence.kind == "fact" and not claim_ids:
                self.unsupported += 1
                continue
            kept.append(sentence.model_copy(update={"claim_ids": claim_ids}))
        return kept

    def content(self, value: Any) -> Any:
        """Return JSON of any shape without unknown claim ids and without addresses that no source has."""
        if isinstance(value, dict):
            return {key: self._field(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.content(item) for item in value]
        return value

    def _field(self, key: str, item: Any) -> Any:
        if key in CITING_FIELDS and isinstance(item, list):
            return self.known([one for one in item if isinstance(one, str)])
        if key.endswith("url") and isinstance(item, str) and item not in self.urls:
            self.unknown_urls += 1
            return None
        return self.content(item)

    def rejected(self) -> str:
        """Return in one sentence what was left out, '' if nothing was."""
        found = (
            (self.unsupported, "a fact without a known claim", "facts without a known claim"),
            (self.unknown_ids, "a claim id that does not exist", "claim ids that do not exist"),
            (self.unknown_urls, "an address that no source has", "addresses that no source has"),
        )
        parts = [one if count == 1 else f"{count} {many}" for count, one, many in found if count]
        return f"Left out of the answer: {', '.join(parts)}." if parts else ""
