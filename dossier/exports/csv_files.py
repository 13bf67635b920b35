"""Tables of dossiers and contacts as CSV that spreadsheets and CRM imports open without harm.

Here: one row a dossier, one row a contact, and the dialect (UTF-8 with mark, CRLF, ISO dates, no formulas). Not
here: what single CRMs want (`crm_profiles.py`, `crm_rows.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dossier.exports.whole_files import put_file
from dossier.models import Contact, Dossier
from dossier.text_safety import csv_cell

if TYPE_CHECKING:
    from pandas import DataFrame

DOSSIER_COLUMNS = (
    "run_id client lead_id company domain status score tier timing_urgency why_now why_now_date why_now_url signals"
    " claims merged_claims sources conflicts gaps primary_contact primary_title primary_email primary_email_status"
    " provider reference_date created_at cost_usd"
).split()
CONTACT_COLUMNS = (
    "run_id client lead_id company domain contact_id is_primary name title organization why email email_status"
    " email_source phone phone_status phone_normalized phone_source linkedin linkedin_status linkedin_source confidence"
).split()


def plain_tables(dossiers: Iterable[Dossier]) -> tuple[DataFrame, DataFrame]:
    """Return one row for each dossier and one for each contact; numbers stay numbers.

    Dossiers are looked at one after the other and not kept, so that many of them need little memory.
    """
    from pandas import DataFrame

    rows: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    for one in dossiers:
        rows.append(_dossier_row(one))
        people += _contact_rows(one)
    return (
        DataFrame(rows, columns=DOSSIER_COLUMNS, dtype=object),
        DataFrame(people, columns=CONTACT_COLUMNS, dtype=object),
    )


def write(frame: DataFrame, path: Path) -> None:
    """Write `frame` to `path`: UTF-8 with mark, CRLF, one header row, no cell that a spreadsheet would run."""
    safe = frame.map(lambda value: csv_cell(value) if isinstance(value, str) else value)
    _put(safe.rename(columns=lambda name: csv_cell(str(name))), path)


def write_crm(rows: Sequence[Mapping[str, str]], headers: Mapping[str, str], path: Path) -> None:
    """Write checked rows of a CRM's table to `path`, under the headers that its columns have for this client."""
    from pandas import DataFrame

    table = [[row[column] for column in headers] for row in rows]
    _put(DataFrame(table, columns=list(headers.values()), dtype=object), path)


def _put(frame: DataFrame, path: Path) -> None:
    put_file(path, frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig"))


def _identity(dossier: Dossier) -> dict[str, Any]:
    return {
        "run_id": dossier.run_id,
        "client": dossier.client,
        "lead_id": dossier.lead.id,
        "company": dossier.lead.name,
        "domain": dossier.lead.domain or "",
    }


def _dossier_row(dossier: Dossier) -> dict[str, Any]:
    why_now = dossier.why_now
    primary = next((contact for contact in dossier.contacts if contact.is_primary), None)
    email = primary.email if primary else None
    return _identity(dossier) | {
        "status": dossier.status,
        "score": dossier.score.total,
        "tier": dossier.score.tier,
        "timing_urgency": dossier.timing_urgency,
        "why_now": why_now.text if why_now else "",
        "why_now_date": why_now.event_date.isoformat() if why_now else "",
        "why_now_url": (why_now.url or "") if why_now else "",
        "signals": sum(claim.type == "SIGNAL" for claim in dossier.merged_claims),
        "claims": len(dossier.claims),
        "merged_claims": len(dossier.merged_claims),
        "sources": len(dossier.sources),
        "conflicts": len(dossier.conflicts),
        "gaps": " | ".join(dossier.gaps),
        "primary_contact": primary.name if primary else "",
        "primary_title": (primary.title or "") if primary else "",
        "primary_email": email.value if email else "",
        "primary_email_status": email.status if email else "",
        "provider": dossier.provider,
        "reference_date": dossier.reference_date.isoformat(),
        "created_at": dossier.created_at,
        "cost_usd": dossier.cost.usd,
    }


def _contact_rows(dossier: Dossier) -> Iterator[dict[str, Any]]:
    addresses = {source.id: source.url or source.title for source in dossier.sources}
    for contact in dossier.contacts:
        yield _identity(dossier) | {
            "contact_id": contact.id,
            "is_primary": "yes" if contact.is_primary else "no",
            "name": contact.name,
            "title": contact.title or "",
            "organization": contact.organization,
            "why": contact.why,
            **_channels(contact, addresses),
            "confidence": contact.confidence,
        }


def _channels(contact: Contact, addresses: dict[str, str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name in ("email", "phone", "linkedin"):
        detail = getattr(contact, name)
        cells[name] = detail.value if detail else ""
        cells[f"{name}_status"] = detail.status if detail else ""
        cells[f"{name}_source"] = addresses.get(detail.source_id or "", "") if detail else ""
    cells["phone_normalized"] = (contact.phone.normalized or "") if contact.phone else ""
    return cells
