"""Tiers by rule: who publishes decides, the importer's hint only where no rule speaks."""

import pytest

from dossier.evidence.tiers import source_tier, tier_for
from dossier.models import Tier


@pytest.mark.parametrize(
    ("url", "publisher", "doc_type", "tier"),
    [
        ("https://www.energy.gov/news/1", None, None, "GOV"),
        ("https://labor.state.nm.us/warn", None, None, "GOV"),
        ("https://www.army.mil/x", None, None, "GOV"),
        (None, "U.S. Department of Commerce", None, "GOV"),
        (None, "City of Springfield", None, "GOV"),
        (None, "Harris County", None, "GOV"),
        ("https://jobs.example.org/x", "State WARN portal (KY)", "warn_notice", "GOV"),
        ("https://cdn.example.net/a.pdf", "Acme", "10-K", "PRIMARY"),
        ("https://www.sec.gov/Archives/edgar/data/1/x.htm", None, None, "PRIMARY"),
        ("https://www.sec.gov/news/press-release/1", None, None, "GOV"),
        ("https://www.businesswire.com/news/1", None, None, "PRIMARY"),
        ("https://investors.acme.com/x", None, None, "PRIMARY"),
        ("https://acme.com/newsroom/x", None, None, "PRIMARY"),
        ("https://www.acme.com/about", "Acme Corp.", None, "PRIMARY"),
        (None, "Acme", "press_release", "PRIMARY"),
        ("https://www.reuters.com/x", None, "press_release", "NEWS"),
        ("https://markets.ft.com/x", None, None, "NEWS"),
        (None, "The Springfield Herald", None, "NEWS"),
        ("https://someblog.io/x", "Jo", None, "OTHER"),
        (None, None, None, "OTHER"),
    ],
)
def test_a_rule_decides_the_tier_whatever_the_hint_says(url, publisher, doc_type, tier):
    assert source_tier(url, publisher, doc_type, None)[0] == tier
    if tier != "OTHER":
        assert source_tier(url, publisher, doc_type, "OTHER")[0] == tier


def test_the_hint_counts_where_no_rule_speaks():
    assert source_tier("https://someblog.io/x", "Jo", None, "news") == ("NEWS", "the importer's hint")


def test_an_unknown_hint_is_no_hint():
    assert source_tier(None, None, None, "BEST")[0] == "OTHER"


@pytest.mark.parametrize(
    "url",
    [
        "https://whitehouse.gov.example.com/x",
        "https://notgov/x",
        "https://gov.example.com",
        "http://[bad",
        "https://xreuters.com/",
    ],
)
def test_a_look_alike_host_earns_no_tier(url):
    assert source_tier(url, None, None, None)[0] == "OTHER"


def test_the_reason_names_what_decided():
    assert source_tier("https://www.energy.gov/x", None, None, None)[1] == "government host www.energy.gov"


@pytest.mark.parametrize(
    ("tier", "url", "domain", "seen"),
    [
        (Tier.OTHER, "https://www.acme.example/2026/mill", "acme.example", Tier.PRIMARY),
        (Tier.NEWS, "https://blog.acme.example/mill", "www.acme.example", Tier.PRIMARY),
        (Tier.GOV, "https://acme.example/mill", "acme.example", Tier.GOV),
        (Tier.OTHER, "https://notacme.example/mill", "acme.example", Tier.OTHER),
        (Tier.OTHER, "https://acme.example.evil.example/mill", "acme.example", Tier.OTHER),
        (Tier.NEWS, "https://www.reuters.com/acme", "reuters.com", Tier.NEWS),
        (Tier.OTHER, "https://acme.example/mill", None, Tier.OTHER),
        (Tier.OTHER, "https://acme.example/mill", "example", Tier.OTHER),
        (Tier.OTHER, None, "acme.example", Tier.OTHER),
    ],
)
def test_the_leads_own_pages_are_primary_whoever_signs_them(tier, url, domain, seen):
    assert tier_for(tier, url, domain) is seen
