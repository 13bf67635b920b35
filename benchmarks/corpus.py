"""A made-up corpus for the benchmarks: Zipf-distributed words, organisations that recur, fixed seed."""

from __future__ import annotations

import random
from datetime import date, timedelta

from dossier.intake.rows import ParsedDocument
from dossier.models import Precision, Tier

SEED = 20260630
WORDS_PER_TEXT = 550  # about 3,500 characters, as a press release
# words of business news with the share of texts that have them, as counted in press releases
COMMON = {
    "new": 0.6, "announced": 0.35, "company": 0.4, "data": 0.25, "million": 0.35, "jobs": 0.3, "project": 0.25,
    "investment": 0.25, "award": 0.12, "center": 0.2, "contract": 0.15, "workers": 0.2, "report": 0.2,
    "production": 0.15, "manufacturing": 0.2, "facility": 0.15, "plant": 0.1, "construction": 0.12, "site": 0.1,
    "quarter": 0.1, "expansion": 0.06,
}  # fmt: skip


def organisation(index: int) -> str:
    """Return the name of the index-th organisation: two words that no other one has together."""
    return f"Org{index % 97} Holding{index // 97}"


def make_documents(count: int, organisations: int = 1_000, seed: int = SEED) -> list[ParsedDocument]:
    """Return `count` different documents of about 3,500 characters, each naming three organisations."""
    source = random.Random(seed)
    bag = source.choices(
        [f"w{rank}x" for rank in range(20_000)], [1 / (rank + 10) for rank in range(20_000)], k=500_000
    )
    titles = list(COMMON)
    documents = []
    for number in range(count):
        start = source.randrange(len(bag) - WORDS_PER_TEXT)
        body = bag[start : start + WORDS_PER_TEXT]
        for word, share in COMMON.items():
            if source.random() < share:
                body[source.randrange(WORDS_PER_TEXT)] = word
        names = [organisation(source.randrange(organisations)) for _ in range(3)]
        for place, name in zip((5, 200, 400), names, strict=True):
            body[place] = f"{name} announced a {source.choice(titles)}"
        documents.append(
            ParsedDocument(
                title=f"{names[0]} {' '.join(source.choices(titles, k=3))} {number}",
                text=f"Document {number}. " + " ".join(body) + ".",
                url=f"https://news{number % 50}.example/{number}",
                publisher=f"News {number % 50}",
                published_at=date(2024, 1, 1) + timedelta(days=number % 900),
                published_precision=Precision.DAY,
                tier=Tier.NEWS,
                tier_reason="made up",
            )
        )
    return documents
