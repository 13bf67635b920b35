"""Names of organisations in texts: cut to the name, told apart by kind, kept out where they are known."""

import pytest

from dossier.evidence.organisations import (
    Kind,
    Register,
    domain_in,
    filed_name,
    is_government,
    kind_of,
    plain_name,
    same_name,
    same_organisation,
    without_site,
)
from dossier.testing import a_document, a_lead


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("drugmaker Harbor", "Harbor"),
        ("the Harbor Group’s", "Harbor Group"),
        ("Ohio-based Harbor Foods", "Harbor Foods"),
        ("Harbor Foods Inc.", "Harbor Foods Inc."),
        ("“Harbor Foods”,", "Harbor Foods"),
        ("Harbor Foods (HF", "Harbor Foods"),
    ],
)
def test_a_name_is_cut_out_of_what_a_sentence_says(said, name):
    assert plain_name(said) == name


@pytest.mark.parametrize(
    ("value", "places", "name"),
    [
        ("Harbor Foods, Inc. (Store #12)", "", "Harbor Foods, Inc."),
        ("Harbor Foods - El Paso", "El Paso", "Harbor Foods"),
        ("Harbor Foods-Dayton", "Dayton, OH", "Harbor Foods"),
        ("Harbor-Dayton2", "Dayton", "Harbor"),
        ("Harbor Foods OH12", "Dayton", "Harbor Foods"),
        ("Harbor, Rotary Division", "", "Harbor"),
        ("Harbor IHM, Inc dba AirHarbor", "", "Harbor IHM, Inc"),
        ("University of Oregon", "Eugene, Oregon", "University of Oregon"),
        ("Coca-Cola", "Atlanta", "Coca-Cola"),
    ],
)
def test_a_filed_name_loses_its_site(value, places, name):
    assert without_site(filed_name(value), places) == name


@pytest.mark.parametrize(
    "name",
    [
        *("EPA", "U.S. EPA", "OSHA", "FDA", "Department of Labor", "Food and Drug Administration", "Superior Court"),
        *("Lake County District Attorney", "U.S. Attorney", "Attorney General's Office", "Commerce", "United States"),
    ],
)
def test_a_regulator_a_court_and_a_prosecutor_are_governments(name):
    assert is_government(name)


@pytest.mark.parametrize("name", ["Harbor Foods", "Westinghouse", "Federal Express", "U.S. Steel", "Bolt & Sons LLP"])
def test_a_company_is_no_government(name):
    assert not is_government(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Harbor Foods", Kind.COMPANY),
        ("Micron Technology", Kind.COMPANY),
        ("Clean Energy", Kind.THING),
        ("Department of Commerce", Kind.PUBLIC),
        ("City of Eastport", Kind.PUBLIC),
        ("Biden-Harris Administration", Kind.PUBLIC),
        ("University of Eastport", Kind.SCHOOL),
        ("Harbor Foundation", Kind.ASSOCIATION),
        ("Eastport Daily News", Kind.NEWS),
        ("Smith & Jones LLP", Kind.LAW),
        ("Project Sunrise", Kind.THING),
        ("Infrastructure Law", Kind.THING),
        ("Harbor CEO Ann Lee", Kind.UNCLEAR),
        ("AI", Kind.UNCLEAR),
        ("Texas", Kind.UNCLEAR),
        ("Harbor and Brightwater", Kind.UNCLEAR),
        ("2026", Kind.UNCLEAR),
    ],
)
def test_the_words_of_a_name_tell_its_kind(name, kind):
    assert kind_of(name) is kind


def test_a_form_names_one_organisation_also_where_its_name_has_an_and():
    assert kind_of("Harbor Missiles and Fire Control", filed=True) is Kind.COMPANY


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Harbor Foods, Inc.", "Harbor Foods"),
        ("Zyntra Technology", "Zyntra"),
        ("Ann Zyntra and Company", "Zyntra"),
        ("IBM", "International Business Machines Corporation"),
        ("ExxonMobil", "Exxon Mobil"),
    ],
)
def test_spellings_of_one_name(a, b):
    assert same_name(a, b)
    assert same_name(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [("Zyntra Aerospace", "Zyntra"), ("GE Aerospace", "GE Vernova"), ("Lee", "Ann Lee"), ("Best", "Best Buy")],
)
def test_a_division_or_another_company_is_no_spelling(a, b):
    assert not same_name(a, b)


def test_a_division_and_a_misspelling_are_the_same_organisation():
    assert same_organisation("Zyntra Aerospace", "Zyntra")
    assert same_organisation("Brightwatr Holdings", "Brightwater Holdings")
    assert not same_organisation("GE Aerospace", "GE Vernova")


def test_what_is_known_is_found_by_name_part_alias_and_domain():
    register = Register([(a_lead("Eli Zyntra and Company", "zyntra.example", aliases=["ZYN"]), "a lead already")])
    for name in ("Zyntra", "Eli Zyntra", "ELI ZYNTRA & CO", "ZYN", "Eli Zyntra Diagnostics"):
        assert register.find(name) == "a lead already", name
    assert register.find("Somebody Else", "zyntra.example") == "a lead already"
    assert register.find("Harbor Foods") is None


@pytest.mark.parametrize(
    ("text", "publisher", "url", "domain"),
    [
        ("See www.harborfoods.com for more.", "Daily News", "https://news.example/1", "harborfoods.com"),
        ("Mail: ann@harborfoods.com", None, None, "harborfoods.com"),
        ("We build.", "Harbor Foods", "https://ir.harbor-foods.com/a", "harbor-foods.com"),
        ("Harborfoods.org is donating money.", None, None, None),
        ("See www.harbor.com", None, None, None),
        ("Harbor Foods builds.", "Daily News", "https://harborfoods.com/a", None),
    ],
)
def test_a_domain_is_taken_only_where_it_stands_and_spells_the_name(text, publisher, url, domain):
    document = a_document(text, publisher=publisher, url=url)
    assert domain_in(a_lead("Harbor Foods", None), [document]) == domain
