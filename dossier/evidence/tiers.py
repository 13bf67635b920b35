"""How close a source stands to the fact: its tier, decided by rule, with the reason in words.

Here: rules over host, document type and publisher; the importer's hint counts only where none of them speaks.
Not here: how tiers weigh in a conflict (`dossier/evidence/conflicts.py`). A company's own filing is PRIMARY
wherever it is hosted, and a company's release on a wire stays the company's.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from dossier.models import Tier

_FILING = re.compile(
    r"(?:form[\s_-]?)?(?:10-?[kq]|8-?k|20-?f|6-?k|40-?f|s-?[134]|def[\s_-]?14a|11-?k)(?:/a)?"
    r"|earnings(?:[\s_-](?:release|call|report))?"
    r"|proxy(?:[\s_-]statement)?|annual[\s_-]report|quarterly[\s_-]report|(?:sec|company|regulatory)?[\s_-]?filing|prospectus",
    re.I,
)
_GOV_TYPE = re.compile(
    r"warn[\s_-]?notice|complete[\s_-]response[\s_-]letter|solicitation|rfp|rfq|federal[\s_-]register.*"
    r"|executive[\s_-]order|presidential[\s_-].*|permit|building[\s_-]permit|court[\s_-](?:order|filing)|statute"
    r"|regulation|warning[\s_-]letter|meeting[\s_-]minutes|council[\s_-]agenda|award[\s_-]notice",
    re.I,
)
_GOV_HOST = re.compile(
    r"(?:^|\.)(?:(?:gov|mil|gob|gouv|go)\.[a-z]{2}|gov|mil|state\.[a-z]{2}\.us|[a-z]{2}\.us|fed\.us|europa\.eu)$"
)
_GOV_PUBLISHER = re.compile(
    r"^(?:the\s+)?(?:white\s+house|nasa|national\s+aeronautics.*|gsa\b.*|fda|epa|irs|sec|doe|dod"
    r"|u\.?s\.?\s+(?:department|food\s+and\s+drug|environmental|general\s+services|securities\s+and|army|navy|air\s+force"
    r"|small\s+business|patent|census|government|senate|house|congress|geological).*"
    r"|food\s+and\s+drug\s+administration|securities\s+and\s+exchange\s+commission|european\s+commission"
    r"|federal\s+(?:register|trade\s+commission|reserve.*|communications\s+commission|aviation\s+administration)"
    r"|(?:department|ministry|bureau)\s+of\s+.+|(?:city|county|state|town|commonwealth|port\s+authority)\s+of\s+.+"
    r"|state\s+(?:warn|government|department|agency|portal)\b.*|.+\s+county(?:\s+(?:government|council|commission))?"
    r"|(?:federal\s+energy\s+regulatory|public\s+utilities)\s+commission)$",
    re.I,
)
_NEWS_HOSTS = frozenset(
    """
    abcnews.go.com apnews.com axios.com barrons.com bbc.co.uk bbc.com bizjournals.com bloomberg.com
    bostonglobe.com businessinsider.com cbsnews.com chicagotribune.com cnbc.com cnn.com
    constructiondive.com dallasnews.com economist.com enr.com fiercepharma.com finance.yahoo.com
    forbes.com fortune.com foxbusiness.com foxnews.com ft.com govtech.com houstonchronicle.com
    industryweek.com latimes.com marketwatch.com nbcnews.com news.com.au news.google.com
    news.yahoo.com news.ycombinator.com npr.org nypost.com nytimes.com politico.com qz.com
    reuters.com sfchronicle.com smartcitiesdive.com spacenews.com statnews.com techcrunch.com
    theguardian.com thehill.com theverge.com time.com usatoday.com utilitydive.com
    washingtonpost.com wired.com wsj.com
    """.split()
)
_WIRES = frozenset(
    "prnewswire.com businesswire.com globenewswire.com accesswire.com einpresswire.com newswire.com".split()
)
_INVESTOR_HOSTS = ("q4cdn.com", "gcs-web.com", "q4web.com")
_NEWS_PUBLISHER = re.compile(
    r"(?:.*\b)?(?:(?:news|newspaper|times|tribune|herald|gazette|chronicle|globe|newswires?|daily|observer|post|dispatch"
    r"|sentinel|courier|examiner|bulletin|(?:business\s+)?journal|magazine|associated\s+press|free\s+press)"
    r"|reuters|bloomberg|cnbc|cnn|bbc|npr|axios|politico|forbes|fortune|techcrunch)(?:\s+(?:online|news|inc\.?)|\.com)?",
    re.I,
)
_NEWSROOM_HOST = re.compile(r"^(?:newsroom|news|press|ir|investors?|investor-relations)\.")
_NEWSROOM_PATH = re.compile(
    r"/(?:newsroom|press-?(?:room|releases?|center)|news-?releases?|investors?|investor-relations|media-?(?:center|room))"
    r"(?:[/?.-]|$)",
    re.I,
)
_LEGAL_FORM = "inc|incorporated|corp|corporation|company|co|llc|l\\.l\\.c|ltd|limited|plc|gmbh|ag|s\\.?a|n\\.?v|lp|llp"
_RELEASE_TYPE = re.compile(
    r"(?:press|news)[\s_-]?release|company[\s_-](?:blog|website|page|news)|newsroom|transcript", re.I
)
_NEWS_TYPE = re.compile(r"news(?:[\s_-](?:article|story))?|newspaper|article[\s_-]news", re.I)


def source_tier(
    url: str | None, publisher: str | None, doc_type: str | None, hint: str | Tier | None
) -> tuple[Tier, str]:
    """Return the tier of a source and why, in a few words.

    `hint` is what the importer says; unknown words count as no hint. Nothing known at all is OTHER.
    """
    host, path = _host_and_path(url)
    kind, name = (doc_type or "").strip(), (publisher or "").strip()
    return (
        _by_filing(kind, host, path)
        or _by_host(host, path)
        or _by_words(kind, name, host)
        or _by_newsroom(host, path)
        or _by_hint(hint)
        or (Tier.OTHER, "no rule speaks and there is no hint")
    )


def tier_for(tier: Tier, url: str | None, domain: str | None) -> Tier:
    """Return the tier of a source for a lead at `domain`: the lead's own pages are PRIMARY, whoever signs them."""
    own, (host, _) = (domain or "").strip().lower().removeprefix("www."), _host_and_path(url)
    is_own = "." in own and _under(host, own) and not _by_host(host, "")
    return Tier.PRIMARY if is_own and tier is not Tier.GOV else tier


def _by_filing(kind: str, host: str, path: str) -> tuple[Tier, str] | None:
    if _FILING.fullmatch(kind):
        return Tier.PRIMARY, f"the company's own filing ({kind[:40]})"
    if _under(host, "sec.gov") and path.lower().startswith(("/archives/edgar", "/ix")):
        return Tier.PRIMARY, "a company's filing at sec.gov"
    return None


def _by_host(host: str, path: str) -> tuple[Tier, str] | None:
    if _GOV_HOST.search(host):
        return Tier.GOV, f"government host {host}"
    if any(_under(host, wire) for wire in _WIRES):
        return Tier.PRIMARY, f"a release by the company on the wire {host}"
    news = next((known for known in _parents(host) if known in _NEWS_HOSTS), None)
    if news:
        return Tier.NEWS, f"known news host {news}"
    if any(_under(host, known) for known in _INVESTOR_HOSTS):
        return Tier.PRIMARY, f"investor pages on {host}"
    return None


def _by_words(kind: str, name: str, host: str) -> tuple[Tier, str] | None:
    if _GOV_TYPE.fullmatch(kind):
        return Tier.GOV, f"a public body's document ({kind[:40]})"
    if _GOV_PUBLISHER.match(name):
        return Tier.GOV, f"published by a public body ({name[:60]})"
    if _is_own_host(name, host):
        return Tier.PRIMARY, f"published on the publisher's own host {host}"
    if _NEWS_TYPE.fullmatch(kind) or _NEWS_PUBLISHER.fullmatch(name):
        return Tier.NEWS, f"news ({(name or kind)[:60]})"
    return (Tier.PRIMARY, f"a release by the company ({kind[:40]})") if _RELEASE_TYPE.fullmatch(kind) else None


def _by_newsroom(host: str, path: str) -> tuple[Tier, str] | None:
    if host and (_NEWSROOM_HOST.match(host) or _NEWSROOM_PATH.search(path)):
        return Tier.PRIMARY, f"the newsroom or investor pages of {host}"
    return None


def _by_hint(hint: str | Tier | None) -> tuple[Tier, str] | None:
    word = str(hint or "").strip().upper()
    return (Tier(word), "the importer's hint") if word in Tier.__members__ else None


def _host_and_path(url: str | None) -> tuple[str, str]:
    try:
        parts = urlsplit((url or "").strip())
        return (parts.hostname or "").rstrip(".").lower(), parts.path
    except ValueError:
        return "", ""


def _parents(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[at:]) for at in range(len(labels) - 1)]


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _is_own_host(name: str, host: str) -> bool:
    """Return whether a publisher with a legal form names its host: `Acme Corp` at `www.acme.com`."""
    words, forms = re.subn(rf"\b(?:{_LEGAL_FORM})\b\.?", "", name.lower())
    key = re.sub(r"\bthe\b|[^a-z0-9]", "", words)
    return forms > 0 and len(key) >= 2 and key in {label.replace("-", "") for label in host.split(".")[:-1]}
