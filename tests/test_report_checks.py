"""The checks of the whole report: each issue and warning is found, and none where all is there."""

from datetime import date

import pytest
from dossier_fixture import dossier

from dossier.exports import markdown
from dossier.models import Contact, ContactDetail
from dossier.steps.report_checks import check_dossier, check_report
from dossier.testing import a_client

JUNE = date(2026, 6, 30)
TEXT = (
    "Harbor Foods, June 2026: why they need Bolt Builders. Write to ann@harbor.example. "
    + "It will build a plant. " * 30
)


def person(name="Ann Lee", email="ann@harbor.example", phone=None):
    return Contact(
        id="contact_001",
        name=name,
        title="Director",
        organization="Harbor Foods",
        why="",
        claim_ids=[],
        email=email and ContactDetail(value=email, status="published"),
        phone=phone and ContactDetail(value=phone, status="published"),
        confidence=0.5,
    )


def check(text=TEXT, contacts=None, others=()):
    return check_report(text, "Harbor Foods", ["Bolt Builders"], JUNE, contacts or [person()], others)


def test_a_whole_report_passes():
    assert check() == []
    assert check(TEXT.upper().replace("JUNE", "june").replace("ANN@HARBOR.EXAMPLE", "ann@harbor.example")) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TEXT.replace("Harbor Foods", "They"), "buyer"),
        ("It will build a plant. " * 30 + TEXT, "buyer"),
        (TEXT.replace("Bolt Builders", "us"), "product"),
        (TEXT.replace("June 2026", "May 2026"), "month"),
        (TEXT[:200], "length"),
        (TEXT.replace("ann@harbor.example", "ann@harbor"), "address"),
        (TEXT.replace("ann@harbor.example", "bob@harbor.example"), "address"),
    ],
)
def test_what_is_missing_or_wrong_is_an_issue(text, name):
    assert [(one.name, one.severity) for one in check(text)] == [(name, "issue")]


def test_somebody_who_cannot_be_reached_is_an_issue():
    assert [one.text for one in check(contacts=[person(), person("Bob Ray", None)])] == [
        "Bob Ray has neither e-mail nor phone."
    ]
    assert check(contacts=[person(), person("Bob Ray", None, "+1 555 0142")]) == []


def test_another_buyer_that_is_not_named_is_a_warning():
    assert [(one.name, one.severity) for one in check(others=["Lantern Mills", "Harbor Foods"])] == [
        ("other_buyer", "warning")
    ]


def test_a_dossier_is_checked_by_its_readable_text_and_shows_what_was_found():
    made = dossier()
    found = check_dossier(made, a_client(client={"name": "Acme Steel", "offer": ["freezer warehouse"]}))
    unreachable = [one.name for one in made.contacts if not (one.email or one.phone)]
    assert [one.text.split(" has ")[0] for one in found if one.name == "contact"] == unreachable
    assert not [one for one in found if one.name in ("buyer", "product", "month", "length")]
    shown = markdown.render(
        made.model_copy(update={"fact_check": made.fact_check.model_copy(update={"report": check(TEXT[:200])})})
    )
    assert "Of the whole: It has 200 characters, fewer than 500." in shown
