"""What the result of a check says: what is wrong, where, and what to do next, in words that do nothing."""

import pytest
from dossier_fixture import PAYLOADS
from markdown_it import MarkdownIt

from dossier_assets.checks import Check
from dossier_assets.definitions import OPS
from dossier_assets.metadata import MAX_DETAILS
from dossier_assets.verdicts import first_of, not_made, verdict

PAGES = MarkdownIt("gfm-like", {"html": False, "linkify": False})
PROMISE = Check("kept", "Every claim stands.", lambda run, value, inputs: (), next_step="mend: `dossier retry {run}`")
CHECKS = [check for branches in OPS.values() for branch in branches for one in branch for check in one.checks]


def test_a_kept_promise_says_what_was_kept():
    assert verdict(PROMISE, {}, 1) == "Kept: every claim stands."
    assert verdict(PROMISE, {}, 8) == "Kept in all 8 dossier runs."


def test_a_broken_promise_says_what_is_wrong_and_what_to_do_with_the_run_at_hand():
    said = verdict(PROMISE, {"a--b-1": ["claim 1 does not stand", "claim 2 does not stand"]}, 1)
    assert said.splitlines()[0] == "**Broken 2 times**: every claim stands."
    assert "- claim 1 does not stand" in said
    assert said.endswith("Next: mend: `dossier retry a--b-1`")


def test_of_many_runs_it_is_said_which_broke_the_promise():
    said = verdict(PROMISE, {"a": ["x"], "b": ["y"]}, 5)
    assert "**Broken 2 times in 2 of 5 dossier runs**" in said
    assert "- **a**: x" in said
    assert "`dossier retry RUN`" in said


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_says_what_to_do_next(check):
    said = verdict(check, {"seller--buyer-0a1b2c3d-1": ["x"]}, 1)
    assert "\n\nNext: " in said
    assert "{run}" not in said
    assert "seller--buyer-0a1b2c3d-1" in said or "--from" in check.next_step


def test_of_a_range_it_is_said_who_failed_why_and_what_dagster_does_not_show():
    said = not_made(7, {"seller--buyer-0a1b2c3d-1": "sources: The index is gone."}, 2)
    assert said.splitlines()[0].startswith("**1 of 10 dossier runs did not get this far.** 2 left to another worker")
    assert "The index is gone." in said
    assert "`dossier retry seller--buyer-0a1b2c3d-1`" in said
    assert "materialize this partition alone. Dagster shows it as materialized all the same" in said
    assert not_made(8, {}, 0) == "8 of 8 dossier runs got this far."


def test_of_many_failures_the_first_are_named():
    said = not_made(0, {f"run-{n}": "why" for n in range(300)}, 0)
    assert "**300 of 300" in said
    assert "- and 280 more" in said
    assert "materialize these partitions alone. Dagster shows them" in said
    assert len(said.encode()) <= MAX_DETAILS


def test_the_log_of_a_run_shows_the_first_complaint():
    assert first_of({"a": ["x", "y"], "b": ["z"]}) == {"first": "a: x"}
    assert first_of({"a": "No."}) == {"first": "a: No."}
    assert first_of({}) == {}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_words_of_documents_do_nothing_there(payload):
    for said in (verdict(PROMISE, {payload: [payload]}, 2), not_made(1, {payload: payload}, 0)):
        page = PAGES.render(said)
        assert "<img" not in page
        assert "<a " not in page
        assert "<script" not in page
