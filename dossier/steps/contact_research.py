"""Finds people to talk to, with the words that name them.

Here: the asset's order of acts. Not here: who becomes a contact of the dossier (`contacts.py`), reading and
asking (`research.py`), and the pack (`context_packs.py`).
"""

from __future__ import annotations

from dossier.models import Research, SourceSet
from dossier.run_context import RunContext
from dossier.steps.context_packs import pack_contacts, pack_variable, usable_claims
from dossier.steps.research import as_research, investigate, read_sources
from dossier.steps.signals import primary_signal, primary_variable


def discover_contacts(ctx: RunContext, signals: Research, entity: Research, sources: SourceSet) -> Research:
    """Return the people that the sources name, with the pack `contacts_to_enrichment`."""
    sources = sources.plus(signals.found)
    finding = investigate(
        ctx,
        "contact_discovery",
        read_sources(ctx, sources),
        context_pack=pack_variable([signals, entity], "entity_to_contacts"),
        primary_signal=primary_variable(ctx, signals),
    )
    claims = usable_claims([signals, entity, as_research([finding])])
    identity = entity.answers.get("entity_research", {}).get("identity") or {}
    primary = primary_signal(signals.signals, ctx.reference_date)
    return as_research([finding], pack_contacts(ctx, claims, primary, identity, sources))
