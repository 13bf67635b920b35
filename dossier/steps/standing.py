"""Whether a merged claim's statement stands by its own quotes, for text that code places after the fact-check.

Here: the same rule as in the fact-check, for one statement at a time. Not here: text that somebody wrote
(`fact_check.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dossier.evidence.support import Evidence, fold_words, join, read_evidence
from dossier.evidence.verdicts import verdict_on
from dossier.models import Claim, ClaimSet, Client, EventDate, Lead, MergedClaim, Precision, Source


@dataclass(frozen=True, slots=True)
class Standing:
    """Judges statements by the claims and sources of one run; `context` are words that may stand anywhere."""

    raw: Mapping[str, Claim]
    sources: Mapping[str, Source]
    context: frozenset[str]

    @classmethod
    def of(cls, claims: ClaimSet, sources: Mapping[str, Source], lead: Lead, client: Client) -> Standing:
        """Return the judge of a run; `sources` are by id."""
        context = fold_words([lead.name, *lead.aliases, client.name])
        return cls({claim.id: claim for claim in claims.claims}, sources, context)

    def holds(self, claim: MergedClaim) -> bool:
        """True if the claim's statement is supported by its quotes, as the fact-check understands it."""
        evidence = join(self._evidence(self.raw[one]) for one in claim.claim_ids if one in self.raw)
        return verdict_on(claim.statement, evidence, self.context).verdict == "supported"

    def _evidence(self, claim: Claim) -> Evidence:
        source = self.sources.get(claim.source_id)
        days = [(claim.event_date, claim.date_precision)]
        if source is not None:
            days.append((source.published_at, source.published_precision))
        dates = [EventDate(value=day, precision=precision or Precision.DAY, text="") for day, precision in days if day]
        return read_evidence(claim.quote, dates, (source.title, source.publisher or "") if source else ())
