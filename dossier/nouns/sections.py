"""The written sections and the verdict on each sentence.

Here: section keys and titles, sections, the fact-check. Not here: the dossier file (`product.py`).
"""

from __future__ import annotations

from typing import Literal

from dossier.nouns.contacts import ContactSet, OutreachSet
from dossier.nouns.judging import Sentence
from dossier.nouns.words import JsonDict, Model

SECTION_KEYS = (
    "intro",
    "signals",
    "contacts",
    "lead_intelligence",
    "strategy",
    "opportunity",
    "client_specific",
    "outreach",
    "sources",
)
SECTION_TITLES = {
    "intro": "At a glance",
    "signals": "Why they will buy now",
    "contacts": "Who to talk to",
    "lead_intelligence": "What is known about them",
    "strategy": "How to sell to them",
    "opportunity": "The opportunity",
    "client_specific": "Your questions",
    "outreach": "What to say",
    "sources": "Sources",
}


class Section(Model):
    """One section: `content` holds the fields of DOMAIN B8, `sentences` the text with its evidence.

    A section without a supported sentence is declared empty: `gap` says that nothing was found, and why.
    """

    key: str
    title: str
    content: JsonDict = {}
    sentences: list[Sentence] = []
    gap: str | None = None


class SectionSet(Model):
    """The artifact `sections`: what the writers wrote, and which writers failed."""

    sections: list[Section]
    failed_steps: list[str] = []


class Verdict(Model):
    """The fact-check's finding on one sentence."""

    section: str
    text: str
    verdict: Literal["supported", "unsupported"]
    reason: str = ""


class FactCheck(Model):
    """The artifact `fact_check`: counts, findings, and the text that may ship (unsupported sentences gone)."""

    sentences: int
    supported: int
    unsupported: list[Verdict]
    sections: list[Section]
    outreach: OutreachSet
    contacts: ContactSet
    failed: str | None = None
