"""The pictures of the guides: each that the script makes is there, small, and shown; none is left over.

What they show is for a person to look at, after: make pictures
"""

import re
import struct
from pathlib import Path

import pytest

from docs.pictures.make import FOLDER, PICTURES

ROOT = Path(__file__).resolve().parents[1]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MOST_BYTES = 200_000


def shown() -> dict[str, list[str]]:
    """The guides that show each picture, by its name."""
    found: dict[str, list[str]] = {}
    for guide in GUIDES:
        for said, target in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", guide.read_text("utf-8")):
            assert (guide.parent / target).resolve().parent == FOLDER, f"{guide.name} shows {target}"
            assert len(said) > 20, f"{guide.name} does not say in words what {target} shows"
            found.setdefault(Path(target).stem, []).append(guide.name)
    return found


def test_the_guides_show_each_picture_that_is_made_and_no_other():
    assert set(shown()) == set(PICTURES)


def test_no_picture_is_left_over():
    assert {file.stem for file in FOLDER.glob("*.png")} == set(PICTURES)


def test_the_readme_shows_two():
    assert sum("README.md" in guides for guides in shown().values()) == 2


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_one_and_small_enough_for_the_repository(name):
    content = (FOLDER / f"{name}.png").read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) <= MOST_BYTES
    assert width >= 800
    assert height >= 400
