"""Deepens what is known of the lead, its project and the client's questions, and looks for pictures.

Here: the four branches that run side by side, and the rule that a picture's address must stand in a source.
Not here: reading and asking (`research.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from dossier.evidence.addresses import find_urls
from dossier.models import Document, JsonDict, Lead, Research, SourceSet
from dossier.run_context import RunContext
from dossier.steps.context_packs import pack_variable
from dossier.steps.research import Finding, as_research, failed, investigate, read_sources
from dossier.steps.signals import primary_variable
from dossier.threads import side_by_side

STEPS = ("enrich_lead", "enrich_opportunity", "client_specific", "media")


def enrich(ctx: RunContext, signals: Research, entity: Research, contacts: Research, sources: SourceSet) -> Research:
    """Return what the four branches found, in their fixed order; a branch that failed leaves its gap."""
    reading = read_sources(ctx, sources.plus(signals.found))
    given = {
        "context_pack": pack_variable([signals, entity, contacts], "contacts_to_enrichment"),
        "primary_signal": primary_variable(ctx, signals),
    }
    branches: dict[str, Callable[[], Finding]] = {
        step: partial(investigate, ctx, step, reading, **given) for step in STEPS
    }
    outcomes = side_by_side(branches)
    findings = [found if isinstance(found, Finding) else failed(step, found) for step, found in outcomes.items()]
    research = as_research(findings)
    media = vetted_media(research.answers.get("media", {}), list(reading.documents.values()), ctx.lead)
    return research.model_copy(update={"answers": {**research.answers, "media": media}})


def vetted_media(media: Mapping[str, Any], documents: Collection[Document], lead: Lead) -> JsonDict:
    """Return the media answer without addresses that no source holds; a fallback then says what is missing."""
    known = _addresses(documents)
    logo, image = (_vetted(media.get(name) or {}, known) for name in ("logo", "project_image"))
    said = media.get("fallback_recommendation") or {}
    needed = not logo.get("url") or not image.get("url")
    reason = "No source gives an address of a picture." if needed else ""
    fallback = {"needed": needed, "industry_category": said.get("industry_category") or lead.profile.get("industry")}
    return {"logo": logo, "project_image": image, "fallback_recommendation": {**fallback, "reason": reason}}


def _vetted(picture: Mapping[str, Any], addresses: Collection[str]) -> JsonDict:
    """A picture whose address stands in no source is no picture; of one that does, other addresses must too."""
    url = picture.get("url")
    if not isinstance(url, str) or url not in addresses:
        return {}
    return {name: value for name, value in picture.items() if "://" not in str(value) or value in addresses}


def _addresses(documents: Collection[Document]) -> set[str]:
    """Every web address that the sources have or hold, whole."""
    found = {address.text for document in documents for address in find_urls(document.text)}
    return found | {document.url for document in documents if document.url}
