"""Footnotes: each cited fact gets a number in the order in which a reader meets it.

Here: from claim ids to facts with their quotes and sources. Not here: how footnotes look (templates) and
which sentences cite what (`dossier/exports/brief.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dossier.exports import phrases
from dossier.exports.wording import TIER_WORDS, date_in_words, site_name
from dossier.models import Dossier, DossierClaim, DossierMergedClaim, DossierSource, Precision
from dossier.text_safety import web_address

_LEAST_START = 20


@dataclass(frozen=True, slots=True)
class Reference:
    """A source as a reader sees it; `number` counts the sources in the order of their first use."""

    number: int
    id: str
    title: str
    publisher: str
    tier: str
    published: str
    retrieved: str
    url: str | None
    address: str
    sha256: str
    used_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """The words that support a fact, where they stand, and how sure the claim is."""

    text: str
    reference: Reference
    confidence: str
    claim_id: str


@dataclass(frozen=True, slots=True)
class Footnote:
    """A fact with its number and all quotes that support it, each once, best tier first."""

    number: int
    id: str
    type: str
    statement: str
    status: str
    confidence: str
    quotes: tuple[Quote, ...]
    old: bool = False

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to mind when using it: disputed, overtaken, old."""
        status = {"contested": phrases.CONTESTED, "current": ""}.get(self.status, self.status)
        return tuple(filter(None, (status, phrases.OLD if self.old else "")))


class Footnotes:
    """Numbers facts and sources of one dossier as they are cited; each writer makes its own."""

    def __init__(self, dossier: Dossier) -> None:
        self._merged = {merged.id: merged for merged in dossier.merged_claims}
        self._merged_of = {claim_id: merged.id for merged in dossier.merged_claims for claim_id in merged.claim_ids}
        self._claims = {claim.id: claim for claim in dossier.claims}
        self._sources = {source.id: source for source in dossier.sources}
        self._given: dict[str, Footnote] = {}
        self._references: dict[str, Reference] = {}

    def cite(self, claim_ids: Sequence[str]) -> tuple[Footnote, ...]:
        """Return the footnotes of merged or raw claim ids by number, each once; unknown ids have none."""
        merged_ids = dict.fromkeys(self._merged_of.get(one, one) for one in claim_ids)
        found = [self._footnote(one) for one in merged_ids if one in self._merged]
        return tuple(sorted(found, key=lambda footnote: footnote.number))

    def behind(self, text: str) -> tuple[Footnote, ...]:
        """Return the footnote of the first fact whose statement begins like `text`, which may be cut with `…`."""
        start = _plain(text).rstrip("….")
        if len(start) < _LEAST_START:
            return ()
        said = [(claim.type, claim.id, claim.statement) for claim in self._merged.values()]
        said += [(claim.type, claim.id, claim.statement) for claim in self._claims.values()]
        found = [(kind == "NOTE", one) for kind, one, statement in said if _plain(statement).startswith(start)]
        return self.cite([one for _, one in sorted(found, key=lambda pair: pair[0])[:1]])

    def precision(self, day: date, statement: str = "") -> Precision | None:
        """Return how exact `day` is by the claims that have it, those with `statement` first; None if unknown."""
        dated = [claim for claim in self._claims.values() if claim.event_date == day]
        same = [claim for claim in dated if statement and claim.statement == statement]
        return next((claim.date_precision for claim in same or dated), None)

    def reported(self, day: date | None, source_id: str | None = None, claim_id: str | None = None) -> str:
        """Return the day of a report in words, no more exact than the source (or the claim's source) knows it."""
        claim = self._claims.get(claim_id or "")
        source = self._sources.get(source_id or (claim.source_id if claim else ""))
        known = source is not None and source.published_at == day
        return date_in_words(day, source.published_precision if source and known else Precision.DAY)

    def cited(self) -> list[Footnote]:
        """Return the footnotes given so far, by number."""
        return list(self._given.values())

    def rest(self) -> list[Footnote]:
        """Number and return the facts that nothing has cited."""
        return [self._footnote(one) for one in self._merged if one not in self._given]

    def reference(self, source_id: str | None) -> Reference | None:
        """Return the numbered reference of a source, or None for an unknown id."""
        source = self._sources.get(source_id or "")
        if source is None:
            return None
        if source.id not in self._references:
            self._references[source.id] = _reference(len(self._references) + 1, source)
        return self._references[source.id]

    def reference_of_url(self, url: object) -> Reference | None:
        """Return the reference of the first source with this address, or None."""
        found = next((one.id for one in self._sources.values() if url and one.url == url), None)
        return self.reference(found)

    def references(self) -> list[Reference]:
        """Return all sources as references: those used first in the order of use, then the rest."""
        for source_id in self._sources:
            self.reference(source_id)
        return list(self._references.values())

    def _footnote(self, merged_id: str) -> Footnote:
        if merged_id not in self._given:
            self._given[merged_id] = self._made(self._merged[merged_id], len(self._given) + 1)
        return self._given[merged_id]

    def _made(self, merged: DossierMergedClaim, number: int) -> Footnote:
        claims = [self._claims[one] for one in merged.claim_ids if one in self._claims]
        ordered = sorted(claims, key=lambda claim: (claim.source_tier.rank, claim.id))
        quotes: dict[tuple[str, str], Quote] = {}
        for quote in filter(None, map(self._quote, ordered)):
            quotes.setdefault((quote.reference.id, quote.text), quote)
        return Footnote(
            number=number,
            id=merged.id,
            type=merged.type.value,
            statement=merged.statement,
            status=merged.status,
            confidence=merged.confidence.value,
            quotes=tuple(quotes.values()),
            old=merged.old,
        )

    def _quote(self, claim: DossierClaim) -> Quote | None:
        reference = self.reference(claim.source_id)
        if reference is None:
            return None
        return Quote(" ".join(claim.quote.split()), reference, claim.confidence.value, claim.id)


def _reference(number: int, source: DossierSource) -> Reference:
    url = web_address(source.url)
    return Reference(
        number=number,
        id=source.id,
        title=source.title or source.url or source.id,
        publisher=source.publisher or (site_name(url) if url else "publisher not named"),
        tier=TIER_WORDS[source.tier],
        published=date_in_words(source.published_at, source.published_precision),
        retrieved=source.retrieved_at[:10],
        url=url,
        address=source.url or "",
        sha256=source.sha256,
        used_in=tuple(source.used_in),
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
