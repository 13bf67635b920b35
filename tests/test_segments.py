"""Blocks and records: every character keeps its place."""

from hypothesis import given
from hypothesis import strategies as st

from dossier.evidence.segments import find_records, split_blocks

NOTICE = """Register of closures - state of XY
Employer: Bright Mills, Inc.
Location: Eastport
Notice date: 2026-01-31
Employees affected: 88
Type: not stated
"""


@given(st.text(max_size=400))
def test_every_block_is_a_slice_of_the_text(text: str) -> None:
    for block in split_blocks(text):
        assert text[block.start : block.end] == block.text


@given(st.lists(st.sampled_from(["Label: value", "- item: 3", "plain words here", "| A | b |", "", "1,234 5,678"])))
def test_fields_know_where_their_value_stands(lines: list[str]) -> None:
    text = "\n".join(lines)
    for block in split_blocks(text):
        if block.kind == "field":
            assert text[block.value_start :].startswith(block.value)


def test_a_wrapped_paragraph_is_one_block_and_a_list_is_many() -> None:
    text = "The company said on Tuesday that it would build the\nnew plant in Ohio.\n\n• First item\n• Second item"
    kinds = [(b.bullet, b.text[:9]) for b in split_blocks(text)]
    assert kinds == [(False, "The compa"), (True, "First ite"), (True, "Second it")]


def test_a_heading_does_not_run_into_the_paragraph_below() -> None:
    text = "Governor praises the plan of a large chip maker outside Springfield\nBright Mills will build a plant."
    assert [b.text.split()[0] for b in split_blocks(text)] == ["Governor", "Bright"]


def test_three_fields_in_a_row_are_a_record_with_the_line_above_as_title() -> None:
    (record,) = find_records(split_blocks(NOTICE))
    assert record.title is not None
    assert record.title.text == "Register of closures - state of XY"
    assert [f.label for f in record.fields][:2] == ["Employer", "Location"]


def test_two_fields_are_no_record() -> None:
    assert find_records(split_blocks("Location: Eastport\nType: none\nAnd so on it went for a while.")) == []


def test_a_quotation_after_a_colon_is_not_a_field() -> None:
    assert [b.kind for b in split_blocks("Daily News: “A great day for the town,” he said")] == ["prose"]


def test_a_wrapped_line_goes_on_by_the_length_of_the_whole_line() -> None:
    text = (
        "  The plant will stand in a town with a harbour, and\n      Eastport will build the road to it, the state said"
    )
    assert [b.text for b in split_blocks(text)] == [text.strip()]
