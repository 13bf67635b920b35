"""Names of organisations: aliases, mentions in text, and matching of filed names."""

import pytest

from dossier.evidence.names import MentionFinder, aliases, match_name
from dossier.models import Lead


def lead(name: str, domain: str | None = None, **more: list[str]) -> Lead:
    return Lead(id="ld_1", name=name, domain=domain, **more)


def names(of: Lead) -> set[str]:
    return {alias.text for alias in aliases(of)}


@pytest.mark.parametrize(
    ("name", "domain", "alias"),
    [
        ("Northwind Technologies, Inc.", None, "Northwind"),
        ("Eastern Plains Steel Company", "epsc.com", "EPSC"),
        ("Ada Marsh", "marsh.example", "Marsh"),
        ("Helio / Solwork", None, "Solwork"),
        ("Vantor (Quillon)", None, "Quillon"),
        ("The Anvil Company", None, "Anvil"),
        ("BrightCore", None, "Bright Core"),
    ],
)
def test_everyday_names_follow_from_name_and_domain(name: str, domain: str | None, alias: str) -> None:
    assert alias in names(lead(name, domain))


def test_a_short_form_that_is_only_a_place_or_an_initial_is_not_used() -> None:
    assert "Texas" not in names(lead("Texas Systems"))
    assert "GX" not in names(lead("GX Systems"))


def test_every_alias_says_by_which_rule_it_came() -> None:
    assert all(alias.rule for alias in aliases(lead("Northwind Technologies", "northwind.example")))


def test_a_mention_is_a_whole_word_with_a_capital_and_no_part_of_an_address() -> None:
    finder = MentionFinder(aliases(lead("Northwind")))
    text = "Northwind said northwind.example and info@northwind.example; NORTHWIND, Northwinder, the northwind."
    assert [text[m.start : m.end] for m in finder.find(text)] == ["Northwind", "NORTHWIND"]


def test_hyphens_and_blanks_in_names_are_alike() -> None:
    finder = MentionFinder(aliases(lead("Cola-Mills")))
    assert finder.occurs("Cola Mills North")
    assert finder.occurs("Cola-Mills")


@pytest.mark.parametrize(
    ("filed", "same"),
    [
        ("NORTHWIND INC.", True),
        ("Northwind (Store #12)", True),
        ("Northwind Rigid Packaging USA, LLC", True),
        ("Northwind Federal Credit Union", False),
        ("Northwind University", False),
        ("Northwind Bottling Co. of Ohio", False),
        ("Great Northwind", False),
        ("Northwinds Consulting", False),
    ],
)
def test_a_filed_name_is_the_lead_only_without_another_kind_of_organisation(filed: str, same: bool) -> None:
    match = match_name(filed, aliases(lead("Northwind", "northwind.example")))
    assert match.same is same
    assert match.rule


def test_initials_spelled_out_match_an_acronym() -> None:
    assert match_name("General Widget Makers-Dallas", aliases(lead("GWM"))).same
    assert not match_name("General Widget Sellers", aliases(lead("GWM"))).same


def test_names_of_any_script_do_not_raise() -> None:
    for name in ("株式会社テスト", "Ёлка", "🙂", "!!!", "a"):
        MentionFinder(aliases(lead(name))).find("nothing here")


@pytest.mark.parametrize(
    "name",
    [
        "Northwind Steel, Inc. d/b/a Tanager Mills",
        "Northwind Steel DBA Tanager Mills LLC",
        "Northwind Steel (formerly Tanager Mills)",
        "Northwind Steel, formerly known as Tanager Mills Corp.",
        "Northwind Steel f/k/a Tanager Mills",
    ],
)
def test_what_a_company_trades_as_or_was_called_is_a_name_of_it(name: str) -> None:
    found = [alias.text for alias in aliases(Lead(id="ld_1", name=name))]
    assert {"Northwind Steel", "Tanager Mills"} <= set(found)
    assert not any("formerly" in text or "d/b/a" in text for text in found)
