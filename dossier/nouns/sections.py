"""The written sections and the verdict on each sentence.

Here: section keys and titles, sections, the fact-check. Not here: the dossier file (`product.py`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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

    key: str = Field(description="Which of the nine sections.")
    title: str = Field(description="As the reader sees it.")
    content: JsonDict = Field(default={}, description="Its fields, where it has more than sentences.")
    sentences: list[Sentence] = Field(default=[], description="Its text; each fact cites merged claims.")
    gap: str | None = Field(default=None, description="Why it is empty.")


class SectionSet(Model):
    """The artifact `sections`: what the writers wrote, and which writers failed."""

    sections: list[Section]
    failed_steps: list[str] = []


class Verdict(Model):
    """The fact-check's finding on one sentence."""

    section: str = Field(description="Where the sentence stood.")
    text: str = Field(description="The sentence.")
    verdict: Literal["supported", "partly", "unsupported"] = Field(description="How far its evidence supports it.")
    reason: str = Field(default="", description="What the evidence does not hold.")


class ReportFinding(Model):
    """What is wrong with a report as a whole. It never holds the report back."""

    name: str = Field(description="Which check: buyer, product, month, contact, length, address, other_buyer.")
    severity: Literal["issue", "warning"] = Field(description="A report without issues has passed.")
    text: str = Field(description="What is wrong.")


class FactCheck(Model):
    """The artifact `fact_check`: counts, findings, and the text that may ship: what is not supported is gone."""

    sentences: int
    supported: int
    unsupported: list[Verdict]
    sections: list[Section]
    outreach: OutreachSet
    contacts: ContactSet
    failed: str | None = None
