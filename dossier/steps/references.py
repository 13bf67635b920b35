"""The dossier's sources: where each is used, and the section that lists them, one entry per address.

Here: `used_in`, the order of sources, and the section `sources`. Not here: footnote numbers, which each page
gives itself (`dossier/exports/footnotes.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dossier.evidence.citations import cited_ids
from dossier.models import SECTION_TITLES, Contact, Document, DossierSource, JsonDict, MergeResult, Section
from dossier.steps.events import merged_of, newest_first

NOTHING = "No source was found that says anything about the organisation."


def used_in(sections: Sequence[Section], contacts: Sequence[Contact], merged: MergeResult) -> dict[str, list[str]]:
    """Return by source id the sections that cite it, in the order of the sections."""
    into = merged_of(merged)
    sources = {claim.id: claim.source_ids for claim in merged.merged}
    use: dict[str, dict[str, None]] = {}
    for section in sections:
        cited = [claim_id for sentence in section.sentences for claim_id in sentence.claim_ids]
        cited += cited_ids(section.content)
        if section.key == "contacts":
            cited += [claim_id for contact in contacts for claim_id in contact.claim_ids]
        for claim_id in cited:
            for source_id in sources.get(into.get(claim_id, ""), ()):
                use.setdefault(source_id, {})[section.key] = None
    return {source_id: list(keys) for source_id, keys in use.items()}


def dossier_sources(documents: Iterable[Document], use: Mapping[str, Sequence[str]]) -> list[DossierSource]:
    """Return the sources in order: best tier first, then the newest, then by title and id."""
    return [_source(document, use.get(document.id, ())) for document in sorted(documents, key=_order)]


def sources_section(documents: Iterable[Document], use: Mapping[str, Sequence[str]]) -> Section:
    """Return the last section: all sources, those of one address together, each with where it is used."""
    groups: dict[str, list[Document]] = {}
    for document in sorted(documents, key=_order):
        groups.setdefault(document.url or document.id, []).append(document)
    rows = [_row(group, use) for group in groups.values()]
    return Section(
        key="sources", title=SECTION_TITLES["sources"], content={"sources": rows}, gap=None if rows else NOTHING
    )


def _order(document: Document) -> tuple[int, int, str, str]:
    return document.tier.rank, newest_first(document.published_at), document.title, document.id


def _source(document: Document, sections: Sequence[str]) -> DossierSource:
    return DossierSource(
        **document.model_dump(include=set(DossierSource.model_fields) - {"used_in"}), used_in=list(sections)
    )


def _row(group: Sequence[Document], use: Mapping[str, Sequence[str]]) -> JsonDict:
    """One entry of the section: the first of the group speaks for all; there may be several texts of one page."""
    first = group[0]
    keys = [key for key in SECTION_TITLES if any(key in use.get(document.id, ()) for document in group)]
    return {
        "title": first.title,
        "url": first.url,
        "publisher": first.publisher,
        "tier": first.tier.value,
        "published_at": first.published_at.isoformat() if first.published_at else None,
        "source_ids": [document.id for document in group],
        "used_in": keys,
    }
