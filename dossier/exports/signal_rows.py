"""The rows of the signals table: what happened, when, how much, and where it stands.

Here: from the signals section's rows (or, without them, its sentences) to rows with footnotes. Not here: which
signals a dossier has and their order, which the writer of the section decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dossier.evidence.citations import cited_ids
from dossier.exports.footnotes import Footnote, Footnotes, Reference
from dossier.exports.wording import DATED_BY_REPORT, date_in_words, label, stated_date
from dossier.models import Dossier, DossierClaim, Section, Sentence, SignalTier


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal. `detail` is the full sentence where the headline is shorter; `reported` means that no source
    states the day, so that it is the day of the first report.
    """

    date: str
    reported: bool
    type: str
    tier: str
    status: str
    headline: str
    detail: str
    amount: str
    relevance: str
    confidence: str
    reference: Reference | None
    notes: tuple[Footnote, ...]


def signal_rows(section: Section | None, dossier: Dossier, notes: Footnotes) -> list[SignalRow]:
    """Return the rows of `section` in its order; sentences stand in where it has no structured rows."""
    if section is None:
        return []
    claims = _claims_by_merged(dossier)
    listed = section.content.get("why_theyll_buy_now")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    if rows:
        return [_row(row, section.sentences, claims, notes) for row in rows]
    return [_row_of_sentence(sentence, claims, notes) for sentence in section.sentences]


def _row(
    row: dict[str, Any],
    sentences: list[Sentence],
    claims: dict[str, list[DossierClaim]],
    notes: Footnotes,
) -> SignalRow:
    cited = notes.cite(cited_ids(row)) or notes.behind(_text(row, "headline"))
    headline = _whole(_text(row, "headline"), cited)
    relevance = _text(row, "relevance").removesuffix(DATED_BY_REPORT).rstrip()
    tier = _text(row, "tier").upper()
    if not tier and relevance in SignalTier.__members__:
        relevance, tier = "", relevance
    return SignalRow(
        date=_date(row, cited, claims),
        reported=row.get("dated_by") == "report",
        type=label(_text(row, "signal_type")),
        tier=tier,
        status=label(_text(row, "status")),
        headline=headline,
        detail=_detail(headline, cited, sentences),
        amount=_amount(row.get("amount")),
        relevance=relevance,
        confidence=cited[0].confidence if cited else "",
        reference=notes.reference_of_url(row.get("source_url")) or _first_reference(cited),
        notes=cited,
    )


def _row_of_sentence(sentence: Sentence, claims: dict[str, list[DossierClaim]], notes: Footnotes) -> SignalRow:
    cited = notes.cite(sentence.claim_ids)
    return SignalRow(
        date=_date({}, cited, claims),
        reported=False,
        type="",
        tier="",
        status="",
        headline=sentence.text,
        detail="",
        amount="",
        relevance="",
        confidence=cited[0].confidence if cited else "",
        reference=_first_reference(cited),
        notes=cited,
    )


def _claims_by_merged(dossier: Dossier) -> dict[str, list[DossierClaim]]:
    by_id = {claim.id: claim for claim in dossier.claims}
    return {merged.id: [by_id[one] for one in merged.claim_ids if one in by_id] for merged in dossier.merged_claims}


def _date(row: dict[str, Any], cited: tuple[Footnote, ...], claims: dict[str, list[DossierClaim]]) -> str:
    """Return the row's date in words, with the precision of the row or of a claim that has the same day."""
    dated = [claim for note in cited for claim in claims[note.id] if claim.event_date]
    if not row.get("date"):
        return date_in_words(dated[0].event_date, dated[0].date_precision) if dated else "undated"
    same = (claim.date_precision for claim in dated if str(claim.event_date) == str(row["date"]))
    return stated_date(row["date"], row.get("date_precision") or next(same, None))


def _whole(headline: str, cited: tuple[Footnote, ...]) -> str:
    """Return the statement of which `headline` is only the cut beginning, or the first one where it is empty."""
    start = _plain(headline).rstrip("….")
    cut = headline.endswith(("…", "...")) or not headline
    return next((note.statement for note in cited if cut and _plain(note.statement).startswith(start)), headline)


def _detail(headline: str, cited: tuple[Footnote, ...], sentences: list[Sentence]) -> str:
    """Return the section's sentence on the same facts, unless the headline says all of it."""
    ids = {note.id for note in cited}
    full = next((one.text for one in sentences if ids.intersection(one.claim_ids)), "")
    return "" if _plain(full) == _plain(headline) else full


def _first_reference(cited: tuple[Footnote, ...]) -> Reference | None:
    return cited[0].quotes[0].reference if cited and cited[0].quotes else None


def _amount(value: Any) -> str:
    """Return an amount as it was written: plain text, or the `text` of a structured amount."""
    if isinstance(value, dict):
        value = value.get("text")
    return value.strip() if isinstance(value, str) else ""


def _text(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")
