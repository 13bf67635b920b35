"""The fonts of a PDF: from packages alone, and for what none of them has a box with its code."""

import pytest
import typst
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from dossier.errors import Permanent
from dossier.exports import fonts


def test_packaged_fonts_have_the_scripts_that_names_are_written_in():
    assert fonts.uncovered("é ł ß ş ж Ω ế 中 東 か カ 한 ह € ₹ → ★ ❤ №") == []


def test_what_no_font_has_is_named_once():
    assert fonts.uncovered("a 😀 ไ 😀 \u200b\ufe0f") == ["ไ", "😀"]


def test_only_packaged_fonts_are_used(tmp_path):
    paths = [font.path for font in fonts.fonts("plain", tmp_path).fonts()]
    assert all(path is None or "site-packages" in path for path in paths)
    assert not list(tmp_path.iterdir())
    families = {font.family for font in fonts.fonts("plain", tmp_path).fonts()}
    assert set(fonts.FAMILIES) <= families | {"Dossier Boxes"}


def test_a_character_without_a_font_gets_a_box_of_its_own(tmp_path):
    made = fonts.fonts("😀 ไ", tmp_path)
    assert "Dossier Boxes" in {font.family for font in made.fonts()}
    font = TTFont(tmp_path / "boxes.ttf")
    glyphs = font.getGlyphSet()
    drawn = {}
    for code, name in font.getBestCmap().items():
        pen = BoundsPen(glyphs)
        glyphs[name].draw(pen)
        drawn[code] = font["glyf"][name].numberOfContours
        assert pen.bounds[0] >= 0
        assert pen.bounds[2] <= glyphs[name].width
    assert drawn.keys() == {ord("😀"), ord("ไ")}
    assert all(contours > 4 for contours in drawn.values()), "a frame and strokes"


def test_every_digit_looks_different():
    assert len(set(fonts._STROKES)) == len(fonts._STROKES) == 16


def test_the_same_characters_give_the_same_font(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        fonts.fonts("😀 🚀", tmp_path / name)
    assert (tmp_path / "a" / "boxes.ttf").read_bytes() == (tmp_path / "b" / "boxes.ttf").read_bytes()


def test_the_typesetter_takes_the_boxes(tmp_path):
    program = f"#set text(font: {str(fonts.FAMILIES).replace(chr(39), chr(34))})\n😀".encode()
    _, warnings = typst.compile_with_warnings(program, font_paths=fonts.fonts("😀", tmp_path))
    assert warnings == []


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    with pytest.raises(Permanent, match="justmytype_western_core"):
        list(fonts._folders())
