"""The entity gate: the lead itself, or somebody with the same name."""

import pytest

from dossier.evidence.entity_gate import Gate, judge
from dossier.evidence.names import MentionFinder, aliases
from dossier.models import Lead
from resources.spacy_language import SpacyLanguage


def gates(language: SpacyLanguage, name: str, text: str) -> list[Gate]:
    finder = MentionFinder(aliases(Lead(id="ld_1", name=name)))
    found = []
    for sentence in language.parse([text])[0]:
        found += [gate for mention in finder.find(text) if (gate := judge(sentence, mention))]
    return found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Orange", "Orange announced a new data center in Ohio on Monday."),
        ("Orange", "The state awarded a contract to Orange Inc. for servers."),
        ("Marsh", "Marsh will invest $20 million in its plant in Georgia."),
        ("Orange", "Orange Manufacturing Company announced a new $20 million plant in Ohio."),
        ("Westfield Group", "Westfield Group opened an office in Dallas."),
    ],
)
def test_the_lead_is_recognised(language: SpacyLanguage, name: str, text: str) -> None:
    assert [g.about for g in gates(language, name, text)] == ["lead"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Orange", "Orange County approved the permit on Monday."),
        ("Orange", "Orange Bank opened three branches in Texas."),
        ("Orange", "Orange Brewing Company announced a new $20 million plant in Ohio."),
        ("Marsh", "The mayor thanked Eleanor Marsh for her long service."),
        ("Westfield", "Westfield University hired two deans."),
    ],
)
def test_a_look_alike_is_told_apart_with_a_reason(language: SpacyLanguage, name: str, text: str) -> None:
    (gate,) = gates(language, name, text)
    assert gate.about == "other"
    assert gate.reason


@pytest.mark.parametrize(
    "text",
    [
        "Tanager Custom Machining opened a new factory in Tennessee.",
        "Tanager Biomedical hired 40 people in Ohio.",
        "Tanager Solutions, Inc. opened a new factory in Tennessee.",
        "Tanager Singh announced a new plant in Indiana.",
    ],
)
def test_a_short_name_that_another_trade_goes_on_with_is_somebody_else(language: SpacyLanguage, text: str) -> None:
    assert [g.about for g in gates(language, "Tanager Technology", text)] == ["other"]


@pytest.mark.parametrize(
    "text", ["Tanager Energy opened a plant in Ohio.", "Tanager Technology Inc. will hire 40 people in Ohio."]
)
def test_a_division_of_the_lead_is_the_lead(language: SpacyLanguage, text: str) -> None:
    assert [g.about for g in gates(language, "Tanager Technology", text)] == ["lead"]


def test_the_part_the_lead_plays_is_named(language: SpacyLanguage) -> None:
    roles = {
        "Northwind will build a plant in Ohio.": "subject",
        "The agency selected Northwind to build it.": "object",
        "The contract was awarded to Northwind on Monday.": "party",
    }
    for text, role in roles.items():
        assert [g.role for g in gates(language, "Northwind", text)] == [role]
