"""Asset 15: every sentence that ships, held against its evidence."""

from __future__ import annotations

from dossier.models import ClaimSet, ContactSet, FactCheck, MergeResult, OutreachSet, SectionSet
from dossier.open_runs import OpenRun
from dossier.ports import Variable
from dossier.steps.fact_check import check_facts, own_references, own_words
from dossier.steps.withheld import check_or_withhold
from dossier_assets import checks, written_previews
from dossier_assets.artifact import Stage, artifact


@artifact(
    Stage.DELIVER,
    show=written_previews.fact_check,
    checks=(checks.FACTS_SUPPORTED,),
    kinds=frozenset({"python", "table"}),
)
def fact_check(
    run: OpenRun,
    sections: SectionSet,
    contacts: ContactSet,
    outreach: OutreachSet,
    merged_claims: MergeResult,
    claims: ClaimSet,
) -> FactCheck:
    """A verdict on every sentence, and the text that may ship."""
    ids = list(dict.fromkeys(claim.source_id for claim in claims.claims))
    sources = {document.id: document for document in run.context.library.documents(ids)}
    words = [*own_words(run.context.lead, run.context.client)]
    references = own_references(run.context.client)
    wanted = {"sections": Variable([section.key for section in sections.sections], "previous_step", "sections")}
    return check_or_withhold(
        lambda: run.context.exchange.record(
            "fact_check",
            wanted,
            lambda: check_facts(
                sections.sections, contacts, outreach, merged_claims, claims, sources, words, references
            ),
            counts=lambda made: {"sentences": made.sentences, "supported": made.supported},
        ),
        sections.sections,
    )
