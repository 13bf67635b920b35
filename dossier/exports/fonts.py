"""The fonts of a PDF: from packages, never from the machine, and a box with its code for what none of them has.

Here: which fonts, in which order, and the font of boxes, made for the characters that a text needs. Not here: the
pages (`pdf_file.py`). Letters are looked up in Inter, then Noto (Greek, Cyrillic, Devanagari, Chinese, Japanese,
Korean, symbols), then what the typesetter brings (Hebrew, Arabic).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dossier.errors import Permanent

if TYPE_CHECKING:
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from typst import Fonts

_WESTERN = ("inter", "notosans", "notosanssymbols2")
_EASTERN_FACE = 2  # in the collection: Simplified Chinese; it holds the letters of the others too
_BOXES = "Dossier Boxes"
FAMILIES = (
    "Inter",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans Symbols 2",
    "Libertinus Serif",
    "DejaVu Sans Mono",
    _BOXES,
)
# The strokes of a digit as in a seven-segment display, by digit: top, upper left and right, middle, lower left
# and right, bottom.
_STROKES = "1110111 0010010 1011101 1011011 0111010 1101011 1101111 1010010 1111111 1111011 1111110 0101111".split()
_STROKES += "1100101 0011111 1101101 1101100".split()
_WIDTH, _EM = 720, 1000


def fonts(text: str, folder: Path) -> Fonts:
    """Return the fonts to set `text` with; `folder` is empty and stays until the text is set."""
    missing = uncovered(text)
    if not missing:
        return _packaged()
    _write_boxes(missing, folder / "boxes.ttf")
    return _loaded([*map(str, _folders()), str(folder)])


def uncovered(text: str) -> list[str]:
    """Return the characters of `text` that no packaged font has a glyph for, each once."""
    rare = {character for character in set(text) if character > "\u02ff" and not _is_blank(character)}
    return sorted(character for character in rare if ord(character) not in _covered())


def _is_blank(character: str) -> bool:
    return unicodedata.category(character) in ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn")


@cache
def _packaged() -> Fonts:
    return _loaded(list(map(str, _folders())))


def _loaded(folders: list[str]) -> Fonts:
    from typst import Fonts

    return Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def _folders() -> Iterator[Path]:
    for name in _WESTERN:
        yield _package("justmytype_western_core") / "fonts" / "ofl" / name
    yield _package("noto_cjk_sans_otc")


def _package(name: str) -> Path:
    """Return the folder of a package of fonts, without running its code. Raises Permanent if it is missing."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Permanent(
            "The PDF was not made.",
            f"Its fonts come from the package {name}, which is missing.",
            "Install it with pip.",
        )
    return Path(spec.origin).parent


@cache
def _covered() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for folder in _folders():
        for path in sorted(folder.glob("*.tt[fc]")):
            face = _EASTERN_FACE if path.suffix == ".ttc" else -1
            with TTFont(path, lazy=True, fontNumber=face) as font:
                found.update(font.getBestCmap())
    return frozenset(found)


def _write_boxes(characters: Iterable[str], path: Path) -> None:
    """Write a font in which each of `characters` is a box with its code in it, so that it is seen and can be copied."""
    from fontTools.fontBuilder import FontBuilder

    names = {ord(character): f"box{ord(character):X}" for character in characters}
    builder = FontBuilder(_EM, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    builder.setupGlyf({".notdef": _box(""), **{name: _box(f"{code:04X}") for code, name in names.items()}})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (_WIDTH, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": _BOXES, "styleName": "Regular", "psName": "DossierBoxes-Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False  # the same text, the same bytes
    builder.save(path)


def _box(code: str) -> object:
    """Return a glyph: a frame with the hexadecimal digits of `code` in two rows."""
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for x, y, wide, high in ((30, 760, 660, 30), (30, -120, 660, 30), (30, -90, 30, 850), (660, -90, 30, 850)):
        _bar(pen, x, y, wide, high)
    half = (len(code) + 1) // 2
    for row, digits in enumerate((code[:half], code[half:])):
        for column, digit in enumerate(digits):
            _digit(pen, int(digit, 16), 100 + column * (540 // max(half, 1)), 370 - row * 420, 540 // max(half, 1) - 60)
    return pen.glyph()


def _digit(pen: TTGlyphPen, digit: int, x: int, y: int, wide: int) -> None:
    tall, thin = 150, 36
    places = (
        (x, y + 2 * tall, wide, thin),
        (x, y + tall, thin, tall),
        (x + wide - thin, y + tall, thin, tall),
        (x, y + tall, wide, thin),
        (x, y, thin, tall),
        (x + wide - thin, y, thin, tall),
        (x, y, wide, thin),
    )
    for stroke, place in zip(_STROKES[digit], places, strict=True):
        if stroke == "1":
            _bar(pen, *place)


def _bar(pen: TTGlyphPen, x: int, y: int, wide: int, high: int) -> None:
    pen.moveTo((x, y))
    pen.lineTo((x, y + high))
    pen.lineTo((x + wide, y + high))
    pen.lineTo((x + wide, y))
    pen.closePath()
