"""How long a merge takes by the number of claims: 200, 1,000 and 10,000 of one lead.

The claims are invented: events told in several wordings by several papers, some with a revised amount, figures of the
year, people, and notices of a register. Ten times the claims may take at most fifteen times as long.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from dossier.evidence.counts import find_counts
from dossier.evidence.money import find_money
from dossier.models import Claim, ClaimDetails, ClaimSet, ClaimType, Confidence, Lead, Precision, Source, Tier
from dossier.steps.merged_claims import merge_claims

QUICK = (200, 1_000)
WHOLE = (200, 1_000, 10_000)
REPEATS = 3
LEAD = Lead(id="ld_bench", name="Corvane Metals", aliases=["Corvane"])
_STATES = "Ohio Texas Virginia Michigan Georgia Oregon Nevada Utah Maine Iowa".split()
_PLACES = "Ashby Brindle Corwen Dalmore Elston Farrow Gatley Hanmer Ilford Jarrow Kelso Lorton Marden Norby".split()
_THINGS = "smelter rolling-mill foundry warehouse laboratory casting-line press-shop furnace depot coating-line".split()
_TOLD = (
    "Corvane Metals will invest ${amount} million in a {thing} in {place}, {state}.",
    "Corvane is to build a ${amount} million {thing} at {place} in {state}",
    "The {place} {thing} of Corvane Metals in {state} will cost ${amount} million and employ {jobs} people.",
    "Corvane announced a {thing} in {place}, {state}, creating {jobs} jobs.",
)
_FIRST = "Ada Ben Cora Dan Eva Finn Gia Hal Ida Jon Kay Lee Mia Ned Ora Pia Quin Ray Sue Tom".split()
_LAST = "Ames Birch Cole Dorn Ewing Frost Gale Hurst Innes Judd Knox Lund Marsh Nash Orr Pike Quill Rowe Stone".split()


def measure(whole: bool) -> dict[str, Any]:
    """Return seconds of CPU (median) and what was found, by the number of claims, and the factor for ten times more."""
    sizes = WHOLE if whole else QUICK
    figures: dict[str, Any] = {str(size): _merged(size) for size in sizes}
    seconds = [figures[str(size)]["cpu_s"] for size in sizes]
    return {**figures, "last_step_factor": round(seconds[-1] / max(seconds[-2], 0.001), 1)}


def _merged(size: int) -> dict[str, float]:
    claims, sources = invented(size)
    took = []
    for _ in range(REPEATS if size < max(WHOLE) else 1):
        begun = time.process_time()
        result = merge_claims(ClaimSet(claims=claims), sources, LEAD)
        took.append(time.process_time() - begun)
    found = {"merged": len(result.merged), "conflicts": len(result.conflicts), "timelines": len(result.timelines)}
    return {"cpu_s": round(statistics.median(took), 3), **found}


def invented(size: int) -> tuple[list[Claim], dict[str, Source]]:
    """Return `size` claims of one lead and their sources, the same ones each time."""
    chance = random.Random(size)
    claims: list[Claim] = []
    sources: dict[str, Source] = {}
    makers = (_event, _event, _event, _figures, _person, _notices)
    while len(claims) < size:
        for statement, kind, event, details in chance.choice(makers)(chance):
            source = _source(chance)
            sources[source.id] = source
            claims.append(_claim(len(claims), statement, kind, event, details, source))
    return claims[:size], sources


Draft = tuple[str, ClaimType, date | None, dict[str, Any]]


def _event(chance: random.Random) -> Iterator[Draft]:
    """Yield an event told one to eight times; one in ten is raised later."""
    words = {
        "thing": chance.choice(_THINGS),
        "place": chance.choice(_PLACES),
        "state": chance.choice(_STATES),
        "amount": chance.randrange(5, 900),
        "jobs": chance.randrange(20, 900),
    }
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8))):
        if chance.random() < 0.1:
            words = {**words, "amount": int(words["amount"] * 1.4) + 1}
        yield chance.choice(_TOLD).format(**words), ClaimType.SIGNAL, None, {"place": words["state"]}


def _figures(chance: random.Random) -> Iterator[Draft]:
    for year in range(2021, 2021 + chance.randrange(1, 6)):
        said = f"Corvane had sales of ${chance.randrange(100, 999)} million in {chance.choice(_STATES)} in {year}."
        yield said, ClaimType.METRIC, None, {}


def _person(chance: random.Random) -> Iterator[Draft]:
    surname = f"{chance.choice(_LAST)}{chance.choice(_LAST).lower()}"
    name = f"{chance.choice(_FIRST)} {chance.choice('ABCDEFGHKLMNPRSTW')}. {surname}"
    for title in chance.sample(("plant manager", "buyer", "vice president", "CEO"), chance.randrange(1, 3)):
        who = {"person": name, "title": title, "organization": LEAD.name}
        yield f"{name}, {title}, {LEAD.name}", ClaimType.CONTACT, None, who


def _notices(chance: random.Random) -> Iterator[Draft]:
    """Yield a register's notice of two fields, and often its amendment."""
    day = date(2022, 1, 1) + timedelta(days=chance.randrange(1500))
    place, key, number = chance.choice(_PLACES), f"n{chance.random()}", chance.randrange(20, 900)
    for turn in range(chance.choice((1, 1, 2))):
        shared = {"record": f"{key}:{turn}", "place": place}
        reported = day + timedelta(days=20 * turn)
        yield (
            f"Corvane Metals: Employees affected: {number + turn}",
            ClaimType.SIGNAL,
            reported,
            {**shared, "field": "Employees affected"},
        )
        yield (
            f"Corvane Metals: Effective date: {day + timedelta(days=60)}",
            ClaimType.SIGNAL,
            reported,
            {**shared, "field": "Effective date"},
        )


def _source(chance: random.Random) -> Source:
    number = chance.randrange(2_000)
    tier = list(Tier)[number % 4]
    return Source(
        id=f"src_{number:05d}",
        sha256="0" * 64,
        url=f"https://paper{number}.example/x",
        title=f"Paper {number}",
        publisher=f"Paper {number}",
        tier=tier,
        published_at=date(2022, 1, 1) + timedelta(days=number % 1600),
        published_precision=Precision.DAY,
        retrieved_at="2026-01-01T00:00:00Z",
    )


def _claim(
    number: int, statement: str, kind: ClaimType, event: date | None, details: dict[str, Any], source: Source
) -> Claim:
    money, counts = find_money(statement), find_counts(statement)
    values = {"amount": money[0].value if money else None, "count": counts[0].value if counts else None}
    return Claim(
        id=f"search_{number:05d}",
        type=kind,
        statement=statement,
        entities=[LEAD.name],
        event_date=event,
        date_precision=event and Precision.DAY,
        source_id=source.id,
        quote=statement,
        start=0,
        end=len(statement),
        source_tier=source.tier,
        confidence=Confidence.MEDIUM,
        step="signal_discovery",
        details=ClaimDetails(**values, **details),
    )
