"""The dossier as a Word file: the pieces of the paper, with headings, links and marks that work.

Here: from pieces to paragraphs and tables. Not here: what is shown (`paper_full.py`) and styles (`docx_styles.py`).
Outside text is only ever the text of a run, so it makes no field; links are those that the paper has checked.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Emu, Inches, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from dossier.exports import paper as pieces
from dossier.exports.docx_styles import (
    ACCENT,
    AFTER_TABLE,
    GROUNDS,
    SOFT,
    STYLES,
    TAGS,
    draw_lines,
    dress,
    element,
    pad_cells,
    put_foot,
    shade,
)
from dossier.exports.paper import Span, Text, shown
from dossier.exports.paper_full import paper
from dossier.models import Document, Dossier

_WIDTH = Inches(6.79)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # archives know no earlier time; the same dossier gives the same bytes
_INDENT = Inches(0.25)
_PAD = "\u00a0"  # no line ends within a tag
_ROW_PADDING = {"top": 0.03, "left": 0.0, "bottom": 0.02, "right": 0.1}


def render(dossier: Dossier, documents: Sequence[Document] = ()) -> bytes:
    """Return `dossier` as a Word file; with `documents`, sources name the length of the stored text."""
    return _Writer(paper(dossier, documents)).file()


class _Writer:
    """Writes one paper into one document."""

    def __init__(self, made: pieces.Paper) -> None:
        self._paper = made
        self._document: WordDocument = docx.Document()
        self._bookmarks = 0
        dress(self._document)

    def file(self) -> bytes:
        self._describe()
        put_foot(self._document, shown(self._paper.foot))
        for piece in self._paper.pieces:
            self._put(piece)
        written = io.BytesIO()
        self._document.save(written)
        return _without_times(written.getvalue())

    def _describe(self) -> None:
        known = self._document.core_properties
        known.title, known.subject = shown(self._paper.title)[:255], shown(self._paper.subject)[:255]
        known.author = known.last_modified_by = "Dossier"
        known.comments = known.keywords = ""
        known.language, known.revision = "en-US", 1
        _forget_picture(self._document)
        known.created = known.modified = datetime.fromisoformat(self._paper.created).replace(tzinfo=None, microsecond=0)

    def _put(self, piece: pieces.Piece) -> None:
        match piece:
            case pieces.Masthead():
                self._masthead(piece)
            case pieces.Heading():
                self._heading(piece)
            case pieces.Text():
                self._paragraph(piece)
            case pieces.Table():
                self._table(piece)
            case pieces.Pairs():
                self._pairs(piece)
            case pieces.Bars():
                self._bars(piece)
            case pieces.Cards():
                self._cards(piece)
            case pieces.Box():
                self._box(piece)
            case pieces.Columns():
                for inner in (*piece.left, *piece.right):
                    self._put(inner)
            case pieces.Numbered():
                self._numbered(piece)

    def _masthead(self, top: pieces.Masthead) -> None:
        self._paragraph(pieces.plain(top.eyebrow, "small", "soft"))
        _add(self._document, "Title").add_run(shown(top.title))
        self._paragraph(pieces.plain(top.facts, "small", "soft"))
        if top.line:
            self._paragraph(top.line)
        score = self._document.add_paragraph()
        _colored(score.add_run(str(top.score)), ACCENT).font.size = Pt(26)
        score.runs[0].font.bold = True
        _colored(score.add_run(f" of 100 · Tier {top.tier}"), SOFT)

    def _heading(self, heading: pieces.Heading) -> Paragraph:
        paragraph = _add(self._document, f"Heading {heading.level}")
        self._spans(paragraph, (Span(heading.text),))
        if heading.tag:
            self._spans(paragraph, (Span(" "), Span(heading.tag, "tag")))
        self._bookmark(paragraph, heading.anchor)
        return paragraph

    def _paragraph(self, text: Text, place: WordDocument | _Cell | None = None) -> Paragraph:
        paragraph = _add(place or self._document, STYLES[text.role][0])
        self._spans(paragraph, text.spans)
        return paragraph

    def _box(self, box: pieces.Box) -> None:
        """Write the heading of a box, so that Word lists it, and the rest on a ground of its own."""
        for piece in box.pieces:
            if isinstance(piece, pieces.Heading):
                self._heading(piece)
        texts = [piece for piece in box.pieces if isinstance(piece, Text)]
        made = self._grid([[texts]], (1,), sides=(), padding={"top": 0.08, "left": 0.12, "bottom": 0.06, "right": 0.12})
        shade(made.cell(0, 0)._tc.get_or_add_tcPr(), GROUNDS[box.tone])

    def _pairs(self, pairs: pieces.Pairs) -> None:
        if not pairs.indented:
            rows = [[(pieces.plain(name, "small", "soft"),), texts] for name, texts in pairs.rows]
            self._grid(rows, (22, 78))
            return
        for name, texts in pairs.rows:
            named = Text((Span(f"{name}: ", "soft"), *texts[0].spans), "detail")
            for text in (named, *texts[1:]):
                self._paragraph(text).paragraph_format.left_indent = _INDENT

    def _table(self, table: pieces.Table) -> None:
        head = [(pieces.plain(name, "small", "soft"),) for name in table.head]
        made = self._grid([head, *table.rows], table.weights)
        made.rows[0]._tr.get_or_add_trPr().append(element("w:tblHeader", {}))

    def _bars(self, bars: pieces.Bars) -> None:
        rows = [
            [(pieces.plain(label, look="strong"),), (pieces.plain(value, look="soft"),), (reason,)]
            for label, value, _, reason in bars.rows
        ]
        self._grid(rows, (28, 16, 56))

    def _cards(self, cards: pieces.Cards) -> None:
        across = min(cards.across, len(cards.cards))
        rows = [list(cards.cards[start : start + across]) for start in range(0, len(cards.cards), across)]
        sides = ("top", "left", "bottom", "right", "insideH", "insideV")
        padding = {"top": 0.05, "left": 0.1, "bottom": 0.05, "right": 0.1}
        self._grid([row + [()] * (across - len(row)) for row in rows], (1,) * across, sides=sides, padding=padding)

    def _grid(
        self,
        rows: Sequence[Sequence[Sequence[Text]]],
        weights: Sequence[int],
        *,
        sides: Sequence[str] = ("bottom", "insideH"),
        padding: Mapping[str, float] = _ROW_PADDING,
    ) -> WordTable:
        """Write a table of fixed widths, so that nothing stands over the edge; long words break in the cell."""
        table: WordTable = self._document.add_table(rows=len(rows), cols=len(weights))
        table.autofit = False
        draw_lines(table._tbl.tblPr, sides)
        pad_cells(table._tbl.tblPr, padding)
        widths = [Emu(int(_WIDTH * weight / sum(weights))) for weight in weights]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = width
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, width, content in zip(row.cells, widths, texts, strict=True):
                cell.width = width
                self._fill(cell, content)
        # Without a paragraph between them, Word takes two tables for one.
        _add(self._document, AFTER_TABLE)
        return table

    def _fill(self, cell: _Cell, texts: Iterable[Text]) -> None:
        empty = cell.paragraphs[0]._p
        for text in texts:
            self._paragraph(text, cell)
        if len(cell.paragraphs) > 1:
            empty.getparent().remove(empty)

    def _numbered(self, item: pieces.Numbered) -> None:
        first, *others = item.texts
        number = Span(f"{item.number}\t", "strong")
        paragraph = self._paragraph(Text((number, *first.spans), first.role))
        paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = _INDENT, -_INDENT
        paragraph.paragraph_format.tab_stops.add_tab_stop(_INDENT)
        paragraph.paragraph_format.space_before = Pt(6)
        self._bookmark(paragraph, item.anchor)
        for text in others:
            self._paragraph(text).paragraph_format.left_indent = _INDENT

    def _spans(self, paragraph: Paragraph, spans: Iterable[Span]) -> None:
        for span in spans:
            text = shown(span.text)
            run = paragraph.add_run(f"{_PAD}{text}{_PAD}" if span.look in TAGS else text)
            _dress_run(run, span)
            if span.link:
                link = self._link(span.link)
                paragraph._p.replace(run._r, link)
                link.append(run._r)

    def _link(self, address: str) -> Any:
        if address.startswith("#"):
            return element("w:hyperlink", {"w:anchor": _name(address[1:]), "w:history": "1"})
        known = self._document.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        return element("w:hyperlink", {"r:id": known, "w:history": "1"})

    def _bookmark(self, paragraph: Paragraph, anchor: str) -> None:
        if anchor:
            number = str(self._bookmarks)
            self._bookmarks += 1
            start = element("w:bookmarkStart", {"w:id": number, "w:name": _name(anchor)})
            paragraph._p.insert_element_before(start, "w:r", "w:hyperlink")
            paragraph._p.append(element("w:bookmarkEnd", {"w:id": number}))


def _add(place: WordDocument | _Cell, style: str) -> Paragraph:
    """Return a new paragraph; its style is set by its id, because looking it up by its name is most of the time."""
    paragraph = place.add_paragraph()
    paragraph._p.style = style.replace(" ", "")
    return paragraph


def _forget_picture(document: WordDocument) -> None:
    """Take out the preview of the template, which file managers would show for the dossier."""
    links = document.part.package.rels
    for key in [key for key, link in links.items() if link.reltype == RELATIONSHIP_TYPE.THUMBNAIL]:
        del links[key]


def _dress_run(run: Run, span: Span) -> None:
    if span.look in TAGS:
        color, ground = TAGS[span.look]
        _colored(run, color).font.size = Pt(8)
        run.font.italic = False
        shade(run._r.get_or_add_rPr(), ground)
    elif span.look == "mark":
        _colored(run, ACCENT).font.superscript = True
    elif span.look == "soft" and not span.link:
        _colored(run, SOFT)
    elif span.link:
        _colored(run, ACCENT).font.underline = not span.link.startswith("#")
    run.font.bold = True if span.look == "strong" else None


def _colored(run: Run, color: str) -> Run:
    run.font.color.rgb = RGBColor.from_string(color)
    return run


def _name(anchor: str) -> str:
    """Return the name of a bookmark: letters, digits and underscores."""
    return anchor.replace("-", "_")


def _without_times(archive: bytes) -> bytes:
    """Return a Word file of the same parts without the times at which they were written."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return made.getvalue()
