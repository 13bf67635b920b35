"""How long it takes to read claims in sources and to check written sentences, by the number of sentences.

The texts are invented. Reading is given per 1,000 sentences, with the parse and without; a check per sentence, of one
that stands word for word, of one in other words, and of one that says more than its quotes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from dossier.evidence.support import join, read_evidence
from dossier.evidence.verdicts import verdict_on
from dossier.extractive.reading import read_passages
from dossier.models import IcpConfig, Lead, Passage, Tier
from resources.spacy_language import SpacyLanguage

QUICK = (300,)
WHOLE = (300, 1_000, 3_000)
REPEATS = 5
A_SOURCE = 20  # sentences
LEAD = Lead(id="ld_bench", name="Corvane Metals")
_TOLD = (
    "Corvane Metals will invest ${n} million in a rolling mill in Ashby, Ohio.",
    "The company expects to hire {n} people by the end of 2027.",
    "Ann Marsh, chief operating officer of Corvane Metals, said the work begins in May 2026.",
    "The mill in Ashby was opened in {year}, and it employs {n} people.",
    "Rain fell over the valley for most of the week.",
)
_QUOTES = tuple(line.format(n=61, year=2019) for line in _TOLD[:3])
_SENTENCES = {
    "word_for_word": _QUOTES[0],
    "other_words": "Corvane Metals plans a $61 million rolling mill in Ashby.",
    "says_more": "Corvane Metals has built a rolling mill in Ashby.",
}
_WANTED = {"word_for_word": "supported", "other_words": "supported", "says_more": "partly"}


def measure(whole: bool) -> dict[str, Any]:
    """Return milliseconds of CPU per checked sentence, and seconds of CPU per 1,000 sentences that are read."""
    language = SpacyLanguage()
    list(language.parse([_TOLD[0]]))  # the weights are loaded before anything is measured
    read = {str(size): _read(size, language) for size in (WHOLE if whole else QUICK)}
    return {"check_cpu_ms": {name: _checked(name) for name in _SENTENCES}, "read": read}


def _checked(name: str) -> float:
    evidence = join(map(read_evidence, _QUOTES))
    found = verdict_on(_SENTENCES[name], evidence)
    if found.verdict != _WANTED[name]:
        raise RuntimeError(f"{_SENTENCES[name]!r} is {found.verdict}: the figures would mean nothing.")
    return round(1000 * _median(lambda: verdict_on(_SENTENCES[name], evidence), 100), 3)


def _read(size: int, language: SpacyLanguage) -> dict[str, float]:
    lines = [_TOLD[at % len(_TOLD)].format(n=20 + at, year=2000 + at % 20) for at in range(size)]
    texts = [" ".join(lines[at : at + A_SOURCE]) for at in range(0, size, A_SOURCE)]
    passages = [_passage(number, text) for number, text in enumerate(texts)]
    parsing = _median(lambda: list(language.parse(texts)), 1)
    drafts = read_passages(passages, LEAD, IcpConfig(), language)
    reading = _median(lambda: read_passages(passages, LEAD, IcpConfig(), language), 1)
    per_thousand = 1000 / size
    return {
        "parse_cpu_s": round(per_thousand * parsing, 2),
        "read_cpu_s": round(per_thousand * reading, 2),
        "claims": len(drafts),
    }


def _passage(number: int, text: str) -> Passage:
    return Passage(
        source_id=f"src_{number:04}", start=0, end=len(text), text=text, title="", publisher=None, url=None,
        tier=Tier.NEWS, published_at=None, published_precision=None,
    )  # fmt: skip


def _median(work: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(REPEATS if times > 1 else 1):
        begun = time.process_time()
        for _ in range(times):
            work()
        took.append((time.process_time() - begun) / times)
    return statistics.median(took)
