"""How the Word file looks: its styles, its page, its foot, and the XML that python-docx has no call for.

Here: everything that is set once in a document, and small builders. Not here: the content (`docx_file.py`). Fonts
are named, not embedded: Word takes another one for letters that the font does not have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Inches, Pt, RGBColor
from docx.styles.style import CharacterStyle, ParagraphStyle

from dossier.exports.paper import Look, Role

FONT = "Calibri"
INK, SOFT, ACCENT, LINE = "1D2530", "5D6875", "0D5C63", "DCD8D0"
GROUNDS: dict[str, str] = {"accent": "E9F1F1", "warn": "FBEEDD"}
TAGS: dict[Look, tuple[str, str]] = {
    "tag": (SOFT, "F3F1EC"),
    "ok": ("1F6B43", "E4F1E9"),
    "warn": ("8A4B08", "FBEEDD"),
    "hot": ("A4312A", "FAE7E4"),
    "start": ("FFFFFF", ACCENT),
}
# Role of a paragraph: name of its style, the style it is based on, size, space before and after, in points.
STYLES: dict[Role, tuple[str, str, float, float, float]] = {
    "body": ("Dossier Body", "Normal", 10, 0, 4),
    "lead": ("Dossier Lead", "Normal", 13, 0, 3),
    "small": ("Dossier Small", "Normal", 8.5, 0, 3),
    "label": ("Dossier Label", "Normal", 8.5, 4, 0),
    "detail": ("Dossier Detail", "Normal", 9, 0, 3),
    "name": ("Dossier Name", "Normal", 10.5, 4, 2),
    "gap": ("Dossier Gap", "Normal", 10, 2, 4),
    "point": ("Dossier Point", "List Bullet", 10, 0, 3),
    "reading": ("Dossier Reading", "List Bullet", 10, 0, 3),
    "dash": ("Dossier Dash", "List Bullet", 10, 0, 2),
    "quote": ("Dossier Quote", "Normal", 9, 0, 2),
    "address": ("Dossier Address", "Normal", 9, 0, 2),
    "copy": ("Dossier Copy", "Normal", 10, 0, 5),
}
AFTER_TABLE = "Dossier After Table"
_HEADINGS = {
    "Title": (24, 0, 4, INK),
    "Heading 1": (18, 26, 6, INK),
    "Heading 2": (12, 14, 5, ACCENT),
    "Heading 3": (10, 9, 3, INK),
}


def dress(document: Document) -> None:
    """Give `document` the page and the styles of a dossier."""
    section = document.sections[0]
    section.left_margin = section.right_margin = Inches(0.85)
    section.top_margin, section.bottom_margin = Inches(0.75), Inches(0.8)
    _dress_headings(document)
    _add_roles(document)
    _draw_bullets(document)


def put_foot(document: Document, title: str) -> None:
    """Put `title` and the number of the page at the foot of every page."""
    foot = document.sections[0].footer.paragraphs[0]
    foot.style = STYLES["small"][0]
    foot.add_run(f"{title} · ")
    for instruction, between in (("PAGE", " of "), ("NUMPAGES", "")):
        field = element("w:fldSimple", {"w:instr": instruction})
        field.append(_number_run())
        foot._p.append(field)
        foot.add_run(between)


def element(name: str, attributes: Mapping[str, str]) -> BaseOxmlElement:
    """Return an XML element with attributes, both with the prefixes of Word."""
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(key), value)
    return made


def shade(properties: Any, color: str) -> None:
    """Put `color` behind a run or a cell, given its properties."""
    properties.append(element("w:shd", {"w:val": "clear", "w:color": "auto", "w:fill": color}))


def pad_cells(properties: Any, inches: Mapping[str, float]) -> None:
    """Set the inner margins of all cells of a table, given its properties."""
    margins = element("w:tblCellMar", {})
    for side in ("top", "left", "bottom", "right"):
        width = str(round(inches.get(side, 0) * 1440))
        margins.append(element(f"w:{side}", {"w:w": width, "w:type": "dxa"}))
    properties.insert_element_before(margins, "w:tblLook")


def draw_lines(properties: Any, sides: Sequence[str]) -> None:
    """Draw thin lines on `sides` of the cells of a table, given its properties."""
    borders = element("w:tblBorders", {})
    for side in sides:
        borders.append(element(f"w:{side}", {"w:val": "single", "w:sz": "4", "w:space": "0", "w:color": LINE}))
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")


def _add_roles(document: Document) -> None:
    normal = _paragraph_style(document, "Normal")
    _set_font(normal, 10, INK)
    normal.paragraph_format.space_after = Pt(4)
    for role, (name, base, *measures) in STYLES.items():
        style = _add_style(document, name, base, *measures)
        style.font.italic = role == "reading" or None
        _inherit_bullet(style)
    _add_style(document, AFTER_TABLE, "Normal", 3, 0, 2)
    _edge(_paragraph_style(document, STYLES["gap"][0]).element.get_or_add_pPr(), "left", 18)


def _paragraph_style(document: Document, name: str) -> ParagraphStyle:
    style = document.styles[name]
    assert isinstance(style, ParagraphStyle)
    return style


def _add_style(document: Document, name: str, base: str, size: float, before: float, after: float) -> ParagraphStyle:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = _paragraph_style(document, base)
    style.font.size = Pt(size)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    return style


def _inherit_bullet(style: ParagraphStyle) -> None:
    """Repeat the bullet of the style that `style` is based on, with its level: not every program inherits it."""
    base = style.base_style
    bullet = base.element.find(f"{qn('w:pPr')}/{qn('w:numPr')}") if base is not None else None
    if bullet is not None:
        own = deepcopy(bullet)
        own.insert(0, element("w:ilvl", {"w:val": "0"}))
        style.element.get_or_add_pPr().insert_element_before(own, "w:spacing", "w:ind", "w:contextualSpacing")


def _draw_bullets(document: Document) -> None:
    """Take a bullet that every font has; the one of the template stands in Word's own font of symbols only."""
    for level in document.part.numbering_part.element.iter(qn("w:lvl")):
        if level.find(qn("w:numFmt")).get(qn("w:val")) == "bullet":
            level.find(qn("w:lvlText")).set(qn("w:val"), "•")
            level.remove(level.find(qn("w:rPr")))


def _dress_headings(document: Document) -> None:
    """Dress the headings and their twins, the styles of characters that some programs show them in."""
    for name, (size, before, after, color) in _HEADINGS.items():
        _dress_heading(_paragraph_style(document, name), size, before, after, color)
        twin = document.styles[f"{name} Char"]
        assert isinstance(twin, CharacterStyle)
        _set_font(twin, size, color)


def _dress_heading(style: ParagraphStyle, size: int, before: int, after: int, color: str) -> None:
    _set_font(style, size, color)
    style.font.bold = True
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.keep_with_next = True
    properties = style.element.get_or_add_pPr()
    for edge in properties.findall(qn("w:pBdr")):
        properties.remove(edge)
    if style.name == "Title":
        properties.append(element("w:outlineLvl", {"w:val": "0"}))
    if style.name == "Heading 1":
        _edge(properties, "top", 6)


def _set_font(style: CharacterStyle, size: int, color: str) -> None:
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor.from_string(color)
    properties = style.element.get_or_add_rPr()
    for own in properties.iter():
        for name in [name for name in own.attrib if "heme" in name]:
            del own.attrib[name]  # Word's theme would win over what is set here


def _edge(properties: Any, side: str, width: int) -> None:
    border = element("w:pBdr", {})
    space = "8" if side == "left" else "12"
    border.append(element(f"w:{side}", {"w:val": "single", "w:sz": str(width), "w:space": space, "w:color": LINE}))
    properties.insert_element_before(border, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:outlineLvl")


def _number_run() -> BaseOxmlElement:
    run = element("w:r", {})
    text = element("w:t", {})
    text.text = "1"
    run.append(text)
    return run
