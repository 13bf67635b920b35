"""Finds out who the lead is: its identity, structure, partners and project.

Here: the asset's order of acts. Not here: reading and asking (`research.py`) and the pack (`context_packs.py`).
"""

from __future__ import annotations

from dossier.models import Research, SourceSet
from dossier.run_context import RunContext
from dossier.steps.context_packs import pack_entity, pack_variable, usable_claims
from dossier.steps.research import as_research, investigate, read_sources
from dossier.steps.signals import primary_signal, primary_variable


def research_entity(ctx: RunContext, signals: Research, sources: SourceSet) -> Research:
    """Return what the sources say of the organisation, with the pack `entity_to_contacts`."""
    sources = sources.plus(signals.found)
    finding = investigate(
        ctx,
        "entity_research",
        read_sources(ctx, sources),
        context_pack=pack_variable([signals], "signal_to_entity"),
        primary_signal=primary_variable(ctx, signals),
    )
    claims = usable_claims([signals, as_research([finding])])
    identity = finding.answer.get("identity") or {}
    primary = primary_signal(signals.signals, ctx.reference_date)
    return as_research([finding], pack_entity(ctx, claims, primary, identity, sources))
