"""What a dossier's file must hold, and the text of a PDF or Word file, for tests that compare the two."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import docx
import pypdf
from docx.oxml.ns import qn

from dossier.exports.paper import shown
from dossier.models import Dossier

# Lines break where there is room, and what only joins or hides letters is no letter.
_NO_LETTER = re.compile("[\\s\u00ad\u200b-\u200d\u2060\ufe0e\ufe0f]+")


def squeezed(text: str) -> str:
    """Return `text` as a file shows it, without what line breaks add or take away."""
    return _NO_LETTER.sub("", shown(text))


def due(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Yield what must be found in every file made for readers, with what it is."""
    yield "company", dossier.lead.name
    for section in dossier.sections:
        yield from (("sentence", sentence.text) for sentence in section.sentences)
    yield from (("gap", gap) for gap in dossier.gaps)
    for source in dossier.sources:
        yield "title", source.title
        yield "address", source.url or ""
    for contact in dossier.contacts:
        yield from (
            ("contact", text) for text in (contact.name, contact.title or "", contact.organization, contact.why)
        )
        yield from (("channel", detail.value) for detail in (contact.email, contact.phone, contact.linkedin) if detail)
    yield from (("fact", merged.statement) for merged in dossier.merged_claims)
    merged = {claim_id for one in dossier.merged_claims for claim_id in one.claim_ids}
    yield from (("quote", claim.quote) for claim in dossier.claims if claim.id in merged)
    yield from (("side", side.value) for conflict in dossier.conflicts for side in conflict.values)
    yield from (("set aside", one.reason) for one in dossier.invalid_claims)


def missing(dossier: Dossier, text: str) -> list[tuple[str, str]]:
    """Return what must be in `text` and is not."""
    there = squeezed(text)
    return [(kind, one) for kind, one in due(dossier) if squeezed(one) not in there]


def pdf_text(data: bytes) -> str:
    """Return the text of a PDF without what stands at the foot of its pages."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return "\n".join(page[: page.rstrip().rfind("\n")] for page in pages)


def pdf_links(data: bytes) -> set[str]:
    """Return the outside addresses that a PDF links to."""
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(data)).pages:
        for note in page.get("/Annots", []):
            action = note.get_object().get("/A", {})
            found |= {str(action["/URI"])} if "/URI" in action else set()
    return found


def docx_text(data: bytes) -> str:
    """Return the text of a Word file: paragraphs and tables in their order."""
    body = docx.Document(io.BytesIO(data)).element.body
    return "\n".join("".join(piece.text or "" for piece in one.iter(qn("w:t"))) for one in body.iter(qn("w:p")))


def docx_links(data: bytes) -> set[str]:
    """Return the outside addresses that a Word file links to."""
    part = docx.Document(io.BytesIO(data)).part
    used = {link.get(qn("r:id")) for link in part.element.iter(qn("w:hyperlink"))} - {None}
    return {part.rels[one].target_ref for one in used}
