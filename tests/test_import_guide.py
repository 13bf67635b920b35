"""The guide of what can be imported is true: its names of fields and columns, and its examples."""

import re
from pathlib import Path

import pytest

from dossier.intake import leads
from dossier.intake.documents import FIELDS, read_documents
from dossier.models import Precision, Tier

GUIDE = (Path(__file__).resolve().parents[1] / "docs" / "imports.md").read_text("utf-8")


def named(field: str) -> list[str]:
    """The names that the guide gives for a field or column."""
    [cell] = re.findall(rf"^\| {field} \| ([^|]*) \|", GUIDE, re.MULTILINE)
    return re.findall(r"`(\w+)`", cell)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_of_a_document_has_the_names_of_the_guide(field):
    assert named(field) == list(FIELDS[field])


def test_the_columns_of_the_guide_are_read_as_it_says():
    assert named("aliases") == leads.ALIASES
    for column, known in (("name", leads.NAME), ("domain", leads.DOMAIN), ("profile", leads.PROFILE)):
        assert named(column)
        assert set(named(column)) <= set(known)


def test_the_guide_names_every_tier():
    [row] = [line for line in GUIDE.splitlines() if line.startswith("| tier |")]
    assert set(re.findall(r"`([A-Z]+)`", row)) == set(Tier)


def test_both_heads_of_the_guide_say_the_same(tmp_path):
    examples = re.findall(r"^```\w*\n((?:---|Title:).*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert len(examples) == 2
    for number, example in enumerate(examples):
        (tmp_path / f"{number}.md").write_text(example, "utf-8")
    [batch] = read_documents([tmp_path])
    first, second = batch.documents
    assert (first.title, first.publisher, first.url) == (second.title, second.publisher, second.url)
    assert first.title == "Acme: ground broken in Boise"
    assert (first.published_precision, first.published_at) == (Precision.DAY, second.published_at)
    assert first.text == second.text == "Acme broke ground today ...\n"
